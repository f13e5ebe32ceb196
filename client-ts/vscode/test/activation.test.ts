/** The packed extension in a real editor. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";

import type { Browser } from "playwright-core";

import { Editor } from "./lib/editor.js";
import { browser, Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

const folder = mkdtempSync(join(tmpdir(), "nhd-vscode-"));
let editor: Editor;
let chromium: Browser;
let window: Window | undefined;

before(async () => {
  editor = await Editor.start({ folder, environment: { HOME: folder, PATH: process.env["PATH"] ?? "", NHD_HOME: join(folder, "home") } });
  chromium = await browser();
});

after(async () => {
  await window?.close();
  await chromium?.close();
  await editor?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

story("the packed extension is there and wakes up", () => window, async () => {
  window = await Window.open(chromium, editor, folder);
  const active = await window.host.run((api) => api.extensions.getExtension("nhd.nhd")?.activate().then(() => true));
  assert.equal(active, true);
});
