/** Commands that choose context and namespace. Nothing is written but this window's own memory. */
import { commands, l10n, ThemeIcon, type QuickPickItem } from "vscode";

import type { App } from "../app.js";
import { ask, BACK } from "../start/wizard.js";
import { ContextNode, NamespaceNode } from "../views/workload-nodes.js";
import { isObject } from "./arguments.js";

export async function chooseNamespace(app: App, given: unknown): Promise<void> {
  if (given instanceof NamespaceNode) {
    const { context, namespace } = given.place;
    if (namespace !== undefined) await app.target.chooseNamespace(namespace, context);
    return;
  }
  try {
    const { namespace } = app.target.place;
    const chosen = await typedPick(l10n.t("Choose Namespace"), l10n.t("Choose a namespace, or type another"), namespaces(app), namespace);
    if (chosen === undefined) return;
    await app.target.chooseNamespace(chosen);
    await andStart(given);
  } catch (error) {
    await app.failures.show(error, { doing: "choose a namespace" });
  }
}

export async function chooseContext(app: App, given: unknown): Promise<void> {
  if (given instanceof ContextNode) {
    await app.target.chooseContext(given.entry.name);
    return;
  }
  try {
    const chosen = await typedPick(l10n.t("Choose Context"), l10n.t("Choose a context of the kubeconfig"), contexts(app), app.target.place.context);
    if (chosen === undefined) return;
    await app.target.chooseContext(chosen);
    await andStart(given);
  } catch (error) {
    await app.failures.show(error, { doing: "choose a context" });
  }
}

/** Those of the cluster; for who may not list them, those that are known and those that were typed before. */
async function namespaces(app: App): Promise<readonly string[]> {
  const { recentNamespaces, place } = app.target;
  const client = await app.daemon.client();
  if (!app.daemon.has("namespace.list")) return recentNamespaces;
  const { environment, kubeconfig, context } = app.target.params(place);
  const params = { environment, ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) };
  const list = await client.namespace.list(params);
  const names = list.namespaces.map(({ name }) => name);
  return list.refused === undefined ? names : [...new Set([...names, ...recentNamespaces])];
}

async function contexts(app: App): Promise<readonly string[]> {
  const client = await app.daemon.client();
  const { environment, kubeconfig } = app.target.params();
  if (!app.daemon.has("context.list")) return [];
  const list = await client.context.list({ environment, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
  return list.contexts.map(({ name }) => name);
}

/** A list to choose from, in which what is typed is an answer, too. */
async function typedPick(title: string, placeholder: string, known: Promise<readonly string[]>, current: string | undefined): Promise<string | undefined> {
  const items = known.then((names) => names.map((label) => ({ label, ...(label === current ? { iconPath: new ThemeIcon("check") } : {}) })));
  const chosen = await ask<QuickPickItem>({ title, placeholder, items, active: ({ label }) => label === current, typed: (label) => ({ label, alwaysShow: true }) });
  return chosen === BACK ? undefined : chosen?.label;
}

/** Whoever came here from the list of workloads wants to go on there. */
async function andStart(given: unknown): Promise<void> {
  if (isObject(given) && given["thenStart"] === true) await commands.executeCommand("nhd.start");
}
