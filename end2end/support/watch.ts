// Fails a test when its pages complain: a console error (a refused script or style, a broken hydration), an exception,
// a request that failed.
import type { Page } from "@playwright/test";

export class Watch {
  readonly faults: string[] = [];
  private readonly expected: RegExp[] = [];

  constructor(
    page: Page,
    private readonly who: string,
    scripts: boolean,
  ) {
    page.on("console", (message) => {
      if (message.type() === "error") this.note(`console: ${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => this.note(`exception: ${error.stack ?? error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // The browser's own doing: one page gives way to the next; with scripts off it refuses what a page preloads.
      const itself = why === "net::ERR_ABORTED" || (!scripts && why === "csp" && request.resourceType() === "script");
      if (!itself) this.note(`failed: ${request.method()} ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) this.note(`status ${response.status()}: ${response.url()}`);
    });
  }

  /** From here on, complaints like this are what the test provokes. */
  expect(pattern: RegExp) {
    this.expected.push(pattern);
  }

  /** From here on the network is cut at will. */
  expectCuts() {
    this.expect(/net::ERR_|WebSocket connection to .* failed|EventSource/);
  }

  private note(fault: string) {
    if (!this.expected.some((pattern) => pattern.test(fault))) this.faults.push(`${this.who}: ${fault}`);
  }
}
