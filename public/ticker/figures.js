// Prices as people read them, and how rows are sorted by them. Pure, and exact where a figure is shown: text in, text out.

const MINUS = "\u2212";

/** With commas between thousands and a true minus sign; the digits are those sent: 96,412.50. */
export function grouped(number) {
  const [, sign, whole, rest] = /^(-?)(\d*)(.*)$/.exec(number);
  const less = sign && /[1-9]/.test(number) ? MINUS : "";
  return less + whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest;
}

/** `a` minus `b`, with the digits of both. */
export function difference(a, b) {
  const digits = (text) => (text.split(".")[1] ?? "").length;
  const scale = Math.max(digits(a), digits(b));
  const units = (text) => BigInt(text.replace(".", "") + "0".repeat(scale - digits(text)));
  const by = units(a) - units(b);
  const text = `${by < 0n ? -by : by}`.padStart(scale + 1, "0");
  const at = text.length - scale;
  return (by < 0n ? "-" : "") + text.slice(0, at) + (scale ? `.${text.slice(at)}` : "");
}

/** Which way a figure with a sign goes: `up`, `down` or `flat`; flat is also what rounding left nothing of. */
export const toward = (figure) => (!/[1-9]/.test(figure ?? "") ? "flat" : { "+": "up", [MINUS]: "down" }[figure[0]] ?? "flat");

/** What a change is counted from. */
export const since = ({ previous_close }) => (previous_close == null ? "the open" : "the previous close");

/** Which way a change goes, as its percentage tells where it has one. */
export const direction = (change) => toward(change?.[1] ?? change?.[0]);

/** The sign beside a figure, so that colour is not all there is. */
export const arrow = (way) => ({ up: "▲", down: "▼" })[way] ?? "";

/** How many characters of `now` are as they were in `before`. */
export function same(before, now) {
  let at = 0;
  while (at < now.length && now[at] === before[at]) at++;
  return at;
}

/** Without its sign where rounding left nothing of a figure: -0.00% is neither up nor down. */
const signed = (figure) => (toward(figure) === "flat" ? figure.replace(/^[+\u2212]/, "") : figure);

/** What stands in a column of words; nothing where nothing is known. */
export function words(column, quote) {
  const { last, change, bid, ask, volume, time } = quote;
  if (column === "last") return grouped(last);
  if (column === "change") return change?.[0];
  if (column === "percent") return change ? signed(change[1] ?? change[0]) : "\u2013";
  if (column === "bid") return bid && grouped(bid);
  if (column === "ask") return ask && grouped(ask);
  if (column === "spread") return bid && ask && grouped(difference(ask, bid));
  if (column === "range") return quote.range && quote.range.map(grouped).join(" \u2013 ");
  if (column === "volume") return volume && grouped(volume);
  if (column === "time") return time.slice(11, 19);
}

// --- drawings; src/ticker/sparkline.rs and src/ticker/server/rendered/rows.rs begin them ---

const [WIDTH, HEIGHT, MARGIN] = [288, 96, 6];

/** The corners of the line of earlier prices and the last one, from the left edge to the right. */
export function corners(earlier, last) {
  const all = [...earlier, last].map(Number);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const height = (price) => (high <= low ? HEIGHT / 2 : Math.round(HEIGHT - MARGIN - ((price - low) / (high - low)) * (HEIGHT - 2 * MARGIN)));
  const steps = Math.max(earlier.length, 1);
  const at = all.map((price, i) => `${Math.floor((WIDTH * i) / steps)},${height(price)}`);
  if (!earlier.length) at.push(`${WIDTH},${height(all[0])}`);
  return at.join(" ");
}

/** Where the mark of the last price stands on the bar of its day. */
export function place({ last, range: [low, high] }) {
  const share = +high > +low ? (last - low) / (high - low) : 0.5;
  return Math.round(Math.min(Math.max(share, 0), 1) * 96);
}

// --- order ---

/** What a column is sorted by: a number, or nothing. */
function weight(column, quote) {
  if (!quote) return undefined;
  const { last, change, bid, ask, volume, time } = quote;
  const figure = (text) => (text ? Number(text.replace(/[,+%]/g, "").replace(MINUS, "-")) : undefined);
  if (column === "change") return figure(change?.[0]);
  if (column === "percent") return figure(change?.[1]);
  if (column === "spread") return bid && ask ? Number(difference(ask, bid)) : undefined;
  if (column === "time") return Date.parse(time);
  return figure({ last, bid, ask, volume }[column]);
}

/**
 * `names` sorted by a column, up or down; what has nothing there comes last, and what is alike stays in its order.
 * `sort` is `{ column, down }`, or nothing for the order as it is.
 */
export function sorted(names, sort, quotes) {
  if (!sort) return names;
  const by = new Map(names.map((name) => [name, sort.column === "symbol" ? name : weight(sort.column, quotes.get(name))]));
  const way = sort.down ? -1 : 1;
  return [...names].sort((a, b) => {
    const [x, y] = [by.get(a), by.get(b)];
    if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
    return way * ((x > y) - (x < y));
  });
}

/** What a press on a column's head makes of the sorting: up, down, then the list's own order. */
export const sortedNext = (sort, column) => (sort?.column !== column ? { column, down: false } : sort.down ? null : { column, down: true });

/** `list` with the entry at `from` moved to the place `to`. */
export function moved(list, from, to) {
  const others = list.toSpliced(from, 1);
  return others.toSpliced(to, 0, list[from]);
}

// --- when an instrument is quiet: the line is up, but nothing has been heard of it for long ---

/** After so many seconds a quote of a venue that is watched is quiet, and a posted one: programs post as they please. */
const [WATCHED, POSTED] = [60, 15 * 60];

/**
 * Whether a quote is quiet, or its market closed: `["quiet", since]`, `["closed until", then]`; nothing when it is neither.
 * After the opening, patience begins anew.
 */
export function quiet({ venue, time, rest }, now, venues) {
  const [closes, opens] = rest?.map(Date.parse) ?? [Infinity, Infinity];
  const since = now < opens ? Date.parse(time) : Math.max(opens, Date.parse(time));
  if (now - since < (venues.has(venue) ? WATCHED : POSTED) * 1e3) return undefined;
  return closes <= now && now < opens ? ["closed until", rest[1]] : ["quiet", time];
}

/** `14:03 UTC`, or on another day than `now` the day. */
export function moment(time, now) {
  const today = new Date(now).toISOString().slice(0, 10);
  return time.startsWith(today) ? `${time.slice(11, 16)} UTC` : time.slice(0, 10);
}
