// What was just taken away, and the way to have it back: a note with a button, until the next change or for a while.

/** For so long it can be undone at the least, in ms. */
const FOR = 10e3;

export class Undo {
  #note = document.createElement("p");
  #words = document.createElement("span");
  #button = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: "Undo" });
  #act = null;
  #end = null;
  #leave;

  /** The note stands behind `place`; `leave` moves the focus on when the note goes that holds it. */
  constructor(place, leave) {
    this.#leave = leave;
    this.#note.className = "undo";
    // There before it says something, or it would not be announced.
    this.#note.setAttribute("role", "status");
    place.after(this.#note);
    this.#note.append(this.#words);
    this.#button.addEventListener("click", () => this.take());
    this.#note.addEventListener("focusout", () => this.#act && this.#wait());
  }

  /** Says what was done, and that it can be undone by `act`. */
  offer(words, act) {
    this.#act = act;
    this.#words.textContent = `${words} `;
    this.#note.append(this.#button);
    this.#wait();
  }

  /** Undoes it; false where there is nothing to undo. */
  take() {
    const act = this.#act;
    this.close();
    act?.();
    return !!act;
  }

  /** It can't be undone any more. */
  close() {
    clearTimeout(this.#end);
    this.#act = null;
    this.#words.textContent = "";
    if (this.#note.contains(document.activeElement)) this.#leave();
    this.#button.remove();
  }

  /** Nobody is hurried who is on the button. */
  #wait() {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.#note.contains(document.activeElement) || this.close(), FOR);
  }
}
