// What everyone hears, as people and programs meet it.
import type { APIRequestContext, Locator } from "@playwright/test";
import { expect } from "@playwright/test";
import type { Person } from "./person";
import type { Server } from "./server";

/** A token of these scopes. */
export const token = (server: Server, name: string, ...scopes: string[]): string =>
  server.run("token", "create", "--name", name, ...scopes.flatMap((scope) => ["--scope", scope])).trim();

/** Tells everyone a headline, as a program. */
export async function squawk(server: Server, request: APIRequestContext, token: string, text: string, more: object = {}) {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await request.post(`${server.url}/api/v1/squawks`, { headers, data: { text, ...more } });
  expect(answer.status(), await answer.text()).toBe(201);
}

/** The banner over the desk. */
export const banner = (who: Person): Locator => who.page.locator("#squawk-banner");
/** What it says. */
export const headline = (who: Person): Locator => banner(who).getByRole("status");
/** Puts away what the banner shows, and waits until that is kept. */
export async function putAway(who: Person, how: (seen: Locator) => Promise<void> = (seen) => seen.click()) {
  const kept = who.page.waitForResponse(/\/do\/see_headline$/);
  await how(banner(who).getByRole("button", { name: "Seen", exact: true }));
  expect((await kept).ok()).toBe(true);
}
/** What stands on the tape. */
export const onTheTape = (who: Person): Locator => who.page.getByRole("region", { name: "Tape" }).locator("#squawk-head");
