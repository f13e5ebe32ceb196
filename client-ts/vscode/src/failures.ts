/** How failures are told: the message with its hint, and buttons for the way out; the details are in the log. */
import { NhdError, ProtocolMismatchError, type ErrorInfo, type ErrorKind, type SessionStatus } from "@nhd/client";
import { commands, l10n, Uri, window } from "vscode";

import type { Programs } from "./daemon/programs.js";
import { log, wordsOf } from "./log.js";
import { inWords } from "./messages.js";
import type { StartRequest } from "./start/request.js";

/** What failed, as far as a way out needs it. */
export interface Circumstances {
  /** What the user wanted, for the log: `start deployment/reviews`. */
  readonly doing: string;
  /** The start that failed, to be tried otherwise. */
  readonly start?: StartRequest | undefined;
  readonly session?: SessionStatus | undefined;
  /** Does once more what failed. */
  readonly again?: (() => Thenable<unknown>) | undefined;
}

interface Button {
  readonly title: string;
  readonly press: () => Thenable<unknown>;
}

type Way = (circumstances: Circumstances, error: ErrorInfo) => readonly Button[];

const run = (title: string, command: string, ...parameters: unknown[]): Button => ({
  title,
  press: () => commands.executeCommand(command, ...parameters),
});

const again: Way = ({ again: repeat }) => (repeat === undefined ? [] : [{ title: l10n.t("Try Again"), press: repeat }]);

/** Starts again, and asks for what was wrong although it is known. */
const choose = (title: string, ask: "container" | "image" | "source"): Way => ({ start }) =>
  start === undefined ? [] : [run(title, "nhd.start", { ...start, ask: [ask] })];

/** The containers are those that the daemon names, where it does. */
const chooseContainer: Way = ({ start }, { data }) => {
  if (start === undefined) return [];
  const containers = data?.choicesOf === "container" ? data.choices : undefined;
  return [run(l10n.t("Choose Container…"), "nhd.start", { ...start, ...(containers === undefined ? {} : { containers }), ask: ["container"] })];
};

const settings = (title: string, name: string): Button => run(title, "workbench.action.openSettings", `nhd.${name}`);

/** The ways out, by what went wrong. A kind that is not here has the log alone. */
const WAYS: { readonly [K in ErrorKind]?: Way } = {
  containerAmbiguous: (...given) => chooseContainer(...given),
  containerNotFound: (...given) => chooseContainer(...given),
  imageNotPullable: (...given) => choose(l10n.t("Choose Image…"), "image")(...given),
  // The same request fails again.
  invalidRequest: (circumstances, error) =>
    error.code === "imageMissing" || error.arguments?.["member"] === "image" || /^image /.test(error.message)
      ? choose(l10n.t("Choose Image…"), "image")(circumstances, error)
      : [],
  sourceMissing: (...given) => choose(l10n.t("Choose Folder…"), "source")(...given),
  contextNotFound: () => [run(l10n.t("Choose Context…"), "nhd.chooseContext")],
  anotherCluster: () => [run(l10n.t("Choose Context…"), "nhd.chooseContext")],
  kubeconfigInvalid: () => [settings(l10n.t("Open Settings"), "kubeconfig"), run(l10n.t("Choose Context…"), "nhd.chooseContext")],
  namespaceNotFound: () => [run(l10n.t("Choose Namespace…"), "nhd.chooseNamespace")],
  workloadNotFound: () => [run(l10n.t("Choose Namespace…"), "nhd.chooseNamespace")],
  permissionDenied: (...given) => [run(l10n.t("Show Permissions"), "nhd.showPermissions"), ...again(...given)],
  unauthorized: (...given) => [run(l10n.t("Sign In…"), "nhd.signIn"), ...again(...given)],
  clusterUnreachable: (...given) => [...again(...given), run(l10n.t("Choose Context…"), "nhd.chooseContext")],
  inDevModeElsewhere: ({ start }, { data }) => (start === undefined ? [] : [run(l10n.t("Take Over…"), "nhd.takeOver", { ...start, owner: data?.owner })]),
  workloadOverwritten: ({ session }) => (session === undefined ? [] : [run(l10n.t("End DevMode"), "nhd.end", session)]),
  sessionExists: ({ start }, { session }) => [
    run(l10n.t("Show Session"), "nhd.showSession", session),
    ...(start === undefined ? [] : [run(l10n.t("End and Start Anew"), "nhd.restartSession", { ...start, session })]),
  ],
  sessionEnding: again,
  configInvalid: (_, error) => [run(l10n.t("Open Configuration"), "nhd.openPlace", error)],
  syncthingMissing: () => [settings(l10n.t("Open Settings"), "syncthing")],
  syncthingTooOld: () => [settings(l10n.t("Open Settings"), "syncthing")],
  syncPaused: ({ session }) => (session === undefined ? [] : [run(l10n.t("Resume Sync"), "nhd.resumeSync", session)]),
  localPortTaken: ({ session }) => [run(l10n.t("Choose Another Port…"), "nhd.addForward", session)],
  localPortDenied: ({ session }) => [run(l10n.t("Choose Another Port…"), "nhd.addForward", session)],
  podNotReady: again,
  podUnschedulable: again,
  podRefused: again,
  daemonUnreachable: () => [run(l10n.t("Restart nhd"), "nhd.restartDaemon"), settings(l10n.t("Open Settings"), "path")],
};

