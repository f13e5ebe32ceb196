/** What a start is asked for with: by the tree, a code lens, the palette, or another try. */
import type { DevModeOwner, SessionStatus, StartParams, WorkloadKind, WorkloadRef } from "@nhd/client";

import type { Place, Target } from "../target.js";

export interface StartRequest {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly place: Place;
  /** All containers of the workload, where they are known. */
  readonly containers?: readonly string[];
  readonly container?: string;
  readonly source?: string;
  readonly image?: string;
  /** Who has it in DevMode, where somebody else has. */
  readonly owner?: DevModeOwner | undefined;
  /** Asks for these although they are known. */
  readonly ask?: readonly ("container" | "image" | "source")[];
}

/** All that a start needs; the rest is the dev configuration's. */
export type FullRequest = StartRequest & { readonly source: string };

export function startParams(request: FullRequest, target: Target): StartParams {
  const { kind, name, place, container, source, image } = request;
  return {
    ...target.params(place, source),
    kind,
    name,
    source,
    ...(container === undefined ? {} : { container }),
    ...(image === undefined ? {} : { image }),
  };
}

/** How the memory knows it: by the context and namespace that were said, else those that the kubeconfig will say. */
export function remembered(request: StartRequest): readonly [context: string, workload: WorkloadRef] {
  const { kind, name, place } = request;
  return [place.context ?? "", { kind, name, namespace: place.namespace ?? "" }];
}

/** The start of a session, to be tried again or otherwise. */
export function requestOf({ workload, context, source, container, image }: SessionStatus): FullRequest {
  const { kind, name, namespace } = workload;
  return { kind, name, place: { context, namespace }, source, image, ...(container === undefined ? {} : { container }) };
}
