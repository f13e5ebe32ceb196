// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.Map;

/**
 * An error as clients see it: the JSON-RPC error's {@code data}, and the {@code error} of a session.
 *
 * @param kind The kind of an error, which clients branch on. The list only ever grows. One of {@link ErrorKind}.
 * @param message What was tried, on what, and what came of it; causes follow after colons.
 * @param arguments What stands in the places of that text's arguments. May be null.
 * @param code Which text {@code message} is, finer than {@code kind}, for clients that translate; see the list of
 *     codes. The list only ever grows. May be null.
 * @param data What a client can act on: what there is to choose from, which permission is missing, where, who,
 *     which program. May be null.
 * @param hint What to do next. May be null.
 * @param session The session that it concerns. May be null.
 */
public record ErrorInfo(
        String kind,
        String message,
        Map<String, String> arguments,
        String code,
        ErrorData data,
        String hint,
        String session) {}
