// What becomes of a message: formatted, answered, edited, reacted to, deleted; for both, and by keyboard.
import type { Locator } from "@playwright/test";
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

const message = (who: Person, text: string): Locator => who.messages.getByRole("article").filter({ hasText: text });

/** Opens a message's actions and picks one. */
async function pick(who: Person, text: string, action: string) {
  const article = message(who, text).first();
  await article.hover();
  await article.getByRole("button", { name: /^Actions for the message by/ }).click();
  await article.getByRole("button", { name: action, exact: true }).click();
}

test("Markdown is shown as meant, and what looks like HTML is text", async ({ ines, tomasz }) => {
  await ines.composer.fill("**Limit** moved, see https://example.com/limits\n```\nlet x = 1 < 2;\n```\n<img src=x onerror=alert(1)>\n\n1. first\n2. second\n\n- a point");
  await ines.send.click();
  for (const one of [ines, tomasz]) {
    await expect(one.bodies.locator("strong")).toHaveText("Limit");
    const link = one.bodies.getByRole("link", { name: "https://example.com/limits" });
    await expect(link).toHaveAttribute("rel", /noopener/);
    await expect(one.bodies.locator("pre")).toHaveText("let x = 1 < 2;\n");
    await expect(one.bodies).toContainText("<img src=x onerror=alert(1)>");
    await expect(one.bodies.locator("img")).toHaveCount(0);
    await expect(one.bodies.locator("ol")).toHaveCSS("list-style-type", "decimal");
    await expect(one.bodies.locator("ul")).toHaveCSS("list-style-type", "disc");
  }
});

test("code has colours, and code that can't be coloured in time is shown all the same", async ({ ines, tomasz }) => {
  await ines.composer.fill("```js\nconst limits = {\n  /**\n   * in lots\n   */\n  day: 40,\n};\n```");
  await ines.send.click();
  // The grammar of HTML never comes to an end on this.
  await ines.composer.fill("```html\n<script>\nonce /*\n```");
  await ines.send.click();
  await tomasz.say("and I can talk");
  for (const one of [ines, tomasz]) {
    const code = message(one, "in lots").locator("pre");
    const plain = await code.evaluate((code) => getComputedStyle(code).color);
    for (const word of ["const", "in lots", "40"]) {
      await expect(code.locator("span").filter({ hasText: word })).not.toHaveCSS("color", plain);
    }
    await one.sees("and I can talk");
    await expect(message(one, "once /*").locator("pre")).toHaveText("<script>\nonce /*\n");
    for (const colorScheme of ["dark", "light"] as const) {
      await one.page.emulateMedia({ colorScheme });
      await accessible(one.page, `code, ${colorScheme}`);
    }
  }
});

test("an edit is seen by both and says that it is one", async ({ ines, tomasz }) => {
  await ines.say("teh price");
  await tomasz.sees("teh price");
  await pick(ines, "teh price", "Edit");
  const field = ines.page.getByRole("textbox", { name: "Edit the message" });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("teh price");
  await field.fill("the price");
  // A reaction draws the message anew; what is being typed is kept.
  await pick(tomasz, "teh price", "React with eyes");
  await expect(ines.page.getByRole("button", { name: /^👀 1/ })).toBeVisible();
  await expect(field).toHaveValue("the price");
  await field.press("Enter");
  for (const one of [ines, tomasz]) {
    await one.sees("the price");
    await expect(message(one, "the price").getByText("edited", { exact: true })).toBeVisible();
    await expect(one.bodies).toHaveCount(1);
  }
  await tomasz.page.reload();
  await tomasz.arrive();
  await tomasz.sees("the price");
  await message(tomasz, "the price").hover();
  await message(tomasz, "the price").getByRole("button", { name: /^Actions/ }).click();
  await expect(tomasz.page.getByRole("button", { name: "Reply" })).toBeVisible();
  await expect(tomasz.page.getByRole("button", { name: "Edit" })).toHaveCount(0);
  await expect(tomasz.page.getByRole("button", { name: "Delete" })).toHaveCount(0);
});

test("a message is copied as Markdown and by its link, also where there is no clipboard to ask", async ({ ines }) => {
  await ines.context.grantPermissions(["clipboard-read"], { origin: ines.url });
  const copied = () => ines.page.evaluate(() => navigator.clipboard.readText());
  await ines.say("before");
  await ines.composer.fill("**Limit** moved\nto `5`");
  await ines.send.click();
  await expect(ines.bodies).toHaveCount(2);
  await pick(ines, "Limit", "Copy as Markdown");
  await expect(ines.page.getByText("Copied.")).toBeVisible();
  expect(await copied()).toBe("**Limit** moved\nto `5`");
  await expect(message(ines, "Limit").getByRole("button", { name: /^Actions/ })).toBeFocused();
  // As over http in a network: browsers have it only where nobody on the way can listen.
  await ines.page.evaluate(() => Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined, configurable: true }));
  await pick(ines, "before", "Copy link");
  await ines.page.reload();
  const link = await copied();
  expect(link).toMatch(/\/rooms\/1\?before=\d+#m1$/);
  await ines.page.goto(link);
  await expect(message(ines, "before")).toBeInViewport();
});

