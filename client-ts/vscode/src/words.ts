/** The product's words for what the protocol has names for, in the language of the editor. */
import type { ForwardState, NamedCommand, Phase, PortReason, SessionStatus, StepName, StreamState, StreamStatus, SyncState, SyncStatus, WorkloadKind } from "@nhd/client";
import { l10n } from "vscode";

export function phaseWord(phase: Phase): string {
  switch (phase) {
    case "starting": return l10n.t("starting");
    case "ready": return l10n.t("first sync");
    case "synced": return l10n.t("in DevMode");
    case "reconnecting": return l10n.t("reconnecting");
    case "blocked": return l10n.t("blocked");
    case "ending": return l10n.t("ending");
    case "ended": return l10n.t("ended");
    case "failed": return l10n.t("failed");
    default: return phase;
  }
}

export function syncWord(state: SyncState): string {
  switch (state) {
    case "starting": return l10n.t("sync is starting");
    case "connecting": return l10n.t("connecting to the pod");
    case "syncing": return l10n.t("syncing");
    case "inSync": return l10n.t("in sync");
    case "paused": return l10n.t("paused");
    case "degraded": return l10n.t("in sync, with files left out");
    case "sourceLost": return l10n.t("the folder is gone");
    case "failed": return l10n.t("sync failed");
    default: return state;
  }
}

/** `syncing 45 %, 12 files left` */
export function syncProgress(sync: SyncStatus): string {
  if (sync.state !== "syncing") return syncWord(sync.state);
  const left = sync.needFiles === 1 ? l10n.t("1 file left") : l10n.t("{0} files left", sync.needFiles);
  return l10n.t("{0} %, {1}", Math.floor(sync.completion), left);
}

export function stepWord(step: StepName): string {
  switch (step) {
    case "plan": return l10n.t("Planning the change");
    case "createRecord": return l10n.t("Recording the original");
    case "updateRecord": return l10n.t("Updating the record");
    case "createVolumes": return l10n.t("Creating the volume claims");
    case "awaitVolumes": return l10n.t("Waiting for the volumes");
    case "pinAutoscalers": return l10n.t("Holding the autoscalers");
    case "enterDevMode": return l10n.t("Changing the workload");
    case "createDevWorkload": return l10n.t("Creating the dev workload");
    case "deleteStalePods": return l10n.t("Deleting stale pods");
    case "letOldPodsGo": return l10n.t("Letting the old pods go");
    case "awaitRelease": return l10n.t("Waiting for the old pod to go");
    case "openForward": return l10n.t("Opening the tunnel");
    case "startSync": return l10n.t("Starting the sync");
    case "awaitPod": return l10n.t("Waiting for the dev pod");
    case "awaitSync": return l10n.t("Syncing files");
    case "stopSync": return l10n.t("Stopping the sync");
    case "closeForward": return l10n.t("Closing the tunnel");
    case "deleteDevWorkload": return l10n.t("Deleting the dev workload");
    case "mergeChanges": return l10n.t("Keeping what others changed");
    case "restoreWorkload": return l10n.t("Putting the original back");
    case "awaitRollout": return l10n.t("Waiting for the original pods");
    case "deleteDevRevision": return l10n.t("Deleting the dev revision");
    case "settleWorkload": return l10n.t("Giving the controls back");
    case "returnOwnership": return l10n.t("Giving the ownership back");
    case "releaseAutoscalers": return l10n.t("Releasing the autoscalers");
    case "deleteClaims": return l10n.t("Deleting claims of the dev pod");
    case "deleteRecord": return l10n.t("Deleting the record");
    case "forget": return l10n.t("Finishing");
    // A later daemon has other steps.
    default: return step;
  }
}

export function forwardWord(state: ForwardState): string {
  switch (state) {
    case "opening": return l10n.t("opening");
    case "listening": return l10n.t("listening");
    case "blocked": return l10n.t("blocked");
    default: return state;
  }
}

