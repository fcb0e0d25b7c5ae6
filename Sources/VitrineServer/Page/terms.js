// The parts of the query beyond the words in the search box, each with its weight, and the values
// that were picked.

import { keyed, rebuild } from "./focus.js";
import { element } from "./grid.js";
import { state } from "./state.js";

export const mainText = () => state.terms.find((term) => term.text && term.weight > 0);

export function show(container, changed) {
  const main = mainText();
  const several = state.terms.length > 1;
  const terms = state.terms.filter((term) => term !== main || several);
  const chips = [...terms.map((term) => chip(term, several, changed)), ...picks(changed), ...ranges(changed)];
  for (const [place, node] of chips.entries()) keyed(node.querySelector("button"), `remove ${place}`);
  rebuild(container, [...chips, ...(state.terms.length ? [another(changed)] : [])]);
}

function removable(label, remove, ...middle) {
  const button = element("button", { type: "button", textContent: "×", ariaLabel: `Remove ${label}` });
  button.addEventListener("click", remove);
  return element("span", { className: "chip" }, ...middle, button);
}

function chip(term, several, changed) {
  const label = term.text ?? (term.product ? `like ${term.label ?? term.product}` : term.label);
  const weight = several || term.weight <= 0 ? keyed(element("input", {
    type: "range", min: -1, max: 1, step: 0.1, value: term.weight, title: `weight ${term.weight}`,
    ariaLabel: `Weight of ${label}` }), `weight ${state.terms.indexOf(term)}`) : null;
  weight?.addEventListener("change", () => {
    term.weight = Number(weight.value);
    changed();
  });
  const preview = term.preview ? element("img", { src: term.preview, alt: "" }) : null;
  preview?.addEventListener("error", () => {
    delete term.preview;
    preview.remove();
  });
  const remove = () => {
    state.terms = state.terms.filter((other) => other !== term);
    changed();
  };
  const chip = removable(label, remove, preview,
    element("span", { className: "label", textContent: term.weight < 0 ? `not ${label}` : label }), weight);
  chip.classList.toggle("off", !term.weight);
  return chip;
}

const picks = (changed) => Object.entries(state.picked).flatMap(([attribute, values]) => values.map((value) =>
  removable(value, () => {
    state.picked[attribute] = values.filter((other) => other !== value);
    if (!state.picked[attribute].length) delete state.picked[attribute];
    changed();
  }, element("span", { className: "label", textContent: `${attribute} = ${value}` }))));

const ranges = (changed) => Object.entries(state.ranges).map(([attribute, [low, high]]) =>
  removable(attribute, () => {
    delete state.ranges[attribute];
    changed();
  }, element("span", { className: "label", textContent:
    low === null ? `${attribute} ≤ ${high}` : high === null ? `${attribute} ≥ ${low}` : `${low} ≤ ${attribute} ≤ ${high}` })));

// A second text, which pulls half as hard until its slider says otherwise.
function another(changed) {
  const input = keyed(
    element("input", { type: "text", placeholder: "and also…", ariaLabel: "Another text", id: "another" }), "another");
  const form = element("form", { className: "another" }, input);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!input.value.trim()) return;
    state.terms.push({ text: input.value.trim(), weight: 0.5 });
    changed();
  });
  return form;
}
