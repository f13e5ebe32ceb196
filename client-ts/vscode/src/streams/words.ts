/** Why a stream ended, in words. */
import type { EndReason, StreamEnd } from "@nhd/client";
import { l10n } from "vscode";

import { sentence } from "../failures.js";

/** Where it says all that there is to say; of others the daemon's own words tell more. */
const PLAIN: readonly EndReason[] = ["exited", "closed", "sessionEnded", "podGone", "daemonStopped"];

/** In lines. Without an end, the connection broke. */
export function endWord(end: StreamEnd | undefined): string {
  if (end === undefined) return l10n.t("nhd does not answer any more.");
  if (end.reason === "exited" && end.exitCode !== undefined) return l10n.t("The process has ended with code {0}.", end.exitCode);
  const words = reasonWord(end.reason);
  return end.message === undefined || PLAIN.includes(end.reason) ? words : `${words}\n${sentence(end.message)}`;
}

function reasonWord(reason: EndReason): string {
  switch (reason) {
    case "exited": return l10n.t("The process has ended.");
    case "closed": return l10n.t("It was closed.");
    case "sessionEnded": return l10n.t("DevMode has ended.");
    case "podGone": return l10n.t("The pod is gone.");
    case "containerRestarted": return l10n.t("The container was restarted.");
    case "connectionLost": return l10n.t("The connection to the cluster was lost.");
    case "notStarted": return l10n.t("The process could not be started.");
    case "notAttached": return l10n.t("Nobody came for it in time.");
    case "idle": return l10n.t("Nobody used it for a long time.");
    case "stalled": return l10n.t("Nobody took what it wrote.");
    case "daemonStopped": return l10n.t("nhd was stopped.");
    case "refused": return l10n.t("nhd does not know it any more.");
    case "malformed": return l10n.t("nhd did not understand this extension.");
    default: return reason;
  }
}
