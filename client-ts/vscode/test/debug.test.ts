/** A Node program in the pod: debugged, run without a debugger, reloaded with each save, and what is said where it cannot be. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { until } from "../../test/until.js";
import { deployShop, hit, inDevMode, isDebugging, press, setBreakpoint, stop } from "./lib/debugging.js";
import { program } from "./lib/editor.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

let scene: Scene;
let user: Window;
before(async () => {
  scene = await Scene.set();
  await deployShop(scene.stage.namespace);
  user = await scene.open();
  await user.show();
});
after(() => scene?.close());
const window = () => scene?.window;

/** A shop that serves one price; the answer is given in line 4. */
function write(price: number): void {
  const lines = ['const { createServer } = require("node:http");', "function serve(answer) {", `  const price = ${price};`, '  answer.end("served " + price);', "}", 'createServer((_, answer) => serve(answer)).listen(8080, () => console.log("open for business"));'];
  writeFileSync(join(scene.source, "app.js"), `${lines.join("\n")}\n`);
}

const inspected = (): string => `${program().node} --inspect=0.0.0.0:9229 app.js`;

const streams = async (session: string) => (await scene.stage.client.exec.list({ session })).streams.filter(({ state }) => state !== "ended");

story("a breakpoint in a Node program in the pod is hit, at the line of the local file", window, async () => {
  write(42);
  await inDevMode(scene, user, { command: { debug: [inspected()] }, debug: { language: "node", remoteDebugPort: ":9229" } }, async (status) => {
    await setBreakpoint(scene, user, "app.js", 4);
    press(user, "nhd.debug", { session: status.session });
    await until("a debug session", () => isDebugging(user));
    const goOn = await hit(scene, user, status, "app.js", 4);
    await user.shot("breakpoint node");
    assert.equal(await goOn(), "served 42");
    await stop(scene, user, status);
  });
});

story("launch configurations are made from what is in the container, also for a debugger that listens already", window, async () => {
  write(42);
  writeFileSync(join(scene.source, "package.json"), "{}");
  await inDevMode(scene, user, {}, async (status) => {
    const { client } = scene.stage;
    const { session } = status;
    // Somebody runs it in a terminal of their own.
    await client.exec.start({ session, command: ["sh", "-c", inspected()], detached: true });
    await client.forward.wait({ session, remotePort: 9229 });
    await setBreakpoint(scene, user, "app.js", 4);
    await user.command("workbench.action.debug.selectandstart");
    await user.page.keyboard.type("nhd");
    await user.pick(/nhd(…|\.\.\.)/).click();
    await user.pick("Debug shop in the pod").waitFor();
    await user.shot("launch configurations");
    assert.equal(await user.quick.locator(".quick-input-list .monaco-list-row").count(), 2, "each once");
    await user.pick("Attach to node on port 9229 of shop").click();
    await until("a debug session", () => isDebugging(user));
    assert.equal((await client.forward.list({ session })).forwards.filter(({ remotePort }) => remotePort === 9229).length, 1);
    const goOn = await hit(scene, user, status, "app.js", 4);
    assert.equal(await goOn(), "served 42");
    await user.command("workbench.action.debug.stop");
    await until("no debug session", async () => !(await isDebugging(user)));
    await until("no forward of the debugger", async () => (await client.forward.list({ session })).forwards.every(({ remotePort }) => remotePort !== 9229));
    assert.equal((await streams(session)).length, 1, "what was not begun for the debugger goes on");
    await user.host.run((api) => api.debug.removeBreakpoints(api.debug.breakpoints));
  });
});

story("with hot reload a save starts the program anew, and the debugger is attached to it again", window, async () => {
  write(42);
  await inDevMode(scene, user, { hotReload: true, command: { run: [`${program().node} app.js`], hotReloadDebug: [inspected()] }, debug: { language: "node", remoteDebugPort: ":9229" } }, async (status) => {
    const { session } = status;
    await setBreakpoint(scene, user, "app.js", 4);
    press(user, "nhd.debug", { session });
    await until("a debug session", () => isDebugging(user));
    await user.command("nhd.devMode.focus");
    await user.row(/^deployment\/shop, .*, in sync · debug reloads with each save$/).waitFor();
    const goOn = await hit(scene, user, status, "app.js", 4);
    assert.equal(await goOn(), "served 42");

    write(43);
    await user.command("nhd.devMode.focus");
    await user.row(/^deployment\/shop, .*, in sync · debug reloaded, run 2$/).waitFor();
    await user.row(/^debug, running · hot reload, run 2/).waitFor();
    await until("a debug session of the next run", () => isDebugging(user));
    const goOnAgain = await hit(scene, user, status, "app.js", 4);
    await user.shot("hot reload debug");
    assert.equal(await goOnAgain(), "served 43");
    assert.equal((await streams(session)).length, 1);
    await stop(scene, user, status);
  });
});

