/** The way to the daemon: one connection at a time, made when it is needed and made anew when it was lost. */
import { Connection } from "./connection.js";
import { ConnectionError, disposed } from "./errors.js";
import type { HelloResult } from "./generated/protocol.js";
import { sayHello } from "./hello.js";
import { startDaemon } from "./launch.js";
import { refuseForeign, socketPath, type Environment } from "./paths.js";

/** What a link needs to know. */
export interface LinkOptions {
  readonly environment: Environment;
  /** Whether and by which program a daemon is started where none runs. */
  readonly start: boolean | string;
  /** Who calls, for the daemon's log. */
  readonly client: string;
}

/** A daemon that was reached: the connection, and what it said of itself. */
export interface Reached {
  readonly connection: Connection;
  readonly hello: HelloResult;
}

/** Shared by all calls and event streams of a client. */
export class Link {
  readonly #options: LinkOptions;
  readonly #stop = new AbortController();
  readonly #disposals = new Set<() => void>();
  #reached: Reached | undefined;
  #opening: Promise<Reached> | undefined;
  #starting: Promise<void> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get isDisposed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** What the daemon said of itself when it was last reached. */
  get hello(): HelloResult | undefined {
    return this.#reached?.hello;
  }

  /**
   * Answers with the connection that there is, or makes a new one.
   *
   * @param mayStart Whether a daemon may be started, where the options allow it.
   */
  async reach(mayStart: boolean): Promise<Reached> {
    const { start } = this.#options;
    try {
      return await this.#open();
    } catch (error) {
      if (this.isDisposed) throw disposed();
      const passing = error instanceof ConnectionError && error.isPassing;
      if (!passing || !mayStart || start === false) throw error;
      await this.#start(start);
      return await this.#open();
    }
  }

  /** Calls back when the link is disposed of. Answers with what undoes this. */
  onDispose(callback: () => void): () => void {
    this.#disposals.add(callback);
    return () => this.#disposals.delete(callback);
  }

  /** Resolves when nothing of it is left: no socket, no process that was being started. */
  async dispose(): Promise<void> {
    this.#stop.abort();
    for (const callback of this.#disposals) callback();
    this.#disposals.clear();
    await Promise.allSettled([this.#opening, this.#starting]);
    await this.#reached?.connection.close();
  }

  #open(): Promise<Reached> {
    if (this.isDisposed) return Promise.reject(disposed());
    if (this.#reached?.connection.isOpen === true) return Promise.resolve(this.#reached);
    return (this.#opening ??= this.#connect().finally(() => (this.#opening = undefined)));
  }

  async #connect(): Promise<Reached> {
    const socket = socketPath(this.#options.environment);
    await refuseForeign(socket);
    const connection = await Connection.open(socket, this.#stop.signal);
    try {
      const hello = await sayHello(connection, this.#options.client);
      if (this.isDisposed) throw disposed();
      return (this.#reached = { connection, hello });
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  #start(program: true | string): Promise<void> {
    if (this.isDisposed) return Promise.reject(disposed());
    const { environment } = this.#options;
    const start = (): Promise<void> => startDaemon(program, environment, this.#stop.signal);
    return (this.#starting ??= start().finally(() => (this.#starting = undefined)));
  }
}

