// Rooms of everyone, of some, and of two; what is unread in them, and who is called.
import { accessible, accessibleDayAndNight } from "./support/axe";
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
  await expect(ines.page.getByRole("heading", { name: "2 people in this room" })).toBeVisible();
  // Whoever was brought in is called there.
  await expect(link(tomasz, "# layoffs")).toContainText("1");
  await link(tomasz, "# layoffs").click();
  await expect(tomasz.page.getByText("for few eyes")).toBeVisible();
  await expect(tomasz.page.getByText("ines brought @tomasz into the room")).toBeVisible();

  await tomasz.page.getByRole("heading", { name: "# layoffs" }).getByRole("link").click();
  await tomasz.page.getByRole("button", { name: "Leave the room" }).click();
  await expect(tomasz.page).toHaveURL(/\/rooms$/);
  await expect(link(tomasz, "# layoffs")).toHaveCount(0);
});

test("whoever was invited by mistake is taken out, and hears no more of the room", async ({ ines, tomasz }) => {
  await makeRoom(ines, "layoffs", true);
  const url = ines.page.url();
  await ines.page.goto(`${url}/about`);
  await ines.page.getByLabel("Invite").selectOption({ label: "tomasz" });
  await ines.page.getByRole("button", { name: "Invite" }).click();
  await expect(ines.page.getByRole("status")).toHaveText("They are in this room now.");
  await link(tomasz, "# layoffs").click();
  await tomasz.page.getByRole("textbox", { name: "Message # layoffs" }).fill("Whose?");
  await tomasz.send.click();
  await expect(tomasz.page.locator(".msg:not(.sending) .body").getByText("Whose?")).toBeVisible();

  await expect(ines.page.getByRole("button", { name: "Remove ines" })).toHaveCount(0);
  await ines.page.getByRole("button", { name: "Remove tomasz" }).focus();
  await ines.page.keyboard.press("Enter");
  await expect(ines.page.getByRole("status")).toHaveText("They are not in this room any more. What they said stays.");
  await expect(ines.page.getByRole("heading", { name: "1 person in this room" })).toBeVisible();
  await expect(tomasz.page.getByRole("status")).toHaveText(/^That room isn't there for you any more/);
  tomasz.watch.expect(/404/);
  await tomasz.page.goto(url);
  await expect(tomasz.page.getByText(/^There is no such room/)).toBeVisible();
  await tomasz.open("/");
  await tomasz.arrive();
  await expect(link(tomasz, "# layoffs")).toHaveCount(0);

  await ines.page.goto(url);
  await expect(ines.page.getByText("ines took tomasz out of the room")).toBeVisible();
  await expect(ines.page.getByText("Whose?")).toBeVisible();
});

test("a muted room is marked so, and for nobody else", async ({ ines, tomasz }) => {
  await ines.composer.fill("/mute");
  await ines.composer.press("Enter");
  await expect(ines.rooms.getByRole("link", { name: /# desk.*\(muted\)/ })).toBeVisible();
  await expect(tomasz.rooms.getByRole("link", { name: /# desk/ })).toBeVisible();
  await expect(tomasz.rooms.getByRole("link", { name: /\(muted\)/ })).toHaveCount(0);
});

test("a room is renamed under everybody's eyes", async ({ ines, tomasz }) => {
  await ines.page.getByRole("heading", { name: "# desk" }).getByRole("link").click();
  await ines.page.getByLabel("Room name").fill("floor");
  await ines.page.getByLabel("Topic").fill("Open outcry");
  await ines.page.getByRole("button", { name: "Save" }).click();
  await expect(link(tomasz, "# floor")).toBeVisible();
  await expect(link(ines, "# floor")).toBeVisible();
});

test("an open room is left, found among the others, and joined again", async ({ ines, tomasz }) => {
  await makeRoom(tomasz, "lunch");
  const url = tomasz.page.url();
  await expect(link(ines, "# lunch")).toBeVisible();
  await link(ines, "# lunch").click();
  await ines.page.getByRole("heading", { name: "# lunch" }).getByRole("link").click();
  await ines.page.getByRole("button", { name: "Leave the room" }).click();
  await expect(ines.page).toHaveURL(/\/rooms$/);
  await expect(link(ines, "# lunch")).toHaveCount(0);
  await ines.page.getByRole("main").getByRole("link", { name: "Other rooms" }).click();
  await accessible(ines.page, "the page of other rooms");
  await ines.page.getByRole("button", { name: "Join # lunch" }).click();
  await expect(ines.heading("# lunch")).toBeVisible();
  await expect(link(ines, "# lunch")).toBeVisible();

  // A link to a room that one isn't in leads to where one comes in.
  await ines.page.getByRole("heading", { name: "# lunch" }).getByRole("link").click();
  await ines.page.getByRole("button", { name: "Leave the room" }).click();
  await tomasz.open("/rooms/1");
  await sayHere(tomasz, `we are in ${url}`);
  await ines.open("/rooms/1");
  ines.watch.expect(/404/);
  await ines.messages.getByRole("link", { name: url }).click();
  await expect(ines.page.getByText("You are not in # lunch.")).toBeVisible();
  await accessible(ines.page, "the way into a room that one isn't in");
  await ines.page.getByRole("button", { name: "Join # lunch" }).click();
  await expect(ines.heading("# lunch")).toBeVisible();

  // When one comes back to it, too.
  await link(ines, "# desk").click();
  await expect(ines.heading("# desk")).toBeVisible();
  await link(ines, "# lunch").click();
  await expect(ines.heading("# lunch")).toBeVisible();
  await link(ines, "# desk").click();
  await expect(ines.heading("# desk")).toBeVisible();
  const tab = await ines.context.newPage();
  await tab.goto(`${url}/about`);
  await tab.getByRole("button", { name: "Leave the room" }).click();
  await expect(link(ines, "# lunch")).toHaveCount(0);
  await ines.page.goBack();
  await expect(ines.page.getByText("You are not in # lunch.")).toBeVisible();
});

test("an archived room closes its composer under everybody's eyes, and opens it again", async ({ ines, tomasz }) => {
  await makeRoom(ines, "quarter");
  const url = ines.page.url();
  await sayHere(ines, "numbers are in");
  await link(tomasz, "# quarter").click();
  const field = tomasz.page.getByRole("textbox", { name: "Message # quarter" });
  await expect(field).toBeVisible();
  await ines.page.goto(`${url}/about`);
  await accessible(ines.page, "a room's page for an administrator");
  await ines.page.getByRole("button", { name: "Archive the room" }).click();
  await expect(tomasz.page.getByText(/^This room is archived/)).toBeVisible();
  await expect(field).toHaveCount(0);
  await expect(tomasz.page.getByText("numbers are in")).toBeVisible();
  await expect(link(tomasz, "# quarter")).toHaveCount(0);
  await tomasz.page.reload();
  await expect(tomasz.page.getByText(/^This room is archived/)).toBeVisible();
  await tomasz.live();

  await ines.open("/rooms/others");
  await ines.page.getByRole("link", { name: "About # quarter" }).click();
  await ines.page.getByRole("button", { name: "Bring the room back" }).click();
  await expect(field).toBeVisible();
  await expect(link(tomasz, "# quarter")).toBeVisible();
});

test("a room is deleted after a page that says what is lost", async ({ ines, tomasz }) => {
  await makeRoom(tomasz, "pilot");
  const url = tomasz.page.url();
  await sayHere(tomasz, "a first attempt");
  await ines.open(`${new URL(url).pathname}/about`);
  await ines.page.getByRole("link", { name: "Delete the room…" }).click();
  await expect(ines.page.getByText(/^1 message by 1 person/)).toBeVisible();
  await accessible(ines.page, "the page before a room is deleted");
  await ines.page.getByLabel("Type pilot to delete the room").fill("pilots");
  await ines.page.getByRole("button", { name: "Delete the room" }).click();
  await expect(ines.page.getByRole("alert")).toHaveText("Type pilot to delete this room.");
  await ines.page.getByLabel("Type pilot to delete the room").fill("pilot");
  await ines.page.getByRole("button", { name: "Delete the room" }).click();
  await expect(ines.page).toHaveURL(/\/rooms$/);
  await expect(tomasz.page.getByRole("status")).toHaveText(/^That room isn't there for you any more/);
  await tomasz.open("/rooms");
  await expect(link(tomasz, "# pilot")).toHaveCount(0);
  tomasz.watch.expect(/404/);
  await tomasz.page.goto(url);
  await expect(tomasz.page.getByText(/^There is no such room/)).toBeVisible();
});

test("two talk where nobody else reads", async ({ ines, tomasz }) => {
  await ines.rooms.getByRole("link", { name: "People" }).click();
  await accessible(ines.page, "the people's page");
  await ines.page.getByRole("checkbox", { name: /^tomasz/ }).check();
  await ines.page.getByRole("button", { name: "Talk" }).click();
  await expect(ines.heading("tomasz")).toBeVisible();
  await sayHere(ines, "lunch?");
  await expect(link(tomasz, /^ines/).locator(".n")).toHaveText("1 unread");
  await expect(link(tomasz, /^ines/).locator(".n")).toHaveClass("n me");
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
  // To the eye too, and amber is only what is by name: that is what the title counts.
  await expect(link(ines, "# incidents").locator(".n")).toHaveText([/^3/, "@1"]);
  await expect(link(ines, "# incidents").locator(".me")).toHaveText("@1");
  await expect(ines.page).toHaveTitle(/^\(1\) # desk/);
  await accessibleDayAndNight(ines.page, "the desk with unread mentions");
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

test("a room's new name stands everywhere at once", async ({ ines, tomasz }) => {
  await makeRoom(ines, "quarter");
  await link(tomasz, "# quarter").click();
  await expect(tomasz.heading("# quarter")).toBeVisible();
  await ines.page.goto(`${ines.page.url()}/about`);
  await ines.page.getByLabel("Name").fill("half-year");
  await ines.page.getByRole("button", { name: "Save" }).click();
  await expect(tomasz.heading("# half-year")).toBeVisible();
  await expect(tomasz.page).toHaveTitle(/^# half-year/);
  await expect(tomasz.page.getByRole("textbox", { name: "Message # half-year" })).toBeVisible();
  await expect(tomasz.page.getByRole("log", { name: "Messages in # half-year" })).toBeVisible();
});

test("the lists over a room close with Esc, by a press elsewhere, and when one goes where they lead", async ({ ines }) => {
  const [jump, day] = [ines.page.getByText("Jump to…"), ines.page.getByLabel("Day (UTC)")];
  await jump.click();
  await expect(day).toBeVisible();
  await ines.composer.click();
  await expect(day).toBeHidden();
  await jump.click();
  await day.focus();
  await ines.page.keyboard.press("Escape");
  await expect(day).toBeHidden();
  await expect(jump).toBeFocused();
  await jump.click();
  await ines.page.getByRole("link", { name: "The beginning" }).click();
  await expect(ines.page).toHaveURL(/before=41/);
  await expect(day).toBeHidden();
});

test("whoever is called sees the row marked, and others don't", async ({ ines, tomasz }) => {
  await ines.composer.fill("@tomasz, look");
  await ines.composer.press("Enter");
  const row = (who: Person) => who.messages.getByRole("article").filter({ hasText: "@tomasz, look" });
  await expect(row(tomasz)).toHaveClass(/\bcalls\b/);
  await expect(row(ines)).toBeVisible();
  await expect(row(ines)).not.toHaveClass(/\bcalls\b/);
});
