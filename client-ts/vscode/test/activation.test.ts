/** The packed extension wakes up: quickly, with little loaded, and nobody is asked for anything. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";

import type { Browser } from "playwright-core";

import { until } from "../../test/until.js";
import { Editor, variable } from "./lib/editor.js";
import { memoryOf, told, type Memory } from "./lib/memory.js";
import { browser, Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

/** How often a window is opened to see how long it takes to wake up; the quickest tells what the extension itself takes. */
const WINDOWS = 3;
const LIMIT_MS = 20;
/** Measured: 1 MB. */
const MOST_HEAP_MB = 6;
/** What the sources make, with room for some more. */
const LARGEST_BUNDLE = 250_000;
const MOST_RUN = 20_000;

interface Timed {
  readonly wall: number;
  readonly cpu: number;
}

/** As the companion sees it; see `companion/waking.cjs`. */
interface Waking {
  readonly bytes: number;
  readonly load: Timed;
  readonly activate: Timed;
  /** How many bytes of it have run, where they are counted. */
  readonly run?: number;
  readonly reads: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), "nhd-vscode-"));
const environment = { HOME: folder, PATH: process.env["PATH"] ?? "", NHD_HOME: join(folder, "home"), NHD_TEST_WAKING: "yes" };
let editor: Editor;
let chromium: Browser;
let window: Window | undefined;
/** In the other version it takes as much more, and to see that takes half a minute. */
const isNewest = variable("NHD_TEST_VERSION") === "newest";
/** Of each window that was opened again. */
const memory: Memory[] = [];

before(async () => {
  editor = await Editor.start({ folder, environment });
  chromium = await browser();
});

after(async () => {
  await window?.close();
  await chromium?.close();
  await editor?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const waking = (opened: Window): Promise<Waking> =>
  until("the extension to be awake", () =>
    opened.host.run(() => {
      const seen = (globalThis as unknown as { nhdWaking: Partial<Waking> }).nhdWaking;
      return seen.activate === undefined ? undefined : (seen as Waking);
    }),
  );

/** As soon as the extensions of the editor's own that wake up last are awake, too. */
const atRest = (opened: Window): Promise<unknown> =>
  until("the editor's own extensions", () => opened.host.run((api) => api.extensions.getExtension("vscode.merge-conflict")?.isActive));

story("the packed extension wakes up by itself, within 20 ms", () => window, async () => {
  window = await Window.open(chromium, editor, folder);
  const seen: Waking[] = [await waking(window)];
  while (seen.length <= WINDOWS) {
    await window.reload();
    seen.push(await waking(window));
    if (!isNewest) continue;
    await atRest(window);
    memory.push(await memoryOf(window.host));
  }
  const whole = (part: keyof Timed): number[] => seen.map(({ load, activate }) => load[part] + activate[part]);
  const list = (times: number[]): string => times.map((time) => time.toFixed(1)).join(", ");
  console.log(`load and activate: ${list(whole("wall"))} ms on the clock, ${list(whole("cpu"))} ms on the processor`);
  console.log(`of it activate: ${list(seen.map(({ activate }) => activate.wall))} ms`);
  // Other tests have the machine, too: what it waits for a processor is not its own.
  const own = Math.min(...whole("wall"), ...whole("cpu"));
  assert.ok(own < LIMIT_MS, `${own} ms`);
});

story("waking up, it loads one small file, looks whether a daemon is there, and asks nobody", () => window, async () => {
  assert.ok(window !== undefined);
  writeFileSync(`${editor.companions}.count`, "");
  await window.reload();
  const { bytes, run = bytes, reads } = await waking(window);
  rmSync(`${editor.companions}.count`);
  console.log(`of the bundle's ${bytes} bytes ${run} run before it is awake`);
  assert.ok(bytes < LARGEST_BUNDLE, `${bytes} bytes`);
  // What a connection needs is loaded with the first.
  assert.ok(run < MOST_RUN, `${run} bytes`);
  assert.equal(reads.length, 1, String(reads));
  assert.match(reads[0] ?? "", /^existsSync .*\.sock$/);
});

/** The least of some windows: the editor itself takes some MB more in one than in another. */
const least = (seen: readonly Memory[]): Memory => seen.reduce((least, each) => (each.heap < least.heap ? each : least));

async function memoryWithout(): Promise<Memory> {
  const own = join(folder, "without");
  mkdirSync(own);
  const bare = await Editor.start({ folder: own, environment, extensions: [variable("NHD_TEST_COMPANION_PACKAGE")] });
  try {
    const opened = await Window.open(chromium, bare, folder);
    try {
      const seen: Memory[] = [];
      // Opened for the first time an editor does more than later.
      while (seen.length < WINDOWS) {
        await opened.reload();
        await atRest(opened);
        seen.push(await memoryOf(opened.host));
      }
      return least(seen);
    } finally {
      await opened.close();
    }
  } finally {
    await bare.close();
  }
}

story("an editor with it takes little more memory than one without", () => window, async () => {
  if (!isNewest) return;
  const withIt = least(memory);
  const without = await memoryWithout();
  console.log(`the extension host with it: ${told(withIt)}; without it: ${told(without)}`);
  assert.ok(withIt.heap - without.heap < MOST_HEAP_MB, `${withIt.heap - without.heap} MB more`);
});
