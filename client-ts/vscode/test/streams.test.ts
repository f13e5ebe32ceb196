/** Terminals, logs and commands in the pod, on the screen. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { ask } from "../../test/cluster.js";
import { until } from "../../test/until.js";
import { container, deploy } from "./lib/cluster.js";
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

/** Where a text is on the screen of the terminal, in its last line that has it. */
const place = (text: string): Promise<{ x: number; y: number } | undefined> =>
  user.page.locator(".terminal-wrapper.active .xterm-rows").evaluate((rows, wanted) => {
    const row = [...rows.children].filter((each) => each.textContent?.includes(wanted)).at(-1);
    if (row === undefined) return undefined;
    let before = row.textContent?.indexOf(wanted) ?? 0;
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const length = node.textContent?.length ?? 0;
      if (before >= length) {
        before -= length;
        continue;
      }
      const range = document.createRange();
      range.setStart(node, before);
      range.setEnd(node, before + 1);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    }
    return undefined;
  }, text);

/** Presses a link in the terminal as people do, until it is known as one. */
const follow = (text: string, address: string): Promise<unknown> =>
  until(`${address} behind ${text}`, async () => {
    const at = await place(text);
    if (at === undefined) return false;
    await user.page.mouse.move(at.x + 20, at.y);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await user.page.keyboard.down("Control");
    await user.page.mouse.click(at.x + 20, at.y);
    await user.page.keyboard.up("Control");
    return user.host.run((api, wanted) => {
      const editor = api.window.activeTextEditor;
      return editor !== undefined && `${editor.document.uri.toString()}:${editor.selection.active.line + 1}` === wanted;
    }, address);
  });

story("a place in a file that a program names is a link, to the file here or to the one in the container", window, async () => {
  await user.command("workbench.action.terminal.clear");
  await user.page.locator(".terminal-wrapper.active .xterm").click();
  await user.page.keyboard.type("printf 'one\\ntwo\\n' >/tmp/there.txt; echo see first.txt:1 or /tmp/there.txt:2\n");
  await follow("/tmp/there.txt:2", `nhd-pod://${session}/tmp/there.txt:2`);
  await user.shot("links in a terminal");
  await follow("first.txt:1", `file://${join(scene.source, "first.txt")}:1`);
  await user.command("workbench.action.closeAllEditors");
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

story("a log goes on in the next pod, in the same terminal", window, async () => {
  const { client, namespace } = scene.stage;
  const say = async (words: string): Promise<void> => void (await client.exec.start({ session, command: ["sh", "-c", `echo ${words} >/proc/1/fd/1`], detached: true }));
  await user.command("nhd.followLog", { session });
  await say("words-of-the-first");
  await shows("words-of-the-first");
  const { sessions: [status] } = await client.session.list();
  await ask("DELETE", `/api/v1/namespaces/${namespace}/pods/${status?.pod?.name ?? ""}?gracePeriodSeconds=0`);
  await until("another pod", async () => {
    const { sessions: [now] } = await client.session.list();
    return now?.pod?.ready === true && now.pod.name !== status?.pod?.name;
  });
  await say("words-of-the-second");
  await shows("words-of-the-second");
  await user.shot("log over pods");
});

story("what a container said before it was restarted is shown", window, async () => {
  // Once only: of a container that is started again and again the kubelet keeps no log for long.
  const script = "[ ! -e /state/ran ] || sleep 1000; touch /state/ran; echo last-words; exit 1";
  const volumes = [{ name: "state", emptyDir: {} }];
  const volumeMounts = [{ name: "state", mountPath: "/state" }];
  await deploy(scene.stage.namespace, "crash", { volumes, containers: [{ ...container("crash"), image: DEV_IMAGE, command: ["sh", "-c", script], volumeMounts }] });
  await user.command("nhd.workloads.focus");
  const row = user.row(/^deployment\/crash/);
  await row.waitFor();
  await until("a restart", async () => {
    const pods = await ask("GET", `/api/v1/namespaces/${scene.stage.namespace}/pods?labelSelector=app%3Dcrash`);
    return (pods as unknown as { items: { status: { containerStatuses?: { restartCount: number }[] } }[] }).items.some(({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  });
  await row.click({ button: "right" });
  await user.page.getByRole("menuitem", { name: /Previous/ }).click();
  await shows("last-words");
  await shows("This is all that it wrote.");
  await user.shot("previous log");
});
