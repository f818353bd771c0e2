// Ticking cases of a list: the button for the ticked ones counts them, and waits until there is one.
(() => {
  const all = document.querySelector("[data-all]");
  const ticks = [...document.querySelectorAll("input[name=case]")];
  const needs = document.querySelector("[data-needs-choice]");
  if (!needs) return;
  const count = () => {
    const some = ticks.filter((tick) => tick.checked).length;
    needs.disabled = some === 0; needs.toggleAttribute("data-off", some === 0);
    needs.querySelector("[data-count]").textContent = some ? `(${some})` : "";
    if (all) { all.checked = some > 0 && some === ticks.length; all.indeterminate = some > 0 && some < ticks.length; }
  };
  if (all) all.addEventListener("change", () => { ticks.forEach((tick) => { tick.checked = all.checked; }); count(); });
  ticks.forEach((tick) => tick.addEventListener("change", count));
  window.addEventListener("pageshow", count);
  count();
})();
