// Draws the chart of a symbol's page (src/ticker/chart_page.rs) above its table, and keeps both moving. Figures are shown
// as the server wrote them; numbers are made of them for drawing alone.
import {
  CandlestickSeries, ColorType, CrosshairMode, HistogramSeries, LineSeries, PriceScaleMode, createChart,
} from "/lightweight-charts.js";
import { Moments } from "/chart/moments.js";
import { Span } from "/chart/span.js";

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
  // 96412.50 as 96,412.50.
  const grouped = (text) => text.replace(/^(-?)(\d+)/, (_, sign, whole) => (sign && minus) + whole.replace(/\B(?=(\d{3})+$)/g, ","));
  const seconds = (time) => Math.floor(Date.parse(time) / 1000);
  const iso = (time) => new Date(time * 1000).toISOString();

  const tools = element("div", { className: "choices", role: "group", ariaLabel: "Chart" });
  const legend = element("div", { className: "legend", ariaHidden: "true" });
  const plot = element("div", { className: "plot", role: "application", ariaLabel: `${label}. Arrow keys move, + and ${minus} zoom, End leads to now, with Shift they mark a span. The table below has the figures.` });
  plot.tabIndex = 0;
  place.before(tools);
  place.append(legend, plot);
  place.hidden = false;

  const choices = [];
  let local = keep("local") === "1";
  let title = keep("title") === "1";
  let kind = keep("kind") === "line" ? "line" : "candles";
  /** Candles by the second in which they begin, in the order of their times. */
  let candles = new Map();
  /** What it is compared with: the closes, as the candles. */
  let others = new Map();
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
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.12, bottom: 0.22 } },
    timeScale: { borderVisible: false, timeVisible: interval !== "1d", secondsVisible: interval === "1s", rightOffset: 4 },
  });
  const volume = chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
  let series = null;
  // Two prices have nothing in common but how far they have come, from where the chart begins.
  const beside = other ? chart.addSeries(LineSeries, { lineWidth: 2, priceLineVisible: false, title: other.split(":").pop() }) : null;
  if (beside) chart.priceScale("right").applyOptions({ mode: PriceScaleMode.Percentage });

  // --- colours and times ---

  // The browser reads any colour of ours; the library wants them plain.
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function colour(name) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return `rgba(${r}, ${g}, ${b}, ${a / 255})`;
  }
  function paint() {
    if (!series) return;
    const [line, ink, up, down] = ["--line", "--ink-2", "--up", "--down"].map(colour);
    chart.applyOptions({
      layout: { background: { type: ColorType.Solid, color: colour("--ground") }, textColor: ink, fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
    });
    series.applyOptions({ priceLineColor: ink });
    // Risen ones are hollow: colour is not all that tells them apart.
    series.applyOptions(kind === "line" ? { color: colour("--info"), lineWidth: 2 } : {
      upColor: colour("--ground"), borderUpColor: up, wickUpColor: up, downColor: down, borderDownColor: down, wickDownColor: down,
    });
    volume.applyOptions({ color: colour("--line-strong") });
    beside?.applyOptions({ color: colour("--warn") });
  }
  const zone = () => (local ? undefined : "UTC");
  const format = (time, options) => new Intl.DateTimeFormat(undefined, { timeZone: zone(), hourCycle: "h23", ...options }).format(new Date(time * 1000));
  const day = { year: "numeric", month: "short", day: "numeric" };
  const clock = { hour: "2-digit", minute: "2-digit", ...(interval === "1s" && { second: "2-digit" }) };
  // A day is UTC's, wherever one is.
  const moment = (time) => (interval === "1d" ? format(time, { ...day, timeZone: "UTC" }) : format(time, { ...day, ...clock }));
  function times() {
    const marks = [{ year: "numeric" }, { month: "short" }, { day: "numeric", month: "short" }, { hour: "2-digit", minute: "2-digit" }, { hour: "2-digit", minute: "2-digit", second: "2-digit" }];
    chart.applyOptions({
      localization: { timeFormatter: (time) => `${moment(time)}${local || interval === "1d" ? "" : " UTC"}` },
      timeScale: { tickMarkFormatter: (time, mark) => format(time, interval === "1d" ? { ...marks[mark], timeZone: "UTC" } : marks[mark]) },
    });
  }

  // --- the drawing ---

  const drawn = (time, candle) => (kind === "line" ? { time, value: +candle.close } : { time, open: +candle.open, high: +candle.high, low: +candle.low, close: +candle.close });
  const traded = (time, candle) => ({ time, value: +(candle.volume ?? 0) });
  function draw() {
    const all = [...candles];
    series.setData(all.map(([time, candle]) => drawn(time, candle)));
    volume.setData(all.map(([time, candle]) => traded(time, candle)));
    beside?.setData([...others].map(([time, close]) => ({ time, value: +close })));
    moments.draw(series, [...candles.keys()]);
    span.place();
    tell(null);
  }
  function make() {
    if (series) chart.removeSeries(series);
    const precision = Math.min(digits, 12);
    series = chart.addSeries(kind === "line" ? LineSeries : CandlestickSeries, { priceFormat: { type: "custom", minMove: 10 ** -precision, formatter: (price) => grouped(price.toFixed(precision)) } });
    paint();
    draw();
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
    const close = others.get(at);
    const compared = close == null ? "" : `\n${other.split(":").pop()}  C\u00a0${grouped(close)}`;
    legend.textContent = `${moment(at)}${local ? "" : " UTC"}  ${shown.join("  ")}  ${rise > 0 ? "▲" : rise < 0 ? "▼" : ""}${compared}`;
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
  const span = new Span(chart, plot, () => [...candles.keys()], (ends, isPicking) => {
    for (const [button, is] of choices) button.ariaPressed = `${is()}`;
    if (!ends) {
      told.textContent = isPicking ? "Press the bar in which it begins." : "";
      return speak("", "");
    }
    const [from, last] = ends;
    const to = last + step;
    const words = `${moment(from)} \u2013 ${moment(interval === "1d" ? last : to)}`;
    const [bars, open, close] = [[...candles.keys()].filter((time) => time >= from && time <= last).length, candles.get(from).open, candles.get(last).close];
    told.textContent = `Span ${words}${local ? "" : " UTC"}: ${bars} ${bars === 1 ? "bar" : "bars"}, ${grouped(open)} to ${grouped(close)}. ${isPicking ? "Press the bar in which it ends." : "Escape lets go of it."}`;
    speak(words, `&from=${iso(from)}&to=${iso(to)}`, from);
  });

  // --- what happened ---

  const moments = new Moments({ symbol, venue }, colour);
  async function happened() {
    const [first] = candles.keys();
    const end = held ? [...candles.keys()].at(-1) + step : null;
    if (first !== undefined && (await moments.ask(first, end))) moments.draw(series, [...candles.keys()]);
  }

  // --- the data ---

  async function ask(asked) {
    const answer = await fetch("/do/chart", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ asked: { symbol, venue, interval, with: other ?? null, ...asked } }) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }
  function take(answer) {
    // What was drawn from single prices gives way to what the server made of them; it may have made nothing.
    for (const [time, { isGuess }] of candles) if (isGuess) candles.delete(time);
    for (const candle of answer.candles) candles.set(seconds(candle.time), candle);
    candles = new Map([...candles].sort(([a], [b]) => a - b));
    for (const candle of answer.other?.candles ?? []) others.set(seconds(candle.time), candle.close);
    others = new Map([...others].sort(([a], [b]) => a - b));
    // A week of seconds would be too many to hold.
    if (candles.size > 20_000) {
      candles = new Map([...candles].slice(-20_000));
      const [first] = candles.keys();
      others = new Map([...others].filter(([time]) => time >= first));
      more = false;
    }
  }
  function figures({ day, quote }) {
    const set = (id, figure) => (byId(id).textContent = figure == null ? "\u2013" : grouped(figure));
    set("day-open", day?.open);
    set("day-high", day?.high);
    set("day-low", day?.low);
    set("day-previous", day?.previous_close);
    set("day-volume", day?.volume);
    if (quote) price(quote);
  }
  /** The newest bars, the day and the table; what was held since is put right by it. */
  async function renew(limit) {
    const answer = await ask({ limit });
    ({ seconds: step, digits } = answer);
    // After a long absence there may be bars between: what was held is left, so that nothing is missing in the middle.
    if (answer.more && answer.candles.length && seconds(answer.candles[0].time) > sure) {
      candles.clear();
      others.clear();
    }
    if (!candles.size) more = answer.more;
    take(answer);
    sure = [...candles.keys()].at(-1) ?? sure;
    figures(answer);
    rows();
  }
  async function earlier() {
    if (!more || wait || !candles.size) return;
    const first = [...candles.values()][0];
    wait = ask({ before: first.time, limit: 1_000 });
    try {
      const answer = await wait;
      ({ more } = answer);
      take(answer);
      draw();
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

  /** The table, of the newest bars. */
  function rows() {
    const body = byId("rows");
    const asked = new URLSearchParams(location.search);
    if (!body || asked.has("before") || asked.has("from")) return;
    const newest = [...candles.values()].slice(-60).reverse();
    body.replaceChildren(...newest.map((candle) => {
      const row = element("tr");
      const head = element("th", { scope: "row" });
      const at = candle.time.slice(0, 10);
      head.append(element("time", { dateTime: candle.time, textContent: interval === "1d" ? at : `${at} ${candle.time.slice(11, interval === "1s" ? 19 : 16)}` }));
      const compared = other && byId("came") ? [others.get(seconds(candle.time))] : [];
      row.append(head, ...[candle.open, candle.high, candle.low, candle.close, candle.volume, ...compared].map((figure) => element("td", { textContent: figure == null ? "\u2013" : grouped(figure) })));
      return row;
    }));
  }

  // --- what comes live ---

  function price(quote) {
    byId("last").textContent = grouped(quote.last);
    for (const side of ["bid", "ask"]) byId(`day-${side}`).textContent = quote[side] == null ? "\u2013" : grouped(quote[side]);
    if (quote.change) {
      const [amount, percent] = quote.change;
      const way = amount.startsWith("+") ? ["up", "▲"] : amount.startsWith(minus) ? ["down", "▼"] : ["flat", ""];
      const figure = element("span", { className: `c ${way[0]}`, title: `${amount} since the open` });
      figure.append(element("span", { ariaHidden: "true", textContent: way[1] }), ` ${percent ?? amount}`);
      byId("change")?.replaceChildren(figure);
    }
    document.title = `${title ? `${grouped(quote.last)} ` : ""}${symbol} · Squawkbox`;
    shown = quote;
  }
  let shown = null;
  let due = null;
  /** Bars are the server's: a price only says that there is something new, and is drawn until they come. */
  function live(quote) {
    price(quote);
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
      series.update(drawn(time, now));
      tell(null);
    }
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

  // --- what there is to compare it with ---

  const field = byId("with");
  let asking = null;
  field?.addEventListener("input", () => {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const answer = await fetch(`/options/symbols?q=${encodeURIComponent(field.value)}`).catch(() => null);
      if (!answer?.ok) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-text]");
      byId("symbols").replaceChildren(...[...found].map((one) => element("option", { value: one.dataset.text, textContent: one.textContent.trim() })));
    }, 150);
  });

  const badge = byId("link");
  let stream = null;
  let heard = Date.now();
  let patience = 1_000;
  function connect() {
    stream?.close();
    stream = new EventSource(`/events?topics=ticker&symbols=${encodeURIComponent(symbol)}`);
    const here = () => {
      [heard, patience] = [Date.now(), 1_000];
      if (badge.textContent) badge.textContent = "";
    };
    stream.onopen = here;
    stream.addEventListener("beat", here);
    stream.addEventListener("ticker", ({ data }) => {
      here();
      const { quote, whole } = JSON.parse(data);
      const news = quote ?? whole?.quotes.find((quote) => quote.symbol === symbol && quote.venue === venue);
      if (news?.symbol === symbol && news.venue === venue) live(news);
    });
    stream.onerror = () => {
      badge.textContent = `reconnecting; last heard at ${new Date(heard).toISOString().slice(11, 19)} UTC`;
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, patience * (0.5 + Math.random() / 2));
      patience = Math.min(patience * 2, 30_000);
    };
  }
  // A line that is dead says nothing at all.
  setInterval(() => {
    if (stream && Date.now() - heard > 25_000) {
      heard = Date.now();
      stream.onerror();
      connect();
    }
  }, 5_000);
  addEventListener("online", () => stream && connect());

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
  choice("Local time", () => local, () => {
    keep("local", (local = !local) ? "1" : "0");
    times();
    tell(null);
  });
  choice("Price in the title", () => title, () => {
    keep("title", (title = !title) ? "1" : "0");
    if (shown) price(shown);
  });

  choice("Select a span", () => span.isPicking, () => span.pick());

  plot.addEventListener("keydown", (event) => {
    const scale = chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range || event.ctrlKey || event.metaKey || event.altKey) return;
    if (span.key(event)) return event.preventDefault();
    const width = range.to - range.from;
    const show = (from, to) => scale.setVisibleLogicalRange({ from, to });
    const moves = {
      ArrowLeft: () => show(range.from - width / 10, range.to - width / 10),
      ArrowRight: () => show(range.from + width / 10, range.to + width / 10),
      "+": () => show(range.from + width / 10, range.to),
      "-": () => show(range.from - width / 10, range.to),
      End: () => scale.scrollToRealTime(),
    };
    const move = moves[event.key === "=" ? "+" : event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
  for (const query of ["(prefers-color-scheme: light)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", paint);

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
    const times = [...candles.keys()];
    const [from, to] = span.ends.map((time) => times.indexOf(time));
    const room = Math.max(to - from, 10) / 2;
    chart.timeScale().setVisibleLogicalRange({ from: from - room, to: to + room });
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
    times();
    tell(null);
    if (asked && candles.size) show();
    connect();
    alerts();
    happened();
    setInterval(() => document.hidden || happened(), 30_000);
  })();
}

function element(name, properties = {}) {
  const { role, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  if (role) made.setAttribute("role", role);
  return made;
}
