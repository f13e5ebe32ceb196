/** What the rows of the DevMode and Forwards views are made of. */
import type { PortForward, SessionStatus, StreamStatus } from "@nhd/client";
import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from "vscode";

import { sentence, textOf } from "../failures.js";
import { inWords, warningsIn } from "../messages.js";
import { tooltip } from "../status.js";
import { commandWord, forwardWord, healthOf, hotReloadWord, sessionWord, since, size, streamWord, syncProgress, workloadWord, type Health } from "../words.js";
import type { Sessions } from "../sessions.js";

const ICONS: { readonly [H in Health]: ThemeIcon } = {
  busy: new ThemeIcon("sync~spin"),
  good: new ThemeIcon("pass-filled", new ThemeColor("charts.green")),
  paused: new ThemeIcon("debug-pause"),
  trouble: new ThemeIcon("warning", new ThemeColor("list.warningForeground")),
  failed: new ThemeIcon("error", new ThemeColor("list.errorForeground")),
};

/** A row of a session: what commands on it are about. */
export interface SessionRow {
  readonly session: string;
}

export class SessionNode extends TreeItem implements SessionRow {
  readonly session: string;

  /** @param away Whether no daemon runs, so that what is known of the session may have changed. */
  constructor(status: SessionStatus, sessions: Sessions, away: boolean) {
    super(status.workload.name, TreeItemCollapsibleState.Expanded);
    const reloads = sessions.streams(status.session).map(hotReloadWord);
    const facts = [sessionWord(status, sessions.step(status.session)), ...(status.phase === "failed" ? [] : reloads)];
    const words = away ? l10n.t("nhd does not run") : facts.filter((fact) => fact !== undefined).join(" · ");
    this.session = status.session;
    this.id = `session/${status.session}`;
    this.description = `${status.workload.namespace} · ${words}`;
    this.iconPath = away ? ICONS.trouble : ICONS[healthOf(status)];
    this.tooltip = tooltip(status, words);
    this.contextValue = contextOf(status);
    this.accessibilityInformation = { label: `${workloadWord(status.workload)}, ${status.workload.namespace}, ${words}` };
  }
}

function contextOf({ phase, sync }: SessionStatus): string {
  if (phase === "failed") return "session failed";
  if (phase === "ending") return "session ending";
  const words = ["session", "live"];
  if (phase === "synced" || phase === "ready" || phase === "reconnecting") words.push("ready");
  words.push(sync?.paused === true ? "paused" : "running");
  return words.join(" ");
}

/** One fact of a session, in the row below it. */
export class FactNode extends TreeItem implements SessionRow {
  readonly session: string;

  constructor(status: SessionStatus, name: string, label: string, description: string, icon: ThemeIcon) {
    super(label, TreeItemCollapsibleState.None);
    this.session = status.session;
    this.id = `session/${status.session}/${name}`;
    this.description = description;
    this.iconPath = icon;
    this.contextValue = `fact ${name}`;
    this.accessibilityInformation = { label: `${label}, ${description}` };
  }
}

/** What can be done while no daemon runs. */
export function awayNode(): TreeItem {
  const node = new TreeItem(l10n.t("Start nhd"), TreeItemCollapsibleState.None);
  node.description = l10n.t("what was in DevMode stays so");
  node.iconPath = new ThemeIcon("debug-start");
  node.command = { title: l10n.t("Start nhd"), command: "nhd.startDaemon" };
  return node;
}

/** Error, sync, pod and folder; the forwards follow. */
export function factsOf(status: SessionStatus): TreeItem[] {
  const facts: TreeItem[] = [];
  const { error, sync, pod } = status;
  if (error !== undefined) facts.push(errorNode(status));
  for (const [index, warning] of warningsIn(status).entries()) {
    const node = new FactNode(status, `warning-${index}`, warning, "", new ThemeIcon("info"));
    node.tooltip = warning;
    facts.push(node);
  }
  if (status.phase === "failed") return facts;
  if (sync !== undefined) facts.push(syncNode(status, sync));
  if (pod !== undefined) facts.push(podNode(status, pod));
  const folder = new FactNode(status, "folder", l10n.t("Files"), `${baseName(status.source)} → ${status.workDir}`, new ThemeIcon("folder"));
  folder.tooltip = `${status.source} → ${status.workDir}`;
  facts.push(folder);
  return facts;
}

function errorNode(status: SessionStatus): TreeItem {
  const { message, hint } = inWords(status.error ?? { message: "" });
  const node = new FactNode(status, "error", sentence(message), "", new ThemeIcon("error", new ThemeColor("list.errorForeground")));
  node.tooltip = hint === undefined ? message : `${message}\n\n${hint}`;
  node.command = { title: l10n.t("What to Do"), command: "nhd.showError", arguments: [{ session: status.session }] };
  return node;
}

