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

/** The row of the moment is marked, and in the middle of what the head leaves of the window. */
async function isInTheMiddle(page: Page) {
  await expect(page.locator("#moment[aria-busy]")).toHaveCount(0);
  await expect(here(page)).toHaveCount(1);
  await expect(here(page).locator(".when")).toHaveAttribute("aria-current", "time");
  await expect(here(page).locator(".pointer").first()).toBeVisible();
  await expect
    .poll(() =>
      page.evaluate(() => {
        const head = document.querySelector("#moment .head")!.getBoundingClientRect().bottom;
        const mark = document.querySelector("#here .instant") ?? document.querySelector("#here")!;
        const { top } = mark.getBoundingClientRect();
        const part = (top - head) / (innerHeight - head);
        return part > 0.15 && part < 0.7 ? "in the middle" : `at ${Math.round(top)} of ${innerHeight}`;
      }),
    )
    .toBe("in the middle");
  // The heads of the lanes and the buttons are there too.
  await expect(page.getByRole("navigation", { name: "Move" })).toBeInViewport({ ratio: 1 });
}

/** A line and a price a second, of eight minutes around the moment, and what is said of two symbols of one name. */
async function busyDesk(server: Server, request: APIRequestContext, then: number) {
  const seconds = [...Array(480).keys()].map((i) => i - 240);
  const time = (second: number) => new Date(then + second * 1000 + 166).toISOString();
  const words = "a line that is long enough to take more than one row of its lane, ".repeat(2);
  await post(server, request, "/ingest/logs", seconds.map((i) => ({ message: `line ${i} ${words}`, source: "busy", time: time(i) })));
  await post(server, request, "/ingest/ticks", seconds.flatMap((i) => [
    { symbol: "BUSY-USD", venue: "lab", last: `${1000 + Math.floor(i / 7)}`, time: time(i) },
    { symbol: "BUSY-USD", venue: "other", last: "500", time: time(i) },
  ]));
}

/** The second to which the desk is so busy, some minutes ago. */
const busySecond = () => Math.floor(Date.now() / 1000) * 1000 - 300_000;
const busy = "symbols=lab:BUSY-USD,other:BUSY-USD&q=source:busy";

test("on a busy desk the moment stands in the middle, marked, wherever one goes", async ({ ines, server, request }) => {
  const { page } = ines;
  const then = busySecond();
  await busyDesk(server, request, then);
  const second = (offset: number) => new Date(then + offset * 1000).toISOString().slice(11, 19);
  await page.goto(`${server.url}/at/${new Date(then).toISOString()}?${busy}`);
  await expect(here(page)).toContainText("line 0 ");
  await isInTheMiddle(page);
  await accessible(page, "one clock over a busy desk");

  await page.keyboard.press("ArrowRight");
  await expect(here(page)).toContainText("line 1 ");
  await expect(clock(page)).toContainText(second(1));
  await isInTheMiddle(page);
  await page.keyboard.press("]");
  await expect(here(page)).toContainText("line 2 ");
  await isInTheMiddle(page);
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(here(page)).toContainText("line -58 ");
  await isInTheMiddle(page);
  const slider = page.getByRole("slider", { name: "Move within what is shown" });
  const box = (await slider.boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.75, box.y + box.height / 2);
  await expect(here(page)).not.toContainText("line -58 ");
  await isInTheMiddle(page);
  await page.goto(`${server.url}/at/${new Date(then).toISOString()}?${busy}`);
  await page.getByRole("link", { name: "±10 min" }).click();
  await expect(page.locator("#moment")).toHaveAttribute("data-span", "600");
  await expect(here(page)).toContainText("line 0 ");
  await isInTheMiddle(page);
  // A line says when it came, also where its row is longer than a second.
  const seconds = new Date(then).toISOString().slice(17, 19);
  await expect(here(page).locator(".logged p").filter({ hasText: "line 0 " }).getByRole("link")).toHaveText(`${seconds}.166`);
  await expect(here(page).locator(".instant")).toContainText(second(0));
  await page.getByRole("link", { name: "±1 h" }).click();
  await expect(page.locator("#moment")).toHaveAttribute("data-span", "3600");
  await isInTheMiddle(page);
});

