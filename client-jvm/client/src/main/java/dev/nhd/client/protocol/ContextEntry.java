// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;

/**
 * One context.
 *
 * @param cluster The name of its cluster.
 * @param current Whether it is the current one.
 * @param file The file that it comes from.
 * @param name The context's name, which {@code context} takes everywhere.
 * @param credential How the user signs in; absent where the user is missing. May be null.
 * @param namespace The namespace that it names; without one it is {@code default}. May be null.
 * @param problems Why it will not work as it is. Empty where there is none.
 * @param server The address of the API server, without what may be a password in it; absent where the cluster is
 *     missing. May be null.
 * @param user The name of its user; absent where it names none. May be null.
 */
public record ContextEntry(
        String cluster,
        boolean current,
        String file,
        String name,
        Credential credential,
        String namespace,
        List<ContextProblem> problems,
        String server,
        String user) {
    /**
     * A list that is absent is empty.
     *
     * @param cluster The name of its cluster.
     * @param current Whether it is the current one.
     * @param file The file that it comes from.
     * @param name The context's name, which {@code context} takes everywhere.
     * @param credential How the user signs in; absent where the user is missing. May be null.
     * @param namespace The namespace that it names; without one it is {@code default}. May be null.
     * @param problems Why it will not work as it is. Empty where there is none.
     * @param server The address of the API server, without what may be a password in it; absent where the cluster
     *     is missing. May be null.
     * @param user The name of its user; absent where it names none. May be null.
     */
    public ContextEntry {
        problems = problems == null ? List.of() : problems;
    }
}
