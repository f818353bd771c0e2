// A cell of the sheet opens the place where its figure is explained; typing another wording picks that answer.
const open = () => {
  const found = location.hash.startsWith("#s") && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const about = found && found.closest("details");
  if (about) { about.open = true; found.scrollIntoView({ block: "center" }); }
};
window.addEventListener("hashchange", open);
open();
document.addEventListener("input", (event) => {
  const pick = event.target.dataset && event.target.dataset.picks;
  if (pick && event.target.value) document.getElementById(pick).checked = true;
});
