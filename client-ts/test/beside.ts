/** Runs tests beside one test cluster, which ends with them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { binary } from "./laptop.js";

/** Answers with what the tests come to; they are given the path of the cluster's kubeconfig. */
export async function besideCluster(run: (kubeconfig: string) => Promise<number>): Promise<number> {
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
