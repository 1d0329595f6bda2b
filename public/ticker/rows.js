// Rows of the panel and items of the tape: made of the templates that the server rendered, and filled.
import { arrow, corners, direction, moment, place, quiet, same, since, toward, words } from "./figures.js";

/** How long changed digits are marked, in ms; the style decides what is seen of it. */
const FLASH = 400;
/** What a panel shows that is too narrow for the columns of its list. */
const NARROW = ["last", "percent", "spark"];
/** Columns whose words may be long, and those of them whose words are prices. */
const WORDS = ["last", "change", "percent", "bid", "ask", "spread", "range", "volume"];
const PRICES = ["last", "bid", "ask", "spread", "range", "volume"];
const SPARK =
  '<svg class="spark" viewBox="0 0 288 96" preserveAspectRatio="none" aria-hidden="true" focusable="false"><polyline fill="none"/></svg>';
const RANGE =
  '<svg class="range" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect y="4" width="100" height="2"/><rect class="at" width="4" height="10"/></svg><span></span>';

const copied = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** How often a line of earlier prices is drawn anew, in ms: it takes longer to paint than all other figures of its row. */
const SPARK_EVERY = 1e3;

/** A row of the panel with these columns. */
export function row(key, columns) {
  const root = copied("price-row");
  const edits = root.lastElementChild;
  const shown = [...columns, ...NARROW.filter((column) => !columns.includes(column))];
  const cells = shown.map((column) => root.querySelector(`[data-c=${column}]`));
  cells.forEach((cell, at) => (cell.className = at < columns.length ? "" : "narrow"));
  for (const cell of root.querySelectorAll("td[data-c]")) cell.remove();
  edits.before(...cells);
  edits.querySelector("button").ariaLabel = `Remove ${key.symbol}`;
  return named(root, key);
}

/** An item of the tape. */
export const item = (key) => named(copied("tape-item"), key);

function named(root, { symbol, venue }) {
  Object.assign(root.dataset, { symbol, venue });
  const link = root.querySelector("a");
  link.href = `/ticker/chart?symbol=${encodeURIComponent(symbol)}&venue=${encodeURIComponent(venue)}`;
  (link.querySelector("b") ?? link).textContent = symbol;
  return new Row(root);
}

/** What is shown of one symbol at one venue. */
export class Row {
  /** Which row it is, from 0. */
  at = -1;
  /** It shows a quote of the stream. */
  isFilled = false;
  /** Of how many characters the words of a column are. */
  lengths = new Map();
  #cells;
  /** What each cell shows, so that only what changed is drawn. */
  #shown = new Map();
  #price = NaN;
  #flash = 0;
  /** When the line of earlier prices was drawn, and whether a newer price isn't in it. */
  #sparked = -Infinity;
  #owes = false;

