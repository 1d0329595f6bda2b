// Waits until the page answers to the pointer and the keyboard; a click before that would be a plain form's.
import { type Page, test } from "@playwright/test";

/** Whether pages of this project run scripts. */
export const scripts = () => test.info().project.use.javaScriptEnabled !== false;

export async function hydrated(page: Page) {
  // The pages beside the desk have no scripts.
  if (scripts()) await page.locator("html[data-hydrated], main.gate, .plain").first().waitFor({ state: "attached" });
}

/** Opens a page of `base` and waits until it is alive. */
export async function open(page: Page, url: string) {
  const answer = await page.goto(url);
  await hydrated(page);
  return answer;
}
