/** Which session belongs to which folder of this window. */
import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";

import type { SessionStatus } from "@nhd/client";
import { window, workspace, type Uri, type WorkspaceFolder } from "vscode";

/** Whether a path is a folder or in it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`));
}

/** The folders of this window with their links resolved, as the daemon names sources. */
export function ownFolders(): readonly string[] {
  return (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => resolved(uri));
}

/** Whether a session's files are open in this window, be it a part of them or they a part of a folder. */
export function isOwn(status: SessionStatus): boolean {
  return ownFolders().some((folder) => isWithin(status.source, folder) || isWithin(folder, status.source));
}

/** The same of one folder of this window. */
export function isIn({ source }: SessionStatus, { uri }: WorkspaceFolder): boolean {
  const folder = resolved(uri);
  return isWithin(source, folder) || isWithin(folder, source);
}

/**
 * The sessions of the file that is being edited, else of this window's folders; the one with the closest folder first.
 * What failed does not count.
 */
export function sessionsHere(sessions: readonly SessionStatus[]): readonly SessionStatus[] {
  const active = window.activeTextEditor?.document.uri;
  const depth = (status: SessionStatus): number => status.source.length;
  const byDepth = (found: readonly SessionStatus[]): SessionStatus[] => [...found].sort((a, b) => depth(b) - depth(a));
  if (active?.scheme === "file") {
    const path = resolved(active);
    const around = sessions.filter((status) => isWithin(path, status.source));
    if (around.length > 0) return byDepth(around);
    // In a window of several folders, the others' sessions say nothing of this file.
    if (ownFolders().length > 1) return [];
  }
  return byDepth(sessions.filter(isOwn));
}

function resolved(uri: Uri): string {
  try {
    return realpathSync(uri.fsPath);
  } catch {
    return uri.fsPath;
  }
}
