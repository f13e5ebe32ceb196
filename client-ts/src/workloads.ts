/** The workloads of a namespace, or of all, as they change. */
/// <reference lib="esnext.disposable" preserve="true" />
import { WORKLOAD_SUBSCRIPTION, type WorkloadEvent, type WorkloadSubscribeParams } from "./generated/protocol.js";
import { isObject } from "./json.js";
import type { Link } from "./link.js";
import { subscribed, type Topic } from "./subscription.js";

/** Every kind of event that this client knows. The compiler sees to it that none is missing. */
const KINDS: { readonly [K in WorkloadEvent["type"]]: true } = {
  snapshot: true,
  changed: true,
  error: true,
  recovered: true,
};

/** When a stream of workloads ends, and what it tells beside. */
export interface WorkloadsOptions {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Told when events begin to flow, and when the connection was lost that brought them, until it is made again. */
  readonly onConnection?: ((connected: boolean) => void) | undefined;
}

/**
 * Workloads as they change, for one consumer.
 *
 * - It begins with the first call of `next`, and ends with `break`, `return`, the signal, or the client's `dispose`. The
 *   daemon watches for as long as one client follows, so that a view that is hidden should end its own.
 * - A `snapshot` replaces all that the consumer knows, a `changed` adds and removes. A snapshot comes first, and again
 *   after the cluster or the daemon was away, or where the consumer was too slow.
 * - A connection that is lost, by a restart of the daemon too, is made again for as long as it takes, with pauses of at
 *   most two seconds. It starts no daemon.
 *
 * `next` rejects with what the daemon refuses (`kubeconfigInvalid`, `contextNotFound`, `invalidRequest`), with a
 * `ProtocolMismatchError`, and with a `ConnectionError` of the reason `unsafe`; that ends the iteration. A cluster that is
 * away, or a kind that may not be listed, is an event.
 */
export class WorkloadStream implements AsyncIterableIterator<WorkloadEvent> {
  readonly #stop = new AbortController();
  readonly #events: AsyncGenerator<WorkloadEvent, void, undefined>;

  /** @internal */
  constructor(link: Link, params: WorkloadSubscribeParams, options: WorkloadsOptions) {
    const { signal, onConnection } = options;
    const topic: Topic<WorkloadEvent> = { names: WORKLOAD_SUBSCRIPTION, params: () => params, accepts: isEvent, onConnection };
    this.#events = subscribed(link, topic, signal, this.#stop);
  }

  /** The next event, as soon as there is one. */
  next(): Promise<IteratorResult<WorkloadEvent, void>> {
    return this.#events.next();
  }

  /** Ends the iteration, and the subscription with it. A `next` that is waiting resolves. */
  return(): Promise<IteratorResult<WorkloadEvent, void>> {
    this.#stop.abort();
    return this.#events.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

function isEvent(value: unknown): value is WorkloadEvent {
  return isObject(value) && typeof value["type"] === "string" && Object.hasOwn(KINDS, value["type"]);
}
