// The keys that the footer names, where the browser has no use for them.

import { byId } from "./grid.js";

function move(key) {
  const grid = document.activeElement.closest(".grid") ?? byId("grid");
  const cards = [...grid.querySelectorAll(".card")];
  const here = cards.indexOf(document.activeElement);
  const top = (card) => card.getBoundingClientRect().top;
  const second = cards.findIndex((card) => top(card) > top(cards[0]) + 1);
  const columns = second < 0 ? cards.length : second;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[key];
  const next = here < 0 ? 0 : here + step;
  cards[next]?.focus();
}

// `like` is given the index and the id of the product in focus.
export function connect(like) {
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select") || document.querySelector("dialog[open]")) {
      if (event.key === "ArrowDown" && event.target.id === "text") { event.preventDefault(); move(event.key); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { event.preventDefault(); byId("text").select(); }
    if (event.key.startsWith("Arrow")) { event.preventDefault(); move(event.key); }
    if (event.key === "l") like(document.activeElement.dataset.index, document.activeElement.dataset.id);
  });
}
