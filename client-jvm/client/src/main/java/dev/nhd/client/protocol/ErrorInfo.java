// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * An error as clients see it: the JSON-RPC error's {@code data}, and the {@code error} of a session.
 *
 * @param kind The kind of an error, which clients branch on. The list only ever grows. One of {@link ErrorKind}.
 * @param message What was tried, on what, and what came of it; causes follow after colons.
 * @param hint What to do next. May be null.
 * @param session The session that it concerns. May be null.
 */
public record ErrorInfo(String kind, String message, String hint, String session) {}
