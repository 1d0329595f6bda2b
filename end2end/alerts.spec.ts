// Alerts: made by the form, with what they would have said; a message that goes on, is acknowledged, and is over.
import type { APIRequestContext, Locator } from "@playwright/test";
import { accessible, accessibleDayAndNight } from "./support/axe";
import type { Person } from "./support/person";
import type { Server } from "./support/server";
import { expect, test } from "./support/test";

const poster = (server: Server, request: APIRequestContext) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  return async (path: string, data: object) => {
    const answer = await request.post(server.url + path, { headers, data });
    expect(answer.status(), await answer.text()).toBe(200);
  };
};

const alerts = (who: Person): Locator => who.messages.locator(".msg").filter({ hasText: "Alerts" });
const mark = (who: Person): Locator => alerts(who).locator(".alert-mark");
const preview = (who: Person): Locator => who.page.getByRole("region", { name: "The last 24 hours" });

async function make(who: Person) {
  await who.page.getByRole("button", { name: "Make alert" }).click();
  await expect(who.page.getByText("It is watched from now on.")).toBeVisible();
}

test("a price crosses: said, acknowledged for everybody, gone on with, and over", async ({ ines, tomasz, server, request }) => {
  test.slow();
  const post = poster(server, request);
  const tick = (last: string) => post("/ingest/ticks", { symbol: "ACME", venue: "lab", last });
  const hour = 3_600_000;
  for (const [i, last] of ["99", "101", "98"].entries()) {
    const time = new Date(Date.now() - 3 * hour + (i * hour) / 2).toISOString();
    await post("/ingest/ticks", { symbol: "ACME", venue: "lab", last, time });
  }
  await tick("99");

  // From the symbol's page to the form, which knows the symbol.
  await ines.page.goto(`${server.url}/ticker/chart?symbol=ACME&venue=lab`);
  await ines.page.getByRole("link", { name: "Alert on this" }).click();
  await expect(ines.page.getByLabel("Symbol")).toHaveValue("lab:ACME");
  await expect(ines.page.getByLabel("Which lines")).toBeHidden();
  const value = ines.page.getByLabel("Value", { exact: true });
  await value.fill("1,5");
  await expect(preview(ines)).toContainText("1,5 can be read in two ways");
  await value.fill("50");
  await expect(preview(ines)).toContainText("ACME is 99 now, which is above 50 already");
  await value.fill("0.1k");
  await expect(preview(ines)).toContainText("It would have fired once in the last 24 hours");
  await ines.page.getByLabel("Calls").fill("@tomasz");
  await accessibleDayAndNight(ines.page, "the form of an alert");
  await make(ines);
  await accessibleDayAndNight(ines.page, "the list of alerts");
  await ines.page.goto(`${server.url}/ticker/chart?symbol=ACME&venue=lab`);
  await expect(ines.page.locator("#chart .plot canvas").first()).toBeVisible();
  await ines.open("/");
  await ines.arrive();

  await tick("100.50");
  for (const who of [ines, tomasz]) {
    await expect(alerts(who)).toHaveCount(1);
    await expect(alerts(who)).toContainText("Firing: ACME crosses above 100");
    await expect(mark(who)).toHaveText("Firing");
    await expect(mark(who).locator("svg")).toBeVisible();
    await expect(alerts(who).locator(".mention")).toHaveText("@tomasz");
  }
  await accessible(tomasz.page, "a room with an alert");
  await alerts(tomasz).getByRole("button", { name: "Acknowledge" }).click();
  for (const who of [ines, tomasz]) {
    await expect(alerts(who)).toContainText("acknowledged by tomasz");
    await expect(alerts(who).getByRole("button", { name: "Acknowledge" })).toHaveCount(0);
    await expect(mark(who)).toHaveText("Acknowledged");
  }
  await expect(alerts(ines).getByRole("link", { name: "Open" })).toHaveAttribute("href", /^\/ticker\/chart\?symbol=ACME&venue=lab&before=/);
  await tick("104");
  await expect(alerts(ines)).toContainText("farthest 104", { timeout: 15_000 });
  await tick("97");
  await expect(alerts(ines)).toContainText("Resolved: ACME", { timeout: 15_000 });
  await expect(mark(ines)).toHaveText("Resolved");
  await accessibleDayAndNight(ines.page, "a room with an alert that is over");
  await expect(alerts(ines)).toHaveCount(1);
  await expect(ines.messages.getByText("edited")).toHaveCount(0);
});

