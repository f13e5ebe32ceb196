/** Which cluster and namespace this window is about. The choice is the window's: a kubeconfig is never written. */
import { EventEmitter, workspace, type Disposable, type Memento } from "vscode";

import { environmentFor } from "./daemon/environment.js";
import type { Daemon } from "./daemon/daemon.js";

/** Where a request goes; what is left out is the kubeconfig's own. */
export interface Place {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

interface Choice {
  readonly context?: string;
  readonly namespace?: string;
}

const CHOICE = "target";
const RECENT = "recentNamespaces";
const RECENT_KEPT = 10;

export class Target implements Disposable {
  readonly #state: Memento;
  readonly #daemon: Daemon;
  readonly #changed = new EventEmitter<void>();
  readonly #settings: Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(state: Memento, daemon: Daemon) {
    this.#state = state;
    this.#daemon = daemon;
    // Whoever sets a setting means it, whatever was picked before.
    this.#settings = workspace.onDidChangeConfiguration((change) => {
      if (!["kubeconfig", "context", "namespace"].some((name) => change.affectsConfiguration(`nhd.${name}`))) return;
      void this.#write({});
    });
  }

  /** What was picked in this window, else what the settings say. */
  get place(): Place {
    const picked = this.#state.get<Choice>(CHOICE, {});
    const kubeconfig = setting("kubeconfig");
    const context = picked.context ?? setting("context");
    const namespace = picked.namespace ?? setting("namespace");
    return {
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
      ...(namespace === undefined ? {} : { namespace }),
    };
  }

  /** The members that every request to a cluster has, those of the place included. */
  params(place: Place = this.place, source?: string): Place & { readonly environment: { [name: string]: string } } {
    return { ...place, environment: environmentFor(source, this.#daemon.programs?.syncthing) };
  }

  /** Another context begins with its own namespace. */
  async chooseContext(context: string): Promise<void> {
    await this.#write({ context });
  }

  async chooseNamespace(namespace: string, context?: string): Promise<void> {
    const recent = [namespace, ...this.recentNamespaces.filter((each) => each !== namespace)].slice(0, RECENT_KEPT);
    await this.#state.update(RECENT, recent);
    const kept = context ?? this.#state.get<Choice>(CHOICE, {}).context;
    await this.#write({ namespace, ...(kept === undefined ? {} : { context: kept }) });
  }

  /** Those that were chosen in this window, the latest first: for whoever may not list namespaces. */
  get recentNamespaces(): readonly string[] {
    return this.#state.get<readonly string[]>(RECENT, []);
  }

  dispose(): void {
    this.#settings.dispose();
    this.#changed.dispose();
  }

  async #write(choice: Choice): Promise<void> {
    await this.#state.update(CHOICE, choice);
    this.#changed.fire();
  }
}

function setting(name: string): string | undefined {
  const value = workspace.getConfiguration("nhd").get<string>(name)?.trim();
  return value === undefined || value === "" ? undefined : value;
}
