"use strict";
// Parts by #hash, the theme, and tables that are sorted and filtered.

const parts = [...document.querySelectorAll("section.part")];

function showPart(focus) {
  const asked = document.getElementById(location.hash.slice(1));
  const part = asked?.closest("section.part") ?? document.getElementById("summary");
  for (const other of parts) other.classList.toggle("shown", other === part);
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.hash === `#${part.id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${part.querySelector("h1").textContent} · audit`;
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
}

function compare(a, b, way) {
  if (typeof a === "string") return way * a.localeCompare(b, undefined, {numeric: true});
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);  // unknown ones last, either way
  return way * (a - b);
}

function filterTable(form) {
  const wanted = new FormData(form);
  const find = wanted.get("find").toLowerCase();
  const rows = [...document.querySelectorAll("#verdicts tbody tr")];
  for (const row of rows) {
    const fits = name => !wanted.get(name) || row.dataset[name] === wanted.get(name);
    row.hidden = !(row.cells[0].textContent.toLowerCase().includes(find) && fits("representation") && fits("verdict"));
  }
  form.querySelector("output").textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} rows`;
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

for (const button of document.querySelectorAll("table.sortable th button")) {
  button.addEventListener("click", () => sortTable(button));
}
const filters = document.querySelector("form.filters");
if (filters) {
  filters.addEventListener("input", () => filterTable(filters));
  filters.addEventListener("submit", event => event.preventDefault());
  filterTable(filters);
}
for (const details of document.querySelectorAll("main details")) {
  details.addEventListener("toggle", drawShown);
}
for (const details of document.querySelectorAll("details.numbers-table")) {
  details.addEventListener("toggle", () => tabulate(details));
}
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();  // the part shown stays
  document.getElementById("main").focus();
});
addEventListener("resize", forgetHidden);
addEventListener("hashchange", () => showPart(true));
nameTheme();
showPart(false);
