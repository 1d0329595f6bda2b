// The page of one clock (src/moment/page.rs): moves along in place, by keys and by the scrubber, and follows now. What it
// shows comes from the server as the page's own did.

/** Milliseconds from one look at now to the next. */
const NOW_EVERY = 2_000;
/** Milliseconds for which one rests before it is gone there. */
const REST = 150;

const page = () => document.getElementById("moment");
const room = document.scrollingElement;

/** Where the instant stands: its place among the lines of its row where that is shown, else its row. */
const place = () => page().querySelector("#here .instant") ?? document.getElementById("here");

/** Puts it in the middle of what the head leaves; what is higher than that begins in its upper part. */
function centre() {
  const here = place();
  if (!here) return;
  const head = page().querySelector(".head").offsetHeight;
  const { top, height } = here.getBoundingClientRect();
  const left = innerHeight - head;
  room.scrollTo({ top: room.scrollTop + top - head - Math.max((left - height) / 2, left / 4), behavior: "instant" });
}

let going = null;
let asked = 0;

/** Puts another instant in the place of this one. */
async function go(address, { quiet = false } = {}) {
  const mine = ++asked;
  // Where one was on the way to, one isn't any more.
  clearTimeout(rest);
  going?.abort();
  going = new AbortController();
  page().setAttribute("aria-busy", "true");
  let answer;
  try {
    answer = await fetch(address, { headers: { accept: "text/html" }, signal: going.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (mine !== asked) return;
    const there = new DOMParser().parseFromString(text, "text/html").getElementById("moment");
    if (!there) throw new Error("no moment");
    const focused = document.activeElement;
    const kept = focused?.id || focused?.dataset?.step;
    // The page must not move under whoever follows now, nor under whoever reads elsewhere on it.
    const before = place()?.getBoundingClientRect();
    const isInSight = before && before.bottom > 0 && before.top < innerHeight;
    const top = room.scrollTop;
    page().replaceWith(document.adoptNode(there));
    document.title = `${there.querySelector(".clock h2 time").textContent} · ${document.title.split(" · ").pop()}`;
    const moved = isInSight ? (place()?.getBoundingClientRect().top ?? before.top) - before.top + room.scrollTop - top : 0;
    if (quiet) room.scrollTo({ top: top + moved, behavior: "instant" });
    if (!quiet) history.replaceState(null, "", address);
    begin(quiet);
    // Whoever pressed a button presses it again.
    if (kept) (document.getElementById(kept) ?? page().querySelector(`[data-step="${kept}"]`))?.focus({ preventScroll: true });
  } catch (error) {
    if (error.name === "AbortError" || mine !== asked) return;
    page().removeAttribute("aria-busy");
    // The browser says what is wrong.
    if (!quiet) location.assign(address);
  }
}

/** Where one is on the way to, in ms since 1970, while keys are pressed and the scrubber is drawn. */
let target = null;
let rest;

/** Says where one would be so many seconds on from there. */
function point(from, seconds) {
  target = from + seconds * 1000;
  const there = new Date(target).toISOString();
  page().querySelector(".clock h2 time").textContent = `${there.slice(0, 10)} ${there.slice(11, 19)} UTC`;
  clearTimeout(rest);
  return there;
}

/** Goes there, once one rests. */
function move(from, seconds) {
  const there = point(from, seconds);
  rest = setTimeout(() => {
    const parts = new URLSearchParams(location.search);
    parts.delete("t");
    parts.set("span", page().dataset.span);
    void go(`/at/${there.replace(/\.\d+Z$/, "Z")}?${parts}`);
  }, REST);
}

const from = () => target ?? Date.parse(page().dataset.at);

function begin(quiet) {
  const root = page();
  for (const link of root.querySelectorAll(".steps a[href], .when, .clock .order a")) {
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button) return;
      event.preventDefault();
      void go(link.href);
    });
  }
  const scrub = document.getElementById("scrub");
  scrub.hidden = false;
  root.querySelector(".keys").hidden = false;
  target = null;
  const began = Date.parse(root.dataset.at);
  // While it is held it stays, and so do the rows.
  scrub.addEventListener("input", () => {
    scrub.ariaValueText = point(began, +scrub.value).slice(11, 19);
    // Back where it was, nothing changes.
    if (+scrub.value === 0) target = null;
  });
  scrub.addEventListener("change", () => +scrub.value && move(began, +scrub.value));
  if (!quiet) centre();
}

addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const press = (id) => document.getElementById(id)?.click();
  const steps = {
    ArrowLeft: () => move(from(), event.shiftKey ? -60 : -1),
    ArrowRight: () => move(from(), event.shiftKey ? 60 : 1),
    "[": () => press("event-before"),
    "]": () => press("event-after"),
    n: () => go(`/at/now${location.search}`),
  };
  if (!steps[event.key]) return;
  event.preventDefault();
  void steps[event.key]();
});

setInterval(() => {
  const isAtIt = page()?.contains(document.activeElement) && document.activeElement.matches("input");
  if (page()?.dataset.live === undefined || document.hidden || isAtIt || target !== null || getSelection()?.type === "Range") return;
  void go(location.href, { quiet: true });
}, NOW_EVERY);

if (page()) {
  begin(false);
  // What comes after the scripts, such as its type, and the place that the address names, may move it.
  const opened = page();
  let isMoved = false;
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(event, () => (isMoved = true), { once: true, passive: true });
  }
  const again = () => isMoved || page() !== opened || centre();
  addEventListener("load", () => setTimeout(again), { once: true });
  void document.fonts.ready.then(again);
}
