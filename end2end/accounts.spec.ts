// One's account, and what administrators do with those of others.
import { createHmac } from "node:crypto";
import { accessible } from "./support/axe";
import { password } from "./support/person";
import { expect, test } from "./support/test";

/** The code that an authenticator app shows for a secret, so many steps of 30 s from now. */
function code(secret: string, steps = 0): string {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a name, colours and a password are changed", async ({ ines, tomasz }) => {
  await ines.open("/you");
  await accessible(ines.page, "one's own page");
  await ines.page.getByRole("textbox", { name: "Sign-in name" }).fill("ines.m");
  await ines.page.getByRole("button", { name: "Change names" }).click();
  await expect(ines.page.getByRole("status")).toHaveText("Your names are changed.");
  await ines.page.getByLabel("Light").check();
  await ines.page.getByLabel("Blue and orange").check();
  await ines.page.getByRole("button", { name: "Use these colours" }).click();
  await expect(ines.page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(ines.page.locator("html")).toHaveAttribute("data-pair", "blue-orange");
  await accessible(ines.page, "one's own page in blue and orange");
  await ines.page.getByLabel("Current password").fill("not this one");
  await ines.page.getByLabel("New password").fill("nine-loud-herons-77");
  await ines.page.getByRole("button", { name: "Change password" }).click();
  await expect(ines.page.getByRole("alert")).toHaveText("This is not your current password.");
  await ines.page.getByLabel("Current password").fill(password);
  await ines.page.getByLabel("New password").fill("nine-loud-herons-77");
  await ines.page.getByRole("button", { name: "Change password" }).click();
  await expect(ines.page.getByRole("status")).toContainText("Your password is changed");
  await ines.page.getByRole("link", { name: /^Back to/ }).click();
  await ines.arrive();
  await ines.say("still me");
  await tomasz.open("/");
  await tomasz.sees("still me");
  await expect(tomasz.messages.getByText("ines.m")).toBeVisible();
});

test("a session is ended from another", async ({ ines, person }) => {
  const elsewhere = await person("ines");
  await elsewhere.open("/sign-in");
  await elsewhere.signIn();
  await elsewhere.arrive();
  await ines.open("/you");
  elsewhere.watch.expect(/401|4401/);
  await ines.page.getByRole("button", { name: /^End (?!all)/ }).click();
  await expect(ines.page.getByText("this one")).toBeVisible();
  await expect(ines.page.getByRole("button", { name: /^End/ })).toHaveCount(0);
  await expect(elsewhere.page).toHaveURL(/\/sign-in$/);
});

