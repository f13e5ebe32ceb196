/** The connection of one terminal, command or log: frames on one side, Node's streams on the other. */
import { connect, type Socket } from "node:net";
import { Readable, Writable } from "node:stream";

import { ConnectionError } from "./errors.js";
import type {
  Signal,
  StreamEnd,
  StreamNotice,
  StreamOpened,
  StreamOrigin,
  StreamTicket,
  TerminalSize,
} from "./generated/protocol.js";
import { refuseForeign } from "./paths.js";

const GREETING = "NHD-STREAM/1 ";
const HEADER_BYTES = 5;
const LARGEST_PAYLOAD_BYTES = 64 << 10;
/** Longer than any frame of a daemon. */
const LARGEST_TAKEN_BYTES = 16 << 20;

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const RESIZE = 3;
const SIGNAL = 4;
const EOF = 5;
const OPENED = 6;
const ORIGIN = 7;
const NOTICE = 8;
const END = 9;

// Whoever has not Node's types installed can use the package all the same; these are `any` then.
/** @ts-ignore */
export type NodeReadable = import("node:stream").Readable;
/** @ts-ignore */
export type NodeWritable = import("node:stream").Writable;

/** Who hears what is neither output nor the end. */
export interface StreamListener {
  /** Where the output that follows comes from; of logs. */
  origin?(origin: StreamOrigin): void;
  notice?(notice: StreamNotice): void;
}

/**
 * A terminal, command or log. What is not read of `stdout` and `stderr` makes the process in the pod wait, as a full pipe
 * does, and delays no call; whoever wants none of one calls its `resume()`. Output is cut anywhere, also in the midst of a
 * character: `stdout.setEncoding("utf8")` puts it together.
 */
export interface StreamConnection {
  /** Standard input. Its end is the end of the process' standard input. */
  readonly stdin: NodeWritable;
  /** Standard output, or of a terminal everything, or the lines of a log. */
  readonly stdout: NodeReadable;
  readonly stderr: NodeReadable;
  /** What the daemon says first: what is known of the stream, and how much is replayed. */
  readonly opened: StreamOpened;
  /** How it ended, once all output has been read. Rejects with a `ConnectionError` where the connection was lost before. */
  readonly ended: Promise<StreamEnd>;
  resize(size: TerminalSize): void;
  /** `client.exec.signal()` also says whether it arrived. */
  signal(signal: Signal): void;
  /** Leaves it. A command that is not detached is killed by that, a terminal goes on. */
  close(): void;
}

/** Opens the connection of a ticket. */
export async function openStream(path: string, ticket: StreamTicket, listener: StreamListener): Promise<StreamConnection> {
  await refuseForeign(path);
  const socket = connect({ path });
  const frames = new Frames(socket, path, listener);
  socket.write(`${GREETING}${ticket.token}\n`);
  const opened = await frames.opened;
  return {
    stdin: frames.stdin,
    stdout: frames.stdout,
    stderr: frames.stderr,
    opened,
    ended: frames.ended,
    resize: (size) => frames.send(RESIZE, JSON.stringify(size)),
    signal: (signal) => frames.send(SIGNAL, JSON.stringify({ signal })),
    close: () => socket.destroy(),
  };
}

/** Both directions of one connection. */
class Frames {
  readonly #socket: Socket;
  readonly #listener: StreamListener;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly opened: Promise<StreamOpened>;
  readonly ended: Promise<StreamEnd>;
  #unread: Buffer = Buffer.alloc(0);
  /** Those whose reader is behind. */
  readonly #full = new Set<Readable>();
  #begin!: (opened: StreamOpened) => void;
  #finish!: (end: StreamEnd) => void;
  #fail!: (error: unknown) => void;
  #end: StreamEnd | undefined;
  #lost: ConnectionError | undefined;

