// Lists of symbols: one's own and the team's.
import { accessibleDayAndNight } from "./support/axe";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

const symbols = (who: Person) => who.page.getByRole("rowheader").getByRole("link");
const add = async (who: Person, text: string) => {
  await who.page.getByLabel("Add", { exact: true }).fill(text);
  await who.page.getByRole("button", { name: "Add symbol" }).click();
};

test("a list is made, filled, put in order, and shared with the team", async ({ ines, tomasz }) => {
  await ines.open("/ticker");
  await ines.ticker.getByRole("link", { name: "Lists" }).click();
  await expect(ines.page.getByText("No list yet.")).toBeVisible();
  await ines.page.getByLabel("Name").fill("Majors");
  await ines.page.getByLabel(/^The team's/).check();
  await ines.page.getByRole("button", { name: "Make list" }).click();
  await expect(ines.heading("Majors")).toBeVisible();
  for (const symbol of ["BTC-USD", "eth-usd", "lab:ABC"]) await add(ines, symbol);
  await expect(symbols(ines)).toHaveText(["BTC-USD", "ETH-USD", "ABC"]);
  await add(ines, "NOWHERE-KNOWN");
  const alert = ines.page.getByRole("alert");
  await expect(alert).toHaveText("No venue is known for NOWHERE-KNOWN: write it with its venue, such as coinbase:NOWHERE-KNOWN.");
  await ines.page.getByRole("button", { name: "Move up ABC" }).click();
  await expect(symbols(ines)).toHaveText(["BTC-USD", "ABC", "ETH-USD"]);
  await expect(ines.page.getByRole("row", { name: /BTC-USD/ })).toContainText(/[\d,.]+/);
  await accessibleDayAndNight(ines.page, "a list");

  await ines.page.locator("summary", { hasText: "Columns" }).click();
  await ines.page.getByLabel("Day's range").check();
  await ines.page.getByLabel("Change %").uncheck();
  await ines.page.getByRole("button", { name: "Show these columns" }).click();
  await expect(ines.page.getByRole("columnheader", { name: "Day's range" })).toBeVisible();
  await expect(ines.page.getByRole("columnheader", { name: "Change %" })).toHaveCount(0);

  await tomasz.open("/ticker/lists");
  await tomasz.page.getByRole("link", { name: "Majors (team)" }).click();
  await expect(symbols(tomasz)).toHaveText(["BTC-USD", "ABC", "ETH-USD"]);
  await tomasz.page.getByRole("button", { name: "Remove ABC" }).click();
  await expect(symbols(tomasz)).toHaveText(["BTC-USD", "ETH-USD"]);
  await tomasz.page.locator("summary", { hasText: "As text" }).click();
  await expect(tomasz.page.getByLabel(/^One VENUE:SYMBOL/)).toHaveValue(/^demo:BTC-USD\ndemo:ETH-USD\n?$/i);
  await tomasz.page.getByLabel(/^One VENUE:SYMBOL/).fill("# what we trade\nDEMO:AAPL\nDEMO:BTC-USD");
  await tomasz.page.getByRole("button", { name: "Make this the list" }).click();
  await expect(symbols(tomasz)).toHaveText(["AAPL", "BTC-USD"]);
  // As others' lists are written.
  await tomasz.page.locator("summary", { hasText: "As text" }).click();
  await tomasz.page.getByLabel(/^One VENUE:SYMBOL/).fill("###Stocks,NASDAQ:AAPL,###Rates,OANDA:EURNOK");
  await tomasz.page.getByRole("button", { name: "Make this the list" }).click();
  await expect(symbols(tomasz)).toHaveText(["AAPL"]);
  const told = tomasz.page.getByRole("status").filter({ hasText: "Taken: " });
  await expect(told).toContainText("Taken: NASDAQ:AAPL as demo:AAPL. Left out: OANDA:EURNOK can't be watched:");
  await tomasz.page.setViewportSize({ width: 390, height: 844 });
  expect(await tomasz.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
