// Lets a dot travel along an edge of the flow map for what has just been said there.
const TRAVEL_MS = 1400;
const DOTS_MAX = 12;
const still = matchMedia("(prefers-reduced-motion: reduce)");

document.addEventListener("ieum:change", (event) => {
  if (still.matches || "paused" in document.body.dataset) return;
  const layer = document.querySelector(".flow-dots");
  if (!layer) return;
  for (const [source, recipient, records] of event.detail.edges) {
    const edge = document.getElementById(`edge-${source}-${recipient}`);
    if (!edge || layer.childElementCount >= DOTS_MAX) continue;
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("class", "flow-dot");
    dot.setAttribute("r", String(Math.min(9, 4 + Math.log2(records))));
    dot.style.offsetPath = `path("${edge.getAttribute("d")}")`;
    layer.append(dot);
    const travel = dot.animate([{ offsetDistance: "0%" }, { offsetDistance: "100%" }], { duration: TRAVEL_MS, easing: "ease-in-out" });
    travel.finished.finally(() => dot.remove());
  }
});
