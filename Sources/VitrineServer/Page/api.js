// The HTTP interface of the server this page came from.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new Refused(response.status, body.detail ?? body.title ?? `the server answered ${response.status}`);
  return body;
}

const at = (index, path = "") => `/v1/indexes/${encodeURIComponent(index)}${path}`;

export const indexes = () => fetch("/v1/indexes").then(answer);

export const search = (index, query, signal) =>
  fetch(at(index, "/search"), {
    method: "POST", signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify(query),
  }).then(answer);

export const product = (index, id) => fetch(at(index, `/products/${encodeURIComponent(id)}`)).then(answer);

export function recommend(index, id, towards, keep) {
  const query = new URLSearchParams({ towards });
  if (keep) query.set("keep", keep);
  return fetch(at(index, `/products/${encodeURIComponent(id)}/recommend?${query}`)).then(answer);
}

export const image = (index, id) => at(index, `/products/${encodeURIComponent(id)}/image`);

// Pictures are asked for by the browser itself, so the key goes with every request as a cookie that
// no other site can make it send.
export function remember(key) {
  document.cookie = `vitrine-key=${encodeURIComponent(key)}; path=/; SameSite=Strict`;
}
