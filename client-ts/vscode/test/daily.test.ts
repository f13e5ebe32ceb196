/** What happens around the main job: plans, refusals, forwards, the configuration, reloads, other windows, a daemon that dies. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { ask } from "../../test/cluster.js";
import { until } from "../../test/until.js";
import { deploy } from "./lib/cluster.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

let scene: Scene;
let user: Window;
before(async () => {
  scene = await Scene.set();
  user = await scene.open();
  await user.show();
  await user.row("deployment/web").waitFor();
});
after(() => scene?.close());
const window = () => scene?.window;

const configure = (text: string): void => {
  mkdirSync(join(scene.source, ".nocalhost"), { recursive: true });
  writeFileSync(join(scene.source, ".nocalhost/config.yaml"), text);
};

/** Calls a command and does not wait for its end, as a press does not. */
const press = (command: string, ...parameters: unknown[]): void => void user.command(command, ...parameters).catch(() => undefined);

const start = async (): Promise<string> => {
  const { stage } = scene;
  const { session } = await stage.start();
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  return session;
};

const end = async (): Promise<void> => {
  const { client } = scene.stage;
  for (const { session } of (await client.session.end({ all: true })).sessions) await client.session.wait({ session, until: "ended" });
  await user.status().waitFor({ state: "hidden" });
};

story("a wrong image is refused once, with a way out, and the log has it", window, async () => {
  await user.rowAction("deployment/web", "Start DevMode");
  await user.quick.getByText("deployment/web").waitFor();
  await user.page.keyboard.type("NOT/an image");
  await user.pick("NOT/an image").waitFor();
  await user.page.keyboard.press("Enter");
  const toast = user.toast("Image must be an image without a space");
  await toast.waitFor();
  await user.shot("error wrong image");
  assert.equal(await user.page.locator(".notifications-toasts .notification-list-item").count(), 1, "it is told once");
  await toast.getByRole("button", { name: "Choose Image…" }).waitFor();
  await toast.getByRole("button", { name: "Show Log" }).click();
  await user.page.getByText("start deployment/web: ").first().waitFor();
  await user.command("workbench.action.closePanel");
});

story("the plan is shown as diffs, and started from there", window, async () => {
  configure(`name: web\nserviceType: deployment\ncontainers:\n  - name: ""\n    dev:\n      image: ${DEV_IMAGE}\n`);
  // The plan takes the place of a tab that is only looked at.
  await user.host.run(async (api, file) => void (await api.window.showTextDocument(api.Uri.file(file))), join(scene.source, "first.txt"));
  press("nhd.plan", { kind: "Deployment", name: "web", place: { namespace: scene.stage.namespace } });
  await user.page.getByRole("tab", { name: /^Plan: DevMode of deployment\/web/ }).waitFor();
  await user.page.getByText("nocalhost.origin.spec.json").first().waitFor();
  await user.shot("plan");
  assert.deepEqual((await scene.stage.client.session.list()).sessions, [], "a plan changes nothing");
  await user.page.getByRole("button", { name: "Start DevMode as Planned" }).first().click();
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  await user.page.getByRole("tab", { name: /^Plan: / }).waitFor({ state: "detached" });
  await end();
});

story("the configuration starts and ends what it names, and a mistake in it is opened", window, async () => {
  await user.host.run(async (api, file) => void (await api.window.showTextDocument(api.Uri.file(file))), join(scene.source, ".nocalhost/config.yaml"));
  await user.page.locator(".codelens-decoration").getByText("Start DevMode").click();
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  await user.page.locator(".codelens-decoration").getByText("End DevMode").waitFor();
  await user.shot("lens");
  await user.page.locator(".codelens-decoration").getByText("End DevMode").click();
  await user.status().waitFor({ state: "hidden" });
  configure(`name: web\ncontainers:\n  - name: ""\n    dev:\n      image: [1]\n`);
  press("nhd.start", { kind: "Deployment", name: "web", place: {} });
  const toast = user.toast("config.yaml:5");
  await toast.waitFor();
  await toast.getByRole("button", { name: "Open Configuration" }).click();
  const line = () => user.host.run((api) => api.window.activeTextEditor?.selection.active.line);
  await until("the line", async () => (await line()) === 4);
  await user.command("workbench.action.closeAllEditors");
});

