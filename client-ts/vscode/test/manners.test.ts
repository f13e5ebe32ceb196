/** What an extension must not do, and what of it must not be missing: words, commands, size, rest, trust. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { rendered } from "../src/template.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";
import { variable } from "./lib/editor.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const json = <T>(file: string): T => JSON.parse(readFileSync(join(root, file), "utf8")) as T;

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: { readonly [menu: string]: readonly { readonly command: string }[] };
    readonly keybindings: readonly { readonly command: string; readonly key: string }[];
  };
}

type Words = { readonly [key: string]: string };

let scene: Scene;
let user: Window;
/** Bytes that the extension has sent to the daemon. */
let sent = 0;

before(async () => {
  scene = await Scene.set();
  // Between the extension and the daemon, so that what is asked can be counted.
  const { socket } = scene.stage.client.hello;
  createServer((client) => {
    const daemon = createConnection(socket);
    client.on("data", (bytes) => (sent += bytes.length)).on("error", () => daemon.destroy());
    daemon.on("error", () => client.destroy());
    client.pipe(daemon).pipe(client);
  }).listen(join(scene.stage.laptop.folder, "counted.sock")).unref();
});
after(() => scene?.close());
const window = () => user;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : [readFileSync(path, "utf8")];
  });
}

const places = (text: string): string[] => [...text.matchAll(/\{\d+\}/g)].map(([place]) => place).sort();

