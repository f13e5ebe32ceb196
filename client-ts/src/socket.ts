/** A WebSocket over a Unix socket that carries text; it does not know what the text means. */
import { connect } from "node:net";

import type { WebSocket } from "ws";

import { ConnectionError } from "./errors.js";

/** How long whoever listens may take to agree to a WebSocket. */
const HANDSHAKE_BOUND_MS = 10_000;
/** How long the other side may take to close in order. */
const CLOSE_BOUND_MS = 500;
/** Larger than the largest message of a daemon, which is 10 MiB. */
const LARGEST_MESSAGE_BYTES = 16 << 20;

/**
 * In an extension host, VS Code leads every request of Node's `http` to its proxy that does not say it is for a Unix socket, be it
 * with a connection of its own. This says so; the path in it is not used, which could not have a colon.
 */
const ADDRESS = "ws+unix:/nhd:/";

/** Who hears what comes over a socket. */
export interface Listener {
  received(text: string): void;
  /** Called once; nothing comes after it. */
  closed(cause: unknown): void;
}

/** An open socket. */
export interface Socket {
  readonly isOpen: boolean;
  send(text: string): void;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/**
 * Connects. An abort gives the attempt up.
 *
 * @throws {ConnectionError} `notRunning` or `handshake`.
 */
export async function openSocket(path: string, listener: Listener, signal: AbortSignal): Promise<Socket> {
  // Loaded with the first connection: an editor counts what its extensions take before they have anything to do.
  const { WebSocket } = await import("ws");
  const socket = new WebSocket(ADDRESS, {
    createConnection: () => connect({ path }),
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE_BYTES,
    handshakeTimeout: HANDSHAKE_BOUND_MS,
  });
  let cause: unknown;
  // After it, "close" follows in any case.
  socket.on("error", (error) => (cause ??= error));
  return new Promise((resolve, reject) => {
    const giveUp = (): void => socket.terminate();
    const failed = (): void => {
      signal.removeEventListener("abort", giveUp);
      reject(connectFailed(path, cause));
    };
    socket.once("close", failed);
    socket.once("open", () => {
      signal.removeEventListener("abort", giveUp);
      socket.off("close", failed);
      socket.on("message", (data) => listener.received(String(data)));
      socket.once("close", () => listener.closed(cause));
      resolve(handle(socket));
    });
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
  });
}

function handle(socket: WebSocket): Socket {
  return {
    get isOpen() {
      return socket.readyState === socket.OPEN;
    },
    // Where it cannot be sent the socket is on its way down, which the listener hears.
    send: (text) => socket.send(text, () => undefined),
    close: () => close(socket),
  };
}

function close(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const impatient = setTimeout(() => socket.terminate(), CLOSE_BOUND_MS);
    socket.once("close", () => {
      clearTimeout(impatient);
      resolve();
    });
    socket.close();
  });
}

function connectFailed(path: string, cause: unknown): ConnectionError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    return new ConnectionError("notRunning", `no daemon listens on ${path}`, {
      hint: "start it with `nhd-cli daemon start`, or connect with `start`",
      cause,
    });
  }
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new ConnectionError("handshake", `failed to connect to the daemon on ${path}${why}`, { cause });
}
