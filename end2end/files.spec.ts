// Files: dropped, pasted or picked; on their way; seen, saved and found by both.
import type { Page } from "@playwright/test";
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import { png } from "./support/png";
import { expect, test } from "./support/test";

const picker = (who: Person) => who.page.getByLabel("Attach files");
const picked = (who: Person) => who.page.getByRole("list", { name: "Files to send" }).getByRole("listitem");
const files = (who: Person) => who.messages.getByRole("list", { name: "Files" }).getByRole("link");

/** Drops or pastes files onto what `selector` names, as a browser would. */
async function bring(page: Page, how: "drop" | "paste", selector: string, name: string, bytes: Buffer) {
  const data = await page.evaluateHandle(
    ([name, base64]) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: "image/png" }));
      return data;
    },
    [name, bytes.toString("base64")],
  );
  await page.evaluate(
    ([how, selector, data]) => {
      const target = document.querySelector(selector as string)!;
      const all = { bubbles: true, cancelable: true };
      if (how === "paste") {
        target.dispatchEvent(new ClipboardEvent("paste", { ...all, clipboardData: data as DataTransfer }));
      } else {
        target.dispatchEvent(new DragEvent("dragover", { ...all, dataTransfer: data as DataTransfer }));
        target.dispatchEvent(new DragEvent("drop", { ...all, dataTransfer: data as DataTransfer }));
      }
    },
    [how, selector, data] as const,
  );
}

test("what one reads stays in its place when pictures come late", async ({ ines, tomasz }) => {
  await ines.say("above");
  await picker(ines).setInputFiles([{ name: "chart.png", mimeType: "image/png", buffer: png(800, 400) }]);
  await expect(picked(ines)).toHaveText([/chart\.png/]);
  await ines.composer.fill("Today's chart");
  await ines.send.click();
  await expect(picked(ines)).toHaveCount(0);
  await ines.say("below");
  const [before, after] = await tomasz.placeBeforeAndAfter(/\/thumbnails\//, "/rooms/1", tomasz.bodies.getByText("above"));
  expect(after).toBe(before);
});

test("files are picked, sent with words or without, and saved by the other", async ({ ines, tomasz }) => {
  await picker(ines).setInputFiles([
    { name: "prices.csv", mimeType: "text/csv", buffer: Buffer.from("symbol,last\nAAPL,228.31\n") },
    { name: "chart.png", mimeType: "image/png", buffer: png(800, 400) },
  ]);
  await expect(picked(ines)).toHaveText([/prices\.csv 24 B/, /chart\.png/]);
  await expect(ines.page.getByRole("button", { name: "Remove chart.png" })).toBeVisible();
  await accessible(ines.page, "a room with files to send");
  await ines.composer.fill("Today's prices");
  await ines.send.click();
  await expect(picked(ines)).toHaveCount(0);
  for (const one of [ines, tomasz]) {
    await one.sees("Today's prices");
    await expect(files(one)).toHaveCount(2);
    await expect(files(one).first()).toContainText("prices.csv");
    const image = one.messages.getByRole("img", { name: "chart.png" });
    await expect(image).toHaveAttribute("width", "360");
    await expect(image).toHaveAttribute("height", "180");
    await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(640);
  }
  await accessible(tomasz.page, "a message with files");
  const [download] = await Promise.all([tomasz.page.waitForEvent("download"), files(tomasz).first().click()]);
  expect(download.suggestedFilename()).toBe("prices.csv");
  const saved = await download.createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of saved) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe("symbol,last\nAAPL,228.31\n");

  // Nothing but a file.
  await picker(ines).setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
  await expect(ines.page.getByRole("button", { name: "Remove note.txt" })).toBeVisible();
  await ines.composer.press("Enter");
  await expect(files(tomasz)).toHaveCount(3);
  await tomasz.open("/search?q=has:file");
  await expect(tomasz.page.getByRole("main").getByRole("listitem")).toHaveCount(2);
  await expect(tomasz.page.getByText("note.txt")).toBeVisible();
});

