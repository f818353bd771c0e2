// The search box in the bar: suggestions are ordinary links; arrow keys walk through them, Enter opens, Escape closes.
(() => {
  const box = document.getElementById("search-box");
  const list = document.getElementById("suggestions");
  if (!box || !list) return;
  let chosen = -1;
  const links = () => [...list.querySelectorAll("a[role=option]")];
  const close = () => { list.hidden = true; chosen = -1; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
  const mark = (place) => {
    const all = links();
    if (!all.length) return;
    chosen = (place + all.length) % all.length;
    all.forEach((link, index) => link.setAttribute("aria-selected", String(index === chosen)));
    box.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  };
  list.addEventListener("htmx:afterSwap", () => {
    chosen = -1;
    const some = list.textContent.trim() !== "" && box.value.trim() !== "";
    list.hidden = !some;
    box.setAttribute("aria-expanded", String(some));
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(chosen + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark(chosen - 1); }
    if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); window.location.assign(links()[chosen].href); }
  });
  box.addEventListener("input", () => { if (!box.value.trim()) close(); });
  document.addEventListener("click", (event) => { if (!event.target.closest("[data-suggest]")) close(); });
})();