story("run without debugging runs the run command, which hot reload starts anew for all to see", window, async () => {
  write(42);
  await inDevMode(scene, user, { hotReload: true, command: { run: [`${program().node} app.js`] } }, async (status) => {
    const { session } = status;
    const folder = scene.source;
    await user.host.run((api, path) => {
      const here = api.workspace.getWorkspaceFolder(api.Uri.file(path));
      void api.debug.startDebugging(here, { type: "nhd", request: "launch", name: "shop" }, { noDebug: true });
    }, folder);
    await user.command("nhd.devMode.focus");
    await user.row(/^run, running · hot reload, run 1/).waitFor();
    assert.equal(await isDebugging(user), false);
    const screen = async (): Promise<string> => (await user.page.locator(".terminal-wrapper.active .xterm-rows").innerText().catch(() => "")).replaceAll("\u00a0", " ");
    const count = async (text: string): Promise<number> => (await screen()).split(text).length - 1;
    await until("the program's words", async () => (await count("open for business")) === 1);

    write(43);
    await user.row(/^run, running · hot reload, run 2/).waitFor();
    await user.row(/^deployment\/shop, .*, in sync · run reloaded, run 2$/).waitFor();
    await until("the next run's words", async () => (await count("open for business")) === 2);
    assert.equal(await count("started"), 2, "the terminal tells where a run begins");
    await user.shot("hot reload run");

    // One that ends by itself waits for the next save, and says how it ended.
    writeFileSync(join(folder, "app.js"), "process.exit(7);\n");
    await user.row(/^deployment\/shop, .*, in sync · run waits for the next save$/).waitFor();
    await until("how it ended", async () => (await screen()).includes("ended with code 7"));
    await user.shot("hot reload waits");
    await user.rowAction(/^run, waiting for the next save/, "End");
    await until("no command", async () => (await streams(session)).length === 0);
    await user.row(/^deployment\/shop, .*, in sync$/).waitFor();
  });
});

/** What is wrong, and what is said of it. */
const REFUSED = [
  ["the command ends before a debugger listens", { command: { debug: ["exit 3"] }, debug: { language: "node", remoteDebugPort: ":9229" } }, /has ended before its debugger listened on port 9229 \(exit code 3\)/],
  ["no port is known", { command: { debug: ["sleep 1000"] }, debug: { language: "node" } }, /The port of the debugger in deployment\/shop is not known/],
  ["the language has no debugger here", { command: { debug: ["sleep 1000"] }, debug: { language: "cobol", remoteDebugPort: ":9229" } }, /A debugger for cobol cannot be attached/],
] as const;

for (const [wrong, given, words] of REFUSED) {
  story(`it is said at once when ${wrong}`, window, async () => {
    await inDevMode(scene, user, given, async (status) => {
      press(user, "nhd.debug", { session: status.session });
      const toast = user.toast(words);
      await toast.waitFor();
      await user.shot(`refused ${wrong}`);
      if (words.source.includes("exit code")) await user.page.locator(".terminal-wrapper.active .xterm-rows").getByText("The process has ended with code 3.").waitFor();
      assert.equal(await isDebugging(user), false);
      assert.deepEqual(await streams(status.session), [], "nothing is left running");
      await user.page.keyboard.press("Escape");
      await user.command("notifications.clearAll");
    });
  });
}

story("without the language's extension it is said which to install, and nothing is begun", window, async () => {
  await inDevMode(scene, user, { command: { debug: ["sleep 1000"] }, debug: { language: "java", remoteDebugPort: ":5005" } }, async (status) => {
    press(user, "nhd.debug", { session: status.session });
    const toast = user.toast("To debug this, the extension vscjava.vscode-java-debug is needed.");
    await toast.waitFor();
    await user.shot("extension needed");
    await toast.getByRole("button", { name: "Show the Extension" }).click();
    await user.page.getByText("@id:vscjava.vscode-java-debug").first().waitFor();
    assert.deepEqual(await streams(status.session), []);
  });
});

story("a debugger that is given up before it listens leaves nothing", window, async () => {
  await inDevMode(scene, user, { command: { debug: ["sleep 1000"] }, debug: { language: "node", remoteDebugPort: ":9229" } }, async (status) => {
    press(user, "nhd.debug", { session: status.session });
    const toast = user.toast("Waiting for the debugger of shop");
    await toast.waitFor();
    assert.equal((await streams(status.session)).length, 1);
    await toast.getByRole("button", { name: "Cancel" }).click();
    await until("no command", async () => (await streams(status.session)).length === 0);
    await toast.waitFor({ state: "detached" });
  });
});
