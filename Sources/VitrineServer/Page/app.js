// Wires the page together: read the URL, search, show, and write the URL again.

import * as api from "./api.js";
import * as detail from "./detail.js";
import * as facets from "./facets.js";
import { element, fill } from "./grid.js";
import { filterExpression, fromURL, state, toURL } from "./state.js";

const byId = (id) => document.getElementById(id);
const pageSize = 24;
let known = [];      // [{name, products, attributes}]
let cursor = null;   // where the next page of the left grid begins
let running = null;  // AbortController of the search in flight

function facetAttributes(index) {
  const attributes = known.find((entry) => entry.name === index)?.attributes ?? [];
  return attributes.filter((entry) => entry.facet).map((entry) => entry.name);
}

function query(index, next = null) {
  return {
    terms: state.terms.map(({ text, product, image, weight }) => ({ text, product, image, weight })),
    filter: filterExpression() || undefined,
    weights: state.weights ?? undefined,
    facets: next ? undefined : facetAttributes(index),
    cursor: next ?? undefined,
    k: pageSize,
    explain: true,
  };
}

function say(text, wrong = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("wrong", wrong);
}

const failed = (error) => { if (error.name !== "AbortError") say(error.message, true); };

async function run({ remember = true } = {}) {
  if (remember) history.pushState(null, "", toURL());
  draw();
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const open = (index) => (hit) => detail.open(index, hit);
  try {
    const [left, right] = await Promise.all([
      api.search(state.index, query(state.index), signal),
      state.compare ? api.search(state.compare, query(state.compare), signal) : null,
    ]);
    fill(byId("grid"), state.index, left.hits, open(state.index));
    byId("right").hidden = byId("left-name").hidden = !right;
    if (right) {
      byId("left-name").textContent = `${state.index} · ${left.took_ms.toFixed(1)} ms`;
      byId("right-name").textContent = `${state.compare} · ${right.took_ms.toFixed(1)} ms`;
      fill(byId("grid-right"), state.compare, right.hits, open(state.compare));
    }
    facets.show(byId("facets"), left.facets ?? [], run);
    cursor = left.cursor ?? null;
    byId("more").hidden = !cursor;
    byId("filter").classList.remove("wrong");
    say(summary(left));
  } catch (error) {
    if (/filter|column/i.test(error.message)) byId("filter").classList.add("wrong");
    failed(error);
  }
}

function summary(answer) {
  if (!answer.hits.length) return "Nothing matches. Fewer filters, or other words?";
  const notes = answer.notes?.length ? ` · ${answer.notes.join("; ")}` : "";
  const count = answer.matches === null || answer.matches === undefined ? "" : `${answer.matches} match · `;
  return `${count}${answer.took_ms.toFixed(1)} ms · ${answer.path}${answer.exact ? ", exact" : ""}${notes}`;
}

async function more() {
  try {
    const answer = await api.search(state.index, query(state.index, cursor));
    fill(byId("grid"), state.index, answer.hits, (hit) => detail.open(state.index, hit), true);
    cursor = answer.cursor ?? null;
    byId("more").hidden = !cursor;
  } catch (error) { failed(error); }
}

function draw() {
  const main = state.terms.find((term) => term.text && term.weight > 0);
  byId("text").value = main?.text ?? "";
  byId("filter").value = state.filter;
  byId("index").value = state.index;
  byId("compare").value = state.compare;
  byId("terms").replaceChildren(...state.terms.filter((term) => term !== main).map(chip));
  for (const part of ["similarity", "lexical"]) {
    const input = byId(`weight-${part}`);
    if (state.weights) input.value = state.weights[part];
    input.nextElementSibling.textContent = state.weights ? Number(input.value).toFixed(2) : "auto";
  }
}

function chip(term) {
  const remove = element("button", { type: "button", textContent: "×", ariaLabel: "Remove" });
  remove.addEventListener("click", () => {
    state.terms = state.terms.filter((other) => other !== term);
    run();
  });
  const label = term.text ?? (term.product ? `like ${term.label ?? term.product}` : term.label);
  return element("span", { className: "chip" },
    ...(term.preview ? [element("img", { src: term.preview, alt: "" })] : []),
    `${term.weight < 0 ? "not " : ""}${label}`, remove);
}

function take(file) {
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const image = reader.result.slice(reader.result.indexOf(",") + 1);
    state.terms = [...state.terms.filter((term) => !term.image), { image, weight: 1, label: file.name, preview: reader.result }];
    run();
  });
  reader.readAsDataURL(file);
}

function readText(text) {
  const others = state.terms.filter((term) => !term.text);
  state.terms = text.trim() ? [{ text: text.trim(), weight: 1 }, ...others] : others;
}

function like(hit) {
  state.terms = [{ product: hit.id, weight: 1, label: hit.attributes.title ?? hit.id, preview: api.image(state.index, hit.id) }];
  run();
}

function move(event) {
  const cards = [...byId("grid").querySelectorAll(".card")];
  const here = cards.indexOf(document.activeElement);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  cards[Math.max(0, Math.min(cards.length - 1, here + step))]?.focus();
}

function keys(event) {
  if (event.target.matches("input, select") || byId("detail").open || event.ctrlKey || event.metaKey) return;
  if (event.key === "/") { event.preventDefault(); byId("text").select(); }
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") { event.preventDefault(); move(event); }
  if (event.key === "l") document.activeElement.dataset?.id && like({ id: document.activeElement.dataset.id, attributes: {} });
}

function connect() {
  byId("search").addEventListener("submit", (event) => { event.preventDefault(); readText(byId("text").value); run(); });
  byId("narrow").addEventListener("submit", (event) => { event.preventDefault(); state.filter = byId("filter").value; run(); });
  byId("file").addEventListener("change", (event) => { take(event.target.files[0]); event.target.value = ""; });
  byId("more").addEventListener("click", more);
  byId("index").addEventListener("change", (event) => { state.index = event.target.value; run(); });
  byId("compare").addEventListener("change", (event) => { state.compare = event.target.value; run(); });
  for (const input of document.querySelectorAll("#blend input"))
    input.addEventListener("change", () => {
      state.weights = { similarity: Number(byId("weight-similarity").value), lexical: Number(byId("weight-lexical").value) };
      run();
    });
  for (const name of ["dragover", "dragleave", "drop"])
    document.addEventListener(name, (event) => {
      event.preventDefault();
      document.body.classList.toggle("dropping", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0]);
    });
  document.addEventListener("keydown", keys);
  addEventListener("popstate", () => { fromURL(location.search); start(); });
  detail.connect({ like, failed });
}

function start() {
  if (!known.some((entry) => entry.name === state.index)) state.index = known[0]?.name ?? "";
  run({ remember: false });
}

async function main() {
  fromURL(location.search);
  connect();
  try {
    known = (await api.indexes()).indexes;
    const options = known.map(({ name }) => element("option", { value: name, textContent: name }));
    byId("index").replaceChildren(...options.map((option) => option.cloneNode(true)));
    byId("compare").replaceChildren(element("option", { value: "", textContent: "nothing" }), ...options);
    start();
  } catch (error) { failed(error); }
}

main();
