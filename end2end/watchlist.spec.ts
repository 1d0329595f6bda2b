// A list in the ticker's panel and on its page: chosen, filled, put in order, sorted, and changed by several at once.
import type { Locator } from "@playwright/test";
import { accessibleDayAndNight } from "./support/axe";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

const choice = (who: Person) => who.ticker.getByLabel("List", { exact: true });
const symbols = (who: Person) => who.prices.getByRole("rowheader").getByRole("link");
const row = (who: Person, symbol: string) => who.prices.filter({ has: who.page.getByRole("link", { name: symbol, exact: true }) });
/** The head of a column, which shows an arrow when it is sorted by. */
const head = (who: Person, name: string) => who.ticker.getByRole("columnheader", { name: new RegExp(`^${name}( [↑↓])?$`) });
const told = (who: Person) => who.ticker.locator("[aria-live=polite]");
/** What says that a symbol was taken off, with the way to have it back. */
const removed = (who: Person, symbol: string) => who.ticker.getByRole("status").filter({ hasText: `Removed ${symbol}.` });

/** Makes a list, of oneself or the team, with these symbols on it. */
async function make(who: Person, name: string, entries: string[], team = false) {
  const post = async (path: string, form: Record<string, string>) => {
    const answer = await who.page.request.post(`${who.url}/do/${path}`, { form, headers: { Origin: who.url } });
    expect(answer.status(), await answer.text()).toBe(200);
  };
  await post("make_list", { name, team: `${team}` });
  const seen = await who.page.request.post(`${who.url}/do/watchlists`, { data: {}, headers: { Origin: who.url } });
  const list = (await seen.json()).lists.find((list: { name: string }) => list.name === name).id;
  for (const symbol of entries) await post("add_to_list", { list, symbol });
  return list as number;
}

/** Shows a list on the page `/ticker`. */
async function show(who: Person, name: string) {
  await who.open("/ticker");
  await choice(who).selectOption(name);
  await expect(who.ticker.getByRole("table", { name, exact: true })).toBeVisible();
}

test("a list is chosen, and the next page is rendered with it", async ({ ines }) => {
  await make(ines, "Majors", ["demo:ETH-USD", "lab:NEW", "demo:BTC-USD"]);
  await ines.open("/");
  const all = await symbols(ines).allTextContents();
  expect(all.length).toBeGreaterThan(3);
  await choice(ines).selectOption("Majors");
  await expect(symbols(ines)).toHaveText(["ETH-USD", "NEW", "BTC-USD"]);
  await expect(row(ines, "ETH-USD").locator("[data-c=last]")).toHaveText(/^[\d,.]+$/);
  // Before any script runs.
  const page = await (await ines.page.request.get(`${ines.url}/ticker`)).text();
  const rendered = [...page.split("<tbody")[1].split("</tbody")[0].matchAll(/data-symbol="([^"]+)"/g)].map(([, symbol]) => symbol);
  expect(rendered).toEqual(["ETH-USD", "NEW", "BTC-USD"]);
  await ines.page.reload();
  await expect(choice(ines)).toHaveValue(/\d+/);
  await expect(symbols(ines)).toHaveText(["ETH-USD", "NEW", "BTC-USD"]);
  await choice(ines).selectOption("All");
  await expect(symbols(ines)).toHaveText(all);
});

test("of a list that one may not see everything is shown", async ({ ines, tomasz }) => {
  const list = await make(ines, "Mine", ["lab:SECRET"]);
  await tomasz.context.addCookies([{ name: "squawkbox_list", value: `${list}`, url: tomasz.url }]);
  await tomasz.open("/ticker");
  await expect(row(tomasz, "BTC-USD")).toBeVisible();
  await expect(choice(tomasz)).toHaveValue("");
  await expect(tomasz.page.getByText("SECRET")).toHaveCount(0);
});

