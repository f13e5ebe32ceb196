/** The extension's log, which the user finds in the Output panel. Made when something is logged for the first time. */
import { window, type Disposable, type LogOutputChannel } from "vscode";

let channel: LogOutputChannel | undefined;

export function log(): LogOutputChannel {
  return (channel ??= window.createOutputChannel("nhd", { log: true }));
}

/** What an error says, whatever it is. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const logDisposal: Disposable = { dispose: () => channel?.dispose() };
