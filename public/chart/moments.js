// What happened to a symbol: markers on its chart, and the same in words below it, as the server writes them
// (src/moment/symbol_page.rs).
import { createSeriesMarkers } from "/lightweight-charts.js";

/** What each kind is called, and how it is drawn: shapes and places tell them apart, and colours as well. */
const KINDS = {
  alert: { word: "Alert", shape: "arrowDown", position: "aboveBar", colour: "--warn" },
  said: { word: "Said", shape: "circle", position: "belowBar", colour: "--info" },
  squawk: { word: "Squawk", shape: "square", position: "aboveBar", colour: "--ink-2" },
};

export class Moments {
  #of;
  #colour;
  #found = [];
  #drawn = {};
  #asked = 0;

  /** Of this symbol at this venue; `colour` gives what a name stands for. */
  constructor(of, colour) {
    [this.#of, this.#colour] = [of, colour];
  }

  /** Asks for those from one second to another, or until now; true when they are others than before. */
  async ask(from, to = null) {
    const asked = ++this.#asked;
    const time = (seconds) => seconds && new Date(seconds * 1000).toISOString();
    const body = JSON.stringify({ asked: { ...this.#of, from: time(from), to: time(to) } });
    const answer = await fetch("/do/moments_of", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    if (!answer?.ok || asked !== this.#asked) return false;
    const found = await answer.json();
    if (JSON.stringify(found) === JSON.stringify(this.#found)) return false;
    this.#found = found;
    this.#list();
    return true;
  }

  /** Draws them at the bars in which they happened: those of a kind in a bar together. `times` are those of the bars. */
  draw(series, times) {
    const markers = new Map();
    // The newest first, so a marker leads to the newest.
    for (const { at, kind, then } of this.#found) {
      const time = times.findLast((one) => one <= Date.parse(at) / 1000);
      if (time === undefined) continue;
      const { shape, position, colour } = KINDS[kind];
      const known = markers.get(`${time} ${kind}`);
      if (known) known.count++;
      else markers.set(`${time} ${kind}`, { time, shape, position, color: this.#colour(colour), id: then, count: 1 });
    }
    const drawn = [...markers.values()].sort((a, b) => a.time - b.time).map(({ count, ...marker }) => ({ ...marker, text: count > 1 ? `${count}` : "" }));
    if (this.#drawn.on !== series) this.#drawn = { on: series, markers: createSeriesMarkers(series, drawn) };
    else this.#drawn.markers.setMarkers(drawn);
  }

  #list() {
    const section = document.getElementById("moments");
    if (!section) return;
    const none = !this.#found.length;
    section.querySelector(".empty").hidden = !none;
    const list = section.querySelector("ol");
    list.hidden = none;
    list.replaceChildren(...this.#found.map(({ at, kind, by, words, place, then }) => {
      const time = element("time", { dateTime: at, textContent: `${at.slice(0, 10)} ${at.slice(11, 19)} UTC` });
      const when = element("a", { href: then });
      when.append(time);
      const said = element(place ? "a" : "span", { textContent: words, dir: "auto", ...(place && { href: place, rel: "noopener" }) });
      const row = element("li");
      row.append(when, " ", element("b", { textContent: KINDS[kind].word }), " ", element("span", { className: "hint", textContent: by }), ": ", said);
      return row;
    }));
  }
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}
