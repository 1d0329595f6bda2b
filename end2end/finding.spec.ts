// Searching logs: found, counted, opened, looked around in, followed, kept and saved.
import type { APIRequestContext, Page } from "@playwright/test";
import { accessible } from "./support/axe";
import type { Server } from "./support/server";
import { expect, test } from "./support/test";

async function post(server: Server, request: APIRequestContext, lines: object[]) {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const answer = await request.post(`${server.url}/ingest/logs`, { headers, data: lines });
  expect(answer.status(), await answer.text()).toBe(200);
}

const orders = (count: number, source: string) =>
  Array.from({ length: count }, (_, i) => ({
    message: `order ${i} ${i % 10 === 0 ? "timed out" : "accepted"}`,
    level: i % 10 === 0 ? "error" : "info",
    source,
    n: i,
    venue: i % 2 === 0 ? "XLON" : "XPAR",
  }));

const rows = (page: Page) => page.getByRole("list", { name: "Log lines" }).locator(".found-line");
const field = (page: Page) => page.getByRole("searchbox", { name: "Search log lines" });

async function find(page: Page, query: string) {
  await field(page).fill(query);
  await field(page).press("Enter");
  await expect(page).toHaveURL(new RegExp(`[?&]q=`));
  await expect(field(page)).toHaveValue(query);
}

test("a line is found, opened by keyboard, narrowed by, looked around in, and its link works for somebody else", async ({
  ines, tomasz, server, request,
}) => {
  await post(server, request, orders(60, "finding"));
  const { page } = ines;
  await page.goto(server.url + "/logs");
  await page.getByRole("link", { name: "Search all" }).click();
  await expect(page.getByRole("heading", { name: "Search logs" })).toBeVisible();
  await accessible(page, "the page of searching logs");

  await find(page, "\"timed out\" source:finding");
  await expect(rows(page)).toHaveCount(6);
  await expect(rows(page).first().locator("mark")).toHaveText("timed out");
  await expect(page.locator("#counted")).toHaveText(/^6 lines ERROR 6$/);

  // By keyboard alone: out of the field, down twice, open.
  await field(page).press("Tab");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(rows(page).nth(1)).toBeFocused();
  await page.keyboard.press("e");
  const opened = rows(page).nth(1).locator(".opened");
  await expect(opened.getByRole("row", { name: /venue/ })).toContainText("XLON");
  await accessible(page, "a line opened");
  await page.keyboard.press("e");
  await expect(opened).toHaveCount(0);
  await page.keyboard.press("Enter");
  await opened.getByRole("link", { name: "Without n=40" }).click();
  await expect(rows(page)).toHaveCount(5);
  await expect(field(page)).toHaveValue(/-n=40/);

  await page.keyboard.press("/");
  await expect(field(page)).toBeFocused();
  await find(page, "n=33 source:finding");
  await rows(page).first().click();
  await rows(page).first().getByRole("link", { name: "Lines around it" }).click();
  await expect(rows(page)).toHaveCount(21);
  await expect(page.locator(".found-line.this")).toContainText("order 33 accepted");
  await accessible(page, "lines around one");
  await tomasz.page.goto(page.url());
  await expect(tomasz.page.locator(".found-line.this")).toContainText("order 33 accepted");
});

test("a field stands in a column of its own for as long as one likes", async ({ ines, server, request }) => {
  await post(server, request, orders(12, "columns"));
  const { page } = ines;
  await page.goto(server.url + "/logs/search?q=source:columns");
  await rows(page).first().click();
  await rows(page).first().locator(".opened").getByRole("button", { name: "Column venue" }).click();
  await expect(rows(page).first().locator(".col")).toHaveText("XPAR");
  await page.goto(server.url + "/logs/search?q=source:columns+n<2");
  await expect(rows(page).locator(".col")).toHaveText(["XPAR", "XLON"]);
  await accessible(page, "columns");
  await page.getByRole("button", { name: "No column venue" }).click();
  await expect(rows(page).locator(".col")).toHaveCount(0);
});

test("the oldest come first where one wants that, page by page", async ({ ines, server, request }) => {
  await post(server, request, orders(230, "sorted"));
  const { page } = ines;
  await page.goto(server.url + "/logs/search?q=source:sorted");
  await expect(rows(page).first()).toContainText("order 229 ");
  await page.getByRole("link", { name: "Oldest first" }).click();
  await expect(field(page)).toHaveValue("source:sorted sort:oldest");
  await expect(rows(page).first()).toContainText("order 0 ");
  await expect(rows(page)).toHaveCount(100);
  await expect(page.getByRole("button", { name: "Follow" })).toHaveCount(0);
  await page.getByRole("link", { name: "Newer lines" }).click();
  await expect(rows(page)).toHaveCount(200);
  await page.getByRole("link", { name: "Newer lines" }).click();
  await expect(rows(page)).toHaveCount(230);
  await expect(rows(page).last()).toContainText("order 229 ");
  await expect(page.getByText("That is all.")).toBeVisible();
  await page.getByRole("link", { name: "Newest first" }).click();
  await expect(rows(page).first()).toContainText("order 229 ");
});

