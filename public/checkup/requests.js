// The checks that are tried by requests. Each gives what to tell when it is fine, and throws what is broken.

const SEEN = "/checkup/seen";
/** Milliseconds that an answer may take. */
const PATIENCE = 10_000;
/** Milliseconds for which events are listened to. */
const LISTENED = 4_000;
/** Milliseconds between two events that were sent a second apart, at least: less is bunched. */
const APART = 400;
/** Milliseconds that clocks may differ. */
const SKEW = 2_000;
/** Answers to find the fastest among. */
const EXCHANGES = 8;

/** What a request was like for the server, and how long it took. */
async function ask(query = "", method = "GET") {
  const sent = performance.now();
  const answer = await fetch(SEEN + query, { method, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const took = performance.now() - sent;
  const seen = answer.ok ? await answer.json() : undefined;
  return { answer, seen, took, now: Date.now() - (performance.now() - sent - took) };
}

/** What is known before anything is tried. */
export async function look() {
  const { answer, seen } = await ask().catch((error) => {
    throw new Error(`The server doesn't answer: ${error.message}.`);
  });
  if (!seen) throw new Error(`The server answers ${answer.status}. Sign in, or wait a moment, then check again.`);
  const entry = performance.getEntriesByType("resource").findLast(({ name }) => new URL(name).pathname === SEEN);
  return {
    seen,
    encoding: answer.headers.get("content-encoding"),
    server: answer.headers.get("server") ?? "",
    via: answer.headers.get("via") ?? "",
    protocol: entry?.nextHopProtocol ?? "",
    /** Whether a WebSocket was opened, once it was tried. */
    opens: false,
  };
}

/** Whether a request comes as from this page: as the server judges it, and what it goes by. */
export async function address({ seen, server, via }) {
  const { answer, seen: posted } = await ask("", "POST");
  const { host, public_url: ours, forwarded, proxy } = seen;
  const asked = `The server was asked for as ${host}${ours ? `, its public URL is ${ours}` : ""}, and this page is ${location.origin}`;
  if (answer.status === 403) throw new Error(`${asked}: it takes what this page sends for another site's.`);
  if (!posted) throw new Error(`A POST was answered ${answer.status}.`);
  if (posted.origin !== location.origin) {
    throw new Error(`The browser sends Origin ${location.origin}, and the server saw ${posted.origin ?? "none"}.`);
  }
  const isHttps = location.protocol === "https:";
  if (isHttps && !ours?.startsWith("https:")) {
    throw new Error(`This page comes by https, and the server isn't told: start it with --public-url ${location.origin}.`);
  }
  const told = forwarded["x-forwarded-proto"]?.split(",").at(-1).trim();
  if (ours && told && !ours.startsWith(`${told}:`)) {
    throw new Error(`The proxy says that people come by ${told} (X-Forwarded-Proto), and the public URL is ${ours}.`);
  }
  const passesOn = server || via || Object.keys(forwarded).length > 0;
  if (passesOn && !proxy) {
    throw new Error(
      ours
        ? "The proxy connects from an address that is neither this machine's nor a private network's, so it isn't believed who asks."
        : `There is a proxy, and the server isn't told: start it with --public-url ${location.origin}. Until then everybody counts as one address.`,
    );
  }
  if (passesOn && !forwarded["x-forwarded-for"]) {
    throw new Error("The proxy doesn't say who asks (X-Forwarded-For), so everybody counts as one address.");
  }
  if (host !== location.host) return `Asked for as ${host}; the public URL makes up for it.`;
  return `Asked for as ${host}, from ${location.origin}.`;
}

/** Whether a cookie like the session's gets here and back. */
export async function cookies() {
  const value = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join("");
  const { seen: first, answer } = await ask(`?probe=${value}`);
  if (!first) throw new Error(`The server answers ${answer.status}.`);
  const { probe_name: name, secure } = first.cookies;
  if (!document.cookie.split("; ").includes(`${name}=${value}`)) {
    const why = secure && location.protocol === "http:" ? " It is for https alone, as the public URL says, and this page comes by http." : "";
    throw new Error(`A cookie that the server set didn't get here, or the browser didn't take it.${why}`);
  }
  // Not every browser says, and none without https but on this machine.
  const { secure: isSecure = secure, sameSite = "lax", path = "/" } = (await globalThis.cookieStore?.get(name)) ?? {};
  const changed = [isSecure !== secure && "Secure", sameSite !== "lax" && "SameSite", path !== "/" && "Path"].filter(Boolean);
  if (changed.length) throw new Error(`A cookie's ${changed.join(" and ")} were changed on the way.`);
  const { seen: second } = await ask();
  if (second?.cookies.probe !== value) throw new Error("The browser has the cookie, and it didn't get back to the server.");
  if (location.protocol === "https:" && !secure) {
    throw new Error(`Cookies aren't bound to https: start the server with --public-url ${location.origin}.`);
  }
  return secure ? "They get here and back, for https alone." : "They get here and back.";
}

/** Whether pages come compressed and events don't. */
export async function compression({ seen, encoding }) {
  if (!encoding) {
    throw new Error(
      seen.accept_encoding
        ? "The server compresses what it sends, and it came uncompressed."
        : "The proxy doesn't pass on what the browser can unpack (Accept-Encoding), so pages come uncompressed.",
    );
  }
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), LISTENED);
  try {
    const answer = await fetch("/sse", { cache: "no-store", signal: stop.signal });
    const packed = answer.headers.get("content-encoding");
    if (packed && packed !== "identity") throw new Error(`Events come compressed (${packed}), which holds them back.`);
    return `Pages come as ${encoding}, events as they are.`;
  } catch (error) {
    if (stop.signal.aborted) return `Pages come as ${encoding}. Of events nothing came in time to tell.`;
    throw error;
  } finally {
    clearTimeout(late);
    stop.abort();
  }
}

