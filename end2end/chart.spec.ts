// A symbol's page: its figures, its chart and its bars.
import { accessibleDayAndNight } from "./support/axe";
import { expect, test } from "./support/test";

test("a symbol's page draws its bars, says them in a table, and moves", async ({ ines, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const tick = async (last: string, seconds: number) => {
    const time = new Date(Date.now() - seconds * 1_000).toISOString();
    const data = { symbol: "E2E/USD", venue: "lab", last, size: "2.50", time };
    expect((await request.post(`${server.url}/ingest/ticks`, { headers, data })).status()).toBe(200);
  };
  for (const [last, seconds] of [["1200.00", 600], ["1250.50", 540], ["1240.25", 480], ["1260.75", 120]] as const) {
    await tick(last, seconds);
  }
  await ines.ticker.getByRole("link", { name: "E2E/USD" }).click();
  await expect(ines.heading("E2E/USD")).toBeVisible();
  await expect(ines.page.locator("#last")).toHaveText("1,260.75");
  const chart = ines.page.getByRole("application", { name: /^Chart of E2E\/USD at lab, bars of 1 min/ });
  await expect(chart.locator("canvas").first()).toBeVisible();
  const rows = ines.page.getByRole("region", { name: "Table of bars" }).getByRole("row");
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(1)).toContainText("1,260.75");
  await expect(ines.page.getByText(/UTC\s+O\s1,260\.75\s+H\s1,260\.75/)).toBeVisible();
  await tick("1255.10", 0);
  await expect(ines.page.locator("#last")).toHaveText("1,255.10");
  await expect(rows.nth(1)).toContainText("1,255.10");
  // By keyboard, and as a line.
  await chart.focus();
  for (const key of ["ArrowLeft", "+", "-", "End"]) await chart.press(key);
  await ines.page.getByRole("button", { name: "Line" }).click();
  await expect(ines.page.getByRole("button", { name: "Line" })).toHaveAttribute("aria-pressed", "true");
  await ines.page.getByRole("button", { name: "Price in the title" }).click();
  await expect(ines.page).toHaveTitle("1,255.10 E2E/USD · Squawkbox");
  await accessibleDayAndNight(ines.page, "a symbol's page");
  await ines.page.getByRole("link", { name: "1 s" }).click();
  await expect(ines.page.getByRole("heading", { name: "Bars of 1 s" })).toBeVisible();
  await expect(rows).toHaveCount(6);
  // What one has chosen stays.
  await expect(ines.page.getByRole("button", { name: "Line" })).toHaveAttribute("aria-pressed", "true");
});

test("the chart comes back when the server does, and nothing is missing", async ({ ines, server, request }) => {
  const token = server.token();
  const tick = async (last: string) => {
    const data = { symbol: "BACK", venue: "lab", last };
    const answer = await request.post(`${server.url}/ingest/ticks`, { headers: { Authorization: `Bearer ${token}` }, data });
    expect(answer.status()).toBe(200);
  };
  await tick("1.10");
  await ines.open("/ticker/chart?symbol=BACK&venue=lab");
  await expect(ines.page.locator("#last")).toHaveText("1.10");
  await expect(ines.page.getByRole("application")).toBeVisible();
  ines.watch.expect(/ERR_|Failed to load/);
  await server.kill();
  await expect(ines.page.getByRole("status").filter({ hasText: /^reconnecting/ })).toBeVisible();
  await server.again();
  await tick("1.30");
  await expect(ines.page.locator("#last")).toHaveText("1.30");
  await expect(ines.page.getByText(/^reconnecting/)).toHaveCount(0);
});

