// What is said about a message apart: beside its room, with what is unread in it for those who follow it.
import type { Locator } from "@playwright/test";
import { accessible } from "./support/axe";
import type { Line } from "./support/line";
import type { Person } from "./support/person";
import { expect, test as base } from "./support/test";

const test = base.extend<{ remote: Person }>({
  // The second person, on a line that can be cut.
  remote: async ({ ines, person, line }, use) => {
    const remote = await person("tomasz", { url: line.url });
    remote.watch.expectCuts();
    await remote.follow(ines);
    await use(remote);
  },
});

const root = "Shall we hedge?";
const pane = (who: Person): Locator => who.page.getByRole("region", { name: "Thread", exact: true });
const field = (who: Person): Locator => pane(who).getByRole("textbox", { name: "Reply in thread" });
const replies = (who: Person): Locator => pane(who).getByRole("log").locator(".msg:not(#root) .body");
const chip = (who: Person): Locator => who.messages.getByRole("link", { name: /repl(y|ies) · last/ });
const rail = (who: Person): Locator => who.rooms.getByRole("link", { name: /^Threads/ });

/** Opens the thread of the room's first message from its menu. */
async function begin(who: Person) {
  const message = who.messages.getByRole("article").filter({ hasText: root });
  await message.hover();
  await message.getByRole("button", { name: /^Actions for the message by/ }).click();
  await message.getByRole("link", { name: "Reply in thread" }).click();
  await expect(field(who)).toBeVisible();
  await connected(who);
}

const connected = (who: Person) => expect(pane(who).getByRole("status").first()).toHaveText("live");

async function reply(who: Person, text: string) {
  await field(who).fill(text);
  await field(who).press("Enter");
  await expect(replies(who).getByText(text, { exact: true })).toHaveCount(1);
  await expect(pane(who).locator(".msg.sending")).toHaveCount(0);
}

test("two talk beside the room, and others see that they do", async ({ ines, tomasz, person }) => {
  await ines.say(root);
  const wanda = await person("wanda");
  await wanda.follow(ines);

  await begin(tomasz);
  await expect(tomasz.page).toHaveURL(/\/rooms\/1\?thread=1$/);
  await expect(field(tomasz)).toBeFocused();
  await expect(pane(tomasz).locator("#root")).toContainText(root);
  await expect(chip(ines)).toHaveCount(0);
  await expect(pane(tomasz).getByRole("button", { name: "Follow", exact: true })).toBeVisible();
  await reply(tomasz, "Half of it.");
  await expect(pane(tomasz).getByRole("button", { name: "Unfollow" })).toBeVisible();
  for (const one of [ines, tomasz, wanda]) await expect(chip(one)).toContainText("1 reply · last");
  await expect(ines.bodies).toHaveText([root]);
  // Whose message it is follows it; a third doesn't.
  await expect(rail(ines)).toContainText("1 new");
  await expect(chip(ines)).toContainText("1 new");
  await expect(ines.page).toHaveTitle(/^\(1\)/);
  await expect(rail(wanda)).toHaveText("Threads");

  await chip(ines).click();
  await expect(replies(ines)).toHaveText(["Half of it."]);
  await connected(ines);
  await expect(rail(ines)).toHaveText("Threads");
  await expect(chip(ines)).not.toContainText("new");
  await accessible(ines.page, "a thread beside its room");
  await reply(ines, "All of it, @wanda?");
  await expect(replies(tomasz)).toHaveText(["Half of it.", "All of it, @wanda?"]);
  await expect(rail(tomasz)).toHaveText("Threads");
  for (const one of [ines, tomasz, wanda]) await expect(chip(one)).toContainText("2 replies");

  // Called in it, one follows it. What was said before isn't new.
  await expect(rail(wanda)).toContainText("1 new");
  await rail(wanda).click();
  await expect(wanda.heading("Threads")).toBeVisible();
  const line = wanda.page.getByRole("listitem").filter({ hasText: root });
  await expect(line).toContainText("Thread in # desk · 2 replies");
  await expect(line).toContainText("1 unread");
  await accessible(wanda.page, "the page of threads");
  await line.getByRole("link").click();
  await expect(replies(wanda)).toHaveCount(2);
  await connected(wanda);
  await expect(rail(wanda)).toHaveText("Threads");

  // A message in it is edited, reacted to and taken back like any other.
  const message = pane(ines).getByRole("article").filter({ hasText: "All of it" });
  await field(ines).press("ArrowUp");
  const edit = pane(ines).getByRole("textbox", { name: "Edit the message" });
  await edit.fill("All of it");
  await edit.press("Enter");
  await expect(replies(tomasz).last()).toHaveText("All of it");
  await message.hover();
  await message.getByRole("button", { name: /^Actions/ }).click();
  await expect(message.getByRole("link", { name: "Reply in thread" })).toHaveCount(0);
  await message.getByRole("button", { name: "Delete" }).click();
  await message.getByRole("button", { name: "Delete for everyone" }).click();
  for (const one of [ines, tomasz, wanda]) await expect(chip(one)).toContainText("1 reply");

  await pane(tomasz).getByRole("link", { name: "Close" }).click();
  await expect(pane(tomasz)).toHaveCount(0);
  await reply(ines, "Are you there?");
  await expect(rail(tomasz)).toContainText("1 new");
  await expect(chip(tomasz)).toContainText("1 new");
});

