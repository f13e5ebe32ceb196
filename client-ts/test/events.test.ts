/** Events over everything that can come between: restarts, slow consumers, foreign numbers, a break. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, EVENT_SUBSCRIPTION, PROTOCOL_VERSION, type Client, type Event, type EventStream } from "@nhd/client";

import { fake, helloOf, type Fake, type Message, type Reply } from "./fake.js";
import { Laptop } from "./laptop.js";
import { Stage } from "./stage.js";
import { until } from "./until.js";

const timeout = 180_000;

test("a daemon that is killed and restarted twice costs no event and doubles none", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client, laptop } = stage;
    const seen: Event[] = [];
    const events = client.events();
    const following = (async () => {
      for await (const event of events) seen.push(event);
    })();
    const { session } = await stage.start();
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const { pid } = client.hello;
      await laptop.endDaemon(signal);
      laptop.startDaemon();
      await (await laptop.connect()).dispose();
      await client.session.wait({ session, until: "synced", timeoutMs: 60_000 });
      assert.notEqual(client.hello.pid, pid, "it is another daemon");
    }
    await client.session.end({ session });
    await client.session.wait({ session, until: "ended", timeoutMs: 60_000 });
    await until("the last event", async () => seen.some((it) => it.type === "session" && it.status.phase === "ended"));
    await events.return();
    await following;

    await isWhole(client, seen);
  } finally {
    await stage.close();
  }
});

test("a daemon that is killed at every change of a session's phase costs no event and doubles none", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client, laptop, namespace } = stage;
    const events = client.events();
    const seen: Event[] = [];
    const killed: string[] = [];
    const first = await events.next();
    if (first.value !== undefined) seen.push(first.value);
    const { session } = await client.session.start(laptop.startParams(namespace, "web"));
    for await (const event of events) {
      seen.push(event);
      if (event.type !== "session") continue;
      const { phase, error } = event.status;
      assert.notEqual(phase, "failed", JSON.stringify(error));
      if (phase === "ended") break;
      if (killed.includes(phase)) continue;
      killed.push(phase);
      if (phase === "synced") await client.session.end({ session });
      await laptop.endDaemon("SIGKILL");
      laptop.startDaemon();
      await (await laptop.connect()).dispose();
    }
    assert.ok(killed.length >= 3 && killed.includes("synced"), `killed at ${killed.join()}`);
    await isWhole(client, seen);
  } finally {
    await stage.close();
  }
});

/** What was seen is a snapshot and all that the daemon's log has after it, in order and once. */
async function isWhole(client: Client, seen: readonly Event[]): Promise<void> {
  const [snapshot, ...rest] = seen;
  assert.equal(snapshot?.type, "snapshot");
  const { epoch, seq } = snapshot;
  assert.deepEqual(rest.map((event) => event.seq), rest.map((_, index) => seq + 1 + index));
  const log = await client.events.since({ since: { epoch, seq } });
  assert.deepEqual(rest, log.events.slice(0, rest.length));
  assert.ok(rest.length > 10, `${rest.length} events`);
}

test("a place that the daemon does not know is answered with a snapshot", { timeout }, async () => {
  const laptop = new Laptop();
  laptop.startDaemon();
  const client = await laptop.connect();
  try {
    const since = { epoch: "another", seq: 7 };
    for await (const event of client.events({ since })) {
      assert.equal(event.type, "snapshot");
      assert.notEqual(event.epoch, since.epoch);
      break;
    }
  } finally {
    await client.dispose();
    await laptop.close();
  }
});

test("a break ends the subscription, and signal, return and dispose end a next that waits", { timeout }, async () => {
  const daemon = await log(1);
  const client = await connect(daemon);
  try {
    for await (const event of client.events()) {
      assert.equal(event.seq, 1);
      break;
    }
    const ended = ({ method }: Message): boolean => method === EVENT_SUBSCRIPTION.unsubscribe;
    assert.deepEqual((await until("the end", async () => daemon.messages.find(ended))).params, ["s1"]);

    const stop = new AbortController();
    const ways: readonly ((events: EventStream) => unknown)[] = [
      () => stop.abort(),
      (events) => events.return(),
      () => client.dispose(),
    ];
    for (const end of ways) {
      const events = client.events({ signal: stop.signal.aborted ? undefined : stop.signal });
      await events.next();
      const waiting = events.next();
      await end(events);
      assert.deepEqual(await waiting, { done: true, value: undefined });
    }
    assert.equal((await client.events().next()).done, true, "a client that was disposed of has no events");
  } finally {
    await client.dispose();
    await daemon.close();
  }
});

test("a consumer that is slow gets every event, and the buffer stays bounded", { timeout }, async () => {
  const count = 5_000;
  const daemon = await log(count);
  const client = await connect(daemon);
  try {
    const seqs: number[] = [];
    for await (const { seq } of client.events({ since: { epoch: "e", seq: 0 } })) {
      seqs.push(seq);
      if (seq === count) break;
      // All that the daemon has to say has arrived when this is answered.
      if (seq % 1000 === 1) await client.session.list();
    }
    assert.deepEqual(seqs, Array.from({ length: count }, (_, index) => index + 1));
    const subscribed = daemon.messages.filter(({ method }) => method === EVENT_SUBSCRIPTION.subscribe);
    assert.ok(subscribed.length >= 3, `the buffer held more than it may: ${subscribed.length} subscriptions`);
  } finally {
    await client.dispose();
    await daemon.close();
  }
});

test("events of a kind that only a newer daemon knows are passed over, and late doubles dropped", { timeout }, async () => {
  const daemon = await log(1);
  const client = await connect(daemon);
  try {
    const events = client.events({ since: { epoch: "e", seq: 0 } });
    assert.equal((await events.next()).value?.seq, 1);
    for (const event of [{ ...warning(2), type: "novelty" }, warning(1), warning(3)]) {
      daemon.notify(EVENT_SUBSCRIPTION.notification, { subscription: "s1", result: event });
    }
    assert.equal((await events.next()).value?.seq, 3);
  } finally {
    await client.dispose();
    await daemon.close();
  }
});

/** A fake daemon whose log holds so many events, all of which it sends at once to whoever subscribes. */
async function log(count: number): Promise<Fake> {
  let subscriptions = 0;
  const daemon = await fake((message): Reply => {
    if (message.method === EVENT_SUBSCRIPTION.subscribe) {
      const since = message.params["since"] as { readonly seq: number } | undefined;
      const subscription = `s${++subscriptions}`;
      queueMicrotask(() => {
        for (let seq = (since?.seq ?? 0) + 1; seq <= count; seq += 1) {
          daemon.notify(EVENT_SUBSCRIPTION.notification, { subscription, result: warning(seq) });
        }
      });
      return { result: subscription };
    }
    return { result: message.method === "daemon.hello" ? helloOf(PROTOCOL_VERSION) : { sessions: [] } };
  });
  return daemon;
}

function warning(seq: number): Event {
  return { epoch: "e", seq, at: "2026-01-01T00:00:00.000Z", type: "warning", message: String(seq) };
}
