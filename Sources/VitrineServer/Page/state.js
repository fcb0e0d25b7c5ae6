// What the page shows, and how that is written into the address bar: every view can be shared.
// An uploaded picture is too big for a URL; it lives only in this tab.

// Attributes have any names, those of what every object has among them.
function bare(entries) {
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

export const state = {
  index: "",       // name of the index searched
  compare: "",     // name of a second index shown beside it, or ""
  terms: [],       // [{text | product | image, weight, label?, preview?}]
  filter: "",      // what the user typed
  picked: bare([]), // attribute → values chosen in the facets
  ranges: bare([]), // attribute → [low, high], either may be null; dates as "2026-01-31"
  weights: null,   // {similarity, lexical} or null for the engine's own
  sort: "",        // the attribute to order by, `-price` for falling, or "" for the best first
};

const plain = (term) => !term.image;

// As in `dress^0.5`. What ends so by itself is always written with its weight: `dress^2^1`.
const weightAtEnd = /\^(-?\d*\.?\d+)$/;

export function toURL() {
  const query = new URLSearchParams();
  if (state.index) query.set("index", state.index);
  if (state.compare) query.set("compare", state.compare);
  for (const term of state.terms.filter(plain)) {
    const [kind, value] = term.text ? ["q", term.text] : ["like", term.product];
    query.append(kind, term.weight === 1 && !weightAtEnd.test(value) ? value : `${value}^${term.weight}`);
  }
  if (state.filter) query.set("filter", state.filter);
  if (Object.keys(state.picked).length) query.set("pick", JSON.stringify(state.picked));
  if (Object.keys(state.ranges).length) query.set("range", JSON.stringify(state.ranges));
  if (state.weights) query.set("looks", state.weights.similarity);
  if (state.sort) query.set("sort", state.sort);
  return query.size ? "?" + query : location.pathname;
}

// A hand-edited URL may hold anything: what does not parse is left out.
function parsed(text, read) {
  try {
    const entries = Object.entries(JSON.parse(text) ?? {}).map(([name, value]) => [name, read(value)]);
    return bare(entries.filter(([, value]) => value));
  } catch { return bare([]); }
}

function values(list) {
  const plain = Array.isArray(list) ? list.filter((value) => value !== null && typeof value !== "object") : [];
  return plain.length ? [...new Set(plain.map(String))] : null;
}

// Browsers take 31 February for a day of March.
const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !isNaN(Date.parse(text))
  && new Date(text).toISOString().startsWith(text);
const isEnd = (end) => end === null || Number.isFinite(end) || isDay(end);

function ends(pair) {
  const isRange = Array.isArray(pair) && pair.length === 2 && pair.every(isEnd);
  return isRange && pair.some((end) => end !== null) ? pair : null;
}

function term(kind, written) {
  const weight = written.match(weightAtEnd);
  const value = weight ? written.slice(0, weight.index) : written;
  return value ? { [kind]: value, weight: Number(weight?.[1] ?? 1) } : null;
}

export const blend = (looks) => ({ similarity: looks, lexical: Math.round((1 - looks) * 100) / 100 });

export function fromURL(search) {
  const query = new URLSearchParams(search);
  state.index = query.get("index") ?? "";
  state.compare = query.get("compare") ?? "";
  state.terms = [...query.getAll("q").map((text) => term("text", text)),
                 ...query.getAll("like").map((text) => term("product", text))].filter(Boolean);
  state.filter = query.get("filter") ?? "";
  state.picked = parsed(query.get("pick"), values);
  state.ranges = parsed(query.get("range"), ends);
  const looks = Number(query.get("looks") || NaN);
  state.weights = looks >= 0 && looks <= 1 ? blend(looks) : null;
  state.sort = query.get("sort") ?? "";
}

export const narrowed = () => [...Object.keys(state.picked), ...Object.keys(state.ranges)];

export const isNarrowed = () => Boolean(narrowed().length || state.filter.trim());

const endsOf = { number: "number", date: "string" };

// Lets go of what is about attributes that an index has not, or has of another kind, and names them.
export function letGo(attributes) {
  const kinds = new Map(attributes.map(({ name, kind }) => [name, kind]));
  const gone = { missing: new Set(), unfit: new Set(), unordered: new Set() };
  const keep = (name, isKept, why) => isKept || !gone[kinds.has(name) ? why : "missing"].add(name);
  const kept = (entries, isKept) => bare(Object.entries(entries).filter(([name, value]) =>
    keep(name, isKept(kinds.get(name), value), "unfit")));
  state.picked = kept(state.picked, (kind) => kind === "keyword" || kind === "boolean");
  state.ranges = kept(state.ranges, (kind, pair) => pair.every((end) => end === null || typeof end === endsOf[kind]));
  const order = state.sort.replace(/^-/, "");
  if (order && !keep(order, kinds.get(order) in endsOf, "unordered")) state.sort = "";
  return gone;
}

const quoted = (value) => `"${String(value).replace(/[\\"]/g, "\\$&")}"`;
// An attribute or a value as a filter has it: the words of the grammar are its own unless quoted.
export const word = (text) =>
  (/^(?!(and|or|not|in|between|exists)$)[\p{L}_][\p{L}\p{N}_]*$/iu.test(text) ? text : quoted(text));
const bound = (value) => (typeof value === "number" ? value : quoted(value));

// One filter expression from what was typed, picked and dragged, but for one attribute.
export function filterExpression(without) {
  const parts = [];
  const others = (chosen) => Object.entries(chosen).filter(([attribute]) => attribute !== without);
  for (const [attribute, values] of others(state.picked))
    parts.push(`${word(attribute)} in (${values.map(quoted).join(", ")})`);
  for (const [attribute, [low, high]] of others(state.ranges)) {
    if (low !== null) parts.push(`${word(attribute)} >= ${bound(low)}`);
    if (high !== null) parts.push(`${word(attribute)} <= ${bound(high)}`);
  }
  // Alone it stays as it was typed, and so does what the server says of it.
  if (state.filter.trim()) parts.unshift(parts.length ? `(${state.filter})` : state.filter);
  return parts.join(" and ");
}