test("a thread has its own emoji, its own draft and its own place after a reload", async ({ ines, tomasz }) => {
  await ines.say(root);
  await tomasz.sees(root);
  await begin(ines);
  await field(ines).fill("half writ");
  await ines.composer.fill("in the room");
  await ines.page.reload();
  await connected(ines);
  await expect(field(ines)).toHaveValue("half writ");
  await expect(ines.composer).toHaveValue("in the room");
  await pane(ines).getByRole("button", { name: "Emoji", exact: true }).click();
  await ines.page.getByRole("combobox", { name: "Emoji" }).fill("tada");
  await ines.page.locator(".options").getByRole("option").first().click();
  await expect(field(ines)).toHaveValue(/🎉/);
  await expect(ines.composer).toHaveValue("in the room");
  await field(ines).press("Enter");
  await expect(replies(ines)).toHaveCount(1);
  await ines.page.reload();
  await connected(ines);
  await expect(replies(ines)).toHaveCount(1);
  await expect(pane(ines).locator("#root")).toContainText(root);
  // The root is shown as it is in the room.
  const message = ines.messages.getByRole("article").filter({ hasText: root });
  await message.hover();
  await message.getByRole("button", { name: /^Actions/ }).click();
  await message.getByRole("button", { name: "Edit" }).click();
  await ines.messages.getByRole("textbox", { name: "Edit the message" }).fill("Shall we hedge it?");
  await ines.page.keyboard.press("Enter");
  await expect(pane(ines).locator("#root .body")).toHaveText("Shall we hedge it?");
  await expect(replies(ines)).toHaveCount(1);
});

test("what is written in a thread while the line is cut is said once, also when it is closed", async ({ ines, remote, line }) => {
  const cut = async (line: Line) => {
    line.cut();
    await expect(pane(remote).getByRole("status").first()).toHaveText(/^stale since/);
  };
  await ines.say(root);
  await remote.sees(root);
  await begin(remote);
  await begin(ines);
  await reply(remote, "one");
  await cut(line);
  await reply(ines, "meanwhile");
  await field(remote).fill("two");
  await field(remote).press("Enter");
  await expect(pane(remote).locator(".msg.sending .body")).toHaveText("two");
  line.restore();
  for (const one of [ines, remote]) {
    await expect(replies(one)).toHaveText(["one", "meanwhile", "two"], { timeout: 30_000 });
  }
  await connected(remote);
  await cut(line);
  await field(remote).fill("three");
  await field(remote).press("Enter");
  await pane(remote).getByRole("link", { name: "Close" }).click();
  await expect(pane(remote)).toHaveCount(0);
  line.restore();
  await expect(replies(ines)).toHaveText(["one", "meanwhile", "two", "three"], { timeout: 30_000 });
});

