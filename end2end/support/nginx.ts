// nginx before a server, as a self-hoster sets it up: rightly, or not.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The program: the one that .ci/setup unpacked, else this machine's own. */
export function nginx(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  return process.env.NGINX || folders.map((folder) => join(folder, "nginx")).find(existsSync);
}

/** What the README has people put into the location, but for where it passes to. */
export function fromReadme(): string {
  const readme = readFileSync(resolve(__dirname, "../../README.md"), "utf8");
  const location = /```nginx\nlocation \/ \{\n([^]*?)\n\}\n```/.exec(readme)?.[1];
  if (!location) throw new Error("There is no location for nginx in the README.");
  return location.replace(/^\s*proxy_pass .*$/m, "");
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

export class Nginx {
  private readonly folder = mkdtempSync(join(tmpdir(), "nginx-"));
  private readonly child: ChildProcess;
  private readonly exit: Promise<void>;
  private log = "";

  /** Listens on this port of this machine, and passes on to the server, `SERVER` there, in the way that `location` says. */
  constructor(
    program: string,
    private readonly port: number,
    server: string,
    location: string,
  ) {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const config = join(this.folder, "nginx.conf");
    writeFileSync(
      config,
      `daemon off;
master_process off;
pid ${this.folder}/pid;
events {}
http {
    access_log off;
    ${temporary.map((name) => `${name}_temp_path ${this.folder}/${name};`).join("\n    ")}
    server {
        listen 127.0.0.1:${port};
        location / {
            proxy_pass ${server};
            ${location.replaceAll("SERVER", server)}
        }
    }
}
`,
    );
    this.child = spawn(program, ["-p", this.folder, "-c", config, "-e", "stderr"]);
    this.child.on("error", (error) => (this.log += error.message));
    this.child.stderr!.on("data", (text) => (this.log += text));
    this.exit = new Promise((done) => {
      this.child.on("close", () => done());
      this.child.on("error", () => done());
    });
  }

  /** Until it takes connections. */
  async ready() {
    let ended = false;
    void this.exit.then(() => (ended = true));
    const takes = () =>
      new Promise<boolean>((done) => {
        const socket = connect(this.port, "127.0.0.1", () => {
          socket.destroy();
          done(true);
        });
        socket.on("error", () => done(false));
      });
    while (!(await takes())) {
      if (ended) throw new Error(`nginx ended.\n${this.log}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async end() {
    this.child.kill();
    await this.exit;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
