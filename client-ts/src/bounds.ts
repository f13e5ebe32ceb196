/** How long an answer may take: as long as the method can by itself, and not for ever. */
import type { Method, Params } from "./calls.js";

/** A plain call. */
const CALL_MS = 30_000;
/** A call that asks the cluster before it answers. */
const CLUSTER_CALL_MS = 60_000;
/** Longer than the longest wait that the daemon grants, which is 24 hours. */
const WAIT_MS = 25 * 60 * 60 * 1000;
/** How much later than promised the daemon may answer a wait. */
const WAIT_GRACE_MS = 30_000;
/** How long `forward.wait` waits where it is not told. */
const LISTEN_MS = 30_000;

/** In milliseconds. */
export function boundOf<M extends Method>(method: M, params: Params<M>): number {
  switch (method) {
    case "session.wait":
      return "timeoutMs" in params && params.timeoutMs !== undefined
        ? Math.min(params.timeoutMs + WAIT_GRACE_MS, WAIT_MS)
        : WAIT_MS;
    case "forward.wait":
      return Math.min(("timeoutMs" in params ? params.timeoutMs : undefined) ?? LISTEN_MS, WAIT_MS) + WAIT_GRACE_MS;
    case "session.start":
    case "session.plan":
    case "namespace.list":
    case "workload.list":
    case "workload.describe":
    case "image.suggest":
    case "forward.suggest":
    case "debug.describe":
    case "file.read":
    case "file.list":
      return CLUSTER_CALL_MS;
    default:
      return CALL_MS;
  }
}
