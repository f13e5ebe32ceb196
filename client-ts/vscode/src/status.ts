/** The status bar item of the folder that is being edited: hidden where there is no session. */
import type { SessionStatus } from "@nhd/client";
import { l10n, MarkdownString, StatusBarAlignment, ThemeColor, window, workspace, type Disposable } from "vscode";

import type { Daemon } from "./daemon/daemon.js";
import { textOf } from "./failures.js";
import { sessionsHere } from "./folders.js";
import type { Sessions } from "./sessions.js";
import { healthOf, sessionWord, workloadWord, type Health } from "./words.js";

const ICONS: { readonly [H in Health]: string } = {
  busy: "$(sync~spin)",
  good: "$(check)",
  paused: "$(debug-pause)",
  trouble: "$(warning)",
  failed: "$(error)",
};

export class Status implements Disposable {
  readonly #item = window.createStatusBarItem("session", StatusBarAlignment.Left, 50);
  readonly #daemon: Daemon;
  readonly #sessions: Sessions;
  readonly #undo: readonly Disposable[];

  constructor(daemon: Daemon, sessions: Sessions) {
    this.#daemon = daemon;
    this.#sessions = sessions;
    this.#item.name = l10n.t("nhd: DevMode");
    const look = (): void => this.#look();
    this.#undo = [
      sessions.onDidChange(look),
      sessions.onDidStep(look),
      daemon.onDidChangeState(look),
      window.onDidChangeActiveTextEditor(look),
      workspace.onDidChangeWorkspaceFolders(look),
    ];
  }

  dispose(): void {
    for (const each of this.#undo) each.dispose();
    this.#item.dispose();
  }

  #look(): void {
    const [status, ...others] = sessionsHere(this.#sessions.live);
    if (status === undefined) return this.#item.hide();
    const away = this.#daemon.state === "away";
    const health = away ? "trouble" : healthOf(status);
    const words = away ? l10n.t("nhd does not run") : sessionWord(status, this.#sessions.step(status.session));
    const more = others.length === 0 ? "" : ` +${others.length}`;
    this.#item.text = `${ICONS[health]} ${status.workload.name}: ${words}${more}`;
    this.#item.accessibilityInformation = { label: l10n.t("DevMode of {0}: {1}", status.workload.name, words) };
    this.#item.backgroundColor = colourOf(health);
    this.#item.command = away
      ? { title: l10n.t("Start nhd"), command: "nhd.startDaemon" }
      : { title: l10n.t("Session Actions"), command: "nhd.sessionActions", arguments: [status] };
    this.#item.tooltip = tooltip(status, words);
    this.#item.show();
  }
}

function colourOf(health: Health): ThemeColor | undefined {
  if (health === "trouble") return new ThemeColor("statusBarItem.warningBackground");
  return health === "failed" ? new ThemeColor("statusBarItem.errorBackground") : undefined;
}

/** What the session is, and what can be done, for a mouse that rests on it. */
export function tooltip(status: SessionStatus, words: string): MarkdownString {
  const { workload, source, workDir, image, pod, error, session } = status;
  const text = new MarkdownString("", true);
  text.isTrusted = { enabledCommands: ["nhd.showSession", "nhd.end", "nhd.pauseSync", "nhd.resumeSync"] };
  const line = (name: string, value: string): void => {
    text.appendMarkdown(`**${name}** `).appendText(value).appendMarkdown("  \n");
  };
  line(workloadWord(workload), `${workload.namespace} · ${status.context}`);
  line(l10n.t("State"), words);
  if (pod?.name !== undefined) line(l10n.t("Pod"), pod.name);
  line(l10n.t("Image"), image);
  line(l10n.t("Files"), `${source} → ${workDir}`);
  if (error !== undefined) text.appendMarkdown("\n").appendText(textOf(error));
  const link = (title: string, command: string): string =>
    `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([{ session }]))})`;
  const sync = status.sync?.paused === true ? link(l10n.t("Resume Sync"), "nhd.resumeSync") : link(l10n.t("Pause Sync"), "nhd.pauseSync");
  return text.appendMarkdown(`\n\n${link(l10n.t("Show"), "nhd.showSession")} · ${sync} · ${link(l10n.t("End DevMode"), "nhd.end")}`);
}
