// The page of one clock (src/moment/page.rs): moves along in place, by keys and by the scrubber, and follows now. What it
// shows comes from the server as the page's own did.

/** Milliseconds from one look at now to the next. */
const NOW_EVERY = 2_000;
/** Milliseconds for which one rests before it is gone there. */
const REST = 150;

const page = () => document.getElementById("moment");
let going = null;
let asked = 0;

/** Puts another instant in the place of this one. */
async function go(address, { quiet = false } = {}) {
  const mine = ++asked;
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
    const before = document.getElementById("here")?.getBoundingClientRect();
    const isInSight = before && before.bottom > 0 && before.top < innerHeight;
    const [room, top] = [document.scrollingElement, document.scrollingElement.scrollTop];
    page().replaceWith(document.adoptNode(there));
    document.title = `${there.querySelector(".clock h2 time").textContent} · ${document.title.split(" · ").pop()}`;
    if (quiet && !isInSight) room.scrollTop = top;
    else if (quiet) document.getElementById("here")?.scrollIntoView({ block: "center" });
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

/** Goes so many seconds on from there, once one rests. */
function move(from, seconds) {
  target = from + seconds * 1000;
  const there = new Date(target).toISOString();
  page().querySelector(".clock h2 time").textContent = `${there.slice(0, 10)} ${there.slice(11, 19)} UTC`;
  clearTimeout(rest);
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
  for (const link of root.querySelectorAll(".steps a, .when, .clock .order a")) {
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
  scrub.addEventListener("input", () => {
    move(began, +scrub.value);
    scrub.ariaValueText = new Date(target).toISOString().slice(11, 19);
  });
  if (!quiet) document.getElementById("here")?.scrollIntoView({ block: "center" });
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

if (page()) begin(false);
