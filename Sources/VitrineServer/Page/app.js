// Wires the page together: read the URL, search, show, and write the URL again.

import * as api from "./api.js";
import * as detail from "./detail.js";
import * as facets from "./facets.js";
import { element, fill, titleOf } from "./grid.js";
import * as keys from "./keys.js";
import * as order from "./order.js";
import * as picture from "./picture.js";
import { blend, filterExpression, fromURL, state, toURL } from "./state.js";
import * as terms from "./terms.js";

const byId = (id) => document.getElementById(id);
const pageSize = 24;
let known = [];      // [{name, attributes}]
let missing = "";    // the index of the address bar that there is none of, or ""
let next = null;     // the query of the left grid's next page
let running = null;  // AbortController of the search in flight
const hits = {};     // index → hits on the page

const attributesOf = (index) => known.find((entry) => entry.name === index)?.attributes ?? [];

// The first dozen that tell products apart; a catalogue may have hundreds of attributes.
function facetAttributes(index) {
  const telling = attributesOf(index).filter((entry) => entry.facet && !facets.isDull(index, entry.name)).slice(0, 12);
  const used = [...Object.keys(state.picked), ...Object.keys(state.ranges)];
  return [...new Set([...telling.map((entry) => entry.name), ...used])];
}

function query(index) {
  return {
    terms: state.terms.map(({ text, product, image, weight }) => ({ text, product, image, weight })),
    filter: filterExpression() || undefined,
    weights: state.weights ?? undefined,
    sort: order.keys(),
    facets: index === state.index ? facetAttributes(index) : undefined,
    k: pageSize,
    explain: true,
  };
}

function say(text, wrong = false) {
  byId("count").textContent = text;
  byId("count").classList.toggle("wrong", wrong);
}

const isOfFilter = (error) => error.message.startsWith("filter");

function failed(error) {
  if (error.name === "AbortError") return;
  if (error.status === 401) return void byId("key").showModal();
  const ofFilter = isOfFilter(error);
  byId("filter").classList.toggle("wrong", ofFilter);
  byId("filter-wrong").hidden = !ofFilter;
  byId("filter-wrong").textContent = ofFilter ? error.message : "";
  say(ofFilter ? "" : error.message, true);
}

// What is wrong with a filter is told of what was typed alone: columns count in its own box.
async function find(index, query, signal) {
  try {
    return await api.search(index, query, signal);
  } catch (error) {
    if (isOfFilter(error) && state.filter.trim()) await api.search(index, { filter: state.filter, k: 1 }, signal);
    throw error;
  }
}

// `history` says what becomes of the address bar: "push", "replace" or "keep".
async function run({ history: how = "push" } = {}) {
  if (how !== "keep") {
    missing = "";
    history[`${how}State`](null, "", toURL());
  }
  draw();
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const asked = query(state.index);
  const other = state.compare ? find(state.compare, query(state.compare), signal) : null;
  try {
    const [left, right] = await Promise.all([find(state.index, asked, signal), other]);
    show(left, right, asked);
  } catch (error) { failed(error); }
}

const following = (asked, { cursor }) => (cursor ? { ...asked, cursor } : null);

function show(left, right, asked) {
  document.body.classList.toggle("comparing", Boolean(right));
  byId("right").hidden = byId("left-name").hidden = !right;
  if (right) beside(left, right);
  else fill(byId("grid"), state.index, left.hits, (hit) => detail.open(state.index, hit));
  hits[state.index] = left.hits;
  facets.show(byId("facets"), state.index, left.facets ?? [], run);
  next = right ? null : following(asked, left);
  byId("more").hidden = !next;
  byId("filter").classList.remove("wrong");
  byId("filter-wrong").hidden = true;
  const gone = missing ? `There is no index "${missing}", so this is "${state.index}". ` : "";
  say(gone + summary(left));
}

// Two indexes side by side; each card says where the other index has the same product.
function beside(left, right) {
  const ranks = ({ hits }) => new Map(hits.map((hit, rank) => [hit.id, rank + 1]));
  const sides = [["grid", "left-name", state.index, left, ranks(right)], ["grid-right", "right-name", state.compare, right, ranks(left)]];
  for (const [grid, heading, index, answer, elsewhere] of sides) {
    const shared = answer.hits.filter((hit) => elsewhere.has(hit.id)).length;
    byId(heading).textContent = `${index} · ${answer.took_ms.toFixed(1)} ms · ${shared} of ${answer.hits.length} in both`;
    hits[index] = answer.hits;
    fill(byId(grid), index, answer.hits, (hit) => detail.open(index, hit), {
      note: (hit, rank) => ({
        text: elsewhere.has(hit.id) ? `${rank + 1} = ${elsewhere.get(hit.id)}` : `${rank + 1}`,
        title: elsewhere.has(hit.id) ? "its rank here and there" : "only here",
        missing: !elsewhere.has(hit.id),
      }),
    });
  }
}

