// Others' own clients against our interfaces: Slack's, in JavaScript and in Python, and Python's websockets.
import type { APIRequestContext } from "@playwright/test";
import { IncomingWebhook, type IncomingWebhookHTTPError } from "@slack/webhook";
import { Python } from "./support/python";
import type { Server } from "./support/server";
import { test as base, expect } from "./support/test";

const test = base.extend<{ python(script: string): Python }>({
  python: async ({}, use) => {
    const programs: Python[] = [];
    await use((script) => {
      const program = new Python(script);
      programs.push(program);
      return program;
    });
    for (const program of programs) program.end();
  },
});

/** A new bot's token. */
const bot = (server: Server, name: string) => server.run("bot", "create", name, "--room", "desk").trim();

/** What the API answers. */
async function api(request: APIRequestContext, server: Server, token: string, path: string) {
  const answer = await request.get(`${server.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  expect(answer.status(), await answer.text()).toBe(200);
  return answer.json();
}

/** What was said in the first room, oldest first. */
async function texts(request: APIRequestContext, server: Server, token: string): Promise<string[]> {
  const messages: { text: string }[] = await api(request, server, token, "/rooms/1/messages");
  return messages.map(({ text }) => text);
}

const attachments = [
  {
    color: "danger",
    title: "n1",
    title_link: "https://n1.example/",
    text: "disk full",
    fields: [{ title: "used", value: "91%", short: true }],
    footer: "watch",
  },
];
const attached = "**[n1](https://n1.example/)**\ndisk full\n**used**: 91%\n*watch*";
const blocks = [
  { type: "header", text: { type: "plain_text", text: "Deploy" } },
  { type: "section", text: { type: "mrkdwn", text: "*done* in 3 min" } },
  { type: "divider" },
  { type: "context", elements: [{ type: "mrkdwn", text: "build 7" }] },
];
const blocked = "**Deploy**\n\n**done** in 3 min\n\nbuild 7";

test("Slack's JavaScript client speaks here", async ({ ines, server, request }) => {
  const token = bot(server, "deploy");
  const hook = new IncomingWebhook(`${server.url}/hooks/${token}`, { timeout: 10_000 });
  expect(await hook.send("*v1.4* is <https://example.com/v1.4|out> & 3 &lt; 4")).toEqual({ text: "ok" });
  expect(await hook.send({ text: "up", attachments })).toEqual({ text: "ok" });
  expect(await hook.send({ text: "Deploy is done", blocks })).toEqual({ text: "ok" });
  expect(await hook.send({ text: "by its name", channel: "#desk" })).toEqual({ text: "ok" });
  expect(await texts(request, server, token)).toEqual([
    "**v1.4** is [out](https://example.com/v1.4) & 3 < 4",
    `up\n\n${attached}`,
    blocked,
    "by its name",
  ]);
  await ines.sees("by its name");
  await expect(ines.bodies.getByRole("link", { name: "out" })).toHaveAttribute("href", "https://example.com/v1.4");

  const refused = async (url: string, text: string) => {
    const error: IncomingWebhookHTTPError = await new IncomingWebhook(url).send({ text }).then(
      () => expect(url, "is refused").toBeNull(),
      (error) => error,
    );
    return [error.statusCode, error.body];
  };
  expect(await refused(`${server.url}/hooks/sbx_nonsense`, "hello")).toEqual([404, "no_service"]);
  expect(await refused(`${server.url}/hooks/${token}`, "")).toEqual([400, "no_text"]);
  expect(await texts(request, server, token)).toHaveLength(4);
});

test("Slack's Python client speaks here", async ({ ines, server, request, python }) => {
  const token = bot(server, "watch");
  const url = `${server.url}/hooks/${token}`;
  const slack = python("slack.py");
  const send = (message: object, to = url) => slack.ask({ url: to, message });
  expect(await send({ text: "*disk* at 91%" })).toEqual([200, "ok"]);
  expect(await send({ text: "up", attachments })).toEqual([200, "ok"]);
  expect(await send({ text: "Deploy is done", blocks })).toEqual([200, "ok"]);
  expect(await send({ text: "hello" }, `${server.url}/hooks/sbx_nonsense`)).toEqual([404, "no_service"]);
  expect(await send({ text: "" })).toEqual([400, "no_text"]);
  expect(await texts(request, server, token)).toEqual(["**disk** at 91%", `up\n\n${attached}`, blocked]);
  await expect(ines.bodies.locator("strong", { hasText: "disk" })).toBeVisible();
});

test("Python's websockets speaks the line gateway's lines", async ({ ines, server, request, python }) => {
  const tokens: Record<string, string> = { alpha: bot(server, "alpha"), beta: bot(server, "beta") };
  const members: { id: number; name: string }[] = await api(request, server, tokens.alpha, "/rooms/1/members");
  const ids = Object.fromEntries(members.map(({ id, name }) => [name, id]));
  const gateway = python("gateway.py");
  const url = `${server.url.replace("http", "ws")}/api/home/connect`;
  const send = (line: string, frame: string) => gateway.ask({ do: "send", line, frame });
  const settle = (line: string): Promise<string[]> => gateway.ask({ do: "settle", line });
  const read = (line: string): Promise<string> => gateway.ask({ do: "read", line });
  for (const [line, name] of [["alpha", "alpha"], ["beta", "beta"], ["beta again", "beta"]]) {
    await gateway.ask({ do: "open", line, url, token: tokens[name] });
    await send(line, `${ids[name]}::`);
    expect(await settle(line)).toEqual([]);
  }

  await send("alpha", `${ids.alpha}:${ids.beta}:at 14:03:\nall well`);
  for (const line of ["beta", "beta again"]) expect(await read(line)).toBe(`${ids.alpha}:at 14:03:\nall well`);
  for (const frame of ["hello", `${ids.beta}:${ids.alpha}:hello`, `${ids.alpha}:999:hello`, `${ids.alpha}:beta:hello`]) {
    await send("alpha", frame);
    expect(await read("alpha"), frame).toMatch(/^error: /);
  }
  expect(await gateway.ask({ do: "close", line: "beta again" })).toBe(1000);
  await send("alpha", `${ids.alpha}:${ids.beta}:once more`);
  expect(await read("beta")).toBe(`${ids.alpha}:once more`);
  expect(await settle("alpha")).toEqual([]);

  // To the browser, and from there.
  await send("alpha", `${ids.alpha}:${ids.ines}:disk: 91%`);
  await ines.rooms.getByRole("link", { name: /^alpha/ }).click();
  await expect(ines.heading("alpha")).toBeVisible();
  await expect(ines.page.locator(".body").getByText("disk: 91%")).toBeVisible();
  await ines.page.getByRole("textbox", { name: /^Message / }).fill("on it: 5 min");
  await ines.send.click();
  expect(await read("alpha")).toBe(`${ids.ines}:on it: 5 min`);
  expect(await settle("beta")).toEqual([]);
});
