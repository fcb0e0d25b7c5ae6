// The indexes of the server and what attributes each has.

import * as api from "./api.js";

let known = []; // [{name, attributes, title, maker, price}]

export async function load() {
  known = (await api.indexes()).indexes;
}

export const names = () => known.map(({ name }) => name);
export const isKnown = (index) => names().includes(index);
export const attributesOf = (index) => known.find(({ name }) => name === index)?.attributes ?? [];

// What is known of a product's title, maker and price, each by the attribute that the index has for it.
export function rolesOf(index, { id, attributes }) {
  const entry = known.find(({ name }) => name === index) ?? {};
  return {
    title: String(attributes[entry.title] ?? id),
    maker: attributes[entry.maker] ?? "",
    price: attributes[entry.price],
  };
}
