/**
 * A client of the nhd daemon, which puts Kubernetes workloads into DevMode.
 *
 * <p>{@link dev.nhd.client.ReconnectingClient} is where a plugin begins, {@link dev.nhd.client.Client} where a tool
 * does that connects once. Calls block the thread that makes them; events come on a thread that the caller chooses.
 */
package dev.nhd.client;
