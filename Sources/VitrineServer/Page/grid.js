// Cards of products, in a grid.

import { image } from "./api.js";

const titles = ["title", "name", "productDisplayName", "product_name"];
const makers = ["brand", "brandName", "manufacturer"];
const prices = ["price", "discountedPrice"];
const first = (attributes, names) => names.map((name) => attributes[name]).find((value) => value !== undefined);

export const titleOf = (hit) => String(first(hit.attributes, titles) ?? hit.id);

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// The query's words marked where they stand in a title.
function marked(title, words = []) {
  const span = element("span", { className: "title" });
  for (const part of title.split(/(\p{L}+)/u)) {
    const hit = words.some((word) => part.toLowerCase().startsWith(word.toLowerCase().replace(/s$/, "")));
    span.append(hit ? element("mark", { textContent: part }) : part);
  }
  return span;
}

export function card(index, hit, open) {
  const { attributes } = hit;
  const price = first(attributes, prices);
  const picture = element("img", { src: image(index, hit.id), alt: "", loading: "lazy", decoding: "async" });
  picture.addEventListener("error", () => picture.removeAttribute("src"), { once: true });
  const button = element("button", { type: "button", className: "card", ariaLabel: titleOf(hit) }, picture,
    element("div", { className: "words" },
      marked(titleOf(hit), hit.words),
      element("div", { className: "row" },
        element("small", { textContent: first(attributes, makers) ?? "" }),
        element("span", { textContent: price ?? "" })),
      element("small", { textContent: `score ${hit.score.toFixed(3)}` })));
  button.dataset.id = hit.id;
  button.addEventListener("click", () => open(hit));
  return element("li", {}, button);
}

export function fill(list, index, hits, open, append = false) {
  const cards = hits.map((hit) => card(index, hit, open));
  if (append) list.append(...cards);
  else list.replaceChildren(...cards);
}
