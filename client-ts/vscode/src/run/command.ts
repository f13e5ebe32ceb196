/** Runs a command of the dev configuration in a terminal: one of its name at a time, as a start again is meant as one. */
import type { NamedCommand, SessionStatus, StreamEnd } from "@nhd/client";
import { l10n, ThemeIcon, window, type Terminal } from "vscode";

import type { App } from "../app.js";
import { sized, StreamTerminal } from "../streams/terminal.js";
import { commandWord } from "../words.js";

/** By session and command. */
const shown = new Map<string, { readonly terminal: Terminal; stream?: string }>();

/** A command that is under way. */
export interface Running {
  readonly stream: string;
  /** Resolves when it has ended; without an end where the connection to it broke. */
  readonly ended: Promise<StreamEnd | undefined>;
}

/** Answers once the command is under way. */
export async function runCommand(app: App, status: SessionStatus, command: NamedCommand): Promise<Running> {
  const { session, workload } = status;
  const client = await app.daemon.client();
  const { streams } = await client.exec.list({ session });
  for (const { stream, named, state } of streams) if (named !== undefined && commandWord(named) === command && state !== "ended") await client.exec.close({ stream });
  const key = `${session}/${command}`;
  shown.get(key)?.terminal.dispose();
  let end: (end: StreamEnd | undefined) => void;
  const ended = new Promise<StreamEnd | undefined>((resolve) => (end = resolve));
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
      lingers: true,
      opened: ({ stream }) => {
        const mine = shown.get(key);
        if (mine !== undefined) mine.stream = stream;
        resolve({ stream, ended });
      },
      ended: (reason) => {
        end(reason);
        reject(new Error(l10n.t("{0} has ended", command)));
      },
    });
    const terminal = window.createTerminal({ name: `${workload.name}: ${command}`, pty, iconPath: new ThemeIcon(command === "debug" ? "debug" : "play"), isTransient: true });
    shown.set(key, { terminal });
    terminal.show(true);
  });
}

/** Closes the terminal of a stream that nobody wants to read any more. */
export function dismissTerminal(stream: string): void {
  for (const [key, { terminal, stream: own }] of shown) {
    if (own !== stream) continue;
    shown.delete(key);
    terminal.dispose();
  }
}
