// Wires the page together: read the URL, search, show, and write the URL again.

import * as api from "./api.js";
import * as detail from "./detail.js";
import { byId, element } from "./grid.js";
import * as indexes from "./indexes.js";
import * as key from "./key.js";
import * as keys from "./keys.js";
import * as picture from "./picture.js";
import { countRest, find, findAndCount, isOfFilter, query, takesFilter } from "./query.js";
import * as results from "./results.js";
import { blend, fromURL, letGo, narrowed, state, toURL } from "./state.js";
import * as terms from "./terms.js";

let running = null; // AbortController of the search in flight
let isAjar = false; // whether it is a wrong filter that unfolded what narrows
let isTyping = false; // whether the latest entry of the history is of a text that is still being typed

function wrongFilter(message) {
  byId("filter").classList.toggle("wrong", Boolean(message));
  byId("filter-wrong").hidden = !message;
  byId("filter-wrong").textContent = message;
  const isOpen = document.body.classList.contains("narrowing");
  if (isAjar && !message) unfold(false);
  if (message && !isOpen) {
    unfold(true);
    isAjar = true;
  }
}

// On a small screen what narrows is folded away until it is asked for.
function unfold(isOpen) {
  isAjar = false;
  document.body.classList.toggle("narrowing", isOpen);
  byId("narrowing").ariaExpanded = String(isOpen);
}

function failed(error, notice = "") {
  if (error.name === "AbortError") return;
  results.clear();
  if (error.status === 401) return void key.ask(main);
  const ofFilter = isOfFilter(error);
  wrongFilter(ofFilter ? error.message : "");
  results.say(notice + (ofFilter ? "Nothing shown: the filter is wrong." : error.message), true);
}

// A view that begins with a mistake still offers what the index can be narrowed by.
async function offerRest(error, signal) {
  const { index } = state;
  if (![400, 404, 422].includes(error.status) || results.isOffered(index)) return;
  const rest = await countRest(index, error, signal).catch(() => null);
  if (rest && !signal.aborted) results.offerAttributes(index, rest.facets, run);
}

// What is wrong with the other index alone is told beside it.
const beside = (error) => {
  if (error.name === "AbortError" || error.status === 401) throw error;
  return { error };
};

// Writes the address bar. What it says already is no step to go back by, but for another picture, of
// which it says nothing.
function write(how) {
  const kept = picture.kept(state.terms);
  const isSame = new URL(toURL(), location).href === location.href
    && JSON.stringify(kept) === JSON.stringify(history.state);
  history[how === "push" && !isSame ? "pushState" : "replaceState"](kept, "", toURL());
}

// `history` says what becomes of the address bar: "push", "replace" or "keep". `notice` is what else
// the line above the results says.
async function run({ history: how = "push", notice = "" } = {}) {
  isTyping = false;
  if (how !== "keep") write(how);
  draw();
  results.expire();
  running?.abort();
  if (!indexes.names().length) return void main();
  if (!indexes.isKnown(state.index)) return results.offerIndexes(indexes.names());
  running = new AbortController();
  const { signal } = running;
  const asked = query(state.index);
  const other = state.compare ? find(state.compare, query(state.compare), signal).catch(beside) : null;
  try {
    const [left, right] = await Promise.all([findAndCount(state.index, asked, signal), other]);
    results.show(left, right, asked, run);
    wrongFilter("");
    results.say(notice + results.summary(left));
  } catch (error) {
    failed(error, notice);
    offerRest(error, signal);
  }
}

// What the other index cannot be asked for is let go of, and said.
async function changeIndex(index) {
  const withFilter = await takesFilter(index);
  state.index = index;
  const gone = letGo(indexes.attributesOf(index));
  if (!withFilter) {
    gone.missing.add(state.filter);
    state.filter = "";
  }
  run({ notice: without(gone) });
}

const reasons = {
  missing: "has no such attribute", unfit: "cannot be narrowed so by", unordered: "cannot be ordered by",
};
const without = (gone) => Object.entries(reasons).filter(([why]) => gone[why].size)
  .map(([why, words]) => `Left out, as "${state.index}" ${words}: ${[...gone[why]].join(", ")}. `).join("");

function draw() {
  const text = terms.mainText()?.text ?? "";
  if (document.activeElement !== byId("text") || byId("text").value.trim() !== text) byId("text").value = text;
  document.title = text ? `${text} · Vitrine` : "Vitrine";
  const narrowing = narrowed().length + Number(Boolean(state.filter.trim()));
  byId("narrowing").textContent = narrowing ? `Filters · ${narrowing}` : "Filters";
  byId("filter").value = state.filter;
  byId("index").value = state.index;
  byId("compare").value = state.compare;
  byId("looks").value = state.weights?.similarity ?? 0.5;
  byId("auto").hidden = !state.weights;
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
  const { title } = indexes.rolesOf(index, hit);
  state.terms = [{ product: hit.id, weight: 1, label: title, preview: api.image(index, hit.id) }];
  if (index === state.index) run();
  else changeIndex(index);
  scrollTo({ top: 0, behavior: "smooth" });
}

