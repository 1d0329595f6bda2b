// A proxy between a browser and the server that answers 502 while it is shut, as one does whose server is being started again.
import { type AddressInfo, type Socket, connect } from "node:net";
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";

export class Gate {
  /** What was turned away. */
  readonly refused: string[] = [];
  private isShut = false;
  private readonly lines = new Set<Socket>();
  private readonly to: URL;
  private readonly proxy = createServer((asked, answer) => this.pass(asked, answer));

  private constructor(url: string) {
    this.to = new URL(url);
    this.proxy.on("connection", (line) => this.keep(line));
    // Bytes pass unchanged; what was read of the head is written again.
    this.proxy.on("upgrade", ({ method, url, rawHeaders }, browser: Socket) => {
      if (this.isShut) return browser.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
      const server = connect(Number(this.to.port), this.to.hostname);
      const headers = rawHeaders.map((text, n) => (n % 2 ? `${text}\r\n` : `${text}: `)).join("");
      server.write(`${method} ${url} HTTP/1.1\r\n${headers}\r\n`);
      this.keep(server);
      server.pipe(browser).pipe(server);
    });
  }

  static async to(url: string): Promise<Gate> {
    const gate = new Gate(url);
    await new Promise<void>((done) => gate.proxy.listen(0, "127.0.0.1", done));
    return gate;
  }

  /** What the browser is pointed at. */
  get url(): string {
    return `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`;
  }

  /** Ends every connection, and turns all that comes away. */
  shut() {
    this.isShut = true;
    for (const line of this.lines) line.destroy();
  }

  open() {
    this.isShut = false;
  }

  async close() {
    this.shut();
    await new Promise((done) => this.proxy.close(done));
  }

  private keep(line: Socket) {
    this.lines.add(line);
    line.on("error", () => line.destroy());
    line.on("close", () => this.lines.delete(line));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse) {
    if (this.isShut) {
      this.refused.push(asked.url!);
      answer.writeHead(502, { "content-length": 0 }).end();
      return;
    }
    const { method, url: path, headers } = asked;
    const passed = request({ host: this.to.hostname, port: this.to.port, method, path, headers }, (got) => {
      answer.writeHead(got.statusCode!, got.rawHeaders);
      got.pipe(answer);
      got.on("error", () => answer.destroy());
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  }
}
