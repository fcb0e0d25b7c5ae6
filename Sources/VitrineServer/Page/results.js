// What a search found: the grids and the line above them.

import * as api from "./api.js";
import * as detail from "./detail.js";
import * as example from "./example.js";
import * as facets from "./facets.js";
import { byId, element, fill } from "./grid.js";
import * as key from "./key.js";
import * as order from "./order.js";
import { isNarrowed, state } from "./state.js";

const hits = {};     // index → hits on the page
let next = null;     // {index, query} of the left grid's next page
let counted = "";    // the index whose attributes are shown

export const hitsOf = (index) => hits[index] ?? [];

export function say(text, wrong = false) {
  byId("count").textContent = text;
  byId("count").classList.toggle("wrong", wrong);
}

// What stands there until another search is answered has no next page any more.
export function expire() {
  next = null;
}

function follow(index, query, { cursor }) {
  next = cursor ? { index, query: { ...query, cursor } } : null;
  byId("more").hidden = !next;
}

function present(grid, index, answer, options) {
  hits[index] = answer.hits;
  fill(byId(grid), index, answer.hits, (hit) => detail.open(index, hit), options);
}

// `right` is the answer of the index beside it, or `{ error }`, or null.
export function show(left, right, asked, changed) {
  const { index } = state;
  document.body.classList.toggle("comparing", Boolean(right));
  byId("right").hidden = byId("left-name").hidden = !right;
  if (right) beside(left, right);
  else present("grid", index, left);
  offerAttributes(index, left.facets ?? [], changed);
  follow(index, asked, right ? {} : left);
}

export const isOffered = (index) => counted === index;

// To filter and to order by. An example that changes with every search would not be looked for.
export function offerAttributes(index, found, changed) {
  const shown = facets.show(byId("facets"), index, found, changed);
  order.show(byId("sort"), shown);
  if (counted !== index || !byId("filter").placeholder) example.show(byId("filter"), shown);
  counted = index;
}

// After an error there is nothing of which it could be said which search found it.
export function clear() {
  for (const index of Object.keys(hits)) delete hits[index];
  for (const grid of ["grid", "grid-right"]) byId(grid).replaceChildren();
  byId("left-name").hidden = byId("right").hidden = true;
  if (counted !== state.index) offerAttributes("", []);
  follow(state.index, null, {});
}

// Links to the same with an index that there is.
export function offerIndexes(names) {
  clear();
  const links = names.flatMap((name, place) => {
    const query = new URLSearchParams(location.search);
    query.set("index", name);
    return [place ? ", " : "", element("a", { href: `?${query}`, textContent: name })];
  });
  say(`There is no index "${state.index}". There ${names.length === 1 ? "is" : "are"} `, true);
  byId("count").append(...links, ".");
}

// Two indexes side by side; each card says where the other index has the same product.
function beside(left, right) {
  byId("right-name").classList.toggle("wrong", Boolean(right.error));
  if (right.error) {
    present("grid", state.index, left);
    present("grid-right", state.compare, { hits: [] });
    byId("left-name").textContent = state.index;
    byId("right-name").textContent = `${state.compare} · ${right.error.message}`;
    return;
  }
  const ranks = ({ hits }) => new Map(hits.map((hit, rank) => [hit.id, rank + 1]));
  const sides = [["grid", "left-name", state.index, left, ranks(right)], ["grid-right", "right-name", state.compare, right, ranks(left)]];
  for (const [grid, heading, index, answer, elsewhere] of sides) {
    const shared = answer.hits.filter((hit) => elsewhere.has(hit.id)).length;
    byId(heading).textContent = `${index} · ${answer.took_ms.toFixed(1)} ms · ${shared} of ${answer.hits.length} in both`;
    present(grid, index, answer, {
      note: (hit, rank) => ({
        text: elsewhere.has(hit.id) ? `${rank + 1} = ${elsewhere.get(hit.id)}` : `${rank + 1}`,
        title: elsewhere.has(hit.id) ? "its rank here and there" : "only here",
        missing: !elsewhere.has(hit.id),
      }),
    });
  }
}

export function summary(answer) {
  if (!answer.hits.length) return "Nothing matches. Fewer filters, or other words?";
  const how = state.terms.length ? [`${answer.took_ms.toFixed(1)} ms`, answer.path + (answer.exact ? ", exact" : "")] : [];
  return [...count(answer), ...how, ...(answer.notes ?? []).map(forPeople)].join(" · ");
}

// Of what a filter permits a text finds some to be relevant; those the facets count, and so does this. Where
// few enough are permitted all are counted, which says nothing of how many are relevant.
function count({ matches, plan, relevant }) {
  const permitted = matches ?? plan?.permitted;
  if (permitted === undefined) return [];
  const whole = permitted.toLocaleString();
  if (relevant < permitted) return [`about ${Number(relevant.toPrecision(2)).toLocaleString()} relevant of ${whole}`];
  const isRanked = state.terms.some(({ weight }) => weight);
  return isRanked && isNarrowed() ? [`${whole} match${permitted === 1 ? "es" : ""} the filter`]
    : [`${whole} product${permitted === 1 ? "" : "s"}`];
}

// The page has no `candidates` to raise.
function forPeople(note) {
  const most = note.match(/^only the (\d+) best are in this order/)?.[1];
  return most ? `the ${Number(most).toLocaleString()} best, in this order` : note;
}

export async function more() {
  const page = next;
  if (!page) return;
  try {
    const answer = await api.search(page.index, page.query);
    if (next !== page) return;
    fill(byId("grid"), page.index, answer.hits, (hit) => detail.open(page.index, hit), { append: true });
    hits[page.index].push(...answer.hits);
    follow(page.index, page.query, answer);
  } catch (error) {
    if (next !== page) return;
    if (error.status === 401) return void key.ask(more);
    follow(page.index, null, {});
    say(error.message, true);
  }
}
