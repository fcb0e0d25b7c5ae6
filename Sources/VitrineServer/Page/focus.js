// Parts of the page that are built anew with every search, though the keyboard may stand in them.

// The control of the same `data-key` gets the focus that the old one had.
export function rebuild(container, children) {
  const focused = document.activeElement;
  const key = container.contains(focused) ? focused.dataset.key : undefined;
  container.replaceChildren(...children);
  if (key === undefined) return;
  const controls = [...container.querySelectorAll("[data-key]")];
  controls.find((control) => control.dataset.key === key)?.focus({ preventScroll: true });
}

export function keyed(control, key) {
  control.dataset.key = key;
  return control;
}
