/**
 * The dev configuration as it is written: what is wrong with the unsaved text, by the daemon's own parser, with its fixes; what may be
 * written, and what it is for. No other extension is needed.
 */
import type { ConfigProblem, TextRange } from "@nhd/client";
import {
  CodeAction,
  CodeActionKind,
  CompletionItem,
  CompletionItemKind,
  Diagnostic,
  DiagnosticSeverity,
  Hover,
  languages,
  MarkdownString,
  Range,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
  type CodeActionProvider,
  type CompletionItemProvider,
  type Disposable,
  type HoverProvider,
  type Position,
  type TextDocument,
} from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import { CONFIGURATION, environmentFor } from "../daemon/environment.js";
import { log, wordsOf } from "../log.js";
import { CONFIGURATION_FILES } from "./lens.js";
import { descriptionOf, pathTo, schemasAt, valuesOf, type Schema } from "./schema.js";

/** How long typing has to rest before the text is looked through. */
const REST_MS = 250;

export class ConfigLanguage implements CodeActionProvider, CompletionItemProvider, HoverProvider, Disposable {
  readonly #daemon: Daemon;
  readonly #diagnostics = languages.createDiagnosticCollection("nhd");
  readonly #undo: readonly Disposable[];
  readonly #resting = new Map<string, NodeJS.Timeout>();
  /** By the document, what its last check found. */
  readonly #problems = new Map<string, readonly ConfigProblem[]>();
  #schema: Promise<Schema | undefined> | undefined;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    this.#undo = [
      this.#diagnostics,
      languages.registerCodeActionsProvider(CONFIGURATION_FILES, this, { providedCodeActionKinds: [CodeActionKind.QuickFix] }),
      languages.registerCompletionItemProvider(CONFIGURATION_FILES, this, ":", " "),
      languages.registerHoverProvider(CONFIGURATION_FILES, this),
      workspace.onDidOpenTextDocument((document) => this.#look(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#look(document, REST_MS)),
      workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      window.onDidChangeVisibleTextEditors((editors) => editors.forEach(({ document }) => this.#look(document))),
    ];
    for (const document of workspace.textDocuments) this.#look(document);
  }

  provideCodeActions(document: TextDocument, range: Range): CodeAction[] {
    const problems = this.#problems.get(document.uri.toString()) ?? [];
    return problems.flatMap(({ fix, range: at, file }) => {
      if (fix === undefined || file !== undefined || rangeOf(at).intersection(range) === undefined) return [];
      const action = new CodeAction(fix.title, CodeActionKind.QuickFix);
      action.edit = new WorkspaceEdit();
      for (const edit of fix.edits) action.edit.replace(document.uri, rangeOf(edit.range), edit.newText);
      action.diagnostics = (this.#diagnostics.get(document.uri) ?? []).filter((diagnostic) => diagnostic.range.isEqual(rangeOf(at)));
      action.isPreferred = true;
      return [action];
    });
  }

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const schema = await this.#ensureSchema();
    if (schema === undefined) return [];
    const text = document.lineAt(position.line).text.slice(0, position.character);
    const lines = document.getText().split(/\r?\n/);
    const [, indent, dashes, key] = /^(\s*)((?:-\s+)*)([\w-]+):\s+\S*$/.exec(text) ?? [];
    if (indent !== undefined && dashes !== undefined && key !== undefined) {
      const schemas = schemasAt(schema, [...pathTo(lines, position.line, indent.length + dashes.length), key]);
      return valuesOf(schemas).map((value) => new CompletionItem(value, CompletionItemKind.EnumMember));
    }
    const [, before] = /^(\s*(?:-\s+)*)[\w-]*$/.exec(text) ?? [];
    if (before === undefined) return [];
    const schemas = schemasAt(schema, pathTo(lines, position.line, before.length));
    const properties = new Map(schemas.flatMap(({ properties: own }) => Object.entries(own ?? {})));
    return [...properties].map(([name, own]) => {
      const item = new CompletionItem(name, CompletionItemKind.Property);
      item.insertText = `${name}: `;
      const description = descriptionOf(schemasAt({ ...schema, ...own }, []));
      if (description !== undefined) item.documentation = new MarkdownString(description);
      return item;
    });
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | undefined> {
    const schema = await this.#ensureSchema();
    const [whole, indent, dashes, key] = /^(\s*)((?:-\s+)*)([\w-]+):/.exec(document.lineAt(position.line).text) ?? [];
    if (schema === undefined || whole === undefined || indent === undefined || dashes === undefined || key === undefined) return undefined;
    const column = indent.length + dashes.length;
    if (position.character < column || position.character > whole.length) return undefined;
    const path = [...pathTo(document.getText().split(/\r?\n/), position.line, column), key];
    const description = descriptionOf(schemasAt(schema, path));
    const range = new Range(position.line, column, position.line, column + key.length);
    return description === undefined ? undefined : new Hover(new MarkdownString(description), range);
  }

  dispose(): void {
    for (const timer of this.#resting.values()) clearTimeout(timer);
    for (const each of this.#undo) each.dispose();
  }

  #look(document: TextDocument, restMs = 0): void {
    if (languages.match(CONFIGURATION_FILES, document) === 0) return;
    const key = document.uri.toString();
    clearTimeout(this.#resting.get(key));
    this.#resting.set(key, setTimeout(() => void this.#check(document), restMs));
  }

  #forget(uri: Uri): void {
    clearTimeout(this.#resting.get(uri.toString()));
    this.#resting.delete(uri.toString());
    this.#problems.delete(uri.toString());
    this.#diagnostics.delete(uri);
  }

  async #check(document: TextDocument): Promise<void> {
    const { version, uri } = document;
    try {
      const client = await this.#daemon.client();
      if (!this.#daemon.has("config.check")) return;
      const source = uri.fsPath.slice(0, -CONFIGURATION.length - 1);
      const { problems } = await client.config.check({ path: uri.fsPath, text: document.getText(), environment: environmentFor(source, undefined) });
      // Of an older text the places would be wrong; its own check follows.
      if (document.version !== version || document.isClosed) return;
      this.#problems.set(uri.toString(), problems);
      this.#show(uri, problems);
    } catch (error) {
      log().warn(`check ${uri.fsPath}: ${wordsOf(error)}`);
    }
  }

  /** What is wrong in an included file is shown in that, too. */
  #show(uri: Uri, problems: readonly ConfigProblem[]): void {
    const byFile = new Map<string, { readonly at: Uri; readonly found: Diagnostic[] }>([[uri.toString(), { at: uri, found: [] }]]);
    for (const problem of problems) {
      const at = problem.file === undefined ? uri : Uri.file(problem.file);
      const entry = byFile.get(at.toString()) ?? { at, found: [] };
      byFile.set(at.toString(), entry);
      const severity = problem.severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
      const diagnostic = new Diagnostic(rangeOf(problem.range), problem.message, severity);
      diagnostic.source = "nhd";
      diagnostic.code = problem.code;
      entry.found.push(diagnostic);
    }
    for (const { at, found } of byFile.values()) this.#diagnostics.set(at, found);
  }

  #ensureSchema(): Promise<Schema | undefined> {
    return (this.#schema ??= this.#daemon
      .client()
      .then(async (client) => (this.#daemon.has("config.schema") ? (JSON.parse((await client.config.schema()).schema) as Schema) : undefined))
      .catch(() => {
        this.#schema = undefined;
        return undefined;
      }));
  }
}

function rangeOf({ start, end }: TextRange): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
