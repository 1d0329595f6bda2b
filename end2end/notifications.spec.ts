// What people are notified of, and how it reaches them in a browser. That pushes can be read is shown by the server's own
// tests; here no push service is asked but ours.
import { type AddressInfo } from "node:net";
import { createServer } from "node:http";
import { createECDH } from "node:crypto";
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import { Server } from "./support/server";
import { expect, test } from "./support/test";

/** Lets a test say whether somebody's page is in front, since Playwright's always are; counts sounds. */
async function inHand(who: Person) {
  await who.context.grantPermissions(["notifications"], { origin: who.url });
  await who.page.addInitScript(() => {
    Object.assign(window, { front: true, rang: 0 });
    document.hasFocus = () => (window as any).front;
    const Real = window.AudioContext;
    window.AudioContext = class extends Real {
      constructor() {
        super();
        (window as any).rang += 1;
      }
    };
  });
  await who.page.reload();
  await who.arrive();
}

async function front(who: Person, front: boolean) {
  await who.page.evaluate((front) => {
    (window as any).front = front;
    dispatchEvent(new Event(front ? "focus" : "blur"));
  }, front);
  // Told to the server before anybody says anything.
  await who.page.waitForTimeout(300);
}

/** What the browser shows: titles and texts. */
function shown(who: Person): Promise<string[]> {
  return who.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const shown = (await registration?.getNotifications()) ?? [];
    return shown.map(({ title, body }) => `${title}: ${body}`);
  });
}

const icon = (who: Person) => who.page.locator('link[rel="icon"]');

test("what calls somebody is shown while the page is not in front, and the icon says so", async ({ ines, tomasz }) => {
  await inHand(tomasz);
  await ines.say("@tomasz, in front of you");
  await tomasz.sees("@tomasz, in front of you");
  await front(tomasz, false);
  await ines.say("nobody in particular");
  expect(await shown(tomasz)).toEqual([]);
  await expect(icon(tomasz)).toHaveAttribute("href", "/favicon.svg");
  await ines.say("@tomasz, behind your back");
  await expect.poll(() => shown(tomasz)).toEqual(["ines in # desk: @tomasz, behind your back"]);
  await expect(icon(tomasz)).toHaveAttribute("href", "/favicon-calls.svg");
  await expect(tomasz.page).toHaveTitle(/^\(1\)/);
  // The newest of a room stands for those before it.
  await ines.say("@room, lunch");
  await expect.poll(() => shown(tomasz)).toEqual(["ines in # desk: @room, lunch"]);
  expect(await tomasz.page.evaluate(() => (window as any).rang), "no sound unless one wants it").toBe(0);
  await front(tomasz, true);
  await expect(icon(tomasz)).toHaveAttribute("href", "/favicon.svg");
  // Whoever looks at the room needs no notification of it any more.
  await tomasz.open("/rooms/1");
  await front(tomasz, true);
  await expect.poll(() => shown(tomasz)).toEqual([]);
});

