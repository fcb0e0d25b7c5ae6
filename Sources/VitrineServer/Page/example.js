// An example for the box of the filter, of what the index has.

import { word } from "./state.js";

const room = 27; // characters

// A round number that about half of the products stay below.
function middle(histogram) {
  let left = histogram.reduce((sum, { count }) => sum + count, 0) / 2;
  const bar = histogram.find(({ count }) => (left -= count) <= 0);
  return Number(bar.to.toPrecision(1));
}

// `facets` are those that the page shows.
export function show(input, facets) {
  const number = facets.find(({ histogram }) => typeof histogram?.[0].to === "number");
  const equalities = facets.flatMap(({ attribute, values = [] }) =>
    values.map(({ value }) => `${word(attribute)} = ${word(String(value))}`));
  const parts = [
    ...(number ? [`${word(number.attribute)} < ${middle(number.histogram)}`] : []),
    ...equalities.sort((a, b) => a.length - b.length).slice(0, 1),
  ];
  const both = parts.join(" and ");
  input.placeholder = both.length <= room ? both : parts[0] ?? "";
  input.title = parts.length ? `For example: ${parts.join(" and not ")}` : "";
}
