/** What one subscription brings between the daemon, which pushes it, and a consumer, who takes its time. */
import type { Sink } from "./connection.js";

/** How many messages wait for a slow consumer. A new subscription tells what is dropped. */
const BUFFER_LIMIT = 1024;

/** A bounded buffer. When it is full it ends, and what it holds can still be taken. */
export class Feed<T> implements Sink {
  readonly #accepts: (value: unknown) => value is T;
  readonly #buffer: T[] = [];
  #isEnded = false;
  #isClosed = false;
  #wake: () => void = () => undefined;

  /** @param accepts Whether a message is one that this client can read; others are passed over. */
  constructor(accepts: (value: unknown) => value is T) {
    this.#accepts = accepts;
  }

  /** Whether nothing more is wanted: the consumer has gone, or is too slow. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(value: unknown): void {
    if (this.#isEnded || !this.#accepts(value)) return;
    this.#buffer.push(value);
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

  /** The next message, or undefined when there will be none. For one consumer. */
  async next(): Promise<T | undefined> {
    while (this.#buffer.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#buffer.shift();
  }
}
