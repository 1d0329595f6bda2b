// Prices and log lines: they move by themselves, and what programs post shows up.
import { type APIRequestContext, type Page } from "@playwright/test";
import type { Server } from "./support/server";
import { expect, test } from "./support/test";

/** Posts with a token of `server`, whose answer must be 200. */
function poster(server: Server, request: APIRequestContext) {
  const headers = { Authorization: `Bearer ${server.token()}` };
  return async (path: string, ...items: object[]) => {
    const body = items.map((item) => JSON.stringify(item)).join("\n");
    const answer = await request.post(server.url + path, { headers, data: Buffer.from(body) });
    expect(answer.status(), await answer.text()).toBe(200);
    return answer.json();
  };
}

const price = (page: Page, symbol: string) =>
  page.getByRole("region", { name: "Ticker" }).getByRole("row").filter({ hasText: symbol }).locator("[data-c=last]");

test("prices move, and made-up ones say so", async ({ ines }) => {
  const rows = ines.prices;
  await expect(rows.first()).toBeVisible();
  await expect(ines.ticker.getByRole("status").first()).toHaveText("live");
  for (const row of await rows.all()) await expect(row.getByText("DEMO")).toBeVisible();
  const tape = ines.page.getByRole("region", { name: "Tape" }).getByRole("listitem");
  await expect(tape.first()).toHaveText(/^\S+ DEMO [\d,.]+/);
  const prices = () => ines.prices.locator("[data-c=last]").allInnerTexts();
  const before = await prices();
  expect(before.every((text) => /\d/.test(text))).toBe(true);
  await expect.poll(prices).not.toEqual(before);
  // An arrow, a sign and a figure: not by colour alone.
  await expect(ines.prices.locator("[data-c=percent]").first()).toHaveText(/[+\-−–0]/);
});

test("a posted tick shows up with the digits it was sent with, and a later one replaces it", async ({ ines, server, request }) => {
  const post = poster(server, request);
  await post("/ingest/ticks", { symbol: "E2E-USD", venue: "lab", last: "12.3400" });
  await expect(price(ines.page, "E2E-USD")).toHaveText("12.3400");
  await expect(ines.prices.filter({ hasText: "E2E-USD" })).not.toContainText("DEMO");
  // It flashes the way that it goes, for a moment that a test may miss.
  const flashes = await price(ines.page, "E2E-USD").evaluateHandle((element) => {
    const seen: string[] = [];
    const see = (changes: MutationRecord[]) => seen.push(...changes.map(({ target }) => (target as Element).className));
    new MutationObserver(see).observe(element, { attributeFilter: ["class"], subtree: true });
    return seen;
  });
  for (const [last, flash, changed] of [["12.6000", "flash-up", "6000"], ["12.6100", "flash-up", "100"], ["12.5000", "flash-down", "5000"]]) {
    await post("/ingest/ticks", { symbol: "E2E-USD", venue: "lab", last });
    await expect(price(ines.page, "E2E-USD")).toHaveText(last);
    await expect.poll(() => flashes.jsonValue()).toContain(flash);
    // The digits that changed, no others.
    await expect(price(ines.page, "E2E-USD").locator("span")).toHaveText(changed);
  }
  // Of which nothing has been heard for long, while the line is up.
  const time = new Date(Date.now() - 20 * 60_000).toISOString();
  await post("/ingest/ticks", { symbol: "OLD-USD", venue: "lab", last: "7", time });
  const old = ines.prices.filter({ hasText: "OLD-USD" });
  await expect(old.getByText(/^quiet/)).toBeVisible();
  await expect(ines.ticker.getByRole("status").first()).toHaveText("live");
  // It is kept, and on the page before any script runs.
  await ines.page.reload();
  await expect(price(ines.page, "E2E-USD")).toHaveText("12.5000");
});

