// What stands around the chart: the price, the day's figures, how far two have come, and the table of the newest bars. Figures
// are shown as the server wrote them.
import { came, percent } from "/chart/compare.js";
import { arrow, direction, grouped, since, toward, words } from "/ticker/figures.js";

/** Bars in the table. */
const ROWS = 60;

const byId = (id) => document.getElementById(id);
const shown = (figure) => (figure == null ? "\u2013" : grouped(figure));
const change = (way, text) => {
  const figure = element("span", { className: `c ${way}` });
  figure.append(element("span", { ariaHidden: "true", textContent: arrow(way) }), ` ${text}`);
  return figure;
};

/** The day, from what the server answered. */
export function figures({ day, quote }) {
  const set = (id, figure) => (byId(id).textContent = shown(figure));
  set("day-open", quote?.open ?? day?.open);
  set("day-high", day?.high);
  set("day-low", day?.low);
  set("day-previous", quote?.previous_close ?? day?.previous_close);
  set("day-volume", day?.volume);
}

/** The newest price; in the title as well, where one wants it. */
export function price(quote, isTitle) {
  byId("last").textContent = grouped(quote.last);
  for (const side of ["bid", "ask"]) byId(`day-${side}`).textContent = shown(quote[side]);
  // Those of the day with it: bars come a moment later.
  const [low, high] = quote.range ?? [];
  const { open, previous_close: previous } = quote;
  for (const [name, figure] of Object.entries({ open, high, low, previous })) if (figure != null) byId(`day-${name}`).textContent = shown(figure);
  if (quote.change) {
    const figure = change(direction(quote.change), words("percent", quote));
    figure.title = `${quote.change[0]} since ${since(quote)}`;
    byId("change")?.replaceChildren(figure);
  }
  document.title = `${isTitle ? `${grouped(quote.last)} ` : ""}${quote.symbol} · Squawkbox`;
}

/** How far each of two has come since `time`, in words: what the labels at the axis say. Each is a name, a price, and bars. */
export function compared(time, both) {
  const begun = new Date(time * 1000).toISOString();
  const head = element("span", { textContent: "Since " });
  head.append(element("time", { dateTime: begun, textContent: `${begun.slice(0, 10)} ${begun.slice(11, 16)} UTC` }), ":");
  const of = ([name, from, bars]) => {
    const text = percent(came(from, [...bars.values()].at(-1).close));
    const all = element("span", { textContent: `${name} ` });
    all.append(change(toward(text), text));
    return all;
  };
  const told = byId("came") ?? element("p", { className: "came", id: "came" });
  if (!told.isConnected) document.querySelector(".symbol .compare").after(told);
  told.replaceChildren(head, ...both.map(of));
}

/** The table, of the newest of `candles`; `beside` gives the other's bar of the same time, where there is another. */
export function table(candles, interval, beside) {
  const body = byId("rows");
  const asked = new URLSearchParams(location.search);
  if (!body || asked.has("before") || asked.has("from")) return;
  const row = (candle) => {
    const at = candle.time.slice(0, 10);
    const head = element("th", { scope: "row" });
    head.append(element("time", { dateTime: candle.time, textContent: interval === "1d" ? at : `${at} ${candle.time.slice(11, interval === "1s" ? 19 : 16)}` }));
    const all = [candle.open, candle.high, candle.low, candle.close, candle.volume, ...(beside ? [beside(candle.time)?.close] : [])];
    const made = element("tr");
    made.append(head, ...all.map((figure) => element("td", { textContent: shown(figure) })));
    return made;
  };
  body.replaceChildren(...candles.slice(-ROWS).reverse().map(row));
}

/** Offers what there is to compare with, as one types. */
export function offer(field) {
  let asking = null;
  field?.addEventListener("input", () => {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const answer = await fetch(`/options/symbols?q=${encodeURIComponent(field.value)}`).catch(() => null);
      if (!answer?.ok) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-text]");
      byId("symbols").replaceChildren(...[...found].map((one) => element("option", { value: one.dataset.text, textContent: one.textContent.trim() })));
    }, 150);
  });
}

/** An element with these properties. */
export function element(name, properties = {}) {
  const { role, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  if (role) made.setAttribute("role", role);
  return made;
}
