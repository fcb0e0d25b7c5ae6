// The dialog that asks for an API key, where the server wants one.

import { remember } from "./api.js";
import { byId } from "./grid.js";

const dialog = byId("key");
let isGiven = false;
let refused = null; // what the server wanted the key for

// `again` is what to do once there is a key.
export function ask(again) {
  refused = again;
  byId("key-note").textContent = isGiven ? "The server refused this key. Another?" : "This server asks for an API key.";
  byId("key-note").classList.toggle("wrong", isGiven);
  if (!dialog.open) dialog.showModal();
  byId("key-text").select();
}

export function connect(left) {
  byId("key-form").addEventListener("submit", () => {
    remember(byId("key-text").value);
    isGiven = true;
    refused();
  });
  dialog.addEventListener("cancel", left);
}
