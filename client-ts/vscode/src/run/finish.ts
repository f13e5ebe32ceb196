/**
 * What follows the end of a debugger: the process in the pod ends with it, or where a hot reload has taken its process away, it is
 * attached to the next.
 */
import type { StreamStatus } from "@nhd/client";
import { debug, type DebugSession } from "vscode";

import type { App } from "../app.js";
import { log, wordsOf } from "../log.js";
import type { Sessions } from "../sessions.js";
import { dismissTerminal } from "./command.js";
import type { Launch, Launches } from "./launches.js";

export async function finish(app: App, launches: Launches, session: DebugSession): Promise<void> {
  const launch = launches.of(session);
  // A debugger may have one of its own for each process.
  if (launch === undefined || session.parentSession !== undefined) return;
  // The editor attaches it again by itself.
  if (launch.stopped === "restarted") {
    launch.stopped = undefined;
    return;
  }
  launches.remove(session);
  if (launch.stopped === undefined && (await reattach(app, launch))) return;
  await end(app, launch);
}

/** Once the command runs again; false where it will not. */
async function reattach(app: App, launch: Launch): Promise<boolean> {
  const { config, folder, process } = launch;
  if (app.sessions.stream(process.stream)?.hotReload !== true) return false;
  if (!(await runsAgain(app.sessions, launch))) return false;
  return debug.startDebugging(folder, { ...config, run: false, again: process });
}

/** False when its stream ends instead. */
function runsAgain(sessions: Sessions, { process, runs }: Launch): Promise<boolean> {
  return new Promise((resolve) => {
    const isNext = ({ state, runs: now = 0 }: StreamStatus): boolean => state === "running" && now > runs;
    const look = (): void => {
      const stream = sessions.stream(process.stream);
      if (stream !== undefined && !isNext(stream)) return;
      undo.dispose();
      resolve(stream !== undefined);
    };
    const undo = sessions.onDidChange(look);
    look();
  });
}

async function end(app: App, { session, process: { stream, forwarded }, stopped }: Launch): Promise<void> {
  // What ended by itself can be read there.
  if (stream !== undefined && stopped === "ended") dismissTerminal(stream);
  try {
    const client = await app.daemon.client();
    if (stream !== undefined) await client.exec.close({ stream });
    if (forwarded !== undefined) await client.forward.end({ session, remotePort: forwarded });
  } catch (error) {
    // It has ended by itself, or its session has.
    log().debug(wordsOf(error));
  }
}
