// The HTTP interface of the server this page came from.

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// Browsers word it each in its own way, and none for a customer.
const unreachable = (error) => {
  throw error.name === "AbortError" ? error : new Refused(0, "The server cannot be reached. Is it still running?");
};

async function answer(response) {
  const body = await response.json().catch((error) => {
    if (error.name === "AbortError") throw error;
    return {};
  });
  if (!response.ok)
    throw new Refused(response.status, body.detail ?? body.title ?? `the server answered ${response.status}`);
  return body;
}

const ask = (path, options) => fetch(path, options).catch(unreachable).then(answer);

const at = (index, path = "") => `/v1/indexes/${encodeURIComponent(index)}${path}`;

export const indexes = () => ask("/v1/indexes");

export const search = (index, query, signal) =>
  ask(at(index, "/search"), {
    method: "POST", signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify(query),
  });

// However they are written, browsers take these for steps along a path.
const isStep = (id) => id === "." || id === "..";

const atProduct = (index, id, path = "") => at(index, `/products/${encodeURIComponent(id)}${path}`);

async function askOf(index, id, path, options) {
  if (isStep(id)) throw new Refused(0, `The browser cannot ask for a product whose id is "${id}".`);
  return ask(atProduct(index, id, path), options);
}

export const product = (index, id) => askOf(index, id);

export function recommend(index, id, towards, keep, signal) {
  const query = new URLSearchParams({ towards });
  if (keep) query.set("keep", keep);
  return askOf(index, id, `/recommend?${query}`, { signal });
}

export const image = (index, id) => (isStep(id) ? "" : atProduct(index, id, "/image"));

// Pictures are asked for by the browser itself, so the key goes with every request as a cookie that
// no other site can make it send.
export function remember(key) {
  document.cookie = `vitrine-key=${encodeURIComponent(key)}; path=/; SameSite=Strict`;
}
