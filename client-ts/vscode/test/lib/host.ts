/** The extension host of one window, in which a test evaluates functions through the companion. */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";

import type * as vscode from "vscode";

const CALL_LIMIT_MS = 30_000;

/** The editor's API, as a function sees it that is evaluated in the host. */
export type Api = typeof vscode;

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export class Host {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface(socket).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    socket.on("close", () => {
      for (const [id, settle] of this.#waiting) settle({ id, error: "the extension host is gone" });
      this.#waiting.clear();
    });
  }

  static async at(path: string): Promise<Host> {
    const socket = createConnection(path);
    await once(socket, "connect");
    socket.on("error", () => {});
    return new Host(socket);
  }

  /** Evaluates a function there. It sees its arguments and nothing else of the test; what it answers goes through JSON. */
  async run<T, A = undefined>(
    evaluate: (api: Api, argument: A, load: NodeJS.Require) => T | Thenable<T>,
    ...argument: A extends undefined ? [] : [A]
  ): Promise<T> {
    const id = ++this.#last;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    const bound = setTimeout(() => {
      this.#waiting.get(id)?.({ id, error: `no answer within ${CALL_LIMIT_MS / 1000} s: ${evaluate}` });
      this.#waiting.delete(id);
    }, CALL_LIMIT_MS);
    this.#socket.write(`${JSON.stringify({ id, source: String(evaluate), argument: argument[0] })}\n`);
    const { value, error } = await answer.finally(() => clearTimeout(bound));
    if (error !== undefined) throw new Error(error);
    return value as T;
  }

  close(): void {
    this.#socket.destroy();
  }
}
