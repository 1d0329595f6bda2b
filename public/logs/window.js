// A list of very many log lines, of which only those in sight, and some around them, are in the document; above and below them
// stand two spacers as high as the rest would be. Of the rest there is what a row is made of again.

/** Lines that are all in the document; of more, those in sight. */
const WHOLE = 1_200;
/** Pixels around what is in sight. */
const AROUND = 1_200;
/** Rows that stay because text in them is selected, at most. */
const PINNED = 300;
/** Height of a row before any was measured. */
const ROW = 22;

const two = (n) => String(n).padStart(2, "0");

/** What tells that a row can be made anew of its parts: nothing was added to it. */
const isPlain = (row) => row.childElementCount === 1 && !row.classList.contains("this");

export class Window {
  /** Of the rows that are in `list`; `dress` makes of a row's time what is wanted. */
  constructor(list, dress) {
    this.list = list;
    this.dress = dress;
    this.items = [];
    this.ids = new Set();
    this.names = new Map();
    this.isLocal = false;
    this.here = undefined;
    this.estimate = 0;
    this.places = undefined;
    this.above = this.spacer();
    this.middle = this.spacer();
    this.below = this.spacer();
    const rows = [...list.querySelectorAll(".found-line")];
    for (const heading of list.querySelectorAll(".day")) heading.remove();
    list.prepend(this.above);
    list.append(this.below);
    this.add(rows, 0);
    addEventListener("scroll", () => this.soon(), { passive: true });
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth !== width) this.reset();
      width = innerWidth;
      this.soon();
    });
  }

  spacer() {
    const row = Object.assign(document.createElement("li"), { className: "spacer", hidden: true });
    row.setAttribute("aria-hidden", "true");
    return row;
  }

  get length() {
    return this.items.length;
  }

  /** Puts rows at a place, but for those that are there already; what was put. */
  add(rows, place) {
    const items = rows.filter((row) => !this.ids.has(+row.dataset.id)).map((row) => this.taken(row));
    for (const item of items) this.ids.add(item.id);
    // A call has so many arguments at most.
    for (let i = 0; i < items.length; i += 1_000) this.items.splice(place + i, 0, ...items.slice(i, i + 1_000));
    this.changed();
    return items;
  }

  /** Puts something that is no line at a place; it stays as it is. */
  put(node, place) {
    const item = { node, stays: true };
    node.item = item;
    this.items.splice(place, 0, item);
    this.changed();
    return item;
  }

  remove(item) {
    const place = this.items.indexOf(item);
    if (place < 0) return;
    item.node?.remove();
    item.heading?.remove();
    this.items.splice(place, 1);
    this.changed();
  }

  /** Lets go of what is beyond the first `most`. */
  trim(most) {
    for (const item of this.items.splice(most)) {
      item.node?.remove();
      item.heading?.remove();
      this.ids.delete(item.id);
    }
    this.changed();
  }

  /** The parts of a row. */
  taken(row) {
    const part = (name) => row.querySelector(`:scope > .row > ${name}`);
    const name = (text) => this.names.get(text) ?? (this.names.set(text, text), text);
    const level = part("[class^='l-']");
    this.template ??= { row: row.cloneNode(true), id: row.dataset.id };
    const item = {
      id: +row.dataset.id,
      time: part(".at time").dateTime,
      level: name(level.className),
      word: name(level.textContent),
      source: name(part(".src").textContent),
      text: part(".text").innerHTML,
      node: row,
      stays: !isPlain(row),
    };
    row.item = item;
    this.dress(row);
    return item;
  }

  /** The row of an item, made anew where it was let go. */
  node(item) {
    item.node?.classList.toggle("here", item === this.here);
    if (item.node) return item.node;
    const { row: template, id } = this.template;
    const row = template.cloneNode(true);
    row.className = "found-line";
    for (const extra of [...row.children].slice(1)) extra.remove();
    row.removeAttribute("aria-current");
    row.id = `line-${item.id}`;
    row.dataset.id = item.id;
    const part = (name) => row.querySelector(`:scope > .row > ${name}`);
    const at = part(".at");
    at.setAttribute("href", at.getAttribute("href").replace(`at=${id}`, `at=${item.id}`).replace(`#line-${id}`, `#line-${item.id}`));
    part(".at time").dateTime = item.time;
    const level = part("[class^='l-']");
    level.className = item.level;
    level.textContent = item.word;
    part(".src").textContent = item.source;
    // As the server wrote it: it came from there.
    part(".text").innerHTML = item.text;
    row.classList.toggle("here", item === this.here);
    row.item = item;
    item.node = row;
    this.dress(row);
    return row;
  }

  dayOf(item) {
    if (item.stays && item.id === undefined) return undefined;
    if (!this.isLocal) return item.time.slice(0, 10);
    const at = new Date(item.time);
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  }

  /** Days and places are others now. */
  changed() {
    let last = "";
    for (const item of this.items) {
      const day = (item.day ??= this.dayOf(item)) ?? last;
      const begins = day === last ? "" : day;
      last = day;
      if (item.begins === begins) continue;
      item.begins = begins;
      item.height = undefined;
      item.heading?.remove();
      item.heading = undefined;
    }
    this.places = undefined;
    this.render();
  }

  /** Rows have other heights after `change`: they are measured anew as they come into sight. */
  reset(change = () => {}) {
    const sight = this.inSight();
    const stood = sight?.node.getBoundingClientRect().top;
    change();
    for (const item of this.items) item.height = undefined;
    this.estimate = 0;
    this.places = undefined;
    this.render();
    if (!sight || this.items.length <= WHOLE || this.list.getBoundingClientRect().top >= 0) return;
    // First to about where it is by now, then, once it is measured, to where it stood.
    const place = this.items.indexOf(sight);
    for (let i = 0; i < 3; i++) {
      const top = sight.node?.isConnected ? sight.node.getBoundingClientRect().top : this.list.getBoundingClientRect().top + this.offsets()[place];
      if (Math.abs(top - stood) <= 0.5) return;
      scrollBy({ top: top - stood, behavior: "instant" });
      this.render();
    }
  }

  /** Does something above the list; what is in sight stays where it is. */
  keep(change) {
    const stood = this.list.getBoundingClientRect().top;
    change();
    const moved = this.list.getBoundingClientRect().top - stood;
    if (this.items.length > WHOLE && stood < -8) scrollBy({ top: moved, behavior: "instant" });
  }

  /** The first item of which something can be seen. */
  inSight() {
    return this.mounted?.find((item) => item.node?.isConnected && item.node.getBoundingClientRect().bottom > 0);
  }

  /** Times as this browser's clock has them, or in UTC. */
  local(isLocal) {
    this.isLocal = isLocal;
    for (const item of this.items) {
      item.day = undefined;
      if (item.node && item.id !== undefined) this.dress(item.node);
    }
    this.changed();
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.render();
    });
  }

  /** Where each item begins, and the end. */
  offsets() {
    if (this.places) return this.places;
    const places = new Float64Array(this.items.length + 1);
    const usual = this.estimate || ROW;
    this.items.forEach((item, i) => (places[i + 1] = places[i] + (item.height ?? usual)));
    return (this.places = places);
  }

  /** The item at so many pixels from the top. */
  at(top) {
    const places = this.offsets();
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle + 1] <= top) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Which items are to be in the document, in one stretch, or in two where text is selected elsewhere: each from its first up to
   * its second number. */
  ranges() {
    const all = this.items.length;
    if (all <= WHOLE) return [[0, all]];
    const top = -this.list.getBoundingClientRect().top;
    const [from, to] = [this.at(top - AROUND), Math.min(all, this.at(top + innerHeight + AROUND) + 1)];
    const sight = [Math.min(from, to), to];
    const selection = getSelection();
    if (selection.isCollapsed) return [sight];
    const ends = [selection.anchorNode, selection.focusNode].map((node) => this.indexOf(node)).filter((i) => i >= 0);
    if (ends.length === 0) return [sight];
    const pinned = [Math.min(...ends), Math.max(...ends) + 1];
    if (pinned[1] - pinned[0] > PINNED) return [sight];
    if (pinned[1] < sight[0]) return [pinned, sight];
    if (sight[1] < pinned[0]) return [sight, pinned];
    return [[Math.min(sight[0], pinned[0]), Math.max(sight[1], pinned[1])]];
  }

  /** The place of the item in which a node is; -1 outside. */
  indexOf(node) {
    const row = (node?.nodeType === 1 ? node : node?.parentElement)?.closest("li");
    return row?.item && this.list.contains(row) ? this.items.indexOf(row.item) : -1;
  }

  /** Brings the document up to date; what is in sight stays where it is. */
  render() {
    const before = this.mounted ?? [];
    const sight = this.inSight();
    const stood = sight?.node.getBoundingClientRect().top;
    const isWindowed = this.items.length > WHOLE;
    const ranges = this.ranges();
    const wanted = ranges.flatMap(([from, to]) => this.items.slice(from, to));
    const stay = new Set(wanted);
    for (const item of before) {
      if (stay.has(item)) continue;
      item.heading?.remove();
      item.node?.remove();
      item.heading = undefined;
      if (!item.stays && item.node && isPlain(item.node)) item.node = undefined;
    }
    if (ranges.length === 1) this.middle.remove();
    let next = this.above.nextSibling;
    const place = (node) => {
      if (node === next) next = next.nextSibling;
      else this.list.insertBefore(node, next);
    };
    ranges.forEach(([from, to], i) => {
      if (i > 0) place(this.middle);
      for (const item of this.items.slice(from, to)) {
        if (item.begins) place((item.heading ??= this.headingOf(item)));
        place(this.node(item));
      }
    });
    this.mounted = wanted;
    this.list.classList.toggle("windowed", isWindowed);
    // The browser would keep in its place what is kept there below.
    document.documentElement.style.overflowAnchor = isWindowed ? "none" : "";
    this.measure(wanted);
    this.space(ranges);
    if (!isWindowed || !sight || !stay.has(sight)) return;
    const moved = sight.node.getBoundingClientRect().top - stood;
    // Who looks at the top looks at what comes.
    if (Math.abs(moved) > 0.5 && this.list.getBoundingClientRect().top < -8) scrollBy({ top: moved, behavior: "instant" });
  }

  headingOf(item) {
    const heading = Object.assign(document.createElement("li"), { className: "day" });
    heading.dataset.day = item.begins;
    heading.append(Object.assign(document.createElement("span"), { textContent: item.begins }));
    return heading;
  }

  measure(wanted) {
    if (this.items.length <= WHOLE) return;
    let [sum, count] = [0, 0];
    for (const item of wanted) {
      const { top, bottom } = item.node.getBoundingClientRect();
      const height = bottom - (item.heading?.getBoundingClientRect().top ?? top);
      if (item.height !== height) {
        item.height = height;
        this.places = undefined;
      }
      sum += height;
      count += 1;
    }
    if (!this.estimate && count) {
      this.estimate = sum / count;
      this.places = undefined;
    }
  }

  space(ranges) {
    const isWhole = this.items.length <= WHOLE;
    this.above.hidden = this.middle.hidden = this.below.hidden = isWhole;
    if (isWhole) return;
    const places = this.offsets();
    const [first, last] = [ranges[0], ranges.at(-1)];
    this.above.style.blockSize = `${places[first[0]]}px`;
    this.middle.style.blockSize = `${places[last[0]] - places[first[1]]}px`;
    this.below.style.blockSize = `${places[this.items.length] - places[last[1]]}px`;
  }

  /** The row at a place, in the document and in sight. */
  bring(index) {
    const item = this.items[index];
    if (!item.node?.isConnected) {
      const top = this.list.getBoundingClientRect().top + this.offsets()[index];
      scrollBy({ top: top - innerHeight / 2, behavior: "instant" });
      this.render();
    }
    return this.node(item);
  }
}
