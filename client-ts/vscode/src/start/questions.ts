/** What a start asks, only as far as it is not known: workload, folder, container, image. */
import { realpathSync } from "node:fs";

import type { ConfigResult, WorkloadSummary } from "@nhd/client";
import { commands, l10n, QuickPickItemKind, ThemeIcon, Uri, window, workspace, type QuickPickItem } from "vscode";

import type { App } from "../app.js";
import { log, wordsOf } from "../log.js";
import { since } from "../words.js";
import { ask, BACK } from "./wizard.js";
import { remembered, startParams, type FullRequest, type StartRequest } from "./request.js";

type Answer<T> = T | typeof BACK | undefined;
/** A step answers with a fuller request; `skip` says that nothing was asked, so that a way back passes over it. */
type Step = (app: App, request: StartRequest, canGoBack: boolean) => Promise<Answer<{ readonly request: StartRequest; readonly skip?: true }>>;

/** Asks for what is missing. Undefined when the user gave up. */
export async function complete(app: App, given: StartRequest): Promise<FullRequest | undefined> {
  const steps: readonly Step[] = [chooseSource, chooseContainer, chooseImage];
  const before: StartRequest[] = [];
  let request = given;
  for (let at = 0; at < steps.length; ) {
    const answer = await steps[at]?.(app, request, before.some((each, index) => index < at && each !== undefined));
    if (answer === undefined) return undefined;
    if (answer === BACK) {
      do at -= 1;
      while (at > 0 && before[at] === undefined);
      request = { ...(before[at] ?? given), ask: ["container", "image", "source"] };
      before.length = Math.max(at, 0);
      continue;
    }
    if (answer.skip !== true) before[at] = request;
    request = answer.request;
    at += 1;
  }
  return request.source === undefined ? undefined : { ...request, source: request.source };
}

interface WorkloadItem extends QuickPickItem {
  readonly summary?: WorkloadSummary;
}

/** Asks for a workload of this window's namespace. Undefined when the user gave up, or went on to choose another place. */
export async function chooseWorkload(app: App): Promise<StartRequest | undefined> {
  const { target, daemon } = app;
  const { place } = target;
  const listed = daemon.client().then((client) => client.workload.list(target.params(place)));
  const namespace = { iconPath: new ThemeIcon("symbol-namespace"), tooltip: l10n.t("Choose Namespace…"), command: "nhd.chooseNamespace" };
  const context = { iconPath: new ThemeIcon("server-environment"), tooltip: l10n.t("Choose Context…"), command: "nhd.chooseContext" };
  let instead: string | undefined;
  const question = ask<WorkloadItem>({
    title: l10n.t("Start DevMode"),
    placeholder: l10n.t("Choose a workload to develop in"),
    items: listed.then(({ workloads, context: name }) => workloadItems(app, name, workloads)),
    buttons: [namespace, context].map(({ command, ...button }) => ({
      ...button,
      press: () => {
        instead = command;
        void commands.executeCommand(command, { thenStart: true });
      },
    })),
  });
  const chosen = await question;
  if (instead !== undefined || chosen === undefined || chosen === BACK || chosen.summary === undefined) return undefined;
  const { workload, containers } = chosen.summary;
  const { context: named } = await listed;
  const known = chosen.summary.devMode === undefined ? { containers } : {};
  return { ...workload, ...known, place: { ...place, context: named, namespace: workload.namespace } };
}

/** By kind, the one that was started last on top. */
function workloadItems(app: App, context: string, workloads: readonly WorkloadSummary[]): readonly WorkloadItem[] {
  const items: WorkloadItem[] = [];
  const latest = workloads.filter(({ workload }) => app.memory.isLatest(context, workload));
  if (latest.length > 0) items.push(separator(l10n.t("last time")), ...latest.map(workloadItem));
  for (const kind of new Set(workloads.map(({ workload }) => workload.kind))) {
    const ofKind = workloads.filter((each) => each.workload.kind === kind && !latest.includes(each));
    if (ofKind.length > 0) items.push(separator(kind), ...ofKind.map(workloadItem));
  }
  if (items.length > 0) return items;
  return [{ label: l10n.t("There is nothing to develop in here."), description: l10n.t("Choose another namespace above.") }];
}

function workloadItem(summary: WorkloadSummary): WorkloadItem {
  const { workload, devMode, replicas } = summary;
  const who = devMode === undefined ? undefined : ownerWords(devMode);
  const ready = replicas === undefined ? undefined : l10n.t("{0} of {1} ready", replicas.ready, replicas.desired);
  return { label: workload.name, description: who ?? ready ?? "", summary };
}

/** `in DevMode here`, `ann@laptop, 2 h` */
export function ownerWords(devMode: NonNullable<WorkloadSummary["devMode"]>): string {
  if (devMode.here) return l10n.t("in DevMode here");
  const { owner } = devMode;
  if (owner === undefined) return devMode.byNocalhost === true ? l10n.t("in DevMode by Nocalhost") : l10n.t("in DevMode elsewhere");
  return `${owner.user}@${owner.host}, ${since(owner.since)}`;
}

function separator(label: string): QuickPickItem {
  return { label, kind: QuickPickItemKind.Separator };
}

