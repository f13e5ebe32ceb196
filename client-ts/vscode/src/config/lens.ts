/** Start and end in the dev configuration, above each workload that it names. */
import { dirname } from "node:path";

import {
  CodeLens,
  EventEmitter,
  l10n,
  languages,
  Range,
  type CodeLensProvider,
  type Disposable,
  type TextDocument,
} from "vscode";

import type { Sessions } from "../sessions.js";
import type { Target } from "../target.js";
import { servicesOf, type NamedService } from "./services.js";

export const CONFIGURATION_FILES = { scheme: "file", pattern: "**/.nocalhost/config.yaml" } as const;

export class ConfigLens implements CodeLensProvider, Disposable {
  readonly #sessions: Sessions;
  readonly #target: Target;
  readonly #changed = new EventEmitter<void>();
  readonly #undo: readonly Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(sessions: Sessions, target: Target) {
    this.#sessions = sessions;
    this.#target = target;
    this.#undo = [
      sessions.onDidChange(() => this.#changed.fire()),
      languages.registerCodeLensProvider(CONFIGURATION_FILES, this),
    ];
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const source = dirname(dirname(document.uri.fsPath));
    return servicesOf(document.getText()).flatMap((service) => this.#lenses(service, source));
  }

  dispose(): void {
    for (const each of this.#undo) each.dispose();
    this.#changed.dispose();
  }

  #lenses(service: NamedService, source: string): CodeLens[] {
    const range = new Range(service.line, 0, service.line, 0);
    const running = this.#sessions.live.find(
      ({ workload, source: synced }) => workload.name === service.name && workload.kind === (service.kind ?? workload.kind) && synced === source,
    );
    if (running !== undefined) {
      const given = { session: running.session };
      return [
        new CodeLens(range, { title: `$(debug-stop) ${l10n.t("End DevMode")}`, command: "nhd.end", arguments: [given] }),
        new CodeLens(range, { title: `$(list-tree) ${l10n.t("Show Session")}`, command: "nhd.showSession", arguments: [given] }),
      ];
    }
    const request = { kind: service.kind ?? "Deployment", name: service.name, place: this.#target.place, source };
    return [
      new CodeLens(range, { title: `$(play) ${l10n.t("Start DevMode")}`, command: "nhd.start", arguments: [request] }),
      new CodeLens(range, { title: `$(diff) ${l10n.t("Plan")}`, command: "nhd.plan", arguments: [request] }),
    ];
  }
}
