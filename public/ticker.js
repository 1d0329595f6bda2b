// The tape and the ticker panel of the desk: the server renders both (src/ticker/server/rendered), and from there this goes
// on. The desk's program hands it what the event stream says (src/ticker/connection.rs), and has no other part in prices.
import { follow } from "./chips.js";
import { Board, name } from "./ticker/board.js";
import { sorted, sortedNext } from "./ticker/figures.js";
import { Lists } from "./ticker/list.js";
import { Row, element, item, row } from "./ticker/rows.js";

/** Prices on the tape at most, as the server has it. */
const TAPE = 24;
/** Rows that are there above those in sight, and below. */
const SPARE = 8;
/** How often rows are sorted anew, in ms, unless somebody is at them. */
const SORT_EVERY = 1e3;
/** How often rows are filled that are not in sight, and lines of earlier prices that nothing came after, in ms. */
const CATCH_UP_EVERY = 1e3;
/** How often it is looked whether an instrument has become quiet, in ms. */
const LOOK_EVERY = 5e3;

class Panel {
  board = new Board();
  root = document.querySelector(".panel.ticker");
  watch = this.root.querySelector(".watch");
  table = this.watch.querySelector("table");
  body = this.table.querySelector("tbody");
  /** What the rows are sorted by, as `sorted` has it. */
  sort = null;
  /** The names of the rows, from the first to the last; those in sight are there. */
  order = [];
  /** Rows that are there stay, as while one is dragged. */
  held = false;
  /** The columns where everything is shown. */
  columns = this.table.dataset.list ? "" : this.table.dataset.columns;
  #rows = new Map();
  #byRoot = new WeakMap();
  /** Those that are there. */
  #placed = new Set();
  /** From which row to which is in sight. */
  #sight = [0, Infinity];
  /** Those that are there, out of sight, and have newer figures than they show. */
  #behind = new Set();
  /** Symbols and venues by name, of what is shown. */
  #keys = new Map();
  #tape = new Map();
  #tapeList = document.querySelector(".tape ul");
  #due = false;
  #whole = false;

  constructor() {
    for (const root of this.body.children) this.#placed.add(this.#take(new Row(root)));
    for (const one of this.#placed) this.#widen(one);
    this.order = [...this.#rows.keys()];
    for (const root of this.#tapeList.children) {
      const one = new Row(root);
      this.#tape.set(name(one.key), one);
    }
    this.lists = new Lists(this);
    this.#place();
    this.watch.addEventListener("scroll", () => this.#place(), { passive: true });
    for (const sized of [this.watch, this.table]) new ResizeObserver(() => this.#place()).observe(sized);
    this.table.tHead.addEventListener("click", ({ target }) => {
      if (target.tagName !== "BUTTON") return;
      this.sort = sortedNext(this.sort, target.closest("th").dataset.c);
      this.draw();
    });
    setInterval(() => this.sort && !this.body.matches(":hover, :focus-within") && this.draw(), SORT_EVERY);
    setInterval(() => this.#look(), LOOK_EVERY);
    setInterval(() => this.#catchUp(), CATCH_UP_EVERY);
  }

  /** Takes an event of the stream. Folded at once, since a hidden page draws nothing and they must not pile up. */
  heard(json) {
    const update = JSON.parse(json);
    this.#whole ||= "whole" in update;
    this.board.apply(update);
    this.#later();
  }

  rowOf(root) {
    return this.#byRoot.get(root);
  }

  // --- figures, once a frame ---

  #later() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#frame();
    });
  }

  #frame() {
    const changed = this.board.changed();
    if (changed.lists && this.board.lists > (this.lists.seen?.version ?? 0)) this.lists.refresh();
    if (changed.venues) this.#venues();
    if (changed.rows) {
      this.#fillTape();
      // On a list what has left the board stays, and says nothing any more.
      const left = [...this.#rows.values()].filter((one) => one.isFilled && !this.board.quotes.has(name(one.key)));
      for (const one of left) this.#drop(one);
      if (!this.lists.chosen || left.length) this.draw();
    }
    for (const key of changed.quotes) {
      this.#tape.get(key)?.fill(this.board.quotes.get(key));
      const one = this.#rows.get(key);
      if (!this.#placed.has(one)) continue;
      if (this.#isInSight(one)) this.#fill(one);
      else this.#behind.add(one);
    }
  }

  #isInSight({ at }) {
    const [first, last] = this.#sight;
    return first <= at && at <= last;
  }

  /** Half of the rows that are there may be out of sight, and nobody misses what their figures were in between. */
  #catchUp() {
    const now = performance.now();
    for (const one of this.#placed) if (this.#behind.has(one) || one.owes(now)) this.#fill(one);
  }

  #fill(one) {
    const key = name(one.key);
    const quote = this.board.quotes.get(key);
    this.#behind.delete(one);
    if (quote) one.fill(quote, this.board.sparks.get(key)?.points);
    this.#widen(one);
    this.#mark(one);
  }

  /** Of how many characters the longest words of each column are; of those that were shown, so that nothing jumps back. */
  #longest = new Map();
  #widen(one) {
    let wider = false;
    for (const [column, length] of one.lengths) {
      if (length <= (this.#longest.get(column) ?? 0)) continue;
      this.#longest.set(column, length);
      this.table.style.setProperty(`--n-${column}`, length);
      wider = true;
    }
    if (wider) this.#template();
  }

  /** Every row is laid out by itself, so the columns are the table's: each as wide as its longest words. */
  #template() {
    const columns = this.table.dataset.columns.split(",");
    this.table.style.setProperty("--template", columns.map((column) => `minmax(var(--w-${column}), 1fr)`).join(" "));
    this.table.style.setProperty("--least", columns.map((column) => `var(--w-${column})`).join(" + "));
  }

  /** Says where there is more than is in sight. */
  #edges() {
    const { scrollLeft, scrollWidth, clientWidth } = this.watch;
    this.watch.classList.toggle("more-before", scrollLeft > 1);
    this.watch.classList.toggle("more-behind", scrollLeft + clientWidth < scrollWidth - 1);
  }

  #mark(one) {
    const key = name(one.key);
    one.mark(this.board.quotes.get(key), this.#refused.get(key), Date.now(), this.board.venues);
  }

  #refused = new Map();
  #look() {
    this.#refused = this.lists.refused;
    for (const one of this.#placed) this.#mark(one);
  }

  // --- rows ---

  #take(one) {
    this.#rows.set(name(one.key), one);
    this.#byRoot.set(one.root, one);
    return one;
  }

  #drop(one) {
    this.#placed.delete(one);
    this.#behind.delete(one);
    this.#rows.delete(name(one.key));
    one.root.remove();
  }

