// The column of facets: values with counts to pick, ranges to drag.

import { element } from "./grid.js";
import { state } from "./state.js";

export function show(container, facets, changed) {
  container.replaceChildren(...facets.filter((facet) => facet.values || facet.histogram?.length).map((facet) =>
    element("div", { className: "facet" },
      element("h3", {
        textContent: facet.attribute + (facet.exact ? "" : " ≈"),
        title: `${facet.relevant} products counted`,
      }),
      facet.values ? values(facet, changed) : range(facet, changed))));
}

function values({ attribute, values: entries }, changed) {
  const picked = new Set(state.picked[attribute] ?? []);
  const gone = [...picked].filter((value) => !entries.some((entry) => entry.value === value));
  const rows = [...entries, ...gone.map((value) => ({ value, count: 0 }))];
  return element("div", {}, ...rows.map(({ value, count }) => {
    const row = element("button", { type: "button", ariaPressed: String(picked.has(value)) },
      element("span", { textContent: value }), element("span", { textContent: count }));
    row.addEventListener("click", () => {
      if (!picked.delete(value)) picked.add(value);
      if (picked.size) state.picked[attribute] = [...picked];
      else delete state.picked[attribute];
      changed();
    });
    return row;
  }));
}

function range({ attribute, histogram }, changed) {
  const [low, high] = state.ranges[attribute] ?? [null, null];
  const tallest = Math.max(1, ...histogram.map((bar) => bar.count));
  const bars = element("div", { className: "bars" }, ...histogram.map(({ from, to, count }) => {
    const bar = element("i", { title: `${from} – ${to}: ${count}` });
    bar.style.height = `${(100 * count) / tallest}%`;
    return bar;
  }));
  const [first, last] = [histogram[0].from, histogram.at(-1).to];
  const least = Math.min(first, low ?? first);
  const most = Math.max(last, high ?? last);
  const slider = (end, value) => {
    const input = element("input", {
      type: "range", min: least, max: most, step: (most - least) / 100 || 1, value, ariaLabel: `${attribute} ${end}`,
    });
    input.addEventListener("change", () => {
      const [from, to] = state.ranges[attribute] ?? [null, null];
      const chosen = Math.round(Number(input.value) * 100) / 100;
      const next = end === "from" ? [chosen > least ? chosen : null, to] : [from, chosen < most ? chosen : null];
      if (next[0] === null && next[1] === null) delete state.ranges[attribute];
      else state.ranges[attribute] = next;
      changed();
    });
    return input;
  };
  return element("div", { className: "range" }, bars,
    slider("from", low ?? least), slider("to", high ?? most),
    element("small", { textContent: `${low ?? least} – ${high ?? most}` }));
}