test("a hundred thousand lines are held, few of them are in the document, and they scroll as few would", async ({ ines, server, request }) => {
  test.setTimeout(300_000);
  for (let i = 0; i < 20; i++) await post(server, request, orders(5_000, "many").map((line) => ({ ...line, n: line.n + i * 5_000, message: `${line.message} of ${i}` })));
  const { page } = ines;
  await page.goto(server.url + "/logs/search?q=source:many");
  await expect(rows(page)).toHaveCount(100);
  const held = await page.evaluate(async () => {
    const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
    const older = document.getElementById("older")!;
    for (let i = 0; i < 600 && older.isConnected && !older.hidden; i++) {
      older.click();
      while (older.ariaDisabled === "true") await pause(5);
      // No faster than anybody may search.
      await pause(100);
    }
    return older.isConnected;
  });
  expect(held).toBe(true);
  await expect(page.getByText("That is all.")).toBeAttached();
  expect(await rows(page).count()).toBeLessThan(500);

  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await expect(rows(page).last()).toContainText("order 0 timed out of 0");
  expect(await rows(page).count()).toBeLessThan(500);
  await page.evaluate(() => scrollTo(0, 0));
  await expect(rows(page).first()).toContainText("order 4999 accepted of 19");

  // What is read stays where it is, whether it is wrapped or not; what is selected stays so.
  await page.evaluate(() => scrollTo(0, 600_000));
  const inSight = () => page.evaluate(() => [...document.querySelectorAll(".found-line")].find((row) => row.getBoundingClientRect().bottom > 1)?.id);
  await expect.poll(inSight).toBeDefined();
  const before = await inSight();
  await page.keyboard.press("w");
  await expect.poll(inSight).toBe(before);
  await page.keyboard.press("w");
  await expect.poll(inSight).toBe(before);
  const selected = await page.evaluate((id) => {
    getSelection()!.selectAllChildren(document.querySelector(`#${id} .text`)!);
    return getSelection()!.toString();
  }, before);
  await page.evaluate(() => scrollBy(0, 200_000));
  await expect.poll(() => page.evaluate(() => getSelection()!.toString())).toBe(selected);
  await page.evaluate(() => getSelection()!.removeAllRanges());

  await page.keyboard.press("j");
  await page.keyboard.press("/");
  await expect(field(page)).toBeFocused();
});

