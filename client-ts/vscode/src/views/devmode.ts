/** The views of what is in DevMode: the sessions with their facts, and all forwards. From events alone. */
import type { SessionStatus } from "@nhd/client";
import { EventEmitter, l10n, window, type Disposable, type TreeDataProvider, type TreeItem, type TreeView } from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import type { SessionChange, Sessions } from "../sessions.js";
import { awayNode, factsOf, ForwardNode, SessionNode, StreamNode } from "./nodes.js";

type Node = TreeItem;

/** Rows are made anew from the store whenever they are asked for; their ids stay, and with them selection and folds. */
abstract class SessionsView implements TreeDataProvider<Node>, Disposable {
  protected readonly sessions: Sessions;
  protected readonly changed = new EventEmitter<Node | undefined>();
  protected readonly undo: Disposable[];
  readonly onDidChangeTreeData = this.changed.event;

  constructor(sessions: Sessions) {
    this.sessions = sessions;
    this.undo = [sessions.onDidChange((change) => this.refresh(change)), sessions.onDidStep(({ session }) => this.refresh(sessions.get(session)))];
  }

  abstract getChildren(node?: Node): Node[];
  protected abstract refresh(change: SessionChange): void;

  getTreeItem(node: Node): TreeItem {
    return node;
  }

  dispose(): void {
    for (const each of this.undo) each.dispose();
    this.changed.dispose();
  }
}

export class DevModeView extends SessionsView {
  readonly view: TreeView<Node>;
  readonly #daemon: Daemon;
  #badge = 0;

  constructor(sessions: Sessions, daemon: Daemon) {
    super(sessions);
    this.#daemon = daemon;
    this.undo.push(daemon.onDidChangeState(() => this.refresh()));
    this.view = window.createTreeView("nhd.devMode", { treeDataProvider: this, showCollapseAll: false });
    this.view.onDidChangeVisibility(({ visible }) => visible && void daemon.client().catch(() => undefined));
    if (this.view.visible) void daemon.client().catch(() => undefined);
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) return this.sessions.all.map((status) => this.#row(status));
    if (!(node instanceof SessionNode)) return [];
    const status = this.sessions.get(node.session);
    if (status === undefined) return [];
    if (this.#isAway) return [awayNode()];
    return [...factsOf(status), ...(status.forwards ?? []).map((forward) => new ForwardNode(status, forward, false)), ...this.sessions.streams(status.session).map((stream) => new StreamNode(stream))];
  }

  getParent(): undefined {
    return undefined;
  }

  async reveal(session: string): Promise<void> {
    const status = this.sessions.get(session);
    if (status !== undefined) await this.view.reveal(this.#row(status), { select: true, focus: true, expand: true });
  }

  override dispose(): void {
    super.dispose();
    this.view.dispose();
  }

  get #isAway(): boolean {
    return this.#daemon.state === "away";
  }

  #row(status: SessionStatus): SessionNode {
    return new SessionNode(status, this.sessions, this.#isAway && status.phase !== "failed");
  }

  protected refresh(): void {
    const count = this.sessions.live.length;
    if (count !== this.#badge) this.view.badge = count === 0 ? undefined : { value: count, tooltip: String(count) };
    this.#badge = count;
    // Said where it is looked for, and not by a toast: what such a daemon cannot do is hidden.
    const { isOld, hello } = this.#daemon;
    const message = isOld ? l10n.t("nhd {0} is older than this extension, and some of it is hidden. Restart nhd or update it.", hello?.version ?? "") : "";
    if (message !== (this.view.message ?? "")) this.view.message = message;
    this.changed.fire(undefined);
  }
}

export class ForwardsView extends SessionsView {
  readonly view: TreeView<Node>;
  #shown = "";

  constructor(sessions: Sessions) {
    super(sessions);
    this.view = window.createTreeView("nhd.forwards", { treeDataProvider: this });
  }

  getChildren(node?: Node): Node[] {
    if (node !== undefined) return [];
    return this.sessions.live.flatMap((status) => (status.forwards ?? []).map((forward) => new ForwardNode(status, forward, true)));
  }

  override dispose(): void {
    super.dispose();
    this.view.dispose();
  }

  /** Most events change no forward. */
  protected refresh(): void {
    const shown = JSON.stringify(this.sessions.live.map(({ session, forwards }) => [session, forwards]));
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.changed.fire(undefined);
  }
}
