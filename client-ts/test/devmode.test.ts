/** The main job on a real cluster: start, follow, save, wait, end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

import { CANCEL_REQUEST, CANCELLED_CODE, NhdError, type Event, type SessionStatus, type WaitParams } from "@nhd/client";
import { WebSocket } from "ws";

import { ask } from "./cluster.js";
import { Stage } from "./stage.js";

const timeout = 180_000;

test("a Deployment goes into DevMode, files arrive, and it comes back as it was", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client, laptop, namespace } = stage;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    const before = await ask("GET", path);
    const plan = await client.session.plan(laptop.startParams(namespace, "web"));
    assert.deepEqual(plan.changes.map(({ action, kind }) => [action, kind]), [["create", "Secret"], ["update", "Deployment"]]);

    const events = client.events();
    const first = await events.next();
    assert.equal(first.value?.type, "snapshot");
    const started = await client.session.start(laptop.startParams(namespace, "web"));
    const { status, steps } = await untilPhase(events, started.session, "synced");
    assert.deepEqual(status.workload, { kind: "Deployment", name: "web", namespace });
    assert.ok(steps.includes("enterDevMode") && steps.includes("awaitPod"), String(steps));
    await stage.arrives(status, "first.txt", "first");

    laptop.save("second.txt", "saved later");
    const now = await client.session.wait({ session: started.session, until: "synced", timeoutMs: 30_000 });
    assert.equal(now.sync?.state, "inSync");
    await stage.arrives(status, "second.txt", "saved later");
    assert.deepEqual((await client.session.list()).sessions.map(({ session }) => session), [started.session]);

    const ending = await client.session.end({ session: started.session });
    assert.equal(ending.sessions.length, 1);
    await client.session.wait({ session: started.session, until: "ended", timeoutMs: 60_000 });
    await untilPhase(events, started.session, "ended");
    const after = await ask("GET", path);
    assert.deepEqual([after?.metadata.uid, after?.spec], [before?.metadata.uid, before?.spec]);
  } finally {
    await stage.close();
  }
});

test("a wait that is given up rejects at once, and the session goes on", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client } = stage;
    const { session } = await stage.start();
    const [giveUp, began] = [new AbortController(), Date.now()];
    const wait = client.session.wait({ session, until: "ended" }, { signal: giveUp.signal });
    setTimeout(() => giveUp.abort("enough"), 100);
    await assert.rejects(wait, (error) => {
      assert.ok(error instanceof NhdError);
      assert.deepEqual([error.kind, error.cause], ["cancelled", "enough"]);
      return true;
    });
    assert.ok(Date.now() - began < 2_000, "not at once");
    assert.equal(await cancelledCode(client.hello.socket, { session, until: "ended" }), CANCELLED_CODE);
    assert.equal((await client.session.status({ session })).phase, "synced");
    await client.session.end({ session });
    await client.session.wait({ session, until: "ended", timeoutMs: 60_000 });
  } finally {
    await stage.close();
  }
});

/** The code with which the daemon itself answers a wait that is cancelled: what the client does not wait for. */
async function cancelledCode(path: string, params: WaitParams): Promise<number> {
  const socket = new WebSocket("ws://localhost/", { createConnection: () => connect({ path }) });
  await once(socket, "open");
  const answer = once(socket, "message");
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 5, method: "session.wait", params }));
  socket.send(JSON.stringify({ jsonrpc: "2.0", method: CANCEL_REQUEST, params: { id: 5 } }));
  const { error } = JSON.parse(String((await answer)[0])) as { readonly error: { readonly code: number } };
  socket.terminate();
  return error.code;
}

/** Follows events until a session is in a phase; says what it did on the way. */
async function untilPhase(
  events: AsyncIterator<Event, void>,
  session: string,
  phase: SessionStatus["phase"],
): Promise<{ readonly status: SessionStatus; readonly steps: readonly string[] }> {
  const steps: string[] = [];
  for (;;) {
    const { value: event } = await events.next();
    assert.ok(event !== undefined, "the events go on");
    if (event.type === "step" && event.session === session && event.outcome === "done") steps.push(event.step);
    if (event.type !== "session" || event.status.session !== session) continue;
    assert.notEqual(event.status.phase, "failed", JSON.stringify(event.status.error));
    if (event.status.phase === phase) return { status: event.status, steps };
  }
}
