// Two symbols on one chart have nothing in common but how far each has come since the first bar that both have. Pure.
import { grouped } from "/ticker/figures.js";

/** The time of the first bar that both have; both are bars by their times, in order. Nothing where there is none. */
export function begin(one, other) {
  for (const time of one.keys()) if (other.has(time)) return time;
  return null;
}

/** How far a price has come from another, in percent; of the size of that where it is negative, as the server has it. */
export const came = (from, to) => (+from ? ((to - from) / Math.abs(from)) * 100 : 0);

/** In words, as the server writes them: two digits, halves away from zero. What rounds to nothing has no sign. */
export function percent(share) {
  // A half is seldom one in binary.
  const size = (Math.round(Math.abs(share) * 100 + 1e-6) / 100).toFixed(2);
  return `${+size ? (share < 0 ? "\u2212" : "+") : ""}${grouped(size)}%`;
}
