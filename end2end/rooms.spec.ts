// Rooms of everyone, of some, and of two; what is unread in them, and who is called.
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

const link = (who: Person, name: string | RegExp) => who.rooms.getByRole("link", { name });

async function makeRoom(who: Person, name: string, isPrivate = false) {
  await who.rooms.getByRole("link", { name: "All rooms" }).click();
  await who.page.getByRole("main").getByRole("link", { name: "New room" }).click();
  await who.page.getByLabel("Room name").fill(name);
  if (isPrivate) await who.page.getByLabel(/^Private/).check();
  await who.page.getByRole("button", { name: "Create room" }).click();
  await expect(who.heading(`# ${name}`)).toBeVisible();
}

/** Says something in whatever room is on show. */
async function sayHere(who: Person, text: string) {
  await who.page.getByRole("textbox", { name: /^Message / }).fill(text);
  await who.send.click();
  await expect(who.page.locator(".msg:not(.sending) .body").getByText(text)).toBeVisible();
}

test("a private room is known to those who are invited, and to nobody else", async ({ ines, tomasz }) => {
  await makeRoom(ines, "layoffs", true);
  const url = ines.page.url();
  await sayHere(ines, "for few eyes");
  await expect(link(tomasz, "# layoffs")).toHaveCount(0);
  tomasz.watch.expect(/404/);
  await tomasz.page.goto(url);
  await expect(tomasz.page.getByText(/^There is no such room/)).toBeVisible();
  await tomasz.open("/");
  await tomasz.arrive();

  await ines.page.getByRole("link", { name: "# layoffs" }).first().click();
  await ines.page.goto(`${url}/about`);
  await accessible(ines.page, "a room's page about itself");
  await ines.page.getByLabel("Invite").selectOption({ label: "tomasz" });
  await ines.page.getByRole("button", { name: "Invite" }).click();
  await expect(ines.page.getByRole("heading", { name: "2 in this room" })).toBeVisible();
  await expect(link(tomasz, "# layoffs")).toBeVisible();
  await link(tomasz, "# layoffs").click();
  await expect(tomasz.page.getByText("for few eyes")).toBeVisible();

  await tomasz.page.getByRole("heading", { name: "# layoffs" }).getByRole("link").click();
  await tomasz.page.getByRole("button", { name: "Leave the room" }).click();
  await expect(tomasz.page).toHaveURL(/\/rooms$/);
  await expect(link(tomasz, "# layoffs")).toHaveCount(0);
});

test("a room is renamed under everybody's eyes", async ({ ines, tomasz }) => {
  await ines.page.getByRole("heading", { name: "# desk" }).getByRole("link").click();
  await ines.page.getByLabel("Room name").fill("floor");
  await ines.page.getByLabel("Topic").fill("Open outcry");
  await ines.page.getByRole("button", { name: "Save" }).click();
  await expect(link(tomasz, "# floor")).toBeVisible();
  await expect(link(ines, "# floor")).toBeVisible();
});

test("two talk where nobody else reads", async ({ ines, tomasz }) => {
  await ines.rooms.getByRole("link", { name: "People" }).click();
  await accessible(ines.page, "the people's page");
  await ines.page.getByRole("checkbox", { name: /^tomasz/ }).check();
  await ines.page.getByRole("button", { name: "Talk" }).click();
  await expect(ines.heading("tomasz")).toBeVisible();
  await sayHere(ines, "lunch?");
  await expect(link(tomasz, /^ines/)).toContainText("1");
  await expect(tomasz.page).toHaveTitle(/^\(1\) # desk/);
  await link(tomasz, /^ines/).click();
  await expect(tomasz.heading("ines")).toBeVisible();
  await expect(tomasz.page.getByText("lunch?")).toBeVisible();
  await expect(link(tomasz, /^ines/)).not.toContainText("unread");
  // The same again is the same conversation.
  await tomasz.open("/people");
  await tomasz.page.getByRole("checkbox", { name: /^ines/ }).check();
  await tomasz.page.getByRole("button", { name: "Talk" }).click();
  await expect(tomasz.page.getByText("lunch?")).toBeVisible();
});

test("what is unread is counted, marked where it begins, and read when it is seen", async ({ ines, tomasz }) => {
  await makeRoom(tomasz, "incidents");
  for (const text of ["first", "second", "third @ines"]) {
    await link(ines, "# desk").click();
    await sayHere(tomasz, text);
  }
  await expect(link(ines, "# incidents")).toContainText("3 unread, 1 by name");
  await expect(ines.page).toHaveTitle(/^\(1\) # desk/);
  // The count is the server's too.
  await ines.page.reload();
  await ines.arrive();
  await expect(link(ines, "# incidents")).toContainText("3 unread, 1 by name");
  await link(ines, "# incidents").click();
  await expect(ines.heading("# incidents")).toBeVisible();
  await expect(ines.page.getByText("New", { exact: true })).toBeVisible();
  await expect(ines.page.locator(".body .mention")).toHaveText("@ines");
  await expect(link(ines, "# incidents")).not.toContainText("unread");
  await ines.page.getByRole("textbox", { name: "Message # incidents" }).press("Escape");
  await expect(ines.page.getByText("New", { exact: true })).toBeHidden();
  // A room that one has been in is counted as well as any other.
  await link(ines, "# desk").click();
  await expect(ines.heading("# desk")).toBeVisible();
  await sayHere(tomasz, "again, @ines");
  await expect(link(ines, "# incidents")).toContainText("1 unread, 1 by name");
  await link(ines, "# incidents").click();
  await expect(link(ines, "# incidents")).not.toContainText("unread");
  // Read here is read elsewhere, once it is told.
  await ines.page.waitForTimeout(1_500);
  await ines.page.reload();
  await expect(link(ines, "# incidents")).not.toContainText("unread");

  const second = ines.page.getByRole("article").filter({ hasText: "second" });
  await second.hover();
  await second.getByRole("button", { name: /^Actions/ }).click();
  await second.getByRole("button", { name: "Mark unread" }).click();
  await expect(link(ines, "# incidents")).toContainText("3 unread, 2 by name");
  await expect(ines.page.getByText("New", { exact: true })).toBeVisible();
});
