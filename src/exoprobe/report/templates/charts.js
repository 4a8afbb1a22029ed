"use strict";
// Figures: drawn when their part is first shown, and again when the theme changes.

const STYLES = JSON.parse(document.getElementById("styles").textContent);
const SHAPES = STYLES.shapes;

const views = new Map();  // of the figures drawn
let library;  // Vega, from the first figure on

// Text that is stored compressed (zlib) and in base64.
async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

function loadLibrary() {
  library ??= unpack(document.getElementById("vega").textContent).then(text => {
    document.head.appendChild(document.createElement("script")).textContent = text;
  });
  return library;
}

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
  const most = narrow ? 18 : 32;  // characters of a name, of which the middle is left out
  const end = Math.floor(most / 2) - 1;
  const shortened = `slice(datum.label, 0, ${end}) + '…' + slice(datum.label, -${end})`;
  return {
    aria: false,
    background: ground,
    font,
    view: {stroke: null},
    axis: {
      labelColor: ink, titleColor: muted, gridColor: line, domainColor: line, tickColor: line,
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: narrow ? 120 : 240, titlePadding: 8,
      labelExpr: `length(datum.label) > ${most} ? ${shortened} : datum.label`,
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
      place: {filled: true, size: 22, opacity: 0.8},
      curve: {strokeWidth: 2},
      cell: {stroke: ground, strokeWidth: 1},
    },
  };
}

// Each representation keeps its color and symbol in figures that show only some of them.
function styleScales(node) {
  for (const [channel, entry] of Object.entries(node ?? {})) {
    if (typeof entry !== "object" || entry === null) continue;
    if (entry.field === "representation" && entry.scale?.domain) {
      const indices = entry.scale.domain.map(title => STYLES.titles.indexOf(title));
      entry.scale.range = indices.map(index => channel === "shape" ? SHAPES[index] : colorOf(`r${index}`));
    }
    styleScales(entry);
  }
}

async function draw(figure) {
  await loadLibrary();
  const {name, spec, csv: stored} = JSON.parse(figure.querySelector("script").textContent);
  const csv = chosenColor(figure, spec, chosenRows(figure, stored));
  styleScales(spec);
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
  const image = box.querySelector("svg.marks");
  image.removeAttribute("aria-hidden");
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", spec.description);
  for (const mark of image.querySelectorAll("[role]")) {  // they have no names; the table of numbers stands for them
    mark.removeAttribute("role");
    mark.removeAttribute("aria-roledescription");
  }
  box.querySelector("summary")?.setAttribute("aria-label", "Save this figure");
  const link = figure.querySelector("a.data");
  link.href = URL.createObjectURL(new Blob([csv], {type: "text/csv"}));
  link.download = `${file}.csv`;
  const numbers = figure.querySelector(".numbers-table");
  numbers.querySelector(".scroll")?.remove();
  tabulate(numbers);
  figure.dataset.drawn = "yes";
}

function isDark(preferred) {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : preferred;
}

// The rows of a CSV text, each a list of cells as they are written.
function csvRows(text) {
  const rows = [[]];
  for (const [, cell, end] of text.trimEnd().matchAll(/("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/g)) {
    rows.at(-1).push(cell);
    if (end === "\n") rows.push([]);
    else if (end === "") break;
  }
  return rows;
}

const unquoted = cell => cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
const negative = cell => cell.startsWith("-") ? cell.slice(1) : cell && `-${cell}`;

// A figure of pairs of representations shows the pair that its form asks for, in the order asked for.
function chosenRows(figure, csv) {
  const form = figure.closest("section").querySelector(".pair-form");
  if (!form) return csv;
  const pair = new FormData(form);
  const asked = [pair.get("representation"), pair.get("other")];
  const [columns, ...rows] = csvRows(csv);
  const chosen = [];
  for (const [first, second, factor, difference, low, high] of rows) {
    const titles = [unquoted(first), unquoted(second)];
    if (titles.join() === asked.join()) chosen.push([first, second, factor, difference, low, high]);
    if (titles.reverse().join() === asked.join()) {
      chosen.push([second, first, factor, negative(difference), negative(high), negative(low)]);
    }
  }
  return [columns, ...chosen].map(row => row.join()).join("\n");
}

// A map is colored by the factor that its form asks for: its column is kept of the many.
function chosenColor(figure, spec, csv) {
  const form = figure.closest("section").querySelector(".map-form");
  if (!form) return csv;
  const factor = Number(new FormData(form).get("factor"));
  const color = spec.usermeta.colors[factor];
  spec.encoding.color = color;
  if (color.type === "quantitative") spec.data.format.parse.annotation = "number";
  spec.encoding.tooltip[0].title = color.legend.title;
  const [, ...rows] = csvRows(csv);
  return [["sample", "x", "y", "annotation"], ...rows.map(row => [...row.slice(0, 3), row[3 + factor]])]
    .map(row => row.join()).join("\n");
}

function isOpen(figure) {
  return figure.offsetParent && !figure.parentElement.closest("details:not([open])");
}

// Figures in parts or details that are closed wait until these open.
async function drawShown() {
  for (const figure of document.querySelectorAll("figure:not([data-drawn])")) {
    if (isOpen(figure) && !figure.dataset.drawing) {
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
    if (!isOpen(figure)) delete figure.dataset.drawn;
  }
}

function drawAgain() {
  for (const figure of document.querySelectorAll("figure[data-drawn]")) delete figure.dataset.drawn;
  return drawShown();
}
