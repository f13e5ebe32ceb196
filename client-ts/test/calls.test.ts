/** Calls: what they answer, how they fail, and how they are given up. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  CANCEL_REQUEST,
  connect,
  ConnectionError,
  NhdError,
  PROTOCOL_VERSION,
  REPEATS,
  type Client,
  type ErrorKind,
} from "@nhd/client";

import { fake, helloOf, type Message } from "./fake.js";
import { Laptop } from "./laptop.js";
import { until } from "./until.js";

const timeout = 60_000;
const laptop = new Laptop();
let client: Client;

before(async () => {
  laptop.startDaemon();
  client = await laptop.connect();
});

after(async () => {
  await client.dispose();
  await laptop.close();
});

test("every method of the table is a function of its namespace", { timeout }, async () => {
  const found = Object.entries({ ...client, events: client.events }).flatMap(([namespace, methods]) =>
    Object.keys(methods as object).map((name) => `${namespace}.${name}`),
  );
  assert.deepEqual(found.filter((name) => Object.hasOwn(REPEATS, name)).sort(), Object.keys(REPEATS).sort());
  const { pid } = await client.daemon.hello({ client: "tests 1", protocol: PROTOCOL_VERSION });
  assert.equal(pid, client.hello.pid);
  assert.equal((await client.rpc.discover())["openrpc"] !== undefined, true);
});

test("what the daemon answers with is an error with kind, hint and session", { timeout }, async () => {
  await assert.rejects(client.session.status({ session: "none" }), (error) => {
    assert.ok(error instanceof NhdError && !(error instanceof ConnectionError));
    assert.deepEqual([error.name, error.kind], ["NhdError", "sessionNotFound"]);
    assert.match(error.message, /none/);
    assert.match(error.hint ?? "", /list of sessions/);
    assert.deepEqual([error.code, error.arguments], ["sessionNotFound", { session: "none" }]);
    return true;
  });
  const start = { kind: "Deployment", name: "web", image: "i", source: "/nowhere" } as const;
  await assert.rejects(client.session.start(start), isKind("sourceMissing"));
  const misspelled = client.call("session.wait", { session: 7 } as never);
  await assert.rejects(misspelled, isKind("invalidRequest"));
  await assert.rejects(client.call("session.dance" as "rpc.discover", {}), isKind("invalidRequest"));
});

test("errors that this client does not know keep their words", { timeout }, async () => {
  const errors: readonly (readonly [unknown, ErrorKind, string])[] = [
    [{ code: 999, message: "x", data: { kind: "novelty", message: "new", hint: "h" } }, "internal", "new"],
    [{ code: 3, message: "Gone" }, "sessionNotFound", "session.list: gone"],
    [{ code: -32601, message: "Method not found", data: "why" }, "invalidRequest", "session.list: method not found: why"],
    ["nonsense", "internal", "session.list: the daemon answered with an error that cannot be read"],
  ];
  for (const [error, kind, message] of errors) {
    const daemon = await fake(({ method }) => (method === "daemon.hello" ? { result: helloOf(1) } : { error }));
    const other = await connect(daemon);
    await assert.rejects(other.session.list(), (thrown) => {
      assert.ok(thrown instanceof NhdError);
      assert.deepEqual([thrown.kind, thrown.message], [kind, message]);
      return true;
    });
    await other.dispose();
    await daemon.close();
  }
});

test("a call that is given up rejects at once and is cancelled at the daemon", { timeout }, async () => {
  const daemon = await fake(({ method }) => (method === "daemon.hello" ? { result: helloOf(1) } : undefined));
  const other = await connect(daemon);
  const giveUp = new AbortController();
  const call = other.session.list({}, { signal: giveUp.signal });
  const request = await until("the request", async () => sent(daemon.messages, "session.list")[0]);
  giveUp.abort();
  await assert.rejects(call, isKind("cancelled"));
  await assert.rejects(other.session.list({}, { signal: giveUp.signal }), isKind("cancelled"));
  const cancelled = await until("the cancellation", async () => sent(daemon.messages, CANCEL_REQUEST)[0]);
  assert.deepEqual(cancelled.params, { id: request.id });
  assert.equal(sent(daemon.messages, "session.list").length, 1, "what is given up beforehand is not sent");
  await other.dispose();
  await daemon.close();
});

test("a lost connection fails what is under way, and the next call makes a new one", { timeout }, async () => {
  let gone = false;
  const daemon = await fake(({ method }) => {
    if (method === "daemon.hello") return { result: helloOf(1) };
    if (gone) return { result: { sessions: [] } };
    return undefined;
  });
  const other = await connect(daemon);
  const under = [other.session.list(), other.daemon.shutdown()];
  await until("both requests", async () => sent(daemon.messages, "daemon.shutdown")[0]);
  gone = true;
  daemon.hangUp();
  for (const [index, repeatable] of [true, false].entries()) {
    await assert.rejects(under[index] ?? Promise.resolve(), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.deepEqual([error.kind, error.reason, error.repeatable], ["daemonUnreachable", "lost", repeatable]);
      return true;
    });
  }
  assert.deepEqual(await other.session.list(), { sessions: [] });
  await other.dispose();
  await daemon.close();
});

function sent(messages: readonly Message[], wanted: string): readonly Message[] {
  return messages.filter(({ method }) => method === wanted);
}

function isKind(kind: ErrorKind): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof NhdError, String(error));
    assert.equal(error.kind, kind, error.message);
    return true;
  };
}