test("colours of terminals are shown, and can be read", async ({ ines, server, request }) => {
  await post(server, request, [
    { message: "\u001b[31mdisk\u001b[0m full on \u001b[1;32mnode-7\u001b[0m", source: "colourful" },
    { message: [...Array(16).keys()].map((n) => `\u001b[38;5;${n}mcolour-${n}\u001b[0m`).join(" "), source: "colourful" },
  ]);
  const { page } = ines;
  await page.goto(server.url + "/logs/search?q=source:colourful");
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).last().locator(".sgr.f1")).toHaveText("disk");
  await expect(rows(page).last().locator(".sgr.f2.bold")).toHaveText("node-7");
  for (const scheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await accessible(page, `colours of terminals, ${scheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
  await find(page, "\"disk full on node\"");
  await expect(rows(page)).toHaveCount(1);
  await page.goto(server.url + "/logs");
  const tail = page.getByRole("log", { name: "Log lines" });
  await expect(tail.locator(".sgr.f12")).toHaveText("colour-12");
  await expect(tail).toContainText("disk full on node-7");
});

test("a mistake is pointed at, and what is counted leads on", async ({ ines, server, request }) => {
  await post(server, request, orders(40, "counting"));
  const { page } = ines;
  await page.goto(server.url + "/logs/search");
  await find(page, "source:counting level>loud");
  await expect(page.getByRole("alert")).toContainText("A level is one of");
  await expect(field(page)).toHaveAttribute("aria-invalid", "true");
  await accessible(page, "a mistake in a query");

  await find(page, "source:counting");
  await page.getByRole("link", { name: "Patterns" }).click();
  const counted = page.getByRole("region", { name: "Patterns" });
  await expect(counted.getByRole("row")).toHaveCount(2);
  await expect(counted.getByRole("row").first()).toContainText("36");
  await accessible(page, "patterns");
  await counted.getByRole("link", { name: "order # timed out", exact: true }).click();
  await expect(rows(page)).toHaveCount(4);

  await find(page, "source:counting");
  await page.getByRole("link", { name: "Fields" }).click();
  await page.getByRole("region", { name: "Fields" }).getByRole("link", { name: "venue", exact: true }).click();
  await page.getByRole("region", { name: "Values of venue" }).getByRole("link", { name: "XPAR", exact: true }).click();
  await expect(rows(page)).toHaveCount(20);
});

test("what comes is followed, stays where it is while somebody reads, and nothing is missed", async ({ ines, server, request }) => {
  await post(server, request, orders(150, "following"));
  const { page } = ines;
  await page.goto(server.url + "/logs/search?q=source:following");
  await expect(rows(page)).toHaveCount(100);
  await page.getByRole("link", { name: "Older lines" }).click();
  await expect(rows(page)).toHaveCount(150);
  await expect(page.getByText("That is all.")).toBeVisible();

  await page.keyboard.press("f");
  await expect(page.locator("#follow-state")).toHaveText("following");
  const say = (words: string, source = "following") => post(server, request, [{ message: words, source }]);
  await say("first news");
  await expect(rows(page).first()).toContainText("first news");
  await say("not asked for", "others");
  // Whoever scrolls down reads; what comes waits.
  await rows(page).nth(100).scrollIntoViewIfNeeded();
  const read = await rows(page).nth(100).boundingBox();
  await say("second news");
  await say("third news");
  const news = page.getByRole("button", { name: "2 new" });
  await expect(news).toBeVisible();
  expect((await rows(page).nth(100).boundingBox())?.y).toBe(read?.y);
  await accessible(page, "new lines waiting");
  await news.click();
  await expect(rows(page).first()).toContainText("third news");
  await expect(rows(page).nth(1)).toContainText("second news");
  await expect(rows(page).nth(2)).toContainText("first news");
  await expect(page.getByText("not asked for")).toHaveCount(0);

  // More than one answer holds: the rest can be had.
  await rows(page).nth(50).scrollIntoViewIfNeeded();
  for (let i = 0; i < 3; i++) await post(server, request, orders(250, "following"));
  await page.getByRole("button", { name: "750 new" }).click();
  const skipped = page.getByRole("button", { name: "Load what was skipped here" });
  await expect(skipped).toBeVisible();
  await expect(rows(page)).toHaveCount(653);
  await skipped.click();
  await expect(skipped).toHaveCount(0);
  await expect(rows(page)).toHaveCount(903);
  await page.keyboard.press("f");
  await expect(page.locator("#follow-state")).toHaveText("");
});

test("a drag over the bars narrows to their time", async ({ ines, server, request }) => {
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  await post(server, request, [50, 40, 30, 20, 10].map((minutes) => ({ message: `${minutes} ago`, source: "dragging", time: at(minutes) })));
  const { page } = ines;
  await page.goto(server.url + "/logs/search?q=source:dragging+since:1h");
  await expect(rows(page)).toHaveCount(5);
  const box = (await page.locator("#histogram").boundingBox())!;
  const y = box.y + box.height / 2;
  // The bars begin with the first line: from after it to before the last two.
  await page.mouse.move(box.x + box.width * 0.1, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, y, { steps: 4 });
  await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/before/);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText("30 ago");
});

test("a search is kept for the team and saved as a file", async ({ ines, tomasz, server, request }) => {
  await post(server, request, orders(20, "keeping"));
  await ines.page.goto(server.url + "/logs/search?q=source:keeping");
  await ines.page.getByText("Saved searches").click();
  await ines.page.getByRole("textbox", { name: "Name of this search" }).fill("Orders kept");
  await ines.page.getByRole("checkbox", { name: "For the team" }).check();
  await ines.page.getByRole("button", { name: "Save" }).click();
  await tomasz.page.goto(server.url + "/logs/search");
  await tomasz.page.getByText("Saved searches").click();
  await tomasz.page.getByRole("link", { name: "Orders kept" }).click();
  await expect(rows(tomasz.page)).toHaveCount(20);

  const coming = tomasz.page.waitForEvent("download");
  await tomasz.page.getByRole("link", { name: "CSV" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^logs-\d{4}-\d\d-\d\d\.csv$/);
});

test("sources are listed, and a configuration is copied", async ({ ines, server, request }) => {
  await post(server, request, orders(3, "sending"));
  await ines.context.grantPermissions(["clipboard-read"], { origin: server.url });
  await ines.page.goto(server.url + "/logs/search");
  await ines.page.getByRole("link", { name: "Sources" }).first().click();
  const row = ines.page.getByRole("row").filter({ has: ines.page.getByRole("link", { name: "sending", exact: true }) });
  await expect(row.getByRole("cell").first()).toHaveText("3");
  await expect(row.getByRole("cell").last()).toHaveText("14 days");
  await ines.page.getByText("Vector", { exact: true }).click();
  await ines.page.getByRole("group").filter({ hasText: "Vector" }).getByRole("button", { name: "Copy" }).click();
  await expect(ines.page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await ines.page.evaluate(() => navigator.clipboard.readText())).toContain(`endpoint = "${server.url}"`);
  await accessible(ines.page, "sources");

  // The administrator says how much a token may bring.
  const limit = ines.page.getByRole("spinbutton", { name: "Lines a minute by", exact: false }).first();
  await limit.fill("60000");
  await ines.page.getByRole("button", { name: /^Set the limit of/ }).first().click();
  await expect(ines.page.getByText("That is its limit from now on.")).toBeVisible();
  await expect(limit).toHaveValue("60000");
  await limit.fill("");
  await ines.page.getByRole("button", { name: /^Set the limit of/ }).first().click();
  await expect(limit).toHaveValue("");
});
