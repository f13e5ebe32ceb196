/** A way through the folders of a dev container, by a list at a time or by a path that is typed. */
import type { SessionStatus } from "@nhd/client";
import { commands, l10n, ThemeIcon, type QuickPickItem } from "vscode";

import type { App } from "../app.js";
import { ask, BACK } from "../start/wizard.js";
import { podFile } from "./address.js";

interface Item extends QuickPickItem {
  readonly path: string;
  readonly isFolder: boolean;
}

export async function openPodFile(app: App, status: SessionStatus): Promise<void> {
  const { session, workload, workDir } = status;
  for (let folder = workDir; ; ) {
    const chosen = await ask<Item>({
      title: l10n.t("Files in the Container of {0}: {1}", workload.name, folder),
      placeholder: l10n.t("Choose a file or a folder, or type an absolute path"),
      items: itemsOf(app, session, folder),
      typed: (path) => (path.startsWith("/") ? { label: path, path, isFolder: path.endsWith("/"), alwaysShow: true } : undefined),
    });
    if (chosen === undefined || chosen === BACK) return;
    if (!chosen.isFolder) {
      // Why one cannot be read is told here; the editor would keep it to its log.
      const client = await app.daemon.client();
      await client.file.read({ session, path: chosen.path });
      await commands.executeCommand("vscode.open", podFile(session, chosen.path));
      return;
    }
    folder = chosen.path === "/" ? "/" : chosen.path.replace(/\/+$/, "");
  }
}

async function itemsOf(app: App, session: string, folder: string): Promise<readonly Item[]> {
  const client = await app.daemon.client();
  const { entries, cut } = await client.file.list({ session, path: folder });
  const within = (name: string): string => `${folder === "/" ? "" : folder}/${name}`;
  const items = entries
    .filter(({ nameBase64 }) => nameBase64 === undefined)
    .map(({ name, kind, target, targetKind }): Item => {
      const isFolder = (targetKind ?? kind) === "directory";
      return {
        label: name,
        path: within(name),
        isFolder,
        iconPath: new ThemeIcon(isFolder ? "folder" : kind === "symlink" ? "file-symlink-file" : "file"),
        ...(target === undefined ? {} : { description: `→ ${target}` }),
      };
    })
    .sort((one, other) => Number(other.isFolder) - Number(one.isFolder));
  const up: Item = { label: "..", path: folder.slice(0, folder.lastIndexOf("/")) || "/", isFolder: true, iconPath: new ThemeIcon("arrow-up") };
  const more: Item = { label: l10n.t("There are more than are listed; type the path of another."), path: folder, isFolder: true, iconPath: new ThemeIcon("ellipsis") };
  return [...(folder === "/" ? [] : [up]), ...items, ...(cut ? [more] : [])];
}
