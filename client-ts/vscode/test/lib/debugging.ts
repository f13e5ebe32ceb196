/** Programs of this machine in a pod, and a breakpoint in them that is hit. */
import assert from "node:assert/strict";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { dirname, join } from "node:path";

import type { SessionStatus } from "@nhd/client";

import { until } from "../../../test/until.js";
import { container, deploy } from "./cluster.js";
import { program, variable } from "./editor.js";
import { DEV_IMAGE, Scene } from "./scene.js";
import type { Window } from "./screen.js";

/** What a program of this machine needs to run in a pod of it. */
const MACHINE = ["/lib/x86_64-linux-gnu", "/lib64", "/usr"];

/** debugpy, dlv and what Go compiled, as `debuggers.sh` leaves them. */
export const debuggers = (): string => variable("NHD_TEST_DEBUGGERS");

/** Where Go itself is, on this machine and so in the pod. */
export const goRoot = (): string => realpathSync(join(debuggers(), "goroot"));

/** The Deployment `shop`, whose container has the programs of this machine. */
export async function deployShop(namespace: string): Promise<void> {
  const given = [dirname(dirname(program().node)), debuggers(), ...[goRoot()].filter((path) => !path.startsWith("/usr/"))];
  const folders = [...MACHINE, ...given];
  const volumes = folders.map((path, index) => ({ name: `folder-${index}`, hostPath: { path } }));
  // Go writes what it has compiled beside what it has found.
  const volumeMounts = folders.map((mountPath, index) => ({ name: `folder-${index}`, mountPath, readOnly: mountPath !== debuggers() }));
  await deploy(namespace, "shop", { volumes, containers: [{ ...container("shop"), volumeMounts }] });
}

/** The dev configuration of it; what is given goes beside image and forward. */
function configure(scene: Scene, given: { readonly [key: string]: unknown }): void {
  mkdirSync(join(scene.source, ".nocalhost"), { recursive: true });
  const dev = { image: DEV_IMAGE, portForward: [":8080"], ...given };
  writeFileSync(join(scene.source, ".nocalhost/config.yaml"), JSON.stringify({ name: "shop", containers: [{ name: "", dev }] }));
}

/** Calls a command and does not wait for its end, as a press does not. */
export function press(user: Window, command: string, ...parameters: unknown[]): void {
  void user.command(command, ...parameters).catch(() => undefined);
}

/** In DevMode with such a configuration; whatever happens there, nothing of it is left. */
export async function inDevMode(scene: Scene, user: Window, given: { readonly [key: string]: unknown }, tell: (status: SessionStatus) => Promise<void>): Promise<void> {
  const { client } = scene.stage;
  configure(scene, given);
  press(user, "nhd.start", { kind: "Deployment", name: "shop", place: {} });
  await user.status().filter({ hasText: "shop: in sync" }).waitFor();
  const { sessions: [status] } = await client.session.list();
  assert.ok(status !== undefined);
  try {
    await tell(status);
  } catch (error) {
    await user.shot("failed in DevMode");
    throw error;
  } finally {
    await user.command("workbench.action.debug.stop");
    await user.host.run((api) => api.debug.removeBreakpoints(api.debug.breakpoints));
    await client.session.end({ session: status.session });
    await client.session.wait({ session: status.session, until: "ended" });
  }
  await user.command("notifications.clearAll");
  await user.command("workbench.action.closeQuickOpen");
  await user.status().waitFor({ state: "hidden" });
}

export async function setBreakpoint(scene: Scene, user: Window, file: string, line: number): Promise<void> {
  await user.host.run(async (api, [path, at]) => {
    const uri = api.Uri.file(path);
    await api.window.showTextDocument(uri);
    api.debug.addBreakpoints([new api.SourceBreakpoint(new api.Location(uri, new api.Position(at - 1, 0)))]);
  }, [join(scene.source, file), line] as [string, number]);
}

/** As the screen has it: the API may still name a session that is over. */
export const isDebugging = (user: Window): Promise<boolean> => user.page.locator(".debug-toolbar").isVisible();

/** Asks the program, and sees it stand still at a line of the local file; answers with what it says once it goes on. */
export async function hit(scene: Scene, user: Window, { session }: SessionStatus, file: string, line: number): Promise<() => Promise<string>> {
  const forward = await until("the forward", async () => {
    const { forwards } = await scene.stage.client.forward.list({ session });
    return forwards.find(({ remotePort, localPort }) => remotePort === 8080 && localPort !== undefined);
  });
  const answer = await until("a request that is held up", () => heldUp(forward.localPort ?? 0));
  await standsAt(user, `file://${join(scene.source, file)}`, line);
  return async () => {
    await user.command("workbench.action.debug.continue");
    return answer.text;
  };
}

/** The program stands still, and the editor shows where. */
export async function standsAt(user: Window, address: string, line: number): Promise<void> {
  await until(`a stop at ${address}:${line}`, () =>
    user.host.run((api, [wanted, at]) => {
      const editor = api.window.activeTextEditor;
      const isStopped = api.debug.activeStackItem !== undefined && "frameId" in api.debug.activeStackItem;
      return isStopped && editor?.document.uri.toString() === wanted && editor.selection.active.line === at - 1;
    }, [address, line] as [string, number]),
  );
}

/** What a variable holds where the program stands. */
export function valueOf(user: Window, expression: string): Promise<string> {
  return user.host.run(async (api, wanted) => {
    const { session, frameId } = api.debug.activeStackItem as { session: import("vscode").DebugSession; frameId: number };
    const { result } = (await session.customRequest("evaluate", { expression: wanted, frameId, context: "watch" })) as { result: string };
    return result;
  }, expression);
}

/** A request that is not answered for a while, as the program stands still; undefined while it does not listen, or before the breakpoint is set. */
function heldUp(port: number): Promise<{ readonly text: Promise<string> } | undefined> {
  return new Promise((resolve) => {
    const text = new Promise<string>((answered, failed) => {
      const asked = get({ host: "127.0.0.1", port }, (answer) => {
        let all = "";
        answer.on("data", (chunk) => (all += String(chunk))).on("end", () => answered(all));
      });
      asked.on("error", failed);
    });
    const held = setTimeout(() => resolve({ text }), 2000);
    text.then(
      () => (clearTimeout(held), resolve(undefined)),
      () => (clearTimeout(held), resolve(undefined)),
    );
  });
}

/** Ends the debugger as its button does, and sees what it began in the pod end with it. */
export async function stop(scene: Scene, user: Window, { session }: SessionStatus): Promise<void> {
  const { exec } = scene.stage.client;
  await user.command("workbench.action.debug.stop");
  await until("the process in the pod", async () => (await exec.list({ session })).streams.every(({ state }) => state === "ended"));
}
