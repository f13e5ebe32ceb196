/** The view of what there is to develop in: context, namespace, kinds, workloads. Only what is unfolded is asked for. */
import type { ErrorInfo, SessionStatus, WorkloadKind, WorkloadSummary } from "@nhd/client";
import {
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import { sentence, textOf } from "../failures.js";
import type { Sessions } from "../sessions.js";
import { ownerWords } from "../start/questions.js";
import type { Place, Target } from "../target.js";
import { kindPlural, workloadWord } from "../words.js";
import { WorkloadFeed } from "./feed.js";

const KIND_ICONS: { readonly [K in WorkloadKind]: string } = {
  Deployment: "layers",
  StatefulSet: "database",
  DaemonSet: "server-process",
  Job: "play-circle",
  CronJob: "history",
  Pod: "package",
};

export class NamespaceNode extends TreeItem {
  constructor(readonly feed: WorkloadFeed) {
    const { context, place } = feed;
    const namespace = place.namespace ?? feed.workloads?.[0]?.workload.namespace ?? l10n.t("the context's own namespace");
    super(namespace, TreeItemCollapsibleState.Expanded);
    this.id = `namespace/${place.context ?? ""}/${place.namespace ?? ""}`;
    this.description = context ?? place.context ?? "";
    this.iconPath = new ThemeIcon("symbol-namespace");
    this.tooltip = feed.server === undefined ? namespace : `${namespace}\n${context ?? ""}\n${feed.server}`;
    this.contextValue = "namespace";
    this.accessibilityInformation = { label: l10n.t("namespace {0} of context {1}", namespace, this.description) };
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
  readonly session: string | undefined;

  constructor(feed: WorkloadFeed, readonly summary: WorkloadSummary, own: SessionStatus | undefined) {
    super(summary.workload.name, TreeItemCollapsibleState.None);
    const { workload, devMode, replicas } = summary;
    this.place = { ...feed.place, ...(feed.context === undefined ? {} : { context: feed.context }), namespace: workload.namespace };
    this.session = own?.session ?? (devMode?.here === true ? devMode.session : undefined);
    this.id = `workload/${feed.place.context ?? ""}/${workload.namespace}/${workload.kind}/${workload.name}`;
    const elsewhere = devMode !== undefined && !devMode.here && own === undefined;
    const ready = replicas === undefined ? "" : l10n.t("{0} of {1} ready", replicas.ready, replicas.desired);
    this.description = this.session !== undefined ? l10n.t("in DevMode here") : elsewhere ? ownerWords(devMode) : ready;
    const short = replicas !== undefined && replicas.ready < replicas.desired;
    this.iconPath =
      this.session !== undefined
        ? new ThemeIcon("vm-active", new ThemeColor("testing.iconPassed"))
        : elsewhere
          ? new ThemeIcon("lock")
          : short
            ? new ThemeIcon("warning", new ThemeColor("list.warningForeground"))
            : new ThemeIcon(KIND_ICONS[workload.kind]);
    this.contextValue = `workload ${this.session !== undefined ? "here" : elsewhere ? "elsewhere" : "free"}`;
    this.tooltip = [`${workloadWord(workload)}`, workload.namespace, this.description, summary.containers.join(", ")].filter((line) => line !== "").join("\n");
    this.accessibilityInformation = { label: `${workloadWord(workload)}, ${this.description}` };
  }
}

/** Something that is not there, said in place. */
export class MessageNode extends TreeItem {
  constructor(label: string, error?: ErrorInfo) {
    super(label, TreeItemCollapsibleState.None);
    this.iconPath = error === undefined ? new ThemeIcon("info") : new ThemeIcon("error", new ThemeColor("list.errorForeground"));
    this.contextValue = error === undefined ? "message" : "message error";
    if (error === undefined) return;
    this.tooltip = textOf(error);
    this.command = { title: l10n.t("What to Do"), command: "nhd.showError", arguments: [{ error }] };
  }
}

type Node = NamespaceNode | KindNode | WorkloadNode | MessageNode;

export class WorkloadsView implements TreeDataProvider<Node>, Disposable {
  readonly view: TreeView<Node>;
  readonly #daemon: Daemon;
  readonly #sessions: Sessions;
  readonly #target: Target;
  readonly #changed = new EventEmitter<Node | undefined>();
  readonly #undo: Disposable[];
  #feed: WorkloadFeed | undefined;
  #own = "";

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(daemon: Daemon, sessions: Sessions, target: Target) {
    this.#daemon = daemon;
    this.#sessions = sessions;
    this.#target = target;
    this.view = window.createTreeView("nhd.workloads", { treeDataProvider: this, showCollapseAll: true });
    this.#undo = [
      target.onDidChange(() => this.#restart()),
      daemon.onDidChangeState((state) => state === "connected" && this.#feed?.error !== undefined && this.#restart()),
      sessions.onDidChange(() => this.#lookAtSessions()),
      this.view,
    ];
  }

  getTreeItem(node: Node): TreeItem {
    return node;
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) return this.#roots();
    if (node instanceof NamespaceNode) return kindsOf(node.feed);
    if (node instanceof KindNode) return node.workloads.map((summary) => new WorkloadNode(node.feed, summary, this.#ownSession(node.feed, summary)));
    return [];
  }

  refresh(): void {
    void this.#feed?.refresh();
  }

  dispose(): void {
    for (const each of this.#undo) each.dispose();
    this.#feed?.dispose();
    this.#changed.dispose();
  }

  async #roots(): Promise<Node[]> {
    const feed = (this.#feed ??= this.#follow());
    await feed.first();
    // Without a daemon the view itself says what to do.
    if (feed.workloads === undefined && ["missing", "mismatch", "failed", "away"].includes(this.#daemon.state)) return [];
    return [new NamespaceNode(feed)];
  }

  #follow(): WorkloadFeed {
    const feed = new WorkloadFeed(this.#target.place, this.#daemon, this.#target);
    feed.onDidChange(() => this.#changed.fire(undefined));
    return feed;
  }

  #restart(): void {
    this.#feed?.dispose();
    this.#feed = undefined;
    this.#changed.fire(undefined);
  }

  /** Which workloads are in DevMode here is known at once; the cluster is asked only when that changes. */
  #lookAtSessions(): void {
    const own = JSON.stringify(this.#sessions.live.map(({ session, phase }) => [session, phase === "ending"]));
    if (own === this.#own) return;
    this.#own = own;
    this.#changed.fire(undefined);
    if (this.view.visible) void this.#feed?.refresh();
  }

  #ownSession(feed: WorkloadFeed, { workload }: WorkloadSummary): SessionStatus | undefined {
    return this.#sessions.live.find(
      (status) =>
        status.server === feed.server &&
        status.workload.kind === workload.kind &&
        status.workload.name === workload.name &&
        status.workload.namespace === workload.namespace,
    );
  }
}

function kindsOf(feed: WorkloadFeed): Node[] {
  const { workloads = [], error, warnings } = feed;
  const nodes: Node[] = error === undefined ? [] : [new MessageNode(sentence(error.message), error)];
  nodes.push(...warnings.map((warning) => new MessageNode(warning)));
  const kinds = [...new Set(workloads.map(({ workload }) => workload.kind))];
  nodes.push(...kinds.map((kind) => new KindNode(feed, kind, workloads.filter(({ workload }) => workload.kind === kind))));
  if (nodes.length === 0) nodes.push(new MessageNode(l10n.t("There is nothing to develop in here.")));
  return nodes;
}
