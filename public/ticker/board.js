// The fold of updates into the newest price per symbol and venue, as src/ticker/board.rs does it in the server's tests. Pure.
//
// Every update has a version from one count, and the higher version wins, entry by entry. So updates may come twice or in
// any order, as they do around a reconnection, and the board ends the same. src/ticker/wire.rs says what they are.

/** Departures that are remembered, for news from before that comes late. */
const REMEMBERED = 256;

/** By which a quote is known; in this order quotes are shown. */
export const name = ({ symbol, venue }) => `${symbol}\n${venue}`;

export class Board {
  /** Quotes by name. */
  quotes = new Map();
  /** Earlier prices by name, `{ version, points }`; they may come before their quote does. */
  sparks = new Map();
  /** States of venues by the venue. */
  venues = new Map();
  /** The version at which lists of symbols last changed. */
  lists = 0;
  /** At which version quotes left since the newest whole board, by name; the newest of them. */
  #gone = new Map();
  /** The version of the newest whole board: what it did not name was gone by then. */
  #floor = 0;
  /** What changed since it was last taken: names of quotes, whether some came or went, venues, lists. */
  #changed = nothing();

  /** Folds one update in. */
  apply(update) {
    const [[kind, value]] = Object.entries(update);
    if (kind === "quote") this.#quote(value, this.#floor);
    else if (kind === "spark") this.#spark(name(value.key), value.version, value.points, this.#floor);
    else if (kind === "gone") this.#leave(name(value.key), value.version);
    else if (kind === "venue") this.#venue(value);
    else if (kind === "lists") this.#list(value);
    else if (kind === "whole") this.#whole(value);
  }

  /** What changed since this was last asked. */
  changed() {
    const changed = this.#changed;
    this.#changed = nothing();
    return changed;
  }

  /** The names of all quotes, in their order. */
  names() {
    return [...this.quotes.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  #quote({ spark, ...quote }, floor) {
    const key = name(quote);
    if (spark) this.#spark(key, quote.version, spark, floor);
    const known = this.quotes.get(key);
    if (quote.version <= (known ? known.version : this.#floorOf(key, floor))) return;
    if (!known) this.#changed.rows = true;
    this.quotes.set(key, quote);
    this.#changed.quotes.add(key);
  }

  #spark(key, version, points, floor) {
    if (version <= (this.sparks.get(key)?.version ?? this.#floorOf(key, floor))) return;
    this.sparks.set(key, { version, points });
    if (this.quotes.has(key)) this.#changed.quotes.add(key);
  }

  /** What is older than this, and of something that isn't there, was gone by then. */
  #floorOf(key, floor) {
    return Math.max(this.#gone.get(key) ?? 0, floor);
  }

  #leave(key, version) {
    if (version <= this.#floor || version <= (this.#gone.get(key) ?? 0)) return;
    if (this.quotes.get(key)?.version < version) {
      this.quotes.delete(key);
      this.#changed.rows = true;
    }
    if (this.sparks.get(key)?.version < version) this.sparks.delete(key);
    this.#gone.delete(key);
    this.#gone.set(key, version);
    if (this.#gone.size > REMEMBERED) this.#gone.delete(this.#gone.keys().next().value);
  }

  #venue(state) {
    if (state.version <= (this.venues.get(state.venue)?.version ?? -1)) return;
    this.venues.set(state.venue, state);
    this.#changed.venues = true;
  }

  #list(version) {
    if (version <= this.lists) return;
    this.lists = version;
    this.#changed.lists = true;
  }

  #whole({ quotes, venues, cursor, lists = 0 }) {
    this.#list(lists);
    if (cursor < this.#floor) return;
    const named = new Set(quotes.map(name));
    for (const map of [this.quotes, this.sparks]) {
      for (const [key, { version }] of map) {
        if (version > cursor || named.has(key)) continue;
        map.delete(key);
        if (map === this.quotes) this.#changed.rows = true;
      }
    }
    // Its version is that of its last change, which lies before the board's own; so is its earlier prices'.
    for (const quote of quotes) this.#quote(quote, 0);
    this.#floor = cursor;
    for (const [key, version] of this.#gone) if (version <= cursor) this.#gone.delete(key);
    for (const state of venues) this.#venue(state);
  }
}

function nothing() {
  return { quotes: new Set(), rows: false, venues: false, lists: false };
}
