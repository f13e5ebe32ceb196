/**
 * The client of the nhd daemon.
 *
 * @packageDocumentation
 */
export { connect, type ConnectOptions } from "./connect.js";
export type { Client, Events } from "./client.js";
export type { Call, CallOptions, Calls, Method, Namespace, Namespaces, Params, Result } from "./calls.js";
export { EventStream, type EventsOptions } from "./events.js";
export { WorkloadStream, type WorkloadsOptions } from "./workloads.js";
export type { NodeReadable, NodeWritable, StreamConnection, StreamListener } from "./stream.js";
export { ConnectionError, NhdError, ProtocolMismatchError, type ConnectionReason } from "./errors.js";
export { socketPath, type Environment } from "./paths.js";
export { CLIENT_VERSION } from "./hello.js";
export * from "./generated/protocol.js";