test("lines come: an alert from one of them is one message, and is over", async ({ ines, server, request }) => {
  test.slow();
  const post = poster(server, request);
  const lines = (count: number) =>
    post("/ingest/logs", Array.from({ length: count }, (_, i) => ({ source: "gateway", level: "error", message: `upstream timed out after ${900 + i} ms` })));
  await lines(3);
  await ines.page.goto(`${server.url}/logs/search?q=${encodeURIComponent("source:gateway")}`);
  const row = ines.page.locator(".found-line").first();
  await row.locator(".text").click();
  await row.getByRole("link", { name: "Alert on this" }).click();
  await expect(ines.page.getByLabel("Which lines")).toHaveValue(/source:gateway level>=error .*upstream timed out after/);
  await expect(ines.page.getByLabel("Value", { exact: true })).toHaveValue("10");
  await expect(ines.page.getByLabel("Within", { exact: true })).toHaveValue("5m");
  await expect(ines.page.getByLabel("Symbol")).toBeHidden();
  await ines.page.getByLabel("Value", { exact: true }).fill("2");
  await ines.page.getByLabel("Within", { exact: true }).fill("10s");
  await expect(preview(ines)).toContainText("It would have fired once in the last 24 hours");
  await ines.page.getByText("Name, words, hours, webhook").click();
  await ines.page.getByLabel("Name", { exact: true }).fill("Timeouts");
  await accessible(ines.page, "the whole form of an alert");
  // What is wrong is said, with everything as it was.
  await ines.page.getByLabel("Cool-down").fill("2 weeks");
  await ines.page.getByRole("button", { name: "Make alert" }).click();
  await expect(ines.page.getByRole("alert")).toContainText("The cool-down is 0s to 1d");
  await expect(ines.page.getByLabel("Name", { exact: true })).toHaveValue("Timeouts");
  await ines.page.getByLabel("Cool-down").fill("1m");
  await make(ines);
  await ines.open("/");
  await ines.arrive();

  await lines(400);
  await expect(alerts(ines)).toContainText("Firing: Timeouts");
  await lines(100);
  await expect(alerts(ines)).toContainText("500 in all", { timeout: 15_000 });
  await alerts(ines).getByRole("button", { name: "Acknowledge" }).click();
  await expect(alerts(ines)).toContainText("acknowledged by ines");
  await expect(alerts(ines)).toContainText("Resolved: Timeouts", { timeout: 30_000 });
  await expect(alerts(ines)).toHaveCount(1);
  await alerts(ines).getByRole("link", { name: "Open" }).click();
  await expect(ines.page.getByRole("heading", { name: "Search logs" })).toBeVisible();
  await expect(ines.page.locator("#counted")).toContainText(/50[0-3] lines/);
});

test("a command makes one; it is put off, switched off and deleted", async ({ ines, server, request }) => {
  const post = poster(server, request);
  await post("/ingest/ticks", { symbol: "ACME", venue: "lab", last: "99" });
  await ines.composer.fill("/alert lab:ACME > 100");
  await ines.composer.press("Enter");
  await expect(ines.page.getByText(/This room is told: ACME crosses above 100/)).toBeVisible();
  await post("/ingest/ticks", { symbol: "ACME", venue: "lab", last: "101" });
  await alerts(ines).getByRole("button", { name: "Snooze 4 h" }).click();
  await expect(alerts(ines)).toContainText("snoozed by ines until");
  await expect(mark(ines)).toHaveText("Snoozed");
  await accessibleDayAndNight(ines.page, "a room with an alert that is put off");
  await alerts(ines).getByRole("button", { name: "Wake up" }).click();
  await expect(mark(ines)).toHaveText("Firing");
  await alerts(ines).getByRole("button", { name: "Snooze 4 h" }).click();
  await expect(mark(ines)).toHaveText("Snoozed");
  const row = ines.page.getByRole("listitem").filter({ hasText: "ACME crosses above 100" });
  await ines.open("/alerts");
  await expect(row).toContainText("snoozed until");
  await ines.page.getByRole("button", { name: "Wake up ACME crosses above 100" }).click();
  await expect(ines.page.getByText("It speaks again.")).toBeVisible();
  await expect(row).toContainText("firing");
  await ines.page.getByRole("button", { name: /^Switch off / }).click();
  await expect(ines.page.getByRole("listitem").filter({ hasText: "ACME crosses above 100" })).toContainText("off");
  await ines.page.getByText("Delete", { exact: true }).click();
  await ines.page.getByRole("button", { name: "Delete it for everybody" }).click();
  await expect(ines.page.getByText("The alert is deleted. What it said stays.")).toBeVisible();
  await expect(ines.page.getByText("No alert yet.")).toBeVisible();
});

