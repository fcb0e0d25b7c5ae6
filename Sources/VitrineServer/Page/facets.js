// The column of facets: values with counts to pick, ranges to drag.

import { keyed, rebuild } from "./focus.js";
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
  rebuild(container, worthwhile.map((facet, place) => foldable(facet, place, changed)));
}

function foldable(facet, place, changed) {
  const { attribute } = facet;
  const chosen = state.picked[attribute] || state.ranges[attribute];
  const summary = element("summary", {
    textContent: wordsOf(attribute) + (facet.exact ? "" : " ≈"),
    title: `${attribute}: ${facet.relevant.toLocaleString()} products counted`,
  });
  const details = element("details", {
    className: "facet", open: Boolean(chosen) || (place < openAtFirst) !== folded.has(attribute),
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

// Dates slide as days.
const day = 86_400_000;
const isDate = (value) => typeof value === "string";
const place = (value) => (isDate(value) ? Date.parse(value) / day : value);
const valueAt = (number, date) =>
  date ? new Date(Math.round(number) * day).toISOString().slice(0, 10) : Math.round(number * 100) / 100;

function histogramBars(histogram, isChosen) {
  const tallest = Math.max(1, ...histogram.map(({ count }) => count));
  return element("div", { className: "bars" }, ...histogram.map((part) => {
    const title = `${part.from} – ${part.to}: ${part.count}`;
    const bar = element("i", { title, className: isChosen(part) ? "" : "out" });
    bar.style.height = `${(100 * part.count) / tallest}%`;
    return bar;
  }));
}

// The histogram is that of the search without this range, so an end can be dragged back out.
function range({ attribute, histogram }, changed) {
  const date = isDate(histogram[0].from);
  const chosen = () => state.ranges[attribute] ?? [null, null];
  const [low, high] = chosen();
  const least = Math.min(...[histogram[0].from, low ?? histogram[0].from].map(place));
  const most = Math.max(...[histogram.at(-1).to, high ?? histogram.at(-1).to].map(place));
  const ends = () => chosen().map((end, side) => (end === null ? [least, most][side] : place(end)));
  const step = date ? 1 : (most - least) / 200 || 1;
  const max = most + step / 2; // or what numbers are rounded to may keep the slider from the last step
  const sliders = ["from", "to"].map((end, side) => keyed(element("input", {
    type: "range", min: least, max, step, value: ends()[side], ariaLabel: `${attribute} ${end}`,
  }), `range ${attribute} ${end}`));
  const said = element("small");
  // Sliders stand on steps: only the one that was moved says where its end is.
  const endsAfter = (moved) => sliders.map((slider, side) => (slider === moved ? Number(slider.value) : ends()[side]));
  const say = (moved) => {
    const [from, to] = endsAfter(moved).sort((a, b) => a - b).map((end) => valueAt(end, date).toLocaleString());
    said.textContent = `${from} – ${to}`;
  };
  const written = (end, side, isOut) => (end === ends()[side] ? chosen()[side] : isOut ? null : valueAt(end, date));
  const take = (moved) => {
    const [a, b] = endsAfter(moved);
    if (a > b) sliders.find((slider) => slider !== moved).focus(); // which is this end from here on
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    choose(attribute, [written(from, 0, from < least + step / 2), written(to, 1, to > most - step / 2)]);
    changed();
  };
  for (const slider of sliders) {
    slider.addEventListener("input", () => say(slider));
    slider.addEventListener("change", () => take(slider));
  }
  say();
  const [from, to] = ends();
  const bars = histogramBars(histogram, (bar) => place(bar.to) >= from && place(bar.from) <= to);
  return element("div", { className: "range" }, bars, element("div", { className: "track" }, ...sliders), said);
}

function choose(attribute, ends) {
  if (ends.every((end) => end === null)) delete state.ranges[attribute];
  else state.ranges[attribute] = ends;
}