/** Why a port may be worth a forward. */
export function reasonWord(reason: PortReason): string {
  switch (reason.type) {
    case "configured": return reason.reason === "debug" ? l10n.t("for a debugger, says the dev configuration") : l10n.t("says the dev configuration");
    case "container": return reason.name === undefined ? l10n.t("container {0}", reason.container) : l10n.t("{0} of container {1}", reason.name, reason.container);
    case "service": return l10n.t("service {0}", `${reason.service}:${reason.port}`);
    case "listening": return reason.loopbackOnly ? l10n.t("listens, inside the pod alone") : l10n.t("listens");
    // A later daemon has other reasons.
    default: return "";
  }
}

/** A command of the dev configuration as it was asked for: with hot reload another may stand in for it. */
export function commandWord(named: NamedCommand): NamedCommand {
  return named === "hotReloadRun" ? "run" : named === "hotReloadDebug" ? "debug" : named;
}

/** How a command with hot reload does; undefined for another. */
export function hotReloadWord({ hotReload, named, runs = 0, state }: StreamStatus): string | undefined {
  if (hotReload !== true) return undefined;
  const name = commandWord(named ?? "run");
  if (state === "awaitingSync") return l10n.t("{0} waits for the next save", name);
  return runs > 1 ? l10n.t("{0} reloaded, run {1}", name, runs) : l10n.t("{0} reloads with each save", name);
}

export function streamWord(state: StreamState): string {
  switch (state) {
    case "starting": return l10n.t("starting");
    case "running": return l10n.t("running");
    case "awaitingSync": return l10n.t("waiting for the next save");
    case "ended": return l10n.t("ended");
    default: return state;
  }
}

/** How a group of workloads is called; Kubernetes' own names are not translated. */
export function kindPlural(kind: WorkloadKind): string {
  return `${kind}s`;
}

/** `reviews` is not enough where it is named apart from its place: `deployment/reviews`. */
export function workloadWord(workload: SessionStatus["workload"]): string {
  return `${workload.kind.toLowerCase()}/${workload.name}`;
}

/** How well a session does: what its icon says, and never by colour alone. */
export type Health = "busy" | "good" | "paused" | "trouble" | "failed";

export function healthOf({ phase, sync }: SessionStatus): Health {
  if (phase === "failed") return "failed";
  if (phase === "blocked") return "trouble";
  if (phase === "starting" || phase === "ready" || phase === "reconnecting" || phase === "ending") return "busy";
  switch (sync?.state) {
    case "paused": return "paused";
    case "degraded": case "sourceLost": case "failed": return "trouble";
    case "inSync": return "good";
    default: return "busy";
  }
}

/** What a session is about now, in a few words. */
export function sessionWord(status: SessionStatus, step: StepName | undefined): string {
  const { phase, sync } = status;
  if (phase === "starting" && step === "awaitSync" && sync?.state === "syncing") return `${stepWord(step)}: ${syncProgress(sync)}`;
  if (phase === "starting" || phase === "ending") return step === undefined ? phaseWord(phase) : stepWord(step);
  if ((phase === "ready" || phase === "synced") && sync !== undefined) return syncProgress(sync);
  return phaseWord(phase);
}

/** The same with the cluster's words for what is waited for, where there is room for them. */
export function progressWord(status: SessionStatus, step: StepName | undefined): string {
  const words = sessionWord(status, step);
  const waits = status.phase === "starting" ? status.pod?.waitingFor : undefined;
  return waits === undefined ? words : `${words} (${waits})`;
}

/** `3 min`, `2 h`, `5 d`. */
export function since(moment: string, now = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(moment)) / 60_000));
  if (minutes < 1) return l10n.t("just now");
  if (minutes < 60) return l10n.t("{0} min", minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? l10n.t("{0} h", hours) : l10n.t("{0} d", Math.floor(hours / 24));
}

const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;

export function size(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${SIZES[power]}`;
}