story("a forward is added, opened, and ended from its row", window, async () => {
  configure(`name: web\ncontainers:\n  - name: ""\n    dev:\n      image: ${DEV_IMAGE}\n`);
  const session = await start();
  await user.rowAction(/^deployment\/web, .*in sync$/, "Forward a Port");
  await user.quick.getByPlaceholder("The port in the pod").waitFor();
  await user.page.keyboard.type("99999");
  await user.quick.getByText("Type a port").waitFor();
  await user.page.keyboard.press("Control+a");
  await user.page.keyboard.type("9080");
  await user.page.keyboard.press("Enter");
  await user.toast("leads to port 9080 of web").waitFor();
  const row = user.row(/^localhost:\d+ → 9080, listening/);
  await row.waitFor();
  await user.shot("forward");
  const { forwards } = await scene.stage.client.forward.list({ session });
  assert.ok(forwards.some(({ remotePort, state }) => remotePort === 9080 && state === "listening"));
  await user.rowAction(/^localhost:\d+ → 9080, listening/, "End Forward");
  await row.waitFor({ state: "detached" });
});

story("a pause shows, in the view and in the status bar, and ends", window, async () => {
  await user.rowAction(/^Sync, /, "Pause Sync");
  await user.status().filter({ hasText: "web: paused" }).waitFor();
  await user.row(/^Sync, paused/).waitFor();
  await user.rowAction(/^Sync, /, "Resume Sync");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
});

story("a pod that is deleted is told of, and its successor", window, async () => {
  const { client, namespace } = scene.stage;
  const { sessions: [status] } = await client.session.list();
  await ask("DELETE", `/api/v1/namespaces/${namespace}/pods/${status?.pod?.name ?? ""}?gracePeriodSeconds=0`);
  await user.status().filter({ hasNotText: "in sync" }).waitFor();
  await user.shot("pod deleted");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  const { sessions: [now] } = await client.session.list();
  assert.notEqual(now?.pod?.name, status?.pod?.name);
  await user.row(`Pod, ${now?.pod?.name ?? ""}`).waitFor();
});

story("a daemon that dies is told of, and is started by a press; the session is there as before", window, async () => {
  await scene.stage.laptop.endDaemon("SIGKILL");
  await user.status().filter({ hasText: "web: nhd does not run" }).waitFor();
  await user.shot("daemon killed");
  await user.status().click();
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
});

story("a second window on the same daemon shows the same, and ends it for both", window, async () => {
  const other = await Window.open(scene.browser, scene.editor, scene.source);
  try {
    await other.status().filter({ hasText: "web: in sync" }).waitFor();
    await other.show();
    await other.row(/^deployment\/web, .*, in sync$/).waitFor();
    await other.shot("second window");
    await other.command("nhd.end");
    await other.status().waitFor({ state: "hidden" });
    await user.status().waitFor({ state: "hidden" });
  } finally {
    await other.close();
  }
});

story("a window that is reloaded in the midst of a start shows the start again, which can be given up there", window, async () => {
  configure(`name: web\ncontainers:\n  - name: ""\n    dev:\n      image: ${DEV_IMAGE}\n`);
  await deploy(scene.stage.namespace, "slow", { initContainers: [{ name: "wait", image: "nhd-tests/dev:1", imagePullPolicy: "IfNotPresent", command: ["sleep", "600"] }] });
  press("nhd.start", { kind: "Deployment", name: "slow", place: {}, image: DEV_IMAGE });
  await user.status().filter({ hasText: "slow: Waiting for the dev pod" }).waitFor();
  await user.reload();
  const toast = user.toast("Starting DevMode of slow");
  await toast.getByText("Waiting for the dev pod").waitFor();
  await user.shot("reloaded");
  await toast.getByRole("button", { name: "Cancel" }).click();
  await user.toast("Ending DevMode of slow").waitFor();
  await user.status().waitFor({ state: "hidden" });
  await until("no session", async () => (await scene.stage.client.session.list()).sessions.length === 0);
});
