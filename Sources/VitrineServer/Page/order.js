// The order of the results: the best first, or by a number or a date from either end.

import { element, wordsOf } from "./grid.js";
import { state } from "./state.js";

export function show(select, attributes) {
  const ordered = attributes.filter(({ kind }) => kind === "number" || kind === "date");
  const ways = ordered.flatMap(({ name }) => [
    element("option", { value: name, textContent: `${wordsOf(name)}, rising` }),
    element("option", { value: `-${name}`, textContent: `${wordsOf(name)}, falling` }),
  ]);
  select.replaceChildren(element("option", { value: "", textContent: "best first" }), ...ways);
  select.value = state.sort;
}

// As a query has it.
export function keys() {
  const descending = state.sort.startsWith("-");
  return state.sort ? [{ attribute: state.sort.slice(descending ? 1 : 0), descending }] : undefined;
}
