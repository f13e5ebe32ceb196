/** Events as they happen, over lost connections and restarted daemons, without a gap or a double. */
import { EVENT_SUBSCRIPTION, type Cursor, type Event, type EventsParams } from "./generated/protocol.js";
import { isObject } from "./json.js";
import type { Link } from "./link.js";
import { MessageStream, subscribed, type Topic } from "./subscription.js";

/** Every kind of event that this client knows. The compiler sees to it that none is missing. */
const KINDS: { readonly [K in Event["type"]]: true } = { snapshot: true, session: true, step: true, stream: true, progress: true, warning: true };

/** Where events begin and when they end. */
export interface EventsOptions {
  /**
   * The last event that the consumer has. Without it, and where the daemon's log no longer reaches back so far or is
   * another one, a `snapshot` comes first.
   */
  readonly since?: Cursor | undefined;
  /** Whether events of the type `progress` come, too: at most four a second of a session, while its sync or its forwards move. */
  readonly progress?: boolean | undefined;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Told when events begin to flow, and when the connection was lost that brought them, until it is made again. */
  readonly onConnection?: ((connected: boolean) => void) | undefined;
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
export class EventStream extends MessageStream<Event> {
  /** @internal */
  constructor(link: Link, options: EventsOptions) {
    super((stop) => follow(link, options, stop));
  }
}

async function* follow(
  link: Link,
  options: EventsOptions,
  stop: AbortController,
): AsyncGenerator<Event, void, undefined> {
  let last = options.since;
  const progress = options.progress === true ? { progress: true } : {};
  const params = (): EventsParams => ({ ...(last === undefined ? {} : { since: last }), ...progress });
  const topic: Topic<Event> = { names: EVENT_SUBSCRIPTION, params, accepts: isEvent, onConnection: options.onConnection };
  for await (const event of subscribed(link, topic, options.signal, stop)) {
    if (isDouble(event, last)) continue;
    last = { epoch: event.epoch, seq: event.seq };
    if (Object.hasOwn(KINDS, event.type)) yield event;
  }
}

/** A snapshot stands for events that may still be under way, and progress is not numbered. */
function isDouble(event: Event, last: Cursor | undefined): boolean {
  const isNumbered = event.type !== "snapshot" && event.type !== "progress";
  return isNumbered && event.epoch === last?.epoch && event.seq <= last.seq;
}

/** What every kind of event has, those included that only a newer daemon knows. */
function isEvent(value: unknown): value is Event {
  return isObject(value) && typeof value["epoch"] === "string" && typeof value["seq"] === "number";
}
