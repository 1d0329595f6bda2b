// With a thumb on a small screen.
import type { Person } from "./support/person";
import { expect, test as base } from "./support/test";

const test = base.extend<{ onPhone: Person }>({
  onPhone: async ({ ines, person }, use) => {
    const tomasz = await person("tomasz", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await tomasz.follow(ines);
    await use(tomasz);
  },
});

const tabs = (who: Person) => who.page.getByRole("navigation", { name: "Pages" });

test("what is unread elsewhere shows on every page", async ({ ines, onPhone }) => {
  await tabs(onPhone).getByRole("link", { name: "Ticker" }).tap();
  await expect(onPhone.page).toHaveTitle(/^Ticker/);
  const rooms = tabs(onPhone).getByRole("link", { name: /^Rooms/ });
  await expect(rooms).toHaveAccessibleName("Rooms");
  await ines.say("nobody in particular");
  await expect(rooms).toHaveAccessibleName("Rooms unread");
  await ines.say("@tomasz, look");
  await expect(rooms).toHaveAccessibleName("Rooms 1 new");
  await expect(onPhone.page).toHaveTitle(/^\(1\) Ticker/);
  await rooms.tap();
  const main = onPhone.page.getByRole("main");
  await main.getByRole("link", { name: /^# desk.*1 by name/ }).tap();
  await onPhone.sees("@tomasz, look");
  await expect(rooms).toHaveAccessibleName("Rooms");
});

test("threads that call show among the rooms", async ({ ines, onPhone }) => {
  await onPhone.say("what about it?");
  await onPhone.page.goto(`${onPhone.url}/rooms`);
  const threads = onPhone.page.getByRole("main").getByRole("link", { name: /^Threads/ });
  await expect(threads).toHaveAccessibleName("Threads");
  await ines.page.goto(`${ines.url}/rooms/1?thread=1`);
  await ines.page.getByRole("textbox", { name: "Reply in thread" }).fill("this");
  await ines.page.getByRole("textbox", { name: "Reply in thread" }).press("Enter");
  await expect(threads).toHaveAccessibleName("Threads 1 new");
});

test("one goes anywhere, and does anything to a message, by tapping", async ({ ines, onPhone }) => {
  await onPhone.say("teh price");
  const article = onPhone.messages.getByRole("article").filter({ hasText: "teh price" });
  await article.getByRole("button", { name: /^Actions for the message by/ }).tap();
  await article.getByRole("button", { name: "React with eyes" }).tap();
  await expect(ines.page.getByRole("button", { name: /^👀 1/ })).toBeVisible();
  await article.getByRole("button", { name: /^Actions/ }).tap();
  await article.getByRole("button", { name: "Edit" }).tap();
  const field = onPhone.page.getByRole("textbox", { name: "Edit the message" });
  await field.fill("the price");
  await onPhone.page.getByRole("button", { name: "Save" }).tap();
  await ines.sees("the price");
  await ines.say("which one?");
  const asked = onPhone.messages.getByRole("article").filter({ hasText: "which one?" });
  await asked.getByRole("button", { name: /^Actions/ }).tap();
  await asked.getByRole("button", { name: "Reply", exact: true }).tap();
  await onPhone.composer.fill("this one");
  await onPhone.send.tap();
  await expect(ines.messages.getByRole("article").filter({ hasText: "this one" }).locator(".quote")).toContainText("which one?");

  await tabs(onPhone).getByRole("button", { name: "Go to" }).tap();
  const dialog = onPhone.page.getByRole("dialog", { name: "Go to" });
  await dialog.getByRole("combobox").fill("bookm");
  await dialog.getByRole("option", { name: "Bookmarks" }).tap();
  await expect(onPhone.heading("Bookmarks")).toBeVisible();
});

test("what a room is for stands below its name", async ({ ines, onPhone }) => {
  await ines.composer.fill("/topic Orders and limits, and who moves them when the market opens in the morning");
  await ines.composer.press("Enter");
  await expect(onPhone.page.getByText(/^Orders and limits/)).toBeInViewport();
  expect(await onPhone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test("Enter starts a line, and Send sends", async ({ ines, onPhone }) => {
  await onPhone.composer.fill("- one");
  await onPhone.composer.press("Enter");
  await onPhone.page.keyboard.type("- two");
  await expect(onPhone.composer).toHaveValue("- one\n- two");
  await onPhone.send.tap();
  await expect(ines.messages.getByRole("listitem").filter({ hasText: "two" })).toBeVisible();
});

test("one goes anywhere from a page beside the desk too", async ({ onPhone }) => {
  await onPhone.page.goto(`${onPhone.url}/you`);
  await onPhone.page.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Go to" }).tap();
  await onPhone.page.getByRole("combobox", { name: "Go to" }).fill("desk");
  await onPhone.page.getByRole("option", { name: /desk/ }).first().tap();
  await expect(onPhone.heading("# desk")).toBeVisible();
});

test("searching logs begins with the lines, and the rest is one press away", async ({ onPhone }) => {
  const { page } = onPhone;
  await page.goto(new URL("/logs/search?q=level>=info", page.url()).href);
  const more = page.getByText("More", { exact: true });
  const stretch = page.getByRole("link", { name: "15 min" });
  await expect(page.locator(".found-line").first()).toBeVisible();
  await expect(stretch).toBeHidden();
  const line = await page.locator(".found-line").first().boundingBox();
  expect(line!.y).toBeLessThan(700);
  await more.tap();
  await expect(stretch).toBeVisible();
  await expect(page.getByText("How to search")).toBeVisible();
  await stretch.tap();
  await expect(page).toHaveURL(/since/);
});
