/** A developer's laptop: a home for the daemon, a source folder, and the daemon itself as a real process. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { connect, NhdError, type Client, type StartParams } from "@nhd/client";

const DAEMON_LIMIT_MS = 20_000;

/** A binary of the workspace: in `NHD_TEST_BINARIES`, else in the debug build. */
export function binary(name: string): string {
  const folder = process.env["NHD_TEST_BINARIES"] ?? fileURLToPath(new URL("../../target/debug", import.meta.url));
  return join(folder, name);
}

/** The kubeconfig of the test cluster, which `run.ts` names. */
export function kubeconfigPath(): string {
  const path = process.env["NHD_TEST_KUBECONFIG"];
  if (path === undefined) throw new Error("NHD_TEST_KUBECONFIG is not set: run `npm test`");
  return path;
}

/** Everything of one developer is in one temporary folder. */
export class Laptop {
  readonly folder = mkdtempSync(join(tmpdir(), "nhd-laptop-"));
  readonly source = join(this.folder, "source");
  readonly home = join(this.folder, "home");
  readonly environment: { readonly [name: string]: string };
  #daemon: ChildProcess | undefined;

  constructor() {
    mkdirSync(this.source);
    this.environment = {
      NHD_HOME: this.home,
      HOME: this.folder,
      USER: "tester",
      PATH: process.env["PATH"] ?? "",
      NHD_LOG: "nhd=debug,info",
    };
  }

  save(name: string, text: string): void {
    const path = join(this.source, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** The daemon dies with this process. */
  startDaemon(): void {
    const log = openSync(join(this.folder, "nhd.log"), "a");
    this.#daemon = spawn("setpriv", ["--pdeathsig", "KILL", binary("nhd")], {
      env: this.environment,
      stdio: ["ignore", log, log],
    });
  }

  /** As `kill -9` or a service manager does; returns when the daemon is gone. */
  async endDaemon(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    daemon.kill(signal);
    await once(daemon, "exit");
  }

  /** A client, as soon as the daemon answers. */
  async connect(): Promise<Client> {
    const deadline = Date.now() + DAEMON_LIMIT_MS;
    for (;;) {
      try {
        return await connect({ environment: this.environment, client: "tests 1" });
      } catch (error) {
        const away = error instanceof NhdError && error.kind === "daemonUnreachable";
        if (!away || Date.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** A start of a Deployment with the test cluster's dev image. */
  startParams(namespace: string, name: string): StartParams {
    return {
      kind: "Deployment",
      name,
      namespace,
      kubeconfig: kubeconfigPath(),
      environment: this.environment,
      image: "nhd-tests/dev:1",
      source: this.source,
      timeoutMs: 60_000,
    };
  }

  /** Whatever a test left running, a detached daemon included, ends with it. */
  async close(): Promise<void> {
    await this.endDaemon("SIGTERM");
    for (const pid of processesNaming(this.folder)) kill(pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The processes whose environment names a folder that only one test knows. */
function processesNaming(folder: string): number[] {
  const pids = readdirSync("/proc").map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
    } catch {
      return false;
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
