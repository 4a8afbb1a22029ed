"use strict";
// Parts by #hash, the theme, and tables that are sorted and filtered.

const parts = [...document.querySelectorAll("section.part")];

// The HTML of a part, which is stored compressed until it is shown.
async function fill(part) {
  const packed = part.querySelector(":scope > script[type='text/plain']");
  if (!packed) return;
  const html = await unpack(packed.textContent);
  if (!packed.isConnected) return;  // filled in the meantime
  part.innerHTML = html;
  labelCells(part);
  const filters = part.querySelector("form.filters:not(.pair-form, .map-form)");
  if (filters) filterTable(filters);
}

// On a phone the rows of wide tables are blocks, whose cells need their columns' names.
function labelCells(part) {
  for (const table of part.querySelectorAll("table:not(.matrix)")) {
    const heads = [...table.tHead.rows[0].cells].map(head => head.firstChild.textContent.trim());
    if (heads.length < 3) continue;
    table.classList.add("wide");
    for (const row of [...table.tBodies[0].rows, ...(table.tFoot?.rows ?? [])]) {
      let column = 0;
      for (const cell of row.cells) {
        if (cell.tagName === "TD") cell.dataset.column = heads[column];
        column += cell.colSpan;
      }
    }
  }
}

async function showPart(focus) {
  const id = location.hash.slice(1);
  const part = document.getElementById(id)?.closest("section.part") ?? document.getElementById("summary");
  await fill(part);
  const asked = document.getElementById(id);
  for (const other of parts) other.classList.toggle("shown", other === part);
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.hash === `#${part.id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const jump = document.getElementById("jump");
  if (jump) jump.value = [...jump.options].some(option => option.value === part.id) ? part.id : "";
  document.title = `${part.dataset.title ?? part.querySelector("h1").textContent} · audit`;
  if (focus) {
    const target = asked && asked !== part ? asked : part.querySelector("h1");
    target.focus({preventScroll: true});
    if (target === asked) asked.scrollIntoView(); else scrollTo(0, 0);
  }
  drawShown();
}

function sortTable(button) {
  const head = button.closest("th");
  const table = head.closest("table");
  const column = [...head.parentNode.children].indexOf(head);
  const numbers = head.classList.contains("number");
  const now = head.getAttribute("aria-sort");
  const descending = now ? now === "ascending" : numbers;
  for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const key = row => {
    const cell = row.children[column];
    return numbers ? parseFloat(cell.dataset.value ?? "") : cell.textContent.trim();
  };
  const body = table.tBodies[0];
  const way = descending ? -1 : 1;
  body.append(...[...body.rows].sort((a, b) => compare(key(a), key(b), way)));
  if (table.id === "verdicts") filterTable(table.closest("section").querySelector("form"));  // others are now the first
}

function compare(a, b, way) {
  if (typeof a === "string") return way * a.localeCompare(b, undefined, {numeric: true});
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);  // unknown ones last, either way
  return way * (a - b);
}

function filterTable(form) {
  const wanted = new FormData(form);
  const find = wanted.get("find").toLowerCase();
  const table = document.getElementById("verdicts");
  const rows = [...table.tBodies[0].rows];
  let found = 0;
  for (const row of rows) {
    const fits = name => !wanted.get(name) || row.dataset[name] === wanted.get(name);
    const fitting = row.cells[0].textContent.toLowerCase().includes(find) && fits("representation") && fits("verdict");
    found += fitting;
    row.hidden = !fitting || found > table.dataset.most;
  }
  const first = found > table.dataset.most ? `the first ${table.dataset.most} of ` : "";
  form.querySelector("output").textContent = `${first}${found} of ${rows.length} rows`;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const themeButton = document.getElementById("theme");

function nameTheme() {
  themeButton.textContent = isDark(dark.matches) ? "Light" : "Dark";
  themeButton.setAttribute("aria-label", `Switch to ${themeButton.textContent.toLowerCase()} colors`);
}

themeButton.addEventListener("click", () => {
  const theme = isDark(dark.matches) ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("exoprobe-theme", theme); } catch { /* not remembered, then */ }
  nameTheme();
  drawAgain();
});
dark.addEventListener("change", () => { nameTheme(); drawAgain(); });

// Parts are filled later: one listener for all of each kind.
document.addEventListener("click", event => {
  const button = event.target.closest("table.sortable th button");
  if (button) sortTable(button);
});
document.addEventListener("input", event => {
  const form = event.target.closest("form");
  if (form?.matches(".pair-form, .map-form")) {
    const other = [...form.elements].find(select => select !== event.target);
    if (other?.value === event.target.value) other.selectedIndex = (other.selectedIndex + 1) % other.length;
    for (const figure of form.closest("section").querySelectorAll("figure")) delete figure.dataset.drawn;
    drawShown();
  } else if (form?.matches(".filters")) filterTable(form);
});
document.addEventListener("submit", event => event.preventDefault());
document.addEventListener("toggle", event => {
  if (event.target.matches("details.numbers-table")) tabulate(event.target);
  else if (event.target.closest("main")) drawShown();
}, true);
document.getElementById("jump")?.addEventListener("change", event => {
  if (event.target.value) location.hash = event.target.value;
});
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();  // the part shown stays
  document.getElementById("main").focus();
});

// Print every part with its figures, in light colors.
async function printAll() {
  const root = document.documentElement;
  const theme = root.dataset.theme;
  for (const part of parts) await fill(part);
  root.dataset.theme = "light";
  root.classList.add("printing");
  const closed = [...document.querySelectorAll("main details:not(.numbers-table):not([open])")];
  for (const details of closed) details.open = true;
  await drawAgain();
  print();
  for (const details of closed) details.open = false;
  root.classList.remove("printing");
  if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
  drawAgain();
}

document.getElementById("print").addEventListener("click", printAll);
addEventListener("resize", forgetHidden);
addEventListener("hashchange", () => showPart(true));
nameTheme();
labelCells(document.getElementById("audited"));
showPart(false);
