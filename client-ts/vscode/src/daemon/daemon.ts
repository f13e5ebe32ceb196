/** The way to the user's daemon: connected to when something is to be shown or done, started only when something is to be done. */
import { existsSync } from "node:fs";

import {
  connect,
  ConnectionError,
  NhdError,
  ProtocolMismatchError,
  socketPath,
  type Client,
  type Cursor,
  type Event,
  type HelloResult,
} from "@nhd/client";
import { commands, EventEmitter, extensions, l10n, type Disposable, type Uri } from "vscode";

import { log } from "../log.js";
import { findPrograms, type Programs } from "./programs.js";

/** Longer than a daemon takes to leave its sessions in order. */
const STOP_BOUND_MS = 20_000;

function missing(cause?: unknown): NhdError {
  const message = l10n.t("there is no nhd on this machine");
  const hint = l10n.t("install it and put it on the PATH, or name its folder in the setting nhd.path");
  return new NhdError({ kind: "daemonUnreachable", message, hint }, { cause });
}

/** How the daemon stands, as the views and `when` clauses know it. */
export type DaemonState =
  /** Nobody has asked for it yet. */
  | "idle"
  | "connecting"
  | "connected"
  /** None runs. */
  | "away"
  /** None runs, and there is no program to start one with. */
  | "missing"
  /** It speaks another version of the protocol. */
  | "mismatch"
  /** It cannot be reached or started. */
  | "failed";

/** What parts of this extension stand on that the first daemon did not have, as {@link Daemon.has} is asked. */
const FEATURES = ("config.check config.scaffold config.schema context.list daemon.doctor debug.describe " +
  "forward.suggest image.suggest namespace.list terminal.list terminal.open workload.subscribe").split(" ");

export class Daemon implements Disposable {
  readonly #extension: Uri;
  readonly #changed = new EventEmitter<DaemonState>();
  readonly #happened = new EventEmitter<Event>();
  #client: Client | undefined;
  #canStart = false;
  #connecting: Promise<Client> | undefined;
  #follow: AbortController | undefined;
  #last: Cursor | undefined;
  #state: DaemonState = "idle";
  #error: NhdError | undefined;

  readonly onDidChangeState = this.#changed.event;
  /** Everything that happens, in order; a snapshot first. */
  readonly onEvent = this.#happened.event;

  constructor(extension: Uri) {
    this.#extension = extension;
  }

  get state(): DaemonState {
    return this.#state;
  }

  /** Why it is `missing`, `mismatch` or `failed`. */
  get error(): NhdError | undefined {
    return this.#error;
  }

  get hello(): HelloResult | undefined {
    return this.#client?.hello;
  }

