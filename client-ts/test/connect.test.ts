/** Finding a daemon, starting one, understanding it, and leaving nothing behind. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import {
  CLIENT_VERSION,
  connect,
  ConnectionError,
  NhdError,
  PROTOCOL_VERSION,
  ProtocolMismatchError,
  socketPath,
  type ConnectionReason,
} from "@nhd/client";

import { fake, helloOf } from "./fake.js";
import { binary, Laptop } from "./laptop.js";
import { until } from "./until.js";

const timeout = 60_000;
const run = promisify(execFile);

test("the socket is where nhd-cli looks for it", { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "nhd-paths-"));
  const deep = join(folder, "deep".repeat(30));
  const tables: readonly { readonly [name: string]: string }[] = [
    {},
    { XDG_RUNTIME_DIR: join(folder, "run") },
    { XDG_RUNTIME_DIR: "relative", XDG_STATE_HOME: join(folder, "state") },
    { XDG_RUNTIME_DIR: deep },
    { NHD_HOME: join(folder, "home"), XDG_RUNTIME_DIR: join(folder, "run") },
    { NHD_HOME: "" },
    { NHD_HOME: `${folder}/trailing/` },
    { NHD_HOME: deep },
    { NHD_HOME: `${deep}/../${"x".repeat(60)}//y/` },
    { NHD_HOME: join(folder, "höme".repeat(15)) },
    { NHD_HOME: join(folder, "home"), NHD_SOCKET: join(folder, "own.sock") },
  ];
  for (const table of tables) {
    const environment = { HOME: folder, PATH: process.env["PATH"] ?? "", ...table };
    const failed = run(binary("nhd-cli"), ["daemon", "status", "--json"], { env: environment });
    const { stdout } = (await failed.catch((error: unknown) => error)) as { readonly stdout: string };
    const { error } = JSON.parse(stdout) as { readonly error: { readonly message: string } };
    assert.equal(error.message, `no daemon listens on ${JSON.stringify(socketPath(environment))}`);
  }
  rmSync(folder, { recursive: true });
});

test("paths that are relative or too long are refused", () => {
  for (const environment of [{ NHD_HOME: "here" }, { NHD_SOCKET: "./s" }, { NHD_SOCKET: `/${"s".repeat(103)}` }]) {
    assert.throws(() => socketPath(environment), (error) => error instanceof NhdError && error.kind === "invalidRequest");
  }
});

test("without a daemon the error says so, and what to do", { timeout }, async () => {
  const laptop = new Laptop();
  await assert.rejects(connect({ environment: laptop.environment }), (error) => {
    assert.ok(error instanceof ConnectionError && error instanceof NhdError);
    assert.deepEqual([error.kind, error.reason, error.isPassing], ["daemonUnreachable", "notRunning", true]);
    assert.match(error.message, /no daemon listens on .*nhd\.sock/);
    assert.match(error.hint ?? "", /nhd-cli daemon start/);
    return true;
  });
  await laptop.close();
});

test("a daemon is started by whichever path is named, once for many", { timeout }, async () => {
  for (const start of [binary("nhd"), binary("nhd-cli"), true]) {
    const laptop = new Laptop();
    const environment = { ...laptop.environment, PATH: `${binary(".")}:${laptop.environment["PATH"]}` };
    const clients = await Promise.all([1, 2, 3].map(() => connect({ environment, start })));
    assert.equal(new Set(clients.map(({ hello }) => hello.pid)).size, 1);
    const [first] = clients;
    assert.equal(first?.hello.home, laptop.home);
    // A later call starts the next one; the old one may still answer while it stops.
    const old = first?.hello.pid;
    await first?.daemon.shutdown().catch(unlessLost);
    await until("the next daemon answers", async () => {
      const again = await untilAnswered(async () => (await first?.session.list())?.sessions);
      assert.deepEqual(again, []);
      return first?.hello.pid !== old;
    });
    for (const client of clients) await client.dispose();
    await laptop.close();
  }
});

test("a program that is missing, and one that fails, are typed errors", { timeout }, async () => {
  const laptop = new Laptop();
  for (const [start, words] of [["/nowhere/nhd-cli", /cannot run \/nowhere\/nhd-cli/], ["false", /false/]] as const) {
    const failed = connect({ environment: laptop.environment, start });
    await assert.rejects(failed, isConnectionError("startFailed", words));
  }
  await laptop.close();
});

test("a socket in a folder that others can write to is not spoken to", { timeout }, async () => {
  const laptop = new Laptop();
  mkdirSync(laptop.home);
  mkdirSync(join(laptop.home, "run"));
  chmodSync(join(laptop.home, "run"), 0o777);
  await assert.rejects(connect({ environment: laptop.environment }), isConnectionError("unsafe", /others can write/));
  await laptop.close();
});

for (const { theirs, outdated } of [
  { theirs: PROTOCOL_VERSION + 1, outdated: "client" },
  { theirs: PROTOCOL_VERSION - 1, outdated: "daemon" },
]) {
  const refusal = { code: 2, message: "no", data: { kind: "protocolMismatch", message: "no" } };
  for (const [how, hello] of [["refuses", { error: refusal }], ["answers", { result: helloOf(theirs) }]] as const) {
    test(`a daemon of protocol ${theirs} that ${how} is a typed error that says that the ${outdated} is old`, async () => {
      const discovered = { result: { info: { version: `${theirs}.0.0` } } };
      const daemon = await fake(({ method }) => (method === "daemon.hello" ? hello : discovered));
      await assert.rejects(connect(daemon), (error) => {
        assert.ok(error instanceof ProtocolMismatchError && error instanceof NhdError);
        assert.deepEqual([error.kind, error.outdated], ["protocolMismatch", outdated]);
        assert.deepEqual([error.client, error.daemon], [PROTOCOL_VERSION, theirs]);
        assert.match(error.hint ?? "", outdated === "daemon" ? /update nhd/ : /update the extension/);
        return true;
      });
      await daemon.close();
    });
  }
}

test("a process exits by itself after dispose, whatever was under way", { timeout }, async () => {
  const laptop = new Laptop();
  laptop.startDaemon();
  await (await laptop.connect()).dispose();
  const script = `
    import { connect } from "@nhd/client";
    const client = await connect();
    const events = client.events();
    await events.next();
    const waiting = events.next();
    const unused = new AbortController();
    const list = client.session.list({}, { signal: unused.signal }).then(() => "answered", (error) => error.reason);
    await Promise.all([client.dispose(), client.dispose()]);
    const late = await client.session.list().catch((error) => error.reason);
    console.log(JSON.stringify({ events: (await waiting).done, list: await list, late }));
  `;
  const began = Date.now();
  const child = run(process.execPath, ["--input-type=module", "-e", script], {
    cwd: new URL("..", import.meta.url),
    env: laptop.environment,
    timeout: 20_000,
  });
  const { stdout, stderr } = await child;
  assert.deepEqual(JSON.parse(stdout), { events: true, list: "disposed", late: "disposed" });
  assert.equal(stderr, "");
  assert.ok(Date.now() - began < 5_000, "it took its time to exit");
  await laptop.close();
});

test("the version is the package's", () => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  assert.equal(CLIENT_VERSION, (JSON.parse(text) as { readonly version: string }).version);
});

function isConnectionError(reason: ConnectionReason, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ConnectionError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, words);
    return true;
  };
}

/** A daemon that ends can be gone before its answer is. */
function unlessLost(error: unknown): void {
  if (!(error instanceof ConnectionError && error.reason === "lost")) throw error;
}

/** The answer of the daemon that comes after one that is on its way out. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ConnectionError && error.isPassing)) throw error;
    }
  }
}
