/** The sessions that there are, as the daemon's events tell. It asks for nothing by itself. */
import type { Event, SessionStatus, StepName, StreamStatus } from "@nhd/client";
import { EventEmitter, type Disposable } from "vscode";

/** How many sessions that failed are shown until the user dismisses them. */
const FAILURES_KEPT = 10;

/** What changed: one session, or all of them where undefined. */
export type SessionChange = SessionStatus | undefined;

/** A step of a session as it begins or ends. */
export type StepEvent = Extract<Event, { readonly type: "step" }>;

type ProgressEvent = Extract<Event, { readonly type: "progress" }>;

export class Sessions implements Disposable {
  readonly #live = new Map<string, SessionStatus>();
  readonly #failed = new Map<string, SessionStatus>();
  readonly #steps = new Map<string, StepName>();
  /** Terminals and commands, those included that ended lately. */
  readonly #streams = new Map<string, StreamStatus>();
  readonly #changed = new EventEmitter<SessionChange>();
  readonly #stepped = new EventEmitter<StepEvent>();

  readonly onDidChange = this.#changed.event;
  readonly onDidStep = this.#stepped.event;

  /** Those in DevMode, in the order in which they were started; then those that failed. */
  get all(): readonly SessionStatus[] {
    return [...this.live, ...this.#failed.values()];
  }

  get live(): readonly SessionStatus[] {
    return [...this.#live.values()].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  get(session: string): SessionStatus | undefined {
    return this.#live.get(session) ?? this.#failed.get(session);
  }

  /** The terminals and commands of a session that have not been closed. */
  streams(session: string): readonly StreamStatus[] {
    return [...this.#streams.values()].filter((stream) => stream.session === session && stream.state !== "ended");
  }

  /** One that has not been closed. */
  stream(id: string | undefined): StreamStatus | undefined {
    return id === undefined ? undefined : this.#streams.get(id);
  }

  /** All that there are, as a list answers. */
  replaceStreams(streams: readonly StreamStatus[]): void {
    this.#streams.clear();
    for (const stream of streams) this.#streams.set(stream.stream, stream);
    this.#changed.fire(undefined);
  }

  /** What a session is doing now, if it does anything. */
  step(session: string): StepName | undefined {
    return this.#steps.get(session) ?? this.#live.get(session)?.step;
  }

  take(event: Event): void {
    switch (event.type) {
      case "snapshot":
        return this.#replaceAll(event.sessions);
      case "session":
        return this.replace(event.status);
      case "progress":
        return this.#progress(event);
      case "stream": {
        const { stream, state, session } = event.stream;
        if (state === "ended") this.#streams.delete(stream);
        else this.#streams.set(stream, event.stream);
        this.#changed.fire(this.#live.get(session ?? ""));
        return;
      }
      case "step": {
        if (event.outcome === "began") this.#steps.set(event.session, event.step);
        else this.#steps.delete(event.session);
        this.#stepped.fire(event);
        return;
      }
    }
  }

  /** Also what a call answers with, which may come before its event. */
  replace(status: SessionStatus): void {
    const { session, phase } = status;
    if (phase === "ended" || phase === "failed") {
      this.#live.delete(session);
      this.#steps.delete(session);
      if (phase === "failed") this.#keepFailure(status);
    } else {
      this.#live.set(session, status);
      this.#forgetFailuresOf(status);
    }
    this.#changed.fire(status);
  }

  /** Takes a failure out of the list. */
  dismiss(session: string): void {
    const status = this.#failed.get(session);
    if (status === undefined) return;
    this.#failed.delete(session);
    this.#changed.fire(status);
  }

  dispose(): void {
    this.#changed.dispose();
    this.#stepped.dispose();
  }

  /** How far the files are, between two states of the session. */
  #progress({ session, sync, forwards = [] }: ProgressEvent): void {
    const status = this.#live.get(session);
    if (status === undefined) return;
    const known = status.sync;
    const moved = (status.forwards ?? []).map((forward) => {
      const now = forwards.find(({ localPort, remotePort }) => localPort === forward.localPort && remotePort === forward.remotePort);
      return now === undefined ? forward : { ...forward, ...now };
    });
    const next = {
      ...status,
      ...(known === undefined || sync === undefined ? {} : { sync: { ...known, ...sync } }),
      ...(status.forwards === undefined ? {} : { forwards: moved }),
    };
    this.#live.set(session, next);
    this.#changed.fire(next);
  }

  #replaceAll(sessions: readonly SessionStatus[]): void {
    this.#live.clear();
    this.#steps.clear();
    for (const status of sessions) this.#live.set(status.session, status);
    this.#changed.fire(undefined);
  }

  #keepFailure(status: SessionStatus): void {
    this.#forgetFailuresOf(status);
    this.#failed.set(status.session, status);
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > FAILURES_KEPT && oldest !== undefined) this.#failed.delete(oldest);
  }

  /** A workload's earlier failure says nothing any more once there is another session of it. */
  #forgetFailuresOf({ workload, server }: SessionStatus): void {
    for (const [session, failed] of this.#failed) {
      if (failed.server === server && sameWorkload(failed.workload, workload)) this.#failed.delete(session);
    }
  }
}

type Workload = SessionStatus["workload"];

export function sameWorkload(one: Workload, other: Workload): boolean {
  return one.kind === other.kind && one.name === other.name && one.namespace === other.namespace;
}
