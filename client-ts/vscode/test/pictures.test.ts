/** Takes the README's pictures, where NHD_PICTURES is set: the real screen, with a program and names that mean something. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";

import { container, deploy } from "./lib/cluster.js";
import { program } from "./lib/editor.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

const pictures = fileURLToPath(new URL("../../media/pictures", import.meta.url));
const MACHINE = ["/lib/x86_64-linux-gnu", "/lib64", "/usr", "/etc/ssl"];
const APP = `import { createServer } from "node:http";

const stars = new Map([["The Comedy of Errors", 5]]);

function review(book) {
  const rating = stars.get(book) ?? 3;
  return { book, rating, text: "★".repeat(rating) };
}

createServer((request, answer) => {
  const book = new URL(request.url, "http://reviews").searchParams.get("book");
  answer.end(JSON.stringify(review(book ?? "The Comedy of Errors")));
}).listen(8080);
`;

let scene: Scene | undefined;
let user: Window | undefined;
before(async () => {
  if (process.env["NHD_PICTURES"] === undefined) return;
  scene = await Scene.set({ settings: { "workbench.colorTheme": "Default Dark Modern", "editor.minimap.enabled": false } });
  const { namespace } = scene.stage;
  const folders = [...MACHINE, dirname(dirname(program().node))];
  const volumes = folders.map((path, index) => ({ name: `folder-${index}`, hostPath: { path } }));
  const volumeMounts = folders.map((mountPath, index) => ({ name: `folder-${index}`, mountPath, readOnly: true }));
  await deploy(namespace, "reviews", { volumes, containers: [{ ...container("reviews"), volumeMounts }] });
  for (const name of ["details", "productpage", "ratings"]) await deploy(namespace, name);
});
after(() => scene?.close());

story("pictures of the real screen", () => user, async () => {
  if (scene === undefined) return;
  const folder = join(scene.stage.laptop.folder, "reviews");
  mkdirSync(join(folder, ".nocalhost"), { recursive: true });
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(folder, "app.mjs"), APP);
  const dev = { image: DEV_IMAGE, command: { debug: [`${program().node} --inspect=0.0.0.0:9229 app.mjs`] }, debug: { language: "node", remoteDebugPort: ":9229" }, portForward: ["8080:8080"] };
  writeFileSync(join(folder, ".nocalhost/config.yaml"), JSON.stringify({ name: "reviews", serviceType: "deployment", containers: [{ name: "", dev }] }, undefined, 2));
  user = await Window.open(scene.browser, scene.editor, folder);
  const take = async (name: string): Promise<void> => {
    // The editor here has no TypeScript, and says so.
    await user?.command("notifications.clearAll");
    await user?.page.screenshot({ path: join(pictures, `${name}.png`), animations: "disabled" });
  };
  await user.show();
  await user.row("deployment/reviews, 1 of 1 ready").waitFor();
  await user.row("deployment/reviews").hover();
  await take("workloads");
  await user.page.mouse.move(800, 20);

  const file = join(folder, "app.mjs");
  await user.host.run(async (api, path) => void (await api.window.showTextDocument(api.Uri.file(path), { preview: false })), file);
  void user.command("nhd.plan", { kind: "Deployment", name: "reviews", place: {} }).catch(() => undefined);
  await user.page.getByRole("tab", { name: /^Plan: / }).waitFor();
  await user.page.getByText("apiVersion").first().waitFor();
  await take("plan");
  await user.page.getByRole("button", { name: "Start DevMode as Planned" }).first().click();
  await user.status().filter({ hasText: "reviews: in sync" }).waitFor();
  await user.command("nhd.openTerminal");
  await user.page.locator(".terminal-wrapper.active .xterm").click();
  await user.page.keyboard.type("ls -l; hostname\n");
  await user.page.locator(".terminal-wrapper.active .xterm-rows").filter({ hasText: "root root" }).waitFor();
  await user.row("Terminal, running").waitFor();
  await user.toast("Starting").waitFor({ state: "detached" });
  await take("devmode");

  await user.command("workbench.action.terminal.kill");
  await user.host.run((api, path) => api.debug.addBreakpoints([new api.SourceBreakpoint(new api.Location(api.Uri.file(path), new api.Position(6, 0)))]), file);
  void user.command("nhd.debug").catch(() => undefined);
  for (let asked = 0; asked < 60 && (await user.page.getByText("Paused on breakpoint").count()) === 0; asked += 1) {
    void fetch("http://127.0.0.1:8080/", { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await user.page.getByText("Paused on breakpoint").first().waitFor();
  await user.command("workbench.action.closePanel");
  await take("breakpoint");
});
