/** A window with several folders: each has its own session, its own configuration and its own word in the status bar. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { until } from "../../test/until.js";
import { deploy } from "./lib/cluster.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

let scene: Scene;
let user: Window;
const folder = (name: string): string => join(scene.stage.laptop.folder, name);

before(async () => {
  scene = await Scene.set();
  await deploy(scene.stage.namespace, "desk");
  for (const name of ["shop", "desk", "notes"]) {
    mkdirSync(folder(name));
    writeFileSync(join(folder(name), `${name}.txt`), name);
  }
  mkdirSync(join(folder("shop"), ".nocalhost"));
  // Only this one says which image; the other folder is asked for its own.
  writeFileSync(join(folder("shop"), ".nocalhost/config.yaml"), `name: web\nserviceType: deployment\ncontainers:\n  - name: ""\n    dev:\n      image: ${DEV_IMAGE}\n`);
  const file = folder("all.code-workspace");
  writeFileSync(file, JSON.stringify({ folders: ["shop", "desk", "notes"].map((name) => ({ path: name })) }));
  user = scene.window = await Window.open(scene.browser, scene.editor, "", { query: `workspace=${encodeURIComponent(file)}` });
  await user.show();
  await user.row("deployment/desk").waitFor();
});
after(() => scene?.close());
const window = () => scene?.window;

const edit = (name: string): Promise<void> =>
  user.host.run(async (api, path) => void (await api.window.showTextDocument(api.Uri.file(path))), join(folder(name), `${name}.txt`));

/** The entry that Enter takes. */
const active = () => user.quick.locator(".monaco-list-row.focused");

story("a start asks which folder, and takes the configuration of that one", window, async () => {
  await user.rowAction("deployment/web", "Start DevMode");
  await user.quick.getByPlaceholder("Choose the folder with the sources").waitFor();
  for (const name of ["shop", "desk", "notes"]) await user.pick(new RegExp(`^${name}`)).waitFor();
  await user.shot("roots folders");
  await user.pick(/^shop/).click();
  // The image is the configuration's, and nothing else is asked.
  await user.row(/^deployment\/web, .*in sync$/).waitFor();
  const { sessions: [status] } = await scene.stage.client.session.list();
  assert.deepEqual([status?.source, status?.image], [folder("shop"), DEV_IMAGE]);
});

story("the folder of the file that is edited comes first, and is asked what it does not say", window, async () => {
  await edit("desk");
  await user.rowAction("deployment/desk", "Start DevMode");
  await active().filter({ hasText: "desk" }).waitFor();
  await user.page.keyboard.press("Enter");
  await user.quick.getByPlaceholder(/dev image/).waitFor();
  await user.page.keyboard.type(DEV_IMAGE);
  await user.pick(DEV_IMAGE).waitFor();
  await user.page.keyboard.press("Enter");
  await user.row(/^deployment\/desk, .*in sync$/).waitFor();
  const { sessions } = await scene.stage.client.session.list();
  assert.deepEqual(sessions.map(({ workload, source }) => [workload.name, source]).sort(), [["desk", folder("desk")], ["web", folder("shop")]]);
});

story("the status bar says how the folder of the file that is edited does, and nothing of another's", window, async () => {
  await edit("shop");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  assert.match((await user.status().innerText()).trim(), /web: in sync$/, "the other folder's session is not counted in");
  await edit("desk");
  await user.status().filter({ hasText: "desk: in sync" }).waitFor();
  await user.shot("roots two sessions");
  await edit("notes");
  await user.status().waitFor({ state: "hidden" });
  await edit("desk");
  await user.status().filter({ hasText: "desk: in sync" }).waitFor();
});

story("a command without a word ends the session of the file that is edited, and the other goes on", window, async () => {
  await user.command("nhd.end");
  await until("one session", async () => {
    const { sessions } = await scene.stage.client.session.list();
    return sessions.length === 1 && sessions[0]?.workload.name === "web";
  });
  await user.status().waitFor({ state: "hidden" });
  await edit("shop");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
});

story("the next time the folder of the last time comes first, whatever is edited", window, async () => {
  await edit("notes");
  await user.rowAction("deployment/desk", "Start DevMode");
  await active().filter({ hasText: "desk" }).waitFor();
  await user.page.keyboard.press("Escape");
});
