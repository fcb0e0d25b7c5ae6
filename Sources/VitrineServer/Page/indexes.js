// The indexes of the server and what attributes each has.

import * as api from "./api.js";

let known = []; // [{name, attributes}]

export async function load() {
  known = (await api.indexes()).indexes;
}

export const names = () => known.map(({ name }) => name);
export const isKnown = (index) => names().includes(index);
export const attributesOf = (index) => known.find(({ name }) => name === index)?.attributes ?? [];