test("reactions are given and taken back, and the focus stays", async ({ ines, tomasz }) => {
  await ines.say("Shipped.");
  await tomasz.sees("Shipped.");
  await pick(tomasz, "Shipped.", "React with party");
  const button = (who: Person, count: number) => who.page.getByRole("button", { name: new RegExp(`^🎉 ${count}`) });
  await expect(button(ines, 1)).toHaveAttribute("aria-pressed", "false");
  await button(ines, 1).focus();
  await ines.page.keyboard.press("Enter");
  await expect(button(ines, 2)).toHaveAttribute("aria-pressed", "true");
  await expect(button(ines, 2)).toBeFocused();
  await expect(button(tomasz, 2)).toHaveAttribute("title", "tomasz, ines");
  await button(ines, 2).click();
  await expect(button(tomasz, 1)).toBeVisible();
});

test("an answer shows what it answers and leads there", async ({ ines, tomasz }) => {
  // The words are quoted, without their form.
  await ines.composer.fill("Who **moved** the limit?");
  await ines.composer.press("Enter");
  await tomasz.sees("Who moved the limit?");
  await pick(tomasz, "Who moved the limit?", "Reply");
  await expect(tomasz.composer).toBeFocused();
  await expect(tomasz.page.getByText("Reply to ines")).toBeVisible();
  await tomasz.say("I did.");
  await expect(tomasz.page.getByText("Reply to ines")).toBeHidden();
  await expect(message(ines, "I did.").getByRole("link", { name: "ines Who moved the limit?" })).toBeVisible();
  await message(ines, "I did.").getByRole("link", { name: /Who moved/ }).click();
  await expect(ines.bodies).toHaveCount(2);
});

test("a deleted message is gone for both, after a question", async ({ ines, tomasz }) => {
  await tomasz.say("my password is hunter2");
  await ines.sees("my password is hunter2");
  await pick(tomasz, "hunter2", "Delete");
  await expect(tomasz.page.getByRole("button", { name: "Keep" })).toBeFocused();
  await tomasz.page.getByRole("button", { name: "Delete for everyone" }).click();
  for (const one of [ines, tomasz]) {
    await expect(one.page.getByText("This message was deleted.")).toBeVisible();
    await expect(one.page.getByText("hunter2")).toHaveCount(0);
  }
});

test("what was taken back is gone from answers too", async ({ ines, tomasz }) => {
  await tomasz.say("the code is 4711");
  await ines.sees("the code is 4711");
  await pick(ines, "4711", "Reply");
  await ines.say("not here!");
  await expect(message(tomasz, "not here!").getByText("the code is 4711")).toBeVisible();
  await pick(tomasz, "the code is 4711", "Delete");
  await tomasz.page.getByRole("button", { name: "Delete for everyone" }).click();
  for (const one of [ines, tomasz]) {
    await expect(message(one, "not here!").getByText("a deleted message")).toBeVisible();
    await expect(one.page.getByText("4711")).toHaveCount(0);
  }
});

test("all of it by keyboard", async ({ ines }) => {
  await ines.say("frist");
  await ines.composer.press("ArrowUp");
  const field = ines.page.getByRole("textbox", { name: "Edit the message" });
  await expect(field).toBeFocused();
  await field.press("Escape");
  await expect(field).toBeHidden();
  await ines.sees("frist");
  await expect(ines.composer).toBeFocused();
  await ines.page.keyboard.press("Shift+Tab");
  await expect(ines.page.getByRole("button", { name: /^Actions for the message by ines/ })).toBeFocused();
  await ines.page.keyboard.press("Enter");
  await expect(ines.page.getByRole("group", { name: "Actions" })).toBeFocused();
  await accessible(ines.page, "a message with its actions open");
  await ines.page.keyboard.press("Escape");
  await expect(ines.page.getByRole("button", { name: /^Actions for the message by ines/ })).toBeFocused();
});

test("a draft keeps what it answers, also over a reload", async ({ ines, tomasz }) => {
  await ines.say("shall we hedge?");
  await tomasz.sees("shall we hedge?");
  await pick(tomasz, "shall we hedge?", "Reply");
  await expect(tomasz.composer).toBeFocused();
  await tomasz.composer.fill("half of it");
  await tomasz.rooms.getByRole("link", { name: "Ticker" }).click();
  // The rail says where one has begun to write, also after a reload.
  const begun = tomasz.rooms.getByRole("link", { name: /# desk.*draft/ });
  await expect(begun).toBeVisible();
  await tomasz.page.reload();
  await begun.click();
  await expect(tomasz.page.locator(".replying")).toContainText("shall we hedge?");
  await expect(begun).toHaveCount(0);
  await tomasz.page.reload();
  await tomasz.arrive();
  await expect(tomasz.page.locator(".replying")).toContainText("shall we hedge?");
  await expect(tomasz.composer).toHaveValue("half of it");
  await tomasz.composer.press("Enter");
  await expect(message(ines, "half of it").locator(".quote")).toContainText("shall we hedge?");
  await tomasz.page.reload();
  await tomasz.arrive();
  await expect(tomasz.page.locator(".replying")).toHaveCount(0);
});

test("what was wrong with a text is said no more once the text is another", async ({ ines }) => {
  await ines.composer.fill("/nonsense");
  await ines.page.keyboard.press("Enter");
  await expect(ines.page.getByRole("alert")).toContainText("There is no command /nonsense");
  await ines.composer.press("End");
  await ines.page.keyboard.type("!");
  await expect(ines.page.getByRole("alert")).toHaveCount(0);
});
