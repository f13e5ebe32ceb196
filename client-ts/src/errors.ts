/** What can go wrong, as classes to tell apart with `instanceof` and kinds to branch on. */
import type { ErrorData, ErrorInfo, ErrorKind } from "./generated/protocol.js";

/**
 * An error that the daemon answered with, or that stands for what it would have said. Branch on `kind`; `message` and
 * `hint` are for people. A kind that a newer daemon knows and this client does not is `internal`.
 */
export class NhdError extends Error {
  override readonly name: string = "NhdError";
  readonly kind: ErrorKind;
  /** What to do next. */
  readonly hint: string | undefined;
  /** The id of the session that it concerns. */
  readonly session: string | undefined;
  /** Which text `message` is, finer than `kind`, to translate it by; the texts are in the protocol's reference. */
  readonly code: string | undefined;
  /** What stands in the places of that text's arguments. */
  readonly arguments: Readonly<Record<string, string>>;
  /** What there is to act on: choices, missing permissions, a place in a file, an owner, the holder of a port. */
  readonly data: ErrorData | undefined;

  constructor(info: ErrorInfo, options?: { readonly cause?: unknown }) {
    super(info.message, options);
    this.kind = info.kind;
    this.hint = info.hint;
    this.session = info.session;
    this.code = info.code;
    this.arguments = info.arguments ?? {};
    this.data = info.data;
  }
}

/**
 * Why there is no connection:
 * - `notRunning`: nothing listens on the socket.
 * - `startFailed`: the daemon was to be started, and was not.
 * - `unsafe`: the socket is not ours alone; what a start sends along is for the user's own daemon.
 * - `handshake`: who listens does not answer as a daemon does; one that is starting or ending looks like this, too.
 * - `lost`: the connection broke while a request was under way.
 * - `silent`: no answer came within the time that a request of its kind may take.
 * - `disposed`: the client was disposed of.
 */
export type ConnectionReason =
  | "notRunning"
  | "startFailed"
  | "unsafe"
  | "handshake"
  | "lost"
  | "silent"
  | "disposed";

/** There is no connection to a daemon, or it was lost. Its kind is always `daemonUnreachable`. */
export class ConnectionError extends NhdError {
  override readonly name: string = "ConnectionError";
  readonly reason: ConnectionReason;
  /** Whether the request can be sent again without doing anything twice. */
  readonly repeatable: boolean;

  constructor(
    reason: ConnectionReason,
    message: string,
    options: { readonly hint?: string; readonly repeatable?: boolean; readonly cause?: unknown } = {},
  ) {
    const info: ErrorInfo = { kind: "daemonUnreachable", message };
    super(options.hint === undefined ? info : { ...info, hint: options.hint }, options);
    this.reason = reason;
    this.repeatable = options.repeatable ?? true;
  }

  /** Whether a daemon that is just starting or ending looks like this, so that it is worth trying again. */
  get isPassing(): boolean {
    return ["notRunning", "handshake", "lost", "silent"].includes(this.reason);
  }
}

/** The error of every call of a client that was disposed of. */
export function disposed(): ConnectionError {
  return new ConnectionError("disposed", "this client was disposed of", { hint: "connect again" });
}

/** Client and daemon speak different versions of the protocol. Its kind is always `protocolMismatch`. */
export class ProtocolMismatchError extends NhdError {
  override readonly name: string = "ProtocolMismatchError";
  /** Who has to be updated: this package, or nhd on this machine. Undefined where the daemon does not say its version. */
  readonly outdated: "client" | "daemon" | undefined;

  constructor(
    message: string,
    /** The version of the protocol that this client speaks. */
    readonly client: number,
    /** The version that the daemon speaks, where it says so. */
    readonly daemon: number | undefined,
  ) {
    const outdated = daemon === undefined ? undefined : daemon < client ? "daemon" : "client";
    super({ kind: "protocolMismatch", message, hint: mismatchHint(outdated) });
    this.outdated = outdated;
  }
}

function mismatchHint(outdated: "client" | "daemon" | undefined): string {
  switch (outdated) {
    case "client":
      return "update the extension or tool that brought this client; the daemon is newer";
    case "daemon":
      return "update nhd, then run `nhd-cli daemon stop`: the old daemon ends and its sessions stay";
    case undefined:
      return "update the older of the two; `nhd-cli daemon stop` ends a daemon and keeps its sessions";
  }
}
