/** Shows a session on its way into DevMode and out of it: what it does now, how far it is, and a way to give it up. */
import { NhdError, type SessionStatus, type StepName } from "@nhd/client";
import { l10n, ProgressLocation, window, type CancellationToken, type Progress } from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import type { Failures } from "../failures.js";
import { isOwn } from "../folders.js";
import type { Sessions } from "../sessions.js";
import { progressWord, workloadWord } from "../words.js";
import { requestOf, type StartRequest } from "./request.js";

type Way = "start" | "end";
type Report = Progress<{ message?: string; increment?: number }>;

/** How it ended: as was wanted, given up here, ended by somebody else, or not at all. */
export type Outcome = "done" | "cancelled" | "gone" | "failed";

export class Follower {
  readonly #daemon: Daemon;
  readonly #sessions: Sessions;
  readonly #failures: Failures;
  readonly #followed = new Set<string>();

  constructor(daemon: Daemon, sessions: Sessions, failures: Failures) {
    this.#daemon = daemon;
    this.#sessions = sessions;
    this.#failures = failures;
  }

  isFollowed(session: string): boolean {
    return this.#followed.has(session);
  }

  /** Takes up again what was under way when this window was opened or reloaded. */
  resume(): void {
    for (const status of this.#sessions.live) {
      if (!isOwn(status) || this.isFollowed(status.session)) continue;
      if (status.phase === "starting" || status.phase === "ready") void this.start(status, undefined);
      if (status.phase === "ending") void this.end(status);
    }
  }

  /** Until it is synced, failed, or given up by the user, which ends it. */
  async start(status: SessionStatus, request: StartRequest | undefined): Promise<Outcome> {
    const title = l10n.t("Starting DevMode of {0}", status.workload.name);
    const outcome = await this.#show(status, title, "start");
    const now = this.#sessions.get(status.session) ?? status;
    if (outcome === "cancelled") {
      await this.#giveUp(now);
      return outcome;
    }
    if (outcome === "failed" && now.error !== undefined) {
      const doing = `start ${workloadWord(now.workload)}`;
      void this.#failures.show(asError(now), { doing, start: request ?? requestOf(now), session: now });
    }
    return outcome;
  }

  /** Until the workload is as it was. */
  end(status: SessionStatus): Promise<Outcome> {
    return this.#show(status, l10n.t("Ending DevMode of {0}", status.workload.name), "end");
  }

  async #giveUp(status: SessionStatus): Promise<void> {
    const doing = `end ${workloadWord(status.workload)}`;
    try {
      const client = await this.#daemon.client();
      await client.session.end({ session: status.session });
      await this.end(status);
    } catch (error) {
      await this.#failures.show(error, { doing, session: status });
    }
  }

  async #show(status: SessionStatus, title: string, way: Way): Promise<Outcome> {
    const { session } = status;
    if (this.isFollowed(session)) return "done";
    this.#followed.add(session);
    const options = { location: ProgressLocation.Notification, title, cancellable: way === "start" };
    try {
      return await window.withProgress(options, (report, token) => this.#watch(status, way, report, token));
    } finally {
      this.#followed.delete(session);
    }
  }

  #watch(first: SessionStatus, way: Way, report: Report, token: CancellationToken): Promise<Outcome> {
    const { session } = first;
    return new Promise((resolve) => {
      const undo: { dispose(): unknown }[] = [];
      const settle = (outcome: Outcome): void => {
        for (const each of undo) each.dispose();
        resolve(outcome);
      };
      let last = first;
      let percent = 0;
      const look = (): void => {
        const known = this.#sessions.get(session);
        last = known ?? last;
        const message = progressWord(last, this.#sessions.step(session));
        const now = Math.max(percent, percentOf(last, this.#sessions.step(session)) ?? 0);
        // Without an increment the bar runs without an end: of an earlier daemon the steps are not known.
        report.report(now > percent ? { message, increment: now - percent } : { message });
        percent = now;
        const outcome = outcomeOf(known, way);
        if (outcome !== undefined) settle(outcome);
      };
      undo.push(
        this.#sessions.onDidChange((change) => (change === undefined || change.session === session) && look()),
        this.#sessions.onDidStep((step) => step.session === session && look()),
        token.onCancellationRequested(() => settle("cancelled")),
      );
      look();
    });
  }
}

/** How far it is by its steps, those that are foreseen included; undefined where they are not known. */
export function percentOf({ steps, sync }: SessionStatus, current: StepName | undefined): number | undefined {
  if (steps === undefined || steps.length === 0) return undefined;
  const at = steps.findIndex(({ step }) => step === current);
  const done = at < 0 ? steps.filter(({ state }) => state === "done").length : at;
  // The first sync takes longest, and is the only one that has parts.
  const part = current === "awaitSync" ? (sync?.completion ?? 0) / 100 : 0;
  return Math.min(100, ((done + part) / steps.length) * 100);
}

/** Undefined while it is under way. */
function outcomeOf(status: SessionStatus | undefined, way: Way): Outcome | undefined {
  // It is gone, and has not failed.
  if (status === undefined) return way === "end" ? "done" : "gone";
  if (status.phase === "failed") return "failed";
  if (way === "end") return undefined;
  if (status.phase === "blocked") return "failed";
  return status.phase === "synced" ? "done" : undefined;
}

/** The session's own error, to be told like any other. */
export function asError(status: SessionStatus): NhdError {
  const info = status.error ?? { kind: "internal" as const, message: l10n.t("it failed without saying why") };
  return new NhdError({ ...info, session: status.session });
}
