/** What is written is there: every test that the contributors' documentation names, and what ends a step of the walkthrough. */
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

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Record<string, readonly { readonly id: string }[]>;
    readonly walkthroughs: readonly { readonly steps: readonly { readonly id: string; readonly completionEvents: readonly string[] }[] }[];
  };
}

test("every step of the walkthrough ends by something that happens", () => {
  const { contributes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const code = sources.map((file) => readFileSync(join(root, "src", file), "utf8")).join("\n");
  const happens = (event: string): boolean => {
    const [, kind, name = ""] = /^on(Command|View|Context):([\w.]+)/.exec(event) ?? [];
    if (kind === "Command") return contributes.commands.some(({ command }) => command === name);
    if (kind === "View") return Object.values(contributes.views).flat().some(({ id }) => id === name);
    return kind === "Context" && code.includes(`"${name}"`);
  };
  const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  assert.ok(steps.length >= 5, `${steps.length} steps`);
  for (const { id, completionEvents } of steps) {
    assert.ok(completionEvents.length > 0, id);
    assert.deepEqual(completionEvents.filter((event) => !happens(event)), [], id);
  }
});
