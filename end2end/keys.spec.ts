// Everything is one key away: names, emoji and commands while one writes, the way to any room, the keys themselves.
import { mkdirSync } from "node:fs";
import type { Locator } from "@playwright/test";
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

/** What a field offers; the choice of a list of symbols is none. */
const options = (who: Person): Locator => who.page.locator(".options").getByRole("option");
const chosen = (who: Person): Locator => who.page.locator("[role=option][aria-selected=true]");
const dialog = (who: Person, name: string): Locator => who.page.getByRole("dialog", { name });
const composer = (who: Person): Locator => who.page.getByRole("textbox", { name: /^Message / });

/** A picture for whoever looks at them: PICTURES names the folder. */
async function picture(who: Person, name: string) {
  const folder = process.env.PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await who.page.screenshot({ path: `${folder}/${name}.png` });
}

test("a name is completed by keys, and by a click", async ({ ines, tomasz }) => {
  await ines.composer.pressSequentially("Ask @to");
  await expect(options(ines)).toHaveText([/tomasz/]);
  await expect(chosen(ines)).toContainText("tomasz");
  await expect(ines.composer).toHaveAttribute("aria-activedescendant", "option-0");
  await accessible(ines.page, "the composer with names");
  await picture(ines, "names");
  await ines.composer.press("Enter");
  await expect(ines.composer).toHaveValue("Ask @tomasz ");
  await expect(options(ines)).toHaveCount(0);
  await ines.composer.pressSequentially("or @");
  await expect(options(ines)).toHaveText([/tomasz/, /here/, /room/]);
  await ines.composer.press("ArrowDown");
  await expect(chosen(ines)).toContainText("here");
  await ines.composer.press("ArrowUp");
  await ines.composer.press("ArrowUp");
  await expect(chosen(ines)).toContainText("room");
  await ines.composer.press("Escape");
  await expect(options(ines)).toHaveCount(0);
  await expect(ines.composer).toHaveValue("Ask @tomasz or @");
  await ines.composer.pressSequentially("he");
  await options(ines).filter({ hasText: "here" }).click();
  await expect(ines.composer).toHaveValue("Ask @tomasz or @here ");
  await expect(ines.composer).toBeFocused();
  // What is written whole offers nothing, so that Enter sends.
  await ines.composer.fill("");
  await ines.composer.pressSequentially("@tomasz");
  await expect(options(ines)).toHaveCount(0);
  await ines.composer.press("Enter");
  await tomasz.sees("@tomasz");
});

test("an emoji is completed by its name in the middle of a text", async ({ ines }) => {
  await ines.composer.fill("Done  then");
  await ines.composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(5, 5));
  await ines.composer.pressSequentially(":tad");
  await expect(options(ines).first()).toHaveText(/🎉\s*:tada:/);
  await ines.composer.press("Tab");
  await expect(ines.composer).toHaveValue("Done 🎉  then");
  await ines.composer.pressSequentially("!");
  await expect(ines.composer).toHaveValue("Done 🎉 ! then");
});

test("an emoji is picked into the text, and under a message", async ({ ines, tomasz }) => {
  await ines.composer.fill("Up ");
  await ines.page.getByRole("button", { name: "Emoji" }).click();
  const search = dialog(ines, "Emoji").getByRole("combobox", { name: "Emoji" });
  await expect(search).toBeFocused();
  await expect(options(ines).first()).toHaveText("👍");
  await accessible(ines.page, "the emoji");
  await picture(ines, "emoji");
  await search.press("ArrowRight");
  await expect(chosen(ines)).toHaveText("❤️");
  await search.press("ArrowDown");
  await search.press("ArrowUp");
  await expect(chosen(ines)).toHaveText("❤️");
  await search.pressSequentially("rocket");
  await expect(options(ines)).toHaveText(["🚀"]);
  await search.press("Enter");
  await expect(dialog(ines, "Emoji")).toBeHidden();
  await expect(ines.composer).toHaveValue("Up 🚀");
  await expect(ines.composer).toBeFocused();
  await ines.composer.press("Enter");
  await tomasz.sees("Up 🚀");

  const article = tomasz.messages.getByRole("article").filter({ hasText: "Up 🚀" });
  await article.hover();
  await article.getByRole("button", { name: /^Actions for/ }).click();
  await tomasz.page.getByRole("button", { name: "More… emoji to react with" }).click();
  await dialog(tomasz, "Emoji").getByRole("combobox").pressSequentially("checkered");
  await tomasz.page.getByRole("option", { name: "🏁" }).click();
  await expect(ines.page.getByRole("button", { name: "🏁 1, by tomasz" })).toBeVisible();
  await expect(tomasz.composer).toHaveValue("");
});

