// The column of facets: values with counts to pick, ranges to drag.

import { keyed, rebuild } from "./focus.js";
import { element, wordsOf } from "./grid.js";
import { range } from "./range.js";
import { state } from "./state.js";

const folded = new Set(); // attributes whose facet is folded away
const isSmall = matchMedia("(max-width: 50rem)").matches;
const openAtFirst = isSmall ? 0 : 6;
let leading = []; // attributes whose facets come first

// An attribute of which nearly every product has its own value, such as a number of articles.
const dull = new Set();
export const isDull = (index, attribute) => dull.has(`${index} ${attribute}`);

// Numbers and dates that few of the products have tell little of them.
const isCommon = ({ histogram, relevant }) => histogram.reduce((sum, { count }) => sum + count, 0) * 4 >= relevant;

const isChosen = (attribute) => Boolean(state.picked[attribute] || state.ranges[attribute]);

// On a small screen those that are chosen come first, but none moves while they are looked at.
function arranged(facets) {
  if (!isSmall) return facets;
  if (!document.body.classList.contains("narrowing"))
    leading = facets.map(({ attribute }) => attribute).filter(isChosen);
  return facets.toSorted((a, b) => leading.includes(b.attribute) - leading.includes(a.attribute));
}

// Returns the facets that are worth showing.
export function show(container, index, facets, changed) {
  for (const { attribute, values, distinct, relevant } of facets)
    if (values && relevant > 100 && distinct * 2 > relevant) dull.add(`${index} ${attribute}`);
  const isWorthwhile = (facet) => facet.values ? facet.values.length && !isDull(index, facet.attribute)
    : facet.histogram.length && (isCommon(facet) || state.ranges[facet.attribute]);
  const shown = facets.filter(isWorthwhile);
  rebuild(container, arranged(shown).map((facet, place) => foldable(facet, place, changed)));
  return shown;
}

function foldable(facet, place, changed) {
  const { attribute } = facet;
  const summary = element("summary", {
    textContent: wordsOf(attribute) + (facet.exact ? "" : " ≈"),
    title: `${attribute}: ${facet.relevant.toLocaleString()} products counted`
      + (facet.exact ? "" : ", an estimate of those that are relevant"),
  });
  const details = element("details", {
    className: "facet", open: isChosen(attribute) || (place < openAtFirst) !== folded.has(attribute),
  }, keyed(summary, `fold ${attribute}`), facet.values ? values(facet, changed) : range(facet, changed));
  details.addEventListener("toggle", () => {
    if (details.open === (place < openAtFirst)) folded.delete(attribute);
    else folded.add(attribute);
  });
  return details;
}

function values({ attribute, values: entries }, changed) {
  const picked = new Set(state.picked[attribute] ?? []);
  const gone = [...picked].filter((value) => !entries.some((entry) => String(entry.value) === value));
  const rows = [...entries, ...gone.map((value) => ({ value }))];
  const most = Math.max(1, ...entries.map((entry) => entry.count));
  return element("div", {}, ...rows.map(({ value, count }) => {
    const text = String(value);
    const row = element("button", { type: "button", ariaPressed: String(picked.has(text)) },
      element("span", { textContent: text }), element("span", { textContent: count?.toLocaleString() ?? "" }));
    row.style.setProperty("--share", `${(100 * (count ?? 0)) / most}%`);
    row.addEventListener("click", () => {
      const before = state.picked[attribute] ?? [];
      const next = before.includes(text) ? before.filter((other) => other !== text) : [...before, text];
      if (next.length) state.picked[attribute] = next;
      else delete state.picked[attribute];
      changed();
    });
    return keyed(row, `pick ${attribute} ${text}`);
  }));
}
