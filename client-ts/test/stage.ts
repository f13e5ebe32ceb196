/** What a test on the cluster begins with: a namespace, a Deployment in it, and a developer whose daemon runs. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import type { Client, SessionStatus } from "@nhd/client";

import { ask, exec } from "./cluster.js";
import { Laptop } from "./laptop.js";
import { LIMIT_MS, until } from "./until.js";

/** A namespace with the Deployment `web`, and a laptop. */
export class Stage {
  private constructor(
    readonly namespace: string,
    readonly laptop: Laptop,
    readonly client: Client,
  ) {}

  static async set(): Promise<Stage> {
    const namespace = `client-${randomBytes(4).toString("hex")}`;
    await ask("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    // Without these a pod is refused, or waits for seconds.
    const core = `/api/v1/namespaces/${namespace}`;
    await until("the service account", () => ask("GET", `${core}/serviceaccounts/default`));
    await until("the authority", () => ask("GET", `${core}/configmaps/kube-root-ca.crt`));
    await ask("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, deployment());
    const laptop = new Laptop();
    laptop.save("first.txt", "first");
    laptop.startDaemon();
    return new Stage(namespace, laptop, await laptop.connect());
  }

  /** Puts the Deployment into DevMode and waits until files are synced. */
  async start(): Promise<SessionStatus> {
    const { session } = await this.client.session.start(this.laptop.startParams(this.namespace, "web"));
    return this.client.session.wait({ session, until: "synced", timeoutMs: LIMIT_MS });
  }

  /** Waits until a file of the pod holds a text. */
  async arrives(status: SessionStatus, file: string, text: string): Promise<void> {
    const pod = status.pod?.name;
    assert.ok(pod !== undefined, "the session has a pod");
    await until(`${text} in ${file}`, async () => (await exec(this.namespace, pod, `cat ${file}`)) === text);
  }

  async close(): Promise<void> {
    await this.client.dispose();
    await this.laptop.close();
    await ask("DELETE", `/api/v1/namespaces/${this.namespace}`);
  }
}

function deployment(): unknown {
  return {
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "app", image: "nhd-tests/app:1", imagePullPolicy: "IfNotPresent" }],
        },
      },
    },
  };
}
