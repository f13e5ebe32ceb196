/** The package as others get it: its files, and its use from ES modules, CommonJS and TypeScript. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const timeout = 180_000;
const own = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "nhd-package-"));
const run = promisify(execFile);

after(() => rmSync(folder, { recursive: true }));

/** The use that is checked in each language; `connect` rejects, because the home is empty. */
const USE = `
const reason = await connect({ environment: { NHD_HOME: "/nowhere" } }).catch((error) =>
  error instanceof ConnectionError ? error.reason : error);
if (reason !== "notRunning") throw reason;
`;

const TYPED_USE = `
export async function use(signal: AbortSignal): Promise<string> {
  const client = await connect({ start: true, signal });
  const { session }: SessionStatus = await client.session.start({ kind: "Deployment", name: "n", image: "i", source: "/s" });
  // @ts-expect-error a member is missing
  await client.session.start({ kind: "Deployment", name: "n" });
  // @ts-expect-error there is no such method
  await client.call("session.dance", {});
  const waited = await client.session.wait({ session, until: "synced" }, { signal });
  // @ts-expect-error the result has a type
  const wrong: number = waited;
  for await (const event of client.events({ since: { epoch: "e", seq: 1 } })) {
    if (event.type === "snapshot") return event.sessions.map((it) => it.phase).join() + wrong;
  }
  for await (const event of client.workloads({ allNamespaces: true }, { signal })) {
    if (event.type === "snapshot") return event.workloads.map((it) => it.trouble?.reason).join();
    // @ts-expect-error a change has no context
    if (event.type === "changed") return event.context;
  }
  const [first] = (await client.events.since()).events;
  await client.dispose();
  const error: unknown = first;
  return error instanceof NhdError ? error.kind satisfies ErrorKind : String(error instanceof ConnectionError && error.reason);
}
`;

/** What the example of the README takes from the extension that it stands in. */
const SURROUNDINGS = `
import type { SessionStatus, WorkloadRef, WorkloadSummary } from "@nhd/client";
declare const context: { readonly subscriptions: { push(...undo: { dispose(): void }[]): void } };
declare const folder: string;
declare const signal: AbortSignal;
declare const tree: { replaceAll(sessions: readonly SessionStatus[]): void; replace(status: SessionStatus): void };
declare const view: {
  replaceAll(workloads: readonly WorkloadSummary[]): void;
  update(upserted: readonly WorkloadSummary[], removed: readonly WorkloadRef[]): void;
};
`;

/** The first block of code, which is what authors begin with. */
function exampleOf(readme: string): string {
  const [, code] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  assert.ok(code !== undefined, "the README has an example");
  return code;
}

test("the tarball holds the built package and nothing else", { timeout }, async () => {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: own });
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  const modules = "abort answer bounds calls client connect connection errors events feed generated/protocol hello index json launch link paths socket stream subscription workloads";
  const built = ["cjs", "esm"].flatMap((kind) =>
    modules.split(" ").flatMap((name) => [`dist/${kind}/${name}.d.ts`, `dist/${kind}/${name}.js`]),
  );
  const expected = ["LICENSE", "README.md", "dist/cjs/package.json", "package.json", ...built];
  assert.deepEqual(files.map(({ path }) => path).sort(), expected.sort());
});

test("the packed package works in ES modules, CommonJS and TypeScript", { timeout }, async () => {
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: own });
  const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }];
  write("package.json", JSON.stringify({ name: "empty", private: true }));
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${filename}`], { cwd: folder });

  write("use.mjs", `import { connect, ConnectionError } from "@nhd/client";${USE}`);
  write("use.cjs", `const { connect, ConnectionError } = require("@nhd/client");(async () => {${USE}})();`);
  for (const script of ["use.mjs", "use.cjs"]) await run(process.execPath, [script], { cwd: folder });

  const names = "connect, ConnectionError, NhdError, type ErrorKind, type SessionStatus";
  for (const file of ["use.mts", "use.cts"]) write(file, `import { ${names} } from "@nhd/client";\n${TYPED_USE}`);
  write("readme.mts", `${SURROUNDINGS}${exampleOf(readFileSync(join(own, "README.md"), "utf8"))}`);
  await checkTypes(["--types", "node", "--typeRoots", join(own, "node_modules/@types"), "--lib", "ES2022"]);
  await checkTypes(["--types", "", "--lib", "ES2022,DOM"]);
});

/** Checks the declarations too, with what a project has beside them. */
async function checkTypes(surroundings: readonly string[]): Promise<void> {
  const compiler = join(own, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--module", "nodenext", "--target", "es2022"];
  const parameters = [compiler, ...options, "--skipLibCheck", "false", ...surroundings, "use.mts", "use.cts", "readme.mts"];
  await run(process.execPath, parameters, { cwd: folder }).catch((error: { readonly stdout: string }) => {
    assert.fail(error.stdout);
  });
}

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}
