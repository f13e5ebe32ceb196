/** The extension's log, which the user finds in the Output panel. Made when something is logged for the first time. */
import { window, type Disposable, type LogOutputChannel } from "vscode";

let channel: LogOutputChannel | undefined;

export function log(): LogOutputChannel {
  return (channel ??= window.createOutputChannel("nhd", { log: true }));
}

export const logDisposal: Disposable = { dispose: () => channel?.dispose() };