test("a file is dropped onto the room, another pasted", async ({ ines, tomasz }) => {
  await bring(ines.page, "drop", "main .log", "dropped.png", png(40, 30));
  await expect(ines.page.getByRole("button", { name: "Remove dropped.png" })).toBeVisible();
  await bring(ines.page, "paste", "#composer", "pasted.png", png(30, 40));
  await expect(ines.page.getByRole("button", { name: "Remove pasted.png" })).toBeVisible();
  await ines.page.getByRole("button", { name: "Remove dropped.png" }).click();
  await ines.send.click();
  await expect(tomasz.messages.getByRole("img", { name: "pasted.png" })).toBeVisible();
  await expect(tomasz.messages.getByRole("img")).toHaveCount(1);
});

test("what is picked is still there after a reload", async ({ ines }) => {
  await picker(ines).setInputFiles({ name: "kept.png", mimeType: "image/png", buffer: png(20, 20) });
  await expect(ines.page.getByRole("button", { name: "Remove kept.png" })).toBeVisible();
  await ines.page.reload();
  await ines.arrive();
  await expect(ines.page.getByRole("button", { name: "Remove kept.png" })).toBeVisible();
  await ines.send.click();
  await expect(ines.messages.getByRole("img", { name: "kept.png" })).toBeVisible();
  await expect(picked(ines)).toHaveCount(0);
});

test("progress is shown, and a file on its way can be cancelled", async ({ ines }) => {
  ines.watch.expect(/files\?room/);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await ines.page.route("**/files?room=*", async (route) => {
    await held;
    await route.abort().catch(() => {});
  });
  await picker(ines).setInputFiles({ name: "large.bin", mimeType: "", buffer: Buffer.alloc(300_000, 1) });
  await expect(ines.page.getByRole("progressbar", { name: "Sending large.bin" })).toBeVisible();
  await accessible(ines.page, "a file on its way");
  await ines.composer.fill("not without it");
  await ines.composer.press("Enter");
  await expect(ines.page.getByRole("alert")).toContainText("not there yet");
  await expect(ines.composer).toHaveValue("not without it");
  await ines.page.getByRole("button", { name: "Cancel large.bin" }).click();
  await expect(picked(ines)).toHaveCount(0);
  release();
  await ines.page.unroute("**/files?room=*");
  await ines.composer.press("Enter");
  await ines.sees("not without it");
  await expect(files(ines)).toHaveCount(0);
});

test("a file that the network lost is sent again", async ({ ines, tomasz }) => {
  ines.watch.expectCuts();
  await ines.page.route("**/files?room=*", (route) => route.abort("connectionreset"));
  await picker(ines).setInputFiles({ name: "again.png", mimeType: "image/png", buffer: png(10, 10) });
  await expect(ines.page.getByRole("alert")).toContainText("can't be reached");
  await ines.page.unroute("**/files?room=*");
  await ines.page.getByRole("button", { name: "Try again" }).click();
  await expect(ines.page.getByRole("button", { name: "Remove again.png" })).toBeVisible();
  await expect(ines.page.getByRole("alert")).toHaveCount(0);
  await ines.send.click();
  await expect(tomasz.messages.getByRole("img", { name: "again.png" })).toBeVisible();
});

test("what is too large is refused in words before it is sent", async ({ ines }) => {
  await picker(ines).setInputFiles({ name: "huge.bin", mimeType: "", buffer: Buffer.alloc(26 * 1024 * 1024) });
  await expect(ines.page.getByRole("alert")).toHaveText("huge.bin isn't sent: it is larger than 25 MiB.");
  await expect(picked(ines)).toHaveCount(0);
  await picker(ines).setInputFiles({ name: "empty.txt", mimeType: "", buffer: Buffer.alloc(0) });
  await expect(ines.page.getByRole("alert")).toHaveText("empty.txt isn't sent: it is empty.");
  await expect(picked(ines)).toHaveCount(0);
});

