// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Several sessions.
 *
 * @param sessions A dev session with all that there is to know of it.
 * @param failed Those that failed within the last hour and are gone, the latest last, with their errors; not of
 *     workloads of which there has been another session since, and not those of an earlier daemon. Empty where there is
 *     none.
 */
public record SessionList(List<SessionStatus> sessions, List<SessionStatus> failed) {
    /**
     * A list that is absent is empty.
     *
     * @param sessions A dev session with all that there is to know of it.
     * @param failed Those that failed within the last hour and are gone, the latest last, with their errors; not of
     *     workloads of which there has been another session since, and not those of an earlier daemon. Empty where
     *     there is none.
     */
    public SessionList {
        failed = failed == null ? List.of() : failed;
    }
}
