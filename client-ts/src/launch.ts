/** Starts a daemon through `nhd-cli`, which knows how: detached, its log in its home, one daemon a home. */
import { execFile } from "node:child_process";
import { basename, dirname, join } from "node:path";

import { ConnectionError } from "./errors.js";
import { isObject, parsed } from "./json.js";
import type { Environment } from "./paths.js";

/** Longer than `nhd-cli` itself gives a daemon to answer. */
const START_BOUND_MS = 20_000;

/** What a program's end leaves behind. */
interface Outcome {
  readonly failure: { readonly code?: unknown; readonly message: string } | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Returns when a daemon answers, be it a new one or one that ran already.
 *
 * @param program `true` for the `nhd-cli` on the environment's `PATH`, or the path of `nhd-cli`, or of `nhd` beside it.
 * @throws {ConnectionError} `startFailed`.
 */
export async function startDaemon(
  program: true | string,
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  const cli = cliOf(program);
  const outcome = await run(cli, ["daemon", "start", "--json"], environment, signal);
  if (outcome.failure !== null) throw startFailed(cli, outcome, outcome.failure);
}

function cliOf(program: true | string): string {
  if (program === true) return "nhd-cli";
  return basename(program) === "nhd" ? join(dirname(program), "nhd-cli") : program;
}

function run(
  program: string,
  parameters: readonly string[],
  environment: Environment,
  signal: AbortSignal,
): Promise<Outcome> {
  const options = { env: { ...environment }, timeout: START_BOUND_MS, signal };
  return new Promise((resolve) => {
    execFile(program, parameters, options, (failure, stdout, stderr) => resolve({ failure, stdout, stderr }));
  });
}

/** `nhd-cli --json` says what went wrong on its standard output. */
function startFailed(cli: string, outcome: Outcome, failure: { readonly code?: unknown }): ConnectionError {
  if (failure.code === "ENOENT" || failure.code === "EACCES") {
    const message = `failed to start the daemon: cannot run ${cli} (${failure.code})`;
    const hint = "install nhd, and name the path of nhd-cli in `start` or put it on the PATH";
    return new ConnectionError("startFailed", message, { hint, cause: failure });
  }
  const printed = parsed(outcome.stdout);
  const error = isObject(printed) && isObject(printed["error"]) ? printed["error"] : {};
  const said = typeof error["message"] === "string" ? error["message"] : outcome.stderr.trim();
  const hint = typeof error["hint"] === "string" ? { hint: error["hint"] } : {};
  const message = `failed to start the daemon with ${cli}: ${said || "it did not end in time"}`;
  return new ConnectionError("startFailed", message, { ...hint, cause: failure });
}
