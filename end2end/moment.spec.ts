// One clock over chat, prices and log lines; and what is in one of them quoted in another.
import type { APIRequestContext, Page } from "@playwright/test";
import { accessible } from "./support/axe";
import type { Server } from "./support/server";
import { expect, test } from "./support/test";

async function post(server: Server, request: APIRequestContext, path: string, lines: object[]) {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const data = Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n"));
  const answer = await request.post(server.url + path, { headers, data });
  expect(answer.status(), await answer.text()).toBe(200);
}

const slots = (page: Page) => page.locator("#moment .slots > li");
const here = (page: Page) => page.locator("#here");
const clock = (page: Page) => page.locator("#moment h2");

test("what was edited since is marked, and an administrator sees what it said then", async ({ ines, tomasz, server }) => {
  await tomasz.say("sell 100");
  await ines.sees("sell 100");
  const then = new Date().toISOString();
  await ines.page.waitForTimeout(50);
  const edit = await tomasz.page.request.post(`${server.url}/do/change_message`, {
    headers: { Origin: server.url },
    data: { room: 1, seq: 1, change: { edit: "sell 1,000" } },
  });
  expect(edit.status(), await edit.text()).toBe(200);
  for (const who of [ines, tomasz]) {
    await who.page.goto(`${server.url}/at/${then}`);
    const said = who.page.getByRole("group", { name: "Said" });
    await expect(said).toContainText("sell 1,000");
    await expect(said).toContainText("edited since");
    await expect(said.getByText("It said: sell 100")).toHaveCount(who === ines ? 1 : 0);
  }
  await accessible(ines.page, "a moment with what was said then");
});

test("what was said, priced and logged at a moment stands side by side, and one moves along it by keys", async ({
  ines, tomasz, server, request,
}) => {
  const { page } = ines;
  const now = Date.now();
  const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
  await post(server, request, "/ingest/ticks", [
    { symbol: "MOM-USD", venue: "lab", last: "100.50", time: at(-40) },
    { symbol: "MOM-USD", venue: "lab", last: "99.75", time: at(-20) },
  ]);
  await post(server, request, "/ingest/logs", [
    { message: "limit breached", level: "error", source: "risk", time: at(-20) },
    { message: "limit reset", level: "info", source: "risk", time: at(-15) },
  ]);
  await tomasz.say("who moved MOM?");
  await expect(ines.bodies.last()).toHaveText("who moved MOM?");

  // Every time in a conversation leads there.
  const message = ines.messages.getByRole("article").filter({ hasText: "who moved MOM?" });
  await message.getByRole("button", { name: /^Actions/ }).click();
  await message.getByRole("link", { name: "What else happened then" }).click();
  await expect(ines.heading("One clock")).toBeVisible();
  await expect(here(page).getByRole("group", { name: "Said" })).toContainText("who moved MOM?");

  await page.goto(`${server.url}/at/${at(-20)}?symbols=lab:MOM-USD&q=source:risk`);
  await expect(here(page).getByRole("group", { name: "Logged" })).toContainText("limit breached");
  await expect(here(page).getByRole("group", { name: "Prices" })).toContainText("99.75");
  await expect(slots(page).filter({ hasText: "who moved MOM?" })).toHaveCount(1);
  await accessible(page, "one clock");
  const shown = await clock(page).textContent();
  await page.keyboard.press("ArrowRight");
  await expect(clock(page)).not.toHaveText(shown!);
  await page.keyboard.press("ArrowLeft");
  await expect(clock(page)).toHaveText(shown!);
  await page.keyboard.press("]");
  await expect(here(page)).toContainText("limit reset");
  await page.keyboard.press("[");
  await expect(here(page)).toContainText("limit breached");
  await page.getByRole("slider", { name: "Move within what is shown" }).fill("5");
  await expect(here(page)).toContainText("limit reset");
  await page.getByRole("link", { name: "±10 min" }).click();
  await expect(page.getByRole("link", { name: "±10 min" })).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("n");
  await expect(clock(page)).toContainText("now");
  await post(server, request, "/ingest/logs", [{ message: "comes while it is open", source: "risk" }]);
  await expect(slots(page).filter({ hasText: "comes while it is open" })).toHaveCount(1);
});

