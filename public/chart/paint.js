// Colours and times of the chart, as the page has them.
import { ColorType } from "/lightweight-charts.js";

const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** What a name of the style stands for. The browser reads any colour of ours; the library wants them plain. */
export function colour(name) {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${r}, ${g}, ${b}, ${a / 255})`;
}

/** Paints the chart and what is drawn on it; `kind` is how `series` is drawn. */
export function paint(chart, kind, { series, volume, beside }) {
  const [line, ink, up, down] = ["--line", "--ink-2", "--up", "--down"].map(colour);
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: colour("--ground") }, textColor: ink, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
  });
  // Risen ones are hollow: colour is not all that tells them apart.
  series.applyOptions(kind === "line" ? { color: colour("--info"), lineWidth: 2 } : {
    upColor: colour("--ground"), borderUpColor: up, wickUpColor: up, downColor: down, borderDownColor: down, wickDownColor: down,
  });
  volume.applyOptions({ color: colour("--line-strong") });
  beside?.applyOptions({ color: colour("--warn") });
}

const DAY = { year: "numeric", month: "short", day: "numeric" };
const MINUTE = { hour: "2-digit", minute: "2-digit" };
const SECOND = { ...MINUTE, second: "2-digit" };

/** Times in words: the reader's own, or UTC. */
export class Clock {
  #interval;

  constructor(interval, local) {
    this.#interval = interval;
    this.local = local;
  }

  /** When a bar begins. A day is UTC's, wherever one is. */
  moment(time) {
    if (this.#interval === "1d") return this.#format(time, { ...DAY, timeZone: "UTC" });
    return this.#format(time, { ...DAY, ...(this.#interval === "1s" ? SECOND : MINUTE) });
  }

  /** What stands behind it. */
  get zone() {
    return this.local ? "" : " UTC";
  }

  /** Has the chart's axis and crosshair say times so. */
  set(chart) {
    const marks = [{ year: "numeric" }, { month: "short" }, { day: "numeric", month: "short" }, MINUTE, SECOND];
    const days = this.#interval === "1d";
    chart.applyOptions({
      localization: { timeFormatter: (time) => `${this.moment(time)}${days ? "" : this.zone}` },
      timeScale: { tickMarkFormatter: (time, mark) => this.#format(time, days ? { ...marks[mark], timeZone: "UTC" } : marks[mark]) },
    });
  }

  #format(time, options) {
    const zone = this.local ? undefined : "UTC";
    return new Intl.DateTimeFormat(undefined, { timeZone: zone, hourCycle: "h23", ...options }).format(new Date(time * 1000));
  }
}