test("commands are offered, run, and answered to their giver alone", async ({ ines, tomasz }) => {
  await ines.composer.pressSequentially("/to");
  await expect(options(ines)).toHaveText([/\/topic TEXT/]);
  await ines.composer.press("Enter");
  await ines.composer.pressSequentially("Open outcry");
  await ines.composer.press("Enter");
  await expect(ines.page.getByText("Everyone sees the new topic")).toBeVisible();
  await expect(tomasz.page.getByText("Everyone sees the new topic")).toBeHidden();
  for (const one of [ines, tomasz]) await expect(one.page.getByRole("main").getByText("Open outcry")).toBeVisible();
  await ines.composer.fill("/me waves");
  await ines.composer.press("Enter");
  await expect(tomasz.bodies.locator("em")).toHaveText("∗ ines waves");
  await expect(ines.page.getByText("Everyone sees the new topic")).toBeHidden();
  await expect(ines.bodies).toHaveCount(1);

  // A typing error is not said, and not lost.
  await ines.composer.fill("/tipoc Closed");
  await ines.composer.press("Enter");
  await expect(ines.page.getByRole("alert")).toContainText("There is no command /tipoc. /help lists them.");
  await expect(ines.page.getByRole("alert")).toContainText("//tipoc");
  await expect(ines.composer).toHaveValue("/tipoc Closed");
  await ines.composer.fill("//tipoc is what I typed");
  await ines.composer.press("Enter");
  await tomasz.sees("/tipoc is what I typed");
  await ines.composer.fill("/etc/hosts is fine");
  await ines.composer.press("Enter");
  await tomasz.sees("/etc/hosts is fine");
  await ines.composer.fill("/help");
  await ines.composer.press("Enter");
  await expect(ines.page.getByRole("main").getByText("/dm NAME TEXT")).toBeVisible();
  await accessible(ines.page, "what a command answered");
  await picture(ines, "help");
});

test("/dm opens the conversation, /invite brings in, /search finds", async ({ ines, tomasz }) => {
  await ines.composer.fill("/dm tomasz lunch?");
  await ines.composer.press("Enter");
  await expect(ines.heading("tomasz")).toBeVisible();
  await expect(ines.page.getByText("lunch?")).toBeVisible();
  const conversation = tomasz.rooms.getByRole("link", { name: /^ines/ });
  await expect(conversation).toContainText("1");
  await conversation.click();
  await expect(tomasz.page.getByText("lunch?")).toBeVisible();

  await ines.open("/rooms/new");
  await ines.page.getByLabel("Room name").fill("deals");
  await ines.page.getByLabel(/^Private/).check();
  await ines.page.getByRole("button", { name: "Create room" }).click();
  await expect(ines.heading("# deals")).toBeVisible();
  await composer(ines).fill("/invite @Tomasz");
  await composer(ines).press("Enter");
  await expect(ines.page.getByText("tomasz is in this room now.")).toBeVisible();
  await expect(tomasz.rooms.getByRole("link", { name: "# deals" })).toBeVisible();
  await composer(ines).fill("/search lunch");
  await composer(ines).press("Enter");
  await expect(ines.page).toHaveURL(/\/search\?q=lunch$/);
  await expect(ines.page.getByRole("link", { name: /lunch\?/ })).toBeVisible();
});