test("a line is discussed in a room, where it stays, and a price in a message says what it was and is", async ({
  ines, tomasz, server, request,
}) => {
  const { page } = ines;
  await post(server, request, "/ingest/ticks", [{ symbol: "CHIP-USD", venue: "lab", last: "1000.50" }]);
  await post(server, request, "/ingest/logs", [
    { message: "fill rejected", level: "error", source: "quoting", reason: "limit" },
    { message: "of somebody else", source: "another" },
    { message: "fill retried", level: "warn", source: "quoting" },
  ]);
  await page.goto(`${server.url}/logs/search?q=source:quoting`);
  const row = page.locator(".found-line").filter({ hasText: "fill rejected" });
  await row.click();
  await row.getByRole("link", { name: "Discuss" }).click();
  await expect(ines.heading("Discuss")).toBeVisible();
  await expect(page.locator(".quoted")).toContainText("fill rejected");
  await accessible(page, "discuss");
  await page.getByLabel("Room").selectOption({ label: "# desk" });
  await page.getByLabel("What about it?").fill("Is this ours?");
  await page.getByRole("button", { name: "Say it" }).click();
  const said = tomasz.messages.getByRole("article").filter({ hasText: "Is this ours?" });
  await expect(said.locator(".card")).toContainText("ERROR fill rejected");
  await expect(said.locator(".card")).toContainText("reason=limit");
  await said.locator(".card .own").click();
  await expect(tomasz.page).toHaveURL(/\/logs\/search\?at=\d+/);
  await expect(tomasz.page.locator(".found-line.this")).toContainText("fill rejected");

  // Several lines at once, by selecting them.
  await page.goto(`${server.url}/logs/search?q=source:quoting`);
  await page.locator("#lines").evaluate((list) => getSelection()!.selectAllChildren(list));
  await page.getByRole("link", { name: "Discuss selected lines" }).click();
  await expect(page.locator(".quoted")).toContainText("2 lines from");
  await expect(page.locator(".quoted")).not.toContainText("of somebody else");
  // And by keys.
  await page.goto(`${server.url}/logs/search?q=source:quoting`);
  await page.keyboard.press("j");
  await expect(page.locator(".found-line.here")).toContainText("fill retried");
  await page.keyboard.press("Shift+J");
  await expect(page.getByRole("link", { name: "Discuss selected lines" })).toBeInViewport();
  await page.keyboard.press("d");
  await expect(page.locator(".quoted")).toContainText("2 lines from");

  await ines.open("/");
  await ines.composer.fill("buy $CHIP-USD now");
  await ines.composer.press("Enter");
  const chip = ines.bodies.last().locator(".chip");
  await expect(chip).toContainText("1,000.50");
  await post(server, request, "/ingest/ticks", [{ symbol: "CHIP-USD", venue: "lab", last: "1001.25" }]);
  await expect(chip.locator(".now")).toHaveText("▲ 1,001.25");
  await chip.hover();
  await expect(page.locator(".chip-line")).toBeVisible();
  await accessible(page, "a room with a price in a message");
});

test("/logs answers the one who asks, who can post it to the room", async ({ ines, server, request }) => {
  await post(server, request, "/ingest/logs", [{ message: "asked for", level: "error", source: "asking" }]);
  await ines.composer.fill("/logs error asking 5m");
  await ines.composer.press("Enter");
  const note = ines.page.getByRole("status").filter({ hasText: "asked for" });
  await expect(note).toContainText("1 line of level>=error source:asking since:5m");
  await note.getByRole("link", { name: "Post to a room" }).click();
  await ines.page.getByRole("button", { name: "Say it" }).click();
  await expect(ines.messages.locator(".card").last()).toContainText("asked for");
});

test("one search finds messages, log lines, symbols and people", async ({ ines, tomasz, server, request }) => {
  await post(server, request, "/ingest/ticks", [{ symbol: "ZEBRA", venue: "lab", last: "7.25" }]);
  await post(server, request, "/ingest/logs", [{ message: "zebra crossing", source: "street" }]);
  await tomasz.say("a zebra was seen");
  const { page } = ines;
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("dialog").getByRole("combobox").fill("zebra");
  await expect(page.getByRole("option", { name: /ZEBRA/ })).toBeVisible();
  await page.getByRole("option", { name: "Everything with “zebra”" }).click();
  await expect(page).toHaveURL(/\/search\?q=zebra$/);
  await expect(page.getByRole("region", { name: "Symbols" })).toContainText("ZEBRA 7.25");
  await expect(page.getByRole("region", { name: "Log lines" })).toContainText("zebra crossing");
  await expect(page.locator(".hits")).toContainText("a zebra was seen");
  await accessible(page, "one search");
  await page.getByRole("searchbox", { name: "Search everything" }).fill("tomasz");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "People" }).getByRole("button", { name: /tomasz/ }).click();
  await expect(page).toHaveURL(/\/rooms\/\d+$/);
});
