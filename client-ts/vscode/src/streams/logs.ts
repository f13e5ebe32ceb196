/** Logs: followed in a terminal, where they can be searched, or opened as a document. */
import type { LogFollowParams } from "@nhd/client";
import { l10n, ThemeIcon, window, workspace, type Terminal } from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import { StreamTerminal } from "./terminal.js";
import { logName } from "./terminals.js";

/** How many lines a log begins with. */
const TAIL = 1000;
/** How much of a log is opened as a document. */
const LARGEST_DOCUMENT = 8 << 20;

export function followLog(daemon: Daemon, params: LogFollowParams, name: string): Terminal {
  const open = (): LogFollowParams => ({ tail: TAIL, ...params });
  const pty = new StreamTerminal(() => daemon.client(), {
    open: (client) => client.log.follow(open()),
    again: (client) => client.log.follow(open()),
    plainLines: true,
    lingers: true,
    whole: l10n.t("This is all that it wrote."),
  });
  const terminal = window.createTerminal({ name: logName(name), pty, iconPath: new ThemeIcon("output"), isTransient: true });
  terminal.show();
  return terminal;
}

/** All that there is now, at most its last part. */
export async function openLog(daemon: Daemon, params: LogFollowParams): Promise<void> {
  const client = await daemon.client();
  const stream = await client.openStream(await client.log.follow({ ...params, once: true }));
  stream.stderr.resume();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream.stdout as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    while (size > LARGEST_DOCUMENT) size -= chunks.shift()?.length ?? size;
  }
  // Colours are for terminals.
  const content = Buffer.concat(chunks).toString().replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
  await window.showTextDocument(await workspace.openTextDocument({ content, language: "log" }));
}