  constructor(socket: Socket, path: string, listener: StreamListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.stdout = this.#output();
    this.stderr = this.#output();
    this.stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => this.#write(chunk, done),
      final: (done) => {
        this.send(EOF, "");
        done();
      },
    });
    // Whoever writes to what has ended is told by `ended`.
    this.stdin.on("error", () => undefined);
    const failures: ((error: unknown) => void)[] = [];
    this.opened = new Promise((resolve, reject) => {
      this.#begin = resolve;
      failures.push(reject);
    });
    this.ended = new Promise((resolve, reject) => {
      this.#finish = resolve;
      failures.push(reject);
    });
    this.ended.catch(() => undefined);
    this.#fail = (error) => failures.forEach((fail) => fail(error));
    let cause: unknown;
    socket.on("error", (error) => (cause ??= error));
    socket.on("data", (chunk) => this.#received(chunk));
    socket.once("close", () => this.#closed(path, cause));
  }

  send(type: number, payload: string | Buffer, done?: () => void): void {
    const bytes = Buffer.from(payload);
    const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
    frame.writeUInt8(type, 0);
    frame.writeUInt32BE(bytes.length, 1);
    bytes.copy(frame, HEADER_BYTES);
    if (this.#socket.destroyed) done?.();
    else this.#socket.write(frame, () => done?.());
  }

  #output(): Readable {
    const output: Readable = new Readable({
      read: () => {
        this.#full.delete(output);
        if (this.#full.size === 0) this.#resume();
      },
    });
    return output;
  }

  /** In frames, each of which waits until the daemon has room for it. */
  #write(chunk: Buffer, done: () => void): void {
    const piece = chunk.subarray(0, LARGEST_PAYLOAD_BYTES);
    const rest = chunk.subarray(piece.length);
    this.send(STDIN, piece, rest.length === 0 ? done : () => this.#write(rest, done));
  }

  #received(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    this.#take();
  }

  #resume(): void {
    // Not within `push`, which may ask for more at once.
    setImmediate(() => {
      if (this.#full.size > 0) return;
      this.#take();
      if (this.#full.size === 0) this.#socket.resume();
    });
  }

  /** What is complete of what has come, as long as it is read. */
  #take(): void {
    while (this.#full.size === 0 && this.#unread.length >= HEADER_BYTES) {
      const length = this.#unread.readUInt32BE(1);
      if (length > LARGEST_TAKEN_BYTES) {
        this.#socket.destroy(new Error(`a frame of ${length} bytes, which no daemon sends`));
        return;
      }
      const end = HEADER_BYTES + length;
      if (this.#unread.length < end) break;
      const [type, payload] = [this.#unread.readUInt8(0), this.#unread.subarray(HEADER_BYTES, end)];
      this.#unread = this.#unread.subarray(end);
      this.#frame(type, payload);
    }
    if (this.#full.size > 0) this.#socket.pause();
    else if (this.#end !== undefined) this.#finished(this.#end);
    else if (this.#lost !== undefined) this.#gone(this.#lost);
  }

  #frame(type: number, payload: Buffer): void {
    switch (type) {
      case STDOUT:
      case STDERR: {
        const output = type === STDOUT ? this.stdout : this.stderr;
        // What is kept must not hold the whole of what came.
        if (!output.push(Buffer.from(payload))) this.#full.add(output);
        break;
      }
      case OPENED:
        this.#begin(JSON.parse(String(payload)) as StreamOpened);
        break;
      case ORIGIN:
        this.#listener.origin?.(JSON.parse(String(payload)) as StreamOrigin);
        break;
      case NOTICE:
        this.#listener.notice?.(JSON.parse(String(payload)) as StreamNotice);
        break;
      case END:
        this.#end = JSON.parse(String(payload)) as StreamEnd;
        break;
      default:
      // What a later daemon may send.
    }
  }

  #finished(end: StreamEnd): void {
    this.stdout.push(null);
    this.stderr.push(null);
    this.#finish(end);
    this.#fail(new ConnectionError("handshake", `the daemon did not open the stream: ${end.message ?? end.reason}`));
    this.stdin.destroy();
    this.#socket.destroy();
  }

  #closed(path: string, cause: unknown): void {
    if (this.#end !== undefined) return;
    this.#lost = new ConnectionError("lost", `the connection of the stream to ${JSON.stringify(path)} was lost`, { cause });
    // What has come and is not read yet comes before that.
    this.#take();
  }

  #gone(lost: ConnectionError): void {
    this.#fail(lost);
    this.stdout.push(null);
    this.stderr.push(null);
    this.stdin.destroy();
  }
}