test("symbols are added where one looks, by what is offered or as one writes them, and taken off", async ({ ines }) => {
  await make(ines, "Majors", ["demo:BTC-USD"]);
  await show(ines, "Majors");
  await ines.ticker.getByRole("button", { name: "Change the list" }).click();
  const field = ines.ticker.getByRole("combobox", { name: "Add a symbol" });
  await expect(field).toBeFocused();
  await field.pressSequentially("eth");
  const offered = ines.ticker.getByRole("option", { name: /ETH-USD/ }).first();
  await expect(offered).toBeVisible();
  await accessibleDayAndNight(ines.page, "a list that is being filled");
  await field.press("ArrowDown");
  await expect(offered).toHaveAttribute("aria-selected", "true");
  await field.press("Enter");
  await expect(symbols(ines)).toHaveText(["BTC-USD", "ETH-USD"]);
  await expect(field).toHaveValue("");
  await expect(told(ines)).toHaveText(/ETH-USD added/i);
  await field.fill("lab:ABC");
  await field.press("Enter");
  await expect(symbols(ines)).toHaveText(["BTC-USD", "ETH-USD", "ABC"]);
  ines.watch.expect(/status 400|status of 400/);
  await field.fill("NOWHERE-KNOWN");
  await ines.ticker.getByRole("button", { name: "Add", exact: true }).click();
  await expect(ines.ticker.getByRole("alert")).toContainText("coinbase:NOWHERE-KNOWN");
  await expect(field).toHaveValue("NOWHERE-KNOWN");
  await field.press("Escape");
  await expect(field).toBeHidden();
  await expect(ines.ticker.getByRole("button", { name: "Change the list" })).toBeFocused();

  await row(ines, "ETH-USD").hover();
  await row(ines, "ETH-USD").getByRole("button", { name: "Remove ETH-USD" }).click();
  await expect(symbols(ines)).toHaveText(["BTC-USD", "ABC"]);
  await row(ines, "BTC-USD").getByRole("link").focus();
  await ines.page.keyboard.press("Delete");
  await expect(symbols(ines)).toHaveText(["ABC"]);
  await expect(row(ines, "ABC").getByRole("link")).toBeFocused();
  await expect(removed(ines, "BTC-USD")).toBeVisible();
  await ines.page.keyboard.press("Delete");
  await expect(ines.ticker.getByText("Nothing is on this list yet.")).toBeVisible();
  await ines.page.reload();
  await expect(ines.ticker.getByText("Nothing is on this list yet.")).toBeVisible();
});

test("what was taken off a list comes back to its place", async ({ ines }) => {
  await make(ines, "Majors", ["lab:A", "lab:B", "lab:C"]);
  await show(ines, "Majors");
  const { keyboard } = ines.page;
  await row(ines, "B").hover();
  await row(ines, "B").getByRole("button", { name: "Remove B" }).click();
  await expect(symbols(ines)).toHaveText(["A", "C"]);
  await accessibleDayAndNight(ines.page, "a list from which something was taken");
  await removed(ines, "B").getByRole("button", { name: "Undo" }).click();
  await expect(symbols(ines)).toHaveText(["A", "B", "C"]);
  await expect(row(ines, "B").getByRole("link")).toBeFocused();
  await expect(removed(ines, "B")).toHaveCount(0);
  await expect(told(ines)).toHaveText("B is back, place 2 of 3");
  // By keyboard, in two ways.
  await keyboard.press("Delete");
  await removed(ines, "B").getByRole("button", { name: "Undo" }).press("Enter");
  await expect(symbols(ines)).toHaveText(["A", "B", "C"]);
  await expect(row(ines, "B").getByRole("link")).toBeFocused();
  await keyboard.press("Delete");
  await expect(symbols(ines)).toHaveText(["A", "C"]);
  await keyboard.press("ControlOrMeta+z");
  await expect(symbols(ines)).toHaveText(["A", "B", "C"]);
  await ines.page.reload();
  await expect(symbols(ines)).toHaveText(["A", "B", "C"]);
  // The next change is what could be undone, and nothing undoes it.
  await row(ines, "A").getByRole("link").focus();
  await keyboard.press("Delete");
  await expect(removed(ines, "A")).toBeVisible();
  await keyboard.press("Shift+ArrowDown");
  await expect(symbols(ines)).toHaveText(["C", "B"]);
  await expect(removed(ines, "A")).toHaveCount(0);
});

