/** Writes a first dev configuration into a folder: what is known of the workload, and the rest in comments. One that is there is opened. */
import { join } from "node:path";

import { Uri, window, workspace } from "vscode";

import type { App } from "../app.js";
import { CONFIGURATION } from "../daemon/environment.js";
import { chooseSource, chooseWorkload } from "../start/questions.js";
import type { StartRequest } from "../start/request.js";
import { BACK } from "../start/wizard.js";

export async function createConfig(app: App, given: StartRequest | undefined): Promise<void> {
  const wanted = given ?? (await chooseWorkload(app));
  const answer = wanted === undefined ? undefined : await chooseSource(app, wanted, false);
  if (answer === undefined || answer === BACK) return;
  const { kind, name, place, source } = answer.request;
  if (source === undefined) return;
  const file = Uri.file(join(source, CONFIGURATION));
  if (!(await isThere(file))) {
    const client = await app.daemon.client();
    const { text } = await client.config.scaffold({ ...app.target.params(place, source), kind, name, source });
    await workspace.fs.createDirectory(Uri.joinPath(file, ".."));
    await workspace.fs.writeFile(file, Buffer.from(text));
  }
  await window.showTextDocument(file);
}

async function isThere(file: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}