test("a price stands where it changed, with its venue where two have its name", async ({ ines, server, request }) => {
  const { page } = ines;
  const then = busySecond();
  await busyDesk(server, request, then);
  await page.goto(`${server.url}/at/${new Date(then).toISOString()}?${busy}`);
  const prices = here(page).getByRole("group", { name: "Prices" });
  await expect(prices).toContainText("lab");
  await expect(prices).toContainText("other");
  // One of them never changes: it stands in the first row and at the moment.
  await expect(page.getByRole("group", { name: "Prices" }).getByText("500", { exact: true })).toHaveCount(2);
});

test("on a phone the buttons of the clock stay in sight, none is cut", async ({ ines, person, server, request }) => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  const { page } = await person("ines", { ...phone, storageState: await ines.context.storageState() });
  const then = busySecond();
  await busyDesk(server, request, then);
  await page.goto(`${server.url}/at/${new Date(then).toISOString()}?${busy}`);
  await isInTheMiddle(page);
  for (const button of await page.getByRole("navigation", { name: "Move" }).getByRole("link").all()) {
    await expect(button).toBeInViewport({ ratio: 1 });
  }
  await expect(page.getByRole("link", { name: "Share this moment" })).toBeInViewport({ ratio: 1 });
  await page.getByRole("link", { name: "1 second later" }).tap();
  await expect(here(page)).toContainText("line 1 ");
  await isInTheMiddle(page);
  await accessible(page, "one clock on a phone");
});

test("a moment is shared in a room, with what was said and squawked then", async ({ ines, tomasz, server, request }) => {
  const { page } = ines;
  await tomasz.say("did you see that?");
  await ines.sees("did you see that?");
  await post(server, request, "/ingest/logs", [{ message: "fill rejected", level: "error", source: "sharing" }]);
  await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: "Share this moment" }).click();
  await expect(ines.heading("Discuss")).toBeVisible();
  await expect(page.locator(".quoted")).toContainText("did you see that?");
  await expect(page.locator(".quoted")).toContainText("fill rejected");
  await page.getByLabel("Room").selectOption({ label: "# desk" });
  await page.getByLabel("What about it?").fill("The desk as it was.");
  await page.getByRole("button", { name: "Say it" }).click();
  const card = tomasz.messages.getByRole("article").filter({ hasText: "The desk as it was." }).locator(".card");
  await expect(card).toContainText("One clock");
  await expect(card).toContainText(/tomasz \d\d:\d\d:\d\d in # desk: did you see that\?/);
  await card.locator(".own").click();
  await expect(tomasz.heading("One clock")).toBeVisible();
  await expect(tomasz.page.getByRole("link", { name: "Share this moment" })).toHaveAttribute("href", /^\/discuss\?link=%2Fat%2F20/);
});

test("every page is found by its name, and squawks by their words", async ({ ines, server }) => {
  const { page } = ines;
  await ines.composer.fill("/squawk Zinc mine closed");
  await ines.composer.press("Enter");
  await expect(ines.composer).toHaveValue("");
  await page.keyboard.press("ControlOrMeta+k");
  const [dialog, field] = [page.getByRole("dialog"), page.getByRole("dialog").getByRole("combobox")];
  for (const name of ["Alerts", "Venues", "Notifications", "Log sources", "Squawks", "Connection check", "saved searches", "Share this moment"]) {
    await field.fill(name);
    await expect(dialog.getByRole("option", { name }).first()).toBeVisible();
  }
  await field.fill("zinc");
  await dialog.getByRole("option", { name: /Zinc mine closed/ }).first().click();
  await expect(page).toHaveURL(new RegExp(`^${server.url}/at/20`));
  await expect(here(page)).toContainText("Zinc mine closed");
});

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
