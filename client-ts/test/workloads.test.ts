/** Workloads as they change, over a daemon that dies, and their end. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, NhdError, WORKLOAD_SUBSCRIPTION, type WorkloadEvent, type WorkloadStream } from "@nhd/client";

import { ask } from "./cluster.js";
import { fake, helloOf } from "./fake.js";
import { Stage } from "./stage.js";

const timeout = 120_000;

/** The next event of which this holds. */
async function next(stream: WorkloadStream, holds: (event: WorkloadEvent) => boolean): Promise<WorkloadEvent> {
  for (let result = await stream.next(); result.done !== true; result = await stream.next()) {
    if (holds(result.value)) return result.value;
  }
  throw new Error("the stream has ended");
}

test("workloads come as a snapshot and as changes, and a daemon that was killed begins anew", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client, laptop, namespace } = stage;
    const { kubeconfig } = laptop.startParams(namespace, "web");
    const stream = client.workloads({ namespace, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
    const first = await next(stream, () => true);
    assert.ok(first.type === "snapshot" && first.workloads.map((it) => it.workload.name).join() === "web");
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const spec = { replicas: 0, selector: { matchLabels: { app: "more" } }, template: { metadata: { labels: { app: "more" } },
      spec: { containers: [{ name: "main", image: "nhd-tests/app:1" }] } } };
    await ask("POST", path, { metadata: { name: "more" }, spec });
    const isMore = (event: WorkloadEvent): boolean =>
      event.type === "changed" && (event.upserted ?? []).some((it) => it.workload.name === "more");
    await next(stream, isMore);
    await laptop.endDaemon("SIGKILL");
    await ask("DELETE", `${path}/more`);
    laptop.startDaemon();
    const again = await next(stream, (event) => event.type === "snapshot");
    assert.ok(again.type === "snapshot" && again.workloads.every((it) => it.workload.name !== "more"));
    await stream.return();
    assert.equal((await stream.next()).done, true);
  } finally {
    await stage.close();
  }
});

test("a kubeconfig without the context is refused, and a signal ends the iteration", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client, laptop, namespace } = stage;
    const { kubeconfig } = laptop.startParams(namespace, "web");
    const params = { namespace, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
    const wrong = client.workloads({ ...params, context: "nowhere" }).next();
    await assert.rejects(wrong, (error) => error instanceof NhdError && error.kind === "contextNotFound");
    const ending = new AbortController();
    const stream = client.workloads(params, { signal: ending.signal });
    await stream.next();
    ending.abort();
    for await (const event of stream) assert.notEqual(event.type, "error");
  } finally {
    await stage.close();
  }
});

test("a consumer that is too slow is given a new subscription, and an end is told to the daemon", { timeout }, async () => {
  let subscriptions = 0;
  const daemon = await fake(({ method, id }) => {
    if (method === "daemon.hello") return { result: helloOf(1) };
    if (method === WORKLOAD_SUBSCRIPTION.subscribe) {
      subscriptions += 1;
      const subscription = `s${subscriptions}`;
      setTimeout(() => {
        const params = (result: unknown): unknown => ({ subscription, result });
        daemon.notify(WORKLOAD_SUBSCRIPTION.notification, params({ type: "snapshot", context: subscription, server: "", workloads: [] }));
        daemon.notify(WORKLOAD_SUBSCRIPTION.notification, params({ type: "later than this client" }));
        const flood = subscriptions === 1 ? 2000 : 0;
        for (let count = 0; count < flood; count++) {
          daemon.notify(WORKLOAD_SUBSCRIPTION.notification, params({ type: "changed" }));
        }
      }, 5);
      return { result: subscription };
    }
    return id === undefined ? undefined : { result: true };
  });
  const client = await connect({ environment: daemon.environment });
  try {
    const stream = client.workloads();
    const first = await next(stream, () => true);
    assert.ok(first.type === "snapshot" && first.context === "s1");
    await new Promise((resolve) => setTimeout(resolve, 200));
    const again = await next(stream, (event) => event.type === "snapshot");
    assert.ok(again.type === "snapshot" && again.context === "s2");
    await stream.return();
    await client.session.list();
    const ended = daemon.messages.filter((it) => it.method === WORKLOAD_SUBSCRIPTION.unsubscribe).map((it) => it.params);
    assert.deepEqual(ended, [["s1"], ["s2"]]);
  } finally {
    await client.dispose();
    await daemon.close();
  }
});
