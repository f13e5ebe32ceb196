/** What commands are called with: rows of the views, sessions, links, nothing at all. */
import type { SessionStatus } from "@nhd/client";
import { l10n, window } from "vscode";

import type { App } from "../app.js";
import { sessionsHere } from "../folders.js";
import type { StartRequest } from "../start/request.js";
import { WorkloadNode } from "../views/workload-nodes.js";
import { sessionWord, workloadWord } from "../words.js";

/** The session that a command is about: the one that is named, the only one, that of the file being edited, or one that is asked for. */
export async function sessionOf(app: App, given: unknown): Promise<SessionStatus | undefined> {
  const named = sessionId(given);
  if (named !== undefined) return app.sessions.get(named);
  // A snapshot comes with the connection.
  if (app.daemon.state !== "connected") {
    const client = await app.daemon.client();
    for (const status of (await client.session.list()).sessions) app.sessions.replace(status);
  }
  const { live } = app.sessions;
  const [here, another] = sessionsHere(live);
  if (here !== undefined && another === undefined) return here;
  if (live.length < 2) {
    if (live[0] === undefined) void window.showInformationMessage(l10n.t("No workload is in DevMode."));
    return live[0];
  }
  const items = live.map((status) => ({
    label: status.workload.name,
    description: `${workloadWord(status.workload)} · ${status.workload.namespace} · ${sessionWord(status, app.sessions.step(status.session))}`,
    status,
  }));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t("Choose a session"), matchOnDescription: true });
  return chosen?.status;
}

export function sessionId(given: unknown): string | undefined {
  if (typeof given === "string") return given;
  return isObject(given) && typeof given["session"] === "string" ? given["session"] : undefined;
}

export function startRequest(given: unknown): StartRequest | undefined {
  if (given instanceof WorkloadNode) {
    const { kind, name } = given.summary.workload;
    const { containers, devMode } = given.summary;
    return { kind, name, place: given.place, ...(devMode === undefined ? { containers } : {}) };
  }
  if (!isObject(given) || typeof given["kind"] !== "string" || typeof given["name"] !== "string") return undefined;
  const place = isObject(given["place"]) ? given["place"] : {};
  return { ...(given as unknown as StartRequest), place };
}

export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null;
}
