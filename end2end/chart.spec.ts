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

test("what isn't there is said", async ({ ines }) => {
  ines.watch.expect(/40[04]/);
  await ines.open("/ticker/chart?symbol=NOTHING&venue=lab");
  await expect(ines.page.getByText(/There are no bars of NOTHING/)).toBeVisible();
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
  await accessibleDayAndNight(ines.page, "two symbols on one chart");
  await ines.page.getByRole("link", { name: "5 min", exact: true }).click();
  await expect(ines.page.getByRole("columnheader", { name: "RIGHT close" })).toBeVisible();
  await field.fill("lab:NEVER");
  await field.press("Enter");
  await expect(ines.page.getByRole("alert")).toContainText("NEVER");
  await ines.page.getByRole("link", { name: "Compare no more" }).click();
  await expect(ines.page.getByRole("columnheader", { name: /close$/ })).toHaveCount(0);
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
  await expect(page.getByText("Press the bar in which it begins.")).toBeVisible();
  await chart.click({ position: { x: width * 0.4, y: height / 2 } });
  await expect(page.getByText(/Press the bar in which it ends\.$/)).toBeVisible();
  await chart.click({ position: { x: width * 0.6, y: height / 2 } });
  await expect(told).toContainText(/ [2-8] bars, /);
  await expect(page.getByRole("button", { name: "Select a span" })).toHaveAttribute("aria-pressed", "false");
  await page.getByRole("link", { name: "Back to now" }).click();
  await expect(page.getByRole("link", { name: "Back to now" })).toHaveCount(0);
});
