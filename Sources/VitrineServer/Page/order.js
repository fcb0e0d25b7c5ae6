// The order of the results: the best first, or by a number or a date from either end.

import { element, wordsOf } from "./grid.js";
import { state } from "./state.js";

export const most = 8; // attributes that are offered
const isFalling = () => state.sort.startsWith("-");
const attribute = () => state.sort.slice(isFalling() ? 1 : 0);

// `facets` are those that the page shows.
export function show(select, facets) {
  const ordered = facets.filter(({ histogram }) => histogram).slice(0, most).map((facet) => facet.attribute);
  const ways = [...new Set([...ordered, ...(state.sort ? [attribute()] : [])])].flatMap((name) => [
    element("option", { value: name, textContent: `${wordsOf(name)}, rising` }),
    element("option", { value: `-${name}`, textContent: `${wordsOf(name)}, falling` }),
  ]);
  select.replaceChildren(element("option", { value: "", textContent: "best first" }), ...ways);
  select.value = state.sort;
}

// As a query has it.
export function keys() {
  return state.sort ? [{ attribute: attribute(), descending: isFalling() }] : undefined;
}