function syncNode(status: SessionStatus, sync: NonNullable<SessionStatus["sync"]>): TreeItem {
  const files = sync.totalFiles === 1 ? l10n.t("1 file") : l10n.t("{0} files", sync.totalFiles);
  const description = `${syncProgress(sync)} · ${files}, ${size(sync.totalBytes)}`;
  const bad = sync.state === "failed" || sync.state === "sourceLost" || sync.state === "degraded";
  const icon = bad ? ICONS.trouble : sync.state === "paused" ? ICONS.paused : new ThemeIcon(sync.state === "inSync" ? "check" : "sync~spin");
  const node = new FactNode(status, "sync", l10n.t("Sync"), description, icon);
  node.contextValue = `fact sync ${sync.paused === true ? "paused" : "running"}`;
  const problems = (sync.problems ?? []).map(({ path, error }) => `${path}: ${error}`);
  node.tooltip = [description, sync.lastError, sync.hint, ...problems].filter((line) => line !== undefined).join("\n");
  return node;
}

function podNode(status: SessionStatus, pod: NonNullable<SessionStatus["pod"]>): TreeItem {
  const description = pod.ready ? (pod.name ?? "") : (pod.waitingFor ?? l10n.t("not ready yet"));
  const icon = pod.ready ? new ThemeIcon("vm-running") : pod.hint === undefined ? new ThemeIcon("loading~spin") : ICONS.trouble;
  const node = new FactNode(status, "pod", l10n.t("Pod"), description, icon);
  node.tooltip = [pod.name, pod.waitingFor, pod.hint].filter((line) => line !== undefined).join("\n");
  return node;
}

/** A terminal or a command of a session; a press shows it. */
export class StreamNode extends TreeItem implements SessionRow {
  readonly session: string;

  constructor(readonly stream: StreamStatus) {
    const { command, kind } = stream;
    const named = stream.named === undefined ? undefined : commandWord(stream.named);
    super(kind === "terminal" ? l10n.t("Terminal") : (named ?? command?.join(" ") ?? kind), TreeItemCollapsibleState.None);
    this.session = stream.session ?? "";
    this.id = `stream/${stream.stream}`;
    this.description = [streamWord(stream.state), stream.hotReload === true ? l10n.t("hot reload, run {0}", stream.runs ?? 0) : undefined, since(stream.startedAt)]
      .filter((part) => part !== undefined)
      .join(" · ");
    this.iconPath = new ThemeIcon(kind === "terminal" ? "terminal" : stream.state === "awaitingSync" ? "watch" : stream.hotReload === true ? "debug-rerun" : named === "debug" ? "debug" : "play");
    this.tooltip = `${stream.pod ?? ""} ${stream.container ?? ""}`.trim();
    this.contextValue = `stream ${kind}`;
    this.command = { title: l10n.t("Show"), command: "nhd.showStream", arguments: [{ stream: stream.stream }] };
    this.accessibilityInformation = { label: `${String(this.label)}, ${this.description}` };
  }
}

/** A forward, in either view. */
export class ForwardNode extends TreeItem implements SessionRow {
  readonly session: string;

  constructor(status: SessionStatus, readonly forward: PortForward, withName: boolean) {
    const local = forward.localPort === undefined ? l10n.t("a free port") : `localhost:${forward.localPort}`;
    super(`${local} → ${forward.remotePort}`, TreeItemCollapsibleState.None);
    this.session = status.session;
    this.id = `${withName ? "forward" : "session"}/${status.session}/forward/${forward.localPort ?? ""}:${forward.remotePort}`;
    const parts = [forwardWord(forward.state)];
    if (withName) parts.unshift(status.workload.name);
    if (forward.openConnections > 0) parts.push(forward.openConnections === 1 ? l10n.t("1 connection") : l10n.t("{0} connections", forward.openConnections));
    if (forward.lastError !== undefined) parts.push(l10n.t("a connection has failed"));
    this.description = parts.join(" · ");
    // One that failed before the program listened is no trouble now; its row and its tooltip tell of it.
    this.iconPath = forward.state === "blocked" ? ICONS.trouble : new ThemeIcon(forward.reason === "debug" ? "debug" : "plug");
    this.tooltip = [`127.0.0.1:${forward.localPort ?? "?"} → ${status.pod?.name ?? ""}:${forward.remotePort}`, ...(forward.error === undefined ? [] : [textOf(forward.error)]), forward.lastError]
      .filter((line) => line !== undefined)
      .join("\n");
    this.contextValue = `forward ${forward.state}`;
    this.accessibilityInformation = { label: `${String(this.label)}, ${this.description}` };
  }
}

export function baseName(path: string): string {
  return path.split("/").filter((part) => part !== "").at(-1) ?? path;
}
