// The HTTP interface of the server this page came from.

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? body.title ?? `the server answered ${response.status}`);
  return body;
}

const at = (index, path = "") => `/v1/indexes/${encodeURIComponent(index)}${path}`;

export const indexes = () => fetch("/v1/indexes").then(answer);

export const search = (index, query, signal) =>
  fetch(at(index, "/search"), {
    method: "POST", signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify(query),
  }).then(answer);

export const product = (index, id) => fetch(at(index, `/products/${encodeURIComponent(id)}`)).then(answer);

export const recommend = (index, id, towards) =>
  fetch(at(index, `/products/${encodeURIComponent(id)}/recommend?towards=${encodeURIComponent(towards)}`)).then(answer);

export const image = (index, id) => at(index, `/products/${encodeURIComponent(id)}/image`);
