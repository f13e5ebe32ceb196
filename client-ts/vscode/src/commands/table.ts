/** All commands, by their names in `package.json`. */
import { NhdError, type DoctorRemedy, type ErrorInfo, type SessionStatus } from "@nhd/client";
import { commands, ConfigurationTarget, env, l10n, Range, Uri, window, workspace, type Disposable } from "vscode";

import type { App } from "../app.js";
import { createConfig } from "../config/create.js";
import { applyRemedy, type Doctor } from "../doctor.js";
import { placeOf } from "../failures.js";
import { openPodFile } from "../files/browse.js";
import { log } from "../log.js";
import { asError } from "../start/follow.js";
import { runCommand } from "../run/command.js";
import { followLog, openLog } from "../streams/logs.js";
import { begin, end, start, takeOver } from "../start/flow.js";
import type { DevModeView } from "../views/devmode.js";
import { requestOf } from "../start/request.js";
import type { WorkloadsView } from "../views/workloads.js";
import { WorkloadNode } from "../views/workload-nodes.js";
import { workloadWord } from "../words.js";
import { isObject, sessionId, sessionOf, startRequest } from "./arguments.js";
import { addForward, copyForward, endForward, openForward } from "./forwards.js";
import { debugSession, endStream, openTerminal, showStream, withLog } from "./streams.js";
import { chooseContext, chooseNamespace } from "./places.js";

export interface Views {
  readonly devMode: DevModeView;
  readonly workloads: WorkloadsView;
  readonly doctor: Doctor;
}

type Command = (app: App, views: Views, given: unknown) => unknown;

const COMMANDS: { readonly [name: string]: Command } = {
  "nhd.start": (app, _, given) => start(app, startRequest(given)),
  "nhd.startWith": (app, _, given) => start(app, askAll(startRequest(given))),
  "nhd.plan": (app, _, given) => start(app, startRequest(given), true),
  "nhd.startPlan": async (app) => {
    const request = app.plans.active;
    if (request === undefined) return;
    await app.plans.close();
    await begin(app, request);
  },
  "nhd.cancelPlan": (app) => app.plans.close(),
  "nhd.end": (app, _, given) => withSession(app, given, (status) => end(app, status)),
  "nhd.takeOver": async (app, _, given) => {
    const request = startRequest(given);
    if (request !== undefined) await takeOver(app, request);
  },
  "nhd.restartSession": async (app, _, given) => {
    const id = sessionId(given);
    const status = id === undefined ? undefined : app.sessions.get(id);
    if (status !== undefined) await end(app, status);
    await start(app, startRequest(given));
  },
  "nhd.pauseSync": (app, _, given) => sync(app, given, "pause"),
  "nhd.resumeSync": (app, _, given) => sync(app, given, "resume"),
  "nhd.rescanSync": (app, _, given) => sync(app, given, "rescan"),
  "nhd.openTerminal": (app, _, given) => openTerminal(app, given),
  "nhd.followLog": (app, _, given) => withLog(app, given, (params, name) => void followLog(app.daemon, params, name)),
  "nhd.previousLog": (app, _, given) => withLog(app, given, (params, name) => void followLog(app.daemon, { ...params, previous: true }, name)),
  "nhd.openLog": (app, _, given) => withLog(app, given, (params) => openLog(app.daemon, params)),
  "nhd.showStream": (app, _, given) => showStream(app, given),
  "nhd.endStream": (app, _, given) => endStream(app, given),
  "nhd.build": (app, _, given) => withSession(app, given, (status) => runCommand(app, status, "build")),
  "nhd.run": (app, _, given) => withSession(app, given, (status) => runCommand(app, status, "run")),
  "nhd.debug": (app, _, given) => withSession(app, given, (status) => debugSession(status)),
  "nhd.openPodFile": (app, _, given) => withSession(app, given, (status) => openPodFile(app, status)),
  "nhd.addForward": (app, _, given) => addForward(app, given),
  "nhd.openForward": (app, _, given) => openForward(app, given),
  "nhd.copyForward": (app, _, given) => copyForward(app, given),
  "nhd.endForward": (app, _, given) => endForward(app, given),
  "nhd.chooseContext": (app, _, given) => chooseContext(app, given),
  "nhd.chooseNamespace": (app, _, given) => chooseNamespace(app, given),
  "nhd.refresh": (_, views) => views.workloads.refresh(),
  "nhd.showSession": (app, views, given) => withSession(app, given, ({ session }) => views.devMode.reveal(session)),
  "nhd.sessionActions": (app, _, given) => withSession(app, given, sessionActions),
  "nhd.dismiss": (app, _, given) => app.sessions.dismiss(sessionId(given) ?? ""),
  "nhd.showError": showError,
  "nhd.copyName": async (app, _, given) => copyName(app, given),
  "nhd.startDaemon": (app) => withDaemon(app, () => app.daemon.client()),
  "nhd.restartDaemon": (app) => withDaemon(app, () => app.daemon.restart()),
  "nhd.useBundled": (app) => withDaemon(app, () => useBundled(app)),
  "nhd.createConfig": (app, _, given) => createConfig(app, startRequest(given)),
  "nhd.doctor": (_, views) => views.doctor.look(),
  "nhd.copyReport": (_, views) => views.doctor.copy(),
  "nhd.applyRemedy": (app, _, given) => applyRemedy(app, given as DoctorRemedy),
  "nhd.showLog": () => log().show(),
  "nhd.showPermissions": (app) => commands.executeCommand("markdown.showPreview", Uri.joinPath(app.context.extensionUri, "dist", "permissions.md")),
  "nhd.signIn": () => window.createTerminal(l10n.t("Sign In")).show(),
  "nhd.openPlace": (_, __, given) => openPlace(given),
};

