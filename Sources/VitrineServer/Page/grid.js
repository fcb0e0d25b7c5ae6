// Cards of products, in a grid.

import { image } from "./api.js";
import { rolesOf } from "./indexes.js";

// An attribute's name as words: `in_stock`, `brandName`, `articleAttributes.Fit`.
export const wordsOf = (name) =>
  name.split(".").at(-1).replaceAll("_", " ").replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase();

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// The query's words marked where they stand in a title.
function marked(title, words = []) {
  const span = element("span", { className: "title" });
  const stems = words.map((word) => word.toLowerCase().replace(/(.)s$/, "$1"));
  for (const part of title.split(/(\p{L}+)/u)) {
    const hit = stems.some((stem) => part.toLowerCase().startsWith(stem));
    span.append(hit ? element("mark", { textContent: part }) : part);
  }
  return span;
}

// `note` is what a card says in its corner: its rank in another index, or how far along it lies.
function card(index, hit, open, note) {
  const { title, maker, price } = rolesOf(index, hit);
  const picture = element("img", { src: image(index, hit.id), alt: "", loading: "lazy", decoding: "async" });
  picture.addEventListener("error", () => picture.removeAttribute("src"), { once: true });
  const button = element("button", { type: "button", className: "card", ariaLabel: title },
    element("span", { className: "picture" }, picture,
      note ? element("small", { className: "note", textContent: note.text, title: note.title ?? "" }) : null),
    element("span", { className: "words" },
      marked(title, hit.words),
      element("span", { className: "row" },
        element("small", { textContent: maker }),
        element("span", { textContent: typeof price === "number" ? price.toLocaleString() : price ?? "" }))));
  button.title = `score ${hit.score.toFixed(3)}`;
  Object.assign(button.dataset, { index, id: hit.id });
  button.addEventListener("click", () => open(hit));
  return element("li", { className: note?.missing ? "alone" : "" }, button);
}

export function fill(list, index, hits, open, { append = false, note = () => null } = {}) {
  const cards = hits.map((hit, rank) => card(index, hit, open, note(hit, rank)));
  if (append) list.append(...cards);
  else list.replaceChildren(...cards);
}