  constructor(root) {
    this.root = root;
    this.key = { symbol: root.dataset.symbol, venue: root.dataset.venue };
    this.link = root.querySelector("a");
    // All rows are one stop of the keyboard; arrows go on from there.
    this.link.tabIndex = -1;
    this.#cells = [...root.querySelectorAll("[data-c]")].map((cell) => [cell.dataset.c, cell]);
    for (const [column, cell] of this.#cells) if (WORDS.includes(column)) this.#size(column, cell, cell.textContent.trim().length);
    this.#origin(root.querySelector(".demo") !== null);
  }

  /** Shows a quote and the prices before it. */
  fill(quote, points = []) {
    this.isFilled = true;
    this.#origin(!!quote.demo);
    for (const [column, cell] of this.#cells) {
      if (column === "spark" && !this.#isDue(performance.now())) continue;
      const text = column === "spark" ? corners(points, quote.last) : (words(column, quote) ?? "\u2013");
      const way = column === "change" ? toward(text) : ["percent", "spark"].includes(column) ? direction(quote.change) : "";
      const mark = column === "range" && quote.range ? place(quote) : "";
      const whole = `${text} ${way}${mark}`;
      if (this.#shown.get(column) === whole) continue;
      this.#shown.set(column, whole);
      (DRAW[column] ?? write)(cell, text, way, quote, mark, this);
      if (this.lengths.has(column)) this.#size(column, cell, text.length + (way && way !== "flat" && column === "percent" ? 2 : 0));
      if (PRICES.includes(column)) cell.title = text;
    }
  }

  /** Whether there is a newer price than the line of earlier ones ends with, and it is time to draw it. */
  owes(now) {
    return this.#owes && now - this.#sparked >= SPARK_EVERY;
  }

  #isDue(now) {
    this.#owes = now - this.#sparked < SPARK_EVERY;
    if (this.#owes) return false;
    // Not all rows in the same frame.
    this.#sparked = this.#sparked === -Infinity ? now - Math.random() * SPARK_EVERY : now;
    return true;
  }

  /** Has the style know how long the words are, which shrinks them where there is no room. */
  #size(column, cell, length) {
    if (this.lengths.get(column) === length) return;
    this.lengths.set(column, length);
    if (cell.tagName === "TD") cell.style.setProperty("--n", length);
  }

  /** Says that the venue doesn't send it, that its market is closed, or that nothing was heard of it for long. */
  mark(quote, refused, now, venues) {
    const [state, at] = (!refused && quote && quiet(quote, now, venues)) || [];
    // Short, since the venue stands before it.
    const text = refused ? "not watched" : state ? state.split(" ")[0] : "";
    const since = refused ?? (state === "quiet" ? `No price since ${moment(at, now)}` : state && `${state[0].toUpperCase()}${state.slice(1)} ${moment(at, now)}`);
    const whole = `${text} ${since}`;
    if (this.#shown.get("mark") === whole) return;
    this.#shown.set("mark", whole);
    const head = this.root.querySelector(".s");
    head.querySelector(".quiet")?.remove();
    if (text) head.append(element("span", { className: "quiet", title: since }, text));
  }

  /** Where it is from, or that it is made up. */
  #origin(demo) {
    if (this.#shown.get("origin") === demo) return;
    this.#shown.set("origin", demo);
    const made = { className: "demo", title: "Not a real price of now", textContent: "DEMO" };
    const place = this.root.querySelector(".s span:not(.quiet)");
    if (place) Object.assign(place, demo ? made : { className: "", title: this.key.venue, textContent: this.key.venue });
    else if (demo && !this.root.querySelector(".demo")) this.root.querySelector("b").after(" ", element("span", made));
  }

  /** Marks the digits that changed, not the row. A price that keeps going the same way is marked anew each time. */
  flash(cell, text, last) {
    const before = cell.textContent;
    const at = same(before, text);
    const [stays, changes] = cell.lastElementChild ? cell.childNodes : [new Text(), element("span")];
    if (!changes.isConnected) cell.replaceChildren(stays, changes);
    stays.data = text.slice(0, at);
    write(changes, text.slice(at));
    const way = +last > this.#price ? "flash-up" : +last < this.#price ? "flash-down" : "";
    this.#price = +last;
    if (!way || changes.className === way) return;
    changes.className = way;
    clearTimeout(this.#flash);
    this.#flash = setTimeout(() => (changes.className = ""), FLASH);
  }
}

/** Writes into the text that is there, so that the browser finds no other styles for it. */
function write(place, text) {
  const there = place.firstChild;
  if (there?.nodeType === Node.TEXT_NODE && !there.nextSibling) there.data = text;
  else place.textContent = text;
}

/** The element in a cell, made where there is none. */
function inside(cell, html) {
  if (!cell.firstElementChild) cell.innerHTML = html;
  return cell.firstElementChild;
}

function classed(element, name) {
  if (element.getAttribute("class") !== name) element.setAttribute("class", name);
}

/** Draws a cell. */
const DRAW = {
  last: (cell, text, _, { last }, __, row) => (cell.tagName === "TD" ? row.flash(cell, text, last) : write(cell, text)),
  change: (cell, text, way) => {
    const figure = inside(cell, "<span></span>");
    classed(figure, way);
    write(figure, text);
  },
  percent: (cell, text, way, quote) => {
    const { change } = quote;
    const figure = inside(cell, '<span><span aria-hidden="true"></span> </span>');
    classed(figure, `c ${way}`);
    figure.title = change ? `${change[0]} since ${since(quote)}` : "No price to compare with";
    write(figure.firstElementChild, arrow(way));
    // The server's words may be in pieces.
    while (figure.childNodes.length > 2) figure.lastChild.remove();
    figure.lastChild.data = ` ${text}`;
  },
  spark: (cell, text, way) => {
    const drawing = inside(cell, SPARK);
    classed(drawing, `spark ${way}`);
    drawing.firstElementChild.setAttribute("points", text);
  },
  range: (cell, text, _, { range }, mark) => {
    if (!range) return write(cell, text);
    inside(cell, RANGE).lastElementChild.setAttribute("x", mark);
    write(cell.lastElementChild, text);
  },
  time: (cell, text, _, { time }) => {
    const moment = inside(cell, "<time></time>");
    moment.dateTime = time;
    moment.title = `${time.slice(0, 10)} UTC`;
    write(moment, text);
  },
};
