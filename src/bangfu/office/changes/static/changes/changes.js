// The long form of a correction: shows only the fields whose label holds what is typed. Without it all fields are shown.
document.querySelectorAll("[data-filter]").forEach((box) => {
  const rows = document.querySelectorAll(box.dataset.filter);
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("input", () => rows.forEach((row) => { row.hidden = !row.textContent.includes(box.value.trim()); }));
});
// Relations are asked of the others only where the head goes.
const toggle = () => document.querySelectorAll("[data-when-head]").forEach((part) => {
  const form = part.closest("form");
  part.hidden = !form.querySelector("[data-head]:checked");
});
document.addEventListener("change", toggle);
toggle();