test("a list is put in order by keyboard and by dragging", async ({ ines }) => {
  await make(ines, "Majors", ["lab:A", "lab:B", "lab:C", "lab:D"]);
  await show(ines, "Majors");
  const { keyboard, mouse } = ines.page;
  await ines.ticker.getByRole("group", { name: "Prices" }).focus();
  await keyboard.press("ArrowDown");
  await expect(row(ines, "A").getByRole("link")).toBeFocused();
  await keyboard.press("Shift+ArrowDown");
  await keyboard.press("Shift+ArrowDown");
  await expect(symbols(ines)).toHaveText(["B", "C", "A", "D"]);
  await expect(row(ines, "A").getByRole("link")).toBeFocused();
  await expect(told(ines)).toHaveText("A, place 3 of 4");
  await keyboard.press("End");
  await expect(row(ines, "D").getByRole("link")).toBeFocused();
  await keyboard.press("Shift+ArrowUp");
  await expect(symbols(ines)).toHaveText(["B", "C", "D", "A"]);
  await keyboard.press("Home");
  await expect(row(ines, "B").getByRole("link")).toBeFocused();

  const middle = async (of: Locator) => {
    const { x, y, width, height } = (await of.boundingBox())!;
    return [x + width / 2, y + height / 2] as const;
  };
  const drag = async (symbol: string, to: string) => {
    await row(ines, symbol).hover();
    await mouse.move(...(await middle(row(ines, symbol).getByTitle("Drag to move"))));
    await mouse.down();
    await mouse.move(...(await middle(row(ines, to))), { steps: 5 });
  };
  await drag("A", "B");
  await mouse.up();
  await expect(symbols(ines)).toHaveText(["A", "B", "C", "D"]);
  await drag("B", "D");
  await mouse.up();
  await expect(symbols(ines)).toHaveText(["A", "C", "D", "B"]);
  await expect(told(ines)).toHaveText("B, place 4 of 4");
  await drag("A", "D");
  await keyboard.press("Escape");
  await mouse.up();
  await expect(symbols(ines)).toHaveText(["A", "C", "D", "B"]);
  await ines.page.reload();
  await expect(symbols(ines)).toHaveText(["A", "C", "D", "B"]);
});

