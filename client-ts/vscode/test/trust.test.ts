/** A folder that is not trusted yet: its settings name no programs, and nothing is started. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { Scene } from "./lib/scene.js";
import { story } from "./lib/story.js";

let scene: Scene;
before(async () => {
  scene = await Scene.set({ trust: true, settings: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" } });
  mkdirSync(join(scene.source, ".vscode"));
  const settings = { "nhd.path": "/tmp/evil", "nhd.syncthing": "/tmp/evil", "nhd.kubeconfig": "/tmp/evil", "nhd.namespace": scene.stage.namespace };
  writeFileSync(join(scene.source, ".vscode/settings.json"), JSON.stringify(settings));
});
after(() => scene?.close());

story("an untrusted folder names no programs and starts nothing", () => scene?.window, async () => {
  const user = await scene.open();
  const settings = () =>
    user.host.run((api) => {
      const own = api.workspace.getConfiguration("nhd");
      return [api.workspace.isTrusted, own.get("path"), own.get("syncthing"), own.get("kubeconfig")];
    });
  assert.deepEqual(await settings(), [false, "", "", ""]);
  await user.show();
  await user.page.getByText("Starting needs a trusted folder.").waitFor();
  await user.row("deployment/web").waitFor();
  await user.row("deployment/web").hover();
  await user.shot("untrusted");
  await user.command("nhd.start", { kind: "Deployment", name: "web", place: {}, image: "nhd-tests/dev:1" });
  assert.deepEqual((await scene.stage.client.session.list()).sessions, []);
});
