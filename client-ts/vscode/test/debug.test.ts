/** A breakpoint in a program that runs in the pod, hit by a request through a forward; the source is the local file. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { dirname, join } from "node:path";
import { after, before } from "node:test";

import { until } from "../../test/until.js";
import { container, deploy } from "./lib/cluster.js";
import { program } from "./lib/editor.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

/** What a program of this machine needs to run in a pod of it. */
const MACHINE = ["/lib/x86_64-linux-gnu", "/lib64", "/usr"];

let scene: Scene;
let user: Window;
before(async () => {
  scene = await Scene.set();
  const folders = [...MACHINE, dirname(dirname(program().node))];
  const volumes = folders.map((path, index) => ({ name: `folder-${index}`, hostPath: { path } }));
  const volumeMounts = folders.map((mountPath, index) => ({ name: `folder-${index}`, mountPath, readOnly: true }));
  await deploy(scene.stage.namespace, "shop", { volumes, containers: [{ ...container("shop"), volumeMounts }] });
  user = await scene.open();
  await user.show();
});
after(() => scene?.close());
const window = () => scene?.window;

const press = (command: string, ...parameters: unknown[]): void => void user.command(command, ...parameters).catch(() => undefined);

function configure(language: string, command: string, port: number): void {
  mkdirSync(join(scene.source, ".nocalhost"), { recursive: true });
  const dev = { image: DEV_IMAGE, command: { debug: [command] }, debug: { language, remoteDebugPort: `:${port}` }, portForward: [":8080"] };
  writeFileSync(join(scene.source, ".nocalhost/config.yaml"), JSON.stringify({ name: "shop", containers: [{ name: "", dev }] }));
}

/** Starts DevMode, debugs, asks the program, and sees it stand still at a line of the local file. */
async function hits(file: string, line: number): Promise<void> {
  const { client } = scene.stage;
  press("nhd.start", { kind: "Deployment", name: "shop", place: {} });
  await user.status().filter({ hasText: "shop: in sync" }).waitFor();
  const { sessions: [status] } = await client.session.list();
  assert.ok(status !== undefined);
  await user.host.run(async (api, [path, at]) => {
    const uri = api.Uri.file(path);
    await api.window.showTextDocument(uri);
    api.debug.addBreakpoints([new api.SourceBreakpoint(new api.Location(uri, new api.Position(at - 1, 0)))]);
  }, [join(scene.source, file), line] as [string, number]);
  press("nhd.debug", { session: status.session });
  await until("a debug session", () => user.host.run((api) => api.debug.activeDebugSession !== undefined));
  const forward = await until("the forward", async () => {
    const { forwards } = await client.forward.list({ session: status.session });
    return forwards.find(({ remotePort, localPort }) => remotePort === 8080 && localPort !== undefined);
  });
  const answer = await until("a request that is held up", () => heldUp(forward.localPort ?? 0));
  await user.page.getByText("Paused on breakpoint").first().waitFor();
  const place = await user.host.run((api) => {
    const editor = api.window.activeTextEditor;
    return [editor?.document.uri.fsPath, editor?.selection.active.line];
  });
  assert.deepEqual(place, [join(scene.source, file), line - 1]);
  await user.shot(`breakpoint ${file}`);
  await user.command("workbench.action.debug.continue");
  assert.equal(await answer.text, "served 42");
  await user.command("workbench.action.debug.stop");
  await until("the process in the pod", async () => (await client.exec.list({ session: status.session })).streams.every(({ state }) => state === "ended"));
  await user.command("nhd.end", { session: status.session });
  await user.status().waitFor({ state: "hidden" });
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

story("a breakpoint in a Node program in the pod is hit, at the line of the local file", window, async () => {
  const lines = ['const { createServer } = require("node:http");', "function serve(answer) {", "  const price = 42;", '  answer.end("served " + price);', "}", "createServer((_, answer) => serve(answer)).listen(8080);"];
  writeFileSync(join(scene.source, "app.js"), `${lines.join("\n")}\n`);
  configure("node", `${program().node} --inspect=0.0.0.0:9229 app.js`, 9229);
  await hits("app.js", 4);
});

/** What each language's own debugger is given; its extension is not to be had here. */
const HANDED = [
  ["python", "debugpy", { connect: { host: "127.0.0.1" }, pathMappings: true }],
  ["go", "go", { mode: "remote", host: "127.0.0.1", substitutePath: true }],
  ["java", "java", { hostName: "127.0.0.1" }],
] as const;

for (const [language, type, expected] of HANDED) {
  story(`a debugger for ${language} is told where the program is, and which file here is which there`, window, async () => {
    // Something that keeps a connection open, as a debugger does.
    configure(language, `${program().node} -e 'require("node:net").createServer(() => {}).listen(7000); require("node:http").createServer().listen(8080)'`, 7000);
    press("nhd.start", { kind: "Deployment", name: "shop", place: {} });
    await user.status().filter({ hasText: "shop: in sync" }).waitFor();
    const { sessions: [status] } = await scene.stage.client.session.list();
    assert.ok(status !== undefined);
    const handed = await user.host.run(async (api, [name, session]) => {
      const given = new Promise<{ [key: string]: unknown }>((resolve) => {
        const undo = api.debug.registerDebugConfigurationProvider(name, {
          resolveDebugConfiguration: (_, config) => {
            undo.dispose();
            resolve(config);
            return undefined;
          },
        });
      });
      void api.commands.executeCommand("nhd.debug", { session });
      return given;
    }, [type, status.session] as [string, string]);
    const { forwards } = await scene.stage.client.forward.list({ session: status.session });
    const port = forwards.find(({ remotePort }) => remotePort === 7000)?.localPort;
    const pair = { python: [{ localRoot: scene.source, remoteRoot: status.workDir }], go: [{ from: scene.source, to: status.workDir }], java: undefined }[language];
    assert.equal(handed["request"], "attach");
    assert.equal(language === "python" ? (handed["connect"] as { port: number }).port : handed["port"], port);
    for (const [key, value] of Object.entries(expected)) {
      if (key === "connect") assert.equal((handed["connect"] as { host: string }).host, "127.0.0.1");
      else assert.deepEqual(handed[key], value === true ? pair : value, key);
    }
    await user.command("nhd.end", { session: status.session });
    await user.status().waitFor({ state: "hidden" });
  });
}
