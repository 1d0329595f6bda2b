// A network cable that can be pulled: a TCP proxy between a browser and the server. Playwright's setOffline leaves
// open WebSockets alone; this doesn't. Bytes pass unchanged, so that Host and Origin both name this proxy.
import { type AddressInfo, type Socket, createServer, connect } from "node:net";

export class Line {
  private readonly pairs = new Set<{ browser: Socket; server: Socket }>();
  private state: "up" | "deaf" | "cut" = "up";
  private readonly proxy;
  private readonly to: URL;

  private constructor(url: string) {
    this.to = new URL(url);
    this.proxy = createServer((browser) => this.accept(browser));
  }

  static async to(url: string): Promise<Line> {
    const line = new Line(url);
    await new Promise<void>((done) => line.proxy.listen(0, "127.0.0.1", done));
    return line;
  }

  /** What the browser is pointed at. */
  get url(): string {
    return `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`;
  }

  /** Breaks every connection; new ones fail. */
  cut() {
    this.state = "cut";
    for (const { browser, server } of this.pairs) {
      browser.destroy();
      server.destroy();
    }
  }

  /** What the browser sends still arrives, but nothing comes back: acknowledgements are lost. */
  deafen() {
    this.state = "deaf";
  }

  /** New connections work. What was lost while deaf stays lost, so connections of that time are broken. */
  restore() {
    if (this.state === "deaf") this.cut();
    this.state = "up";
  }

  async close() {
    this.cut();
    await new Promise((done) => this.proxy.close(done));
  }

  private accept(browser: Socket) {
    if (this.state === "cut") {
      browser.destroy();
      return;
    }
    const server = connect(Number(this.to.port), this.to.hostname);
    const pair = { browser, server };
    this.pairs.add(pair);
    browser.setNoDelay(true);
    server.setNoDelay(true);
    browser.on("data", (bytes) => server.write(bytes));
    server.on("data", (bytes) => {
      if (this.state === "up") browser.write(bytes);
    });
    const end = () => {
      browser.destroy();
      server.destroy();
      this.pairs.delete(pair);
    };
    for (const socket of [browser, server]) {
      socket.on("error", end);
      socket.on("end", end);
      socket.on("close", end);
    }
  }
}
