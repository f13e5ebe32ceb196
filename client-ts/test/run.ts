/**
 * Runs all tests, or those that are named (`devmode events`), or the benchmark (`--bench`), beside one test cluster, which
 * ends with them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { besideCluster } from "./beside.js";

const here = fileURLToPath(new URL(".", import.meta.url));

async function run(kubeconfig: string): Promise<number> {
  const child = spawn(process.execPath, scripts(process.argv.slice(2)), {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, NHD_TEST_KUBECONFIG: kubeconfig },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

function scripts(named: readonly string[]): readonly string[] {
  if (named[0] === "--bench") return [join(here, "../bench/status.mjs")];
  const all = readdirSync(here).filter((file) => file.endsWith(".test.js"));
  const files = named.length > 0 ? named.map((name) => `${name}.test.js`) : all;
  return ["--test", ...files.map((file) => join(here, file))];
}

process.exitCode = await besideCluster(run);
