/** A daemon of another version than the extension: what is said, and the ways out. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { after, afterEach, before } from "node:test";
import { fileURLToPath } from "node:url";

import { until } from "../../test/until.js";
import { variable } from "./lib/editor.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

const STAND_IN = fileURLToPath(new URL("../../test/lib/stand-in.mjs", import.meta.url));

let scene: Scene;
let user: Window;
let socket: string;
let standIn: ChildProcess | undefined;

before(async () => {
  scene = await Scene.set();
  ({ socket } = scene.stage.client.hello);
  await scene.stage.client.dispose();
  await scene.stage.laptop.endDaemon("SIGTERM");
});
afterEach(() => standIn?.kill("SIGKILL"));
after(() => scene?.close());
const window = () => scene?.window;

/** A window with a daemon of a version behind its socket. */
async function beside(version: string, protocol: number): Promise<void> {
  rmSync(socket, { force: true });
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  const child = (standIn = spawn("setpriv", ["--pdeathsig", "KILL", process.execPath, STAND_IN, socket, version, String(protocol)], { stdio: ["ignore", "pipe", "inherit"] }));
  assert.ok(child.stdout !== null);
  await once(child.stdout, "data");
  if (scene.window === undefined) user = await scene.open();
  else await user.reload();
  await user.command("workbench.view.extension.nhd");
}

const press = (command: string): void => void user.command(command).catch(() => undefined);

story("a daemon that is too old is told of, and restarted by a press", window, async () => {
  await beside("0.0.9", 0);
  await user.page.getByText("are of different versions").first().waitFor();
  await user.shot("skew old view");
  press("nhd.start");
  const toast = user.toast("The nhd that runs is older than this extension.");
  await toast.waitFor();
  for (const name of ["Restart nhd", "Open Settings", "Show Log"]) await toast.getByRole("button", { name }).waitFor();
  await user.shot("skew old");
  await toast.getByRole("button", { name: "Restart nhd" }).click();
  await user.row("deployment/web").waitFor();
  assert.ok(standIn?.exitCode === 0, "the old one was stopped in order");
  await stopOwn();
});

story("a daemon that is too new is left alone, and the extension is to be updated", window, async () => {
  await beside("9.0.0", 9);
  press("nhd.start");
  const toast = user.toast("The nhd that runs is newer than this extension.");
  await toast.waitFor();
  for (const name of ["Update the Extension", "Open Settings"]) await toast.getByRole("button", { name }).waitFor();
  assert.equal(await toast.getByRole("button", { name: "Restart nhd" }).count(), 0);
  await user.shot("skew new");
  await toast.getByRole("button", { name: "Update the Extension" }).click();
  await toast.waitFor({ state: "detached" });
  assert.equal(standIn?.exitCode, null);
});

story("a daemon of the same protocol that lacks methods is used as far as it goes, and that is said", window, async () => {
  await beside("0.0.9", 1);
  await user.page.getByText("nhd 0.0.9 is older than this extension, and some of it is hidden.").first().waitFor();
  await user.page.getByText("There is nothing to develop in here.").first().waitFor();
  const enabled = (command: string) => user.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: command });
  await user.page.keyboard.press("F1");
  await user.page.keyboard.type("nhd: ");
  await enabled("Restart nhd").first().waitFor();
  for (const command of ["Open a Terminal", "Follow the Log"]) assert.equal(await enabled(command).count(), 0, command);
  await user.page.keyboard.press("Escape");
  assert.equal(await user.page.locator(".notifications-toasts .notification-list-item").count(), 0, "nobody asked for it, so nobody is told by a toast");
  await user.shot("skew lacking");
});

story("where a setting names an old program and the package has its own, one press takes that", window, async () => {
  await user.host.run((api, path) => api.workspace.getConfiguration("nhd").update("path", path, api.ConfigurationTarget.Global), variable("NHD_TEST_BINARIES"));
  // As a package for a platform has it.
  await user.host.run((api, binaries, load) => {
    const { symlinkSync } = load("node:fs") as typeof import("node:fs");
    symlinkSync(binaries, `${api.extensions.getExtension("nhd.nhd")?.extensionPath ?? ""}/bin`);
  }, variable("NHD_TEST_BINARIES"));
  await beside("0.0.9", 0);
  await user.page.getByRole("button", { name: "Use the nhd of This Extension" }).or(user.page.getByText("Use the nhd of This Extension")).first().waitFor();
  await user.shot("skew bundled");
  press("nhd.start");
  await user.toast("is older than this extension").getByRole("button", { name: "Use the nhd of This Extension" }).click();
  await user.row("deployment/web").waitFor();
  await until("the setting to be gone", () => user.host.run((api) => api.workspace.getConfiguration("nhd").get("path") === ""));
  await stopOwn();
});

/** The daemon that the extension started, so that another can stand in. */
async function stopOwn(): Promise<void> {
  const child = spawn(`${variable("NHD_TEST_BINARIES")}/nhd-cli`, ["daemon", "stop"], { env: scene.stage.laptop.environment, stdio: "ignore" });
  await once(child, "exit");
}
