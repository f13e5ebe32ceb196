/** The main job, as a user does it: from an opened folder into DevMode, a saved file in the pod, and back. */
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { ask } from "../../test/cluster.js";
import { until } from "../../test/until.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import { story } from "./lib/story.js";

let scene: Scene;
before(async () => void (scene = await Scene.set()));
after(() => scene?.close());
const window = () => scene?.window;

story("a workload goes into DevMode with three clicks, a saved file arrives, and it comes back", window, async () => {
  const { stage } = scene;
  const path = `/apis/apps/v1/namespaces/${stage.namespace}/deployments/web`;
  const original = await ask("GET", path);
  const user = await scene.open();
  const { page } = user;

  await user.show();
  await user.row("deployment/web").waitFor();
  await page.getByText("No workload is in DevMode yet.").waitFor();
  await user.shot("1 workloads");

  await user.rowAction("deployment/web", "Start DevMode");
  await user.quick.getByText("deployment/web").waitFor();
  await page.keyboard.type(DEV_IMAGE);
  await user.pick(DEV_IMAGE).waitFor();
  await user.shot("2 image");
  await page.keyboard.press("Enter");
  await user.toast("Starting DevMode of web").waitFor();
  await user.shot("3 starting");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  await user.row(/^deployment\/web, .*, in sync$/).waitFor();
  await user.toast("Starting DevMode of web").waitFor({ state: "detached" });
  await user.shot("4 in sync");
  const { sessions: [status] } = await stage.client.session.list();
  assert.ok(status !== undefined);
  assert.deepEqual([status.image, status.source], [DEV_IMAGE, scene.source]);
  await stage.arrives(status, "first.txt", "first");

  await user.host.run(async (api, file) => {
    const editor = await api.window.showTextDocument(api.Uri.file(file));
    await editor.edit((edit) => edit.insert(new api.Position(0, 0), "typed here, "));
    await editor.document.save();
  }, `${scene.source}/first.txt`);
  await stage.arrives(status, "first.txt", "typed here, first");

  await user.rowAction(/^deployment\/web, .*, in sync$/, "End DevMode");
  await user.toast("Ending DevMode of web").waitFor();
  await page.getByText("No workload is in DevMode yet.").waitFor();
  await user.status().waitFor({ state: "hidden" });
  await until("the original", async () => {
    const now = await ask("GET", path);
    return now?.metadata.uid === original?.metadata.uid && JSON.stringify(now?.spec) === JSON.stringify(original?.spec);
  });
});

story("the second time one Enter is the same again", window, async () => {
  const user = scene.window;
  assert.ok(user !== undefined);
  void user.command("nhd.start").catch(() => undefined);
  await user.pick(/^web/).waitFor();
  await user.quick.getByText("last time").waitFor();
  await user.page.keyboard.press("Enter");
  await user.pick(DEV_IMAGE).getByText("as last time").waitFor();
  await user.page.keyboard.press("Enter");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
});
