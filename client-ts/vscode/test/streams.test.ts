/** Terminals, logs and commands in the pod, on the screen. */
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
  mkdirSync(join(scene.source, ".nocalhost"));
  const command = '{ build: ["echo built; exit 3"], run: ["echo running; cat first.txt; sleep 1000"] }';
  writeFileSync(join(scene.source, ".nocalhost/config.yaml"), `name: web\ncontainers:\n  - name: ""\n    dev:\n      image: ${DEV_IMAGE}\n      command: ${command}\n`);
  user = await scene.open();
  ({ session } = await scene.stage.start());
  await user.show();
  await user.row(/^deployment\/web, .*in sync$/).waitFor();
});
after(() => scene?.close());
const window = () => scene?.window;

/** What the terminal in front shows. */
const screen = (): Promise<string> => user.page.locator(".terminal-wrapper.active .xterm-rows").innerText();
const shows = (text: string | RegExp): Promise<unknown> =>
  until(`${text} in the terminal`, async () => {
    const shown = (await screen().catch(() => "")).replaceAll("\u00a0", " ");
    return typeof text === "string" ? shown.includes(text) : text.test(shown);
  });

story("a terminal in the dev container takes input, follows its size, and is there after a reload", window, async () => {
  await user.rowAction(/^deployment\/web, .*in sync$/, "Open a Terminal");
  await user.page.locator(".terminal-wrapper.active .xterm").click();
  await user.page.keyboard.type("pwd; echo a$((40+2))b\n");
  await shows("/home/nocalhost-dev");
  await shows("a42b");
  await user.page.keyboard.type("stty size\n");
  await shows(/\b\d+ \d{2,3}\b/);
  await user.shot("terminal");
  await user.row("Terminal, running").waitFor();

  await user.reload();
  await user.page.locator(".terminal-wrapper.active .xterm").waitFor();
  await shows("a42b");
  await user.page.locator(".terminal-wrapper.active .xterm").click();
  await user.page.keyboard.type("echo c$((40+3))d\n");
  await shows("c43d");
  await user.shot("terminal after reload");
  const { streams } = await scene.stage.client.terminal.list({ session });
  assert.equal(streams.filter(({ state }) => state === "running").length, 1, "it is the same");
});

story("a terminal whose pod is replaced says so, and is opened again by Enter", window, async () => {
  const { client, namespace } = scene.stage;
  const { sessions: [status] } = await client.session.list();
  await ask("DELETE", `/api/v1/namespaces/${namespace}/pods/${status?.pod?.name ?? ""}?gracePeriodSeconds=0`);
  await shows("Press Enter to open it again.");
  await user.shot("terminal torn away");
  await user.status().filter({ hasText: "web: in sync" }).waitFor();
  await user.page.locator(".terminal-wrapper.active .xterm").click();
  await user.page.keyboard.press("Enter");
  await user.page.keyboard.type("echo e$((40+4))f\n");
  await shows("e44f");
});

story("who closes a terminal ends it in the pod", window, async () => {
  await user.command("workbench.action.terminal.kill");
  await until("no terminal", async () => (await scene.stage.client.terminal.list({ session })).streams.every(({ state }) => state === "ended"));
  await user.row("Terminal, running").waitFor({ state: "detached" });
});

story("the run command runs in a terminal and in the view, and ends from its row", window, async () => {
  await user.command("nhd.run", { session });
  await shows("first");
  await user.row("run, running").waitFor();
  await user.shot("run");
  await user.rowAction("run, running", "End");
  await user.row("run, running").waitFor({ state: "detached" });
});

story("a task of the type nhd has the exit code of its command", window, async () => {
  const code = await user.host.run(async (api) => {
    const [task] = (await api.tasks.fetchTasks({ type: "nhd" })).filter(({ definition }) => definition["command"] === "build");
    if (task === undefined) return "no task";
    const ended = new Promise<number | undefined>((resolve) => {
      const undo = api.tasks.onDidEndTaskProcess(({ exitCode, execution }) => {
        if (execution.task.name !== task.name) return;
        undo.dispose();
        resolve(exitCode);
      });
    });
    await api.tasks.executeTask(task);
    return ended;
  });
  assert.equal(code, 3);
});

story("the log of the pod is followed, and opened as a document", window, async () => {
  await user.command("nhd.followLog", { session });
  await user.page.getByText("web: log").first().waitFor();
  await user.shot("log");
  await user.command("nhd.openLog", { session });
  await until("a document", () => user.host.run((api) => api.window.activeTextEditor?.document.languageId === "log"));
});