  get programs(): Programs | undefined {
    return findPrograms(this.#extension);
  }

  /** Whether the daemon that is connected has a method: within a version of the protocol, methods are only added. */
  has(method: string): boolean {
    // A daemon that does not say has what the first one had.
    return this.hello?.features?.includes(method) ?? false;
  }

  /** Whether the daemon that is connected lacks what parts of this extension stand on, which are hidden then. */
  get isOld(): boolean {
    return this.#state === "connected" && !FEATURES.every((method) => this.has(method));
  }

  /** Follows a daemon that runs, and starts none. */
  attach(): void {
    if (this.#client !== undefined || this.#connecting !== undefined) return;
    if (!existsSync(socketPath(process.env))) return this.#become("away");
    this.#open(false).catch(() => undefined);
  }

  /** A client of the daemon, which is started if none runs. */
  client(): Promise<Client> {
    if (this.#client !== undefined && this.#canStart && this.#state !== "away") return Promise.resolve(this.#client);
    return this.#open(true);
  }

  /** Stops the daemon that runs, whose sessions stay, and starts one with the programs that are found now. */
  async restart(): Promise<void> {
    const running = await connect({ client: this.#name() }).catch((error: unknown) => error);
    if (running instanceof ProtocolMismatchError) await this.#stopByCommand();
    else if (!(running instanceof Error)) {
      const client = running as Client;
      await client.daemon.shutdown().catch((error: unknown) => {
        // It may go before its answer has come.
        if (!(error instanceof ConnectionError)) throw error;
      });
      await client.dispose();
    }
    await this.#drop();
    await this.client();
  }

  dispose(): void {
    void this.#drop();
    this.#changed.dispose();
    this.#happened.dispose();
  }

  #open(start: boolean): Promise<Client> {
    return (this.#connecting ??= this.#connect(start).finally(() => (this.#connecting = undefined))).then((client) =>
      // Somebody may have been following without leave to start.
      start && !this.#canStart ? this.#open(true) : client,
    );
  }

  async #connect(start: boolean): Promise<Client> {
    if (this.#state !== "connected") this.#become("connecting");
    try {
      const programs = start ? this.programs : undefined;
      const environment = { ...process.env };
      if (programs?.syncthing !== undefined) environment["NHD_SYNCTHING"] = programs.syncthing;
      const client = await connect({ start: programs?.cli ?? false, client: this.#name(), environment });
      await this.#drop();
      this.#client = client;
      // Without a program there is nothing to start, now and later.
      this.#canStart = start;
      this.#listen(client);
      const set = (key: string, method: string): void => void commands.executeCommand("setContext", key, this.has(method));
      set("nhd.streams", "terminal.open");
      set("nhd.live", "workload.subscribe");
      set("nhd.inside", "debug.describe");
      set("nhd.doctor", "daemon.doctor");
      set("nhd.scaffold", "config.scaffold");
      this.#become("connected");
      return client;
    } catch (error) {
      throw this.#failed(error, start);
    }
  }

  #failed(error: unknown, start: boolean): unknown {
    if (!(error instanceof NhdError)) {
      this.#become("failed");
      return error;
    }
    const away = error instanceof ConnectionError && error.reason === "notRunning";
    if (error instanceof ProtocolMismatchError) {
      const { origin, hasBundled } = this.programs ?? {};
      void commands.executeCommand("setContext", "nhd.bundledUnused", hasBundled === true && origin === "setting");
      this.#become("mismatch", error);
    }
    else if (away && start) {
      const nowhere = missing(error);
      this.#become("missing", nowhere);
      return nowhere;
    } else this.#become(away ? "away" : "failed", error);
    return error;
  }

  /** Passes events on until the client goes. A connection that is lost is made again by itself. */
  #listen(client: Client): void {
    const follow = (this.#follow = new AbortController());
    const { signal } = follow;
    const onConnection = (connected: boolean): void => {
      if (!signal.aborted) this.#become(connected ? "connected" : "away");
    };
    void (async () => {
      try {
        for await (const event of client.events({ since: this.#last, progress: true, signal, onConnection })) {
          this.#last = { epoch: event.epoch, seq: event.seq };
          this.#happened.fire(event);
        }
      } catch (error) {
        if (signal.aborted) return;
        log().error("the events of the daemon ended", error instanceof Error ? error : String(error));
        await this.#drop();
        this.#failed(error, false);
      }
    })();
  }

  async #drop(): Promise<void> {
    this.#follow?.abort();
    this.#canStart = false;
    const client = this.#client;
    this.#client = undefined;
    await client?.dispose();
  }

  /** A daemon of another protocol is stopped by the command that came with it, or with us: stopping is the same in all. */
  async #stopByCommand(): Promise<void> {
    const cli = this.programs?.cli;
    if (cli === undefined) throw missing();
    const { execFile } = await import("node:child_process");
    await new Promise<void>((resolve, reject) => {
      execFile(cli, ["daemon", "stop"], { timeout: STOP_BOUND_MS }, (error, _, printed) => {
        if (error === null) return resolve();
        const why = printed.trim() === "" ? error.message : printed.trim();
        const message = l10n.t("the nhd that runs could not be stopped by {0}: {1}", cli, why);
        reject(new NhdError({ kind: "daemonUnreachable", message, hint: l10n.t("end its process, then try again") }));
      });
    });
  }

  #become(state: DaemonState, error?: NhdError): void {
    this.#error = error;
    if (this.#state === state) return;
    this.#state = state;
    log().debug(`daemon: ${state}${error === undefined ? "" : ` (${error.message})`}`);
    void commands.executeCommand("setContext", "nhd.daemon", state);
    this.#changed.fire(state);
  }

  #name(): string {
    const version: unknown = extensions.getExtension("nhd.nhd")?.packageJSON?.version;
    return `vscode-nhd ${typeof version === "string" ? version : "0"}`;
  }
}
