/** The terminals of this window: opened in dev containers, kept over reloads, found again in the daemon. */
import type { SessionStatus, StreamStatus } from "@nhd/client";
import { l10n, TerminalExitReason, ThemeColor, ThemeIcon, window, type Disposable, type Memento, type Terminal } from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import type { Target } from "../target.js";
import { sized, StreamTerminal, type StreamTerminalOptions } from "./terminal.js";

/** The ids of the daemon's terminals that were open in this window. */
const OPEN = "terminals";

/** What a terminal is opened in: a session, or a workload. */
export interface Place {
  readonly session?: string;
  readonly kind?: StreamStatus["workload"]["kind"];
  readonly name?: string;
  readonly namespace?: string;
  readonly context?: string;
  readonly container?: string;
}

export class Terminals implements Disposable {
  readonly #daemon: Daemon;
  readonly #target: Target;
  readonly #state: Memento;
  readonly #shown = new Map<Terminal, StreamTerminal>();
  readonly #undo: Disposable;
  #isRestored = false;

  constructor(daemon: Daemon, target: Target, state: Memento) {
    this.#daemon = daemon;
    this.#target = target;
    this.#state = state;
    this.#undo = window.onDidCloseTerminal((terminal) => this.#closed(terminal));
  }

  /** A new shell. */
  open(place: Place, name: string): Terminal {
    const { environment } = this.#target.params();
    const params = place.session === undefined ? { ...place, environment } : place;
    return this.#show(name, {
      open: (client, size) => client.terminal.open({ ...params, ...sized(size) }),
    });
  }

  /** One that the daemon has already. */
  attach(status: StreamStatus, preserveFocus = false): Terminal {
    const known = [...this.#shown].find(([, { status: shown }]) => shown?.stream === status.stream);
    const terminal = known?.[0] ?? this.#show(status.workload.name, {
      open: (client) => (status.kind === "terminal" ? client.terminal.attach({ stream: status.stream }) : client.exec.attach({ stream: status.stream })),
    }, preserveFocus);
    if (!preserveFocus) terminal.show();
    return terminal;
  }

  /** After a reload: those that were open in this window and still run. */
  async restore(): Promise<void> {
    if (this.#isRestored || !this.#daemon.has("terminal.list")) return;
    this.#isRestored = true;
    const open = this.#state.get<readonly string[]>(OPEN, []);
    if (open.length === 0) return;
    const client = await this.#daemon.client();
    const { streams } = await client.terminal.list();
    const left = streams.filter(({ stream, state }) => open.includes(stream) && state !== "ended");
    // The editor closes its panel where it finds no terminals of its own.
    for (const status of left) this.attach(status, true).show(true);
    await this.#state.update(OPEN, left.map(({ stream }) => stream));
  }

  dispose(): void {
    this.#undo.dispose();
    for (const terminal of this.#shown.keys()) terminal.dispose();
  }

  #show(name: string, options: StreamTerminalOptions, preserveFocus = false): Terminal {
    const pty = new StreamTerminal(() => this.#daemon.client(), {
      ...options,
      again: (client, { stream }, size) =>
        client.terminal.open({ again: stream, ...sized(size) }),
      opened: () => void this.#remember(),
    });
    const terminal = window.createTerminal({
      name,
      pty,
      iconPath: new ThemeIcon("vm-active"),
      color: new ThemeColor("terminal.ansiGreen"),
      // The daemon keeps it, not the editor.
      isTransient: true,
    });
    this.#shown.set(terminal, pty);
    if (!preserveFocus) terminal.show();
    return terminal;
  }

  /** Whoever closes a terminal ends it; a window that goes leaves it to the next. */
  #closed(terminal: Terminal): void {
    const pty = this.#shown.get(terminal);
    if (pty === undefined) return;
    this.#shown.delete(terminal);
    const isUsers = terminal.exitStatus?.reason === TerminalExitReason.User;
    const stream = pty.status?.stream;
    if (!isUsers || stream === undefined) return;
    void this.#remember();
    void this.#daemon
      .client()
      .then((client) => client.terminal.close({ stream }))
      .catch(() => undefined);
  }

  async #remember(): Promise<void> {
    const open = [...this.#shown.values()].flatMap(({ status }) => (status === undefined ? [] : [status.stream]));
    await this.#state.update(OPEN, open);
  }
}

/** How the terminal of a session is called. */
export function terminalName(status: SessionStatus): string {
  return status.workload.name;
}

/** How the log of a workload is called. */
export function logName(name: string): string {
  return l10n.t("{0}: log", name);
}