test("a bad line is told, the good ones are kept", async ({ ines, server, request }) => {
  const answer = await request.post(`${server.url}/ingest/ticks`, {
    headers: { Authorization: `Bearer ${server.token()}` },
    data: Buffer.from('{"symbol":"GOOD","last":"1.5"}\n{"symbol":"BAD"}\nnot json\n'),
  });
  expect(answer.status()).toBe(200);
  const { accepted, rejected } = await answer.json();
  expect(accepted).toBe(1);
  expect(rejected.map(({ line }: { line: number }) => line)).toEqual([2, 3]);
  await expect(price(ines.page, "GOOD")).toHaveText("1.5");
  await expect(price(ines.page, "BAD")).toHaveCount(0);
});

test("without a token nothing comes in", async ({ server, request }) => {
  for (const path of ["/ingest/ticks", "/ingest/logs"]) {
    const answer = await request.post(server.url + path, { headers: { Authorization: "Bearer wrong" }, data: {} });
    expect(answer.status()).toBe(401);
  }
});

test("the server's own lines move, and posted ones show up", async ({ ines, server, request }) => {
  await expect(ines.lines.first()).toBeVisible();
  await expect(ines.logs.getByRole("status").first()).toHaveText("following");
  // Another site's page tries to make a browser post here: refused, and worth a warning.
  const refused = await request.post(`${server.url}/do/who`, { headers: { Origin: "http://elsewhere.example" } });
  expect(refused.status()).toBe(403);
  await expect(ines.lines.filter({ hasText: "elsewhere.example" })).toContainText("WARN");

  const post = poster(server, request);
  await post("/ingest/logs", { level: "error", source: "gateway", message: "upstream timed out", order_id: 8812 });
  const line = ines.lines.filter({ hasText: "upstream timed out" });
  await expect(line).toHaveCount(1);
  for (const part of ["ERROR", "gateway", "order_id=8812"]) await expect(line).toContainText(part);
});

test("lines are filtered by text and by level", async ({ ines, server, request }) => {
  const post = poster(server, request);
  await post(
    "/ingest/logs",
    { level: "error", source: "gateway", message: "red heron" },
    { level: "info", source: "gateway", message: "grey heron" },
    { level: "info", source: "gateway", message: "grey goose" },
  );
  const shown = (text: string) => ines.lines.filter({ hasText: text });
  await expect(shown("grey goose")).toBeVisible();
  await ines.filter.fill("HERON");
  await expect(ines.lines).toHaveCount(2);
  await expect(shown("grey goose")).toHaveCount(0);

  const info = ines.logs.getByRole("button", { name: /^info/ });
  await expect(info).toHaveAttribute("aria-pressed", "true");
  await info.click();
  await expect(info).toHaveAttribute("aria-pressed", "false");
  await expect(ines.lines).toHaveCount(1);
  await expect(ines.lines).toContainText("red heron");

  // What comes meets the filter too.
  await post("/ingest/logs", { level: "info", message: "white heron" }, { level: "error", message: "black heron" });
  await expect(shown("black heron")).toBeVisible();
  await expect(shown("white heron")).toHaveCount(0);
  await info.click();
  await ines.filter.fill("");
  for (const text of ["grey goose", "white heron", "black heron"]) await expect(shown(text)).toBeVisible();
});

test("paused, the lines wait and are counted", async ({ ines, server, request }) => {
  const post = poster(server, request);
  await ines.filter.fill("batch");
  await ines.logs.getByRole("button", { name: "Pause" }).click();
  await post("/ingest/logs", ...[1, 2, 3].map((n) => ({ message: `batch ${n}` })));
  const waiting = ines.logs.getByRole("button", { name: /3 new/ });
  await expect(waiting).toBeVisible();
  await expect(ines.lines).toHaveCount(0);
  await waiting.click();
  await expect(ines.lines).toHaveCount(3);
  await expect(waiting).toBeHidden();
});

