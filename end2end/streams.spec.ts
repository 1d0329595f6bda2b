// Others' clients of our streams of events: npm's eventsource and PyPI's httpx-sse.
import type { APIRequestContext } from "@playwright/test";
import { EventSource } from "eventsource";
import { Python } from "./support/python";
import type { Server } from "./support/server";
import { expect, test } from "./support/test";

interface Heard {
  event: string;
  data: string;
  id: string;
  /** Seconds since it was asked for. */
  at: number;
}

const reader = (server: Server) => server.run("token", "create", "--name", "reader", "--scope", "read").trim();

/** Lines that a source has sent, by the number that each carries. */
async function post(request: APIRequestContext, server: Server, token: string, from: number, to: number) {
  const lines = Array.from({ length: to - from }, (_, i) => JSON.stringify({ source: "orders", message: `order ${from + i}` }));
  const answer = await request.post(`${server.url}/ingest/logs`, {
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/x-ndjson" },
    data: lines.join("\n"),
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}

const orders = "/events?topics=logs&query=source%3Aorders";
/** The lines of events of logs. */
const said = (events: Heard[]): string[] =>
  events
    .filter(({ event }) => event === "logs")
    .flatMap(({ data }) => JSON.parse(data).lines.map(({ message }: { message: string }) => message));
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `order ${from + i}`);

/** Once a second, each the server's time. */
function isAClock(events: Heard[]) {
  for (const { event, data, id } of events) {
    expect({ event, id }).toEqual({ event: "message", id: "" });
    expect(data).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    expect(Math.abs(Date.parse(data) - Date.now())).toBeLessThan(60_000);
  }
  const took = events.at(-1)!.at - events[0].at;
  expect(took).toBeGreaterThan(events.length - 1.5);
  expect(took).toBeLessThan(events.length + 1);
}

/** eventsource with a token; `heard` grows. */
function listen(url: string, token: string, types: string[]) {
  const heard: Heard[] = [];
  const began = Date.now();
  const source = new EventSource(url, {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
  });
  for (const type of types) {
    source.addEventListener(type, ({ data, lastEventId }) =>
      heard.push({ event: type, data, id: lastEventId, at: (Date.now() - began) / 1_000 }),
    );
  }
  return { source, heard };
}

test("eventsource hears the clock", async ({ ines, server }) => {
  expect(ines.url).toBe(server.url);
  const { source, heard } = listen(`${server.url}/sse`, reader(server), ["message"]);
  try {
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
    isAClock(heard.slice(0, 4));
  } finally {
    source.close();
  }
});

test("eventsource hears the clock again after a cut", async ({ ines, server, line }) => {
  expect(ines.url).toBe(server.url);
  const { source, heard } = listen(`${line.url}/sse`, reader(server), ["message"]);
  try {
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    line.cut();
    const before = heard.length;
    line.restore();
    await expect.poll(() => heard.length, { timeout: 30_000 }).toBeGreaterThan(before + 1);
    expect(new Set(heard.map(({ data }) => data)).size).toBe(heard.length);
  } finally {
    source.close();
  }
});

test("eventsource hears lines, and after a cut those that it missed, each once", async ({ ines, server, line, request }) => {
  expect(ines.url).toBe(server.url);
  const ingest = server.token();
  const { source, heard } = listen(`${line.url}${orders}`, reader(server), ["logs"]);
  try {
    await post(request, server, ingest, 0, 5);
    await expect.poll(() => said(heard), { timeout: 20_000 }).toEqual(numbered(0, 5));
    expect(heard.at(-1)!.id).toMatch(/^logs:\d+$/);
    line.cut();
    await post(request, server, ingest, 5, 12);
    line.restore();
    await expect.poll(() => said(heard), { timeout: 30_000 }).toEqual(numbered(0, 12));
    await post(request, server, ingest, 12, 14);
    await expect.poll(() => said(heard), { timeout: 20_000 }).toEqual(numbered(0, 14));
  } finally {
    source.close();
  }
});

test("httpx-sse hears the clock, and lines from where it was", async ({ ines, server, request }) => {
  expect(ines.url).toBe(server.url);
  const python = new Python("streams.py");
  try {
    const [token, ingest] = [reader(server), server.token()];
    const ask = (path: string, count: number, after: string | null = null): Promise<{ type: string; events: Heard[] }> =>
      python.ask({ url: server.url + path, token, after, count });
    const clock = await ask("/sse", 4);
    expect(clock.type).toBe("text/event-stream");
    isAClock(clock.events);

    await post(request, server, ingest, 0, 5);
    const first = await ask(orders, 1);
    expect(said(first.events)).toEqual(numbered(0, 5));
    const { id } = first.events.at(-1)!;
    expect(id).toMatch(/^logs:\d+$/);
    await post(request, server, ingest, 5, 9);
    const missed = await ask(orders, 1, id);
    expect(said(missed.events)).toEqual(numbered(5, 9));
  } finally {
    python.end();
  }
});
