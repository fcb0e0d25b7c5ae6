// The column of facets: values with counts to pick, ranges to drag.

import { element, wordsOf } from "./grid.js";
import { state } from "./state.js";

const folded = new Set(); // attributes whose facet is folded away
const openAtFirst = matchMedia("(max-width: 50rem)").matches ? 0 : 6;

// An attribute of which nearly every product has its own value, such as a number of articles.
const dull = new Set();
export const isDull = (index, attribute) => dull.has(`${index} ${attribute}`);

export function show(container, index, facets, changed) {
  for (const { attribute, values, distinct, relevant } of facets)
    if (values && relevant > 100 && distinct * 2 > relevant) dull.add(`${index} ${attribute}`);
  const worthwhile = facets.filter(({ attribute, values, histogram }) =>
    (values?.length || histogram?.length) && !isDull(index, attribute));
  container.replaceChildren(...worthwhile.map((facet, place) => {
    const chosen = state.picked[facet.attribute] || state.ranges[facet.attribute];
    const details = element("details", {
      className: "facet", open: Boolean(chosen) || (place < openAtFirst) !== folded.has(facet.attribute),
    },
      element("summary", {
        textContent: wordsOf(facet.attribute) + (facet.exact ? "" : " ≈"),
        title: `${facet.attribute}: ${facet.relevant.toLocaleString()} products counted`,
      }),
      facet.values ? values(facet, changed) : range(facet, changed));
    details.addEventListener("toggle", () => {
      if (details.open === (place < openAtFirst)) folded.delete(facet.attribute);
      else folded.add(facet.attribute);
    });
    return details;
  }));
}

function values({ attribute, values: entries }, changed) {
  const picked = new Set(state.picked[attribute] ?? []);
  const gone = [...picked].filter((value) => !entries.some((entry) => String(entry.value) === value));
  const rows = [...entries, ...gone.map((value) => ({ value, count: 0 }))];
  const most = Math.max(1, ...entries.map((entry) => entry.count));
  return element("div", {}, ...rows.map(({ value, count }) => {
    const text = String(value);
    const row = element("button", { type: "button", ariaPressed: String(picked.has(text)) },
      element("span", { textContent: text }), element("span", { textContent: count.toLocaleString() }));
    row.style.setProperty("--share", `${(100 * count) / most}%`);
    row.addEventListener("click", () => {
      if (!picked.delete(text)) picked.add(text);
      if (picked.size) state.picked[attribute] = [...picked];
      else delete state.picked[attribute];
      changed();
    });
    return row;
  }));
}

// Dates slide as days.
const day = 86_400_000;
const isDate = (value) => typeof value === "string";
const place = (value) => (isDate(value) ? Date.parse(value) / day : value);
const valueAt = (number, date) =>
  date ? new Date(Math.round(number) * day).toISOString().slice(0, 10) : Math.round(number * 100) / 100;

function range({ attribute, histogram }, changed) {
  const date = isDate(histogram[0].from);
  const [low, high] = (state.ranges[attribute] ?? [null, null]).map((end) => (end === null ? null : place(end)));
  const least = Math.min(place(histogram[0].from), low ?? Infinity);
  const most = Math.max(place(histogram.at(-1).to), high ?? -Infinity);
  const tallest = Math.max(1, ...histogram.map((bar) => bar.count));
  const bars = element("div", { className: "bars" }, ...histogram.map(({ from, to, count }) => {
    const bar = element("i", { title: `${from} – ${to}: ${count}` });
    bar.style.height = `${(100 * count) / tallest}%`;
    return bar;
  }));
  const said = element("small");
  const slider = (end, value) => element("input", {
    type: "range", min: least, max: most, step: date ? 1 : (most - least) / 200 || 1, value, ariaLabel: `${attribute} ${end}`,
  });
  const [from, to] = [slider("from", low ?? least), slider("to", high ?? most)];
  const say = () => {
    const ends = [from, to].map((input) => valueAt(Number(input.value), date));
    said.textContent = ends.map((end) => end.toLocaleString()).join(" – ");
  };
  const take = () => {
    const [a, b] = [Number(from.value), Number(to.value)].sort((x, y) => x - y);
    const next = [a > least ? valueAt(a, date) : null, b < most ? valueAt(b, date) : null];
    if (next.every((end) => end === null)) delete state.ranges[attribute];
    else state.ranges[attribute] = next;
    changed();
  };
  for (const input of [from, to]) {
    input.addEventListener("input", say);
    input.addEventListener("change", take);
  }
  say();
  return element("div", { className: "range" }, bars, element("div", { className: "track" }, from, to), said);
}
