// Stands in for a daemon of another version: says hello as one, and goes when it is asked to. `node stand-in.mjs SOCKET VERSION PROTOCOL`.
// It knows nothing else; one that speaks our protocol has no method that the first daemon had not.
import { createServer } from "node:http";
import { chmodSync } from "node:fs";
import { WebSocketServer } from "ws";

const [socket, version, protocol] = process.argv.slice(2);
const hello = { version, protocol: Number(protocol), pid: process.pid, startedAt: "2026-01-01T00:00:00Z", home: "/", socket, epoch: "1" };

function answer({ method }) {
  if (method === "daemon.hello") return { result: hello };
  if (method === "daemon.shutdown") return { result: { sessionsLeft: 0 } };
  if (method === "events.subscribe") return { result: "1" };
  if (method === "session.list") return { result: { sessions: [] } };
  if (method === "workload.list") return { result: { context: "here", server: "http://127.0.0.1:1", workloads: [] } };
  return { error: { code: -32601, message: `no such method: ${method}` } };
}

const server = createServer().listen(socket, () => {
  chmodSync(socket, 0o600);
  console.log("listens");
});
new WebSocketServer({ server }).on("connection", (client) => {
  client.on("message", (text) => {
    const request = JSON.parse(String(text));
    client.send(JSON.stringify({ jsonrpc: "2.0", id: request.id, ...answer(request) }));
    if (request.method === "daemon.shutdown") setTimeout(() => process.exit(0), 50);
  });
});
