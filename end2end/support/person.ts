// Somebody at a browser of their own, and what people do here. Every label that a test relies on stands in this file.
import { type BrowserContext, type Locator, type Page, expect } from "@playwright/test";
import { hydrated, open, scripts } from "./hydrated";
import type { Watch } from "./watch";

export const password = "seven-quiet-herons-42";

export class Person {
  constructor(
    readonly name: string,
    /** Where their browser finds the server. */
    readonly url: string,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly watch: Watch,
  ) {}

  readonly heading = (name: string) => this.page.getByRole("heading", { name, exact: true });
  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message # desk" });
  }
  get send(): Locator {
    return this.page.getByRole("button", { name: "Send" });
  }
  get messages(): Locator {
    return this.page.getByRole("log", { name: "Messages in # desk" });
  }
  /** The texts of the room, oldest first. */
  get bodies(): Locator {
    return this.messages.locator(".body");
  }
  get rooms(): Locator {
    return this.page.getByRole("navigation", { name: "Rooms" });
  }
  get ticker(): Locator {
    return this.page.getByRole("region", { name: "Ticker" });
  }
  /** The rows of the panel, without their heads. */
  get prices(): Locator {
    return this.ticker.getByRole("row").filter({ has: this.page.getByRole("rowheader") });
  }
  get logs(): Locator {
    return this.page.getByRole("region", { name: "Logs" });
  }
  get lines(): Locator {
    return this.logs.locator(".line");
  }
  get filter(): Locator {
    return this.logs.getByRole("searchbox", { name: /^Filter/ });
  }
  get joinLink(): Locator {
    return this.page.getByRole("textbox", { name: "Join link" });
  }

  open(path: string) {
    return open(this.page, this.url + path);
  }

  /** Creates the team; ends in its first room. */
  async setUp(team = "North desk") {
    await this.open("/");
    await expect(this.page).toHaveURL(/\/set-up$/);
    await hydrated(this.page);
    await this.page.getByLabel("Team name").fill(team);
    await this.fill();
    await this.page.getByRole("button", { name: /^(Create team|Set up)$/ }).click();
    await this.arrive();
  }

  /** The path of the link by which others come in. */
  async invitation(): Promise<string> {
    await this.open("/team");
    const link = await this.joinLink.inputValue();
    expect(link).toMatch(/^https?:\/\/[^/]+\/join\/\S+$/);
    return new URL(link).pathname;
  }

  /** Makes an account by that path; ends in the first room. */
  async join(path: string) {
    await this.open(path);
    await this.fill();
    await this.page.getByRole("button", { name: "Join" }).click();
    await this.arrive();
  }

  /** As `setUp`, past the page with the form: for tests of something else, which are most. */
  async begin(team = "North desk") {
    await this.post("/do/set_up", { team, name: this.name, password });
    await this.open("/");
    await this.arrive();
  }

  /** As `join`, likewise; the administrator stays where they are. */
  async follow(admin: Person) {
    const page = await (await admin.page.request.get(`${admin.url}/team`)).text();
    const code = /\/join\/(\w+)/.exec(page)?.[1];
    expect(code, "the join link on the team's page").toBeTruthy();
    await this.post("/do/join", { code: code!, name: this.name, password });
    await this.open("/");
    await this.arrive();
  }

  /** Sends a form as this person's browser would. */
  private async post(path: string, form: Record<string, string>) {
    const headers = { Accept: "text/html", Origin: this.url };
    const answer = await this.page.request.post(this.url + path, { form, headers, maxRedirects: 0 });
    expect(answer.status(), await answer.text()).toBe(302);
    expect(answer.headers().location).toBe("/");
  }

  /** Fills in the sign-in page and sends it. */
  async signIn(secret = password) {
    await this.fill(secret);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  async signOut() {
    await this.open("/you");
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await expect(this.page).toHaveURL(/\/sign-in$/);
    await hydrated(this.page);
  }

  /** Sends a message and waits until it is kept. */
  async say(text: string) {
    await this.composer.fill(text);
    await this.send.click();
    await this.sees(text);
    await expect(this.messages.locator(".msg.sending")).toHaveCount(0);
  }

  /** The message is shown once. */
  async sees(text: string) {
    await expect(this.bodies.getByText(text, { exact: true })).toHaveCount(1);
  }

  /** Is in the room, connected. */
  async arrive() {
    await expect(this.heading("# desk")).toBeVisible();
    await hydrated(this.page);
    await this.live();
  }

  /** The room's connection is up. */
  async live() {
    if (scripts()) await expect(this.page.getByRole("main").getByRole("status")).toHaveText("live");
  }

  /** How far down the element is, before and after what `held` matches comes, which was held back until then. */
  async placeBeforeAndAfter(held: RegExp, path: string, element: Locator): Promise<[number, number]> {
    let release = () => {};
    const released = new Promise<void>((done) => (release = done));
    await this.page.route(held, async (route) => {
      await released;
      await route.continue();
    });
    const asked = this.page.waitForRequest(held);
    await this.page.goto(this.url + path);
    await hydrated(this.page);
    await asked;
    const top = async () => (await element.boundingBox())!.y;
    await expect(element).toBeInViewport();
    const before = await top();
    const came = this.page.waitForResponse(held);
    release();
    await came;
    const images = this.messages.locator("img");
    await expect.poll(() => images.evaluateAll((all) => all.every((img) => (img as HTMLImageElement).complete))).toBe(true);
    return [before, await top()];
  }

  private async fill(secret = password) {
    await this.page.getByRole("textbox", { name: "Sign-in name", exact: true }).fill(this.name);
    await this.page.getByLabel("Password").fill(secret);
  }
}
