// What the page shows, and how that is written into the address bar: every view can be shared.
// An uploaded picture is too big for a URL; it lives only in this tab.

export const state = {
  index: "",       // name of the index searched
  compare: "",     // name of a second index shown beside it, or ""
  terms: [],       // [{text | product | image, weight, label?, preview?}]
  filter: "",      // what the user typed
  picked: {},      // attribute → values chosen in the facets
  ranges: {},      // attribute → [low, high], either may be null; dates as "2026-01-31"
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
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : {};
  } catch { return {}; }
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
  state.picked = parsed(query.get("pick"));
  state.ranges = parsed(query.get("range"));
  const looks = Number(query.get("looks") ?? NaN);
  state.weights = looks >= 0 && looks <= 1 ? blend(looks) : null;
  state.sort = query.get("sort") ?? "";
}

const quoted = (value) => `"${String(value).replace(/[\\"]/g, "\\$&")}"`;
const name = (attribute) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(attribute) ? attribute : quoted(attribute));
const bound = (value) => (typeof value === "number" ? value : quoted(value));

// One filter expression from what was typed, picked and dragged.
export function filterExpression() {
  const parts = [];
  if (state.filter.trim()) parts.push(`(${state.filter})`);
  for (const [attribute, values] of Object.entries(state.picked))
    if (values.length) parts.push(`${name(attribute)} in (${values.map(quoted).join(", ")})`);
  for (const [attribute, [low, high]] of Object.entries(state.ranges)) {
    if (low !== null) parts.push(`${name(attribute)} >= ${bound(low)}`);
    if (high !== null) parts.push(`${name(attribute)} <= ${bound(high)}`);
  }
  return parts.join(" and ");
}
