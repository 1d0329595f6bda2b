// Which bars are in view, by their places. The chart moves at its next frame; what is asked meanwhile goes on from where
// it will be.
export class View {
  #scale;
  #aim = null;

  constructor(scale) {
    this.#scale = scale;
  }

  /** From one place to another; nothing before anything is drawn. */
  get range() {
    return this.#aim ?? this.#scale.getVisibleLogicalRange();
  }

  /** Moves at once: an animated way is lost as soon as other bars come. */
  show(from, to) {
    const aim = { from, to };
    this.#aim = aim;
    this.#scale.setVisibleLogicalRange(aim);
    const there = () => this.#aim === aim && (this.#aim = null);
    requestAnimationFrame(() => requestAnimationFrame(there));
  }

  /** So many bars came before the first, so every place is another. */
  added(count) {
    if (this.#aim) this.show(this.#aim.from + count, this.#aim.to + count);
  }
}
