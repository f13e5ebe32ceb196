/** Runs a command of the dev configuration in a terminal: one of its name at a time, as a start again is meant as one. */
import type { NamedCommand, SessionStatus } from "@nhd/client";
import { l10n, ThemeIcon, window, type Terminal } from "vscode";

import type { App } from "../app.js";
import { sized, StreamTerminal } from "../streams/terminal.js";

/** By session and command. */
const shown = new Map<string, Terminal>();

/** Answers with the id of the stream once the command is under way. */
export async function runCommand(app: App, status: SessionStatus, command: NamedCommand): Promise<string> {
  const { session, workload } = status;
  const client = await app.daemon.client();
  const { streams } = await client.exec.list({ session });
  for (const { stream, named, state } of streams) if (named === command && state !== "ended") await client.exec.close({ stream });
  const key = `${session}/${command}`;
  shown.get(key)?.dispose();
  return new Promise((resolve, reject) => {
    const pty = new StreamTerminal(() => app.daemon.client(), {
      open: async (opening, size) => {
        const params = { session, run: command, tty: true, stdin: true, detached: true };
        try {
          return await opening.exec.start({ ...params, ...sized(size) });
        } catch (error) {
          reject(error);
          throw error;
        }
      },
      opened: ({ stream }) => resolve(stream),
      ended: () => reject(new Error(l10n.t("{0} has ended", command))),
    });
    const terminal = window.createTerminal({ name: `${workload.name}: ${command}`, pty, iconPath: new ThemeIcon(command === "debug" ? "debug" : "play"), isTransient: true });
    shown.set(key, terminal);
    terminal.show(true);
  });
}
