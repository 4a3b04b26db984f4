// The real server as a child process, in a folder of its own, on ports that the kernel chooses. It can be killed and
// started again where it was.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** From the compiled test, in clients/web/node_modules/.compiled/e2e/support. */
const ROOT = resolve(import.meta.dirname, "../../../../../..");
const PROGRAM = process.env["LONGLINK"] ?? join(ROOT, "target/debug/longlink");
/** Nothing takes so long; what does has hung. */
const PATIENCE_MS = 60_000;

const SETTINGS = `
data_dir = "data"
accounts.registration = "open"
accounts.people_listed = true
accounts.password_bytes_min = 4
accounts.hash_memory_kib = 8
accounts.hash_passes = 1
chat.broadcast_allowed = ["anna"]
store.disk_reserve_mb = 16
uploads.disk_reserve_mb = 16
`;

export class Server {
  /** The page's address. */
  origin = "";
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), "longlink-web-"));

  private constructor(private readonly settings: string) {}

  static async start(settings = ""): Promise<Server> {
    const names = settings.split("\n").map((line) => line.split("=")[0]!.trim());
    const kept = SETTINGS.split("\n").filter((line) => !names.includes(line.split("=")[0]!.trim()) || line === "");
    const server = new Server([...kept, settings].join("\n"));
    await server.run();
    return server;
  }

  /** Starts it; the second time where it was the first time. */
  async run(): Promise<void> {
    const http = this.origin === "" ? "127.0.0.1:0" : new URL(this.origin).host;
    writeFileSync(join(this.folder, "longlink.toml"), this.settings);
    const child = spawn(PROGRAM, ["serve", "--tcp", "127.0.0.1:0", "--http", http], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    let said = "";
    child.stderr!.on("data", (bytes: Buffer) => (said = (said + String(bytes)).slice(-4_000)));
    const listening = new Promise<string>((found, failed) => {
      createInterface(child.stdout!).on("line", (line) => line.startsWith("http ") && found(line.slice(5)));
      child.on("error", failed);
      child.on("exit", (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
      setTimeout(() => failed(new Error(`the server does not listen: ${said}`)), PATIENCE_MS).unref();
    });
    this.origin = `http://${await listening}`;
  }

  /** SIGKILL: nothing is said to anybody. */
  async kill(): Promise<void> {
    const child = this.child!;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async end(): Promise<void> {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