test("every text is there in Chinese, none too many, with the same places in it", () => {
  const used = new Set(sources(join(root, "src")).flatMap((text) => [...text.matchAll(/l10n\.t\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, words]) => words ?? "")));
  const unseen = sources(join(root, "src")).flatMap((text) => [...text.matchAll(/l10n\.t\((?!\s*")/g)]);
  assert.deepEqual(unseen, [], "texts are written where they are used");
  const chinese = json<Words>("l10n/bundle.l10n.zh-cn.json");
  assert.deepEqual(Object.keys(chinese).sort(), [...used].sort());
  for (const [words, translated] of Object.entries(chinese)) assert.deepEqual(places(translated), places(words), words);
  const manifest = new Set([...readFileSync(join(root, "package.json"), "utf8").matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? ""));
  for (const file of ["package.nls.json", "package.nls.zh-cn.json"]) assert.deepEqual(Object.keys(json<Words>(file)).sort(), [...manifest].sort());
});

interface Message {
  readonly code: string;
  readonly text: string;
  readonly hint?: string;
}

test("everything that the daemon says is there in Chinese, with the same arguments", () => {
  const said = json<{ "x-messages": readonly Message[] }>("../../docs/openrpc.json")["x-messages"];
  const chinese = json<{ readonly [code: string]: { readonly text: string; readonly hint?: string; readonly hintOf?: string } }>("l10n/messages.zh-cn.json");
  assert.deepEqual(Object.keys(chinese).sort(), said.map(({ code }) => code).sort());
  const named = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  const optional = (text: string): string[] => [...text.matchAll(/\[[^\]]*\]/g)].flatMap(([part]) => named(part)).sort();
  for (const { code, text, hint } of said) {
    const own = chinese[code];
    assert.ok(own !== undefined);
    assert.equal(own.hintOf, hint, `${code}: the hint was changed, and with it what it is in Chinese`);
    assert.equal(own.hint === undefined, hint === undefined, code);
    assert.deepEqual([named(own.text), optional(own.text), named(own.hint ?? "")], [named(text), optional(text), named(hint ?? "")], code);
    // What is nothing but its argument is the same in all languages.
    if (text !== "{cause}") assert.match(own.text, /\p{Script=Han}|^\{file\}:\{line\}/u, code);
  }
});

for (const [template, given, expected] of [
  ["failed to read {file}[: {cause}]", { file: "a", cause: "b" }, "failed to read a: b"],
  ["failed to read {file}[: {cause}]", { file: "a" }, "failed to read a"],
  ["failed to read {file}[: {cause}]", { cause: "b" }, undefined],
  ["{a}{b}", { a: "{b}", b: "[x]" }, "{b}[x]"],
  ["[, by {owner}]; of {version}", { version: "2" }, "; of 2"],
  ["nothing", {}, "nothing"],
] as const) {
  test(`"${template}" with ${JSON.stringify(given)} is ${expected ?? "nothing"}`, () => assert.equal(rendered(template, given), expected));
}

test("a daemon is called old if it lacks anything that is asked for", () => {
  const texts = sources(join(root, "src"));
  const asked = new Set(texts.flatMap((text) => [...text.matchAll(/\.has\("([\w.]+)"\)|\bset\("[\w.]+", "([\w.]+)"\)/g)].map(([, one, other]) => one ?? other ?? "")));
  const [, listed = ""] = /FEATURES = \(((?:\s*"[^"]*"\s*\+?)*)\)/.exec(readFileSync(join(root, "src/daemon/daemon.ts"), "utf8")) ?? [];
  const known = listed.replaceAll(/["+\s]+/g, " ").trim().split(" ");
  assert.deepEqual([...asked].filter((method) => !known.includes(method)), []);
  const all = json<{ methods: readonly { readonly name: string }[] }>("../../docs/openrpc.json").methods.map(({ name }) => name);
  assert.deepEqual(known.filter((method) => !all.includes(method)), [], "the daemon that belongs to it is not old");
});

test("the package holds what it must, and is small", async () => {
  const { stdout } = await run("python3", ["-c", "import sys, zipfile; print('\\n'.join(f'{each.file_size} {each.filename}' for each in zipfile.ZipFile(sys.argv[1]).infolist()))", variable("NHD_TEST_EXTENSION")]);
  const sizes = new Map([...stdout.matchAll(/^(\d+) extension\/(.*)$/gm)].map(([, size, file]) => [file ?? "", Number(size)]));
  const files = [...sizes.keys()];
  const strange = files.filter((file) => !/^(package(\.nls(\.zh-cn)?)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/|media\/|schema\/|l10n\/)/.test(file));
  assert.deepEqual(strange, []);
  for (const file of ["dist/extension.js", "dist/permissions.md", "dist/third-party-licences.txt", "l10n/bundle.l10n.zh-cn.json"]) assert.ok(files.includes(file), file);
  const size = sizes.get("dist/extension.js") ?? 0;
  assert.ok(size < 250_000, `the bundle has ${size} bytes`);
});

story("every command that is contributed is there, and no other", window, async () => {
  user = await scene.open();
  await user.show();
  await user.row("deployment/web").waitFor();
  const { contributes } = json<Manifest>("package.json");
  const contributed = contributes.commands.map(({ command }) => command);
  const registered = await user.host.run(async (api) => (await api.commands.getCommands(true)).filter((name) => name.startsWith("nhd.")));
  const views = /^nhd\.(devMode|workloads|forwards)\./;
  // Some are the answers of buttons alone, and some are made by the editor for views.
  const internal = ["nhd.openPlace", "nhd.restartSession", "nhd.signIn", "nhd.useBundled"];
  assert.deepEqual(registered.filter((name) => !views.test(name) && !internal.includes(name)).sort(), [...contributed].sort());
  const named = Object.values(contributes.menus).flat().map(({ command }) => command);
  assert.deepEqual(named.filter((command) => !contributed.includes(command)), []);
  const keys = contributes.keybindings.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
});

story("at rest it asks nothing, and sets no clock", window, async () => {
  const laptop = scene.stage.laptop;
  // A window of its own, which goes through the counter.
  writeFileSync(join(laptop.folder, ".profile"), `export NHD_SOCKET=${join(laptop.folder, "counted.sock")} PATH="${variable("NHD_TEST_BINARIES")}:$PATH"\n`);
  const { Editor } = await import("./lib/editor.js");
  const { Window } = await import("./lib/screen.js");
  const folder = join(laptop.folder, "counted");
  mkdirSync(folder);
  const editor = await Editor.start({ folder, environment: { ...laptop.environment, NHD_TEST_CLOCKS: "yes" } });
  try {
    const other = await Window.open(scene.browser, editor, scene.source);
    try {
      await other.show();
      await other.row("deployment/web").waitFor();
      await scene.stage.start();
      await other.status().filter({ hasText: "web: in sync" }).waitFor();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert.ok(sent > 0, "the counter counts");
      const before = sent;
      const clocks = () => other.host.run(() => ({ ...(globalThis as unknown as { nhdClocks: { set: number; wentOff: number } }).nhdClocks }));
      const first = await clocks();
      assert.ok(first.set > 0, "the counter of clocks counts: a call that waits for its answer sets one");
      await new Promise((resolve) => setTimeout(resolve, 6000));
      assert.deepEqual(await clocks(), first);
      // The answer to a ping of the daemon has six bytes.
      assert.ok(sent - before <= 6, `${sent - before} bytes in 6 s`);
    } finally {
      await other.close();
    }
  } finally {
    await editor.close();
  }
});

story("in Chinese all of it is Chinese", window, async () => {
  await user.close();
  user = await scene.open({ language: "zh-cn" });
  await user.show();
  await user.status().filter({ hasText: "web: 已同步" }).waitFor();
  await user.page.getByText("工作负载").first().waitFor();
  await user.row(/^同步, 已同步/).waitFor();
  void user.command("nhd.start", { kind: "Deployment", name: "nowhere", place: {}, containers: ["app"], image: "nhd-tests/dev:1" }).catch(() => undefined);
  await user.toast(/没有 命名空间 \S+ 中的 deployment\/nowhere。/).waitFor();
  await user.shot("chinese");
});
