// Squawks in the browser: the newest on the tape, the banner, the sound and the voice on the desk, whose program hands on
// what the event stream says (src/squawk/connection.rs); and who has seen what on the page of squawks. The server renders
// all of it first (src/squawk/server/rendered.rs, src/squawk/page.rs).
import { follow } from "./events.js";

/** Headlines that are remembered for the banner, as many as the server sends at first. */
const FRESH = 20;
/** How often it is looked whether what is shown is still news, in ms. */
const LOOK_EVERY = 60e3;
/** Headlines that wait to be read out at most; what comes beyond is not. */
const READ_OUT = 3;

// What this device keeps; a forbidden storage keeps nothing.
const keep = (name, value) => {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {}
  return null;
};
const hears = (what) => keep(`squawkbox.squawk.${what}`) === "on";

/** Two falling tones; those of messages rise. */
function ring() {
  const audio = new AudioContext();
  const end = audio.currentTime + 0.45;
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.12, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, end);
  volume.connect(audio.destination);
  const tone = audio.createOscillator();
  tone.frequency.setValueAtTime(990, audio.currentTime);
  tone.frequency.setValueAtTime(740, audio.currentTime + 0.15);
  tone.connect(volume);
  tone.onended = () => audio.close();
  tone.start();
  tone.stop(end);
}

let waiting = 0;
function readOut(text) {
  if (!("speechSynthesis" in window) || waiting >= READ_OUT) return;
  waiting += 1;
  const said = new SpeechSynthesisUtterance(text);
  said.onend = said.onerror = () => (waiting -= 1);
  speechSynthesis.speak(said);
}

/** The boxes by which one chooses, wherever they stand: each shows what is kept, and keeps what is chosen. */
function choices() {
  const boxes = () => document.querySelectorAll("[data-hears]");
  const show = () => {
    for (const box of boxes()) box.checked = hears(box.dataset.hears);
  };
  document.addEventListener("change", ({ target }) => {
    const what = target.dataset?.hears;
    if (!what) return;
    keep(`squawkbox.squawk.${what}`, target.checked ? "on" : "off");
    show();
    if (what === "sound" && target.checked) ring();
    if (what === "voice") target.checked ? readOut("Squawks are read out.") : window.speechSynthesis?.cancel();
  });
  // Chosen in another tab.
  addEventListener("storage", show);
  show();
}

const seenWords = ({ seen }) => (seen ? `seen by ${seen}` : "");
const names = ({ seen, seen_by }) => {
  const named = seen_by.map(([, name]) => name).join(", ");
  const more = seen - seen_by.length;
  return more > 0 ? `${named} and ${more} more` : named;
};
/** It goes through though the page is left at once. */
const see = (id) => fetch("/do/see_headline", { method: "POST", body: new URLSearchParams({ id }), keepalive: true });
const seeAll = (from, until) =>
  fetch("/do/see_headlines", { method: "POST", body: new URLSearchParams({ from, until }), keepalive: true });

class Banner {
  root = document.getElementById("squawk-banner");
  head = document.getElementById("squawk-head");
  me = Number(this.root.dataset.me);
  /** What came before the page was made is shown, and makes no noise. */
  newest = Number(this.root.dataset.newest);
  news = Number(this.root.dataset.news) * 1e3;
  #known = new Map();
  /** Those that were dismissed here, whether the server knows already or not. */
  #dismissed = new Set();
  /** Those that were seen by whoever sits here: of many, headlines name only those who saw them last. */
  #seen = new Set(this.root.dataset.seen.split(" ").filter(Boolean).map(Number));
  /** What came and made no noise yet. */
  #unheard = [];
  #due = false;
  /** The stream has said what there is; until then all that the server rendered stands. */
  #isTold = false;
  #part = (name) => this.root.querySelector(name);

