// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A debugger in the container.
 *
 * @param name {@code dlv}, {@code debugpy}, {@code node}, {@code jdwp}, {@code gdb}, {@code lldb-server},
 *     {@code rdbg}, {@code vsdbg}, …
 * @param detail Where the program is, or the version of a module. May be null.
 * @param port The port that a running process was told to listen on for a debugger. May be null.
 */
public record Debugger(String name, String detail, Integer port) {}
