/** Where a plugin begins. */
import { unlessAborted } from "./abort.js";
import { cancelled } from "./connection.js";
import { clientOn, type Client } from "./client.js";
import { CLIENT_VERSION } from "./hello.js";
import { Link } from "./link.js";
import type { Environment } from "./paths.js";

/** How to connect. */
export interface ConnectOptions {
  /**
   * Starts a daemon where none runs, now and for later calls: `true` with the `nhd-cli` on the `PATH`, or the path of
   * `nhd-cli`, or of `nhd` beside it. Without it `connect` fails where none runs.
   */
  readonly start?: boolean | string | undefined;
  /** Who calls, for the daemon's log: `my-plugin 1.0.0`. */
  readonly client?: string | undefined;
  /**
   * Where the socket is found (`NHD_SOCKET`, `NHD_HOME`, `XDG_RUNTIME_DIR`, `HOME`), and what a daemon is started with;
   * `process.env` without it.
   */
  readonly environment?: Environment | undefined;
  /** Gives the attempt up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to the user's daemon and says hello.
 *
 * @throws {ConnectionError} `notRunning`, `startFailed`, `unsafe`, `handshake`, `lost` or `silent`.
 * @throws {ProtocolMismatchError} where the daemon speaks another version of the protocol; `outdated` says who is older.
 * @throws {NhdError} `cancelled` by the signal; `invalidRequest` where a variable holds no absolute path.
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const { start = false, client = `@nhd/client ${CLIENT_VERSION}`, environment = process.env, signal } = options;
  const link = new Link({ start, client, environment });
  try {
    const { hello } = await unlessAborted(link.reach(true), signal, () => cancelled("connect", signal));
    return clientOn(link, hello);
  } catch (error) {
    await link.dispose();
    throw error;
  }
}
