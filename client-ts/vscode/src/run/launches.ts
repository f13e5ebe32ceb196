/** What was launched, by the name that its configuration carries through the language's own debugger. */
import type { DebugConfiguration, DebugSession, WorkspaceFolder } from "vscode";

export interface NhdConfiguration extends DebugConfiguration {
  /** `deployment/reviews`; the session of the folder without it. */
  readonly workload?: string;
  readonly language?: string;
  readonly port?: number;
  /** False attaches to what runs already. */
  readonly run?: boolean;
  /** What the language's configuration gets beside what is made. */
  readonly with?: { readonly [name: string]: unknown };
  /** The process that it attaches to once more, after a hot reload. */
  readonly again?: Process;
}

/** What was begun for a debugger, and ends with it. */
export interface Process {
  /** The stream of the command; none where something ran already. */
  readonly stream?: string | undefined;
  /** The port in the pod of a forward that was not there before. */
  readonly forwarded?: number | undefined;
}

export interface Launch {
  readonly session: string;
  readonly process: Process;
  /** How often the command had been started when the debugger was attached. */
  readonly runs: number;
  readonly folder: WorkspaceFolder | undefined;
  readonly config: NhdConfiguration;
  /** Folders of this machine that the debugger's paths are in; all others are the pod's. */
  readonly localRoots: readonly string[];
  /** Whether the debugger tells of files by paths that may be the pod's. */
  readonly hasPodPaths: boolean;
  /** How the user ended it, if it was the user. */
  stopped?: "ended" | "restarted" | undefined;
}

const NAME = "nhdLaunch";

export class Launches {
  readonly #launches = new Map<string, Launch>();
  #last = 0;

  /** The configuration with the name in it. */
  add(launch: Launch, made: DebugConfiguration): DebugConfiguration {
    const name = String(++this.#last);
    this.#launches.set(name, launch);
    return { ...made, [NAME]: name };
  }

  of({ configuration }: DebugSession): Launch | undefined {
    return this.#launches.get(String(configuration[NAME]));
  }

  remove({ configuration }: DebugSession): void {
    this.#launches.delete(String(configuration[NAME]));
  }
}
