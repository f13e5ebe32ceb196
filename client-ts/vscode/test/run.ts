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

async function runAll(versions: readonly string[], tests: readonly string[], kubeconfig: string): Promise<number> {
  let worst = 0;
  for (const version of versions.length > 0 ? versions : VERSIONS) {
    console.log(`# VS Code, the ${version}`);
    worst = Math.max(worst, await run(version, tests, kubeconfig));
  }
  return worst;
}

/** Two files at once: each has a browser and an editor of its own, and mostly waits for the cluster. */
async function run(version: string, tests: readonly string[], kubeconfig: string): Promise<number> {
  const screenshots = join(root, "build/screenshots", version);
  rmSync(screenshots, { recursive: true, force: true });
  const child = spawn(process.execPath, ["--test", "--test-concurrency=2", "--enable-source-maps", ...(process.env["NHD_PATTERN"] === undefined ? [] : [`--test-name-pattern=${process.env["NHD_PATTERN"]}`]), ...scripts(tests)], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      NHD_TEST_KUBECONFIG: kubeconfig,
      NHD_TEST_EDITOR: process.env[`NHD_TEST_EDITOR_${version.toUpperCase()}`] ?? "",
      NHD_TEST_EXTENSION: join(root, "build/nhd.vsix"),
      NHD_TEST_COMPANION_PACKAGE: join(root, "build/companion.vsix"),
      NHD_TEST_STAND_INS_PACKAGE: join(root, "build/stand-ins.vsix"),
      NHD_TEST_SCREENSHOTS: screenshots,
    },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

function scripts(named: readonly string[]): readonly string[] {
  const all = readdirSync(here).filter((file) => file.endsWith(".test.js"));
  const files = named.length > 0 ? named.map((name) => `${name}.test.js`) : all;
  return files.map((file) => join(here, file));
}

process.exitCode = await main();
