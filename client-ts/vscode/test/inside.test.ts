/** What is inside the dev container: its files, and the ports that may be worth a forward. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { ask } from "../../test/cluster.js";
import { until } from "../../test/until.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

let scene: Scene;
let user: Window;
let session: string;
before(async () => {
  scene = await Scene.set();
  const { namespace, client } = scene.stage;
  mkdirSync(join(scene.source, ".nocalhost"));
  const dev = { image: DEV_IMAGE, debug: { language: "node", remoteDebugPort: ":9229" }, portForward: [":7070"] };
  writeFileSync(join(scene.source, ".nocalhost/config.yaml"), JSON.stringify({ name: "web", containers: [{ name: "", dev }] }));
  await ask("POST", `/api/v1/namespaces/${namespace}/services`, { metadata: { name: "front" }, spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 9080 }] } });
  user = await scene.open();
  ({ session } = await scene.stage.start());
  await user.show();
  await user.row(/^deployment\/web, .*in sync$/).waitFor();
  const script = "mkdir -p /opt/shop/deep; echo 'only in the pod' > /opt/shop/deep/notes.txt; ln -s deep /opt/shop/link; head -c 5000000 /dev/zero > /opt/shop/large; httpd -p 9999 -h /opt";
  await client.exec.start({ session, command: ["sh", "-c", script], detached: true });
  await client.forward.wait({ session, remotePort: 9999 });
});
after(() => scene?.close());
const window = () => scene?.window;

const shown = () => user.host.run((api) => [api.window.activeTextEditor?.document.uri.toString(), api.window.activeTextEditor?.document.getText()]);

story("files of the container are found folder by folder, or by their path, and are read only", window, async () => {
  await user.rowAction(/^Files, /, "Open a File of the Container");
  await user.quick.getByText("Files in the Container of web: /home/nocalhost-dev").waitFor();
  await user.pick("first.txt").waitFor();
  await user.pick("..").click();
  await user.quick.getByText("Files in the Container of web: /home", { exact: true }).waitFor();
  await user.pick("..").click();
  await user.quick.getByText("Files in the Container of web: /", { exact: true }).waitFor();
  await user.pick("opt").click();
  await user.pick("shop").click();
  await user.pick("link").getByText("→ deep").waitFor();
  await user.shot("files in the container");
  await user.pick("link").click();
  await user.pick("notes.txt").click();
  const address = `nhd-pod://${session}/opt/shop/link/notes.txt`;
  await until("the file", async () => (await shown())[0] === address);
  assert.deepEqual(await shown(), [address, "only in the pod\n"]);
  const wrote = await user.host.run(async (api) => {
    const { uri } = api.window.activeTextEditor!.document;
    return [api.workspace.fs.isWritableFileSystem(uri.scheme), await api.workspace.fs.writeFile(uri, new Uint8Array([1])).then(() => "written", (error: Error) => error.name)];
  });
  assert.deepEqual([wrote[0], wrote[1] === "written"], [false, false]);

  await user.command("workbench.action.closeAllEditors");
  void user.command("nhd.openPodFile", { session }).catch(() => undefined);
  await user.pick("first.txt").waitFor();
  await user.page.keyboard.type("/opt/shop/deep/notes.txt");
  await user.pick("/opt/shop/deep/notes.txt").waitFor();
  await user.page.keyboard.press("Enter");
  await until("the file", async () => (await shown())[0] === `nhd-pod://${session}/opt/shop/deep/notes.txt`);
});

story("a file that is too large, or is not there, is told of", window, async () => {
  for (const [path, words] of [["/opt/shop/large", /is larger than 4194304 bytes/], ["/opt/none", /there is no such file or folder/]] as const) {
    void user.command("nhd.openPodFile", { session }).catch(() => undefined);
    await user.pick("first.txt").waitFor();
    await user.page.keyboard.type(path);
    await user.pick(path).waitFor();
    await user.page.keyboard.press("Enter");
    await user.toast(words).waitFor();
    await user.command("notifications.clearAll");
  }
});

story("the editor's own file system sees what is there, and is told what is not", window, async () => {
  const found = await user.host.run(async (api, id) => {
    const at = (path: string) => api.Uri.from({ scheme: "nhd-pod", authority: id, path });
    const outcome = async (act: () => Thenable<unknown>): Promise<unknown> => {
      try {
        return await act();
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    return {
      folder: await outcome(() => api.workspace.fs.readDirectory(at("/opt/shop"))),
      file: await outcome(async () => [(await api.workspace.fs.stat(at("/opt/shop/deep/notes.txt"))).type, (await api.workspace.fs.stat(at("/opt/shop/deep/notes.txt"))).size]),
      directory: await outcome(async () => (await api.workspace.fs.stat(at("/opt/shop/link"))).type),
      nothing: await outcome(() => api.workspace.fs.stat(at("/opt/none"))),
      notFolder: await outcome(() => api.workspace.fs.readDirectory(at("/opt/shop/large"))),
      large: await outcome(() => api.workspace.fs.readFile(at("/opt/shop/large"))),
      gone: await outcome(() => api.workspace.fs.readFile(api.Uri.parse("nhd-pod://none/etc/passwd"))),
    };
  }, session);
  assert.deepEqual(found, {
    folder: [["deep", 2], ["large", 1], ["link", 64 | 2]],
    file: [1, 16],
    directory: 2,
    nothing: "FileNotFound",
    notFolder: "FileNotADirectory",
    large: "Unavailable",
    gone: "FileNotFound",
  });
});

story("ports that something speaks for are suggested, with why, those that listen first", window, async () => {
  await user.rowAction(/^deployment\/web, .*in sync$/, "Forward a Port");
  await user.pick(/^\s*9999/).waitFor();
  const rows = (await user.quick.locator(".quick-input-list .monaco-list-row").allInnerTexts()).map((text) => text.replaceAll(/\s/g, ""));
  await user.shot("suggested ports");
  // Those of the dev configuration are forwarded already.
  assert.deepEqual(rows, ["9999listens", "9080servicefront:80"]);
  await user.pick(/^\s*9080/).click();
  await user.toast("leads to port 9080 of web").waitFor();
  await user.row(/^localhost:\d+ → 9080, listening/).waitFor();
});

story("once DevMode has ended, a file of its container is not found any more", window, async () => {
  await user.command("workbench.action.closeAllEditors");
  await user.command("nhd.end", { session });
  await user.status().waitFor({ state: "hidden" });
  await user.host.run((api, id) => void api.commands.executeCommand("vscode.open", api.Uri.parse(`nhd-pod://${id}/etc/passwd`)), session);
  await user.page.getByText("because the file was not found").first().waitFor();
});
