// Folding of the tree: an unfolded level is folded in place instead of loading the page again.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-fold]");
  if (!link || event.ctrlKey || event.metaKey) return;
  const below = link.closest("li").querySelector(".below");
  if (!below.firstElementChild) return; // htmx brings the level, or the link opens the page
  event.preventDefault();
  event.stopImmediatePropagation();
  const open = link.getAttribute("aria-expanded") === "true";
  below.hidden = open;
  link.setAttribute("aria-expanded", String(!open));
}, true);
document.addEventListener("htmx:afterSwap", (event) => {
  const link = event.target.closest("li")?.querySelector("a[data-fold]");
  if (link) link.setAttribute("aria-expanded", "true");
});
