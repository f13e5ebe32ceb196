// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * The namespaces of a cluster; for a user who may not list them those that are known all the same.
 *
 * @param context The kubeconfig's context.
 * @param namespaces By name.
 * @param own The namespace of the context, which is meant where none is named.
 * @param server The address of the API server.
 * @param refused Why they could not be listed: {@code permissionDenied}. Then {@code namespaces} has those that
 *     contexts of the kubeconfig for this cluster name and those of this daemon's sessions there, whether they exist or
 *     not; the user may know more. May be null.
 */
public record NamespaceList(
        String context,
        List<NamespaceEntry> namespaces,
        String own,
        String server,
        ErrorInfo refused) {}
