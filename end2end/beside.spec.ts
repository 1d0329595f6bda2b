// The pages beside the desk, which come without its program: their keys, that one is here, what calls for attention.
import type { Locator } from "@playwright/test";
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

const dialog = (who: Person, name: string): Locator => who.page.getByRole("dialog", { name });
const chosen = (who: Person): Locator => who.page.locator("[role=option][aria-selected=true]");
const home = (who: Person): Locator => who.page.getByRole("link", { name: /^Back to North desk/ });
const icon = (who: Person) => who.page.locator('link[rel="icon"]');

test("the keys of the desk lead away from its neighbours too", async ({ ines, tomasz }) => {
  await tomasz.say("limits moved at noon");
  await ines.open("/bookmarks");
  await ines.page.keyboard.press("Control+k");
  const field = dialog(ines, "Go to").getByRole("combobox", { name: "Go to" });
  await expect(field).toBeFocused();
  await expect(chosen(ines)).toContainText("# desk");
  await accessible(ines.page, "where one can go, beside the desk");
  await field.press("ArrowDown");
  await expect(chosen(ines)).not.toContainText("# desk");
  await expect(field).toHaveAttribute("aria-activedescendant", "option-chosen");
  await field.press("ArrowUp");
  await expect(chosen(ines)).toContainText("# desk");
  await field.press("Escape");
  await expect(dialog(ines, "Go to")).toBeHidden();
  await ines.page.keyboard.press("Meta+k");
  await field.pressSequentially("limits m");
  await expect(chosen(ines)).toContainText("limits moved at noon");
  await field.press("Enter");
  await expect(ines.page).toHaveURL(/\/rooms\/1\?before=\d+#m1$/);

  await ines.open("/you");
  // In a field it is a letter.
  await ines.page.getByRole("textbox", { name: "Display name" }).press("?");
  await expect(dialog(ines, "Keys")).toBeHidden();
  await ines.page.getByRole("heading", { level: 1 }).click();
  await ines.page.keyboard.press("?");
  await expect(dialog(ines, "Keys")).toContainText("go to a room, a person, a page, a message");
  await accessible(ines.page, "the keys, beside the desk");
  await dialog(ines, "Keys").getByRole("button", { name: "Close" }).click();
  await expect(dialog(ines, "Keys")).toBeHidden();
  await ines.page.keyboard.press("Alt+ArrowDown");
  await ines.arrive();
});

test("whoever reads a page beside the desk is here, and told what calls for them", async ({ ines, tomasz }) => {
  await tomasz.open("/search");
  await expect(ines.rooms.locator(".people li").filter({ hasText: "tomasz" })).toBeVisible();
  await ines.say("nobody in particular");
  await ines.say("@tomasz, look");
  await expect(home(tomasz)).toHaveAccessibleName(/1 new$/);
  await expect(tomasz.page).toHaveTitle(/^\(1\) Search/);
  await expect(icon(tomasz)).toHaveAttribute("href", "/favicon-calls.svg");
  await accessible(tomasz.page, "a page beside the desk while something calls");
  // Read elsewhere, it calls here no more.
  const other = await tomasz.context.newPage();
  await other.goto(`${tomasz.url}/rooms/1`);
  await expect(home(tomasz)).toHaveAccessibleName(/North desk$/);
  await expect(tomasz.page).toHaveTitle(/^Search/);
  await expect(icon(tomasz)).toHaveAttribute("href", "/favicon.svg");
  await other.close();
});

test("a page beside the desk comes back after the server was away", async ({ server, ines, tomasz }) => {
  tomasz.watch.expectCuts();
  ines.watch.expectCuts();
  await tomasz.open("/search");
  await server.restart();
  await ines.live();
  await expect(ines.rooms.locator(".people li").filter({ hasText: "tomasz" })).toBeVisible({ timeout: 30_000 });
  await ines.say("@tomasz, again");
  await expect(home(tomasz)).toHaveAccessibleName(/1 new$/);
});
