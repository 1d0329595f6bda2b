// The page of searching logs (src/logs/find_page.rs): follows what comes, loads what is older, opens lines in their place,
// narrows by a drag over the bars, and has the keys. Lines come from the server as the page's own did; of many, those in sight
// are in the document (`logs/window.js`).

import { follow as events } from "./events.js";
import { Window } from "./logs/window.js";
import { copy } from "./copy.js";

const page = document.getElementById("finding");
const field = document.getElementById("log-query");
/** @type {HTMLOListElement | null} */
const list = document.querySelector("#lines");
const q = page?.dataset.q ?? "";
/** The oldest lines stand at the top, and what is newer is loaded below them. */
const isForth = page?.dataset.oldest === "first";
const further = isForth ? "after" : "before";
const isAround = new URLSearchParams(location.search).has("at");

/** Lines that are held at most; what is older can be loaded again. */
const MOST = 100_000;
/** When so many are held, more are loaded at once. */
const MANY = 300;
/** Milliseconds after new lines until they are counted. */
const COUNT_AFTER = 3_000;
/** Milliseconds from one look for new lines to the next at least. */
const PACE = 500;

const url = (path, parts) => `${path}?${new URLSearchParams(parts)}`;
const rowsOf = (root) => [...root.querySelectorAll(".found-line")];
const thousands = new Intl.NumberFormat("en-US");

/** What the server answers as HTML; refusals as an error with its words. */
async function fragment(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(answer.status === 404 ? "This line isn't kept any more." : `The server says ${answer.status}.`);
  const template = document.createElement("template");
  template.innerHTML = text;
  return template.content;
}

// --- columns ---

