// One product up close: attributes, how its score came about, and where to go from it.

import * as api from "./api.js";
import { element, fill, titleOf } from "./grid.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("detail");
let shown = null; // {index, hit}

// Each part of the score: measure, weight, and what it adds.
function rows(parts) {
  const cell = (value) => element("td", { textContent: typeof value === "number" ? value.toFixed(3) : value ?? "" });
  const head = ["part", "measured", "0–1", "× weight", "= score"];
  return parts?.length
    ? [element("tr", {}, ...head.map((textContent) => element("th", { textContent }))),
       ...parts.map(({ part, raw, value, weight, score }) =>
         element("tr", {}, ...[part, raw, value, weight, score].map(cell)))]
    : [];
}

export function open(index, hit) {
  shown = { index, hit };
  byId("detail-image").src = api.image(index, hit.id);
  byId("detail-title").textContent = titleOf(hit);
  byId("detail-attributes").replaceChildren(
    ...Object.entries({ id: hit.id, ...hit.attributes }).flatMap(([name, value]) => [
      element("dt", { textContent: name }),
      element("dd", { textContent: Array.isArray(value) ? value.join(", ") : value }),
    ]));
  byId("explain").replaceChildren(...rows(hit.explain));
  byId("walk").replaceChildren();
  if (!dialog.open) dialog.showModal();
}

export function connect({ like, failed }) {
  byId("like").addEventListener("click", () => {
    dialog.close();
    like(shown.hit);
  });
  byId("but").addEventListener("submit", async (event) => {
    event.preventDefault();
    const towards = byId("towards").value.trim();
    if (!towards) return;
    const { index, hit } = shown;
    try {
      const answer = await api.recommend(index, hit.id, towards);
      fill(byId("walk"), index, answer.steps.map((step) => step.hit), (next) => open(index, next));
    } catch (error) { failed(error); dialog.close(); }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