export const chooseSource: Step = async (app, request, canGoBack) => {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  const asked = request.ask?.includes("source") === true;
  if (request.source !== undefined && !asked) return { request, skip: true };
  const [only] = folders;
  if (folders.length === 1 && only !== undefined && !asked) return { request: { ...request, source: only.uri.fsPath }, skip: true };
  const browse = { label: l10n.t("Browse…"), iconPath: new ThemeIcon("folder-opened"), alwaysShow: true };
  const last = app.memory.of(...remembered(request)).source;
  const edited = window.activeTextEditor === undefined ? undefined : workspace.getWorkspaceFolder(window.activeTextEditor.document.uri);
  const likely = last ?? edited?.uri.fsPath;
  const items = folders.map(({ name, uri }) => ({ label: name, description: uri.fsPath, path: uri.fsPath }));
  if (last !== undefined && !items.some(({ path }) => path === last)) items.unshift({ label: l10n.t("as last time"), description: last, path: last });
  if (items.length === 0) return browseFor(request);
  const chosen = await ask<QuickPickItem & { readonly path?: string }>({
    title: titleOf(request),
    placeholder: l10n.t("Choose the folder with the sources"),
    items: [...items, browse],
    active: (item) => item.path !== undefined && item.path === likely,
    canGoBack,
  });
  if (chosen === undefined || chosen === BACK) return chosen;
  return chosen.path === undefined ? browseFor(request) : { request: { ...request, source: chosen.path } };
};

async function browseFor(request: StartRequest): Promise<{ readonly request: StartRequest } | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t("Choose the folder with the sources"),
    openLabel: l10n.t("Develop in this folder"),
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: workspace.workspaceFolders?.[0]?.uri ?? Uri.file(realpathSync(process.env["HOME"] ?? "/")),
  });
  const [folder] = chosen ?? [];
  return folder === undefined ? undefined : { request: { ...request, source: folder.fsPath } };
}

const chooseContainer: Step = async (app, request, canGoBack) => {
  const asked = request.ask?.includes("container") === true;
  const { containers = [] } = request;
  if (containers.length < 2 || (request.container !== undefined && !asked)) return { request: { ...request, containers }, skip: true };
  const configured = asked ? undefined : await valueOf(app, request, "devContainerName");
  // The configuration has named it, and the daemon will read the same.
  if (configured !== undefined) return { request: { ...request, containers }, skip: true };
  const last = app.memory.of(...remembered(request)).container;
  const chosen = await ask({
    title: titleOf(request),
    placeholder: l10n.t("Choose the container to develop in"),
    items: containers.map((label) => ({ label, description: label === last ? l10n.t("as last time") : "" })),
    active: ({ label }) => label === last,
    canGoBack,
  });
  if (chosen === undefined || chosen === BACK) return chosen;
  return { request: { ...request, containers, container: chosen.label } };
};

const chooseImage: Step = async (app, request, canGoBack) => {
  const asked = request.ask?.includes("image") === true;
  if (request.image !== undefined && !asked) return { request, skip: true };
  const configured = await valueOf(app, request, "image");
  if (configured !== undefined && !asked) return { request, skip: true };
  const last = app.memory.of(...remembered(request)).image;
  const suggested = await suggestedImages(app, request);
  const items: QuickPickItem[] = [];
  const add = (label: string | undefined, description: string): void => {
    if (label !== undefined && !items.some((item) => item.label === label)) items.push({ label, description });
  };
  add(last, l10n.t("as last time"));
  add(configured, l10n.t("of the dev configuration"));
  for (const { image, reason } of suggested) add(image, reason);
  for (const image of app.memory.images) add(image, l10n.t("used lately"));
  const chosen = await ask({
    title: titleOf(request),
    placeholder: items.length === 0 ? l10n.t("Type the dev image, such as golang:1.24") : l10n.t("Choose the dev image, or type another"),
    items,
    typed: (label) => ({ label, description: l10n.t("use this image"), alwaysShow: true }),
    canGoBack,
  });
  if (chosen === undefined || chosen === BACK) return chosen;
  return { request: { ...request, image: chosen.label } };
};

interface Suggestion {
  readonly image: string;
  readonly reason: string;
}

/** What the daemon suggests by the language of the sources and by the container, where it knows how to. */
async function suggestedImages(app: App, { place, kind, name, container, source }: StartRequest): Promise<readonly Suggestion[]> {
  if (!app.daemon.has("image.suggest")) return [];
  const client = await app.daemon.client();
  const optional = { ...(container === undefined ? {} : { container }), ...(source === undefined ? {} : { source }) };
  try {
    const { images } = await client.image.suggest({ ...app.target.params(place), kind, name, ...optional });
    return images.map(({ image, text }) => ({ image, reason: text }));
  } catch (error) {
    // A start that needs none of them says what is wrong.
    log().warn(wordsOf(error));
    return [];
  }
}

/** What the dev configuration says; undefined where nobody says anything. */
async function valueOf(app: App, request: StartRequest, key: string): Promise<string | undefined> {
  const { source } = request;
  if (source === undefined) return undefined;
  const { image: _, ...rest } = request;
  const client = await app.daemon.client();
  const resolved: ConfigResult = await client.config.resolve(startParams({ ...rest, source }, app.target));
  const entry = resolved.entries.find((each) => each.key === key);
  return entry === undefined || entry.source.kind === "default" || typeof entry.value !== "string" ? undefined : entry.value;
}

function titleOf({ kind, name }: StartRequest): string {
  return l10n.t("Start DevMode: {0}", `${kind.toLowerCase()}/${name}`);
}
