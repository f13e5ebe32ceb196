/**
 * Runs all tests, or those that are named (`devmode events`), or the benchmark (`--bench`), beside one test cluster, which
 * ends with them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { binary } from "./laptop.js";

const here = fileURLToPath(new URL(".", import.meta.url));

async function main(): Promise<number> {
  // A process group of its own: Ctrl-C in a terminal is for us, and the cluster ends in order when its input closes.
  const cluster = spawn(binary("nhd-test-cluster"), ["up", "--until-stdin-closes"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(cluster, "exit");
  try {
    const line = await Promise.race([once(createInterface(cluster.stdout), "line"), ended.then(() => undefined)]);
    if (line === undefined) throw new Error("nhd-test-cluster ended; its messages are above");
    const { kubeconfig } = JSON.parse(String(line[0])) as { readonly kubeconfig: string };
    return await run(kubeconfig);
  } finally {
    cluster.stdin.end();
    await ended;
  }
}

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

process.exitCode = await main();
