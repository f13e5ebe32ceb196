/** Terminals, commands and logs as Node streams, on a real cluster. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { ConnectionError, type StreamConnection, type StreamNotice } from "@nhd/client";

import { Stage } from "./stage.js";

const timeout = 180_000;

async function all(readable: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readable) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Reads until a text has come. */
async function seen(stream: StreamConnection, text: string): Promise<void> {
  let got = "";
  for await (const chunk of stream.stdout.iterator({ destroyOnReturn: false })) {
    got += String(chunk);
    if (got.includes(text)) return;
  }
  assert.fail(`${text} does not come: ${got}`);
}

test("bytes come back bit for bit, apart and with the exit code", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client } = stage;
    const { session } = await stage.start();
    const command = ["sh", "-c", "cat; echo trouble >&2; exit 7"];
    const stream = await client.openStream(await client.exec.start({ session, command, stdin: true }));
    assert.deepEqual([stream.opened.stream.state, stream.opened.cut], ["running", false]);
    const sent = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * 7) % 251));
    const [stdout, stderr] = await Promise.all([
      all(stream.stdout),
      all(stream.stderr),
      pipeline(Readable.from([sent.subarray(0, 3), sent.subarray(3)]), stream.stdin),
    ]);
    assert.ok(stdout.equals(sent), `${stdout.length} bytes came`);
    assert.equal(String(stderr), "trouble\n");
    assert.deepEqual(await stream.ended, { reason: "exited", exitCode: 7 });
    assert.deepEqual((await client.session.status({ session })).streams?.map(({ state }) => state), ["ended"]);
  } finally {
    await stage.close();
  }
});

test("a flood that nobody reads waits, and calls do not", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client } = stage;
    const { session } = await stage.start();
    const command = ["sh", "-c", "head -c 30000000 /dev/zero"];
    const stream = await client.openStream(await client.exec.start({ session, command }));
    await pause(2_000);
    for (let call = 0; call < 50; call += 1) await client.session.list();
    const listed = (await client.exec.list()).streams.map(({ state }) => state);
    assert.deepEqual(listed, ["running"], "it has written more than anybody took");
    stream.stderr.resume();
    assert.equal((await all(stream.stdout)).length, 30_000_000);
    assert.equal((await stream.ended).exitCode, 0);
  } finally {
    await stage.close();
  }
});

test("a terminal is resized, left, offered again and closed", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client } = stage;
    const { session } = await stage.start();
    const first = await client.openStream(await client.terminal.open({ session, size: { columns: 100, rows: 30 } }));
    first.stdin.write("stty size\n");
    await seen(first, "30 100");
    first.resize({ columns: 90, rows: 20 });
    await pause(500);
    first.stdin.write("stty size; echo ä€𝄞\n");
    await seen(first, "20 90");
    first.close();
    await assert.rejects(first.ended, (error) => error instanceof ConnectionError && error.reason === "lost");
    const [terminal] = (await client.terminal.list({ session })).streams;
    assert.equal(terminal?.state, "running");
    const ticket = await client.terminal.attach({ stream: terminal.stream });
    const second = await client.openStream(ticket);
    assert.ok(second.opened.replayed > 0);
    await seen(second, "ä€𝄞");
    await assert.rejects(client.openStream(ticket), (error) => error instanceof ConnectionError);
    second.stdout.resume();
    second.stderr.resume();
    await client.terminal.close({ stream: terminal.stream });
    assert.equal((await second.ended).reason, "closed");
  } finally {
    await stage.close();
  }
});

test("hot reload restarts the command, and its client takes it along", { timeout }, async () => {
  const stage = await Stage.set();
  try {
    const { client, laptop } = stage;
    laptop.save(
      ".nocalhost/config.yaml",
      "name: web\ncontainers:\n- dev: {hotReload: true, command: {run: [cat, first.txt, '&&', sleep, '1000']}}\n",
    );
    const { session } = await stage.start();
    const notices: StreamNotice[] = [];
    const ticket = await client.exec.start({ session, run: "run" });
    const stream = await client.openStream(ticket, { notice: (notice) => notices.push(notice) });
    assert.equal(stream.opened.stream.hotReload, true);
    await seen(stream, "first");
    laptop.save("first.txt", "second");
    await seen(stream, "second");
    assert.deepEqual(notices.map(({ kind }) => kind), ["started", "started"]);
    stream.close();
    await once(stream.stdout.resume(), "close");
  } finally {
    await stage.close();
  }
});