test("a room of nothing is silent, and still counts", async ({ ines, tomasz }) => {
  await inHand(tomasz);
  await tomasz.page.getByRole("heading", { name: "# desk" }).getByRole("link").click();
  await tomasz.page.getByLabel("Notify me of").selectOption("Nothing");
  await tomasz.page.getByRole("button", { name: "Set" }).click();
  await expect(tomasz.page.getByRole("status")).toHaveText(/from now on/);
  await expect(tomasz.page.getByLabel("Notify me of")).toHaveValue("nothing");
  await tomasz.open("/ticker");
  await expect(tomasz.rooms.getByRole("link", { name: "# desk" })).toBeVisible();
  await front(tomasz, false);
  await ines.say("@tomasz, are you there?");
  await expect(tomasz.rooms.getByRole("link", { name: "# desk" })).toContainText("1 unread, 1 by name");
  await tomasz.page.waitForTimeout(500);
  expect(await shown(tomasz)).toEqual([]);
  await expect(icon(tomasz)).toHaveAttribute("href", "/favicon.svg");
  await tomasz.open("/you/notifications");
  const lately = tomasz.page.getByRole("region", { name: "Lately" });
  await expect(lately.getByRole("listitem").first()).toContainText("Not notified: the level is nothing");
  // And loud again, from the page of all rooms.
  await tomasz.page.getByLabel("Notify me of, in # desk").selectOption("Everything");
  await tomasz.page.getByRole("button", { name: "Set for # desk" }).click();
  // In front of another page one doesn't see it.
  await tomasz.open("/ticker");
  await ines.say("whatever");
  await expect.poll(() => shown(tomasz)).toEqual(["ines in # desk: whatever"]);
  // Pressed, it leads there, in the page that is open.
  for (const worker of tomasz.context.serviceWorkers()) {
    await worker.evaluate(async () => {
      const [notification] = await (self as any).registration.getNotifications();
      dispatchEvent(new (self as any).NotificationEvent("notificationclick", { notification }));
    });
  }
  await expect(tomasz.page).toHaveURL(/\/rooms\/1\?before=\d+#m2$/);
  await tomasz.sees("whatever");
  expect(await shown(tomasz)).toEqual([]);
});

test("the page about notifications says why, tests, and makes a sound if one likes", async ({ ines, tomasz }) => {
  await inHand(tomasz);
  await ines.say("plain talk");
  await ines.say("hey @tomasz");
  await tomasz.open("/you/notifications");
  await accessible(tomasz.page, "the page about notifications");
  const lately = tomasz.page.getByRole("region", { name: "Lately" }).getByRole("listitem");
  await expect(lately.filter({ hasText: "plain talk" })).toContainText("the level is mentions and you weren't mentioned");
  await expect(lately.filter({ hasText: "hey @tomasz" })).toContainText("Not notified: you were looking at the room");
  await lately.filter({ hasText: "hey @tomasz" }).getByRole("link").first().click();
  await expect(tomasz.page).toHaveURL(/\/rooms\/1\?before=\d+#m2$/);

  await tomasz.open("/you/notifications");
  await expect(tomasz.page.getByText("On while a page of Squawkbox is open.")).toBeVisible();
  await tomasz.page.getByLabel("With a sound").check();
  expect(await tomasz.page.evaluate(() => (window as any).rang), "to hear how it sounds").toBe(1);
  await tomasz.page.getByRole("button", { name: "Send a test" }).click();
  await expect(tomasz.page.getByText("A notification was sent by every way")).toBeVisible();
  await expect(tomasz.page.getByRole("region", { name: "This device" }).getByRole("listitem")).toContainText("A test");
  await expect.poll(() => shown(tomasz)).toEqual(["Squawkbox: This is what a notification looks like here."]);
  await expect(lately.first()).toContainText("A test");

  await tomasz.open("/");
  await tomasz.arrive();
  await front(tomasz, false);
  await ines.say("@tomasz, listen");
  await expect.poll(() => tomasz.page.evaluate(() => (window as any).rang)).toBe(1);
});

test("what a push service brings is shown by the browser, once, with no page in front", async ({ ines, tomasz }) => {
  await inHand(tomasz);
  await tomasz.open("/you/notifications");
  await tomasz.page.evaluate(() => navigator.serviceWorker.register("/worker.js"));
  await tomasz.page.evaluate(() => navigator.serviceWorker.ready);
  const browser = await tomasz.context.newCDPSession(tomasz.page);
  const registered = new Promise<string>((done) =>
    browser.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations[0] && done(registrations[0].registrationId)),
  );
  await browser.send("ServiceWorker.enable");
  const registrationId = await registered;
  const push = (news: object) =>
    browser.send("ServiceWorker.deliverPushMessage", { origin: tomasz.url, registrationId, data: JSON.stringify(news) });
  const news = { title: "ines in # desk", body: "the first", url: "/rooms/1", tag: "room-1", seq: 7 };
  // The same may come again, and one that is older.
  const shownAfter = async (news: object) => {
    await push(news);
    return shown(tomasz);
  };
  await expect.poll(() => shownAfter(news)).toEqual(["ines in # desk: the first"]);
  await push({ ...news, body: "an older one", seq: 6 });
  await expect.poll(() => shownAfter({ ...news, body: "the next", seq: 8 })).toEqual(["ines in # desk: the next"]);
  expect(ines.watch.faults).toEqual([]);
});

test("a page beside the desk shows notifications too", async ({ ines, tomasz }) => {
  await inHand(tomasz);
  await tomasz.open("/search");
  await tomasz.page.waitForTimeout(300);
  await ines.say("@tomasz, while you search");
  await expect.poll(() => shown(tomasz)).toEqual(["ines in # desk: @tomasz, while you search"]);
});

test("a browser takes pushes, and takes them no more", async ({ person }) => {
  const got: string[] = [];
  const service = createServer((request, answer) => {
    got.push(`${request.method} ${request.url} ${request.headers["content-encoding"]}`);
    request.resume().on("end", () => answer.writeHead(got.length > 1 ? 410 : 201).end());
  });
  await new Promise<void>((done) => service.listen(0, "127.0.0.1", done));
  const endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}/browser`;
  const server = await Server.start({ args: ["--allow-private-addresses"] });
  try {
    const ines = await person("ines", { url: server.url });
    await ines.begin();
    await ines.context.grantPermissions(["notifications"], { origin: server.url });
    const pair = createECDH("prime256v1");
    const p256dh = pair.generateKeys().toString("base64url");
    // The browser's own push service is far away.
    await ines.page.addInitScript(
      ({ endpoint, keys }) => {
        PushManager.prototype.subscribe = async () =>
          ({ endpoint, toJSON: () => ({ endpoint, keys }) }) as unknown as PushSubscription;
      },
      { endpoint, keys: { p256dh, auth: Buffer.alloc(16, 1).toString("base64url") } },
    );
    await ines.open("/you/notifications");
    await expect(ines.page.getByText("This browser takes no pushes.")).toBeVisible();
    await ines.page.getByRole("button", { name: "Turn on also while none is open" }).click();
    await expect(ines.page.getByText("Notifications are on.")).toBeVisible();
    await expect(ines.page.getByText(/^This browser takes pushes, since/)).toBeVisible();
    await accessible(ines.page, "the page about notifications, with pushes");
    const lately = ines.page.getByRole("region", { name: "Lately" }).getByRole("listitem");
    await ines.page.getByRole("button", { name: "Send a test" }).click();
    await expect(lately.first()).toContainText(/^Notified: .*pushed to Chrome/);
    expect(got).toEqual(["POST /browser aes128gcm"]);
    await ines.page.getByRole("button", { name: "Send a test" }).click();
    await expect(lately.first()).toContainText("the push service answered 410, subscription removed");
    await expect(ines.page.getByText("This browser takes no pushes.")).toBeVisible();
    await ines.page.getByRole("button", { name: "Turn on also while none is open" }).click();
    await ines.page.getByRole("button", { name: "No more pushes" }).click();
    await expect(ines.page.getByText("This browser takes no pushes.")).toBeVisible();
    expect(ines.watch.faults).toEqual([]);
    await ines.context.close();
    expect(await server.stop()).toBe(0);
  } finally {
    await server.stop();
    server.clear();
    service.close();
  }
});
