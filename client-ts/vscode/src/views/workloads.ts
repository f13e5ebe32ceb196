/** The view of what there is to develop in: contexts, namespaces, kinds, workloads. Only what is unfolded is asked for. */
import type { ContextEntry, SessionStatus, WorkloadSummary } from "@nhd/client";
import { EventEmitter, l10n, Uri, RelativePattern, window, workspace, type Disposable, type TreeDataProvider, type TreeItem, type TreeView } from "vscode";
import { basename, dirname } from "node:path";

import type { Daemon } from "../daemon/daemon.js";
import { infoOf } from "../failures.js";
import type { Sessions } from "../sessions.js";
import type { Place, Target } from "../target.js";
import { keyOf as rowOf, WorkloadFeed, type FeedChange } from "./feed.js";
import { ContextNode, KindNode, MessageNode, NamespaceNode, OtherNamespacesNode, WorkloadNode, type Node } from "./workload-nodes.js";

export class WorkloadsView implements TreeDataProvider<Node>, Disposable {
  readonly view: TreeView<Node>;
  readonly #daemon: Daemon;
  readonly #sessions: Sessions;
  readonly #target: Target;
  readonly #changed = new EventEmitter<Node | Node[] | undefined>();
  readonly #undo: Disposable[];
  /** By context and namespace: what is unfolded. */
  readonly #feeds = new Map<string, WorkloadFeed>();
  readonly #namespaceNodes = new Map<string, NamespaceNode>();
  /** The rows of each feed, by workload. */
  readonly #rows = new WeakMap<WorkloadFeed, Map<string, WorkloadNode>>();
  #kubeconfigs: Disposable[] = [];
  /** Our sessions as the rows show them, by workload. */
  #own = new Map<string, string>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(daemon: Daemon, sessions: Sessions, target: Target) {
    this.#daemon = daemon;
    this.#sessions = sessions;
    this.#target = target;
    this.view = window.createTreeView("nhd.workloads", { treeDataProvider: this, showCollapseAll: true });
    this.#undo = [
      target.onDidChange(() => this.restart()),
      daemon.onDidChangeState((state) => state === "connected" && this.#isInTrouble() && this.restart()),
      sessions.onDidChange(() => this.#lookAtSessions()),
      this.view.onDidChangeVisibility(({ visible }) => this.#feeds.forEach((feed) => (visible ? feed.follow() : feed.rest()))),
      this.view.onDidCollapseElement(({ element }) => element instanceof NamespaceNode && this.#forget(element.place)),
      this.view,
    ];
  }

  getTreeItem(node: Node): TreeItem {
    return node;
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) return this.#roots();
    if (node instanceof ContextNode) return this.#namespaces(node.entry);
    if (node instanceof OtherNamespacesNode) return [...node.nodes];
    if (node instanceof NamespaceNode) return this.#kinds(node.place);
    return node instanceof KindNode ? this.#workloads(node) : [];
  }

  /** Asks again for everything that is unfolded. */
  refresh(): void {
    for (const feed of this.#feeds.values()) void feed.refresh();
  }

  restart(): void {
    for (const feed of this.#feeds.values()) feed.dispose();
    this.#feeds.clear();
    this.#namespaceNodes.clear();
    this.#changed.fire(undefined);
  }

  dispose(): void {
    for (const each of [...this.#undo, ...this.#feeds.values(), ...this.#kubeconfigs]) each.dispose();
    this.#changed.dispose();
  }

  async #roots(): Promise<Node[]> {
    try {
      const client = await this.#daemon.client();
      if (!this.#daemon.has("context.list")) return [await this.#soleNamespace()];
      const { environment, kubeconfig } = this.#target.params();
      const list = await client.context.list({ environment, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
      this.#watch(list.files);
      const chosen = this.#target.place.context ?? list.current;
      const troubles = (list.warnings ?? []).map(({ file, message }) => new MessageNode(`${file}: ${message}`));
      if (list.contexts.length === 0) return [...troubles, new MessageNode(l10n.t("There is no context in the kubeconfig."))];
      return [...troubles, ...list.contexts.map((entry) => new ContextNode(entry, entry.name === chosen))];
    } catch (error) {
      // Without a daemon the view itself says what to do.
      if (this.#daemon.state !== "connected") return [];
      const info = infoOf(error);
      return [new MessageNode(info)];
    }
  }

  /** Of an earlier daemon only the place is known that it was asked for. */
  async #soleNamespace(): Promise<Node> {
    const { place } = this.#target;
    const feed = this.#feed(place);
    await feed.first();
    const name = place.namespace ?? feed.workloads?.[0]?.workload.namespace ?? l10n.t("the context's own namespace");
    return this.#known(new NamespaceNode(place, name, feed.context ?? place.context ?? "", true, feed.server));
  }

  async #namespaces(entry: ContextEntry): Promise<Node[]> {
    const { place } = this.#target;
    const context = entry.name;
    const isChosen = (place.context ?? (entry.current ? context : undefined)) === context;
    const chosen = (isChosen ? place.namespace : undefined) ?? entry.namespace ?? "default";
    const node = (name: string): NamespaceNode =>
      this.#known(new NamespaceNode({ ...place, context, namespace: name }, name, "", isChosen && name === chosen, entry.server));
    try {
      const client = await this.#daemon.client();
      const { environment, kubeconfig } = this.#target.params(place);
      const list = await client.namespace.list({ environment, context, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
      const recent = list.refused === undefined ? [] : this.#target.recentNamespaces;
      const others = [...list.namespaces.map(({ name }) => name), ...recent].filter((name) => name !== chosen);
      const refused = list.refused === undefined ? [] : [new MessageNode(l10n.t("You may not list namespaces; choose others by name."))];
      const more = [...[...new Set(others)].map(node), ...refused];
      return more.length === 0 ? [node(chosen)] : [node(chosen), new OtherNamespacesNode(context, more)];
    } catch (error) {
      const info = infoOf(error);
      return [new MessageNode(info)];
    }
  }

  #known(node: NamespaceNode): NamespaceNode {
    this.#namespaceNodes.set(keyOf(node.place), node);
    return node;
  }

  async #kinds(place: Place): Promise<Node[]> {
    const feed = this.#feed(place);
    await feed.first();
    const { workloads = [], error, warnings } = feed;
    const nodes: Node[] = error === undefined ? [] : [new MessageNode(error)];
    nodes.push(...warnings.map((warning) => new MessageNode(warning)));
    const kinds = [...new Set(workloads.map(({ workload }) => workload.kind))];
    nodes.push(...kinds.map((kind) => new KindNode(feed, kind, byName(workloads.filter(({ workload }) => workload.kind === kind)))));
    if (nodes.length === 0) nodes.push(new MessageNode(l10n.t("There is nothing to develop in here.")));
    return nodes;
  }

  #workloads({ feed, workloads }: KindNode): Node[] {
    const rows = this.#rows.get(feed) ?? new Map<string, WorkloadNode>();
    this.#rows.set(feed, rows);
    const own = this.#ownSessions(feed);
    return workloads.map((summary) => {
      const key = rowOf(summary.workload);
      const row = new WorkloadNode(feed, summary, own.get(key));
      rows.set(key, row);
      return row;
    });
  }

  /** Rows that changed in place are drawn anew alone; where some came or went, those below the namespace. Others stay as they are. */
  #tell(feed: WorkloadFeed, changed: FeedChange): void {
    if (changed === undefined) return this.#changed.fire(this.#namespaceNodes.get(keyOf(feed.place)));
    const own = this.#ownSessions(feed);
    const rows = [...changed].flatMap((key) => {
      const [row, summary] = [this.#rows.get(feed)?.get(key), feed.get(key)];
      if (row === undefined || summary === undefined) return [];
      row.show(summary, own.get(key));
      return [row];
    });
    if (rows.length > 0) this.#changed.fire(rows);
  }

  #feed(place: Place): WorkloadFeed {
    const key = keyOf(place);
    const known = this.#feeds.get(key);
    if (known !== undefined) return known;
    const feed = new WorkloadFeed(place, this.#daemon, this.#target);
    feed.onDidChange((changed) => this.#tell(feed, changed));
    this.#feeds.set(key, feed);
    return feed;
  }

  #forget(place: Place): void {
    this.#feeds.get(keyOf(place))?.dispose();
    this.#feeds.delete(keyOf(place));
  }

  #isInTrouble(): boolean {
    return this.#feeds.size === 0 || [...this.#feeds.values()].some(({ error }) => error !== undefined);
  }

  /** A kubeconfig that is edited, or made, is read again. */
  #watch(files: readonly string[]): void {
    for (const each of this.#kubeconfigs) each.dispose();
    this.#kubeconfigs = files.map((file) => {
      const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(dirname(file)), basename(file)));
      const look = (): void => this.#changed.fire(undefined);
      watcher.onDidChange(look);
      watcher.onDidCreate(look);
      watcher.onDidDelete(look);
      return watcher;
    });
  }

  /** Which workloads are in DevMode here is known at once; the cluster is asked only when that changes. */
  #lookAtSessions(): void {
    const own = new Map(this.#sessions.live.map(({ session, phase, workload }) => [`${session} ${phase === "ending"}`, rowOf(workload)]));
    const changed = new Set([...own, ...this.#own].filter(([state]) => !own.has(state) || !this.#own.has(state)).map(([, row]) => row));
    if (changed.size === 0) return;
    this.#own = own;
    for (const feed of this.#feeds.values()) this.#tell(feed, changed);
    if (this.view.visible) this.refresh();
  }

  /** By workload. */
  #ownSessions({ server }: WorkloadFeed): ReadonlyMap<string, SessionStatus> {
    const own = this.#sessions.live.filter((status) => status.server === server);
    return new Map(own.map((status) => [rowOf(status.workload), status]));
  }
}

/** What came later is told last. */
function byName(workloads: readonly WorkloadSummary[]): readonly WorkloadSummary[] {
  return [...workloads].sort((one, other) => (one.workload.name < other.workload.name ? -1 : 1));
}

function keyOf({ context, namespace }: Place): string {
  return `${context ?? ""}/${namespace ?? ""}`;
}
