/**
 * Runs all tests, or those that are named (`start devmode`), with the oldest and the newest VS Code, or one (`--oldest`,
 * `--newest`), beside one test cluster. `NHD_TEST_KUBECONFIG` names a cluster that runs already.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { besideCluster } from "../../test/beside.js";
import { install } from "./lib/editor.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const VERSIONS = ["oldest", "newest"] as const;

async function main(): Promise<number> {
  const named = process.argv.slice(2);
  const versions = VERSIONS.filter((version) => named.includes(`--${version}`));
  const tests = named.filter((name) => !name.startsWith("--"));
  const given = process.env["NHD_TEST_KUBECONFIG"];
  const all = (kubeconfig: string): Promise<number> => runAll(versions, tests, kubeconfig);
  return given === undefined ? await besideCluster(all) : await all(given);
}

/** Both versions side by side, as a test mostly waits for the cluster; what is said of the second comes after the first. */
async function runAll(named: readonly string[], tests: readonly string[], kubeconfig: string): Promise<number> {
  const versions = named.length > 0 ? named : VERSIONS;
  const runs = versions.map((version, index) => run(version, tests, kubeconfig, index === 0));
  let worst = 0;
  for (const [index, running] of runs.entries()) {
    console.log(`# VS Code, the ${versions[index]}`);
    const { code, said } = await running;
    process.stdout.write(said);
    worst = Math.max(worst, code);
  }
  return worst;
}

interface Ended {
  readonly code: number;
  /** What has not been printed yet. */
  readonly said: string;
}

/** One file after the other: each has a browser and an editor of its own, and the other version runs beside it. */
async function run(version: string, tests: readonly string[], kubeconfig: string, aloud: boolean): Promise<Ended> {
  const screenshots = join(root, "build/screenshots", version);
  rmSync(screenshots, { recursive: true, force: true });
  const editor = process.env[`NHD_TEST_EDITOR_${version.toUpperCase()}`] ?? "";
  const packages = [join(root, "build/nhd.vsix"), join(root, "build/companion.vsix")] as const;
  const data = join(root, "build/installed", version);
  rmSync(data, { recursive: true, force: true });
  await install(editor, data, packages, process.env);
  const child = spawn(process.execPath, ["--test", "--test-concurrency=1", "--enable-source-maps", ...scripts(tests)], {
    stdio: ["ignore", aloud ? "inherit" : "pipe", aloud ? "inherit" : "pipe"],
    env: {
      ...process.env,
      NHD_TEST_KUBECONFIG: kubeconfig,
      NHD_TEST_VERSION: version,
      NHD_TEST_EDITOR: editor,
      NHD_TEST_EXTENSION: packages[0],
      NHD_TEST_COMPANION_PACKAGE: packages[1],
      NHD_TEST_STAND_INS_PACKAGE: join(root, "build/stand-ins.vsix"),
      NHD_TEST_INSTALLED: join(data, "extensions"),
      NHD_TEST_SCREENSHOTS: screenshots,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part) => (said += String(part)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, said };
}

/** Those that take longest begin first, so that none of them is left alone at the end. */
const LONG = ["daily", "activation", "newcomer", "debug", "many"];

function scripts(named: readonly string[]): readonly string[] {
  const all = readdirSync(here).flatMap((file) => (file.endsWith(".test.js") ? [file.slice(0, -".test.js".length)] : []));
  const rank = (name: string): number => (LONG.includes(name) ? LONG.indexOf(name) : LONG.length);
  const files = named.length > 0 ? named : all.sort((one, other) => rank(one) - rank(other));
  return files.map((name) => join(here, `${name}.test.js`));
}

process.exitCode = await main();
