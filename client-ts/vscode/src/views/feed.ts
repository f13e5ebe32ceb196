/** The workloads of one namespace, as far as they are known, for as long as a row shows them. */
import type { ErrorInfo, WorkloadSummary } from "@nhd/client";
import { EventEmitter, type Disposable } from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import { infoOf } from "../failures.js";
import type { Place, Target } from "../target.js";

export class WorkloadFeed implements Disposable {
  readonly place: Place;
  readonly #daemon: Daemon;
  readonly #target: Target;
  readonly #changed = new EventEmitter<void>();
  readonly #stop = new AbortController();
  #workloads: readonly WorkloadSummary[] | undefined;
  #error: ErrorInfo | undefined;
  #asking: Promise<void> | undefined;
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
    return this.#workloads;
  }

  /** Why they are not known, or not as they are now. */
  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
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
    if (this.#workloads !== undefined || this.#error !== undefined) return;
    await this.refresh();
  }

  /** Asks the cluster. Asked again meanwhile, it is one question. */
  refresh(): Promise<void> {
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  dispose(): void {
    this.#stop.abort();
    this.#changed.dispose();
  }

  async #ask(): Promise<void> {
    try {
      const client = await this.#daemon.client();
      const list = await client.workload.list(this.#target.params(this.place), { signal: this.#stop.signal });
      this.#workloads = list.workloads;
      this.#context = list.context;
      this.#server = list.server;
      this.#warnings = list.warnings ?? [];
      this.#error = undefined;
    } catch (error) {
      this.#error = infoOf(error);
    }
    if (!this.#stop.signal.aborted) this.#changed.fire();
  }
}
