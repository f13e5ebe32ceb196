/** Where the daemon's socket is: the same rules as the daemon's own (`daemon/src/paths.rs`), so that both meet. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, isAbsolute } from "node:path";

import { ConnectionError, NhdError } from "./errors.js";

/** Environment variables, as in `process.env`. */
export interface Environment {
  readonly [name: string]: string | undefined;
}

/** The longest path of a socket in bytes that every platform takes. */
const SOCKET_PATH_LIMIT = 103;
/** The longest name of a socket beside the daemon's own. */
const LONGEST_SOCKET_NAME = 20;

/**
 * The daemon's socket: `NHD_SOCKET`; else in `NHD_HOME`; else in `XDG_RUNTIME_DIR`; else in the user's state folder. A
 * folder whose path is too long for sockets gives way to a short one named after its hash.
 */
export function socketPath(environment: Environment): string {
  const socket = absolute(environment, "NHD_SOCKET");
  if (socket === undefined) return join(shortened(runtimeFolder(environment)), "nhd.sock");
  if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT) {
    throw invalid(`NHD_SOCKET must be shorter than ${SOCKET_PATH_LIMIT} bytes: ${socket}`);
  }
  return socket;
}

function runtimeFolder(environment: Environment): string {
  const home = absolute(environment, "NHD_HOME");
  if (home !== undefined) return join(home, "run");
  const user = environment["HOME"] || userInfo().homedir;
  if (process.platform === "darwin") return join(user, "Library/Application Support/nhd/run");
  const runtime = environment["XDG_RUNTIME_DIR"] ?? "";
  if (isAbsolute(runtime)) return join(runtime, "nhd");
  const state = environment["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(state) ? state : join(user, ".local/state"), "nhd/run");
}

function shortened(runtime: string): string {
  if (Buffer.byteLength(runtime) + 1 + LONGEST_SOCKET_NAME <= SOCKET_PATH_LIMIT) return runtime;
  const hash = createHash("sha256").update(runtime).digest("hex").slice(0, 12);
  return `/tmp/nhd-${ownUid()}-${hash}`;
}

/** Not `path.join`, which would tidy up what the daemon takes as it is, and so change its hash. */
function join(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

function absolute(environment: Environment, variable: string): string | undefined {
  const value = environment[variable];
  if (value === undefined || value === "") return undefined;
  if (!isAbsolute(value)) throw invalid(`${variable} must be an absolute path, not ${value}`);
  return value;
}

function invalid(message: string): NhdError {
  return new NhdError({ kind: "invalidRequest", message });
}

function ownUid(): number {
  if (process.getuid === undefined) throw invalid("nhd needs Unix sockets, which Node.js has on Linux and macOS only");
  return process.getuid();
}

/**
 * Refuses a socket in a folder that others could have made or can write to: what a start sends along, credentials
 * included, is for the user's own daemon. A folder that is not there is no danger.
 */
export async function refuseForeign(socket: string): Promise<void> {
  const folder = dirname(socket);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined || (found.uid === ownUid() && (found.mode & 0o022) === 0)) return;
  throw new ConnectionError("unsafe", `the folder of the socket ${socket} belongs to another user or others can write to it`, {
    hint: `look who made ${folder}; the daemon makes its own private to the user`,
  });
}