test("columns are chosen and sorted by", async ({ ines, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const post = async (symbol: string, last: string, more = {}) => {
    const answer = await request.post(`${server.url}/ingest/ticks`, { headers, data: { symbol, venue: "lab", last, ...more } });
    expect(answer.status(), await answer.text()).toBe(200);
  };
  await post("A", "9.5", { bid: "9.4", ask: "9.60" });
  await post("B", "100");
  await post("C", "20", { bid: "19", ask: "21", volume: "12345.5" });
  await make(ines, "Lab", ["lab:A", "lab:NONE", "lab:B", "lab:C"]);
  await show(ines, "Lab");
  await ines.ticker.locator("summary", { hasText: "Columns" }).click();
  for (const name of ["Bid", "Ask", "Spread", "Day's range", "Volume"]) await ines.ticker.getByLabel(name, { exact: true }).check();
  await ines.ticker.getByLabel("Change", { exact: true }).uncheck();
  await expect(head(ines, "Spread")).toBeVisible();
  await expect(head(ines, "Change")).toHaveCount(0);
  await ines.page.keyboard.press("Escape");
  await expect(ines.ticker.getByLabel("Bid", { exact: true })).toBeHidden();
  const figure = (symbol: string, column: string) => row(ines, symbol).locator(`[data-c=${column}]`);
  await expect(figure("A", "spread")).toHaveText("0.20");
  await expect(figure("C", "volume")).toHaveText("12,345.5");
  await post("A", "9.7", { bid: "9.6", ask: "9.75" });
  await expect(figure("A", "last")).toHaveText("9.7");
  await expect(figure("A", "spread")).toHaveText("0.15");
  await expect(figure("A", "range")).toHaveText("9.5 – 9.7");
  await expect(figure("NONE", "last")).toHaveText("–");
  await accessibleDayAndNight(ines.page, "a list on its page");

  const sort = (name: string) => head(ines, name).getByRole("button").click();
  await sort("Last");
  await expect(head(ines, "Last")).toHaveAttribute("aria-sort", "ascending");
  await expect(symbols(ines)).toHaveText(["A", "C", "B", "NONE"]);
  await sort("Last");
  await expect(head(ines, "Last")).toHaveAttribute("aria-sort", "descending");
  await expect(symbols(ines)).toHaveText(["B", "C", "A", "NONE"]);
  // It follows the prices, unless somebody points at the rows.
  await ines.page.mouse.move(5, 5);
  await post("A", "1000");
  await expect(symbols(ines)).toHaveText(["A", "B", "C", "NONE"]);
  await sort("Last");
  await expect(head(ines, "Last")).not.toHaveAttribute("aria-sort");
  await expect(symbols(ines)).toHaveText(["A", "NONE", "B", "C"]);

  await ines.page.reload();
  await expect(head(ines, "Volume")).toBeVisible();
  // In a narrow panel what it has room for.
  await ines.page.setViewportSize({ width: 390, height: 844 });
  await expect(figure("A", "last")).toBeVisible();
  await expect(figure("A", "volume")).toBeHidden();
  expect(await ines.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await accessibleDayAndNight(ines.page, "a list on a phone");
});

test("no price is cut, however long, and what lies beyond the edge shows that it does", async ({ ines, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  for (const [symbol, last, bid] of [["TINY", "0.00001234500", "0.00001234400"], ["HUGE", "123456789012345.123456789", "123456789012345.1"]]) {
    const answer = await request.post(`${server.url}/ingest/ticks`, { headers, data: { symbol, venue: "lab", last, bid, ask: last } });
    expect(answer.status(), await answer.text()).toBe(200);
  }
  await make(ines, "Long", ["lab:TINY", "lab:HUGE", "demo:BTC-USD"]);
  await show(ines, "Long");
  const cell = (symbol: string) => row(ines, symbol).locator("[data-c=last]");
  const cut = () => ines.prices.locator("[data-c]:not([data-c=spark])").evaluateAll((cells) => cells.filter((cell) => cell.checkVisibility() && cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent));
  for (const [path, sizes] of [["/ticker", [[1440, 900], [1920, 1080], [1280, 900], [390, 844]]], ["/", [[1440, 900]]]] as const) {
    await ines.open(path);
    for (const [width, height] of sizes) {
      await ines.page.setViewportSize({ width, height });
      await expect(cell("TINY")).toHaveText("0.00001234500");
      await expect(cell("HUGE")).toHaveAttribute("title", "123,456,789,012,345.123456789");
      await expect.poll(cut, `${path} at ${width}`).toEqual([]);
    }
  }

  await ines.page.setViewportSize({ width: 1280, height: 900 });
  await ines.open("/ticker");
  await ines.ticker.locator("summary", { hasText: "Columns" }).click();
  for (const box of await ines.ticker.locator(".columns input").all()) await box.check();
  await ines.page.keyboard.press("Escape");
  await expect(head(ines, "Volume")).toBeVisible();
  const watch = ines.ticker.getByRole("group", { name: "Prices" });
  await expect(watch).toHaveClass(/more-behind/);
  await watch.evaluate((all) => all.scrollTo({ left: all.scrollWidth }));
  await expect(watch).toHaveClass(/more-before/);
  await expect(watch).not.toHaveClass(/more-behind/);
  await expect.poll(cut).toEqual([]);
  // What one does with a row lies over no figure.
  await row(ines, "TINY").hover();
  const grip = (await row(ines, "TINY").getByTitle("Drag to move").boundingBox())!;
  const last = (await row(ines, "TINY").locator("td[data-c]").last().boundingBox())!;
  expect(last.x + last.width).toBeLessThanOrEqual(grip.x);

  // On a phone the list's page lies within its edges.
  await ines.page.setViewportSize({ width: 390, height: 844 });
  await ines.open("/ticker/lists");
  await expect(ines.page.getByRole("button", { name: "Remove HUGE" })).toBeInViewport({ ratio: 1 });
  await expect(ines.page.getByRole("button", { name: "Move up BTC-USD" })).toBeVisible();
  expect(await ines.page.locator(".wide").evaluate((wide) => wide.scrollWidth - wide.clientWidth)).toBeLessThanOrEqual(1);
});

test("everybody who looks at a team's list sees it change", async ({ ines, tomasz }) => {
  await make(ines, "Desk", ["lab:A", "lab:B"], true);
  await show(ines, "Desk");
  await show(tomasz, "Desk");
  await row(tomasz, "A").getByRole("link").focus();
  await tomasz.page.keyboard.press("Shift+ArrowDown");
  await expect(symbols(ines)).toHaveText(["B", "A"]);
  await ines.ticker.getByRole("button", { name: "Change the list" }).click();
  await ines.ticker.getByRole("combobox", { name: "Add a symbol" }).fill("lab:C");
  await ines.page.keyboard.press("Enter");
  await expect(symbols(tomasz)).toHaveText(["B", "A", "C"]);
  await tomasz.page.keyboard.press("Delete");
  await expect(symbols(ines)).toHaveText(["B", "C"]);
  // A list that comes is there to choose; of one that goes everything is shown instead.
  const list = await make(ines, "Later", [], true);
  await expect(choice(tomasz).getByRole("option", { name: "Later" })).toBeAttached();
  await choice(tomasz).selectOption("Later");
  await expect(tomasz.ticker.getByText("Nothing is on this list yet.")).toBeVisible();
  const gone = await ines.page.request.post(`${ines.url}/do/delete_list`, { form: { list }, headers: { Origin: ines.url } });
  expect(gone.status()).toBe(200);
  await expect(choice(tomasz)).toHaveValue("");
  await expect(row(tomasz, "BTC-USD")).toBeVisible();
});

test("of a long list the rows in sight are there, and the others as one comes to them", async ({ ines }) => {
  const list = await make(ines, "Long", []);
  const text = Array.from({ length: 400 }, (_, i) => `lab:S${i}`).join("\n");
  const headers = { Origin: ines.url };
  const answer = await ines.page.request.post(`${ines.url}/do/import_list`, { form: { list, text }, headers });
  expect(answer.status()).toBe(200);
  await show(ines, "Long");
  await expect(row(ines, "S0")).toBeVisible();
  await expect.poll(() => ines.prices.count()).toBeLessThan(60);
  const { keyboard } = ines.page;
  await ines.ticker.getByRole("group", { name: "Prices" }).focus();
  await keyboard.press("End");
  await expect(row(ines, "S399").getByRole("link")).toBeFocused();
  await expect(row(ines, "S399")).toBeInViewport({ ratio: 1 });
  await expect(row(ines, "S0")).toHaveCount(0);
  await expect(row(ines, "S399")).toHaveAttribute("aria-rowindex", "401");
  await keyboard.press("Shift+ArrowUp");
  await expect(row(ines, "S399").getByRole("link")).toBeFocused();
  await keyboard.press("Delete");
  await expect(row(ines, "S398").getByRole("link")).toBeFocused();
  await keyboard.press("Home");
  await expect(row(ines, "S0").getByRole("link")).toBeFocused();
  await expect(row(ines, "S0")).toBeInViewport({ ratio: 1 });
  await ines.ticker.locator(".watch").hover();
  await ines.page.mouse.wheel(0, 4000);
  await expect(row(ines, "S0")).toHaveCount(0);
  await expect.poll(() => ines.prices.count()).toBeLessThan(60);
});
