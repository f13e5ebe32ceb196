// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * A step with how far it is.
 *
 * @param state How far a planned step is. One of {@link StepState}.
 * @param step The steps of a session, in the order in which they are usually taken. Each can be repeated. One of
 *     {@link StepName}.
 */
public record PlannedStep(String state, String step) {}
