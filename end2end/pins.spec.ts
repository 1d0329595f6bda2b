// What is kept at hand: a room's pins, and everybody's own bookmarks.
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

async function act(who: Person, text: string, action: string) {
  const message = who.messages.getByRole("article").filter({ hasText: text });
  await message.hover();
  await message.getByRole("button", { name: /^Actions/ }).click();
  await message.getByRole("button", { name: action, exact: true }).click();
}

test("a pin shows for everybody at once, and the page of pins unpins it", async ({ ines, tomasz }) => {
  await ines.say("the runbook is at runbook.test");
  await tomasz.sees("the runbook is at runbook.test");
  await act(tomasz, "runbook", "Pin");
  const mark = ines.messages.getByRole("link", { name: "pinned by tomasz" });
  await expect(mark).toBeVisible();
  await accessible(ines.page, "a room with a pin");
  await mark.click();
  await expect(ines.heading("Pinned messages")).toBeVisible();
  await accessible(ines.page, "the page of pins");
  await ines.page.getByRole("link", { name: /the runbook is at/ }).click();
  await expect(ines.messages.getByText("the runbook is at")).toBeInViewport();
  await ines.open("/rooms/1/pins");
  await ines.page.getByRole("button", { name: /^Unpin/ }).click();
  await expect(ines.page.getByText("Nothing is pinned here.")).toBeVisible();
  await expect(tomasz.messages.getByText("pinned by")).toHaveCount(0);
});

test("a bookmark is made by keyboard, and is nobody else's", async ({ ines, tomasz }) => {
  await ines.say("order 8812 was the odd one");
  await tomasz.sees("order 8812 was the odd one");
  const message = tomasz.messages.getByRole("article").filter({ hasText: "8812" });
  await message.getByRole("button", { name: /^Actions/ }).focus();
  await tomasz.page.keyboard.press("Enter");
  await message.getByRole("button", { name: "Bookmark" }).focus();
  await tomasz.page.keyboard.press("Enter");
  await expect(tomasz.page.getByText("Bookmarked, for you alone.")).toBeVisible();
  await tomasz.rooms.getByRole("link", { name: "Bookmarks" }).click();
  await expect(tomasz.page.getByText("order 8812 was the odd one")).toBeVisible();
  await accessible(tomasz.page, "the page of bookmarks");
  await tomasz.page.getByRole("button", { name: /^Remove bookmark/ }).click();
  await expect(tomasz.page.getByText("You have bookmarked nothing.")).toBeVisible();
  await ines.open("/bookmarks");
  await expect(ines.page.getByText("You have bookmarked nothing.")).toBeVisible();
});
