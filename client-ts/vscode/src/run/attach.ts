/**
 * From a session to a debugger that is attached: what the dev container has, its command, its port, and the configuration of
 * the language's own debugger.
 */
import { NhdError, type Client, type DebugDescription, type SessionStatus, type StreamEnd } from "@nhd/client";
import { commands, extensions, l10n, ProgressLocation, window, type CancellationToken, type DebugConfiguration, type WorkspaceFolder } from "vscode";

import type { App } from "../app.js";
import { infoOf } from "../failures.js";
import { workloadWord } from "../words.js";
import { runCommand, type Running } from "./command.js";
import { languageOf, type Language } from "./languages.js";
import type { Launches, NhdConfiguration } from "./launches.js";

/** How long the program in the pod may take until its debugger listens. */
const LISTEN_LIMIT_MS = 120_000;

/** What is to be debugged, and what of it is known. */
interface Aim {
  readonly status: SessionStatus;
  readonly config: NhdConfiguration;
  readonly known: DebugDescription;
  readonly language: Language;
  readonly port: number;
}

/** Undefined ends the launch without a word: all has been said. */
export async function attach(
  app: App,
  launches: Launches,
  folder: WorkspaceFolder | undefined,
  status: SessionStatus,
  config: NhdConfiguration,
  token: CancellationToken | undefined,
): Promise<DebugConfiguration | undefined> {
  const client = await app.daemon.client();
  if (!app.daemon.has("debug.describe")) {
    throw new NhdError({ kind: "protocolMismatch", message: l10n.t("the nhd that runs is too old for this"), hint: l10n.t("restart it; what is in DevMode stays so") });
  }
  const { session } = status;
  const known = await client.debug.describe({ session });
  const aim = aimOf(status, config, known);
  const { language, port } = aim;
  if (!(await isThere(language))) return undefined;
  const running = isToRun(aim) ? await runCommand(app, status, "debug") : undefined;
  const stream = running?.stream ?? config.again?.stream;
  try {
    await listening(client, aim, running, token);
    const isNew = app.sessions.get(session)?.forwards?.every(({ remotePort }) => remotePort !== port) ?? true;
    const { localPort = 0 } = await client.forward.start({ session, remotePort: port });
    const { localFolder, remoteFolder } = known;
    const made = { ...language.attach({ name: config.name, port: localPort, localFolder, remoteFolder }), ...config.with };
    const process = { stream, forwarded: isNew ? port : config.again?.forwarded };
    const { streams } = await client.exec.list({ session });
    const runs = streams.find((each) => each.stream === stream)?.runs ?? 0;
    const hasPodPaths = language.hasPodPaths === true;
    return launches.add({ session, process, runs, folder, config, localRoots: rootsOf(made), hasPodPaths }, made);
  } catch (error) {
    // Whoever gives up does not want what was begun for it; what went wrong can be read in its terminal.
    if (infoOf(error).kind === "cancelled" && stream !== undefined) await client.exec.close({ stream }).catch(() => undefined);
    throw error;
  }
}

function aimOf(status: SessionStatus, config: NhdConfiguration, known: DebugDescription): Aim {
  const name = config.language ?? known.language;
  const language = languageOf(name);
  if (language === undefined) {
    throw new NhdError({
      kind: "invalidRequest",
      message:
        name === undefined
          ? l10n.t("the language of {0} is not known", workloadWord(status.workload))
          : l10n.t("a debugger for {0} cannot be attached by nhd", name),
      hint: l10n.t("set debug.language in .nocalhost/config.yaml, or language in the launch configuration: node, python, go or java"),
    });
  }
  const port = config.port ?? known.port;
  if (port === undefined) {
    throw new NhdError({
      kind: "invalidRequest",
      message: l10n.t("the port of the debugger in {0} is not known", workloadWord(status.workload)),
      hint: l10n.t("set debug.remoteDebugPort in .nocalhost/config.yaml, or port in the launch configuration"),
    });
  }
  return { status, config, known, language, port };
}

/** Not where the configuration says so, or has no command and the debugger listens already. */
function isToRun({ config, known, language, port }: Aim): boolean {
  if (config.again !== undefined) return false;
  const listens = known.debuggers.some((each) => each.name === language.debugger && each.port === port);
  return config.run ?? (known.command !== undefined || !listens);
}

/** Returns once the debugger listens; fails when its command ends before. */
async function listening(client: Client, { status, port, language, known }: Aim, running: Running | undefined, token: CancellationToken | undefined): Promise<void> {
  const { session, workload } = status;
  const title = l10n.t("Waiting for the debugger of {0}", workload.name);
  const given = new AbortController();
  let end: StreamEnd | undefined;
  void running?.ended.then((reason) => {
    end = reason ?? { reason: "connectionLost" };
    given.abort();
  });
  try {
    await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (_, pressed) => {
      const undo = [pressed, token].map((each) => each?.onCancellationRequested(() => given.abort()));
      try {
        await client.forward.wait({ session, remotePort: port, timeoutMs: LISTEN_LIMIT_MS }, { signal: given.signal });
      } finally {
        for (const each of undo) each?.dispose();
      }
    });
  } catch (error) {
    const { kind, message } = infoOf(error);
    const isAbsent = known.unknown === undefined && known.debuggers.every(({ name }) => name !== language.debugger);
    const absent = l10n.t("there is no {0} in the dev container; use a dev image that has it", language.debugger);
    const look = l10n.t("see in the terminal whether command.debug of the dev configuration starts a debugger on that port");
    const hint = isAbsent && language.debugger !== "jdwp" ? absent : look;
    if (end !== undefined) {
      const text = l10n.t("the debug command of {0} has ended before its debugger listened on port {1}", workloadWord(workload), port);
      throw new NhdError({ kind: "commandFailed", message: end.exitCode === undefined ? text : `${text} (${l10n.t("exit code {0}", end.exitCode)})`, hint });
    }
    throw kind === "timeout" ? new NhdError({ kind, message, hint, session }) : error;
  }
}

/** The folders of this machine that a configuration maps. */
function rootsOf(made: DebugConfiguration): readonly string[] {
  const pairs = [made["substitutePath"], made["pathMappings"]].flatMap((each) => (Array.isArray(each) ? (each as { from?: string; localRoot?: string }[]) : []));
  return [made["localRoot"] as unknown, ...pairs.map(({ from, localRoot }) => from ?? localRoot)].filter((root) => typeof root === "string");
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
