// The HTTP interface of the server this page came from.

export class Refused extends Error {
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
  const body = await response.json().catch(() => ({}));
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

export const product = (index, id) => ask(at(index, `/products/${encodeURIComponent(id)}`));

export function recommend(index, id, towards, keep) {
  const query = new URLSearchParams({ towards });
  if (keep) query.set("keep", keep);
  return ask(at(index, `/products/${encodeURIComponent(id)}/recommend?${query}`));
}

export const image = (index, id) => at(index, `/products/${encodeURIComponent(id)}/image`);

// Pictures are asked for by the browser itself, so the key goes with every request as a cookie that
// no other site can make it send.
export function remember(key) {
  document.cookie = `vitrine-key=${encodeURIComponent(key)}; path=/; SameSite=Strict`;
}