function neighbor(index, hit, by) {
  const list = results.hitsOf(index);
  const here = list.findIndex((other) => other.id === hit.id);
  return here < 0 ? null : list[here + by];
}

async function share() {
  const lacks = state.terms.some((term) => term.image) ? ", without the picture" : "";
  try {
    await navigator.clipboard.writeText(location.href);
    byId("share").textContent = `Copied${lacks}`;
  } catch { byId("share").textContent = `Copy it from the address bar${lacks}`; }
  setTimeout(() => { byId("share").textContent = "Copy link"; }, 3000);
}

let pause = null; // between the last key and the search

// The first key after a settled search begins an entry of the history, and those that follow change it.
function searchText(isSettled) {
  const history = isTyping ? "replace" : "push";
  clearTimeout(pause);
  if (!readText() && !isSettled) return;
  run({ history });
  isTyping = !isSettled;
}

function connect() {
  byId("text").addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => searchText(false), 120);
  });
  byId("text").addEventListener("blur", () => { isTyping = false; });
  byId("search").addEventListener("submit", (event) => { event.preventDefault(); searchText(true); });
  byId("narrowing").addEventListener("click", () => {
    unfold(!document.body.classList.contains("narrowing"));
    scrollTo({ top: 0 });
  });
  byId("narrow").addEventListener("submit", (event) => { event.preventDefault(); state.filter = byId("filter").value; run(); });
  byId("file").addEventListener("change", (event) => { take(event.target.files[0]); event.target.value = ""; });
  byId("more").addEventListener("click", results.more);
  byId("share").addEventListener("click", share);
  byId("auto").addEventListener("click", () => { state.weights = null; run(); });
  byId("looks").addEventListener("change", () => { state.weights = blend(Number(byId("looks").value)); run(); });
  byId("sort").addEventListener("change", (event) => { state.sort = event.target.value; run(); });
  byId("index").addEventListener("change", (event) => changeIndex(event.target.value));
  byId("compare").addEventListener("change", (event) => { state.compare = event.target.value; run(); });
  for (const name of ["dragover", "dragleave", "drop"])
    document.addEventListener(name, (event) => {
      event.preventDefault();
      document.body.classList.toggle("dropping", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0]);
    });
  keys.connect((index, id) => {
    const hit = results.hitsOf(index).find((other) => other.id === id);
    if (hit) like(index, hit);
  });
  addEventListener("popstate", () => { clearTimeout(pause); byId("detail").close(); start(); });
  key.connect(() => results.say("This server needs an API key: Search asks for it again.", true));
  detail.connect({ like, neighbor });
}

// Terms of a shared link have ids only: their titles are asked for.
async function nameTerms() {
  for (const term of state.terms.filter((term) => term.product && !term.label)) {
    term.preview = api.image(state.index, term.product);
    const product = await api.product(state.index, term.product).catch(() => null);
    term.label = product ? indexes.rolesOf(state.index, product).title : term.product;
  }
}

// Shows what the address bar and the history say.
async function start() {
  fromURL(location.search);
  const pictures = picture.restored(history.state);
  state.terms.push(...(pictures ?? []));
  state.index ||= indexes.names()[0];
  if (!indexes.isKnown(state.index)) return void run({ history: "keep" });
  const missing = indexes.isKnown(state.compare) ? "" : state.compare;
  if (missing) state.compare = "";
  const notices = [
    missing && `There is no index "${missing}" to compare with. `,
    without(letGo(indexes.attributesOf(state.index))),
    pictures ? "" : "The picture is gone: only the page it was given to had it. ",
  ];
  await nameTerms();
  run({ history: "keep", notice: notices.join("") });
}

async function main() {
  try {
    await indexes.load();
    const options = indexes.names().map((name) => element("option", { value: name, textContent: name }));
    byId("index").replaceChildren(...options.map((option) => option.cloneNode(true)));
    byId("compare").replaceChildren(element("option", { value: "", textContent: "nothing" }), ...options);
    for (const label of document.querySelectorAll(".index")) label.hidden = options.length < 2;
    if (options.length) start();
    else results.say("This server has no index.");
  } catch (error) { failed(error); }
}

connect();
// Where there is no mouse the focus would bring up a keyboard of the screen, over half of what is shown.
if (matchMedia("(hover: hover)").matches) byId("text").focus();
main();
