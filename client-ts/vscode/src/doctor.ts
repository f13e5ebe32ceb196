/** The doctor's report as a document: what was looked at, what is wrong, and buttons for what to do about it. */
import type { DoctorCheck, DoctorGroup, DoctorRemedy, DoctorReport, DoctorState } from "@nhd/client";
import {
  CodeLens,
  commands,
  env,
  EventEmitter,
  l10n,
  languages,
  ProgressLocation,
  Range,
  Uri,
  window,
  workspace,
  type CodeLensProvider,
  type Disposable,
  type TextDocumentContentProvider,
} from "vscode";

import type { App } from "./app.js";

const SCHEME = "nhd-doctor";
/** One document, which each look replaces. */
const DOCUMENT = Uri.from({ scheme: SCHEME, path: "/nhd doctor" });

const MARKS: { readonly [S in DoctorState]: string } = { ok: "✓", warning: "⚠", failed: "✗", skipped: "–" };

interface Page {
  readonly text: string;
  /** By the line that a button stands above. */
  readonly lenses: readonly { readonly line: number; readonly title: string; readonly command: string; readonly parameters: readonly unknown[] }[];
}

export class Doctor implements TextDocumentContentProvider, CodeLensProvider, Disposable {
  readonly #app: App;
  readonly #changed = new EventEmitter<Uri>();
  readonly #lensesChanged = new EventEmitter<void>();
  readonly #undo: readonly Disposable[];
  #page: Page = { text: "", lenses: [] };
  readonly onDidChange = this.#changed.event;
  readonly onDidChangeCodeLenses = this.#lensesChanged.event;

  constructor(app: App) {
    this.#app = app;
    this.#undo = [
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      languages.registerCodeLensProvider({ scheme: SCHEME }, this),
    ];
  }

  provideTextDocumentContent(): string {
    return this.#page.text;
  }

  provideCodeLenses(): CodeLens[] {
    return this.#page.lenses.map(({ line, title, command, parameters }) => new CodeLens(new Range(line, 0, line, 0), { title, command, arguments: [...parameters] }));
  }

  /** Looks, and shows what was found. */
  async look(): Promise<void> {
    const { daemon, target, failures } = this.#app;
    try {
      const client = await daemon.client();
      const options = { location: ProgressLocation.Window, title: l10n.t("nhd looks for what is wrong") };
      const report = await window.withProgress(options, () => client.daemon.doctor(target.params()));
      this.#page = pageOf(report);
      this.#changed.fire(DOCUMENT);
      this.#lensesChanged.fire();
      await window.showTextDocument(DOCUMENT, { preview: false });
    } catch (error) {
      await failures.show(error, { doing: "doctor", again: () => this.look() });
    }
  }

  /** The whole report, which holds nothing secret. */
  async copy(): Promise<void> {
    await env.clipboard.writeText(this.#page.text);
  }

  dispose(): void {
    for (const each of this.#undo) each.dispose();
    this.#changed.dispose();
    this.#lensesChanged.dispose();
  }
}

/** What a remedy's button does. The user reads a command before it is run: it is typed, and Enter is theirs. */
export async function applyRemedy(app: App, remedy: DoctorRemedy): Promise<void> {
  if (remedy.release !== undefined) {
    await commands.executeCommand("nhd.takeOver", { ...remedy.release, place: { ...app.target.place, namespace: remedy.release.namespace } });
    return;
  }
  if (remedy.command === undefined) return;
  const terminal = window.createTerminal("nhd doctor");
  terminal.show();
  const text = remedy.manifest === undefined ? remedy.command : `${remedy.command} <<'EOF'\n${remedy.manifest}\nEOF`;
  terminal.sendText(text, false);
}

function pageOf(report: DoctorReport): Page {
  const lines: string[] = [];
  const lenses: { line: number; title: string; command: string; parameters: readonly unknown[] }[] = [];
  const count = (state: DoctorState): number => report.checks.filter((check) => check.state === state).length;
  lenses.push({ line: 0, title: `$(copy) ${l10n.t("Copy Report")}`, command: "nhd.copyReport", parameters: [] });
  lenses.push({ line: 0, title: `$(refresh) ${l10n.t("Look Again")}`, command: "nhd.doctor", parameters: [] });
  const place = [report.context, report.namespace].filter((part) => part !== undefined).join(" / ");
  lines.push(`nhd ${report.version}, ${report.at}${place === "" ? "" : `, ${place}`}`);
  lines.push(l10n.t("{0} ok, {1} to mind, {2} wrong, {3} not looked at", count("ok"), count("warning"), count("failed"), count("skipped")));
  for (const group of new Set(report.checks.map((check) => check.group))) {
    lines.push("", groupWord(group));
    for (const check of report.checks.filter((each) => each.group === group)) addCheck(check, lines, lenses);
  }
  return { text: `${lines.join("\n")}\n`, lenses };
}

function addCheck({ state, title, detail, remedies = [] }: DoctorCheck, lines: string[], lenses: { line: number; title: string; command: string; parameters: readonly unknown[] }[]): void {
  lines.push(`  ${MARKS[state]} ${title}`);
  if (state !== "ok") lines.push(...detail.split("\n").map((line) => `      ${line}`));
  for (const remedy of remedies) {
    const { text, command, release } = remedy;
    if (release !== undefined) lenses.push({ line: lines.length, title: `$(arrow-swap) ${l10n.t("Give It Back…")}`, command: "nhd.applyRemedy", parameters: [remedy] });
    else if (command !== undefined) lenses.push({ line: lines.length, title: `$(terminal) ${l10n.t("Type It in a Terminal")}`, command: "nhd.applyRemedy", parameters: [remedy] });
    lines.push(`      → ${text}`);
    if (command !== undefined) lines.push(`        $ ${command}`);
  }
}

function groupWord(group: DoctorGroup): string {
  switch (group) {
    case "daemon": return l10n.t("The daemon");
    case "machine": return l10n.t("This machine");
    case "kubeconfig": return l10n.t("The kubeconfig");
    case "cluster": return l10n.t("The cluster");
    case "permissions": return l10n.t("What you may do");
    case "leftovers": return l10n.t("What earlier sessions left");
    default: return group;
  }
}
