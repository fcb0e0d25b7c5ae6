// The range of a number or a date: a histogram over two sliders on one track.

import { keyed } from "./focus.js";
import { element } from "./grid.js";
import { scaleOf } from "./scale.js";
import { state } from "./state.js";

function drawn(bars, valueAt, isChosen) {
  const tallest = Math.max(1, ...bars.map(({ count }) => count));
  return element("div", { className: "bars" }, ...bars.map((part) => {
    const [from, to] = [part.from, part.to].map((edge) => valueAt(edge).toLocaleString());
    const title = `${from} – ${to}: about ${Math.round(part.count).toLocaleString()}`;
    const bar = element("i", { title, className: isChosen(part) ? "" : "out" });
    bar.style.height = `${(100 * part.count) / tallest}%`;
    return bar;
  }));
}

// The histogram is that of the search without this range, so an end can be dragged back out.
export function range({ attribute, histogram }, changed) {
  const chosen = () => state.ranges[attribute] ?? [null, null]; // by now: a search may be on its way
  const { ends, step, whole, position, valueAt, bars } = scaleOf(histogram, chosen());
  const [from, to] = chosen().map((end, side) => (end === null ? ends[side] : position(end)));
  const sliders = ["from", "to"].map((end, side) => keyed(element("input", {
    type: "range", min: ends[0], step, ariaLabel: `${attribute} ${end}`,
    max: ends[1] + step / 2, // or what numbers are rounded to may keep the slider from the last step
    value: [from, to][side],
  }), `range ${attribute} ${end}`));
  const said = element("small");
  const say = (pair) => {
    const texts = pair.map((end, side) => (end ?? whole[side]).toLocaleString());
    said.textContent = texts.join(" – ");
    for (const [side, slider] of sliders.entries()) slider.ariaValueText = texts[side];
  };
  // Sliders stand on steps: only the one that was moved says where its end is. Past the other slider
  // it is the other end.
  const after = (slider) => {
    const side = sliders.indexOf(slider);
    const other = chosen()[1 - side];
    const value = valueAt(Number(slider.value));
    const end = other === null || value === other ? side : Number(value > other);
    const isOut = Math.abs(slider.value - ends[end]) < step / 2;
    const pair = [other, other];
    pair[end] = isOut ? null : value;
    return { pair, end: sliders[end] };
  };
  const take = (slider) => {
    const { pair, end } = after(slider);
    if (end !== slider) end.focus();
    if (pair.every((value) => value === null)) delete state.ranges[attribute];
    else state.ranges[attribute] = pair;
    changed();
  };
  for (const slider of sliders) {
    slider.addEventListener("input", () => say(after(slider).pair));
    slider.addEventListener("change", () => take(slider));
  }
  say(chosen());
  return element("div", { className: "range" },
    drawn(bars(), valueAt, (bar) => bar.to >= from && bar.from <= to),
    element("div", { className: "track" }, ...sliders), said);
}