test("after files were picked, Enter sends them, and each is removed by a button of its own", async ({ ines }) => {
  const notes = ["one.txt", "two.txt", "three.txt"].map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) }));
  await picker(ines).focus();
  await picker(ines).setInputFiles(notes);
  await expect(ines.composer).toBeFocused();
  const remove = ines.page.getByRole("button", { name: /^Remove .*\.txt$/ });
  await expect(remove).toHaveCount(3);
  const [first, second] = await remove.evaluateAll((all) => all.map((button) => button.getBoundingClientRect().toJSON()));
  expect(second.top - first.bottom).toBeGreaterThanOrEqual(4);
  await ines.page.keyboard.press("Enter");
  await expect(picked(ines)).toHaveCount(0);
  await expect(files(ines)).toHaveCount(3);
});

test("images are looked at one after the other, by keyboard", async ({ ines, tomasz }) => {
  for (const name of ["one.png", "two.png"]) {
    await picker(ines).setInputFiles({ name, mimeType: "image/png", buffer: png(900, 600, [name.length, 90, 160]) });
    await expect(ines.page.getByRole("button", { name: `Remove ${name}` })).toBeVisible();
    await ines.send.click();
    await expect(tomasz.messages.getByRole("img", { name })).toBeVisible();
  }
  const link = files(tomasz).first();
  await link.focus();
  await tomasz.page.keyboard.press("Enter");
  const viewer = tomasz.page.getByRole("dialog", { name: "Image" });
  await expect(viewer.getByRole("img", { name: "one.png" })).toBeVisible();
  await accessible(tomasz.page, "the viewer");
  await tomasz.page.keyboard.press("ArrowRight");
  await expect(viewer.getByRole("img", { name: "two.png" })).toBeVisible();
  await tomasz.page.keyboard.press("ArrowRight");
  await expect(viewer.getByRole("img", { name: "one.png" })).toBeVisible();
  await viewer.getByRole("button", { name: "Previous" }).click();
  await expect(viewer.getByRole("img", { name: "two.png" })).toBeVisible();
  const [download] = await Promise.all([
    tomasz.page.waitForEvent("download"),
    viewer.getByRole("link", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("two.png");
  await tomasz.page.keyboard.press("Escape");
  await expect(viewer).toBeHidden();
  await expect(link).toBeFocused();
  await link.click();
  await expect(viewer).toBeVisible();
  await viewer.getByRole("button", { name: "Close" }).click();
  await expect(viewer).toBeHidden();
});

test("a deleted message's files are gone for both", async ({ ines, tomasz }) => {
  tomasz.watch.expect(/404/);
  await picker(ines).setInputFiles({ name: "secret.png", mimeType: "image/png", buffer: png(20, 20) });
  await expect(ines.page.getByRole("button", { name: "Remove secret.png" })).toBeVisible();
  await ines.send.click();
  const address = await files(tomasz).first().getAttribute("href");
  await ines.messages.getByRole("article").hover();
  await ines.page.getByRole("button", { name: /^Actions for the message by/ }).click();
  await ines.page.getByRole("button", { name: "Delete", exact: true }).click();
  await ines.page.getByRole("button", { name: "Delete for everyone" }).click();
  await expect(files(tomasz)).toHaveCount(0);
  const answer = await tomasz.page.request.get(tomasz.url + address);
  expect(answer.status()).toBe(404);
});

test("files fit a phone", async ({ ines }) => {
  await ines.page.setViewportSize({ width: 390, height: 780 });
  await picker(ines).setInputFiles([
    { name: `${"a-long-name-".repeat(8)}.txt`, mimeType: "text/plain", buffer: Buffer.from("x") },
    { name: "wide.png", mimeType: "image/png", buffer: png(2000, 300) },
  ]);
  await expect(ines.page.getByRole("button", { name: "Remove wide.png" })).toBeVisible();
  await ines.send.click();
  await expect(files(ines)).toHaveCount(2);
  const overflow = () => ines.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await files(ines).last().click();
  await expect(ines.page.getByRole("dialog", { name: "Image" })).toBeVisible();
  expect(await overflow()).toBeLessThanOrEqual(0);
});