function summary(answer) {
  if (!answer.hits.length) return "Nothing matches. Fewer filters, or other words?";
  const matches = answer.matches ?? answer.plan?.permitted;
  const count = matches === undefined ? [] : [`${matches.toLocaleString()} product${matches === 1 ? "" : "s"}`];
  const how = state.terms.length ? [`${answer.took_ms.toFixed(1)} ms`, answer.path + (answer.exact ? ", exact" : "")] : [];
  return [...count, ...how, ...(answer.notes ?? [])].join(" · ");
}

async function more() {
  try {
    const answer = await api.search(state.index, next);
    fill(byId("grid"), state.index, answer.hits, (hit) => detail.open(state.index, hit), { append: true });
    hits[state.index].push(...answer.hits);
    next = following(next, answer);
    byId("more").hidden = !next;
  } catch (error) { failed(error); }
}

function draw() {
  const text = terms.mainText()?.text ?? "";
  if (document.activeElement !== byId("text") || byId("text").value.trim() !== text) byId("text").value = text;
  document.title = text ? `${text} · Vitrine` : "Vitrine";
  byId("filter").value = state.filter;
  byId("index").value = state.index;
  byId("compare").value = state.compare;
  byId("looks").value = state.weights?.similarity ?? 0.5;
  byId("auto").hidden = !state.weights;
  order.show(byId("sort"), attributesOf(state.index));
  terms.show(byId("terms"), run);
}

async function take(file) {
  if (!file) return;
  const term = await picture.term(file);
  state.terms = [...state.terms.filter((other) => !other.image), term];
  run();
}

function readText() {
  const main = terms.mainText();
  const others = state.terms.filter((term) => term !== main);
  const text = byId("text").value.trim();
  if (text === (main?.text ?? "")) return false;
  state.terms = text ? [{ text, weight: main?.weight ?? 1 }, ...others] : others;
  return true;
}

function like(index, hit) {
  state.index = index;
  state.terms = [{ product: hit.id, weight: 1, label: titleOf(hit), preview: api.image(index, hit.id) }];
  run();
  scrollTo({ top: 0, behavior: "smooth" });
}

function neighbour(index, hit, by) {
  const list = hits[index] ?? [];
  const here = list.findIndex((other) => other.id === hit.id);
  return here < 0 ? null : list[here + by];
}

async function share() {
  try {
    await navigator.clipboard.writeText(location.href);
    byId("share").textContent = "Copied";
  } catch { byId("share").textContent = "Copy it from the address bar"; }
  setTimeout(() => { byId("share").textContent = "Copy link"; }, 2000);
}

let pause = null; // between the last key and the search
function connect() {
  byId("text").addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => { if (readText()) run({ history: "replace" }); }, 120);
  });
  byId("search").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(pause); readText(); run(); });
  byId("narrow").addEventListener("submit", (event) => { event.preventDefault(); state.filter = byId("filter").value; run(); });
  byId("file").addEventListener("change", (event) => { take(event.target.files[0]); event.target.value = ""; });
  byId("more").addEventListener("click", more);
  byId("share").addEventListener("click", share);
  byId("auto").addEventListener("click", () => { state.weights = null; run(); });
  byId("looks").addEventListener("change", () => { state.weights = blend(Number(byId("looks").value)); run(); });
  byId("sort").addEventListener("change", (event) => { state.sort = event.target.value; run(); });
  byId("index").addEventListener("change", (event) => { state.index = event.target.value; run(); });
  byId("compare").addEventListener("change", (event) => { state.compare = event.target.value; run(); });
  for (const name of ["dragover", "dragleave", "drop"])
    document.addEventListener(name, (event) => {
      event.preventDefault();
      document.body.classList.toggle("dropping", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0]);
    });
  keys.connect((id) => {
    const hit = hits[state.index]?.find((other) => other.id === id);
    if (hit) like(state.index, hit);
  });
  addEventListener("popstate", () => { fromURL(location.search); start(); });
  byId("key-form").addEventListener("submit", () => { api.remember(byId("key-text").value); main(); });
  detail.connect({ like, neighbour });
}

// Terms of a shared link have ids only: their titles are asked for.
async function nameTerms() {
  for (const term of state.terms.filter((term) => term.product && !term.label)) {
    term.preview = api.image(state.index, term.product);
    const product = await api.product(state.index, term.product).catch(() => null);
    term.label = product ? titleOf({ ...product, score: 0 }) : term.product;
  }
}

async function start() {
  const isKnown = (name) => known.some((entry) => entry.name === name);
  missing = isKnown(state.index) ? "" : state.index;
  if (!isKnown(state.index)) state.index = known[0]?.name ?? "";
  if (!isKnown(state.compare)) state.compare = "";
  await nameTerms();
  run({ history: "keep" });
}

async function main() {
  try {
    known = (await api.indexes()).indexes;
    const options = known.map(({ name }) => element("option", { value: name, textContent: name }));
    byId("index").replaceChildren(...options.map((option) => option.cloneNode(true)));
    byId("compare").replaceChildren(element("option", { value: "", textContent: "nothing" }), ...options);
    for (const label of document.querySelectorAll(".index")) label.hidden = known.length < 2;
    start();
  } catch (error) { failed(error); }
}

fromURL(location.search);
connect();
main();
