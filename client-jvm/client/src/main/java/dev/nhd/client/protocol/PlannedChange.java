// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * One object that a start would create or change.
 *
 * @param action What happens to an object of the cluster. One of {@link PlannedAction}.
 * @param diff A unified diff of the manifest as YAML. Secret values are left out.
 * @param kind The object's kind, as the Kubernetes API spells it.
 * @param name The object's name.
 * @param after The whole manifest after, in the same form. May be null.
 * @param before The whole manifest before, as YAML for a diff editor; of what is created there is none. What the
 *     cluster keeps about the object is left out, and in place of a Secret's values stands how long they are. May be
 *     null.
 * @param truncated Whether {@code before} or {@code after} is longer than 256 KiB and ends before its end, with a
 *     line that says so. May be null.
 */
public record PlannedChange(
        String action,
        String diff,
        String kind,
        String name,
        String after,
        String before,
        Boolean truncated) {}