  constructor() {
    this.#part("details").hidden = false;
    this.#part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#dismiss(Number(this.root.dataset.headline));
    });
    this.#part("form.all").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#dismissAll(event.target);
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.root.classList.contains("none")) return;
      const menu = this.#part("details");
      if (menu.open) menu.open = false;
      else this.#dismiss(Number(this.root.dataset.headline));
      event.preventDefault();
    });
    document.addEventListener("click", ({ target }) => {
      if (!target.closest?.("#squawk-banner details")) this.#part("details").open = false;
    });
    setInterval(() => this.#show(), LOOK_EVERY);
  }

  /** Takes an event of the stream. */
  heard(json) {
    const headline = JSON.parse(json);
    this.#isTold = true;
    if (headline.gone) {
      // Taken back with whoever squawked it.
      this.#known.delete(headline.id);
      this.#unheard = this.#unheard.filter(({ id }) => id !== headline.id);
      this.#later();
      return;
    }
    this.#known.set(headline.id, headline);
    if (headline.seen_by.some(([who]) => who === this.me)) this.#seen.add(headline.id);
    const old = [...this.#known.keys()].sort((a, b) => b - a).slice(FRESH);
    for (const id of old) {
      this.#known.delete(id);
      this.#dismissed.delete(id);
      this.#seen.delete(id);
    }
    const isNew = headline.id > this.newest;
    if (isNew) this.newest = headline.id;
    if (isNew && headline.author !== this.me) this.#unheard.push(headline);
    this.#later();
  }

  /** What comes at once is shown at once: no headline is read out that another takes the place of. */
  #later() {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#show();
      this.#sound(this.#unheard.splice(0));
    }, 50);
  }

  /** What came at once, such as after the line was down, sounds once. Of all tabs, the first makes the noise. */
  #sound(headlines) {
    if (!hears("sound") && !hears("voice")) return;
    const last = keep("squawkbox.squawk.heard") ?? "";
    const unheard = headlines.filter(({ at }) => at > last);
    if (!unheard.length) return;
    keep("squawkbox.squawk.heard", unheard.at(-1).at);
    if (hears("sound")) ring();
    if (hears("voice")) for (const { text } of unheard.slice(-READ_OUT)) readOut(text);
  }

  #dismiss(id) {
    return this.#putAway([id], () => see(id));
  }

  /** All that wait, as the form names the oldest and the newest of them. */
  #dismissAll(form) {
    const [from, until] = ["from", "until"].map((name) => Number(form.elements[name].value));
    const waiting = this.#isTold ? this.#unseen().map(({ id }) => id) : [Number(this.root.dataset.headline)];
    return this.#putAway(waiting, () => seeAll(from, until));
  }

  async #putAway(ids, keep) {
    for (const id of ids) this.#dismissed.add(id);
    const focused = this.root.contains(document.activeElement);
    this.#show();
    // Where nothing is left to be dismissed, the keyboard goes on where one writes.
    if (focused && this.root.classList.contains("none")) document.querySelector("main textarea, main")?.focus();
    const answer = await keep().catch(() => null);
    if (answer?.ok) return;
    // They come back, and can be dismissed again.
    for (const id of ids) this.#dismissed.delete(id);
    this.#show();
  }

  /** What is news, the newest first. */
  #current() {
    const since = Date.now() - this.news;
    return [...this.#known.values()].filter(({ at }) => Date.parse(at) >= since).sort((a, b) => b.id - a.id);
  }

  #unseen() {
    return this.#current().filter(
      ({ id, author }) => author !== this.me && !this.#dismissed.has(id) && !this.#seen.has(id),
    );
  }

  #show() {
    // Until then what the server rendered stands, but for what was put away.
    if (!this.#isTold) return this.#dismissed.size ? this.#card([]) : undefined;
    this.#tape(this.#current()[0]);
    this.#card(this.#unseen());
  }

  #tape(headline) {
    this.head.hidden = !headline;
    if (!headline) return;
    const [time, text] = [this.head.querySelector("time"), this.head.querySelector("span")];
    time.textContent = headline.at.slice(11, 16);
    if (text.textContent !== headline.text) text.textContent = headline.text;
    this.head.title = headline.text;
  }

  #card(unseen) {
    const [headline, more] = [unseen[0], unseen.length - 1];
    this.root.classList.toggle("none", !headline);
    const status = this.#part("[role=status]");
    if (!headline) {
      this.root.dataset.headline = "";
      status.textContent = "";
      return;
    }
    this.root.dataset.headline = headline.id;
    this.#part("input[name=id]").value = headline.id;
    // What hasn't changed isn't read out again.
    if (status.textContent !== headline.text) status.textContent = headline.text;
    const link = this.#part(".where");
    link.hidden = !headline.url;
    if (headline.url) link.href = headline.url;
    this.#part(".by").textContent = `${headline.source} · ${headline.at.slice(11, 16)} UTC`;
    this.#part(".seen-by").textContent = seenWords(headline);
    this.#part(".seen-by").title = names(headline);
    this.#part(".more").textContent = more > 0 ? `${more} more` : "";
    const all = this.#part("form.all");
    all.hidden = more < 1;
    all.elements.from.value = unseen.at(-1).id;
    all.elements.until.value = headline.id;
  }
}

/** The page of squawks: who has seen each, and that more came. */
function page(list) {
  let came = 0;
  const link = document.getElementById("squawks-new");
  let newest = Math.max(0, ...[...list.children].map((row) => Number(row.dataset.headline)));
  // Of a search, or further back, the page isn't where new ones would be.
  const isTop = !/[?&](q=[^&]|before=)/.test(location.search);
  const heard = ({ data }) => {
    const headline = JSON.parse(data);
    const row = list.querySelector(`[data-headline="${headline.id}"]`);
    if (headline.gone) {
      row?.remove();
    } else if (row) {
      const by = row.querySelector("details");
      by.hidden = !headline.seen;
      by.querySelector("summary").textContent = seenWords(headline);
      by.querySelector("summary").title = by.querySelector(".names").textContent = names(headline);
    } else if (isTop && headline.id > newest) {
      newest = headline.id;
      came += 1;
      link.textContent = `${came} new`;
      link.hidden = false;
    }
  };
  const source = follow((id) => `/events?topics=squawk&after=${id || `squawk:${list.dataset.changed}`}`, { squawk: heard });
  list.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const answer = await see(new FormData(form).get("id")).catch(() => null);
    if (answer?.ok) form.remove();
    else form.submit();
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  document.getElementById("squawk-hears").hidden = false;
}

choices();
if (document.getElementById("squawk-banner")) {
  const banner = new Banner();
  globalThis.squawks = { heard: (json) => banner.heard(json) };
}
const list = document.getElementById("squawks");
if (list) page(list);
