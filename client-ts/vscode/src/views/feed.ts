/**
 * The workloads of one namespace, for as long as a row shows them: as they change, where the daemon tells; of an earlier one as they were
 * when it was asked.
 */
import type { ErrorInfo, WorkloadEvent, WorkloadRef, WorkloadSummary } from "@nhd/client";
import { EventEmitter, type Disposable } from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import { infoOf } from "../failures.js";
import { inWords, warningsIn } from "../messages.js";
import type { Place, Target } from "../target.js";

/** Which workloads changed in place, by {@link keyOf}; undefined where rows came or went, or all may have changed. */
export type FeedChange = ReadonlySet<string> | undefined;

/** Many changes at once, as at a rollout, are one to the view. */
const GATHER_MS = 50;

export class WorkloadFeed implements Disposable {
  readonly place: Place;
  readonly #daemon: Daemon;
  readonly #target: Target;
  readonly #changed = new EventEmitter<FeedChange>();
  readonly #workloads = new Map<string, WorkloadSummary>();
  /** What cannot be told, by what it is about. */
  readonly #troubles = new Map<string, ErrorInfo>();
  #stop = new AbortController();
  /** What the view has not been told of. */
  #untold: Set<string> | "all" = new Set();
  /** Whether no part is missing of what comes in several. */
  #isWhole = true;
  #following = false;
  #isKnown = false;
  #error: ErrorInfo | undefined;
  #asking: Promise<void> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  /** Who waits for the first of it. */
  #waiting: (() => void)[] = [];
  #context: string | undefined;
  #server: string | undefined;
  #warnings: readonly string[] = [];

  readonly onDidChange = this.#changed.event;

  constructor(place: Place, daemon: Daemon, target: Target) {
    this.place = place;
    this.#daemon = daemon;
    this.#target = target;
  }

  /** Undefined until they are known for the first time. */
  get workloads(): readonly WorkloadSummary[] | undefined {
    return this.#isKnown ? [...this.#workloads.values()] : undefined;
  }

  get(key: string): WorkloadSummary | undefined {
    return this.#workloads.get(key);
  }

  /** Why they are not known, or not as they are now. */
  get error(): ErrorInfo | undefined {
    return this.#error ?? this.#troubles.get("cluster");
  }

  /** What cannot be told of them. */
  get warnings(): readonly string[] {
    const troubles = [...this.#troubles].filter(([part]) => part !== "cluster").map(([, trouble]) => inWords(trouble).message);
    return [...this.#warnings, ...troubles];
  }

  /** The kubeconfig's context and server, once they are known. */
  get context(): string | undefined {
    return this.#context;
  }

  get server(): string | undefined {
    return this.#server;
  }

  /** Returns when there is something to show. */
  async first(): Promise<void> {
    if (this.#isKnown || this.error !== undefined) return;
    const client = await this.#daemon.client().catch(() => undefined);
    const known = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (client === undefined || !this.#daemon.has("workload.subscribe")) void this.refresh();
    else this.follow();
    await known;
  }

  /** Asks the cluster. Asked again meanwhile, it is one question; where changes are told, there is none to ask. */
  refresh(): Promise<void> {
    if (this.#following) return Promise.resolve();
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  /** Goes on following after {@link rest}. */
  follow(): void {
    if (this.#following || !this.#daemon.has("workload.subscribe")) return;
    this.#following = true;
    this.#stop = new AbortController();
    void this.#follow(this.#stop.signal);
  }

  /** Follows no more, as nobody looks; what is known stays. */
  rest(): void {
    this.#following = false;
    this.#stop.abort();
  }

  dispose(): void {
    this.rest();
    clearTimeout(this.#gathering);
    for (const each of this.#waiting) each();
    this.#changed.dispose();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      const client = await this.#daemon.client();
      for await (const event of client.workloads(this.#target.params(this.place), { signal })) {
        this.#take(event);
        this.#isWhole = !("more" in event && event.more === true);
        if (this.#isWhole) this.#tell();
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#error = infoOf(error);
      this.#following = false;
      this.#untold = "all";
      this.#tell();
    }
  }

  #take(event: WorkloadEvent): void {
    switch (event.type) {
      case "snapshot":
        this.#untold = "all";
        this.#workloads.clear();
        this.#troubles.clear();
        this.#error = undefined;
        this.#isKnown = true;
        this.#context = event.context;
        this.#server = event.server;
        for (const { part, error } of event.troubles ?? []) this.#troubles.set(part, error);
        for (const summary of event.workloads) this.#workloads.set(keyOf(summary.workload), summary);
        return;
      case "changed":
        for (const summary of event.upserted ?? []) this.#put(summary);
        for (const workload of event.removed ?? []) if (this.#workloads.delete(keyOf(workload))) this.#untold = "all";
        return;
      case "error":
        this.#untold = "all";
        this.#troubles.set(event.trouble.part, event.trouble.error);
        return;
      case "recovered":
        this.#untold = "all";
        this.#troubles.delete(event.part);
        return;
    }
  }

  #put(summary: WorkloadSummary): void {
    const key = keyOf(summary.workload);
    if (!this.#workloads.has(key)) this.#untold = "all";
    if (this.#untold !== "all") this.#untold.add(key);
    this.#workloads.set(key, summary);
  }

  async #ask(): Promise<void> {
    this.#untold = "all";
    try {
      const client = await this.#daemon.client();
      const list = await client.workload.list(this.#target.params(this.place));
      this.#workloads.clear();
      for (const summary of list.workloads) this.#workloads.set(keyOf(summary.workload), summary);
      this.#isKnown = true;
      this.#context = list.context;
      this.#server = list.server;
      this.#warnings = warningsIn(list);
      this.#error = undefined;
    } catch (error) {
      this.#error = infoOf(error);
    }
    this.#emit();
  }

  /** Whoever waits for rows is drawing them: the editor cannot draw the same ones twice at once. */
  #emit(): void {
    const waiting = this.#waiting;
    const untold = this.#untold;
    this.#waiting = [];
    this.#untold = new Set();
    for (const each of waiting) each();
    if (waiting.length === 0) this.#changed.fire(untold === "all" ? undefined : untold);
  }

  /** The first at once, later ones gathered. */
  #tell(): void {
    if (this.#gathering !== undefined) return;
    this.#emit();
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      if (this.#isWhole && (this.#untold === "all" || this.#untold.size > 0)) this.#tell();
    }, GATHER_MS);
  }
}

export function keyOf({ kind, namespace, name }: WorkloadRef): string {
  return `${namespace}/${kind}/${name}`;
}
