// A file may be dropped on the field; its name is shown. The plain file input works without this.
document.querySelectorAll("[data-drop]").forEach((zone) => {
  const input = zone.querySelector("input[type=file]");
  const said = zone.querySelector("[data-name]");
  const mark = (on) => zone.classList.toggle("over", on);
  const show = () => { if (input.files.length) said.textContent = `${input.files[0].name} (${(input.files[0].size / 1048576).toFixed(1)} MB)`; };
  ["dragenter", "dragover"].forEach((name) => zone.addEventListener(name, (event) => { event.preventDefault(); mark(true); }));
  ["dragleave", "drop"].forEach((name) => zone.addEventListener(name, () => mark(false)));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
  });
  input.addEventListener("change", show);
});
