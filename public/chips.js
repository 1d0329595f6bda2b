// Prices in messages (src/chat/server/quoting): beside what each was when it was said, what it is now, as the ticker has it.
import { arrow, corners, words } from "./ticker/figures.js";

/** How often they are brought up to date, in ms. */
const EVERY = 1_000;

/** From one price to another, by their text: which way, or `""`. */
const way = (from, to) => (+to > +from ? "up" : +to < +from ? "down" : "");

/** Follows prices on this board. */
export function follow(board, name) {
  const shown = new WeakMap();
  setInterval(() => {
    if (document.hidden) return;
    for (const chip of document.querySelectorAll("a.chip")) {
      const quote = board.quotes.get(name({ symbol: chip.dataset.symbol, venue: chip.dataset.venue }));
      if (!quote || shown.get(chip) === quote.last) continue;
      shown.set(chip, quote.last);
      let now = chip.querySelector(".now");
      if (!now) {
        now = document.createElement("span");
        chip.append(" ", now);
      }
      const went = way(chip.dataset.said, quote.last);
      now.className = `now ${went}`;
      now.textContent = went ? `${arrow(went)} ${words("last", quote)}` : "";
      now.title = `Now ${words("last", quote)}`;
      chip.title = `${words("last", { last: chip.dataset.said })} when it was said, ${words("last", quote)} now, at ${chip.dataset.venue}`;
    }
  }, EVERY);
  hover(board, name);
}

/** The day's line of the one under the pointer, or with the focus. */
function hover(board, name) {
  const panel = document.createElement("div");
  panel.className = "chip-line";
  panel.hidden = true;
  panel.ariaHidden = "true";
  document.body.append(panel);
  const leave = () => (panel.hidden = true);
  const enter = (event) => {
    const chip = event.target.closest?.("a.chip");
    if (!chip) return leave();
    const its = name({ symbol: chip.dataset.symbol, venue: chip.dataset.venue });
    const [quote, spark] = [board.quotes.get(its), board.sparks.get(its)];
    const points = quote && corners(spark?.points ?? [], quote.last);
    if (!points) return leave();
    panel.innerHTML = '<svg class="spark" viewBox="0 0 288 96" preserveAspectRatio="none"><polyline fill="none"/></svg><small></small>';
    panel.querySelector("polyline").setAttribute("points", points);
    panel.querySelector("small").textContent = [words("percent", quote), words("range", quote)].filter(Boolean).join(" · ");
    const { left, bottom, top } = chip.getBoundingClientRect();
    panel.hidden = false;
    const { offsetWidth, offsetHeight } = panel;
    panel.style.left = `${Math.max(8, Math.min(left, innerWidth - offsetWidth - 8))}px`;
    panel.style.top = `${bottom + offsetHeight + 8 > innerHeight ? top - offsetHeight - 4 : bottom + 4}px`;
  };
  addEventListener("pointerover", enter);
  addEventListener("focusin", enter);
  addEventListener("scroll", leave, { capture: true, passive: true });
}
