// What the page shows, and how that is written into the address bar: every view can be shared.
// An uploaded picture is too big for a URL; it lives only in this tab.

export const state = {
  index: "",       // name of the index searched
  compare: "",     // name of a second index shown beside it, or ""
  terms: [],       // [{text | product | image, weight, label?, preview?}]
  filter: "",      // what the user typed
  picked: {},      // attribute → values chosen in the facets
  ranges: {},      // attribute → [low, high], either may be null
  weights: null,   // {similarity, lexical} or null for the engine's own
};

const plain = (term) => !term.image;

export function toURL() {
  const query = new URLSearchParams();
  if (state.index) query.set("index", state.index);
  if (state.compare) query.set("compare", state.compare);
  for (const term of state.terms.filter(plain))
    query.append("term", JSON.stringify([term.text ? "text" : "product", term.text ?? term.product, term.weight]));
  if (state.filter) query.set("filter", state.filter);
  if (Object.keys(state.picked).length) query.set("pick", JSON.stringify(state.picked));
  if (Object.keys(state.ranges).length) query.set("range", JSON.stringify(state.ranges));
  if (state.weights) query.set("weights", JSON.stringify(state.weights));
  return "?" + query;
}

// A hand-edited URL may hold anything: what does not parse is left out.
function parsed(text, fallback) {
  try { return JSON.parse(text) ?? fallback; } catch { return fallback; }
}

export function fromURL(search) {
  const query = new URLSearchParams(search);
  state.index = query.get("index") ?? "";
  state.compare = query.get("compare") ?? "";
  state.terms = query.getAll("term").map((text) => parsed(text, null))
    .filter((term) => Array.isArray(term) && (term[0] === "text" || term[0] === "product"))
    .map(([kind, value, weight]) => ({ [kind]: String(value), weight: Number(weight) || 1 }));
  state.filter = query.get("filter") ?? "";
  state.picked = parsed(query.get("pick"), {});
  state.ranges = parsed(query.get("range"), {});
  state.weights = parsed(query.get("weights"), null);
}

const name = (attribute) => (/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(attribute) ? attribute : quoted(attribute));
const quoted = (value) => `"${String(value).replace(/[\\"]/g, "\\$&")}"`;

// One filter expression from what was typed, picked and dragged.
export function filterExpression() {
  const parts = [];
  if (state.filter.trim()) parts.push(`(${state.filter})`);
  for (const [attribute, values] of Object.entries(state.picked))
    if (values.length) parts.push(`${name(attribute)} in (${values.map(quoted).join(", ")})`);
  for (const [attribute, [low, high]] of Object.entries(state.ranges)) {
    if (low !== null) parts.push(`${name(attribute)} >= ${low}`);
    if (high !== null) parts.push(`${name(attribute)} <= ${high}`);
  }
  return parts.join(" and ");
}
