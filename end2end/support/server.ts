// A real server: the release build, on a port and a data folder of its own.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
/** Where cargo-leptos put the site. */
export const site = resolve(root, process.env.LEPTOS_SITE_ROOT || "target/site");

/** The program: where `make` says, else the newest build that belongs to the site. */
export function program(): string {
  const named = process.env.SQUAWKBOX_PROGRAM;
  if (named) return resolve(root, named);
  const target = resolve(root, process.env.CARGO_TARGET_DIR || "target");
  const built = ["release", "debug"].map((profile) => join(target, profile, "squawkbox")).filter(existsSync);
  // Beside each build lies how its site's files are called; with another's, no page would come to life.
  const fits = (program: string) => {
    const names = join(program, "../hash.txt");
    const wasm = existsSync(names) && /^wasm: (\S+)$/m.exec(readFileSync(names, "utf8"))?.[1];
    return !!wasm && existsSync(join(site, "pkg", `squawkbox.${wasm}.wasm`));
  };
  if (built.some(fits)) built.splice(0, built.length, ...built.filter(fits));
  built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!built.length) throw new Error(`There is no squawkbox in ${target}: run make build first.`);
  return built[0];
}

export interface Options {
  /** The program to run instead of the built one. */
  program?: string;
  /** The folder to run it in. */
  cwd?: string;
  /** Where it listens; on a port that is free when absent. What it prints may be a proxy's address. */
  address?: string;
  /** Further settings. */
  args?: string[];
  /** The site's folder; `null` lets the program find it. */
  site?: string | null;
}

export class Server {
  /** Such as http://127.0.0.1:41234. */
  url = "";
  /** What it wrote to standard error. */
  log = "";
  readonly data = mkdtempSync(join(tmpdir(), "squawkbox-e2e-"));
  private readonly program: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly cwd: string;
  private readonly args: string[];
  private child!: ChildProcess;
  private exit!: Promise<number | string>;
  private stopped?: Promise<number | string>;

  private constructor(options: Options) {
    this.program = options.program ?? program();
    this.cwd = options.cwd ?? this.data;
    this.args = options.args ?? [];
    // No setting of whoever runs the tests reaches the server.
    const outer = Object.entries(process.env).filter(([name]) => !/^(SQUAWKBOX|LEPTOS)_/.test(name));
    this.env = { ...Object.fromEntries(outer), SQUAWKBOX_VENUES: "demo", NO_COLOR: "1" };
    if (options.site !== null) this.env.LEPTOS_SITE_ROOT = options.site ?? site;
  }

  static async start(options: Options = {}): Promise<Server> {
    const server = new Server(options);
    await server.launch(options.address ?? "127.0.0.1:0");
    return server;
  }

  private async launch(address: string) {
    const child = spawn(this.program, ["--address", address, "--data", this.data, ...this.args], { cwd: this.cwd, env: this.env });
    this.child = child;
    this.stopped = undefined;
    this.exit = new Promise((done) => {
      child.on("exit", (code, signal) => done(code ?? signal ?? "no code"));
      child.on("error", (error) => done(error.message));
    });
    child.stderr!.on("data", (text) => (this.log += text));
    let out = "";
    const said = new Promise<string>((done) =>
      child.stdout!.on("data", (text) => {
        out += text;
        const url = /^Squawkbox is at (\S+)$/m.exec(out)?.[1];
        if (url) done(url);
      }),
    );
    const ended = this.exit.then((code) => {
      throw new Error(`The server ended with ${code} before it listened.\n${this.log}`);
    });
    this.url = await Promise.race([said, ended]);
    ended.catch(() => {});
  }

  /** Runs one of the program's commands on the same data and gives what it printed. */
  run(...args: string[]): string {
    return execFileSync(this.program, [...args, "--data", this.data], { cwd: this.cwd, env: this.env, encoding: "utf8" });
  }

  /** A new token for sending prices and lines. */
  token(): string {
    return this.run("token", "create", "--name", "e2e", "--scope", "ingest").trim();
  }

  /** Asks the server to stop, by its process id; gives its exit code. */
  stop(): Promise<number | string> {
    this.stopped ??= (async () => {
      this.child.kill("SIGTERM");
      // It promises ten seconds; what takes longer is ended, and seen by the code.
      const late = setTimeout(() => this.child.kill("SIGKILL"), 12_000);
      const code = await this.exit;
      clearTimeout(late);
      return code;
    })();
    return this.stopped;
  }

  /** Stops and starts again on the same port and data. */
  async restart() {
    const code = await this.stop();
    if (code !== 0) throw new Error(`The server stopped with ${code}.\n${this.log}`);
    await this.again();
  }

  /** Ends the server at once: nothing gets to finish anything. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.exit;
  }

  /** Starts what has ended again, on the same port and data. */
  async again() {
    await this.launch(new URL(this.url).host);
  }

  /** Removes the data. */
  clear() {
    rmSync(this.data, { recursive: true, force: true });
  }
}
