// Ticking rows of a list, opening where a fact comes from in place, and folding sections on a phone.
(() => {
  const all = document.querySelector("[data-all]");
  const ticks = [...document.querySelectorAll("input[name=household]")];
  const needs = document.querySelector("[data-needs-choice]");
  const count = () => {
    const some = ticks.filter((tick) => tick.checked).length;
    if (needs) { needs.disabled = some === 0; needs.toggleAttribute("data-off", some === 0); needs.querySelector("[data-count]").textContent = some ? `(${some})` : ""; }
    if (all) { all.checked = some > 0 && some === ticks.length; all.indeterminate = some > 0 && some < ticks.length; }
  };
  if (all) all.addEventListener("change", () => { ticks.forEach((tick) => { tick.checked = all.checked; }); count(); });
  ticks.forEach((tick) => tick.addEventListener("change", count));
  window.addEventListener("pageshow", count);
  count();

  const dialog = document.getElementById("provenance");
  if (dialog && dialog.showModal) {
    document.addEventListener("click", async (event) => {
      const link = event.target.closest("a[data-provenance]");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) { window.location.assign(link.href); return; }
      dialog.querySelector("[data-body]").innerHTML = await answer.text();
      dialog.showModal();
    });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  const tools = [...document.querySelectorAll("details.tool")];
  const close = (except) => tools.forEach((tool) => { if (tool !== except) tool.open = false; });
  document.addEventListener("click", (event) => close(event.target.closest("details.tool")));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(null); });

  const narrow = window.matchMedia("(max-width: 640px)").matches;
  if (narrow && !window.location.hash) document.querySelectorAll("details.section:not([data-keep])").forEach((part) => { part.open = false; });
  const show = () => { const part = window.location.hash && document.querySelector(window.location.hash); if (part && part.matches("details.section")) part.open = true; };
  window.addEventListener("hashchange", show);
  show();
})();
