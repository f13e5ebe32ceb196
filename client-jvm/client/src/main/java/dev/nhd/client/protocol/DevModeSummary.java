// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Who has a workload in DevMode.
 *
 * @param here Whether the session is this daemon's.
 * @param byNocalhost It was begun by Nocalhost's own tool, which has to end it. May be null.
 * @param owner Absent where the record is not readable: a Secret, which many roles may not list. May be null.
 * @param session The id of the session. May be null.
 */
public record DevModeSummary(boolean here, Boolean byNocalhost, DevModeOwner owner, String session) {}
