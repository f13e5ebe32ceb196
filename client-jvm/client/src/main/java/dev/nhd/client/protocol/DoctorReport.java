// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * Everything that was looked at. Nothing in it is secret.
 *
 * @param at When it looked.
 * @param checks In the order in which people read them.
 * @param version The version of the nhd that looked.
 * @param context The kubeconfig's context, where there is one. May be null.
 * @param namespace The namespace that was looked at, once it is known. May be null.
 * @param server The address of the API server, where the kubeconfig says it. May be null.
 */
public record DoctorReport(
        String at,
        List<DoctorCheck> checks,
        String version,
        String context,
        String namespace,
        String server) {}
