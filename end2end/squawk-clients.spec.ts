// Others' own clients of server-sent events hear squawks: each, once, and what was missed while the server was gone.
import { EventSource } from "eventsource";
import { squawk, token } from "./support/loudspeaker";
import { Python } from "./support/python";
import { expect, test } from "./support/test";

// It takes a while until everybody has found back.
const patience = { timeout: 40_000 };

test("npm's eventsource, by a token in the header and in the URL", async ({ ines, server, request }) => {
  ines.watch.expectCuts();
  const [wire, reads] = [token(server, "wire", "post"), token(server, "reads", "read")];
  const heard: string[][] = [[], []];
  const withHeader = (url: string | URL | Request, init?: RequestInit) =>
    fetch(url, { ...init, headers: { ...(init?.headers as object), Authorization: `Bearer ${reads}` } });
  const sources = [
    new EventSource(`${server.url}/see`, { fetch: withHeader as any }),
    new EventSource(`${server.url}/see?token=${reads}`),
  ];
  try {
    for (const [n, source] of sources.entries()) {
      source.addEventListener("custom", ({ data, lastEventId }) => heard[n].push(`${data} from ${lastEventId}`));
      source.onmessage = ({ data, lastEventId }) => heard[n].push(`${lastEventId} ${data}`);
    }
    const hello = "Squawks of North desk from 0";
    await expect.poll(() => heard).toEqual([[hello], [hello]]);
    await squawk(server, request, wire, "Zürich: 価格 1 250 € 🎉");
    await expect.poll(() => heard.map((one) => one.length)).toEqual([2, 2]);
    await server.kill();
    await server.again();
    await squawk(server, request, wire, "it is back");
    const all = [hello, "1 Zürich: 価格 1 250 € 🎉", "Squawks of North desk from 1", "2 it is back"];
    await expect.poll(() => heard, patience).toEqual([all, all]);
  } finally {
    for (const source of sources) source.close();
  }
});

test("PyPI's httpx-sse, which resumes by the last id", async ({ ines, server, request }) => {
  ines.watch.expectCuts();
  const [wire, reads] = [token(server, "wire", "post"), token(server, "reads", "read")];
  const python = new Python("squawks.py");
  const ask = (order: object) => python.ask({ url: `${server.url}/see`, token: reads, ...order });
  try {
    await squawk(server, request, wire, "one");
    await squawk(server, request, wire, "two");
    expect(await ask({ after: "0", count: 3 })).toEqual([
      ["custom", "0", "Squawks of North desk"],
      ["message", "1", "one"],
      ["message", "2", "two"],
    ]);
    await server.kill();
    await server.again();
    await squawk(server, request, wire, "three");
    expect(await ask({ last: "1", count: 3 })).toEqual([
      ["custom", "1", "Squawks of North desk"],
      ["message", "2", "two"],
      ["message", "3", "three"],
    ]);
  } finally {
    python.end();
  }
});
