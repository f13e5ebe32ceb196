/** What stands in the way of a start, and the way out of it. */
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { Laptop } from "../../test/laptop.js";
import { container, deploy } from "./lib/cluster.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

let scene: Scene;
let user: Window;
before(async () => {
  scene = await Scene.set();
  const { namespace } = scene.stage;
  await deploy(namespace, "pair", { containers: [container("app"), { ...container("proxy"), image: DEV_IMAGE, command: ["sleep", "3600"] }] });
  user = await scene.open();
  await user.show();
  await user.row("deployment/pair").waitFor();
});
after(() => scene?.close());
const window = () => scene?.window;

const press = (command: string, ...parameters: unknown[]): void => void user.command(command, ...parameters).catch(() => undefined);

story("an image that cannot be pulled is told with a button that asks for another, and that starts", window, async () => {
  press("nhd.start", { kind: "Deployment", name: "web", place: {}, image: "nhd-tests/nowhere:1" });
  const toast = user.toast("cannot run");
  // The daemon gives a kubelet that is busy its time.
  await toast.waitFor({ timeout: 120_000 });
  await user.row(/^deployment\/web, .*failed$/).waitFor();
  await user.shot("image not pullable");
  await toast.getByRole("button", { name: "Choose Image…" }).click();
  await user.quick.getByText("deployment/web").waitFor();
  await user.page.keyboard.type(DEV_IMAGE);
  await user.pick(DEV_IMAGE).waitFor();
  await user.page.keyboard.press("Enter");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  await user.row(/^deployment\/web, .*failed$/).waitFor({ state: "detached" });
  await user.command("nhd.end", undefined);
  await user.status().waitFor({ state: "hidden" });
});

story("of several containers one is asked for, with a way back", window, async () => {
  press("nhd.start", { kind: "Deployment", name: "pair", place: {} });
  await user.pick("proxy").waitFor();
  await user.shot("containers");
  await user.pick("app").click();
  await user.pick(DEV_IMAGE).waitFor();
  await user.quick.getByRole("button", { name: "Back" }).click();
  await user.pick("proxy").waitFor();
  await user.pick("app").click();
  // What is told of an entry under the mouse may cover others.
  await user.quick.getByPlaceholder(/dev image/).waitFor();
  await user.page.keyboard.type(DEV_IMAGE);
  await user.pick(DEV_IMAGE).waitFor();
  await user.page.keyboard.press("Enter");
  await user.status().filter({ hasText: "pair: in sync" }).waitFor();
  const { sessions: [status] } = await scene.stage.client.session.list();
  assert.deepEqual([status?.container, status?.workload.name], ["app", "pair"]);
  await user.command("nhd.end", { session: status?.session });
});

story("what somebody else has is shown as theirs, and taken over after a second question", window, async () => {
  const other = new Laptop();
  try {
    other.save("theirs.txt", "theirs");
    other.startDaemon();
    const client = await other.connect();
    const { session } = await client.session.start(other.startParams(scene.stage.namespace, "web"));
    await client.session.wait({ session, until: "synced", timeoutMs: 60_000 });
    await client.dispose();
    await user.command("nhd.refresh");
    await user.row(/^deployment\/web, tester@/).waitFor();
    await user.shot("elsewhere");
    press("nhd.start", { kind: "Deployment", name: "web", place: {}, image: DEV_IMAGE });
    const question = user.page.getByRole("dialog").filter({ hasText: "Take over web from tester@" });
    await question.waitFor();
    await user.shot("take over");
    await question.getByRole("button", { name: "Take Over" }).click();
    await user.status().filter({ hasText: "web: in sync" }).waitFor();
    const { sessions } = await scene.stage.client.session.list();
    assert.deepEqual(sessions.map(({ workload, source }) => [workload.name, source]), [["web", scene.source]]);
  } finally {
    await other.close();
  }
});