export function registerCommands(app: App, views: Views): readonly Disposable[] {
  return Object.entries(COMMANDS).map(([name, run]) =>
    commands.registerCommand(name, async (given: unknown) => {
      try {
        await run(app, views, given);
      } catch (error) {
        await app.failures.show(error, { doing: name });
      }
    }),
  );
}

/** Where no workload is named, it is asked for anyway. */
function askAll(request: ReturnType<typeof startRequest>): ReturnType<typeof startRequest> {
  return request === undefined ? undefined : { ...request, ask: ["container", "image", "source"] };
}

async function withSession(app: App, given: unknown, act: (status: SessionStatus) => unknown): Promise<void> {
  const status = await sessionOf(app, given);
  if (status !== undefined) await act(status);
}

async function sync(app: App, given: unknown, action: "pause" | "resume" | "rescan"): Promise<void> {
  await withSession(app, given, async (status) => {
    try {
      const client = await app.daemon.client();
      await client.sync[action]({ session: status.session });
    } catch (error) {
      await app.failures.show(error, { doing: `${action} the sync of ${workloadWord(status.workload)}`, session: status });
    }
  });
}

async function withDaemon(app: App, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    await app.failures.show(error, { doing: "start nhd" });
  }
}

/** Takes the setting back, wherever it names another program. */
async function useBundled(app: App): Promise<void> {
  const own = workspace.getConfiguration("nhd");
  const set = own.inspect<string>("path");
  if (set?.workspaceValue !== undefined) await own.update("path", undefined, ConfigurationTarget.Workspace);
  if (set?.globalValue !== undefined) await own.update("path", undefined, ConfigurationTarget.Global);
  await app.daemon.restart();
}

async function sessionActions(status: SessionStatus): Promise<void> {
  const paused = status.sync?.paused === true;
  const items = [
    { label: `$(list-tree) ${l10n.t("Show in the DevMode View")}`, command: "nhd.showSession" },
    { label: `$(terminal) ${l10n.t("Open a Terminal")}`, command: "nhd.openTerminal" },
    { label: `$(output) ${l10n.t("Follow the Log")}`, command: "nhd.followLog" },
    { label: `$(debug) ${l10n.t("Debug")}`, command: "nhd.debug" },
    { label: `$(play) ${l10n.t("Run")}`, command: "nhd.run" },
    { label: `$(plug) ${l10n.t("Forward a Port…")}`, command: "nhd.addForward" },
    { label: `$(file-code) ${l10n.t("Open a File of the Container…")}`, command: "nhd.openPodFile" },
    paused
      ? { label: `$(debug-continue) ${l10n.t("Resume Sync")}`, command: "nhd.resumeSync" }
      : { label: `$(debug-pause) ${l10n.t("Pause Sync")}`, command: "nhd.pauseSync" },
    { label: `$(debug-stop) ${l10n.t("End DevMode")}`, command: "nhd.end" },
  ];
  const chosen = await window.showQuickPick(items, { title: workloadWord(status.workload), placeHolder: l10n.t("What to do with {0}", status.workload.name) });
  if (chosen !== undefined) await commands.executeCommand(chosen.command, { session: status.session });
}

/** An error that a row shows: of a session, or one that came with it. */
async function showError(app: App, _: Views, given: unknown): Promise<void> {
  if (isObject(given) && isObject(given["error"])) {
    await app.failures.show(new NhdError(given["error"] as unknown as ErrorInfo), { doing: "list workloads", again: async () => commands.executeCommand("nhd.refresh") });
    return;
  }
  const status = app.sessions.get(sessionId(given) ?? "");
  if (status === undefined) return;
  const request = requestOf(status);
  await app.failures.show(asError(status), { doing: workloadWord(status.workload), session: status, start: request, again: () => start(app, request) });
}

async function copyName(app: App, given: unknown): Promise<void> {
  const id = sessionId(given);
  const workload = given instanceof WorkloadNode ? given.summary.workload : id === undefined ? undefined : app.sessions.get(id)?.workload;
  if (workload !== undefined) await env.clipboard.writeText(workloadWord(workload));
}

async function openPlace(given: unknown): Promise<void> {
  const place = placeOf(given);
  if (place === undefined) return;
  const at = new Range(place.line, place.column, place.line, place.column);
  await window.showTextDocument(place.file, { selection: at });
}
