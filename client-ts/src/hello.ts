/** The handshake: who calls, who answers, and whether the two understand each other. */
import type { Connection, Patience } from "./connection.js";
import { NhdError, ProtocolMismatchError } from "./errors.js";
import { PROTOCOL_VERSION, type HelloParams, type HelloResult } from "./generated/protocol.js";
import { isObject } from "./json.js";

/** The version of this package. */
export const CLIENT_VERSION = "0.1.0";

/** How long a new connection may take until the daemon has said who it is. */
const HELLO: Patience = { boundMs: 10_000 };

/** @throws {ProtocolMismatchError} where the daemon speaks another version of the protocol. */
export async function sayHello(connection: Connection, client: string): Promise<HelloResult> {
  const params: HelloParams = { client, protocol: PROTOCOL_VERSION };
  try {
    const hello = (await connection.request("daemon.hello", params, HELLO)) as HelloResult;
    if (hello.protocol === PROTOCOL_VERSION) return hello;
    throw mismatch(hello.protocol, `the daemon ${hello.version}`);
  } catch (error) {
    const refused = error instanceof NhdError && error.kind === "protocolMismatch";
    if (!refused || error instanceof ProtocolMismatchError) throw error;
    throw mismatch(await protocolOf(connection), "the daemon");
  }
}

/** The version that a daemon speaks that refused ours: the one of the document that it describes itself with. */
async function protocolOf(connection: Connection): Promise<number | undefined> {
  const document = await connection.request("rpc.discover", {}, HELLO).catch(() => undefined);
  const info = isObject(document) && isObject(document["info"]) ? document["info"] : {};
  const version = Number.parseInt(String(info["version"]), 10);
  return Number.isNaN(version) ? undefined : version;
}

function mismatch(daemon: number | undefined, who: string): ProtocolMismatchError {
  const theirs = daemon === undefined ? "another version" : `version ${daemon}`;
  const message = `${who} speaks ${theirs} of the protocol, @nhd/client ${CLIENT_VERSION} speaks version ${PROTOCOL_VERSION}`;
  return new ProtocolMismatchError(message, PROTOCOL_VERSION, daemon);
}