test("a second factor is set up, asked for, and stood in for", async ({ ines, person }) => {
  await ines.open("/you");
  await ines.page.getByRole("link", { name: "Set it up" }).click();
  await accessible(ines.page, "the second factor's page");
  const secret = (await ines.page.locator(".secret").textContent())!;
  const recovery = (await ines.page.locator(".codes code").first().textContent())!;
  await expect(ines.page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  await ines.page.getByLabel("Code", { exact: true }).fill(code(secret, -1));
  await ines.page.getByRole("button", { name: "Turn it on" }).click();
  await expect(ines.page.getByRole("status")).toHaveText("Your second factor is on.");

  // Other recovery codes, in place of the first.
  const factor = ines.page.getByRole("region", { name: "Second factor" });
  await expect(factor).toContainText("10 of 10 recovery codes are left.");
  await factor.getByLabel("Current password").fill(password);
  await factor.getByRole("button", { name: "Make new recovery codes" }).click();
  await expect(factor.getByRole("status")).toContainText("These are your new recovery codes");
  await expect(factor).toBeInViewport();
  await accessible(ines.page, "one's own page with new recovery codes");
  await expect(factor.locator(".codes code")).toHaveCount(10);
  const newer = (await factor.locator(".codes code").first().textContent())!;

  await ines.signOut();
  await expect(ines.page.getByRole("textbox", { name: "Sign-in name" })).toBeFocused();
  await ines.signIn();
  await expect(ines.page).toHaveURL(/\/sign-in\/code$/);
  await accessible(ines.page, "the code's page");
  await ines.page.getByLabel("Code", { exact: true }).fill(code(secret));
  await ines.page.getByRole("button", { name: "Sign in" }).click();
  await ines.arrive();
  const other = await person("ines");
  await other.open("/sign-in");
  await other.signIn();
  await expect(other.page.getByLabel("Code", { exact: true })).toBeFocused();
  await other.page.getByLabel("Code", { exact: true }).fill(recovery);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await expect(other.page.getByRole("alert")).toContainText("This is not the current code.");
  await other.page.getByLabel("Code", { exact: true }).fill(newer);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.arrive();
  await other.open("/you");
  await expect(other.page.getByText("9 of 10 recovery codes are left.")).toBeVisible();
});

test("the second factor's page begins with what a phone reads", async ({ person }) => {
  const ines = await person("ines", { viewport: { width: 390, height: 844 } });
  await ines.begin();
  await ines.open("/you/two-factor");
  await expect(ines.page.getByRole("img", { name: /^QR code/ })).toBeInViewport();
  await expect(ines.page.getByLabel("Code", { exact: true })).not.toBeFocused();
  expect(await ines.page.evaluate(() => scrollY)).toBe(0);
});

test("an administrator helps, shuts out and removes", async ({ ines, tomasz, person }) => {
  await tomasz.say("I was here");
  await ines.open("/team");
  await accessible(ines.page, "the team's page");
  await expect(ines.page.getByRole("img", { name: "QR code of the join link" })).toBeVisible();
  await ines.page.getByRole("link", { name: "Manage tomasz" }).click();
  await accessible(ines.page, "an account's page");
  await ines.page.getByRole("button", { name: "Make a link to choose a new password" }).click();
  const link = await ines.page.getByLabel("Link to choose a new password").inputValue();
  const elsewhere = await person("tomasz");
  await elsewhere.open(new URL(link).pathname);
  await accessible(elsewhere.page, "the page to choose a password");
  tomasz.watch.expect(/401|4401/);
  await elsewhere.page.getByLabel("Password").fill("nine-loud-herons-77");
  await elsewhere.page.getByRole("button", { name: "Keep this password" }).click();
  await elsewhere.signIn("nine-loud-herons-77");
  await elsewhere.arrive();

  elsewhere.watch.expect(/401|4401/);
  await ines.page.getByRole("button", { name: "Suspend" }).click();
  await expect(ines.page.getByRole("heading", { name: "Suspended" })).toBeVisible();
  await expect(elsewhere.page).toHaveURL(/\/sign-in$/);
  await elsewhere.signIn("nine-loud-herons-77");
  await expect(elsewhere.page.getByRole("alert")).toContainText("suspended");
  await ines.page.getByRole("button", { name: "Let in again" }).click();
  await elsewhere.signIn("nine-loud-herons-77");
  await elsewhere.arrive();

  await ines.page.getByLabel(/^Delete everything/).check();
  await ines.page.getByLabel(/^Type tomasz/).fill("tomasz");
  await ines.page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(ines.page.getByRole("status")).toHaveText("The account is removed.");
  await expect(ines.page.getByRole("link", { name: "Manage tomasz" })).toHaveCount(0);
  await ines.open("/");
  await ines.arrive();
  await expect(ines.page.getByText("I was here")).toHaveCount(0);
});

test("whoever had to sign in first ends where they wanted to go", async ({ ines, tomasz }) => {
  await tomasz.say("limits moved");
  await ines.signOut();
  await ines.open("/rooms/1?thread=1");
  await expect(ines.page).toHaveURL(/\/sign-in$/);
  await ines.signIn();
  await expect(ines.page).toHaveURL(/\/rooms\/1\?thread=1$/);
  // Once: the next time it is the desk.
  await ines.signOut();
  await ines.signIn();
  await ines.arrive();
});
