/**
 * Places in files that a program in the pod names in a terminal, as links: to the file of this machine where it is one that is
 * synced, else to the one in the container.
 */
import { existsSync } from "node:fs";
import { posix } from "node:path";

import type { SessionStatus } from "@nhd/client";
import { l10n, Range, TerminalLink, Uri, window, type Disposable, type ExtensionTerminalOptions, type TerminalLinkContext, type TerminalLinkProvider } from "vscode";

import { podFile } from "../files/address.js";
import { isWithin } from "../folders.js";
import type { Sessions } from "../sessions.js";
import { StreamTerminal } from "./terminal.js";

/** `File "/app/main.py", line 7` as Python says it, and `main.go:7:3` or `/app/main.go:7` as most others do. */
const PLACES = /File "(\/[^"]+)", line (\d+)|((?:\.{0,2}\/)?[\w.@+-]+(?:\/[\w.@+-]+)*):(\d+)(?::(\d+))?/g;

class PlaceLink extends TerminalLink {
  constructor(start: number, length: number, readonly uri: Uri, readonly line: number, readonly column: number) {
    super(start, length, uri.scheme === "file" ? l10n.t("Open the file") : l10n.t("Open the file of the container"));
  }
}

export function registerLinks(sessions: Sessions): Disposable {
  const provider: TerminalLinkProvider<PlaceLink> = {
    provideTerminalLinks: ({ line, terminal }: TerminalLinkContext) => {
      const { pty } = terminal.creationOptions as Partial<ExtensionTerminalOptions>;
      const status = pty instanceof StreamTerminal ? sessions.get(pty.status?.session ?? "") : undefined;
      return status === undefined ? [] : placesIn(line, status);
    },
    handleTerminalLink: async ({ uri, line, column }) => {
      const at = new Range(line, column, line, column);
      await window.showTextDocument(uri, { selection: at });
    },
  };
  return window.registerTerminalLinkProvider(provider);
}

function placesIn(line: string, status: SessionStatus): PlaceLink[] {
  return [...line.matchAll(PLACES)].flatMap((match) => {
    const [whole, quoted, quotedLine, plain = "", plainLine, column = "1"] = match;
    const uri = fileOf(quoted ?? plain, status);
    return uri === undefined ? [] : [new PlaceLink(match.index, whole.length, uri, Number(quotedLine ?? plainLine) - 1, Number(column) - 1)];
  });
}

/** What is not from the root is where commands run: in the synced folder. */
function fileOf(path: string, { session, source, workDir }: SessionStatus): Uri | undefined {
  const there = posix.resolve(workDir, path);
  if (isWithin(there, workDir)) {
    const here = posix.join(source, posix.relative(workDir, there));
    if (existsSync(here)) return Uri.file(here);
  }
  // Of the rest only what looks like nothing else: `12:30` is a time.
  return path.startsWith("/") ? podFile(session, there) : undefined;
}