test("a webhook's secret is made anew from the form, and shown there", async ({ ines }) => {
  const { page } = ines;
  await ines.open("/alerts/new?test=more&query=timeout&value=5&within=5m&shape=json&url=https://example.com/hook");
  await make(ines);
  await page.getByRole("link", { name: /^Edit / }).click();
  const secret = page.locator("code.secret");
  const old = (await secret.textContent())!;
  expect(old).toMatch(/^sbxwh_/);
  await accessible(page, "the form of an alert with a webhook");
  await page.getByRole("button", { name: "Make a new secret" }).click();
  await expect(page.getByText("The webhook's secret is a new one. The old one signs nothing any more.")).toBeVisible();
  await expect(secret).toHaveText(/^sbxwh_/);
  await expect(secret).not.toHaveText(old);
});

test("a form that is refused keeps the webhook's address, and a name that nobody gave follows the rule", async ({ ines }) => {
  const { page } = ines;
  await ines.open("/alerts/new?test=more&query=timeout&value=5&within=5m&shape=json&url=https://example.com/hook");
  await page.getByLabel("Words").fill("{nonsense}");
  await page.getByRole("button", { name: "Make alert" }).click();
  await expect(page.getByRole("alert")).toContainText("The words know no {nonsense}");
  await expect(page.getByLabel("Its address")).toHaveValue("https://example.com/hook");
  expect(page.url()).not.toContain("example.com");
  await page.getByLabel("Words").fill("");
  await page.getByLabel("Calls").fill("@nobody");
  await page.getByRole("button", { name: "Make alert" }).click();
  await expect(page.getByRole("alert")).toContainText("@nobody is nobody in that room");
  await page.getByLabel("Calls").fill("@ines");
  await make(ines);
  const row = page.getByRole("listitem").filter({ hasText: "more than 5 lines within 5 min: timeout" });
  await expect(row).toContainText("calls @ines · cool-down 5 min · webhook: JSON");
  await row.getByRole("link", { name: /^Edit / }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("");
  await page.getByLabel("Value", { exact: true }).fill("1k");
  await page.getByRole("button", { name: "Change alert" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "more than 1,000 lines within 5 min: timeout" })).toBeVisible();
});

test("on a phone the form and the list fit, and what stands side by side is as high", async ({ person, ines, server, request }) => {
  const tomasz = await person("tomasz", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await tomasz.follow(ines);
  await poster(server, request)("/ingest/ticks", { symbol: "ACME", venue: "lab", last: "99" });
  const { page } = tomasz;
  await page.goto(`${server.url}/alerts/new?test=above&symbol=lab:ACME&value=100&days=mon&cooldown=5m`);
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  expect(await fits()).toBe(true);
  const lefts = await page.locator("fieldset.choices .choice").evaluateAll((days) => days.map((day) => Math.round(day.getBoundingClientRect().left)));
  // In columns: the first of each row stands below the first of all.
  expect(lefts).toHaveLength(7);
  expect(new Set(lefts).size).toBeLessThan(7);
  expect(lefts.filter((left) => left === lefts[0]).length).toBeGreaterThan(1);
  const heights = await page.locator("form.alert :is(.field input, .field select)").evaluateAll((fields) =>
    fields.map((field) => field.getBoundingClientRect().height).filter((height) => height > 0).map(Math.round),
  );
  expect(new Set(heights).size).toBe(1);
  await accessible(page, "the form of an alert on a phone");
  await make(tomasz);
  expect(await fits()).toBe(true);
  await accessible(page, "the list of alerts on a phone");
});
