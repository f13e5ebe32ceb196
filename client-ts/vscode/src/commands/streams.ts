/** Commands on terminals, logs and what runs in the dev container. */
import type { LogFollowParams, SessionStatus } from "@nhd/client";
import { debug, l10n, Uri, workspace } from "vscode";

import type { App } from "../app.js";
import { nameOf } from "../run/tasks.js";
import { terminalName } from "../streams/terminals.js";
import { StreamNode } from "../views/nodes.js";
import { WorkloadNode } from "../views/workload-nodes.js";
import { isObject, sessionOf } from "./arguments.js";

/** In the dev container of a session, or in any workload of the tree. */
export async function openTerminal(app: App, given: unknown): Promise<void> {
  if (given instanceof WorkloadNode && given.session === undefined) {
    app.terminals.open({ ...given.summary.workload, ...given.place }, given.summary.workload.name);
    return;
  }
  const status = await sessionOf(app, given);
  if (status !== undefined) app.terminals.open({ session: status.session }, terminalName(status));
}

export async function withLog(app: App, given: unknown, act: (params: LogFollowParams, name: string) => unknown): Promise<void> {
  if (given instanceof WorkloadNode && given.session === undefined) {
    const { workload } = given.summary;
    await act({ ...app.target.params(given.place), kind: workload.kind, name: workload.name, namespace: workload.namespace }, workload.name);
    return;
  }
  const status = await sessionOf(app, given);
  if (status !== undefined) await act({ session: status.session }, status.workload.name);
}

export async function showStream(app: App, given: unknown): Promise<void> {
  const id = streamId(given);
  if (id === undefined) return;
  const client = await app.daemon.client();
  const lists = await Promise.all([client.terminal.list(), client.exec.list()]);
  const status = lists.flatMap(({ streams }) => streams).find(({ stream }) => stream === id);
  if (status !== undefined) app.terminals.attach(status);
}

export async function endStream(app: App, given: unknown): Promise<void> {
  if (!(given instanceof StreamNode)) return;
  const { stream, kind } = given.stream;
  const client = await app.daemon.client();
  await (kind === "terminal" ? client.terminal.close({ stream }) : client.exec.close({ stream }));
}

export async function debugSession(status: SessionStatus): Promise<void> {
  const folder = workspace.getWorkspaceFolder(Uri.file(status.source));
  const name = l10n.t("Debug {0} in the pod", status.workload.name);
  await debug.startDebugging(folder, { type: "nhd", request: "launch", name, workload: nameOf(status) });
}

function streamId(given: unknown): string | undefined {
  if (given instanceof StreamNode) return given.stream.stream;
  return isObject(given) && typeof given["stream"] === "string" ? given["stream"] : undefined;
}
