// A program of clients/, which answers each line of JSON with one. Its packages are where .ci/setup put them.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

export class Python {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private log = "";

  constructor(private readonly script: string) {
    const packages = process.env.PYTHON_PACKAGES;
    if (!packages) throw new Error('There are no Python packages: run .ci/setup test, then eval "$(.ci/setup env)".');
    // The server is on this machine, whatever proxy leads elsewhere.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
    env.PYTHONPATH = packages;
    this.child = spawn("python3", [resolve(__dirname, "../clients", script)], { env });
    this.child.on("error", (error) => (this.log += error.message));
    // Where it has ended, `ask` says so.
    this.child.stdin.on("error", () => {});
    this.child.stderr.on("data", (text) => (this.log += text));
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(order: object): Promise<any> {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.script} ended.\n${this.log}`);
    return JSON.parse(value);
  }

  end() {
    this.child.kill();
  }
}
