// What the ticker's script calculates, without a browser: the fold, the figures, the order.
import { expect, test } from "@playwright/test";
import { Board, name } from "../public/ticker/board.js";
import { corners, difference, direction, grouped, moment, moved, place, quiet, same, since, sorted, sortedNext, toward, words } from "../public/ticker/figures.js";

const quote = (symbol: string, version: number, more = {}) => ({ symbol, venue: "lab", version, last: `${version}`, time: "2026-11-20T14:03:07.204113Z", ...more });
const whole = (cursor: number, quotes: object[], more = {}) => ({ whole: { cursor, quotes, venues: [], lists: 0, ...more } });

/** Numbers that are the same at every run. */
function dice(seed: number) {
  return (sides: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * sides);
  };
}

/** What a server tells that changes prices, forgets some, and now and then sends the whole board. */
function journal(roll: (sides: number) => number) {
  const board = new Map<string, { version: number; spark: string[] }>();
  const out: object[] = [];
  for (let step = 1; step <= 40; step++) {
    const version = step * 2;
    const symbol = `S${roll(4)}`;
    const what = roll(8);
    if (what === 0 && roll(2)) {
      if (board.delete(symbol)) out.push({ gone: { version, key: { symbol, venue: "lab" } } });
    } else if (what === 0) {
      board.delete(symbol);
      out.push(whole(version, [...board].map(([symbol, { version, spark }]) => quote(symbol, version, { spark }))));
    } else if (what === 1) out.push({ venue: { version, venue: `v${roll(3)}`, line: "connecting", reconnects: step, gaps: 0 } });
    else if (what === 2) out.push({ lists: version });
    else {
      const spark = [...(board.get(symbol)?.spark ?? []), `${version}`];
      board.set(symbol, { version, spark });
      out.push({ spark: { version: version - 1, key: { symbol, venue: "lab" }, points: spark } }, { quote: quote(symbol, version) });
    }
  }
  return out;
}

const state = ({ quotes, sparks, venues, lists }: Board) => ({
  quotes: [...quotes].sort(),
  sparks: [...sparks].filter(([key]) => quotes.has(key)).map(([key, { points }]) => [key, points]).sort(),
  venues: [...venues].sort(),
  lists,
});

test("updates that come twice, or in any order around a reconnection, end in the same board", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const roll = dice(seed);
    const updates = journal(roll);
    const folded = (order: object[]) => {
      const board = new Board();
      for (const update of order) board.apply(update);
      return state(board);
    };
    const straight = folded(updates);
    // Heard to somewhere, then again from before that.
    const [cut, back] = [roll(updates.length), roll(10)];
    expect(folded([...updates.slice(0, cut), ...updates.slice(Math.max(cut - back, 0))]), `seed ${seed}`).toEqual(straight);
    // Two neighbours change their places.
    const at = roll(updates.length - 1);
    const swapped = [...updates];
    [swapped[at], swapped[at + 1]] = [swapped[at + 1], swapped[at]];
    expect(folded(swapped), `seed ${seed}, ${at} after ${at + 1}`).toEqual(straight);
  }
});

test("what changed is told once", () => {
  const board = new Board();
  board.apply(whole(5, [quote("B", 5), quote("A", 4)], { lists: 3 }));
  expect(board.changed()).toEqual({ quotes: new Set(["A\nlab", "B\nlab"]), rows: true, venues: false, lists: true });
  expect(board.names()).toEqual(["A\nlab", "B\nlab"]);
  board.apply({ quote: quote("A", 4) });
  expect(board.changed().quotes.size).toBe(0);
  board.apply({ quote: quote("A", 6) });
  board.apply(whole(7, [quote("A", 6)]));
  expect(board.changed()).toEqual({ quotes: new Set(["A\nlab"]), rows: true, venues: false, lists: false });
});

test("what left is gone until something newer comes of it", () => {
  const board = new Board();
  const [key, gone] = ["A\nlab", { gone: { version: 7, key: { symbol: "A", venue: "lab" } } }];
  board.apply(whole(5, [quote("A", 4, { spark: ["4"] }), quote("B", 5)]));
  board.changed();
  board.apply(gone);
  expect([board.changed().rows, board.names(), board.sparks.has(key)]).toEqual([true, ["B\nlab"], false]);
  board.apply({ quote: quote("A", 6) });
  board.apply(gone);
  expect(board.changed()).toEqual({ quotes: new Set(), rows: false, venues: false, lists: false });
  board.apply({ quote: quote("A", 8) });
  board.apply(gone);
  expect(board.quotes.get(key)).toMatchObject({ version: 8 });
});

