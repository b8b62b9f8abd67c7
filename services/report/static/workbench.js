// Keyboard in the list, filters and sorting of tables, seeking in videos: the pages work without it, only less quickly.
"use strict";

const typing = (target) => target.closest("input, textarea, select") !== null;

function listKeys(event) {
  const list = document.querySelector("[data-list] tbody");
  if (!list || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("[data-key='/']").focus();
    return;
  }
  const rows = [...list.querySelectorAll("tr")].filter((row) => row.querySelector("a"));
  const at = rows.findIndex((row) => row.hasAttribute("data-at"));
  if (event.key === "j" || event.key === "k") {
    const next = Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
    rows.forEach((row, i) => row.toggleAttribute("data-at", i === next));
    const link = rows[next]?.querySelector("a");
    link?.focus();
    rows[next]?.scrollIntoView({ block: "nearest" });
  }
}

function filterTable(table) {
  const word = (document.querySelector(`[data-filter="#${table.id}"]`)?.value ?? "").trim().toLowerCase();
  const short = document.querySelector(`[data-short="#${table.id}"]`)?.checked ?? false;
  for (const row of table.tBodies[0].rows) row.hidden = (word && !row.textContent.toLowerCase().includes(word)) || (short && !row.classList.contains("short"));
}

function makeSortable(table) {
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const up = cell.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = (row) => row.cells[column].textContent.trim();
      const number = (text) => parseFloat(text.replace(/[,¥—]/g, ""));
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        const [m, n] = [number(x), number(y)];
        return (Number.isNaN(m) || Number.isNaN(n) ? x.localeCompare(y, "zh") : m - n) * (up ? 1 : -1);
      });
      table.tBodies[0].append(...rows);
    });
  });
}

function prepare(root) {
  root.querySelectorAll("table[data-sort]").forEach(makeSortable);
  root.querySelectorAll("[data-filter], [data-short]").forEach((input) => {
    const table = document.querySelector(input.dataset.filter ?? input.dataset.short);
    input.addEventListener("input", () => filterTable(table));
  });
  root.querySelectorAll("img[data-optional]").forEach((image) => image.addEventListener("error", () => image.closest("figure").remove()));
  root.querySelectorAll("select[data-go]").forEach((select) => select.addEventListener("change", () => { location.href = select.value; }));
  if (root !== document && location.hash.length > 1) root.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)?.scrollIntoView();
}

// A small picture leads to where it can be looked at: the link of its finding with the same file, and row where it has one.
function linkPictures(root) {
  root.querySelectorAll(".items .pictures figure").forEach((figure) => {
    const image = figure.querySelector("img");
    if (!image || image.closest("a")) return;
    const caption = figure.querySelector("figcaption").textContent.split(" · ");
    const links = [...figure.closest("li").querySelectorAll(".places a")].filter((link) => link.textContent.split(" · ")[0] === caption[0]);
    const best = links.find((link) => caption.includes(link.textContent.split(" · ")[1])) ?? links[0];
    const around = document.createElement("a");
    around.href = best?.href ?? image.src;
    image.replaceWith(around);
    around.append(image);
  });
}

function video() {
  const player = document.getElementById("player");
  if (!player) return;
  const bar = document.querySelector(".bar");
  const length = bar ? parseFloat(bar.dataset.length) : 0;
  const seek = (seconds) => { player.currentTime = seconds; };
  const start = parseFloat(player.dataset.at);
  if (start > 0) player.addEventListener("loadedmetadata", () => seek(start), { once: true });
  document.querySelectorAll("[data-seek]").forEach((button) => button.addEventListener("click", () => seek(parseFloat(button.dataset.seek))));
  bar?.addEventListener("click", (event) => {
    const box = bar.getBoundingClientRect();
    seek((length * (event.clientX - box.left)) / box.width);
  });
  player.addEventListener("timeupdate", () => document.getElementById("needle")?.setAttribute("x", String((1000 * player.currentTime) / (length || 1))));
}

function deciding() {
  const form = document.querySelector("[data-decision]");
  if (!form) return;
  const show = () => {
    const chosen = form.querySelector("[name=decision]:checked")?.value;
    form.querySelectorAll("[data-for]").forEach((part) => { part.hidden = chosen !== undefined && part.dataset.for !== chosen; });
  };
  form.addEventListener("change", show);
  form.querySelector("[data-fill]")?.addEventListener("click", (event) => {
    form.querySelector("textarea").value = document.getElementById(event.target.dataset.fill).content.textContent;
    form.querySelector("[value=return]").checked = true;
    show();
  });
}

document.addEventListener("keydown", listKeys);
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
document.querySelectorAll("[data-back]").forEach((link) => link.addEventListener("click", (event) => { if (history.length > 1) { event.preventDefault(); history.back(); } }));
document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.elt));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) {
    document.getElementById("notice").innerHTML = event.detail.xhr.responseText;
    event.detail.shouldSwap = false;
  }
});
prepare(document);
linkPictures(document);
video();
deciding();
