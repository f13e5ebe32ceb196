// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Who answers.
 *
 * @param home The folder of the daemon's store and logs.
 * @param pid The daemon's process.
 * @param protocol The protocol version that the daemon speaks.
 * @param socket The socket that it listens on.
 * @param startedAt When the daemon was started.
 * @param version The daemon's version.
 * @param features What this daemon can do: the names of its methods, and words for what a client may otherwise not
 *     know to be there. Within a version of the protocol they are only ever added. Empty where there is none.
 */
public record HelloResult(
        String home,
        long pid,
        long protocol,
        String socket,
        String startedAt,
        String version,
        List<String> features) {
    /**
     * A list that is absent is empty.
     *
     * @param home The folder of the daemon's store and logs.
     * @param pid The daemon's process.
     * @param protocol The protocol version that the daemon speaks.
     * @param socket The socket that it listens on.
     * @param startedAt When the daemon was started.
     * @param version The daemon's version.
     * @param features What this daemon can do: the names of its methods, and words for what a client may otherwise
     *     not know to be there. Within a version of the protocol they are only ever added. Empty where there is none.
     */
    public HelloResult {
        features = features == null ? List.of() : features;
    }
}
