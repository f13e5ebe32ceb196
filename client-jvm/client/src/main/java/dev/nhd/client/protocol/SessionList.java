// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Several sessions.
 *
 * @param sessions A dev session with all that there is to know of it.
 * @param ended The same of those that ended: {@code outcome}, {@code warnings} and {@code since} say what became of
 *     the workload, and when. Empty where there is none.
 * @param failed Those that failed within the last hour and are gone, the latest last, with their errors; not of
 *     workloads of which there has been another session since, and not those of an earlier daemon. Empty where there is
 *     none.
 */
public record SessionList(List<SessionStatus> sessions, List<SessionStatus> ended, List<SessionStatus> failed) {
    /**
     * A list that is absent is empty.
     *
     * @param sessions A dev session with all that there is to know of it.
     * @param ended The same of those that ended: {@code outcome}, {@code warnings} and {@code since} say what
     *     became of the workload, and when. Empty where there is none.
     * @param failed Those that failed within the last hour and are gone, the latest last, with their errors; not of
     *     workloads of which there has been another session since, and not those of an earlier daemon. Empty where
     *     there is none.
     */
    public SessionList {
        ended = ended == null ? List.of() : ended;
        failed = failed == null ? List.of() : failed;
    }
}
