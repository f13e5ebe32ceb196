/** The events of one subscription between the daemon, which pushes them, and a consumer, who takes its time. */
import type { Sink } from "./connection.js";
import type { Event } from "./generated/protocol.js";
import { isObject } from "./json.js";

/** How many events wait for a slow consumer. The daemon's log, which they can be had from again, holds twice as many. */
const BUFFER_LIMIT = 1024;

/** A bounded buffer. When it is full it ends, and what it holds can still be taken. */
export class Feed implements Sink {
  readonly #buffer: Event[] = [];
  #isEnded = false;
  #isClosed = false;
  #wake: () => void = () => undefined;

  /** Whether nothing more is wanted: the consumer has gone, or is too slow. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(event: unknown): void {
    if (this.#isEnded || !isEvent(event)) return;
    this.#buffer.push(event);
    this.#wake();
    if (this.#buffer.length < BUFFER_LIMIT) return;
    this.#isClosed = true;
    this.end();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** Ends it and drops what it holds. */
  close(): void {
    this.#isClosed = true;
    this.#buffer.length = 0;
    this.end();
  }

  /** The next event, or undefined when there will be none. For one consumer. */
  async next(): Promise<Event | undefined> {
    while (this.#buffer.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#buffer.shift();
  }
}

/** What every kind of event has, those included that only a newer daemon knows. */
function isEvent(value: unknown): value is Event {
  return isObject(value) && typeof value["epoch"] === "string" && typeof value["seq"] === "number";
}
