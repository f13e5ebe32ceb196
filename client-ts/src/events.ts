/** Events as they happen, over lost connections and restarted daemons, without a gap or a double. */
/// <reference lib="esnext.disposable" preserve="true" />
import { pause, unlessAborted } from "./abort.js";
import { cancelled } from "./connection.js";
import { ConnectionError } from "./errors.js";
import { Feed } from "./feed.js";
import { EVENT_SUBSCRIPTION, type Cursor, type Event } from "./generated/protocol.js";
import type { Link } from "./link.js";

/** How long the daemon may take to begin a subscription. */
const SUBSCRIBE_BOUND_MS = 30_000;
/** Pauses between attempts to reach a daemon that is away: the first, doubled up to the longest. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 2_000;

/** Every kind of event that this client knows. The compiler sees to it that none is missing. */
const KINDS: { readonly [K in Event["type"]]: true } = { snapshot: true, session: true, step: true, stream: true, warning: true };

/** Where events begin and when they end. */
export interface EventsOptions {
  /**
   * The last event that the consumer has. Without it, and where the daemon's log no longer reaches back so far or is
   * another one, a `snapshot` comes first.
   */
  readonly since?: Cursor | undefined;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Events in the order in which they happened, for one consumer.
 *
 * - It begins with the first call of `next`, and ends with `break`, `return`, the signal, or the client's `dispose`.
 * - A connection that is lost, by a restart of the daemon too, is made again for as long as it takes, with pauses of at
 *   most two seconds; what happened meanwhile comes first. It starts no daemon: somebody may have stopped it on purpose.
 * - A `snapshot` replaces all that the consumer knows of sessions. It comes first where there is no `since`, and later
 *   wherever the daemon's log (2048 events) does not reach back to the consumer's last event.
 * - A consumer that is slow holds up nobody. A thousand events are kept for it; the rest it gets from the daemon's log.
 *
 * `next` rejects with a `ProtocolMismatchError` when another version of the daemon has come, and with a
 * `ConnectionError` of the reason `unsafe`; that ends the iteration.
 */
export class EventStream implements AsyncIterableIterator<Event> {
  readonly #stop = new AbortController();
  readonly #events: AsyncGenerator<Event, void, undefined>;

  /** @internal */
  constructor(link: Link, options: EventsOptions) {
    this.#events = follow(link, options, this.#stop);
  }

  /** The next event, as soon as there is one. */
  next(): Promise<IteratorResult<Event, void>> {
    return this.#events.next();
  }

  /** Ends the iteration, and the subscription with it. A `next` that is waiting resolves. */
  return(): Promise<IteratorResult<Event, void>> {
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

async function* follow(
  link: Link,
  options: EventsOptions,
  stop: AbortController,
): AsyncGenerator<Event, void, undefined> {
  const undo = stopWith(link, options.signal, stop);
  let last = options.since;
  try {
    for (let delay = FIRST_PAUSE_MS; !stop.signal.aborted; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      try {
        for await (const event of subscription(link, last, stop.signal)) {
          delay = FIRST_PAUSE_MS;
          if (isDouble(event, last)) continue;
          last = { epoch: event.epoch, seq: event.seq };
          if (Object.hasOwn(KINDS, event.type)) yield event;
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof ConnectionError && error.isPassing)) throw error;
      }
      await pause(delay, stop.signal);
    }
  } finally {
    undo();
  }
}

/** The events of one subscription, until its connection is lost, the consumer is too slow, or it is stopped. */
async function* subscription(
  link: Link,
  since: Cursor | undefined,
  stop: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  const feed = new Feed();
  const close = (): void => feed.close();
  const given = (): Error => cancelled(EVENT_SUBSCRIPTION.subscribe, stop);
  stop.addEventListener("abort", close);
  try {
    const { connection } = await unlessAborted(link.reach(false), stop, given);
    const params = since === undefined ? {} : { since };
    const id = await connection.subscribe(params, feed, { boundMs: SUBSCRIBE_BOUND_MS, signal: stop });
    try {
      for (let event = await feed.next(); event !== undefined; event = await feed.next()) yield event;
    } finally {
      connection.unsubscribe(id);
    }
  } finally {
    feed.close();
    stop.removeEventListener("abort", close);
  }
}

/** A snapshot stands for events that may still be under way. */
function isDouble(event: Event, last: Cursor | undefined): boolean {
  return event.type !== "snapshot" && event.epoch === last?.epoch && event.seq <= last.seq;
}

/** Stops with the client and with the consumer's signal. Answers with what undoes this. */
function stopWith(link: Link, signal: AbortSignal | undefined, stop: AbortController): () => void {
  const abort = (): void => stop.abort();
  const undo = link.onDispose(abort);
  signal?.addEventListener("abort", abort, { once: true });
  if (link.isDisposed || signal?.aborted === true) abort();
  return () => {
    undo();
    signal?.removeEventListener("abort", abort);
  };
}
