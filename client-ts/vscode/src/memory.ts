/** What the user chose last for a workload, so that one Enter is the same again. */
import type { SessionStatus } from "@nhd/client";
import type { Memento } from "vscode";

export interface Choices {
  readonly container?: string;
  readonly image?: string;
  readonly source?: string;
}

type Workload = SessionStatus["workload"];

const CHOICES = "choices";
const IMAGES = "images";
const LATEST = "latest";
const WORKLOADS_KEPT = 100;
const IMAGES_KEPT = 8;

export class Memory {
  readonly #state: Memento;

  /** @param state What is kept for this window's folder. */
  constructor(state: Memento) {
    this.#state = state;
  }

  of(context: string, workload: Workload): Choices {
    return this.#choices()[key(context, workload)] ?? {};
  }

  /** The workload that was started last here, as `of` knows it. */
  get latest(): string | undefined {
    return this.#state.get<string>(LATEST);
  }

  isLatest(context: string, workload: Workload): boolean {
    return this.latest === key(context, workload);
  }

  get images(): readonly string[] {
    return this.#state.get<readonly string[]>(IMAGES, []);
  }

  async keep(context: string, workload: Workload, choices: Choices): Promise<void> {
    const name = key(context, workload);
    const { [name]: _, ...others } = this.#choices();
    const kept = [[name, choices] as const, ...Object.entries(others)].slice(0, WORKLOADS_KEPT);
    await this.#state.update(CHOICES, Object.fromEntries(kept));
    await this.#state.update(LATEST, name);
    const { image } = choices;
    if (image === undefined) return;
    await this.#state.update(IMAGES, [image, ...this.images.filter((each) => each !== image)].slice(0, IMAGES_KEPT));
  }

  #choices(): { readonly [name: string]: Choices } {
    return this.#state.get<{ readonly [name: string]: Choices }>(CHOICES, {});
  }
}

function key(context: string, { namespace, kind, name }: Workload): string {
  return [context, namespace, kind, name].join("/");
}
