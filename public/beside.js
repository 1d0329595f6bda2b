// What the desk's program does all over the desk, for the pages beside it, which come without it: the keys that lead
// elsewhere (src/desk_keys.rs), being here, what calls for attention, and notifications (public/notify.js).
"use strict";
{
  const me = Number(document.currentScript.dataset.me);
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // --- the line; src/chat/wire.rs says what goes over it, src/live/socket.rs how it is kept ---

  const PING_EVERY = 10e3;
  const ANSWERED_WITHIN = 15e3;
  const TOUCH_TOLD = 120e3;
  const SIGNED_OUT = 4401;
  const NOTIFY = '{"notify":';

  /** One's rooms and threads by their id, in the order of the rail. */
  let rooms = new Map();
  let line;
  let asked = 0;
  let attempt = 0;
  let touched = 0;
  let retry;
  let sending = false;
  addEventListener("submit", () => (sending = true));

  const send = (frame) => line?.readyState === WebSocket.OPEN && line.send(JSON.stringify(frame));
  const change = (id, how) => rooms.has(id) && how(rooms.get(id));
  const fold = {
    hello: ({ rooms: mine }) => (rooms = new Map(mine.map((room) => [room.id, room]))),
    noted: ({ room: id, author, mentions }) =>
      change(id, (room) => {
        if (author === me) return;
        room.unread = Math.min(room.unread + 1, 1000);
        if (mentions.includes(me)) room.mentions += 1;
      }),
    read: ({ room: id, unread, mentions, upto }) =>
      change(id, (room) => (!upto || upto >= (room.upto ?? 0)) && Object.assign(room, { unread, mentions, upto })),
    muted: ({ room: id, muted }) => change(id, (room) => (room.muted = muted)),
    room: ({ room }) => {
      const { unread = 0, mentions = 0, muted = false } = rooms.get(room.id) ?? {};
      if (room.archived) rooms.delete(room.id);
      else rooms.set(room.id, { ...room, unread, mentions, muted });
      const order = ({ kind, name }) => (kind === "direct" ? "1" : "0") + name;
      rooms = new Map([...rooms].sort(([, a], [, b]) => (order(a) < order(b) ? -1 : 1)));
    },
    left: ({ room: gone }) => {
      for (const { id, root } of [...rooms.values()]) if (id === gone || root?.[0] === gone) rooms.delete(id);
    },
  };

  function connect() {
    clearTimeout(retry);
    if (line) line.onopen = line.onmessage = line.onclose = null;
    line?.close();
    line = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/chat/socket`);
    asked = Date.now();
    line.onopen = () => {
      [asked, attempt] = [0, 0];
      look();
    };
    line.onmessage = ({ data }) => {
      asked = 0;
      if (data.startsWith(NOTIFY)) return postMessage(data, "/");
      const frame = JSON.parse(data);
      const name = Object.keys(frame)[0];
      if (!(name in fold)) return;
      fold[name](frame[name]);
      show();
    };
    line.onclose = ({ code }) => {
      // As the desk; a moment later, since it may be this page's own form that is on its way.
      if (code === SIGNED_OUT) return setTimeout(() => sending || location.reload(), 1e3);
      asked = 0;
      const half = Math.min(500 * 2 ** attempt++, 30e3) / 2;
      retry = setTimeout(connect, half + half * Math.random());
    };
  }

  /** Somebody is at this page, which shows no room. */
  function look() {
    touched = Date.now();
    send({ do: "look" });
  }

  setInterval(() => {
    if (asked && Date.now() - asked >= ANSWERED_WITHIN) return connect();
    if (line.readyState !== WebSocket.OPEN) return;
    asked ||= Date.now();
    send({ do: "ping" });
  }, PING_EVERY);
  const wake = () => document.visibilityState === "visible" && line.readyState !== WebSocket.OPEN && connect();
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  for (const event of ["focus", "blur"]) addEventListener(event, look);
  for (const event of ["pointermove", "keydown"]) {
    addEventListener(event, () => Date.now() - touched > TOUCH_TOLD && look());
  }
  // A page that the browser brings back from its own memory has no line any more.
  addEventListener("pageshow", ({ persisted }) => persisted && connect());

  // --- what calls for attention: in the title, in its icon, and beside the way back ---

  const badge = element("b", { className: "n" });
  document.querySelector(".home")?.append(badge);

  /** As src/chat/model/room.rs. */
  const calls = ({ muted, kind, unread, mentions }) =>
    muted ? 0 : kind === "direct" || kind === "thread" ? unread : mentions;

  function show() {
    const count = [...rooms.values()].reduce((sum, room) => sum + calls(room), 0);
    badge.textContent = count ? `${count} new` : "";
    document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    document.querySelector("link[rel=icon]").href = count ? "/favicon-calls.svg" : "/favicon.svg";
  }

  // --- the keys, and the dialog that two of them open; src/chat/server/options renders what it offers ---

  const field = element("input", { id: "picker-field", autocomplete: "off", maxLength: 60, dir: "auto" });
  const list = element("div", { id: "picks", className: "options" });
  const close = element("button", { type: "button", className: "button quiet", textContent: "Close" });
  const dialog = element("dialog", { id: "picker", className: "picker" }, element("div", {}, field, list, close));
  document.body.append(dialog);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "true", "aria-controls": "picks",
  })) field.setAttribute(name, value);

  field.addEventListener("input", () => ask(field.dataset.kind));

  let question = 0;
  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(option) {
    for (const other of options()) other.removeAttribute("aria-selected");
    field.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.id = "option-chosen";
    for (const other of options()) if (other !== option) other.removeAttribute("id");
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  /** As src/ui/options.rs: when typing has paused, and no longer than is worth it. */
  async function ask(kind) {
    const mine = ++question;
    await new Promise((paused) => setTimeout(paused, 100));
    if (mine !== question) return;
    const url = `/options/${kind}?q=${encodeURIComponent(field.value)}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(5e3) }).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    if (mine !== question) return;
    list.innerHTML = html;
    choose(options()[0]);
  }

  function open(kind, title, searches) {
    for (const named of [dialog, field, list]) named.setAttribute("aria-label", title);
    // What is only read is scrolled by keys of its own.
    list.setAttribute("role", searches ? "listbox" : "group");
    list.tabIndex = searches ? -1 : 0;
    list.replaceChildren();
    Object.assign(field, { hidden: !searches, value: "", placeholder: title });
    field.dataset.kind = kind;
    dialog.close();
    dialog.showModal();
    ask(kind);
  }

  const take = (option) => option?.querySelector("a, button")?.click();
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target.closest("a, button") || take(target.closest("[role=option]")));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = options();
    const at = all.findIndex((option) => option.hasAttribute("aria-selected"));
    const step = { ArrowDown: 1, ArrowUp: all.length - 1 }[event.key];
    if (step && all.length) choose(all[(at + step) % all.length]);
    else if (event.key === "Enter") take(all[at]);
    else return;
    event.preventDefault();
  });

  /** To the first or the last room of the rail, or of those in it with something unread. */
  function walk(down, unread) {
    const known = [...rooms.values()].filter((room) => room.kind !== "thread" && (!unread || room.unread));
    const room = known.at(down ? 0 : -1);
    if (room) location.assign(`/rooms/${room.id}`);
    return room;
  }

  addEventListener("keydown", (event) => {
    const { key, altKey, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    const writes = event.target.closest?.("input, textarea, select");
    const does =
      (altKey && !writes && (key === "ArrowUp" || key === "ArrowDown") && walk(key === "ArrowDown", shiftKey)) ||
      (command && !shiftKey && key.toLowerCase() === "k" && (open("jump", "Go to", true), true)) ||
      (key === "?" && !command && !altKey && !writes && (open("keys", "Keys", false), true));
    if (does) event.preventDefault();
  });

  const goTo = document.getElementById("go-to");
  if (goTo) {
    goTo.hidden = false;
    goTo.addEventListener("click", () => open("jump", "Go to", true));
  }

  connect();
}
