// Buttons that copy a text (`data-copy`) or the address that a path of this server has (`data-copy-link`).

/** Where there is no clipboard to ask (without https) or it says no, the old way: by a field that holds the text for a moment. */
export async function copy(text) {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {
    // Then the other way.
  }
  const before = document.activeElement;
  const held = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
  document.body.append(held);
  held.select();
  const done = document.execCommand("copy");
  held.remove();
  before?.focus({ preventScroll: true });
  if (!done) throw new Error("not allowed");
}

/** What buttons say, while they say what has become of a press. */
const words = new WeakMap();

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy], [data-copy-link]");
  if (!button) return;
  if (!words.has(button)) words.set(button, button.textContent);
  const link = button.dataset.copyLink;
  const text = link ? new URL(link, location.href).href : button.dataset.copy;
  button.textContent = await copy(text).then(() => "Copied", () => "Not allowed");
  setTimeout(() => (button.textContent = words.get(button)), 1_500);
});

for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