test("the chart comes first, and one page of a symbol leads to its other venues", async ({ ines, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  for (const [venue, last] of [["lab", "1.50"], ["pit", "2.50"]] as const) {
    const data = { symbol: "TWIN", venue, last, previous_close: "1.25" };
    expect((await request.post(`${server.url}/ingest/ticks`, { headers, data })).status()).toBe(200);
  }
  await ines.open("/ticker/chart?symbol=TWIN");
  await expect(ines.page.locator("#last")).toHaveText("1.50");
  await expect(ines.page.locator("#change span[title]")).toHaveAttribute("title", "+0.25 since the previous close");
  await expect(ines.page.locator("#day-previous")).toHaveText("1.25");
  const chart = ines.page.getByRole("application", { name: /^Chart of TWIN at lab/ });
  for (const [size, top] of [[{ width: 1440, height: 900 }, 240], [{ width: 390, height: 844 }, 340]] as const) {
    await ines.page.setViewportSize(size);
    await expect.poll(async () => (await chart.boundingBox())!.y).toBeLessThan(top);
    expect(await ines.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
  }
  await ines.page.getByRole("link", { name: "also at pit" }).click();
  await expect(ines.page.locator("#last")).toHaveText("2.50");
  await expect(ines.page.getByRole("link", { name: "also at lab" })).toBeVisible();
});

test("a fresh demo has a day of bars and volumes", async ({ ines }) => {
  await ines.open("/ticker/chart?symbol=BTC-USD&venue=demo&interval=1h");
  const rows = ines.page.getByRole("region", { name: "Table of bars" }).getByRole("row");
  await expect.poll(() => rows.count()).toBeGreaterThan(20);
  await expect(ines.page.locator("#day-volume")).toHaveText(/[1-9]/);
  await expect(ines.page.locator("#day-previous")).toHaveText(/[1-9]/);
  await expect(ines.page.getByText("DEMO").first()).toBeVisible();
});

test("what is forgotten leaves everybody's desk, and comes back with its next price", async ({ ines, tomasz, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const tick = async (symbol: string, last: string) => {
    expect((await request.post(`${server.url}/ingest/ticks`, { headers, data: { symbol, venue: "lab", last } })).status()).toBe(200);
  };
  await tick("TYPO", "1.50");
  await tick("STAYS", "2.50");
  const rows = tomasz.prices.filter({ hasText: "TYPO" });
  await expect(rows).toHaveCount(1);
  const chart = await tomasz.context.newPage();
  await chart.goto(`${server.url}/ticker/chart?symbol=TYPO&venue=lab`);
  await expect(chart.locator("canvas").first()).toBeVisible();
  await ines.open("/ticker/chart?symbol=TYPO&venue=lab");
  await ines.page.getByRole("link", { name: "Forget this symbol…" }).click();
  await ines.page.getByRole("button", { name: "Forget the symbol" }).click();
  await expect(rows).toHaveCount(0);
  await expect(tomasz.prices.filter({ hasText: "STAYS" })).toHaveCount(1);
  await expect(chart.getByText(/There are no prices of TYPO/)).toBeVisible();
  await chart.close();
  await tick("TYPO", "1.75");
  await expect(rows).toContainText("1.75");
});

test("what isn't there is said", async ({ ines }) => {
  ines.watch.expect(/40[04]/);
  await ines.open("/ticker/chart?symbol=NOTHING&venue=lab");
  await expect(ines.page.getByText(/There are no prices of NOTHING/)).toBeVisible();
});

test("two symbols are compared by how far they have come", async ({ ines, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const tick = async (symbol: string, last: string, seconds: number) => {
    const time = new Date(Date.now() - seconds * 1_000).toISOString();
    expect((await request.post(`${server.url}/ingest/ticks`, { headers, data: { symbol, venue: "lab", last, time } })).status()).toBe(200);
  };
  for (const [seconds, one, two] of [[600, "100.00", "2.000"], [300, "105.00", "1.950"], [120, "110.00", "1.900"]] as const) {
    await tick("LEFT", one, seconds);
    await tick("RIGHT", two, seconds);
  }
  await ines.open("/ticker/chart?symbol=LEFT&venue=lab");
  const field = ines.page.getByLabel("Compare with");
  await field.pressSequentially("RIG");
  await expect(ines.page.locator("#symbols option")).toHaveAttribute("value", "lab:RIGHT");
  await field.fill("lab:RIGHT");
  await field.press("Enter");
  await expect(ines.page.getByText(/^Since .*LEFT ▲ \+10\.00%\s*RIGHT ▼ \u22125\.00%/)).toBeVisible();
  await expect(ines.page.getByRole("columnheader", { name: "RIGHT close" })).toBeVisible();
  await expect(ines.page.getByText(/RIGHT\s+C\s1\.900/)).toBeVisible();
  await tick("RIGHT", "1.800", 0);
  await tick("LEFT", "111.00", 0);
  await expect(ines.page.getByRole("region", { name: "Table of bars" }).getByRole("row").nth(1)).toContainText("1.800");
  // The words go on with the prices, from the same bar.
  await expect(ines.page.getByText(/^Since .*LEFT ▲ \+11\.00%\s*RIGHT ▼ \u221210\.00%/)).toBeVisible();
  await accessibleDayAndNight(ines.page, "two symbols on one chart");
  await ines.page.getByRole("link", { name: "5 min", exact: true }).click();
  await expect(ines.page.getByRole("columnheader", { name: "RIGHT close" })).toBeVisible();
  await field.fill("lab:NEVER");
  await field.press("Enter");
  await expect(ines.page.getByRole("alert")).toContainText("NEVER");
  await ines.page.getByRole("link", { name: "Compare no more" }).click();
  await expect(ines.page.getByRole("columnheader", { name: /close$/ })).toHaveCount(0);
});

test("the words of a comparison go on from the first bar that both have", async ({ ines, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const post = async (data: object[]) => expect((await request.post(`${server.url}/ingest/ticks`, { headers, data })).status()).toBe(200);
  const minute = (ago: number) => new Date(Math.floor(Date.now() / 60_000) * 60_000 - ago * 60_000).toISOString();
  const bars = (symbol: string, count: number, price: (ago: number) => string) =>
    Array.from({ length: count }, (_, i) => ({ symbol, venue: "lab", last: price(count - i), time: minute(count - i) }));
  await post(bars("LONG", 400, (ago) => `${1_000 - ago}.00`));
  await post(bars("SHORT", 100, (ago) => (ago === 100 ? "8.00" : "9.00")));
  await ines.open("/ticker/chart?symbol=LONG&venue=lab&with=lab:SHORT");
  const words = ines.page.locator("#came");
  const begun = minute(100);
  await expect(words).toContainText(`Since ${begun.slice(0, 10)} ${begun.slice(11, 16)} UTC:`);
  // From 900 to 999, and from 8 to 9.
  await expect(words).toHaveText(/LONG ▲ \+11\.00%\s*SHORT ▲ \+12\.50%/);
  const chart = ines.page.getByRole("application");
  await chart.focus();
  for (const key of ["Home", "-", "End"]) await chart.press(key);
  await post([{ symbol: "SHORT", venue: "lab", last: "8.00" }]);
  await expect(words).toHaveText(/SHORT 0\.00%|SHORT  0\.00%/);
  await post([{ symbol: "LONG", venue: "lab", last: "891.00" }]);
  await expect(words).toHaveText(/LONG ▼ \u22121\.00%/);
});

test("Home leads to the oldest bar, End to now, also while older bars come", async ({ ines, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const data = Array.from({ length: 700 }, (_, i) => ({ symbol: "WAY", venue: "lab", last: `${1_001 + i}.00`, time: new Date(Date.now() - (701 - i) * 60_000).toISOString() }));
  for (let i = 0; i < data.length; i += 350) expect((await request.post(`${server.url}/ingest/ticks`, { headers, data: data.slice(i, i + 350) })).status()).toBe(200);
  await ines.open("/ticker/chart?symbol=WAY&venue=lab");
  await expect(ines.page.getByText(/UTC\s+O\s1,700\.00/)).toBeVisible();
  const chart = ines.page.getByRole("application");
  const told = ines.page.getByRole("status").filter({ hasText: /^Span / });
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await ines.page.route("**/do/chart", async (route) => {
    await released;
    await route.continue();
  });
  await chart.focus();
  const asked = ines.page.waitForRequest("**/do/chart");
  await chart.press("Home");
  await asked;
  const came = ines.page.waitForResponse("**/do/chart");
  await chart.press("End");
  release();
  await chart.press("Shift+ArrowLeft");
  await expect(told).toContainText("2 bars, 1,699.00 to 1,700.00");
  await expect(ines.page.locator(".marked")).toBeInViewport();
  await came;
  // The bars that came moved nothing.
  await expect(ines.page.locator(".marked")).toBeVisible();
  await chart.press("Escape");
  await chart.press("Home");
  await chart.press("Shift+ArrowLeft");
  await expect(told).toContainText(/2 bars, 1,[0-4]/);
});

test("on a phone a span is marked by touch, and a swipe up or down scrolls the page", async ({ ines, person, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const data = Array.from({ length: 40 }, (_, i) => ({ symbol: "TAP", venue: "lab", last: `${1_001 + i}.00`, time: new Date(Date.now() - (42 - i) * 60_000).toISOString() }));
  expect((await request.post(`${server.url}/ingest/ticks`, { headers, data })).status()).toBe(200);
  const phone = await person("tomasz", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await phone.follow(ines);
  const { page } = phone;
  await phone.open("/ticker/chart?symbol=TAP&venue=lab");
  await expect(page.getByText(/UTC\s+O\s1,040\.00/)).toBeVisible();
  const chart = page.getByRole("application");
  const told = page.getByRole("status").filter({ hasText: /^Span / });
  const pick = page.getByRole("button", { name: "Select a span" });
  await pick.tap();
  await expect(page.getByText(/^Press the bar in which it begins/)).toBeVisible();
  await chart.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await chart.boundingBox())!;
  expect(height).toBeLessThan(512);
  await page.touchscreen.tap(x + width * 0.4, y + height / 2);
  await expect(told).toContainText("Press the bar in which it ends.");
  await page.touchscreen.tap(x + width * 0.6, y + height / 2);
  await expect(told).toContainText(/ \d+ bars, .*Escape lets go/);
  await expect(page.locator(".marked")).toBeVisible();

  const cdp = await phone.context.newCDPSession(page);
  const swipe = async (from: [number, number], to: [number, number]) => {
    const at = (i: number) => [{ x: from[0] + ((to[0] - from[0]) * i) / 10, y: from[1] + ((to[1] - from[1]) * i) / 10 }];
    await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
    for (let i = 1; i <= 10; i++) await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(i) });
    await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  // By dragging as well.
  await pick.tap();
  await expect(told).toHaveCount(0);
  const now = (await chart.boundingBox())!;
  const middle = now.y + now.height / 2;
  await swipe([now.x + 60, middle], [now.x + 220, middle]);
  await expect(told).toContainText(/ \d+ bars, .*Escape lets go/);
  await expect(pick).toHaveAttribute("aria-pressed", "false");
  const before = (await chart.boundingBox())!.y;
  await swipe([now.x + 150, middle + 40], [now.x + 150, middle - 120]);
  await expect.poll(async () => (await chart.boundingBox())!.y).toBeLessThan(before - 40);
});

test("what happened to a symbol is told below its chart, and leads to its moment", async ({ ines, tomasz, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const tick = async (last: string) => {
    expect((await request.post(`${server.url}/ingest/ticks`, { headers, data: { symbol: "NEWS", venue: "lab", last } })).status()).toBe(200);
  };
  await tick("12.50");
  await ines.open("/ticker/chart?symbol=NEWS&venue=lab");
  const moments = ines.page.getByRole("region", { name: "Moments" });
  await expect(moments).toContainText("No alert fired");
  await tomasz.composer.fill("who buys $NEWS at this?");
  await tomasz.composer.press("Enter");
  await expect(tomasz.bodies.last().locator(".chip")).toContainText("12.50");
  await ines.page.reload();
  const row = moments.getByRole("listitem");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("Said by tomasz in # desk: who buys $NEWS 12.50 at this?");
  await expect(ines.page.getByRole("application").locator("canvas").first()).toBeVisible();
  await accessibleDayAndNight(ines.page, "a symbol's page with a moment");
  await row.getByRole("link").first().click();
  await expect(ines.page).toHaveURL(/\/at\/20.*symbols=lab%3ANEWS/);
  await expect(ines.page.locator("#moment .slots")).toContainText("who buys $NEWS");
});

test("a span of the chart is marked by dragging, by keyboard and by two presses, and is discussed", async ({
  ines, tomasz, server, request,
}) => {
  const { page } = ines;
  const headers = { Authorization: `Bearer ${server.token()}` };
  const data = Array.from({ length: 10 }, (_, i) => ({
    symbol: "SPAN", venue: "lab", last: `${1_001 + i}.00`, time: new Date(Date.now() - (12 - i) * 60_000).toISOString(),
  }));
  expect((await request.post(`${server.url}/ingest/ticks`, { headers, data })).status()).toBe(200);
  await ines.open("/ticker/chart?symbol=SPAN&venue=lab");
  const chart = page.getByRole("application");
  await expect(page.getByText(/UTC\s+O\s1,010\.00/)).toBeVisible();
  const told = page.getByRole("status").filter({ hasText: /^Span / });
  const discuss = page.getByRole("link", { name: /^Discuss/ });

  const { x, y, width, height } = (await chart.boundingBox())!;
  await page.keyboard.down("Shift");
  await page.mouse.move(x + 20, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width - 20, y + height / 2, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await expect(told).toContainText("10 bars, 1,001.00 to 1,010.00");
  await expect(page.locator(".marked")).toBeVisible();
  await expect(discuss).toHaveText(/ \u2013 /);
  await accessibleDayAndNight(page, "a chart with a span");
  await discuss.click();
  await expect(page.locator(".quoted")).toContainText("open 1,001.00, high 1,010.00, low 1,001.00, close 1,010.00");
  await page.getByLabel("Room").selectOption({ label: "# desk" });
  await page.getByLabel("What about it?").fill("What was this?");
  await page.getByRole("button", { name: "Say it" }).click();
  const card = tomasz.messages.getByRole("article").filter({ hasText: "What was this?" }).locator(".card");
  await expect(card).toContainText("+9.00 (+0.90%)");
  const href = await card.locator(".own").getAttribute("href");
  expect(href).toMatch(/^\/ticker\/chart\?symbol=SPAN&venue=lab&interval=1m&from=20.*&to=20/);

  // Where it leads, the span is marked.
  await ines.open(href!);
  await expect(page.getByRole("region", { name: / to .* UTC$/ })).toContainText("1,010.00");
  await expect(page.locator(".marked")).toBeVisible();
  await expect(told).toContainText("10 bars");
  await chart.focus();
  await chart.press("Escape");
  await expect(page.locator(".marked")).toBeHidden();
  await expect(discuss).toHaveText("Discuss");
  await chart.press("Shift+ArrowLeft");
  await expect(told).toContainText("2 bars");
  await chart.press("Shift+ArrowLeft");
  await expect(told).toContainText("3 bars, 1,008.00 to 1,010.00");
  await page.getByRole("button", { name: "Select a span" }).click();
  await expect(page.getByText("Press the bar in which it begins, or drag from there to where it ends.")).toBeVisible();
  await chart.click({ position: { x: width * 0.4, y: height / 2 } });
  await expect(page.getByText(/Press the bar in which it ends\.$/)).toBeVisible();
  await chart.click({ position: { x: width * 0.6, y: height / 2 } });
  await expect(told).toContainText(/ [2-8] bars, /);
  await expect(page.getByRole("button", { name: "Select a span" })).toHaveAttribute("aria-pressed", "false");
  await page.getByRole("link", { name: "Back to now" }).click();
  await expect(page.getByRole("link", { name: "Back to now" })).toHaveCount(0);
});
