/** The dev configuration as it is written: problems in unsaved text with fixes, completion, hover, and a first file. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";

import { until } from "../../test/until.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

const TEXT = `name: web
serviceType: deployment
containers:
  - name: ""
    dev:
      imgae: golang:1.24
      sync:
        type: send
`;

let scene: Scene;
let user: Window;
const file = (): string => join(scene.source, ".nocalhost/config.yaml");
before(async () => {
  scene = await Scene.set();
  mkdirSync(join(scene.source, ".nocalhost"));
  writeFileSync(file(), TEXT);
  user = await scene.open();
  await user.host.run(async (api, path) => void (await api.window.showTextDocument(api.Uri.file(path))), file());
});
after(() => scene?.close());
const window = () => scene?.window;

const problems = (): Promise<readonly (readonly [number, string])[]> =>
  user.host.run((api, path) => api.languages.getDiagnostics(api.Uri.file(path)).map(({ range, message }) => [range.start.line, message] as const), file());

story("a mistake is marked where it is, and mended by its fix, before anything is saved", window, async () => {
  const found = await until("a problem", async () => (await problems()).find(([line]) => line === 5));
  assert.match(found[1], /imgae/);
  await user.page.locator(".squiggly-warning, .squiggly-error").first().waitFor();
  await user.shot("config problem");
  const titles = await user.host.run(async (api, path) => {
    const uri = api.Uri.file(path);
    const actions = await api.commands.executeCommand<{ title: string; edit?: unknown }[]>("vscode.executeCodeActionProvider", uri, new api.Range(5, 6, 5, 11));
    const fix = actions.find(({ edit }) => edit !== undefined);
    if (fix !== undefined) await api.workspace.applyEdit(fix.edit as Parameters<typeof api.workspace.applyEdit>[0]);
    return actions.map(({ title }) => title);
  }, file());
  assert.ok(titles.length > 0, "there is a fix");
  await until("no problem", async () => (await problems()).every(([line]) => line !== 5));
  assert.equal(readFileSync(file(), "utf8"), TEXT, "nothing was saved");
});

story("keys and values are completed, and told of", window, async () => {
  const complete = (line: number, text: string): Promise<readonly string[]> =>
    user.host.run(async (api, [path, at, typed]) => {
      const document = await api.workspace.openTextDocument(api.Uri.file(path));
      const edit = new api.WorkspaceEdit();
      edit.insert(document.uri, new api.Position(at, 0), `${typed}\n`);
      await api.workspace.applyEdit(edit);
      const list = await api.commands.executeCommand<{ items: { label: string | { label: string } }[] }>("vscode.executeCompletionItemProvider", document.uri, new api.Position(at, typed.length));
      const undo = new api.WorkspaceEdit();
      undo.delete(document.uri, new api.Range(at, 0, at + 1, 0));
      await api.workspace.applyEdit(undo);
      return list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    }, [file(), line, text] as [string, number, string]);
  const keys = await complete(6, "      ");
  for (const key of ["image", "env", "command", "sync", "portForward"]) assert.ok(keys.includes(key), `${key} in ${keys}`);
  assert.deepEqual((await complete(8, "        type: ")).filter((value) => value.startsWith("send")).sort(), ["send", "sendReceive"]);
  const hover = await user.host.run(async (api, path) => {
    const found = await api.commands.executeCommand<{ contents: { value: string }[] }[]>("vscode.executeHoverProvider", api.Uri.file(path), new api.Position(7, 9));
    return found.flatMap(({ contents }) => contents.map(({ value }) => value)).join();
  }, file());
  assert.match(hover, /into the pod only/);
});

story("the schema in the package, for whoever has another extension for YAML, is the daemon's", window, async () => {
  const packed = readFileSync(fileURLToPath(new URL("../../schema/config.json", import.meta.url)), "utf8");
  const { schema } = await scene.stage.client.config.schema();
  assert.deepEqual(JSON.parse(packed), JSON.parse(schema), "write it anew: nhd-cli config schema >schema/config.json");
});

story("a first configuration is written for a workload, and opened", window, async () => {
  await user.command("workbench.action.revertAndCloseActiveEditor");
  rmSync(file());
  await user.command("nhd.createConfig", { kind: "Deployment", name: "web", place: {} });
  await until("the file", () => user.host.run((api) => api.window.activeTextEditor?.document.getText().includes("web")));
  assert.match(readFileSync(file(), "utf8"), /containers:/);
  await user.shot("config created");
});
