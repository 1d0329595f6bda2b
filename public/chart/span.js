// A span of the chart: from the bar in which it begins to the bar in which it ends. Marked by dragging with Shift, by two
// presses after its button, or by Shift with the arrow keys; Escape lets go of it.
export class Span {
  /** The bars at its ends, in the order in which they were chosen, by the seconds in which they begin. */
  #ends = null;
  #picking = false;
  #mark = Object.assign(document.createElement("div"), { className: "marked", hidden: true });
  #chart;
  #plot;
  #times;
  #changed;

  /** `times` gives the seconds in which the bars begin, in their order; `changed` hears of every change. */
  constructor(chart, plot, times, changed) {
    [this.#chart, this.#plot, this.#times, this.#changed] = [chart, plot, times, changed];
    plot.parentElement.append(this.#mark);
    chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.place());
    chart.timeScale().subscribeSizeChange(() => this.place());
    // Before the chart hears of it, which would be moved.
    plot.addEventListener("mousedown", (event) => this.#drag(event), { capture: true });
    // Of two presses one soon after the other, the chart tells of the first alone.
    plot.addEventListener("click", (event) => this.#picking && this.#times().length && this.#press(this.#under(event)));
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
    if (!step || !times.length) return false;
    const scale = this.#chart.timeScale();
    const seen = scale.getVisibleRange();
    const [begun, end] = this.#ends ?? Array(2).fill(this.#nearest(seen?.to ?? times.at(-1)));
    const at = Math.min(Math.max(times.indexOf(end) + step, 0), times.length - 1);
    this.#picking = false;
    this.set(begun, times[at]);
    const range = scale.getVisibleLogicalRange();
    if (seen && range && (times[at] < seen.from || times[at] > seen.to)) {
      const by = step * (range.to - range.from) / 4;
      scale.setVisibleLogicalRange({ from: range.from + by, to: range.to + by });
    }
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

  #drag(event) {
    if (!event.shiftKey || event.button !== 0 || !this.#times().length) return;
    event.preventDefault();
    event.stopPropagation();
    const begun = this.#under(event);
    this.#picking = false;
    this.set(begun, begun);
    this.#plot.focus({ preventScroll: true });
    const ended = new AbortController();
    addEventListener("mousemove", (move) => this.set(begun, this.#under(move)), { signal: ended.signal });
    addEventListener("mouseup", () => ended.abort(), { signal: ended.signal });
  }
}
