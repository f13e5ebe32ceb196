/**
 * The debug type `nhd`: waits for the sync, runs the configuration's command in the dev container, waits until the debugger there
 * speaks, and hands over to the language's own debugger, with its paths mapped.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { NhdError, type SessionStatus } from "@nhd/client";
import {
  commands,
  debug,
  DebugConfigurationProviderTriggerKind,
  extensions,
  l10n,
  ProgressLocation,
  window,
  type CancellationToken,
  type DebugConfiguration,
  type DebugConfigurationProvider,
  type Disposable,
  type WorkspaceFolder,
} from "vscode";

import type { App } from "../app.js";
import { isOwn } from "../folders.js";
import { startParams, requestOf } from "../start/request.js";
import { workloadWord } from "../words.js";
import { runCommand } from "./command.js";
import { languageOf, TELLING_FILES, type Language } from "./languages.js";
import { speaks } from "./port.js";
import { nameOf, sessionNamed } from "./tasks.js";

/** How long the program in the pod may take until its debugger listens. */
const SPEAK_LIMIT_MS = 120_000;

interface NhdConfiguration extends DebugConfiguration {
  /** `deployment/reviews`; the session of the folder without it. */
  readonly workload?: string;
  readonly language?: string;
  readonly port?: number;
  /** Attaches to what runs already. */
  readonly run?: boolean;
  /** What the language's configuration gets beside what is made. */
  readonly with?: { readonly [name: string]: unknown };
}

/** What a language's configuration has of ours, to end the process in the pod with the debugger. */
const STREAM = "nhdStream";

export function registerDebug(app: App): Disposable {
  const provider: DebugConfigurationProvider = {
    // Here and not once variables are filled in: only what comes out of this goes to the other type's own provider. Without a
    // launch.json there is nothing to begin with.
    resolveDebugConfiguration: (folder, config, token) => resolve(app, folder, { ...plain(undefined), ...config } as NhdConfiguration, token),
  };
  const generated: DebugConfigurationProvider = {
    provideDebugConfigurations: () => app.sessions.live.filter(isOwn).map(plain),
  };
  const undo = [
    debug.registerDebugConfigurationProvider("nhd", provider),
    debug.registerDebugConfigurationProvider("nhd", generated, DebugConfigurationProviderTriggerKind.Dynamic),
    debug.onDidTerminateDebugSession(({ configuration }) => void endProcess(app, configuration[STREAM])),
  ];
  return { dispose: () => undo.forEach((each) => each.dispose()) };
}

function plain(status: SessionStatus | undefined): DebugConfiguration {
  const name = status === undefined ? l10n.t("Debug in the pod") : l10n.t("Debug {0} in the pod", status.workload.name);
  return { type: "nhd", request: "launch", name, ...(status === undefined ? {} : { workload: nameOf(status) }) };
}

/** Undefined ends the launch without a word: all has been said. */
async function resolve(app: App, folder: WorkspaceFolder | undefined, config: NhdConfiguration, token: CancellationToken | undefined): Promise<DebugConfiguration | undefined> {
  const doing = `debug ${config.workload ?? folder?.name ?? ""}`;
  try {
    const status = sessionNamed(app, config.workload);
    if (status === undefined) {
      const start = l10n.t("Start DevMode");
      const message = l10n.t("{0} is not in DevMode; start it first", config.workload ?? l10n.t("this folder"));
      if ((await window.showErrorMessage(message, start)) === start) await commands.executeCommand("nhd.start");
      return undefined;
    }
    if (config["noDebug"] === true) {
      await runCommand(app, status, "run");
      return undefined;
    }
    return await attach(app, status, config, token);
  } catch (error) {
    await app.failures.show(error, { doing });
    return undefined;
  }
}

async function attach(app: App, status: SessionStatus, config: NhdConfiguration, token: CancellationToken | undefined): Promise<DebugConfiguration | undefined> {
  const client = await app.daemon.client();
  const { source, workDir, session, workload } = status;
  const known = await configured(app, status);
  const language = languageOf(config.language ?? known.language ?? languageBy(source));
  if (language === undefined) {
    throw new NhdError({
      kind: "invalidRequest",
      message: l10n.t("the language of {0} is not known", workloadWord(workload)),
      hint: l10n.t("set debug.language in .nocalhost/config.yaml, or language in the launch configuration: node, python, go or java"),
    });
  }
  if (!(await isThere(language))) return undefined;
  const remotePort = config.port ?? known.port;
  if (remotePort === undefined) {
    throw new NhdError({
      kind: "invalidRequest",
      message: l10n.t("the port of the debugger in {0} is not known", workloadWord(workload)),
      hint: l10n.t("set debug.remoteDebugPort in .nocalhost/config.yaml, or port in the launch configuration"),
    });
  }
  const stream = config.run === false ? undefined : await runCommand(app, status, "debug");
  const { localPort } = await client.forward.start({ session, remotePort });
  const title = l10n.t("Waiting for the debugger of {0}", workload.name);
  const listens = await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (_, given) => {
    const isWanted = (): boolean => !given.isCancellationRequested && token?.isCancellationRequested !== true;
    return speaks(localPort ?? 0, SPEAK_LIMIT_MS, isWanted);
  });
  if (!listens) {
    throw new NhdError({
      kind: "timeout",
      message: l10n.t("nothing listens on port {0} of {1}", remotePort, workloadWord(workload)),
      hint: l10n.t("see in the terminal whether command.debug of the dev configuration starts a debugger on that port"),
    });
  }
  const made = language.attach({ name: config.name, port: localPort ?? 0, source, workDir });
  return { ...made, ...config.with, ...(stream === undefined ? {} : { [STREAM]: stream }) };
}

interface Configured {
  readonly language?: string | undefined;
  readonly port?: number | undefined;
}

async function configured(app: App, status: SessionStatus): Promise<Configured> {
  const client = await app.daemon.client();
  const { entries } = await client.config.resolve(startParams(requestOf(status), app.target));
  const value = (key: string): string | undefined => {
    const found = entries.find((entry) => entry.key === key)?.value;
    return found === undefined ? undefined : String(found);
  };
  // `5005`, `:5005` or `5005:5005`: the last is the one in the pod.
  const port = Number(value("debug.remoteDebugPort")?.split(":").at(-1));
  return { language: value("debug.language"), port: Number.isInteger(port) && port > 0 ? port : undefined };
}

function languageBy(source: string): string | undefined {
  return TELLING_FILES.find(([file]) => existsSync(join(source, file)))?.[1];
}

/** Whether a debugger of the language is installed; else where to find one is shown. */
async function isThere({ type, extension }: Language): Promise<boolean> {
  const types = extensions.all.flatMap(({ packageJSON }) => (packageJSON?.contributes?.debuggers ?? []) as { readonly type?: string }[]);
  if (types.some((each) => each.type === type)) return true;
  const show = l10n.t("Show the Extension");
  const chosen = await window.showErrorMessage(l10n.t("To debug this, the extension {0} is needed.", extension), show);
  if (chosen === show) await commands.executeCommand("workbench.extensions.search", `@id:${extension}`);
  return false;
}

async function endProcess(app: App, stream: unknown): Promise<void> {
  if (typeof stream !== "string") return;
  try {
    const client = await app.daemon.client();
    await client.exec.close({ stream });
  } catch {
    // It has ended by itself, or its session has.
  }
}
