/** The table of features in the contributors' documentation: every test that it names is there. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("every feature in the table is shown by a test that is there", () => {
  const files = readdirSync(join(root, "test")).filter((file) => file.endsWith(".test.ts"));
  const there = files.flatMap((file) => {
    const names = readFileSync(join(root, "test", file), "utf8").matchAll(/^\s*(?:story|test)\("((?:[^"\\]|\\.)*)"/gm);
    return [...names].map(([, name]) => `${file.replace(".test.ts", "")}: ${name}`);
  });
  const [, table = ""] = readFileSync(join(root, "../../docs/vscode.md"), "utf8").split("## What shows each feature");
  const rows = [...table.matchAll(/^\| (?!feature|---)(.+?) \| (.+) \|$/gm)];
  assert.ok(rows.length >= 20, `${rows.length} rows`);
  for (const [, feature = "", shown = ""] of rows) {
    const named = [...shown.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
    assert.deepEqual(named.filter((name) => !there.includes(name)), [], feature);
  }
});
