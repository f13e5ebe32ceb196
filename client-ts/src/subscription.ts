/** A subscription over lost connections, restarted daemons and slow consumers: begun anew for as long as it takes. */
/// <reference lib="esnext.disposable" preserve="true" />
import { pause, unlessAborted } from "./abort.js";
import { cancelled } from "./connection.js";
import { ConnectionError } from "./errors.js";
import { Feed } from "./feed.js";
import type { Link } from "./link.js";

/** How long the daemon may take to begin a subscription. */
const SUBSCRIBE_BOUND_MS = 30_000;
/** Pauses between attempts to reach a daemon that is away: the first, doubled up to the longest. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 2_000;

/** The methods of a subscription. */
export interface SubscriptionNames {
  readonly subscribe: string;
  readonly unsubscribe: string;
  readonly notification: string;
}

/** What is subscribed to. */
export interface Topic<T> {
  readonly names: SubscriptionNames;
  /** What to subscribe with, this time. */
  params(): unknown;
  /** Whether a message is one that this client can read. */
  accepts(value: unknown): value is T;
  /** Told when messages begin to flow, and when the connection was lost that brought them, until it is made again. */
  readonly onConnection?: ((connected: boolean) => void) | undefined;
}

/** Messages of a subscription for one consumer. */
export class MessageStream<T> implements AsyncIterableIterator<T> {
  readonly #stop = new AbortController();
  readonly #messages: AsyncGenerator<T, void, undefined>;

  /** @internal */
  constructor(begin: (stop: AbortController) => AsyncGenerator<T, void, undefined>) {
    this.#messages = begin(this.#stop);
  }

  /** The next event, as soon as there is one. */
  next(): Promise<IteratorResult<T, void>> {
    return this.#messages.next();
  }

  /** Ends the iteration, and the subscription with it. A `next` that is waiting resolves. */
  return(): Promise<IteratorResult<T, void>> {
    this.#stop.abort();
    return this.#messages.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** Messages until the consumer, the client or the signal ends it. A connection that is lost is made again. */
export async function* subscribed<T>(
  link: Link,
  topic: Topic<T>,
  signal: AbortSignal | undefined,
  stop: AbortController,
): AsyncGenerator<T, void, undefined> {
  const undo = stopWith(link, signal, stop);
  try {
    for (let delay = FIRST_PAUSE_MS; !stop.signal.aborted; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      try {
        for await (const message of once(link, topic, stop.signal)) {
          delay = FIRST_PAUSE_MS;
          yield message;
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

/** The messages of one subscription, until its connection is lost, the consumer is too slow, or it is stopped. */
async function* once<T>(link: Link, topic: Topic<T>, stop: AbortSignal): AsyncGenerator<T, void, undefined> {
  const feed = new Feed<T>(topic.accepts);
  const close = (): void => feed.close();
  const given = (): Error => cancelled(topic.names.subscribe, stop);
  stop.addEventListener("abort", close);
  try {
    const { connection } = await unlessAborted(link.reach(false), stop, given);
    const patience = { boundMs: SUBSCRIBE_BOUND_MS, signal: stop };
    const id = await connection.subscribe(topic.names, topic.params(), feed, patience);
    topic.onConnection?.(true);
    try {
      for (let message = await feed.next(); message !== undefined; message = await feed.next()) yield message;
    } finally {
      if (!connection.isOpen && !stop.aborted) topic.onConnection?.(false);
      connection.unsubscribe(id);
    }
  } finally {
    feed.close();
    stop.removeEventListener("abort", close);
  }
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
