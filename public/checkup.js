// The page of the connection check (src/checkup/page.rs): tries one thing after the other, shows how each is, opens what mends
// it, and writes a report. How each is tried stands in checkup/requests.js and checkup/socket.js.

import { address, clock, compression, cookies, events, look } from "./checkup/requests.js";
import { close, latency, messages, upgrade } from "./checkup/socket.js";

/**
 * By the check's id, in the page's order: gives what to tell when it is fine, or throws what is broken. Each is given what is
 * known so far, a signal that stops it, and a way to tell how far it is.
 */
const TRIES = {
  address: address,
  cookies: cookies,
  compression: compression,
  clock: clock,
  upgrade: upgrade,
  messages: messages,
  close: close,
  events: events,
  latency: latency,
};

const element = (id) => document.getElementById(id);
element("no-script").remove();
const rows = Object.fromEntries(
  [...document.querySelectorAll("[data-check]")].map((row) => [row.dataset.check, row]),
);
const report = element("report").querySelector("textarea");

function show(id, state, words) {
  const row = rows[id];
  row.dataset.state = state;
  row.querySelector(":scope > .verdict").textContent = state;
  row.querySelector(":scope > .told").textContent = words;
  if (state === "broken") row.querySelector(":scope > .mend").open = true;
}

/** Which proxy an answer came through, by what proxies say of themselves; nothing where none does. */
function guess({ server, via, seen }) {
  const said = `${server} ${via} ${seen.forwarded.via ?? ""}`.toLowerCase();
  const named = ["nginx", "caddy", "traefik", "apache"].find((name) => said.includes(name));
  if (named) return named;
  if (said.includes("openresty")) return "nginx";
  // Without a name of their own: both say which machine passed it on, and Traefik by which port.
  const { forwarded } = seen;
  if (forwarded["x-forwarded-server"]) return forwarded["x-forwarded-port"] ? "traefik" : "apache";
  return undefined;
}

/** That proxy's settings first, and open. */
function prefer(proxy) {
  for (const settings of document.querySelectorAll(`[data-proxy="${proxy}"]`)) {
    settings.parentElement.querySelector("[data-proxy]").before(settings);
    settings.open = true;
  }
}

function conclude(facts) {
  const all = Object.entries(rows).map(([id, row]) => ({
    id,
    name: row.querySelector("h2").textContent,
    state: row.dataset.state,
    told: row.querySelector(":scope > .told").textContent,
  }));
  const broken = all.filter(({ state }) => state === "broken").map(({ name }) => name);
  element("summary").textContent = broken.length
    ? `${broken.length} of ${all.length} broken: ${broken.join(", ")}.`
    : "Everything gets through.";
  const { seen, server, via, protocol } = facts;
  const passedOn = Object.entries(seen.forwarded).map(([name, value]) => `${name}: ${value}`);
  const lines = [
    `Squawkbox connection check, ${new Date().toISOString()}`,
    `page ${location.origin}, public URL ${seen.public_url ?? "not set"}`,
    `the server saw Host ${seen.host}, scheme ${seen.scheme}, sender ${seen.client}${seen.proxy ? ", a proxy is believed" : ""}`,
    `${protocol || "HTTP"} to the browser, ${seen.http} to the server`,
    `Server: ${server || "none"}; Via: ${via || "none"}; passed on: ${passedOn.join("; ") || "nothing"}`,
    navigator.userAgent,
    "",
    ...all.map(({ name, state, told }) => `${state.padEnd(8)} ${name}: ${told}`),
  ];
  report.value = lines.join("\n");
  element("report").hidden = false;
}

const again = element("again");

async function run() {
  again.setAttribute("aria-disabled", "true");
  element("report").hidden = true;
  for (const id in TRIES) {
    show(id, "waiting", "");
    rows[id].querySelector(":scope > .mend").open = false;
  }
  element("summary").textContent = "Trying …";
  let facts;
  try {
    facts = await look();
  } catch (error) {
    element("summary").textContent = error.message;
    again.removeAttribute("aria-disabled");
    return;
  }
  const proxy = guess(facts);
  if (proxy) prefer(proxy);
  let done = 0;
  for (const [id, attempt] of Object.entries(TRIES)) {
    element("summary").textContent = `Trying: ${done++} of ${Object.keys(TRIES).length} done.`;
    const stop = new AbortController();
    const button = rows[id].querySelector("#stop");
    if (button) {
      button.hidden = false;
      button.onclick = () => stop.abort();
    }
    try {
      show(id, "fine", await attempt(facts, stop.signal, (words) => show(id, "waiting", words)));
    } catch (error) {
      // What could not be tried is no fault of its own.
      show(id, error.untried ? "waiting" : "broken", error.message);
    }
    if (button) {
      const hadFocus = document.activeElement === button;
      button.hidden = true;
      if (hadFocus) again.focus();
    }
  }
  conclude(facts);
  again.removeAttribute("aria-disabled");
}

again.addEventListener("click", () => again.hasAttribute("aria-disabled") || run());

element("copy").addEventListener("click", async ({ currentTarget: button }) => {
  try {
    await navigator.clipboard.writeText(report.value);
  } catch {
    // Without https there is no clipboard to ask: the old way.
    report.select();
    if (!document.execCommand("copy")) return;
    button.focus();
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy report"), 1_500);
});

element("run").hidden = false;
run();
