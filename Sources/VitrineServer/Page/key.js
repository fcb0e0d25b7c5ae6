// The dialog that asks for an API key, where the server wants one.

import { remember } from "./api.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("key");
let isGiven = false;

export function ask() {
  byId("key-note").textContent = isGiven ? "The server refused this key. Another?" : "This server asks for an API key.";
  byId("key-note").classList.toggle("wrong", isGiven);
  if (!dialog.open) dialog.showModal();
  byId("key-text").select();
}

export function connect({ given, left }) {
  byId("key-form").addEventListener("submit", () => {
    remember(byId("key-text").value);
    isGiven = true;
    given();
  });
  dialog.addEventListener("cancel", left);
}
