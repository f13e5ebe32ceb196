/** The workloads of a namespace, or of all, as they change. */
import { WORKLOAD_SUBSCRIPTION, type WorkloadEvent, type WorkloadSubscribeParams } from "./generated/protocol.js";
import { isObject } from "./json.js";
import type { Link } from "./link.js";
import { MessageStream, subscribed, type Topic } from "./subscription.js";

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
export class WorkloadStream extends MessageStream<WorkloadEvent> {
  /** @internal */
  constructor(link: Link, params: WorkloadSubscribeParams, options: WorkloadsOptions) {
    const { signal, onConnection } = options;
    const topic: Topic<WorkloadEvent> = { names: WORKLOAD_SUBSCRIPTION, params: () => params, accepts: isEvent, onConnection };
    super((stop) => subscribed(link, topic, signal, stop));
  }
}

function isEvent(value: unknown): value is WorkloadEvent {
  return isObject(value) && typeof value["type"] === "string" && Object.hasOwn(KINDS, value["type"]);
}
