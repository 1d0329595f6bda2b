// The checks that are tried by a WebSocket to the echo. Each gives what to tell when it is fine, and throws what is broken.

/** Milliseconds that an opening, an answer or a closing may take. */
const PATIENCE = 10_000;
/** Milliseconds for which latency is measured. */
const MEASURED = 30_000;
/** From one message of those to the next. */
const EACH = 250;
/** Milliseconds that half of the messages may take at most, and the slowest. */
const SLOW = { half: 500, worst: 5_000 };

/** What was not tried, because something that it needs is broken. */
class Untried extends Error {
  untried = true;
}

/** Within its time, or what didn't happen. */
function soon(promise, words) {
  let late;
  const timeout = new Promise((_, fail) => (late = setTimeout(() => fail(new Error(words)), PATIENCE)));
  return Promise.race([promise, timeout]).finally(() => clearTimeout(late));
}

/** An open line to the echo. */
function open() {
  const line = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/echo`);
  line.binaryType = "arraybuffer";
  const opened = new Promise((done, fail) => {
    line.onopen = () => done(line);
    line.onerror = () => fail(new Error("No WebSocket opens: the upgrade is refused, or not passed on."));
  });
  return soon(opened, `No WebSocket opened within ${PATIENCE / 1_000} s.`).catch((error) => {
    line.close();
    throw error;
  });
}

/** The next message, or that the line was cut. */
function next(line) {
  const come = new Promise((done, fail) => {
    line.onmessage = ({ data }) => done(data);
    line.onclose = ({ code }) => fail(new Error(`The line was cut (${code}) before the answer.`));
  });
  return soon(come, `No answer came within ${PATIENCE / 1_000} s.`);
}

/** How it closes. */
function closed(line) {
  const end = new Promise((done) => (line.onclose = done));
  return soon(end, `It didn't close within ${PATIENCE / 1_000} s.`);
}

export async function upgrade(facts) {
  const began = performance.now();
  const line = await open();
  facts.opens = true;
  line.close();
  return `It opens, in ${Math.round(performance.now() - began)} ms.`;
}

async function needed(facts) {
  if (!facts.opens) throw new Untried("Not tried: no WebSocket opens.");
  return open();
}

export async function messages(facts) {
  const line = await needed(facts);
  try {
    const bytes = Uint8Array.from({ length: 1_024 }, (_, i) => i % 256);
    const long = "squawk ".repeat(10_000).slice(0, 64 * 1024);
    for (const [what, message] of [["Text", "squawk: Zürich 価格 📈"], ["Bytes", bytes], ["64 KiB", long]]) {
      const answer = next(line);
      line.send(message);
      const came = await answer.catch((error) => {
        throw new Error(`${what}: ${error.message}`);
      });
      const isSame = typeof came === "string" ? came === message : `${new Uint8Array(came)}` === `${message}`;
      if (!isSame) throw new Error(`${what} came back otherwise than sent.`);
    }
    return "Text, bytes and 64 KiB come back as they were sent.";
  } finally {
    line.close();
  }
}

export async function close(facts) {
  const line = await needed(facts);
  const end = closed(line);
  line.close(4001, "checked");
  const { code, reason, wasClean } = await end;
  if (code === 4001 && reason === "checked" && wasClean) return "It closes with the code and the reason that were given.";
  throw new Error(`It was closed with 4001 and “checked”, and ended with ${code} and “${reason}”.`);
}

/** Of half of them not more, and the slowest, in whole milliseconds. */
function figures(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const half = sorted[Math.ceil(sorted.length / 2) - 1];
  return { half, worst: sorted.at(-1), words: `half within ${shown(half)}, the slowest ${shown(sorted.at(-1))}` };
}

const shown = (time) => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;

/** A way to have something come back: by the line, or by requests where there is none. */
async function roundTrips({ opens }) {
  if (!opens) {
    const ask = (n) => fetch(`/checkup/seen?n=${n}`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return { by: "requests", ask, end: () => {} };
  }
  const line = await open();
  const ask = (n) => {
    const answer = next(line);
    line.send(`${n}`);
    return answer;
  };
  return { by: "messages", ask, end: () => line.close() };
}

export async function latency(facts, signal, tell) {
  const { by, ask, end } = await roundTrips(facts);
  const [times, began] = [[], performance.now()];
  const lasted = () => performance.now() - began;
  try {
    while (lasted() < MEASURED && !signal.aborted) {
      const sent = performance.now();
      await ask(times.length).catch((error) => {
        throw new Error(`After ${Math.round(lasted() / 1_000)} s: ${error.message}`);
      });
      times.push(performance.now() - sent);
      tell(`${times.length} ${by}: ${figures(times).words}; ${Math.ceil((MEASURED - lasted()) / 1_000)} s to go.`);
      const rest = Math.max(0, EACH - (performance.now() - sent));
      await new Promise((done) => {
        const over = setTimeout(done, rest);
        signal.addEventListener("abort", () => (clearTimeout(over), done()), { once: true });
      });
    }
  } finally {
    end();
  }
  if (!times.length) throw new Untried("Stopped before anything was measured.");
  const { half, worst, words } = figures(times);
  const all = `${times.length} ${by} in ${Math.round(lasted() / 1_000)} s: ${words}.`;
  if (half > SLOW.half || worst > SLOW.worst) throw new Error(all);
  return signal.aborted ? `${all} Stopped early.` : all;
}
