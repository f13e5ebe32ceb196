/** A daemon that does wrong what a real one does not: speaks another version, never answers, floods. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { WebSocketServer } from "ws";

/** A message of a client. */
export interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly [name: string]: unknown };
}

/** What the fake says to a message: an answer's `result` or `error`, or nothing. */
export type Reply = { readonly result: unknown } | { readonly error: unknown } | undefined;

/** A fake daemon that listens. */
export interface Fake {
  /** Where a client finds it. */
  readonly environment: { readonly NHD_SOCKET: string };
  /** All that clients sent. */
  readonly messages: readonly Message[];
  /** Sends a notification to every client. */
  notify(method: string, params: unknown): void;
  /** Cuts every connection, as a crash does. */
  hangUp(): void;
  close(): Promise<void>;
}

/** What a fake of this version says of itself. */
export function helloOf(protocol: number): unknown {
  return { version: "9.9.9", protocol, pid: 1, home: "/", socket: "/", startedAt: "2026-01-01T00:00:00.000Z" };
}

/** Listens with a reply to every message. Answers leave before what the reply itself sends. */
export async function fake(reply: (message: Message) => Reply): Promise<Fake> {
  const folder = mkdtempSync(join(tmpdir(), "nhd-fake-"));
  const socket = join(folder, "nhd.sock");
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const messages: Message[] = [];
  server.on("connection", (client) => {
    client.on("message", (data) => {
      const message = JSON.parse(String(data)) as Message;
      messages.push(message);
      const said = reply(message);
      if (said !== undefined) client.send(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...said }));
    });
  });
  const hangUp = (): void => server.clients.forEach((client) => client.terminate());
  await new Promise<void>((resolve) => http.listen(socket, resolve));
  return {
    environment: { NHD_SOCKET: socket },
    messages,
    notify(method, params) {
      for (const client of server.clients) client.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
    },
    hangUp,
    async close() {
      hangUp();
      await new Promise((resolve) => http.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
