// The sheet in deep zoom with a box per row, picture and table linked both ways.
"use strict";

const stage = document.getElementById("deepzoom");
const rows = new Map([...document.querySelectorAll("tr[data-row]")].map((row) => [row.dataset.row, row]));
const boxes = new Map();
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const viewer = OpenSeadragon({
  drawer: "canvas", // office machines often draw WebGL in software
  element: stage,
  tileSources: { type: "image", url: stage.dataset.picture },
  showNavigationControl: false,
  gestureSettingsMouse: { clickToZoom: false },
  animationTime: calm ? 0 : 0.5,
  maxZoomPixelRatio: 3,
  visibilityRatio: 0.6,
});

function choose(number, { zoom, scroll }) {
  for (const [other, box] of boxes) box.classList.toggle("here", other === number);
  for (const [other, row] of rows) row.classList.toggle("here", other === number);
  const row = rows.get(number);
  if (!row) return;
  if (scroll) row.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  if (zoom) {
    const [x, y, w, h] = row.dataset.box.split(",").map(Number);
    const item = viewer.world.getItemAt(0);
    const size = item.getContentSize();
    const place = item.imageToViewportRectangle(x * size.x, y * size.y, w * size.x, h * size.y);
    const closeUp = new OpenSeadragon.Rect(place.x - place.width * 0.03, place.y - place.height * 2, place.width * 1.06, place.height * 5);
    viewer.viewport.fitBounds(closeUp, calm);
  }
}

// The corners of a slanted row, [x, y] in fractions of the page; null for a level one.
function bandOf(row) {
  return row.dataset.band ? row.dataset.band.trim().split(" ").map((corner) => corner.split(",").map(Number)) : null;
}

function around(corners) {
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return [x, y, Math.max(...xs) - x, Math.max(...ys) - y];
}

// The button is clipped to the band, so that a click beside it reaches the neighbour; its outline is drawn.
function slant(box, corners, [x, y, w, h]) {
  const placed = corners.map(([a, b]) => [(100 * (a - x)) / w, (100 * (b - y)) / h]);
  box.classList.add("slanted");
  box.style.clipPath = `polygon(${placed.map(([a, b]) => `${a}% ${b}%`).join(", ")})`;
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 100 100");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  const outline = document.createElementNS(space, "polygon");
  outline.setAttribute("points", placed.map((corner) => corner.join(",")).join(" "));
  drawing.append(outline);
  box.append(drawing);
}

viewer.addHandler("open", () => {
  const item = viewer.world.getItemAt(0);
  const size = item.getContentSize();
  for (const [number, row] of rows) {
    const corners = bandOf(row);
    const [x, y, w, h] = corners ? around(corners) : row.dataset.box.split(",").map(Number);
    const box = document.createElement("button");
    box.type = "button";
    box.className = `rowbox ${row.dataset.tone}`;
    if (corners) slant(box, corners, [x, y, w, h]);
    box.setAttribute("aria-label", row.querySelector("td:nth-child(2)").textContent.trim());
    box.tabIndex = -1;
    boxes.set(number, box);
    viewer.addOverlay({ element: box, location: item.imageToViewportRectangle(x * size.x, y * size.y, w * size.x, h * size.y) });
    new OpenSeadragon.MouseTracker({ element: box, clickHandler: () => choose(number, { zoom: false, scroll: true }) });
  }
  const chosen = document.querySelector("tr[data-chosen]");
  if (chosen) choose(chosen.dataset.row, { zoom: true, scroll: true });
});
viewer.addHandler("open-failed", () => { stage.textContent = "—"; });

document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
  const factor = Number(button.dataset.zoom);
  if (factor) viewer.viewport.zoomBy(factor, undefined, calm).applyConstraints(calm);
  else viewer.viewport.goHome(calm);
}));
document.querySelectorAll("[data-pick]").forEach((button) => button.addEventListener("click", () => choose(button.dataset.pick, { zoom: true, scroll: false })));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select") || (event.key !== "j" && event.key !== "k")) return;
  const order = [...rows.keys()];
  const at = order.findIndex((number) => rows.get(number).classList.contains("here"));
  choose(order[Math.min(order.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))], { zoom: true, scroll: true });
});