/** Fields in columns of their own at most, as the server has it. */
const COLUMNS = 6;
document.addEventListener("click", ({ target }) => {
  const column = target.closest?.("[data-column]")?.dataset.column;
  if (!column) return;
  const kept = document.cookie.split("; ").find((one) => one.startsWith("squawkbox_log_columns="));
  const before = decodeURIComponent(kept?.split("=")[1] ?? "").split(",").filter(Boolean);
  const columns = before.includes(column) ? before.filter((one) => one !== column) : [...before, column].slice(-COLUMNS);
  // What the server reads is not decoded: names with other signs can't be columns.
  document.cookie = `squawkbox_log_columns=${columns.filter((one) => /^[\w.@\-]+$/.test(one)).join(",")}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  location.reload();
});

// --- lines that are said in a room ---

const discuss = document.getElementById("discuss-lines");
document.addEventListener("selectionchange", () => {
  if (!discuss || !list) return;
  const selection = getSelection();
  const range = selection?.type === "Range" && selection.getRangeAt(0);
  const ids = range ? rowsOf(list).filter((row) => range.intersectsNode(row)).map((row) => +row.dataset.id) : [];
  // Pressing the link itself lets go of what was selected.
  if (!ids.length) return setTimeout(() => (discuss.hidden = getSelection()?.type !== "Range"), 300);
  // With the search, for there may be others between them.
  const link = url(location.pathname, { ...(q && { q }), at: Math.min(...ids), to: Math.max(...ids) });
  discuss.href = url("/discuss", { link });
  discuss.hidden = false;
});

// --- how lines look ---

const settings = {
  get: (name) => localStorage.getItem(`logs-${name}`),
  set: (name, value) => localStorage.setItem(`logs-${name}`, value),
};

function toggle(id, isOn, change) {
  const button = document.getElementById(id);
  if (!button) return () => {};
  button.hidden = false;
  const show = () => {
    button.setAttribute("aria-pressed", String(isOn));
    change(isOn);
  };
  const press = () => {
    isOn = !isOn;
    settings.set(id, isOn ? "on" : "off");
    show();
  };
  button.addEventListener("click", press);
  show();
  return press;
}

let isLocal = false;
const two = (n, size = 2) => String(n).padStart(size, "0");

/** Times as this browser's clock has them, or in UTC. */
function showTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const local = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
    time.textContent = isLocal ? local : time.dateTime.slice(11, 23);
  }
}

/** The lines, most of which are not in the document when they are many. */
const held = list && new Window(list, showTimes);

const wrap = toggle("wrap", settings.get("wrap") !== "off", (isOn) => {
  held?.reset(() => list.classList.toggle("unwrapped", !isOn));
});
toggle("local", settings.get("local") === "on", (isOn) => {
  isLocal = isOn;
  held?.local(isOn);
});
for (const keys of document.querySelectorAll(".keys")) keys.hidden = false;

// --- opening a line ---

async function open(row) {
  const there = row.querySelector(":scope > .opened");
  if (there) {
    there.remove();
    held.soon();
    return;
  }
  try {
    const parts = await fragment(url("/logs/line", { id: row.dataset.id, q }));
    row.querySelector(":scope > .opened, :scope > .notice")?.remove();
    row.append(parts);
  } catch (error) {
    say(row, error.message);
  }
  held.soon();
}

function say(after, words) {
  const notice = Object.assign(document.createElement("p"), { className: "notice error", textContent: words });
  notice.setAttribute("role", "alert");
  after.append(notice);
}

list?.addEventListener("click", (event) => {
  const row = event.target.closest(".found-line");
  if (!row) return;
  if (event.target.closest("a, button, .opened")) return;
  // Whoever selects text wants the text.
  if (!getSelection().isCollapsed) return;
  go(row.item);
  open(row);
});

// --- more lines ---

/** Puts what came at a place among the lines. */
function added(parts, place) {
  const more = parts.querySelector("ol");
  const items = held.add(rowsOf(more), place);
  return { items, next: more.dataset.next, newest: more.dataset.newest, reached: more.dataset.reached };
}

const older = document.getElementById("older");
older?.addEventListener("click", async (event) => {
  event.preventDefault();
  if (older.ariaDisabled === "true") return;
  older.ariaDisabled = "true";
  const words = older.textContent;
  older.textContent = "Looking…";
  try {
    const asked = { q, [further]: list.dataset.next, ...(held.length >= MANY && { many: true }) };
    const { items, next, reached } = added(await fragment(url("/logs/rows", asked)), held.length);
    list.dataset.next = next ?? "";
    older.textContent = isForth ? (reached ? "Look further" : "Newer lines") : reached ? "Look further back" : "Older lines";
    const state = older.parentElement;
    for (const text of [...state.childNodes]) if (text !== older) text.remove();
    if (reached) older.before(isForth ? `Looked up to ${reached}; there may be more after. ` : `Looked back to ${reached}; there may be more before. `);
    if (next) older.href = url("/logs/search", { q, [further]: next });
    else {
      older.before("That is all. ");
      older.hidden = true;
    }
    if (items.length > 0) go(items[0], false);
    if (next && held.length >= MOST) {
      older.before(`${thousands.format(held.length)} lines are held; `);
      older.replaceWith(Object.assign(document.createElement("a"), { className: "button quiet", href: older.href, textContent: "Go on from here" }));
    }
  } catch (error) {
    older.textContent = words;
    say(older.parentElement, error.message);
  } finally {
    older.ariaDisabled = "false";
  }
});

// --- following ---

const followButton = document.getElementById("follow");
const state = document.getElementById("follow-state");
let stream;
let waiting = 0;
let newest = page?.dataset.newest ?? "0";
let lastLook = 0;
let look;
let counting;

const pill = Object.assign(document.createElement("button"), { type: "button", className: "waiting", hidden: true });
pill.addEventListener("click", () => {
  followButton.scrollIntoView({ block: "start", behavior: "instant" });
  getSelection().removeAllRanges();
  fetchNew();
});

/** Whether somebody reads what is there: then it stays where it is. */
function isReading() {
  const isBelow = list.getBoundingClientRect().top < -8;
  const selection = getSelection();
  const selects = !selection.isCollapsed && list.contains(selection.anchorNode);
  return isBelow || selects || list.querySelector(".opened") !== null;
}

function came(count) {
  waiting += count;
  if (isReading()) {
    pill.textContent = `${thousands.format(waiting)} new`;
    held.keep(() => (pill.hidden = false));
    return;
  }
  clearTimeout(look);
  look = setTimeout(fetchNew, Math.max(0, lastLook + PACE - performance.now()));
}

/** One at a time: what comes while it runs is looked for afterwards. */
let looking = false;
let again = false;

async function fetchNew() {
  again = looking;
  if (looking) return;
  looking = true;
  lastLook = performance.now();
  const asked = { q, after: newest };
  try {
    const parts = await fragment(url("/logs/rows", asked));
    const { items, next, newest: reached } = added(parts, 0);
    newest = reached;
    waiting = 0;
    pill.hidden = true;
    // More came than one answer holds: what lies between can be had.
    if (next && items.length < held.length) putGap(asked.after, next, items.length);
    if (held.length > MOST) held.trim(MOST);
    if (items.length > 0) {
      document.querySelector(".further")?.replaceChildren(...(older ? [older] : []));
      clearTimeout(counting);
      counting = setTimeout(countAnew, COUNT_AFTER);
    }
  } catch {
    state.textContent = "the server can't be reached";
  } finally {
    looking = false;
  }
  if (again) fetchNew();
}

/** The bars and their counts, as the page would have them now. */
async function countAnew() {
  const shown = document.querySelector(".histogram");
  if (!shown || !stream || shown.matches(":hover")) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => undefined);
  if (!answer?.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".histogram");
  if (now) shown.replaceWith(document.adoptNode(now));
  listenToBars();
}

/** A row in the place of lines that weren't loaded. */
function putGap(after, before, place) {
  const row = Object.assign(document.createElement("li"), { className: "gap" });
  const load = Object.assign(document.createElement("button"), { type: "button", textContent: "Load what was skipped here" });
  load.addEventListener("click", async () => {
    load.disabled = true;
    try {
      const parts = await fragment(url("/logs/rows", { q, after, before }));
      const { next } = added(parts, held.items.indexOf(item));
      if (next) before = next;
      else held.remove(item);
    } catch (error) {
      say(row, error.message);
    }
    load.disabled = false;
  });
  row.append(load);
  const item = held.put(row, place);
}

function follow(isOn) {
  stream?.close();
  stream = undefined;
  pill.hidden = true;
  if (!isOn) {
    state.textContent = "";
    return;
  }
  // Whoever follows wants the newest. As far as is shown: what came meanwhile is told at once.
  if (isReading()) followButton.scrollIntoView({ block: "start", behavior: "instant" });
  let wasLost = false;
  stream = events(
    (id) => url("/events", { topics: "logs", query: q, after: id || `logs:${newest}` }),
    {
      logs({ data }) {
        const { lines, gap: missed } = JSON.parse(data);
        came(lines.length + (missed?.count ?? 0));
      },
    },
    {
      opened() {
        state.textContent = "following";
        // A look may have failed meanwhile.
        if (wasLost && !isReading()) fetchNew();
        wasLost = false;
      },
      lost() {
        state.textContent = "catching up …";
        wasLost = true;
      },
    },
  );
}

let pressFollow = () => {};
if (followButton && list && !isAround) {
  list.before(pill);
  // A reload goes on with it, another search doesn't.
  const kept = () => sessionStorage.getItem("logs-followed") === q;
  pressFollow = toggle("follow", kept(), (isOn) => {
    if (isOn) sessionStorage.setItem("logs-followed", q);
    else if (kept()) sessionStorage.removeItem("logs-followed");
    follow(isOn);
  });
  document.addEventListener("scroll", () => waiting > 0 && stream && !isReading() && fetchNew(), { passive: true });
}

// --- bars ---

let dragging;
addEventListener("pointermove", (event) => dragging?.moved(event));
addEventListener("pointerup", (event) => dragging?.ended(event));

function listenToBars() {
  const bars = document.getElementById("histogram");
  if (!bars) return;
  const all = [...bars.querySelectorAll("a[data-start]")];
  const at = (event) => {
    const { left, width } = bars.getBoundingClientRect();
    return Math.min(all.length - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * all.length)));
  };
  const mark = (a, b) => all.forEach((bar, i) => bar.classList.toggle("chosen", i >= Math.min(a, b) && i <= Math.max(a, b)));
  bars.addEventListener("dragstart", (event) => event.preventDefault());
  bars.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const from = at(event);
    dragging = { moved: (to) => mark(from, at(to)), ended: (to) => narrow(from, at(to)) };
  });
  const narrow = (from, to) => {
    const [first, last] = [from, to].sort((a, b) => a - b);
    dragging = undefined;
    mark(-1, -1);
    if (first === last) return;
    const end = Date.parse(all[last].dataset.start) + 1_000 * Number(bars.dataset.step);
    const query = `${bars.dataset.base} since:${all[first].dataset.start} before:${new Date(end).toISOString()}`;
    location.assign(url("/logs/search", { q: query.trim() }));
  };
}
listenToBars();

// --- keys ---

/** Goes to a line that is held. */
function go(item, focus = true) {
  for (const other of list.querySelectorAll(".here")) other.classList.remove("here");
  held.here = item;
  const row = focus ? held.bring(held.items.indexOf(item)) : item.node;
  row?.classList.add("here");
  if (focus) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function move(step) {
  if (!held) return;
  const { items } = held;
  let at = held.here ? items.indexOf(held.here) : -1;
  if (at < 0) [at, step] = [0, 0];
  // What isn't a line is passed over.
  do at += step;
  while (step && items[at] && items[at].id === undefined);
  if (items[at]) go(items[at]);
}

/** The line at which selecting by keys began. */
let began;

/** Selects from there to the next line. */
function extend(step) {
  if (!held?.here) return move(0);
  const selection = getSelection();
  if (selection.isCollapsed || !began?.node?.isConnected) began = held.here;
  move(step);
  const [from, to] = [began.node, held.here.node];
  const [first, last] = from.compareDocumentPosition(to) & Node.DOCUMENT_POSITION_PRECEDING ? [to, from] : [from, to];
  if (first.isConnected && last.isConnected) selection.setBaseAndExtent(first, 0, last, last.childNodes.length);
}

const here = () => list?.querySelector(".here");
const keys = {
  "/": () => {
    field.focus();
    field.select();
  },
  j: () => move(1),
  k: () => move(-1),
  J: () => extend(1),
  K: () => extend(-1),
  d: () => discuss?.hidden === false && discuss.click(),
  e: () => here() && open(here()),
  Enter: () => here() && open(here()),
  f: () => pressFollow(),
  w: () => wrap(),
  c: () => here() && copy(new URL(here().querySelector(".at").href).href).then(() => told("Link copied")),
};

function told(words) {
  if (state) state.textContent = words;
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const isTyped = event.target.closest("input, textarea, select, [contenteditable]");
  if (isTyped || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
  const act = keys[event.key];
  if (!act || !page) return;
  event.preventDefault();
  act();
});

const shown = held?.items.findIndex((item) => item.node?.classList.contains("this")) ?? -1;
if (shown >= 0) held.bring(shown).scrollIntoView({ block: "center" });
