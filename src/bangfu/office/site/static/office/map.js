// The map of an area: outlines only, no tiles. What it shows is listed beside it for those who do not point.
document.addEventListener("DOMContentLoaded", async () => {
  const place = document.getElementById("map");
  if (!place || !window.L) return;
  const answer = await fetch(place.dataset.source, { credentials: "same-origin" });
  if (!answer.ok) { place.hidden = true; return; }
  const map = L.map(place, { zoomControl: false, zoomSnap: 0.25, scrollWheelZoom: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: place.dataset.zoomIn, zoomOutTitle: place.dataset.zoomOut }).addTo(map);
  const shapes = {};
  const layer = L.geoJSON(await answer.json(), {
    style: { className: "outline", weight: 1.5 },
    onEachFeature: (feature, shape) => {
      const { code, name, url } = feature.properties;
      shapes[code] = shape;
      shape.bindTooltip(name, { sticky: true });
      shape.on("click", () => { window.location.href = url; });
      shape.on("mouseover", () => mark(code, true));
      shape.on("mouseout", () => mark(code, false));
    },
  }).addTo(map);
  function mark(code, on) {
    shapes[code]?.getElement()?.classList.toggle("here", on);
    document.getElementById(`area-${code}`)?.classList.toggle("here", on);
  }
  for (const item of document.querySelectorAll("[id^='area-']")) {
    const code = item.id.slice(5);
    for (const [event, on] of [["focusin", true], ["focusout", false], ["mouseenter", true], ["mouseleave", false]]) item.addEventListener(event, () => mark(code, on));
  }
  map.fitBounds(layer.getBounds(), { padding: [12, 12] });
  place.dataset.ready = "yes";
});
