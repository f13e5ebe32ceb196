// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * Something to do about what was found.
 *
 * @param text What to do, as a sentence.
 * @param command A command line for a POSIX shell that does it. Nobody but the user may decide to run it. May be
 *     null.
 * @param manifest The Kubernetes manifest that {@code command} reads from its standard input, as YAML. May be null.
 * @param release A workload to give back with {@code session.release}. May be null.
 */
public record DoctorRemedy(String text, String command, String manifest, WorkloadRef release) {}
