// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * One thing that was looked at.
 *
 * @param detail What was found, or why it was not looked at. Lines are separated by {@code \n}.
 * @param elapsedMs How long it took to look, in milliseconds.
 * @param group What a check is about. One of {@link DoctorGroup}.
 * @param id What it is for programs, such as {@code cluster.reachable}; one of each in a report. The list only ever
 *     grows.
 * @param state What a check came to. One of {@link DoctorState}.
 * @param title What it is for people, in a few words.
 * @param remedies What to do about it, the most useful first. Empty where there is none.
 */
public record DoctorCheck(
        String detail,
        long elapsedMs,
        String group,
        String id,
        String state,
        String title,
        List<DoctorRemedy> remedies) {
    /**
     * A list that is absent is empty.
     *
     * @param detail What was found, or why it was not looked at. Lines are separated by {@code \n}.
     * @param elapsedMs How long it took to look, in milliseconds.
     * @param group What a check is about. One of {@link DoctorGroup}.
     * @param id What it is for programs, such as {@code cluster.reachable}; one of each in a report. The list only
     *     ever grows.
     * @param state What a check came to. One of {@link DoctorState}.
     * @param title What it is for people, in a few words.
     * @param remedies What to do about it, the most useful first. Empty where there is none.
     */
    public DoctorCheck {
        remedies = remedies == null ? List.of() : remedies;
    }
}