  /** Shows the chosen list, in the order in which it is sorted. */
  draw() {
    const { lists, board } = this;
    // What the server rendered stays until there is something newer.
    if (!this.#whole || (lists.chosen && !lists.list)) return;
    const { list } = lists;
    this.#show(list);
    const keys = new Map(list?.entries.map((key) => [name(key), key]) ?? board.names().map((key) => [key, board.quotes.get(key)]));
    const names = sorted([...keys.keys()], this.sort, board.quotes);
    const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
    for (const [key, one] of this.#rows) if (!keys.has(key)) this.#drop(one);
    this.#keys = keys;
    this.order = names;
    this.#place(focused);
    this.#look();
  }

  /** Has the rows in sight be there, and a few around them; room stands for the others. */
  #place(focused = this.body.contains(document.activeElement) ? document.activeElement : null) {
    const height = this.body.firstElementChild?.getBoundingClientRect().height || 40;
    const { scrollTop, clientHeight } = this.watch;
    let from = Math.max(Math.floor(scrollTop / height) - SPARE, 0);
    let to = Math.ceil((scrollTop + clientHeight) / height) + SPARE;
    if (this.held) {
      const there = [...this.#placed].map((one) => this.order.indexOf(name(one.key))).filter((at) => at >= 0);
      [from, to] = [Math.min(from, ...there), Math.max(to, ...there.map((at) => at + 1))];
    }
    const columns = this.table.dataset.columns.split(",");
    const there = (key) => this.#rows.get(key) ?? this.#take(row(this.#keys.get(key), columns));
    const wanted = this.order.slice(from, to).map(there);
    const stays = new Set(wanted);
    for (const one of this.#placed) if (!stays.has(one)) one.root.remove();
    // One more each way, for the head covers some.
    this.#sight = [Math.floor(scrollTop / height) - 1, Math.ceil((scrollTop + clientHeight) / height)];
    let at = this.body.firstElementChild;
    for (const [i, one] of wanted.entries()) {
      if (one.at !== from + i || !this.#placed.has(one)) one.root.ariaRowIndex = from + i + 2;
      if (one.root === at) at = at.nextElementSibling;
      else this.body.insertBefore(one.root, at);
      one.at = from + i;
      if (!this.#placed.has(one) || (this.#behind.has(one) && this.#isInSight(one))) this.#fill(one);
    }
    this.#placed = stays;
    this.table.ariaRowCount = this.order.length + 1;
    this.#room("paddingTop", from * height);
    this.#room("paddingBottom", Math.max(this.order.length - to, 0) * height);
    // Not before there is room for all: what asks for a place lays out, and would have it scrolled back.
    this.#edges();
    // Where it was, or else where the keys go on from.
    if (focused && focused !== document.activeElement) (focused.isConnected ? focused : this.watch).focus({ preventScroll: true });
  }

  #room(side, height) {
    const { style } = this.body;
    if (height || style[side]) style[side] = height ? `${height}px` : "";
  }

  /** Focuses the row at this place, or the nearest; false when there is none. */
  focus(at) {
    const place = Math.min(Math.max(at, 0), this.order.length - 1);
    if (place < 0) return false;
    const { height } = this.body.firstElementChild.getBoundingClientRect();
    const { scrollTop, clientHeight } = this.watch;
    const [top, bottom] = [place * height, (place + 1) * height + this.table.tHead.offsetHeight];
    if (top < scrollTop) this.watch.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.watch.scrollTop = bottom - clientHeight;
    this.#place();
    this.#rows.get(this.order[place]).link.focus({ preventScroll: true });
    return true;
  }

  /** What stands around the rows. */
  #show(list) {
    const columns = list?.columns || this.columns || "last,change,percent,spark,time";
    this.columns ||= list ? "" : columns;
    const id = String(list?.id ?? "");
    if (this.table.dataset.columns !== columns || (this.table.dataset.list ?? "") !== id) {
      for (const one of [...this.#rows.values()]) this.#drop(one);
      if (id) this.table.dataset.list = id;
      else delete this.table.dataset.list;
      this.#heads(columns);
    }
    const named = columns.split(",");
    for (const box of this.root.querySelectorAll(".columns input")) box.checked = named.includes(box.value);
    this.table.ariaLabel = list?.name ?? "All";
    for (const head of this.table.tHead.querySelectorAll("th")) {
      if (this.sort?.column && head.dataset.c === this.sort.column) head.ariaSort = this.sort.down ? "descending" : "ascending";
      else head.removeAttribute("aria-sort");
    }
    this.table.classList.toggle("sorted", !!this.sort);
    const none = !(list ? list.entries.length : this.board.quotes.size);
    this.watch.hidden = none;
    document.getElementById("no-prices").hidden = !none || !!list;
    document.getElementById("no-symbols").hidden = !none || !list;
    document.getElementById("watch-add").hidden = !list;
  }

  #heads(columns) {
    this.table.dataset.columns = columns;
    for (const column of this.#longest.keys()) this.table.style.removeProperty(`--n-${column}`);
    this.#longest.clear();
    this.#template();
    const all = document.getElementById("price-heads").content.cloneNode(true);
    const head = (column) => all.querySelector(`[data-c=${column}]`);
    const named = columns.split(",");
    this.table.tHead.rows[0].replaceChildren(head("symbol"), ...named.map(head), all.querySelector(".edits"));
    const editing = this.table.classList.contains("editing");
    this.table.className = `num cols-${named.length}${editing ? " editing" : ""}`;
  }

  #fillTape() {
    const names = this.board.names().slice(0, TAPE);
    const items = names.map((key) => {
      const quote = this.board.quotes.get(key);
      const one = this.#tape.get(key) ?? item(quote);
      one.fill(quote);
      return [key, one];
    });
    this.#tape = new Map(items);
    this.#tapeList.replaceChildren(...items.map(([, one]) => one.root));
  }

  // --- venues ---

  #venues() {
    const states = [...this.board.venues.values()].sort((a, b) => (a.venue < b.venue ? -1 : 1));
    const lines = states.filter(({ venue, line }) => venue !== "demo" && line !== "off").map(venueLine);
    this.root.querySelector(".venues").replaceChildren(...lines);
    const faults = states.filter(({ fault }) => fault);
    const said = ({ venue, fault }) => element("p", { className: "notice error" }, `${venue}: ${fault}`);
    this.root.querySelector(".faults").replaceChildren(...faults.map(said));
  }
}

/** How a venue's line is, apart from the page's own; as the server renders it. */
function venueLine({ venue, line, reconnects, gaps }) {
  const counted = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
  const { live, stale } = line;
  const since = live ? `Live since ${live.slice(11, 19)} UTC. ` : "";
  const title = `${since}${counted(reconnects, "reconnection")}, ${counted(gaps, "gap")} since it was started.`;
  const [how, words] = live ? ["live", "live"] : stale ? ["stale", `stale since ${stale.slice(11, 19)} UTC`] : line === "idle" ? ["idle", "nothing to watch"] : ["connecting", "connecting"];
  return element("span", { className: "venue", title }, `${venue} `, element("span", { className: `link ${how}`, role: "status" }, words));
}

if (document.querySelector(".panel.ticker")) {
  const panel = new Panel();
  follow(panel.board, name);
  globalThis.prices = { heard: (json) => panel.heard(json) };
}
