/** A stream of the daemon as a terminal of the editor: bytes both ways, size, exit code; told why it ended, and opened anew. */
import type { Readable } from "node:stream";

import type { Client, StreamConnection, StreamEnd, StreamStatus, StreamTicket, TerminalSize } from "@nhd/client";
import { EventEmitter, l10n, type Pseudoterminal, type TerminalDimensions } from "vscode";

import { infoOf, textOf } from "../failures.js";
import { log } from "../log.js";
import { endWord } from "./words.js";

/** How long the size of a terminal has to rest before it is sent: it changes with every pixel. */
const RESIZE_REST_MS = 80;
/** After so many bytes the editor gets a moment to draw, so that a flood does not freeze it. */
const BREATH_BYTES = 256 << 10;

/** How much may be typed before there is anybody to read it. */
const AHEAD_LIMIT = 4096;

const DIM = "\x1b[2m";
const PLAIN = "\x1b[0m";

/** The size as the protocol has it, once the editor knows one. */
export function sized(size: TerminalDimensions | undefined): { readonly size?: TerminalSize } {
  return size === undefined ? {} : { size: { columns: size.columns, rows: size.rows } };
}

export interface StreamTerminalOptions {
  /** Opens the stream, or attaches to one. */
  readonly open: (client: Client, size: TerminalDimensions | undefined) => Promise<StreamTicket>;
  /** Opens it once more after it ended by no fault of its own; undefined where nothing can be opened again. */
  readonly again?: ((client: Client, status: StreamStatus, size: TerminalDimensions | undefined) => Promise<StreamTicket>) | undefined;
  /** Told of the stream once it is there, and each time that it is another. */
  readonly opened?: (status: StreamStatus) => void;
  readonly ended?: (end: StreamEnd | undefined) => void;
  /** Whether it stays after an end that nobody asked for, until the user has read what was written. */
  readonly lingers?: boolean;
  /** What is said at its end where that is all there is, and no process has ended. */
  readonly whole?: string;
  /** Whether its lines end with a line feed alone, as those of a log do. */
  readonly plainLines?: boolean;
}

export class StreamTerminal implements Pseudoterminal {
  readonly #client: () => Promise<Client>;
  readonly #options: StreamTerminalOptions;
  readonly #written = new EventEmitter<string>();
  readonly #closed = new EventEmitter<number | void>();
  #stream: StreamConnection | undefined;
  #status: StreamStatus | undefined;
  #size: TerminalDimensions | undefined;
  #resting: NodeJS.Timeout | undefined;
  #ahead = "";
  /** What Enter does after an end. */
  #onEnter: (() => void) | undefined;
  #isClosed = false;

  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  constructor(client: () => Promise<Client>, options: StreamTerminalOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** What the daemon said of the stream when it was opened. */
  get status(): StreamStatus | undefined {
    return this.#status;
  }

  open(size: TerminalDimensions | undefined): void {
    this.#size = size;
    void this.#run((client) => this.#options.open(client, size));
  }

  handleInput(data: string): void {
    if (this.#onEnter !== undefined) {
      if (data !== "\r") return;
      const enter = this.#onEnter;
      this.#onEnter = undefined;
      enter();
      return;
    }
    if (this.#stream !== undefined) this.#stream.stdin.write(data);
    // What is typed before the shell is there is for the shell.
    else if (this.#ahead.length + data.length <= AHEAD_LIMIT) this.#ahead += data;
  }

  setDimensions(size: TerminalDimensions): void {
    if (size.columns === this.#size?.columns && size.rows === this.#size.rows) return;
    this.#size = size;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#stream?.resize(size), RESIZE_REST_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#resting);
    this.#stream?.close();
  }

  /** A line of ours, apart from what the program writes. */
  say(text: string): void {
    this.#written.fire(`\r\n${DIM}${text.replace(/\r?\n/g, "\r\n")}${PLAIN}\r\n`);
  }

  async #run(open: (client: Client) => Promise<StreamTicket>): Promise<void> {
    let end: StreamEnd | undefined;
    try {
      const client = await this.#client();
      const ticket = await open(client);
      const stream = (this.#stream = await client.openStream(ticket, { notice: ({ message }) => this.say(message) }));
      if (this.#isClosed) return stream.close();
      this.#begin(stream);
      await Promise.all([this.#pass(stream.stdout), this.#pass(stream.stderr)]);
      // Where the connection broke, there is no end to tell.
      end = await stream.ended.catch(() => undefined);
    } catch (error) {
      if (this.#isClosed) return;
      const info = infoOf(error);
      log().error(info.message);
      this.#ended(undefined, textOf(info));
      return;
    }
    if (!this.#isClosed) this.#ended(end, endWord(end));
  }

  #begin(stream: StreamConnection): void {
    const { opened } = stream;
    this.#status = opened.stream;
    this.#options.opened?.(opened.stream);
    if (opened.cut) this.say(l10n.t("what was written before is gone"));
    if (this.#size !== undefined && opened.stream.tty) stream.resize(this.#size);
    if (this.#ahead !== "") stream.stdin.write(this.#ahead);
    this.#ahead = "";
  }

  /** What is not read makes the process wait, which is what gives the editor time to draw. */
  async #pass(output: Readable): Promise<void> {
    const decoder = new TextDecoder();
    let breath = 0;
    try {
      for await (const chunk of output as AsyncIterable<Buffer>) {
        this.#write(decoder.decode(chunk, { stream: true }));
        breath += chunk.length;
        if (breath < BREATH_BYTES) continue;
        breath = 0;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } catch {
      // The connection broke, which the stream's end tells.
    }
  }

  #write(text: string): void {
    this.#written.fire(this.#options.plainLines === true || this.#status?.tty === false ? text.replace(/\r?\n/g, "\r\n") : text);
  }

  /** One that ended by itself is closed with its exit code; one that was torn away says so and waits. */
  #ended(end: StreamEnd | undefined, words: string): void {
    this.#stream = undefined;
    this.#options.ended?.(end);
    const { again, lingers, whole } = this.#options;
    const reason = end?.reason;
    // What only tells of others is there to be read after them.
    const isRead = again !== undefined;
    if (lingers === true && (reason === "closed" || (reason === "sessionEnded" && !isRead))) return this.#closed.fire();
    if (lingers === true && (reason === "exited" || reason === "sessionEnded" || !isRead)) {
      this.say(`${reason === "exited" ? (whole ?? words) : words}\n${l10n.t("Press Enter to close it.")}`);
      this.#onEnter = () => this.#closed.fire();
      return;
    }
    if (reason === "exited" || reason === "closed") {
      this.#closed.fire(end?.exitCode);
      return;
    }
    const status = this.#status;
    if (again === undefined || status === undefined) {
      this.say(words);
      this.#closed.fire(end?.exitCode ?? 1);
      return;
    }
    this.say(`${words}\n${l10n.t("Press Enter to open it again.")}`);
    this.#onEnter = () => void this.#run((client) => again(client, status, this.#size));
  }
}