/** How much this device's clock is ahead, as the fastest of several answers tells. */
export async function clock() {
  const asked = [];
  for (let n = 0; n < EXCHANGES; n++) {
    const { answer, seen, took, now } = await ask();
    if (!seen) throw new Error(`The server answers ${answer.status}.`);
    asked.push({ at: Date.parse(seen.time), time: seen.time, took, now });
  }
  if (new Set(asked.map(({ time }) => time)).size < EXCHANGES) {
    throw new Error("The server's time stands still: something on the way keeps answers and gives them again.");
  }
  const { at, took, now } = asked.reduce((best, one) => (one.took < best.took ? one : best));
  const ahead = now - took / 2 - at;
  const seconds = (Math.abs(ahead) / 1_000).toFixed(Math.abs(ahead) < 10_000 ? 2 : 0);
  const words = `This device is ${seconds} s ${ahead < 0 ? "behind" : "ahead of"} the server; the fastest answer took ${Math.round(took)} ms.`;
  if (Math.abs(ahead) > SKEW + took / 2) throw new Error(words);
  return words;
}

/** When each event of `/sse` arrives, in milliseconds since it was asked for. */
async function arrivals(tell) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), LISTENED);
  const came = [];
  const began = performance.now();
  try {
    const answer = await fetch("/sse", { headers: { accept: "text/event-stream" }, cache: "no-store", signal: stop.signal });
    const kind = answer.headers.get("content-type") ?? "nothing";
    if (!answer.ok || !kind.startsWith("text/event-stream")) throw new Error(`Events were answered ${answer.status}, as ${kind}.`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The stream of events ended after ${Math.round(performance.now() - began)} ms.`);
      const parts = (text + value).split("\n\n");
      text = parts.pop();
      for (const part of parts) if (part.startsWith("data:")) came.push(performance.now() - began);
      tell(`${came.length} so far.`);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return came;
  } finally {
    clearTimeout(late);
    stop.abort();
  }
}

/** Whether they arrive as they are sent. A busy machine may bunch some by itself, but hardly twice. */
export async function events(_, __, tell) {
  let fault;
  for (let n = 0; n < 2; n++) {
    const came = await arrivals(tell);
    const gaps = came.slice(1).map((at, i) => at - came[i]);
    const seconds = LISTENED / 1_000;
    if (came.length >= 3 && gaps.every((gap) => gap >= APART)) {
      return `${came.length} came in ${seconds} s, ${(Math.min(...gaps) / 1_000).toFixed(2)} s apart or more.`;
    }
    fault =
      came.length < 3
        ? `Of 4 events that were sent in ${seconds} s, ${came.length || "none"} arrived: they are held back on the way.`
        : `Events that were sent a second apart came ${Math.round(Math.min(...gaps))} ms apart: they are gathered on the way.`;
  }
  throw new Error(
    `${fault} The desk's own prices and log lines ask nginx for an exception (X-Accel-Buffering), which other proxies don't know and other streams don't ask for.`,
  );
}
