/**
 * The debug type `nhd`: waits for the sync, runs the configuration's command in the dev container, waits until the debugger there
 * listens, and hands over to the language's own debugger, with its paths mapped.
 */
import type { DebugDescription, SessionStatus } from "@nhd/client";
import {
  commands,
  debug,
  DebugConfigurationProviderTriggerKind,
  l10n,
  window,
  type CancellationToken,
  type DebugConfiguration,
  type DebugConfigurationProvider,
  type Disposable,
  type WorkspaceFolder,
} from "vscode";

import type { App } from "../app.js";
import { infoOf } from "../failures.js";
import { isIn } from "../folders.js";
import { log } from "../log.js";
import { attach } from "./attach.js";
import { runCommand } from "./command.js";
import { finish } from "./finish.js";
import { languageOf } from "./languages.js";
import { Launches, type NhdConfiguration } from "./launches.js";
import { nameOf, sessionNamed } from "./tasks.js";
import { tracker } from "./tracker.js";

export function registerDebug(app: App): Disposable {
  const launches = new Launches();
  const provider: DebugConfigurationProvider = {
    // Here and not once variables are filled in: only what comes out of this goes to the other type's own provider. Without a
    // launch.json there is nothing to begin with.
    resolveDebugConfiguration: (folder, config, token) => resolve(app, launches, folder, { ...plain(undefined), ...config } as NhdConfiguration, token),
  };
  const generated: DebugConfigurationProvider = {
    // Asked for each folder, and once more for the user's settings, where there is nothing to add.
    provideDebugConfigurations: async (folder) => {
      const here = folder === undefined ? [] : app.sessions.live.filter((status) => isIn(status, folder));
      return (await Promise.all(here.map((status) => generate(app, status)))).flat();
    },
  };
  const undo = [
    debug.registerDebugConfigurationProvider("nhd", provider),
    debug.registerDebugConfigurationProvider("nhd", generated, DebugConfigurationProviderTriggerKind.Dynamic),
    debug.registerDebugAdapterTrackerFactory("*", { createDebugAdapterTracker: (session) => tracker(launches.of(session)) }),
    debug.onDidTerminateDebugSession((session) => void finish(app, launches, session)),
  ];
  return { dispose: () => undo.forEach((each) => each.dispose()) };
}

function plain(status: SessionStatus | undefined): DebugConfiguration {
  const name = status === undefined ? l10n.t("Debug in the pod") : l10n.t("Debug {0} in the pod", status.workload.name);
  return { type: "nhd", request: "launch", name, ...(status === undefined ? {} : { workload: nameOf(status) }) };
}

/** To debug the command of the dev configuration, and to attach to each debugger that listens already. */
async function generate(app: App, status: SessionStatus): Promise<DebugConfiguration[]> {
  let known: DebugDescription | undefined;
  try {
    const client = await app.daemon.client();
    known = await client.debug.describe({ session: status.session });
  } catch (error) {
    log().warn(`debug.describe: ${infoOf(error).message}`);
  }
  const language = known?.language === undefined || languageOf(known.language) === undefined ? {} : { language: known.language };
  const port = known?.port === undefined ? {} : { port: known.port };
  const listening = (known?.debuggers ?? []).flatMap(({ name, port: listens }) => (listens === undefined ? [] : [{ name, listens }]));
  return [
    { ...plain(status), ...language, ...port },
    ...listening.map(({ name, listens }) => ({
      ...plain(status),
      name: l10n.t("Attach to {0} on port {1} of {2}", name, listens, status.workload.name),
      ...language,
      port: listens,
      run: false,
    })),
  ];
}

/** Undefined ends the launch without a word: all has been said. */
async function resolve(
  app: App,
  launches: Launches,
  folder: WorkspaceFolder | undefined,
  config: NhdConfiguration,
  token: CancellationToken | undefined,
): Promise<DebugConfiguration | undefined> {
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
    return await attach(app, launches, folder, status, config, token);
  } catch (error) {
    await app.failures.show(error, { doing });
    return undefined;
  }
}
