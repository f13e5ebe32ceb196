/** What a start would change, as the editor's own diffs, with buttons to start and to leave it. */
import type { PlannedChange, PlanResult } from "@nhd/client";
import {
  commands,

  l10n,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from "vscode";

import { sentence } from "../failures.js";
import { warningsIn } from "../messages.js";
import { workloadWord } from "../words.js";
import type { FullRequest } from "./request.js";

export const PLAN_SCHEME = "nhd-plan";

interface Shown {
  readonly title: string;
  readonly request: FullRequest;
  readonly texts: ReadonlyMap<string, string>;
  /** Whether its tab has been seen: tabs change before it is there, too. */
  wasOpen: boolean;
}

export class Plans implements TextDocumentContentProvider, Disposable {
  readonly #registered: readonly Disposable[];
  /** By the number in the document's path. */
  readonly #shown = new Map<string, Shown>();
  #last = 0;

  constructor() {
    this.#registered = [
      workspace.registerTextDocumentContentProvider(PLAN_SCHEME, this),
      window.tabGroups.onDidChangeTabs(() => this.#look()),
      window.tabGroups.onDidChangeTabGroups(() => this.#look()),
    ];
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#shown.get(uri.authority)?.texts.get(keyOf(uri)) ?? "";
  }

  /** Opens a diff for each object. */
  async show(plan: PlanResult, request: FullRequest): Promise<void> {
    const id = String((this.#last += 1));
    const texts = new Map<string, string>();
    const resources: [Uri, Uri | undefined, Uri][] = [];
    for (const change of plan.changes) {
      const { before, after } = textsOf(change);
      // Of one path, or the editor would call it a file that is renamed.
      const path = `/${change.kind}/${change.name}.yaml`;
      const at = (side: string): Uri => Uri.from({ scheme: PLAN_SCHEME, authority: id, path, query: side });
      texts.set(keyOf(at("before")), before).set(keyOf(at("after")), after);
      // What is created has nothing to the left.
      resources.push([at("after"), change.action === "create" ? undefined : at("before"), at("after")]);
    }
    const title = l10n.t("Plan: DevMode of {0}", workloadWord(plan.workload));
    this.#shown.set(id, { title, request, texts, wasOpen: false });
    await commands.executeCommand("vscode.changes", title, resources);
    this.#look();
    if (plan.warnings !== undefined) void window.showWarningMessage(warningsIn(plan).map(sentence).join(" "));
  }

  /** The request of the plan that the user looks at. */
  get active(): FullRequest | undefined {
    return this.#active()?.[1].request;
  }

  async close(): Promise<void> {
    const active = this.#active();
    const tab = window.tabGroups.activeTabGroup.activeTab;
    if (active === undefined || tab === undefined) return;
    await window.tabGroups.close(tab);
  }

  dispose(): void {
    for (const each of this.#registered) each.dispose();
  }

  #active(): [string, Shown] | undefined {
    const label = window.tabGroups.activeTabGroup.activeTab?.label;
    return [...this.#shown].reverse().find(([, { title }]) => label === title || label?.startsWith(`${title} `) === true);
  }

  /** Texts of plans whose tabs are closed are not kept. */
  #look(): void {
    const labels = window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    for (const [id, shown] of this.#shown) {
      if (labels.some((label) => label.startsWith(shown.title))) shown.wasOpen = true;
      else if (shown.wasOpen) this.#shown.delete(id);
    }
    void commands.executeCommand("setContext", "nhd.planShown", this.#active() !== undefined);
  }
}

function keyOf({ path, query }: Uri): string {
  return `${query}${path}`;
}

/** An earlier daemon has only the lines that change and three around them. */
function textsOf({ diff, before, after }: PlannedChange): { readonly before: string; readonly after: string } {
  if (before !== undefined || after !== undefined) return { before: before ?? "", after: after ?? "" };
  const lines = diff.split("\n").filter((line) => !/^(---|\+\+\+|\\)/.test(line));
  const side = (sign: string): string =>
    lines
      .filter((line) => line === "" || line[0] === " " || line[0] === sign || line.startsWith("@@"))
      .map((line) => (line.startsWith("@@") ? "# …" : line.slice(1)))
      .join("\n");
  return { before: side("-"), after: side("+") };
}
