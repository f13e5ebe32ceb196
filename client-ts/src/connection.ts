/** JSON-RPC on one socket: requests and their answers, cancellation, subscriptions. */
import { answeredError } from "./answer.js";
import { ConnectionError, disposed, NhdError } from "./errors.js";
import { CANCEL_REQUEST, EVENT_SUBSCRIPTION, REPEATS, WORKLOAD_SUBSCRIPTION } from "./generated/protocol.js";
import { isObject, parsed } from "./json.js";
import { openSocket, type Socket } from "./socket.js";
import type { SubscriptionNames } from "./subscription.js";

/** The notifications that carry what is subscribed to. */
const NOTIFICATIONS: readonly string[] = [EVENT_SUBSCRIPTION.notification, WORKLOAD_SUBSCRIPTION.notification];

/** How long an answer is waited for, and who may give it up. */
export interface Patience {
  /** In milliseconds. */
  readonly boundMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where the messages of one subscription go. */
export interface Sink {
  /** Whether nobody wants them any more. */
  readonly isClosed: boolean;
  push(message: unknown): void;
  /** The connection is gone; nothing comes after it. */
  end(): void;
}

/** A request whose answer has not come yet. */
interface Pending {
  readonly method: string;
  answered(result: unknown): void;
  failed(error: NhdError): void;
}

/** One connection to the daemon. Once lost it stays lost. */
export class Connection {
  #socket: Socket | undefined;
  #isClosing = false;
  #lastId = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #sinks = new Map<string, { readonly names: SubscriptionNames; readonly sink: Sink }>();

  /** @throws {ConnectionError} `notRunning` or `handshake`. */
  static async open(path: string, signal: AbortSignal): Promise<Connection> {
    const connection = new Connection();
    const listener = {
      received: (text: string) => connection.#receive(text),
      closed: (cause: unknown) => connection.#lose(cause),
    };
    connection.#socket = await openSocket(path, listener, signal);
    return connection;
  }

  get isOpen(): boolean {
    return this.#socket?.isOpen ?? false;
  }

  /**
   * Sends a request. An abort, and an answer that does not come in time, cancel it at the daemon, too.
   *
   * @throws {NhdError} What the daemon answered, or `cancelled`.
   * @throws {ConnectionError} `lost` or `silent`.
   */
  request(method: string, params: unknown, patience: Patience): Promise<unknown> {
    return this.#request(method, params, patience, (result) => result);
  }

  /** Leads messages into a sink until it is closed or {@link unsubscribe} is called. Answers with the subscription's id. */
  subscribe(names: SubscriptionNames, params: unknown, sink: Sink, patience: Patience): Promise<string> {
    // The first message can be in the same read as the answer, so the sink has to be in place at once.
    return this.#request(names.subscribe, params, patience, (result) => {
      const id = String(result);
      this.#sinks.set(id, { names, sink });
      if (sink.isClosed) this.unsubscribe(id);
      return id;
    });
  }

  /** Ends a subscription, if it has not ended yet. What of it is under way is dropped. */
  unsubscribe(id: string): void {
    const names = this.#sinks.get(id)?.names;
    if (names === undefined) return;
    this.#sinks.delete(id);
    this.#send({ id: ++this.#lastId, method: names.unsubscribe, params: [id] });
  }

  /** Resolves when nothing of the connection is left. What is under way fails as `disposed`. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#socket?.close();
  }

  #request<T>(method: string, params: unknown, patience: Patience, take: (result: unknown) => T): Promise<T> {
    const { boundMs, signal } = patience;
    if (signal?.aborted === true) return Promise.reject(cancelled(method, signal));
    if (!this.isOpen) return Promise.reject(this.#gone(method, undefined));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      // The entry stays until the answer, which a subscription that was given up needs to be ended.
      const giveUp = (error: NhdError): void => {
        settle();
        this.#send({ method: CANCEL_REQUEST, params: { id } });
        reject(error);
      };
      const timer = setTimeout(() => giveUp(silent(method, boundMs)), boundMs);
      const aborted = (): void => giveUp(cancelled(method, signal));
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
      };
      signal?.addEventListener("abort", aborted, { once: true });
      this.#pending.set(id, {
        method,
        answered: (result) => (settle(), resolve(take(result))),
        failed: (error) => (settle(), reject(error)),
      });
      this.#send({ id, method, params });
    });
  }

  #send(message: { readonly id?: number; readonly method: string; readonly params: unknown }): void {
    if (this.isOpen) this.#socket?.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  #receive(text: string): void {
    const message = parsed(text);
    if (!isObject(message)) return;
    const { id, method, params } = message;
    if (typeof method === "string" && NOTIFICATIONS.includes(method) && isObject(params)) {
      this.#feed(String(params["subscription"]), params["result"]);
    } else if (typeof id === "number") {
      this.#answer(id, message);
    }
  }

  #feed(id: string, message: unknown): void {
    const sink = this.#sinks.get(id)?.sink;
    sink?.push(message);
    if (sink?.isClosed === true) this.unsubscribe(id);
  }

  #answer(id: number, message: { readonly [name: string]: unknown }): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if ("error" in message) pending?.failed(answeredError(pending.method, message["error"]));
    else pending?.answered(message["result"]);
  }

  #lose(cause: unknown): void {
    for (const { method, failed } of this.#pending.values()) {
      failed(this.#gone(method, cause));
    }
    for (const { sink } of this.#sinks.values()) sink.end();
    this.#pending.clear();
    this.#sinks.clear();
  }

  #gone(method: string, cause: unknown): ConnectionError {
    return this.#isClosing ? disposed() : lost(method, cause);
  }
}

/** The error of a request that its caller gave up. */
export function cancelled(method: string, signal: AbortSignal | undefined): NhdError {
  const message = `the caller cancelled ${method}`;
  return new NhdError({ kind: "cancelled", message }, { cause: signal?.reason });
}

function silent(method: string, boundMs: number): ConnectionError {
  const message = `the daemon did not answer ${method} within ${boundMs / 1000} s`;
  return new ConnectionError("silent", message, { repeatable: isRepeatable(method) });
}

function lost(method: string, cause: unknown): ConnectionError {
  const message = `lost the daemon while ${method} was under way`;
  return new ConnectionError("lost", message, { repeatable: isRepeatable(method), cause });
}

function isRepeatable(method: string): boolean {
  const repeats: { readonly [method: string]: string } = REPEATS;
  return repeats[method] !== "again";
}
