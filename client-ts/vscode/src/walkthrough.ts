/** Context keys that complete steps of the walkthrough: a session is in sync; a file of one was saved. */
import { commands, workspace, type Disposable } from "vscode";

import { isWithin } from "./folders.js";
import type { Sessions } from "./sessions.js";

export function keepKeys(sessions: Sessions): Disposable {
  const set = (key: string): void => void commands.executeCommand("setContext", key, true);
  let isInSync = false;
  const changes = sessions.onDidChange(() => {
    if (isInSync || !sessions.live.some(({ sync }) => sync?.state === "inSync")) return;
    isInSync = true;
    set("nhd.inSync");
  });
  const saves = workspace.onDidSaveTextDocument(({ uri }) => {
    if (sessions.live.some(({ source }) => isWithin(uri.fsPath, source))) set("nhd.saved");
  });
  return { dispose: () => [changes, saves].forEach((each) => each.dispose()) };
}
