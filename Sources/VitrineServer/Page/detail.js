// One product up close: attributes, how its score came about, and where to go from it.

import * as api from "./api.js";
import { rolesOf } from "./indexes.js";
import { byId, element, fill, wordsOf } from "./grid.js";
import * as key from "./key.js";

const dialog = byId("detail");
const directions = ["darker", "lighter", "longer", "shorter", "more formal", "more casual", "more colourful", "plainer"];
const kinds = ["type", "articleType", "productType", "subCategory", "category", "masterCategory"];
let shown = null; // {index, hit}
let actions = null; // {like, neighbor}
let walking = null; // AbortController of the walk in flight

// Each part of the score: measure, weight, and what it adds, as numbers and as a bar.
function rows(hit) {
  const most = Math.max(...hit.explain.map((part) => Math.abs(part.score)), 1e-6);
  const number = (value, digits = 2) => element("td", { textContent: typeof value === "number" ? value.toFixed(digits) : "" });
  const parts = hit.explain.map(({ part, raw, value, weight, score }) => {
    const bar = element("i");
    bar.style.width = `${(100 * Math.abs(score)) / most}%`;
    const measured = typeof raw === "number" ? `measured ${raw.toFixed(3)}` : "";
    return element("tr", { title: measured }, element("th", { textContent: part }), number(value),
      element("td", { textContent: "×" }), number(weight), element("td", { textContent: "=" }), number(score, 3),
      element("td", { className: "bar" }, bar));
  });
  return [...parts, element("tr", { className: "sum" }, element("th", { textContent: "score" }),
    ...Array.from({ length: 4 }, () => element("td")), number(hit.score, 3), element("td"))];
}

export function open(index, hit) {
  walking?.abort();
  shown = { index, hit };
  byId("detail-image").src = api.image(index, hit.id);
  byId("detail-title").textContent = rolesOf(index, hit).title;
  byId("detail-attributes").replaceChildren(
    ...Object.entries({ id: hit.id, ...hit.attributes }).map(([name, value]) => element("div", {},
      element("dt", { textContent: wordsOf(name), title: name }),
      element("dd", { textContent: Array.isArray(value) ? value.join(", ") : value }))));
  byId("explained").hidden = !hit.explain?.length;
  byId("explain").replaceChildren(...(hit.explain?.length ? rows(hit) : []));
  byId("walk").replaceChildren();
  byId("walk-note").hidden = true;
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

// From the product along a direction, within its kind if the catalogue says what that is.
async function walk(towards) {
  const { index, hit } = shown;
  const kind = kinds.find((name) => typeof hit.attributes[name] === "string");
  const note = byId("walk-note");
  walking?.abort();
  walking = new AbortController();
  try {
    const answer = await api.recommend(index, hit.id, towards, kind, walking.signal);
    const among = kind ? ` among ${hit.attributes[kind]}` : "";
    note.textContent = answer.steps.length ? `${towards}, step by step${among}` : `Nothing is ${towards}${among}.`;
    fill(byId("walk"), index, answer.steps.map((step) => step.hit), (next) => open(index, next));
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error.status === 401) return void key.ask(() => walk(towards));
    note.textContent = error.message;
    byId("walk").replaceChildren();
  }
  note.hidden = false;
  const end = byId("walk").children.length ? byId("walk") : note;
  end.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function step(event) {
  if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const next = by && actions.neighbor(shown.index, shown.hit, by);
  if (next) open(shown.index, next);
  if (event.key === "l") byId("like").click();
}

export function connect(given) {
  actions = given;
  byId("directions").append(...directions.map((direction) => {
    const button = element("button", { type: "button", className: "pill", textContent: `but ${direction}` });
    button.addEventListener("click", () => walk(direction));
    return button;
  }));
  byId("like").addEventListener("click", () => {
    dialog.close();
    actions.like(shown.index, shown.hit);
  });
  byId("but").addEventListener("submit", (event) => {
    event.preventDefault();
    const towards = byId("towards").value.trim();
    if (towards) walk(towards);
  });
  dialog.addEventListener("keydown", step);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