/** Another daemon is to be had by a restart, unless the one that is to be had is the one that runs. */
function waysToMatch({ outdated }: ProtocolMismatchError, programs: Programs | undefined): readonly Button[] {
  const restart = run(l10n.t("Restart nhd"), "nhd.restartDaemon");
  const update = run(l10n.t("Update the Extension"), "workbench.extensions.action.checkForUpdates");
  const bundled = programs?.hasBundled === true && programs.origin === "setting" ? [run(l10n.t("Use the nhd of This Extension"), "nhd.useBundled")] : [];
  const named = settings(l10n.t("Open Settings"), "path");
  return outdated === "client" ? [update, ...bundled, named] : [restart, ...bundled, named, ...(outdated === undefined ? [update] : [])];
}

export class Failures {
  readonly #programs: () => Programs | undefined;
  /** What is on the screen, so that the same is not told twice at once. */
  readonly #shown = new Set<string>();

  /** @param programs Those that a daemon would be started with now. */
  constructor(programs: () => Programs | undefined) {
    this.#programs = programs;
  }

  /** Returns when the user has read it or chosen a way out. What was cancelled by the user is no failure. */
  async show(error: unknown, circumstances: Circumstances): Promise<void> {
    const info = infoOf(error);
    if (info.kind === "cancelled") return;
    log().error(`${circumstances.doing}: ${info.kind}: ${info.message}${info.hint === undefined ? "" : `\n  hint: ${info.hint}`}`);
    if (!(error instanceof NhdError) && error instanceof Error) log().debug(error.stack ?? "");
    const key = `${info.kind} ${info.session ?? ""} ${info.message}`;
    if (this.#shown.has(key)) return;
    this.#shown.add(key);
    try {
      const ways = error instanceof ProtocolMismatchError ? waysToMatch(error, this.#programs()) : waysOut(info, circumstances);
      const buttons = [...ways, { title: l10n.t("Show Log"), press: () => Promise.resolve(log().show()) }];
      const pressed = await window.showErrorMessage(textOf(info), ...buttons);
      await pressed?.press();
    } catch (second) {
      log().error(second instanceof Error ? second : String(second));
    } finally {
      this.#shown.delete(key);
    }
  }
}

/** A notification is read at a glance; the whole message is in the log. */
const LONGEST_MESSAGE = 280;

/** The message as a sentence, and what to do next as another: a notification shows no detail. */
export function textOf(info: ErrorInfo): string {
  const { message, hint } = inWords(info);
  const short = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE).trimEnd()}…` : message;
  return hint === undefined ? sentence(short) : `${sentence(short)} ${sentence(hint)}`;
}

/** The daemon's messages begin small and have no full stop. */
export function sentence(text: string): string {
  const stop = /[.!?…。！？]$/.test(text) ? "" : /\p{Script=Han}/u.test(text) ? "。" : ".";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${stop}`;
}

export function infoOf(error: unknown): ErrorInfo {
  if (error instanceof ProtocolMismatchError) return mismatchOf(error);
  if (error instanceof NhdError) {
    const { kind, message, hint, session, code, arguments: given, data } = error;
    const optional = { hint, session, code, arguments: given, data };
    const known = Object.entries(optional).filter(([, value]) => value !== undefined);
    return { kind, message, ...Object.fromEntries(known) };
  }
  return { kind: "internal", message: wordsOf(error) };
}

/** The client speaks of itself; to the user it is this extension. */
function mismatchOf({ outdated }: ProtocolMismatchError): ErrorInfo {
  const kind = "protocolMismatch";
  switch (outdated) {
    case "daemon":
      return { kind, message: l10n.t("the nhd that runs is older than this extension"), hint: l10n.t("restart it with a newer one: what is in DevMode stays so") };
    case "client":
      return { kind, message: l10n.t("the nhd that runs is newer than this extension"), hint: l10n.t("update the extension") };
    case undefined:
      return { kind, message: l10n.t("the nhd that runs and this extension are of different versions"), hint: l10n.t("update the older of the two; what is in DevMode stays so") };
  }
}

function waysOut(info: ErrorInfo, circumstances: Circumstances): readonly Button[] {
  return WAYS[info.kind]?.(circumstances, info) ?? again(circumstances, info);
}

/** A place in a file: as data, or in the words of an earlier daemon, `FILE:LINE:COLUMN: …`. */
export function placeOf(error: unknown): { readonly file: Uri; readonly line: number; readonly column: number } | undefined {
  const { data, message } = error as Partial<ErrorInfo>;
  const [, file, line, column] = /^(\/.+?):(\d+):(\d+): /.exec(message ?? "") ?? [];
  const location = data?.location ?? (file === undefined ? undefined : { file, line: Number(line), column: Number(column) });
  if (location === undefined || !location.file.startsWith("/")) return undefined;
  return { file: Uri.file(location.file), line: location.line - 1, column: location.column - 1 };
}