test("figures keep the digits that were sent", () => {
  for (const [sent, shown] of [["96412.50", "96,412.50"], ["1.10", "1.10"], ["0.00000001", "0.00000001"], ["1000", "1,000"], ["-37.63", "−37.63"], ["-1234567.0", "−1,234,567.0"], ["999", "999"], ["-0.0", "0.0"]]) {
    expect(grouped(sent)).toBe(shown);
  }
  for (const [ask, bid, spread] of [["228.32", "228.30", "0.02"], ["1.5", "1.25", "0.25"], ["100", "99", "1"], ["1", "1.005", "-0.005"], ["-1", "-1.5", "0.5"], ["0.30000000000000000001", "0.3", "0.00000000000000000001"]]) {
    expect(difference(ask, bid)).toBe(spread);
  }
  const full = quote("A", 1, { last: "96412.50", change: ["+1,181.50", "+1.24%"], bid: "96412.4", ask: "96412.55", range: ["95000.10", "97000"], volume: null });
  const shown = ["last", "change", "percent", "bid", "ask", "spread", "range", "volume", "time"].map((column) => words(column, full));
  expect(shown).toEqual(["96,412.50", "+1,181.50", "+1.24%", "96,412.4", "96,412.55", "0.15", "95,000.10 – 97,000", null, "14:03:07"]);
  expect([["+1", null], ["−0.01", null], ["0.00", null], null].map(direction)).toEqual(["up", "down", "flat", "flat"]);
  expect(same("96,412.50", "96,413.10")).toBe(5);
});

test("what rounding left nothing of is neither up nor down", () => {
  const little = quote("A", 1, { change: ["−0.01", "−0.00%"] });
  expect([direction(little.change), words("percent", little), words("change", little), toward("−0.01")]).toEqual(["flat", "0.00%", "−0.01", "down"]);
  expect(direction(["+0.01", "+0.00%"])).toBe("flat");
  expect(direction(["+1.00", null])).toBe("up");
});

test("drawings begin as the server draws them", () => {
  expect(corners(["1.10", "1.15"], "1.20")).toBe("0,90 144,48 288,6");
  expect(corners([], "1")).toBe("0,48 288,48");
  expect(corners(["5", "5.0"], "5")).toBe("0,48 144,48 288,48");
  for (const [last, x] of [["1", 0], ["2", 48], ["3", 96], ["9", 96]]) expect(place({ last, range: ["1", "3"] })).toBe(x);
  expect(place({ last: "1", range: ["1", "1"] })).toBe(48);
});

test("rows are sorted by a column, up, down, and back into their order", () => {
  const quotes = new Map(
    [
      quote("A", 1, { last: "9.5", change: ["−1,000", "−2.00%"] }),
      quote("B", 1, { last: "1,0".replace(",", ""), change: ["+3", "+0.10%"], bid: "1", ask: "2" }),
      quote("C", 1, { last: "-3", change: null }),
      quote("D", 1, { last: "9.50", change: ["0", "0.00%"], bid: "1", ask: "1.5" }),
    ].map((quote) => [name(quote), quote]),
  );
  const list = ["D", "A", "X", "C", "B"].map((symbol) => name({ symbol, venue: "lab" }));
  const by = (column: string, down = false) => sorted(list, { column, down }, quotes).map((name: string) => name[0]).join("");
  expect(by("last")).toBe("CDABX");
  expect(by("last", true)).toBe("BDACX");
  expect(by("percent")).toBe("ADBXC");
  expect(by("change", true)).toBe("BDAXC");
  expect(by("spread")).toBe("DBAXC");
  expect(by("symbol", true)).toBe("XDCBA");
  expect(sorted(list, null, quotes)).toEqual(list);
  const first = sortedNext(null, "last");
  expect([first, sortedNext(first, "bid"), sortedNext(first, "last"), sortedNext(sortedNext(first, "last"), "last")]).toEqual([
    { column: "last", down: false }, { column: "bid", down: false }, { column: "last", down: true }, null,
  ]);
});

test("an entry is moved to a place of its list", () => {
  expect([moved(["a", "b", "c"], 0, 2), moved(["a", "b", "c"], 2, 0), moved(["a", "b", "c"], 1, 1)].map((list) => list.join(""))).toEqual(["bca", "cab", "abc"]);
});

test("a minute of silence at a venue is quiet, a quarter of an hour for what is posted", () => {
  const now = Date.parse("2026-11-20T00:05:00Z");
  const venues = new Map([["coinbase", {}]]);
  const heard = (venue: string, seconds: number) => quiet({ venue, time: new Date(now - seconds * 1e3).toISOString() }, now, venues);
  const told = (venue: string, seconds: number) => heard(venue, seconds)?.map((part, n) => (n ? moment(part, now) : part)).join(" ");
  expect([told("coinbase", 59), told("coinbase", 60), told("bot", 60), told("bot", 900), told("bot", -30)]).toEqual([
    undefined, "quiet 00:04 UTC", undefined, "quiet 2026-11-19", undefined,
  ]);
});

test("what a change is counted from is said", () => {
  expect(since({ previous_close: "0" })).toBe("the previous close");
  expect([since({}), since({ previous_close: null })]).toEqual(["the open", "the open"]);
});

test("a market that is closed isn't quiet, and at the opening patience begins anew", () => {
  const quote = { venue: "alpaca", time: "2026-01-02T20:59:58Z", rest: ["2026-01-02T21:00:00Z", "2026-01-05T14:30:00Z"] };
  const at = (now: string) => quiet(quote, Date.parse(now), new Map([["alpaca", {}]]));
  expect(["2026-01-02T20:59:59Z", "2026-01-02T21:30:00Z", "2026-01-04T12:00:00Z", "2026-01-05T14:30:30Z", "2026-01-05T14:31:00Z"].map(at)).toEqual([
    undefined, ["closed until", quote.rest[1]], ["closed until", quote.rest[1]], undefined, ["quiet", quote.time],
  ]);
});
