/** The client that plugins hold: every method, the events, and its end. */
/// <reference lib="esnext.disposable" preserve="true" />
import { unlessAborted } from "./abort.js";
import { boundOf } from "./bounds.js";
import { namespaces, type CallOptions, type Calls, type Method, type Namespaces, type Params, type Result } from "./calls.js";
import { cancelled } from "./connection.js";
import { EventStream, type EventsOptions } from "./events.js";
import type { HelloResult, StreamTicket, WorkloadSubscribeParams } from "./generated/protocol.js";
import type { Link } from "./link.js";
import { openStream, type StreamConnection, type StreamListener } from "./stream.js";
import { WorkloadStream, type WorkloadsOptions } from "./workloads.js";

/** `client.events()` iterates over events as they happen; `client.events.since()` asks for those that are there. */
export interface Events extends Calls<"events"> {
  (options?: EventsOptions): EventStream;
}

/**
 * A client of the daemon. It holds one connection, which is made anew by the next call after it was lost. A call whose
 * answer was lost is not sent again by itself: `ConnectionError.repeatable` says whether the caller may.
 *
 * Every call rejects with an `NhdError`: what the daemon answered; `cancelled` by its signal; a `ConnectionError`; or a
 * `ProtocolMismatchError`.
 */
export interface Client extends Omit<Namespaces, "events"> {
  /** What the daemon said of itself when it was last connected to. */
  readonly hello: HelloResult;
  /** Events as they happen, and those of the log. */
  readonly events: Events;
  /** The workloads of a namespace, or of all, as they change: for a view, for as long as it is shown. */
  workloads(params?: WorkloadSubscribeParams, options?: WorkloadsOptions): WorkloadStream;
  /** Calls a method by its name. `client.session.start(params)` is `client.call("session.start", params)`. */
  call<M extends Method>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /**
   * Opens the connection of a ticket that `terminal.open`, `exec.start`, `log.follow` or an `attach` answered with; each is
   * good for one. Its output flows at the pace of whoever reads it, and delays no call.
   */
  openStream(ticket: StreamTicket, listener?: StreamListener): Promise<StreamConnection>;
  /**
   * Ends calls (`ConnectionError` of the reason `disposed`) and event streams, and closes all connections. Resolves when no
   * handle is left, so that the process can exit by itself. Sessions and the daemon go on.
   */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A client on a link that has been greeted. */
export function clientOn(link: Link, first: HelloResult): Client {
  const call = async <M extends Method>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> => {
    const { signal } = options;
    const { connection } = await unlessAborted(link.reach(true), signal, () => cancelled(method, signal));
    // The daemon answers with what the protocol says.
    return (await connection.request(method, params, { boundMs: boundOf(method, params), signal })) as Result<M>;
  };
  const dispose = (): Promise<void> => link.dispose();
  const { events, ...others } = namespaces(call);
  const stream = (options: EventsOptions = {}): EventStream => new EventStream(link, options);
  const open = async (ticket: StreamTicket, listener: StreamListener = {}): Promise<StreamConnection> => {
    const opened = await openStream((link.hello ?? first).socket, ticket, listener);
    const undo = link.onDispose(() => opened.close());
    opened.ended.then(undo, undo);
    return opened;
  };
  return {
    ...others,
    get hello() {
      return link.hello ?? first;
    },
    events: Object.assign(stream, events),
    workloads: (params = {}, options = {}) => new WorkloadStream(link, params, options),
    openStream: open,
    call,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
