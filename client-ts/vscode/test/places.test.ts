/** Contexts and namespaces: shown without asking anybody, chosen for this window alone, and no kubeconfig written. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { parse, stringify } from "yaml";

import { ask } from "../../test/cluster.js";
import { deploy } from "./lib/cluster.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

interface Config {
  readonly contexts: { name: string; context: { readonly cluster: string; user: string; namespace?: string } }[];
  readonly clusters: { name: string; cluster: { server: string } }[];
  readonly users: { name: string; user: { [name: string]: unknown } }[];
}

let scene: Scene;
let user: Window;
let other: string;
const path = (): string => join(scene.stage.laptop.folder, ".kube/config");
const change = (edit: (config: Config) => void): void => {
  const config = parse(readFileSync(path(), "utf8")) as Config;
  edit(config);
  writeFileSync(path(), stringify(config));
};

before(async () => {
  scene = await Scene.set();
  other = `${scene.stage.namespace}-other`;
  await ask("POST", "/api/v1/namespaces", { metadata: { name: other } });
  await deploy(other, "elsewhere-app");
  change(({ contexts, clusters }) => {
    clusters.push({ name: "far", cluster: { server: "https://192.0.2.1:6443" } });
    contexts.push({ name: "far-away", context: { cluster: "far", user: contexts[0]?.context.user ?? "" } });
  });
  // Other tests have namespaces, too.
  user = await scene.open({ height: 2400 });
  await user.show();
});
after(async () => {
  await ask("DELETE", `/api/v1/namespaces/${other}`);
  await scene?.close();
});
const window = () => scene?.window;

story("contexts and namespaces are rows, of which only what is unfolded is asked for", window, async () => {
  await user.row(/^context .*, chosen$/).waitFor();
  await user.row("context far-away").waitFor();
  await user.row(`namespace ${scene.stage.namespace} of`).waitFor();
  await user.row("deployment/web").waitFor();
  assert.equal(await user.row("deployment/elsewhere-app").count(), 0);
  await user.shot("contexts");
  await user.row("other namespaces of context").click();
  await user.row(`namespace ${other} of`).click();
  await user.row("deployment/elsewhere-app").waitFor();
});

story("a namespace is chosen for this window, and is there after a reload; no kubeconfig is written", window, async () => {
  const before = readFileSync(path(), "utf8");
  await user.rowAction(`namespace ${other} of`, "Choose Namespace");
  // Right below the context; the others are folded away.
  const chosen = `[role=treeitem][aria-level="2"][aria-label^="namespace ${other} of"]`;
  await user.page.locator(chosen).waitFor();
  await user.row("deployment/elsewhere-app").waitFor();
  await user.reload();
  await user.page.locator(chosen).waitFor();
  await user.row("deployment/elsewhere-app").waitFor();
  void user.command("nhd.chooseNamespace").catch(() => undefined);
  await user.pick(scene.stage.namespace).waitFor();
  await user.shot("choose namespace");
  await user.page.keyboard.type(scene.stage.namespace);
  await user.page.keyboard.press("Enter");
  await user.row("deployment/web").waitFor();
  assert.equal(readFileSync(path(), "utf8"), before);
});

story("a kubeconfig that is edited is seen at once", window, async () => {
  change(({ contexts }) => contexts.push({ name: "brand-new", context: { cluster: "nowhere", user: "nobody" } }));
  await user.row(/^context brand-new, .*nowhere/).waitFor();
});

story("a cluster that cannot be reached says so in its place, and the others stay", window, async () => {
  await user.row("context far-away").click();
  const trouble = user.page.getByRole("treeitem").filter({ hasText: "Failed to list the namespaces" }).first();
  await trouble.waitFor();
  await user.shot("unreachable");
  await user.row("deployment/web").waitFor();
});

story("what changes in the cluster is there by itself", window, async () => {
  await deploy(scene.stage.namespace, "newcomer");
  await user.row("deployment/newcomer, 1 of 1 ready").waitFor();
  await ask("DELETE", `/apis/apps/v1/namespaces/${scene.stage.namespace}/deployments/newcomer`);
  await user.row("deployment/newcomer").waitFor({ state: "detached" });
});