test("by keyboard alone, and covering the room on a phone", async ({ ines }) => {
  await ines.say(root);
  const actions = ines.messages.getByRole("button", { name: /^Actions for the message by/ });
  await actions.focus();
  await ines.page.keyboard.press("Enter");
  const link = ines.messages.getByRole("link", { name: "Reply in thread" });
  for (let n = 0; n < 12 && !(await link.evaluate((link) => link === document.activeElement)); n++) {
    await ines.page.keyboard.press("Tab");
  }
  await ines.page.keyboard.press("Enter");
  await expect(field(ines)).toBeFocused();
  await connected(ines);
  await ines.page.keyboard.type("Half of it.");
  await ines.page.keyboard.press("Enter");
  await expect(replies(ines)).toHaveText(["Half of it."]);
  await expect(pane(ines).locator(".msg.sending")).toHaveCount(0);
  // What is open in it closes first.
  await field(ines).press("ArrowUp");
  await expect(pane(ines).getByRole("textbox", { name: "Edit the message" })).toBeFocused();
  await ines.page.keyboard.press("Escape");
  await expect(pane(ines)).toBeVisible();
  // The focus comes back before the next key does.
  await expect(field(ines)).toBeFocused();
  await ines.page.keyboard.press("Escape");
  await expect(pane(ines)).toHaveCount(0);
  await expect(actions).toBeFocused();

  await ines.page.setViewportSize({ width: 390, height: 780 });
  await chip(ines).click();
  await expect(replies(ines)).toHaveText(["Half of it."]);
  await expect(ines.messages).toBeHidden();
  expect(await ines.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await accessible(ines.page, "a thread on a phone");
  await pane(ines).getByRole("link", { name: "Close" }).click();
  await expect(ines.messages).toBeVisible();
});

test("a thread is followed no more, and again", async ({ ines, tomasz }) => {
  await ines.say(root);
  await tomasz.sees(root);
  await begin(tomasz);
  await reply(tomasz, "Half of it.");
  await expect(rail(ines)).toContainText("1 new");
  await rail(ines).click();
  await ines.page.getByRole("button", { name: "Unfollow" }).click();
  await expect(ines.page.getByRole("listitem")).toHaveCount(0);
  await ines.open("/");
  await ines.arrive();
  await reply(tomasz, "Or all of it.");
  await expect(chip(ines)).toContainText("2 replies");
  await expect(rail(ines)).toHaveText("Threads");
  await chip(ines).click();
  await connected(ines);
  await pane(ines).getByRole("button", { name: "Follow" }).click();
  await expect(pane(ines).getByRole("button", { name: "Unfollow" })).toBeVisible();
  await connected(ines);
  await pane(ines).getByRole("link", { name: "Close" }).click();
  await reply(tomasz, "Now.");
  await expect(rail(ines)).toContainText("1 new");
});

test("what was found in a thread opens beside its room, with the message that it hangs on", async ({ ines, tomasz }) => {
  await ines.say(root);
  await begin(tomasz);
  await reply(tomasz, "Half of it, via the pit.");
  await ines.open("/search?q=via+the+pit");
  await ines.page.getByRole("main").getByRole("link", { name: /via the pit/ }).click();
  await expect(ines.page).toHaveURL(/\/rooms\/1\?thread=1&reply=1#t1$/);
  await expect(pane(ines).locator("#root")).toContainText(root);
  await expect(replies(ines)).toHaveText(["Half of it, via the pit."]);
  await expect(replies(ines)).toBeInViewport();
  await expect(ines.heading("# desk")).toBeVisible();
});
