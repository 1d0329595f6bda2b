// A span of the chart: from the bar in which it begins to the bar in which it ends. Marked by dragging with Shift, after its
// button by dragging or by two presses, or by Shift with the arrow keys; Escape lets go of it.

/** So far may a finger slip that presses, in px. */
const SLIP = 8;

export class Span {
  /** The bars at its ends, in the order in which they were chosen, by the seconds in which they begin. */
  #ends = null;
  #picking = false;
  /** What began in the chart and is ours until the pointer is lifted. */
  #gesture = null;
  #mark = Object.assign(document.createElement("div"), { className: "marked", hidden: true });
  #chart;
  #plot;
  #view;
  #times;
  #changed;

  /** `times` gives the seconds in which the drawn bars begin, in their order; `changed` hears of every change. */
  constructor(chart, plot, view, times, changed) {
    [this.#chart, this.#plot, this.#view, this.#times, this.#changed] = [chart, plot, view, times, changed];
    plot.parentElement.append(this.#mark);
    chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.place());
    chart.timeScale().subscribeSizeChange(() => this.place());
    // Before the chart hears of it, which would be moved.
    plot.addEventListener("pointerdown", (event) => this.#down(event), { capture: true });
    for (const type of ["mousedown", "touchstart"]) plot.addEventListener(type, (event) => this.#take(event), { capture: true });
  }

  /** The bars at its ends, from the earlier to the later. */
  get ends() {
    return this.#ends?.toSorted((a, b) => a - b) ?? null;
  }

  /** The next press in the chart is an end of it. */
  get isPicking() {
    return this.#picking;
  }

  /** Begins to wait for two presses, or no longer waits. */
  pick() {
    this.#picking = !this.#picking;
    this.#ends = null;
    if (this.#picking) this.#plot.focus();
    this.#tell();
  }

  /** Takes a key; false where it isn't one of its own. */
  key({ key, shiftKey }) {
    if (key === "Escape" && (this.#ends || this.#picking)) {
      this.clear();
      return true;
    }
    const step = shiftKey && { ArrowLeft: -1, ArrowRight: 1 }[key];
    const times = this.#times();
    const { range } = this.#view;
    if (!step || !times.length || !range) return false;
    const inside = (place) => Math.min(Math.max(place, 0), times.length - 1);
    const [begun, end] = this.#ends ?? Array(2).fill(times[inside(Math.floor(range.to))]);
    const at = inside(times.indexOf(this.#nearest(end)) + step);
    this.#picking = false;
    this.set(begun, times[at]);
    const quarter = (range.to - range.from) / 4;
    const by = at < range.from ? at - range.from - quarter : at > range.to ? at - range.to + quarter : 0;
    if (by) this.#view.show(range.from + by, range.to + by);
    return true;
  }

  /** Marks from the bar at or before `begun` to that at or before `end`. */
  set(begun, end) {
    this.#ends = [begun, end].map((time) => this.#nearest(time));
    this.#tell();
  }

  clear() {
    if (!this.#ends && !this.#picking) return;
    [this.#ends, this.#picking] = [null, false];
    this.#tell();
  }

  /** Has the mark be where its bars are drawn. */
  place() {
    const scale = this.#chart.timeScale();
    const [from, to] = this.ends?.map((time) => scale.timeToCoordinate(time)) ?? [null, null];
    this.#mark.hidden = from === null || to === null;
    if (this.#mark.hidden) return;
    const half = scale.options().barSpacing / 2;
    const [left, right] = [from - half, to + half].map((x) => Math.min(Math.max(x, 0), scale.width()));
    const { style } = this.#mark;
    [style.left, style.width, style.height] = [left, right - left, this.#chart.paneSize().height].map((length) => `${length}px`);
  }

  #press(time) {
    const begun = this.#ends?.[0];
    this.#picking = begun === undefined;
    this.set(begun ?? time, time);
  }

  #tell() {
    this.place();
    this.#changed(this.ends, this.#picking);
  }

  #nearest(time) {
    const times = this.#times();
    return times.findLast((one) => one <= time) ?? times[0];
  }

  /** The bar under the pointer. */
  #under({ clientX }) {
    const scale = this.#chart.timeScale();
    const x = clientX - this.#plot.getBoundingClientRect().left;
    const times = this.#times();
    return scale.coordinateToTime(x) ?? ((scale.coordinateToLogical(x) ?? 0) < 0 ? times[0] : times.at(-1));
  }

  /** A press or a drag, by whatever one points with. */
  #down(event) {
    const presses = this.#picking;
    if (!event.isPrimary || event.button !== 0 || !(presses || event.shiftKey) || !this.#times().length) return;
    const begun = this.#under(event);
    let drags = !presses;
    const drag = (to) => {
      drags = true;
      this.#picking = false;
      this.set(begun, this.#under(to));
    };
    if (drags) drag(event);
    this.#plot.focus({ preventScroll: true });
    this.#plot.setPointerCapture(event.pointerId);
    const ended = (this.#gesture = new AbortController());
    const on = (type, act) => this.#plot.addEventListener(type, act, { signal: ended.signal });
    const end = () => {
      ended.abort();
      this.#gesture = null;
    };
    on("pointermove", (move) => (drags || Math.abs(move.clientX - event.clientX) > SLIP) && drag(move));
    on("pointerup", (up) => {
      end();
      if (drags) drag(up);
      else if (this.#picking) this.#press(begun);
    });
    // The page is scrolled instead.
    on("pointercancel", end);
  }

  /** Keeps from the chart what is a gesture here. */
  #take(event) {
    if (!this.#gesture) return;
    event.stopPropagation();
    if (event.type === "mousedown") return event.preventDefault();
    const over = new AbortController();
    const on = (type, act) => this.#plot.addEventListener(type, act, { capture: true, signal: over.signal });
    // Or the browser goes on to tell of a mouse, which the chart would hear.
    on("touchend", (up) => {
      over.abort();
      if (up.cancelable) up.preventDefault();
    });
    on("touchcancel", () => over.abort());
  }
}