test("Ctrl K goes to rooms, people, pages and into what was said", async ({ ines, tomasz }) => {
  const go = async (words: string, keys = "Control+k") => {
    await ines.page.keyboard.press(keys);
    const field = dialog(ines, "Go to").getByRole("combobox", { name: "Go to" });
    await expect(field).toBeFocused();
    await field.pressSequentially(words);
    return field;
  };
  await ines.page.keyboard.press("Control+k");
  await expect(options(ines).filter({ hasText: "# desk" })).toBeVisible();
  await accessible(ines.page, "where one can go");
  await picture(ines, "jump");
  await ines.page.keyboard.press("Escape");
  await expect(dialog(ines, "Go to")).toBeHidden();

  let field = await go("toma");
  await expect(chosen(ines)).toContainText("tomasz");
  await field.press("Enter");
  await expect(ines.heading("tomasz")).toBeVisible();
  await ines.live();
  await expect(tomasz.rooms.getByRole("link", { name: /^ines/ })).toBeVisible();
  field = await go("desk");
  await expect(chosen(ines)).toContainText("# desk");
  await field.press("Enter");
  await ines.arrive();
  await expect(dialog(ines, "Go to")).toBeHidden();
  field = await go("new room");
  await expect(chosen(ines)).toHaveText("New room");
  await field.press("Enter");
  await expect(ines.page.getByRole("heading", { name: "New room" })).toBeVisible();
  await ines.open("/");
  field = await go("outcry");
  await expect(options(ines)).toHaveText([/Everything with “outcry”/, /Log lines with “outcry”/]);
  await field.press("Enter");
  await expect(ines.page).toHaveURL(/\/search\?q=outcry$/);
  await ines.open("/");
  await tomasz.open("/");
  await tomasz.say("limits moved at noon");
  field = await go("limits m", "Meta+k");
  await expect(chosen(ines)).toContainText("limits moved at noon");
  await field.press("Enter");
  await expect(ines.page).toHaveURL(/\/rooms\/1\?before=\d+#m1$/);
  await ines.sees("limits moved at noon");
  await ines.open("/");
  field = await go("account");
  await expect(chosen(ines)).toHaveText("Your account");
  await field.press("Enter");
  await expect(ines.page.getByRole("heading", { name: "You", exact: true })).toBeVisible();
  await ines.open("/");
  await ines.arrive();
  field = await go("sign out");
  await expect(chosen(ines)).toHaveText("Sign out");
  await field.press("Enter");
  await expect(ines.page).toHaveURL(/\/sign-in$/);
});

test("Alt and the arrows walk the rooms, with Shift the unread ones", async ({ ines, tomasz }) => {
  for (const name of ["alpha", "omega"]) {
    await ines.open("/rooms/new");
    await ines.page.getByLabel("Room name").fill(name);
    await ines.page.getByRole("button", { name: "Create room" }).click();
    await expect(ines.heading(`# ${name}`)).toBeVisible();
  }
  await tomasz.rooms.getByRole("link", { name: "# omega" }).click();
  await expect(tomasz.heading("# omega")).toBeVisible();
  await ines.open("/");
  await ines.arrive();
  await ines.composer.focus();
  await ines.page.keyboard.press("Alt+ArrowUp");
  await expect(ines.heading("# alpha")).toBeVisible();
  await ines.page.keyboard.press("Alt+ArrowDown");
  await expect(ines.heading("# desk")).toBeVisible();
  await ines.page.keyboard.press("Alt+ArrowUp");
  await expect(ines.heading("# alpha")).toBeVisible();
  await composer(tomasz).fill("over here");
  await composer(tomasz).press("Enter");
  await expect(ines.rooms.getByRole("link", { name: "# omega" })).toContainText("1");
  await ines.page.keyboard.press("Alt+Shift+ArrowDown");
  await expect(ines.heading("# omega")).toBeVisible();
  await expect(ines.page.getByText("over here")).toBeVisible();
});

test("a question mark shows the keys, outside of fields", async ({ ines }) => {
  await ines.composer.press("?");
  await expect(ines.composer).toHaveValue("?");
  await expect(dialog(ines, "Keys")).toBeHidden();
  await ines.messages.focus();
  await ines.page.keyboard.press("?");
  await expect(dialog(ines, "Keys").getByText("edit what you said last")).toBeVisible();
  await accessible(ines.page, "the keys");
  await picture(ines, "keys");
  await ines.page.keyboard.press("Escape");
  await expect(dialog(ines, "Keys")).toBeHidden();
  await expect(ines.messages).toBeFocused();
  await ines.open("/keys");
  await expect(ines.page.getByRole("heading", { name: "Keys" })).toBeVisible();
  await accessible(ines.page, "the page of the keys");
});

test("on a phone it all fits", async ({ ines }) => {
  await ines.page.setViewportSize({ width: 390, height: 760 });
  const fits = async (what: string) => {
    await accessible(ines.page, `${what} on a phone`);
    await picture(ines, `phone-${what}`);
    const wide = await ines.page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, what).toBeLessThanOrEqual(390);
  };
  await ines.composer.pressSequentially("/");
  await expect(options(ines).first()).toBeInViewport();
  await fits("commands");
  await ines.composer.press("Escape");
  await ines.composer.fill("");
  await ines.page.getByRole("button", { name: "Emoji" }).click();
  await expect(options(ines).first()).toBeInViewport();
  await fits("emoji");
  await ines.page.getByRole("button", { name: "Close" }).click();
  await ines.page.emulateMedia({ colorScheme: "light" });
  await ines.page.keyboard.press("Control+k");
  await expect(options(ines).first()).toBeInViewport();
  await fits("jump");
  await ines.page.keyboard.press("Escape");
  await expect(dialog(ines, "Go to")).toBeHidden();
});

test("one writes without looking for the field first", async ({ ines, tomasz }) => {
  await ines.open("/rooms/new");
  await ines.page.getByLabel("Room name").fill("deals");
  await ines.page.getByRole("button", { name: "Create room" }).click();
  await expect(ines.heading("# deals")).toBeVisible();
  await ines.live();
  // Typed anywhere, it goes there.
  await ines.page.keyboard.type("first things");
  await expect(composer(ines)).toHaveValue("first things");
  await ines.page.keyboard.press("Enter");
  // In a room that one has gone to, the field waits.
  await ines.rooms.getByRole("link", { name: "# desk" }).click();
  await expect(ines.composer).toBeFocused();
  // A command that can't be run is there to be mended.
  await ines.composer.fill("/invite nobody");
  await ines.composer.press("Enter");
  await expect(ines.page.getByRole("main").getByRole("alert")).toBeVisible();
  await expect(ines.composer).toHaveValue("/invite nobody");
  await expect(ines.page.getByRole("button", { name: "Discard" })).toHaveCount(0);
  await ines.composer.fill("as it is");
  await ines.composer.press("Enter");
  await tomasz.sees("as it is");
  await expect(ines.page.getByRole("main").getByRole("alert")).toHaveCount(0);
});
