// Draws the chart of a symbol's page (src/ticker/chart_page.rs) above its table, and keeps both moving. Figures are shown
// as the server wrote them; numbers are made of them for drawing alone.
import {
  CandlestickSeries, CrosshairMode, HistogramSeries, LineSeries, createChart,
} from "/lightweight-charts.js";
import { begin, came, percent } from "/chart/compare.js";
import { Moments } from "/chart/moments.js";
import { Clock, colour, paint } from "/chart/paint.js";
import { Span } from "/chart/span.js";
import { follow } from "/chart/stream.js";
import { View } from "/chart/view.js";
import { compared, element, figures, offer, price, table } from "/chart/words.js";
import { grouped } from "/ticker/figures.js";

const place = document.getElementById("chart");
if (place) start();

// What this device keeps; a forbidden storage keeps nothing.
function keep(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`squawkbox.chart.${name}`);
    localStorage.setItem(`squawkbox.chart.${name}`, value);
  } catch {}
  return null;
}

function start() {
  const { symbol, venue, interval, label, with: other } = place.dataset;
  const byId = (id) => document.getElementById(id);
  const minus = "\u2212";
  const seconds = (time) => Math.floor(Date.parse(time) / 1000);
  const iso = (time) => new Date(time * 1000).toISOString();

  const tools = element("div", { className: "choices", role: "group", ariaLabel: "Chart" });
  const legend = element("div", { className: "legend", ariaHidden: "true" });
  const plot = element("div", { className: "plot", role: "application", ariaLabel: `${label}. Arrow keys move, with Shift they mark a span; + and ${minus} zoom, Home leads to the oldest bar, End to now. The table below has the figures.` });
  plot.tabIndex = 0;
  document.querySelector(".symbol .over").append(tools);
  place.append(legend, plot);
  place.hidden = false;

  const choices = [];
  const clock = new Clock(interval, keep("local") === "1");
  const moment = (time) => clock.moment(time);
  let title = keep("title") === "1";
  let kind = keep("kind") === "line" ? "line" : "candles";
  /** Candles by the second in which they begin, in the order of their times. */
  let candles = new Map();
  /** What it is compared with, as the candles. */
  let others = new Map();
  let [otherName, otherVenue] = ["", ""];
  /** Where two symbols begin: the time, and the price of each. */
  let base = null;
  let step = 60;
  let digits = 2;
  let more = false;
  /** The newest bar that the server made. */
  let sure = -1;
  let wait = null;
  /** The span that was asked for lies further back than what the chart begins with, so it doesn't move. */
  let held = false;

  const chart = createChart(plot, {
    autoSize: true,
    layout: { attributionLogo: false, fontSize: 12 },
    crosshair: { mode: CrosshairMode.Normal },
    // A finger that goes up or down scrolls the page.
    handleScroll: { vertTouchDrag: false },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.12, bottom: 0.22 } },
    timeScale: { borderVisible: false, timeVisible: interval !== "1d", secondsVisible: interval === "1s", rightOffset: 4 },
  });
  const volume = chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
  let series = null;
  // The chart's own label is of the newest price in view, ours of the newest there is.
  const unlabelled = { priceLineVisible: false, lastValueVisible: false };
  const shares = { type: "custom", minMove: 0.01, formatter: percent };
  const beside = other ? chart.addSeries(LineSeries, { ...unlabelled, lineWidth: 2, priceFormat: shares }) : null;
  const view = new View(chart.timeScale());

  function repaint() {
    if (!series) return;
    paint(chart, kind, { series, volume, beside });
    tag();
  }

  // --- the drawing ---

  const height = (price) => (base ? came(base.one, price) : +price);
  const drawn = (time, { open, high, low, close }) => (kind === "line" ? { time, value: height(close) } : { time, open: height(open), high: height(high), low: height(low), close: height(close) });
  const drawnBeside = (time, { close }) => ({ time, value: came(base.other, close) });
  const traded = (time, candle) => ({ time, value: +(candle.volume ?? 0) });
  /** Those that are drawn: of two symbols, from where both begin. */
  const from = (bars) => [...bars].filter(([time]) => !base || base.time === null || time >= base.time);
  const times = () => from(candles).map(([time]) => time);
  /** The times that have a place in the chart, in their order. */
  const places = () => (beside ? [...new Set([...times(), ...from(others).map(([time]) => time)])].sort((a, b) => a - b) : times());
  function draw() {
    rebase();
    const all = from(candles);
    series.setData(all.map(([time, candle]) => drawn(time, candle)));
    volume.setData(all.map(([time, candle]) => traded(time, candle)));
    beside?.setData(base ? from(others).map(([time, candle]) => drawnBeside(time, candle)) : []);
    moments.draw(series, times());
    span.place();
    tag();
    since();
    tell(null);
  }
  /** Where two have no bar in common, each begins with its first. */
  function rebase() {
    if (!beside) return;
    const time = begin(candles, others);
    const [one, two] = [candles, others].map((bars) => (time === null ? [...bars.values()][0] : bars.get(time)));
    base = one && two ? { time, one: one.open, other: two.open } : null;
  }
  /** The newest price stands at the axis, wherever one has scrolled. */
  let labels = [];
  function tag() {
    const newest = [[series, [...candles.values()].at(-1)], [beside, base && [...others.values()].at(-1)]];
    for (const [n, [on, candle]] of newest.entries()) {
      if (!on || !candle) continue;
      const price = n ? came(base.other, candle.close) : beside ? height(candle.close) : +(shown?.last ?? candle.close);
      const name = n ? "--warn" : kind === "line" ? "--info" : +candle.close < +candle.open ? "--down" : "--up";
      const options = { price, color: colour("--ink-2"), axisLabelColor: colour(name), lineVisible: !n, lineStyle: 1, lineWidth: 1, axisLabelVisible: true, title: n ? otherName : "" };
      if (labels[n]?.on === on) labels[n].line.applyOptions(options);
      else labels[n] = { on, line: on.createPriceLine(options) };
    }
  }
  /** How far each has come, in words: what the labels at the axis say. */
  function since() {
    if (!base || base.time === null) return;
    compared(base.time, [[symbol, base.one, candles], [otherName, base.other, others]]);
  }
  function make() {
    if (series) chart.removeSeries(series);
    const precision = Math.min(digits, 12);
    const prices = { type: "custom", minMove: 10 ** -precision, formatter: (price) => grouped(price.toFixed(precision)) };
    series = chart.addSeries(kind === "line" ? LineSeries : CandlestickSeries, { ...unlabelled, priceFormat: beside ? shares : prices });
    draw();
    repaint();
    mark();
  }
  /** The prices at which alerts fire are lines. */
  let levels = [];
  let lines = [];
  function mark() {
    for (const [drawnOn, line] of lines) if (drawnOn === series) series.removePriceLine(line);
    // Beside another symbol the scale is percent.
    lines = beside ? [] : levels.map(({ price, test, name }) => [series, series.createPriceLine({ price: +price, color: colour("--warn"), lineWidth: 1, lineStyle: 2, axisLabelVisible: true, title: `${test === "above" ? "▲" : "▼"} ${name}`.slice(0, 40) })]);
  }
  async function alerts() {
    const answer = await fetch(`/alerts/levels?symbol=${encodeURIComponent(symbol)}&venue=${encodeURIComponent(venue)}`).catch(() => null);
    if (!answer?.ok) return;
    levels = await answer.json();
    mark();
  }
  /** The figures of the bar under the pointer, or of the newest. */
  function tell(time) {
    const [at, candle] = time !== null && candles.has(time) ? [time, candles.get(time)] : [...candles].at(-1) ?? [];
    if (!candle) {
      legend.textContent = "Nothing was traded yet.";
      return;
    }
    const figures = [["O", candle.open], ["H", candle.high], ["L", candle.low], ["C", candle.close], ["V", candle.volume]];
    const shown = figures.filter(([, figure]) => figure != null).map(([name, figure]) => `${name}\u00a0${grouped(figure)}`);
    const rise = candle.close - candle.open;
    const close = others.get(at)?.close;
    const itsClose = close == null ? "" : `\n${otherName}  C\u00a0${grouped(close)}`;
    legend.textContent = `${moment(at)}${clock.zone}  ${shown.join("  ")}  ${rise > 0 ? "▲" : rise < 0 ? "▼" : ""}${itsClose}`;
  }
  chart.subscribeCrosshairMove(({ time }) => tell(time ?? null));
  // What is pressed, or marked, is what one speaks of.
  const [discuss, then] = ["discuss", "then"].map((id) => document.getElementById(id));
  const alone = `/ticker/chart?symbol=${encodeURIComponent(symbol)}&venue=${encodeURIComponent(venue)}`;
  function speak(words, link, time) {
    discuss.href = `/discuss?${new URLSearchParams({ link: `${alone}${link && `&interval=${interval}${link}`}` })}`;
    discuss.textContent = words ? `Discuss ${words}` : "Discuss";
    then.href = time ? `/at/${iso(time)}` : "/at/now";
    then.textContent = time ? `What else happened at ${moment(time)}` : "What else happened";
  }
  chart.subscribeClick(({ time, hoveredInfo }) => {
    if (span.isPicking) return;
    const marker = hoveredInfo?.objectId;
    if (typeof marker === "string" && marker.startsWith("/at/")) return location.assign(marker);
    span.clear();
    speak(time && moment(time), time ? `&before=${iso(time + step)}` : "", time);
  });

  const told = element("p", { className: "hint", role: "status" });
  place.after(told);
  const span = new Span(chart, plot, view, places, (ends, isPicking) => {
    for (const [button, is] of choices) button.ariaPressed = `${is()}`;
    if (!ends) {
      told.textContent = isPicking ? "Press the bar in which it begins, or drag from there to where it ends." : "";
      return speak("", "");
    }
    const [from, last] = ends;
    const to = last + step;
    const words = `${moment(from)} \u2013 ${moment(interval === "1d" ? last : to)}`;
    const marked = [...candles].filter(([time]) => time >= from && time <= last).map(([, candle]) => candle);
    if (!marked.length) return;
    const [bars, { open }, { close }] = [marked.length, marked[0], marked.at(-1)];
    told.textContent = `Span ${words}${clock.zone}: ${bars} ${bars === 1 ? "bar" : "bars"}, ${grouped(open)} to ${grouped(close)}. ${isPicking ? "Press the bar in which it ends." : "Escape lets go of it."}`;
    speak(words, `&from=${iso(from)}&to=${iso(to)}`, from);
  });

  // --- what happened ---

  const moments = new Moments({ symbol, venue }, colour);
  async function happened() {
    const [first] = candles.keys();
    const end = held ? [...candles.keys()].at(-1) + step : null;
    if (first !== undefined && (await moments.ask(first, end))) moments.draw(series, times());
  }

  // --- the data ---

  async function ask(asked) {
    const answer = await fetch("/do/chart", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ asked: { symbol, venue, interval, with: other ?? null, ...asked } }) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }
  function take(answer) {
    for (const candle of answer.candles) candles.set(seconds(candle.time), candle);
    candles = new Map([...candles].sort(([a], [b]) => a - b));
    for (const candle of answer.other?.candles ?? []) others.set(seconds(candle.time), candle);
    others = new Map([...others].sort(([a], [b]) => a - b));
    // A week of seconds would be too many to hold.
    if (candles.size > 20_000) {
      candles = new Map([...candles].slice(-20_000));
      const [first] = candles.keys();
      others = new Map([...others].filter(([time]) => time >= first));
      more = false;
    }
  }
  /** The newest bars, the day and the table; what was held since is put right by it. */
  async function renew(limit) {
    const answer = await ask({ limit });
    ({ seconds: step, digits } = answer);
    if (answer.other) ({ symbol: otherName, venue: otherVenue } = answer.other);
    // After a long absence there may be bars between: what was held is left, so that nothing is missing in the middle.
    if (answer.more && answer.candles.length && seconds(answer.candles[0].time) > sure) {
      candles.clear();
      others.clear();
    }
    if (!candles.size) more = answer.more;
    // What was drawn from single prices gives way to what the server made of them; it may have made nothing.
    for (const bars of [candles, others]) for (const [time, { isGuess }] of bars) if (isGuess) bars.delete(time);
    take(answer);
    sure = [...candles.keys()].at(-1) ?? sure;
    figures(answer);
    if (answer.quote) news(answer.quote);
    table([...candles.values()], interval, other ? (time) => others.get(seconds(time)) : null);
  }
  async function earlier() {
    if (!more || wait || !candles.size) return;
    const first = [...candles.values()][0];
    wait = ask({ before: first.time, limit: 1_000 });
    try {
      const answer = await wait;
      // It may be another chart by now.
      if (!candles.has(seconds(first.time))) return;
      ({ more } = answer);
      const drawn = places();
      take(answer);
      draw();
      view.added(Math.max(places().indexOf(drawn[0]), 0));
      happened();
    } catch {
      // It is asked for again at the next move.
    } finally {
      wait = null;
    }
  }
  chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
    if (range && range.from < 20) earlier();
  });

  // --- what comes live ---

  function news(quote) {
    price(quote, title);
    shown = quote;
  }
  let shown = null;
  let due = null;
  /** Bars are the server's: a price only says that there is something new, and is drawn until they come. */
  function live(quote) {
    news(quote);
    if (held) return;
    const time = Math.floor(seconds(quote.time) / step) * step;
    const [newest, last] = [...candles].at(-1) ?? [-1];
    if (time >= newest) {
      const now = time === newest ? { ...last } : { time: new Date(time * 1000).toISOString(), open: quote.last, high: quote.last, low: quote.last, volume: null };
      now.isGuess = true;
      now.close = quote.last;
      if (+quote.last > +now.high) now.high = quote.last;
      if (+quote.last < +now.low) now.low = quote.last;
      candles.set(time, now);
      if (beside && !base) draw();
      else series.update(drawn(time, now));
      tag();
      since();
      tell(null);
    }
    soon();
  }
  /** As `live`, of what it is compared with. */
  function liveBeside({ time: heard, last }) {
    if (held) return;
    const time = Math.floor(seconds(heard) / step) * step;
    const [newest, known] = [...others].at(-1) ?? [-1];
    if (time >= newest) {
      others.set(time, { ...(time === newest ? known : { time: iso(time), open: last }), close: last, isGuess: true });
      if (!base) draw();
      else beside.update(drawnBeside(time, others.get(time)));
      tag();
      since();
    }
    soon();
  }
  function soon() {
    due ??= setTimeout(async () => {
      due = null;
      try {
        await renew(60);
        draw();
      } catch {
        // The next price asks again.
      }
    }, interval === "1s" ? 1_000 : 3_000);
  }

  // --- what one can choose ---

  function choice(words, pressed, press) {
    const button = element("button", { type: "button", textContent: words, ariaPressed: `${pressed()}` });
    button.addEventListener("click", () => {
      press();
      for (const [other, is] of choices) other.ariaPressed = `${is()}`;
    });
    choices.push([button, pressed]);
    tools.append(button);
  }
  const draws = (as) => () => {
    keep("kind", (kind = as));
    make();
  };
  choice("Candles", () => kind === "candles", draws("candles"));
  choice("Line", () => kind === "line", draws("line"));
  choice("Local time", () => clock.local, () => {
    keep("local", (clock.local = !clock.local) ? "1" : "0");
    clock.set(chart);
    tell(null);
  });
  choice("Price in the title", () => title, () => {
    keep("title", (title = !title) ? "1" : "0");
    if (shown) news(shown);
  });

  choice("Select a span", () => span.isPicking, () => span.pick());

  plot.addEventListener("keydown", (event) => {
    const { range } = view;
    if (!range || event.ctrlKey || event.metaKey || event.altKey) return;
    if (span.key(event)) return event.preventDefault();
    const width = range.to - range.from;
    const show = (from, to) => view.show(from, to);
    const moves = {
      ArrowLeft: () => show(range.from - width / 10, range.to - width / 10),
      ArrowRight: () => show(range.from + width / 10, range.to + width / 10),
      "+": () => show(range.from + width / 10, range.to),
      "-": () => show(range.from - width / 10, range.to),
      Home: () => show(-1, width - 1),
      End: now,
    };
    const move = moves[event.key === "=" ? "+" : event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
  /** Leads to the newest bar, with the room after it that there is at first. */
  async function now() {
    if (held) {
      // Of the span's time, which now is not.
      span.clear();
      candles.clear();
      others.clear();
      held = false;
      await renew(500).catch(() => {});
      draw();
    }
    const { from, to } = view.range;
    const end = places().length - 1 + 4;
    view.show(end - (to - from), end);
  }
  for (const query of ["(prefers-color-scheme: light)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", repaint);

  /** The span that was asked for, marked, with as much to either side. */
  const asked = place.dataset.from && [place.dataset.from, place.dataset.to].map(seconds);
  async function back() {
    const [from, to] = asked;
    const around = Math.max(to - from, 30 * step);
    const [first] = candles.keys();
    if (first <= from) return;
    held = true;
    candles.clear();
    others.clear();
    const limit = Math.min(Math.ceil((to - from + 2 * around) / step), 2_000);
    const answer = await ask({ before: iso(to + around), limit });
    ({ more } = answer);
    take(answer);
  }
  function show() {
    span.set(asked[0], asked[1] - 1);
    const drawn = places();
    const [from, to] = span.ends.map((time) => drawn.indexOf(time));
    const room = Math.max(to - from, 10) / 2;
    view.show(from - room, to + room);
  }

  (async () => {
    try {
      await renew(500);
      if (asked) await back();
    } catch {
      legend.textContent = "The bars could not be loaded. Reload the page to try again.";
      return;
    }
    make();
    clock.set(chart);
    tell(null);
    if (asked && candles.size) show();
    follow([symbol, ...(other ? [otherName] : [])], byId("link"), (quote) => {
      if (quote.symbol === symbol && quote.venue === venue) live(quote);
      if (beside && quote.symbol === otherName && quote.venue === otherVenue) liveBeside(quote);
      // Its bars may be gone too, and what the page says of it.
    }, (left) => left.symbol === symbol && left.venue === venue && location.reload());
    offer(byId("with"));
    alerts();
    happened();
    setInterval(() => document.hidden || happened(), 30_000);
  })();
}
