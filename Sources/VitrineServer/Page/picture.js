// A photograph from the user's disk as a term of the query: turned upright and made small enough to
// send, as no model looks at more.

const longest = 768;

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
  return { image: preview.slice(preview.indexOf(",") + 1), weight: 1, label: file.name, preview };
}
