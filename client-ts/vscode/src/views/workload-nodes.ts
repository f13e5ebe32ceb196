/** What the rows of the Workloads view are made of. */
import type { ContextEntry, ErrorInfo, SessionStatus, WorkloadKind, WorkloadSummary } from "@nhd/client";
import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from "vscode";

import { sentence, textOf } from "../failures.js";
import { ownerWords } from "../start/questions.js";
import type { Place } from "../target.js";
import { inWords } from "../messages.js";
import { kindPlural, workloadWord } from "../words.js";
import type { WorkloadFeed } from "./feed.js";

const KIND_ICONS: { readonly [K in WorkloadKind]: string } = {
  Deployment: "layers",
  StatefulSet: "database",
  DaemonSet: "server-process",
  Job: "play-circle",
  CronJob: "history",
  Pod: "package",
};

const fold = (open: boolean): TreeItemCollapsibleState => (open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed);

/** A context of the kubeconfig. Only those that are unfolded are asked for anything. */
export class ContextNode extends TreeItem {
  constructor(readonly entry: ContextEntry, isChosen: boolean) {
    super(entry.name, fold(isChosen));
    const problem = entry.problems?.[0];
    this.id = `context/${entry.name}/${isChosen}`;
    this.description = problem?.message ?? (isChosen ? l10n.t("chosen") : "");
    this.iconPath =
      problem === undefined
        ? new ThemeIcon("server-environment", isChosen ? new ThemeColor("charts.green") : undefined)
        : new ThemeIcon("warning", new ThemeColor("list.warningForeground"));
    this.tooltip = [entry.name, entry.server, entry.user, entry.file, ...(entry.problems ?? []).map(({ message }) => message)]
      .filter((line) => line !== undefined)
      .join("\n");
    this.contextValue = `context ${isChosen ? "chosen" : "other"}`;
    const label = this.description === "" ? l10n.t("context {0}", entry.name) : l10n.t("context {0}, {1}", entry.name, this.description);
    this.accessibilityInformation = { label };
  }
}

export class NamespaceNode extends TreeItem {
  constructor(readonly place: Place, name: string, context: string, isChosen: boolean, server: string | undefined) {
    super(name, fold(isChosen));
    this.id = `namespace/${place.context ?? ""}/${place.namespace ?? ""}/${isChosen}`;
    this.description = context;
    this.iconPath = new ThemeIcon("symbol-namespace");
    this.tooltip = [name, context, server].filter((line) => line !== undefined && line !== "").join("\n");
    this.contextValue = `namespace ${isChosen ? "chosen" : "other"}`;
    this.accessibilityInformation = { label: l10n.t("namespace {0} of context {1}", name, place.context ?? context) };
  }
}

/** All namespaces of a context but the chosen one: there may be hundreds. */
export class OtherNamespacesNode extends TreeItem {
  constructor(context: string, readonly nodes: readonly Node[]) {
    super(l10n.t("Other namespaces"), TreeItemCollapsibleState.Collapsed);
    this.id = `others/${context}`;
    this.description = String(nodes.filter((node) => node instanceof NamespaceNode).length);
    this.contextValue = "others";
    this.accessibilityInformation = { label: l10n.t("other namespaces of context {0}, {1}", context, this.description) };
  }
}

export class KindNode extends TreeItem {
  constructor(readonly feed: WorkloadFeed, readonly kind: WorkloadKind, readonly workloads: readonly WorkloadSummary[]) {
    super(kindPlural(kind), TreeItemCollapsibleState.Expanded);
    this.id = `kind/${feed.place.context ?? ""}/${feed.place.namespace ?? ""}/${kind}`;
    this.description = String(workloads.length);
    this.iconPath = new ThemeIcon(KIND_ICONS[kind]);
    this.contextValue = "kind";
    this.accessibilityInformation = { label: `${kindPlural(kind)}, ${workloads.length}` };
  }
}

export class WorkloadNode extends TreeItem {
  readonly place: Place;
  session: string | undefined;

  constructor(feed: WorkloadFeed, public summary: WorkloadSummary, own: SessionStatus | undefined) {
    super(summary.workload.name, TreeItemCollapsibleState.None);
    const { workload } = summary;
    this.place = { ...feed.place, ...(feed.context === undefined ? {} : { context: feed.context }), namespace: workload.namespace };
    this.id = `workload/${feed.place.context ?? ""}/${workload.namespace}/${workload.kind}/${workload.name}`;
    this.show(summary, own);
  }

  /** The same row, as the workload is now. */
  show(summary: WorkloadSummary, own: SessionStatus | undefined): void {
    const { workload, devMode, replicas } = summary;
    this.summary = summary;
    this.session = own?.session ?? (devMode?.here === true ? devMode.session : undefined);
    const elsewhere = devMode !== undefined && !devMode.here && own === undefined;
    const ready = replicas === undefined ? "" : l10n.t("{0} of {1} ready", replicas.ready, replicas.desired);
    this.description = this.session !== undefined ? l10n.t("in DevMode here") : elsewhere ? ownerWords(devMode) : ready;
    this.iconPath = this.#icon(elsewhere, replicas !== undefined && replicas.ready < replicas.desired);
    this.contextValue = `workload ${this.session !== undefined ? "here" : elsewhere ? "elsewhere" : "free"}`;
    this.tooltip = [workloadWord(workload), workload.namespace, this.description, summary.containers.join(", ")].filter((line) => line !== "").join("\n");
    this.accessibilityInformation = { label: this.description === "" ? workloadWord(workload) : `${workloadWord(workload)}, ${this.description}` };
  }

  #icon(elsewhere: boolean, isShort: boolean): ThemeIcon {
    if (this.session !== undefined) return new ThemeIcon("vm-active", new ThemeColor("charts.green"));
    if (elsewhere) return new ThemeIcon("lock");
    if (isShort) return new ThemeIcon("warning", new ThemeColor("list.warningForeground"));
    return new ThemeIcon(KIND_ICONS[this.summary.workload.kind]);
  }
}

/** Something that is not there, said in place. */
export class MessageNode extends TreeItem {
  constructor(said: string | ErrorInfo) {
    const error = typeof said === "string" ? undefined : said;
    const label = typeof said === "string" ? said : sentence(inWords(said).message);
    super(label, TreeItemCollapsibleState.None);
    this.iconPath = error === undefined ? new ThemeIcon("info") : new ThemeIcon("error", new ThemeColor("list.errorForeground"));
    this.contextValue = error === undefined ? "message" : "message error";
    this.tooltip = label;
    if (error === undefined) return;
    this.tooltip = textOf(error);
    this.command = { title: l10n.t("What to Do"), command: "nhd.showError", arguments: [{ error }] };
  }
}

export type Node = ContextNode | NamespaceNode | OtherNamespacesNode | KindNode | WorkloadNode | MessageNode;
