"use strict";
// Figures: drawn when their part is first shown, and again when the theme changes.

const SHAPES = JSON.parse(document.getElementById("shapes").textContent);

const views = new Map();  // of the figures drawn

function colorOf(name) {
  const sample = document.createElement("span");
  sample.style.color = `var(--${name})`;
  document.body.append(sample);
  const color = getComputedStyle(sample).color;
  sample.remove();
  return color;
}

function chartStyle(narrow) {
  const [ink, muted, line, ground] = ["ink", "muted", "line", "ground"].map(colorOf);
  const font = getComputedStyle(document.body).fontFamily;
  const diverging = ["less-much", "less", "even", "more", "more-much"].map(colorOf);
  return {
    background: ground,
    font,
    view: {stroke: null},
    axis: {
      labelColor: ink, titleColor: muted, gridColor: line, domainColor: line, tickColor: line,
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: narrow ? 100 : 200, titlePadding: 8,
    },
    axisQuantitative: {tickCount: narrow ? 4 : 6, domain: false, ticks: false, labelPadding: 6},
    axisBand: {grid: false, ticks: false, domain: false, labelPadding: 8},
    legend: {labelColor: ink, titleColor: muted, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal",
      labelLimit: narrow ? 220 : 320, columns: narrow ? 1 : 0, layout: {top: {direction: "vertical"}}},
    range: {category: SHAPES.map((_, index) => colorOf(`r${index}`)), symbol: SHAPES, diverging},
    style: {
      baseline: {color: muted, strokeWidth: 1, strokeDash: [4, 3]},
      whisker: {strokeWidth: 2, color: ink},
      dot: {filled: true, size: 60, color: ink, opacity: 1},
      before: {filled: false, size: 60, strokeWidth: 1.5, fill: ground, opacity: 1},
      way: {strokeWidth: 1, opacity: 0.6},
      small: {filled: true, size: 14, opacity: 1},
      curve: {strokeWidth: 2},
      cell: {stroke: ground, strokeWidth: 1},
    },
  };
}

async function draw(figure) {
  const {name, spec, csv} = JSON.parse(figure.querySelector("script").textContent);
  const file = `${figure.closest("section").querySelector("h1").textContent.trim()} ${name}`;
  const box = figure.querySelector(".chart");
  const data = {...spec.data, name: "rows", values: csv};
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const {view} = await vegaEmbed(box, {...spec, data}, {
    mode: "vega-lite", renderer: "svg", config: chartStyle(box.clientWidth < 480),
    actions: {export: {svg: true, png: true}, source: false, compiled: false, editor: false},
    downloadFileName: file, scaleFactor: {png: 2},
    tooltip: {theme: isDark(dark) ? "dark" : "light"},
  });
  views.set(figure, view);
  box.querySelector("summary")?.setAttribute("aria-label", "Save this figure");
  const link = figure.querySelector("a.data");
  link.href = URL.createObjectURL(new Blob([csv], {type: "text/csv"}));
  link.download = `${file}.csv`;
  figure.dataset.drawn = "yes";
}

function isDark(preferred) {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : preferred;
}

// Figures in parts or details that are closed have no width yet: they wait until these open.
async function drawShown() {
  for (const figure of document.querySelectorAll("figure:not([data-drawn])")) {
    if (figure.offsetParent && !figure.dataset.drawing) {
      figure.dataset.drawing = "yes";
      try { await draw(figure); } finally { delete figure.dataset.drawing; }
    }
  }
}

// The figure's data as a table, for those who cannot see it or want the numbers.
function tabulate(details) {
  if (!details.open || details.querySelector("table")) return;
  const rows = views.get(details.closest("figure")).data("rows");
  const columns = Object.keys(rows[0]);
  const table = document.createElement("table");
  const write = value => typeof value === "number" ? `${value}`.replace("-", "−") : value ?? "–";
  const addRow = (section, cells, tag) => {
    const row = section.insertRow();
    for (const value of cells) {
      const cell = row.appendChild(document.createElement(tag));
      cell.textContent = write(value);
      if (typeof value === "number") cell.className = "number";
    }
  };
  addRow(table.createTHead(), columns.map(column => column.replaceAll("_", " ")), "th");
  for (const row of rows) addRow(table.tBodies[0] ?? table.createTBody(), columns.map(column => row[column]), "td");
  const box = details.appendChild(document.createElement("div"));
  Object.assign(box, {className: "scroll", tabIndex: 0});
  box.append(table);
}

// A hidden figure cannot follow the window's width: it is drawn anew when it is shown.
function forgetHidden() {
  for (const figure of document.querySelectorAll("figure[data-drawn]")) {
    if (!figure.offsetParent) delete figure.dataset.drawn;
  }
}

function drawAgain() {
  for (const figure of document.querySelectorAll("figure[data-drawn]")) delete figure.dataset.drawn;
  return drawShown();
}
