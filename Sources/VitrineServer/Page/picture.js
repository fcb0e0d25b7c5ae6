// A photograph from the user's disk as a term of the query: turned upright and made small enough to
// send, as no model looks at more. Pictures stay in memory for as long as the page does, so that one
// can go back to them.

const longest = 768;
const taken = new Map(); // picture → what its term is, but for the weight

const encoded = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result));
  reader.addEventListener("error", () => reject(reader.error));
  reader.readAsDataURL(blob);
});

async function shrunk(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  if (scale === 1) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.92));
}

export async function term(file) {
  // What the browser cannot read the server may, or say why not.
  const preview = await encoded(await shrunk(file).catch(() => file));
  // A name that no picture had before the page was loaded anew.
  const picture = `${Date.now()} ${file.name}`;
  taken.set(picture, { image: preview.slice(preview.indexOf(",") + 1), label: file.name, preview, picture });
  return { ...taken.get(picture), weight: 1 };
}

// What an entry of the history keeps of the picture among these terms.
export function kept(terms) {
  const term = terms.find(({ picture }) => picture);
  return term ? { picture: term.picture, weight: term.weight } : null;
}

// The terms of an entry of the history, or null if its picture is gone.
export function restored(entry) {
  if (!entry?.picture) return [];
  const term = taken.get(entry.picture);
  return term ? [{ ...term, weight: entry.weight }] : null;
}
