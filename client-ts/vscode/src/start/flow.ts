/** Start, plan, end and takeover, from the user's wish to the end of it. */
import { NhdError, type SessionStatus, type WorkloadSummary } from "@nhd/client";
import { commands, l10n, ProgressLocation, window, workspace } from "vscode";

import type { App } from "../app.js";
import { workloadWord } from "../words.js";
import { chooseWorkload, complete } from "./questions.js";
import { remembered, startParams, type FullRequest, type StartRequest } from "./request.js";

/** Asks for what is missing and starts, or shows what a start would do. */
export async function start(app: App, first: StartRequest | undefined, planOnly = false): Promise<void> {
  // What a folder brings along decides what runs in a cluster.
  if (!workspace.isTrusted) return;
  let request: FullRequest | undefined;
  const doing = first === undefined ? "start" : `start ${workloadWord(reference(first))}`;
  try {
    const wanted = first ?? (await chooseWorkload(app));
    const free = wanted === undefined ? undefined : await unlessTaken(app, wanted);
    request = free === undefined ? undefined : await complete(app, free);
    if (request === undefined) return;
    const planFirst = workspace.getConfiguration("nhd").get<boolean>("planBeforeStart", false);
    if (planOnly || planFirst) await plan(app, request);
    else await begin(app, request);
  } catch (error) {
    const known = request ?? first;
    await app.failures.show(error, { doing, start: known, again: () => start(app, known, planOnly) });
  }
}

/** Starts what is complete. */
export async function begin(app: App, request: FullRequest): Promise<void> {
  const doing = `start ${workloadWord(reference(request))}`;
  try {
    const client = await app.daemon.client();
    const status = await client.session.start(startParams(request, app.target));
    app.sessions.replace(status);
    await keepChoices(app, request, status);
    await app.follower.start(status, request);
  } catch (error) {
    await app.failures.show(error, { doing, start: request, again: () => begin(app, request) });
  }
}

/** Undefined where it is in DevMode already: then its session is shown, or the takeover offered. Else with its containers. */
async function unlessTaken(app: App, request: StartRequest): Promise<StartRequest | undefined> {
  if (request.containers !== undefined) return request;
  const summary = await summaryOf(app, request);
  const devMode = summary?.devMode;
  if (devMode?.here === true) {
    await commands.executeCommand("nhd.showSession", devMode.session);
    return undefined;
  }
  if (devMode !== undefined && devMode.byNocalhost !== true) {
    await takeOver(app, { ...request, owner: devMode.owner });
    return undefined;
  }
  return summary === undefined ? request : { ...request, containers: summary.containers };
}

async function plan(app: App, request: FullRequest): Promise<void> {
  const client = await app.daemon.client();
  const title = l10n.t("Planning DevMode of {0}", request.name);
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  const planned = await window.withProgress(options, (_, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    return client.session.plan(startParams(request, app.target), { signal: stop.signal });
  });
  await app.plans.show(planned, request);
}

/** Under both names: the one that was asked with, and the one that the daemon found. */
async function keepChoices(app: App, request: FullRequest, status: SessionStatus): Promise<void> {
  const { source, container, image } = request;
  const choices = {
    source,
    ...(container === undefined ? {} : { container }),
    ...(image === undefined ? {} : { image }),
  };
  await app.memory.keep(...remembered(request), choices);
  await app.memory.keep(status.context, status.workload, choices);
}

/** Gives a workload back. Nothing is asked: what is saved here stays here, and a start brings it back. */
export async function end(app: App, status: SessionStatus): Promise<void> {
  try {
    const client = await app.daemon.client();
    await client.session.end({ session: status.session, environment: app.target.params({}, status.source).environment });
    await app.follower.end(status);
  } catch (error) {
    const doing = `end ${workloadWord(status.workload)}`;
    await app.failures.show(error, { doing, session: status, again: () => end(app, status) });
  }
}

/** Ends what somebody else began, by the record in the cluster, then starts here. Asked once more, since it is somebody else's. */
export async function takeOver(app: App, request: StartRequest): Promise<void> {
  const doing = `take over ${workloadWord(reference(request))}`;
  try {
    const client = await app.daemon.client();
    const params = { ...app.target.params(request.place), kind: request.kind, name: request.name };
    const owner = request.owner ?? (await summaryOf(app, request))?.devMode?.owner;
    const who = owner === undefined ? l10n.t("somebody else") : `${owner.user}@${owner.host}`;
    const message = l10n.t("Take over {0} from {1}?", request.name, who);
    const detail = l10n.t("Their session ends and the workload is put back as it was; what their pod has and their laptop has not is lost. Then DevMode starts here.");
    const yes = { title: l10n.t("Take Over") };
    if ((await window.showWarningMessage(message, { modal: true, detail }, yes)) !== yes) return;
    const released = await client.session.release(params);
    app.sessions.replace(released);
    const outcome = await app.follower.end(released);
    if (outcome === "done") await start(app, request);
    else throw new NhdError(released.error ?? { kind: "internal", message: l10n.t("the workload could not be put back") });
  } catch (error) {
    await app.failures.show(error, { doing, start: request, again: () => takeOver(app, request) });
  }
}

async function summaryOf(app: App, { place, kind, name }: StartRequest): Promise<WorkloadSummary | undefined> {
  const client = await app.daemon.client();
  const { workloads } = await client.workload.list(app.target.params(place));
  return workloads.find(({ workload }) => workload.kind === kind && workload.name === name);
}

function reference({ kind, name, place }: StartRequest): SessionStatus["workload"] {
  return { kind, name, namespace: place.namespace ?? "" };
}
