/** Commands that choose context and namespace. Nothing is written but this window's own memory. */
import { NhdError } from "@nhd/client";
import { commands, l10n, ThemeIcon, window, type QuickPickItem } from "vscode";

import type { App } from "../app.js";
import { isObject } from "./arguments.js";

export async function chooseNamespace(app: App, given: unknown): Promise<void> {
  const own = app.target.place.namespace;
  const known = [...new Set([...(own === undefined ? [] : [own]), ...app.target.recentNamespaces])];
  const chosen = await typedPick(l10n.t("Choose Namespace"), l10n.t("Choose a namespace, or type another"), known);
  if (chosen === undefined) return;
  await app.target.chooseNamespace(chosen);
  await andStart(given);
}

export async function chooseContext(app: App, given: unknown): Promise<void> {
  try {
    const own = app.target.place.context;
    const known = await contexts(app);
    const chosen = await typedPick(l10n.t("Choose Context"), l10n.t("Choose a context of the kubeconfig"), known, own);
    if (chosen === undefined) return;
    await app.target.chooseContext(chosen);
    await andStart(given);
  } catch (error) {
    await app.failures.show(error, { doing: "choose a context" });
  }
}

/** An earlier daemon names the contexts only in its answer to one that is not there. */
async function contexts(app: App): Promise<readonly string[]> {
  const client = await app.daemon.client();
  try {
    await client.workload.list(app.target.params({ ...app.target.place, context: "\u0000" }));
    return [];
  } catch (error) {
    if (!(error instanceof NhdError) || error.kind !== "contextNotFound") throw error;
    return (error.hint ?? "").split(": ").at(-1)?.split(", ") ?? [];
  }
}

/** A list to choose from, in which what is typed is an answer, too. */
async function typedPick(title: string, placeholder: string, known: readonly string[], current?: string): Promise<string | undefined> {
  const pick = window.createQuickPick<QuickPickItem>();
  pick.title = title;
  pick.placeholder = placeholder;
  const items = known.map((label) => ({ label, ...(label === current ? { iconPath: new ThemeIcon("check") } : {}) }));
  pick.items = items;
  const answer = await new Promise<string | undefined>((resolve) => {
    pick.onDidChangeValue((value) => {
      const typed = value.trim();
      pick.items = typed === "" || known.includes(typed) ? items : [...items, { label: typed, alwaysShow: true }];
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.label);
      pick.hide();
    });
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  return answer;
}

/** Whoever came here from the list of workloads wants to go on there. */
async function andStart(given: unknown): Promise<void> {
  if (isObject(given) && given["thenStart"] === true) await commands.executeCommand("nhd.start");
}
