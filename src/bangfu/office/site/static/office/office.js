// Small things that pages share. Every page works without it, but for progress and confirmation.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); return; }
  const button = event.submitter;
  if (button && !form.hasAttribute("hx-post") && !form.hasAttribute("data-repeat")) setTimeout(() => { button.disabled = true; }, 0);
});
window.addEventListener("pageshow", () => document.querySelectorAll("button[disabled]:not([data-off])").forEach((b) => { if (b.closest("form")) b.disabled = false; }));
document.addEventListener("change", (event) => { if (event.target.matches("[data-submit]")) event.target.form.requestSubmit(); });