test("reading back pauses, and at the end the lines follow again", async ({ ines, server, request }) => {
  const post = poster(server, request);
  await post("/ingest/logs", ...Array.from({ length: 100 }, (_, n) => ({ message: `old ${n} ${"and long ".repeat(n % 9)}` })));
  const newest = ines.lines.last();
  await expect(newest).toContainText("old 99");
  await expect(newest).toBeInViewport({ ratio: 0.9 });
  await newest.hover();
  await ines.page.mouse.wheel(0, -400);
  const paused = () => expect(ines.logs.getByRole("button", { name: "Follow" })).toBeVisible();
  await paused();
  const later = async (n: number) => {
    await post("/ingest/logs", { message: `later ${n}` });
    await expect(ines.logs.getByRole("button", { name: /1 new/ })).toBeVisible();
  };
  const follows = async (n: number) => {
    await expect(ines.lines.last()).toContainText(`later ${n}`);
    await expect(ines.lines.last()).toBeInViewport({ ratio: 0.9 });
    await expect(ines.logs.getByRole("button", { name: "Pause" })).toBeVisible();
  };
  await later(1);
  await ines.logs.getByRole("button", { name: /1 new/ }).click();
  await follows(1);

  // Or by scrolling to the end, also where the count lies under the pointer.
  await ines.page.mouse.wheel(0, -400);
  await paused();
  await later(2);
  await ines.logs.getByRole("button", { name: /1 new/ }).hover();
  await ines.page.mouse.wheel(0, 2000);
  await follows(2);
});

test("the logs' own page begins at the newest line, however one comes there", async ({ ines, server, request }) => {
  const post = poster(server, request);
  await post("/ingest/logs", ...Array.from({ length: 150 }, (_, n) => ({ message: `line ${n} ${"and long ".repeat(n % 9)}` })));
  await expect(ines.lines.last()).toContainText("line 149");
  for (let visit = 0; visit < 2; visit++) {
    await ines.rooms.getByRole("link", { name: "Logs" }).click();
    await expect(ines.page).toHaveURL(/\/logs$/);
    await expect(ines.lines.last()).toBeInViewport({ ratio: 0.9 });
    await expect(ines.logs.getByRole("button", { name: "Pause" })).toBeVisible();
    await ines.rooms.getByRole("link", { name: "# desk" }).click();
    await expect(ines.composer).toBeVisible();
    await expect(ines.lines.last()).toBeInViewport({ ratio: 0.9 });
    await expect(ines.logs.getByRole("button", { name: "Pause" })).toBeVisible();
  }
});

test("both panels are pages of their own on a small screen", async ({ ines }) => {
  await ines.page.setViewportSize({ width: 390, height: 844 });
  const tabs = ines.page.getByRole("navigation", { name: "Pages" });
  await expect(ines.ticker).toBeHidden();
  await tabs.getByRole("link", { name: "Ticker" }).click();
  await expect(ines.prices.first()).toBeVisible();
  await expect(ines.logs).toBeHidden();
  await tabs.getByRole("link", { name: "Logs" }).click();
  await expect(ines.lines.last()).toBeInViewport();
  await expect(ines.ticker).toBeHidden();
  await expect(tabs.getByRole("link", { name: "Logs" })).toHaveAttribute("aria-current", "page");
  await tabs.getByRole("link", { name: "Rooms" }).click();
  await ines.page.getByRole("main").getByRole("link", { name: "# desk" }).click();
  await expect(ines.composer).toBeInViewport({ ratio: 1 });
});

test("the tape passes by, and stands still for whoever points at it or comes by keyboard", async ({ person }) => {
  const ines = await person("ines", { reducedMotion: "no-preference", viewport: { width: 900, height: 700 } });
  await ines.begin();
  const tape = ines.page.getByRole("group", { name: "Tape" });
  const state = () => tape.getByRole("list").evaluate((list) => list.getAnimations().map(({ playState }) => playState));
  const place = () => tape.getByRole("list").evaluate((list) => list.getBoundingClientRect().left);
  await ines.messages.hover();
  await expect.poll(state).toEqual(["running"]);
  const before = await place();
  await expect.poll(place, { timeout: 20_000 }).toBeLessThan(before - 5);
  await tape.hover();
  await expect.poll(state).toEqual(["paused"]);
  await ines.messages.hover();
  await expect.poll(state).toEqual(["running"]);
  await tape.focus();
  await expect.poll(state).toEqual(["paused"]);
  await tape.getByRole("link", { name: /^BTC-USD/ }).click();
  await expect(ines.page).toHaveURL(/\/ticker\/chart\?symbol=BTC-USD/);
});
