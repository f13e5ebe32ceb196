// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

import java.util.List;
import java.util.Map;

/**
 * Gives the one session that matches other variables: a token that was renewed, a PATH with the exec plugin on it.
 * Those that are not named stay. What may be secret of them is in memory only, as in {@code session.start}, and the
 * variables of the dev configuration keep what they stood for at the start.
 *
 * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
 *     forgotten or misspelled does not end everything. May be null.
 * @param context The kubeconfig context that the session was started with. May be null.
 * @param environment Values by name. May be null.
 * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
 *     {@link WorkloadKind}. May be null.
 * @param name The workload's name. May be null.
 * @param namespace The workload's namespace. May be null.
 * @param session The session's id. May be null.
 * @param unset Names of variables that are to be there no longer. May be null.
 */
public record SetEnvironmentParams(
        Boolean all,
        String context,
        Map<String, String> environment,
        String kind,
        String name,
        String namespace,
        String session,
        List<String> unset) {
    /** With nothing but what has to be there. */
    public SetEnvironmentParams() {
        this(null, null, null, null, null, null, null, null);
    }

    /**
     * The same with {@code all}.
     *
     * @param all Every session that the other members leave. {@code session.end} wants it said, so that a member
     *     forgotten or misspelled does not end everything.
     * @return a copy
     */
    public SetEnvironmentParams withAll(boolean all) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }

    /**
     * The same with {@code context}.
     *
     * @param context The kubeconfig context that the session was started with.
     * @return a copy
     */
    public SetEnvironmentParams withContext(String context) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }

    /**
     * The same with {@code environment}.
     *
     * @param environment Values by name.
     * @return a copy
     */
    public SetEnvironmentParams withEnvironment(Map<String, String> environment) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }

    /**
     * The same with {@code kind}.
     *
     * @param kind The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. One of
     *     {@link WorkloadKind}.
     * @return a copy
     */
    public SetEnvironmentParams withKind(String kind) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }

    /**
     * The same with {@code name}.
     *
     * @param name The workload's name.
     * @return a copy
     */
    public SetEnvironmentParams withName(String name) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }

    /**
     * The same with {@code namespace}.
     *
     * @param namespace The workload's namespace.
     * @return a copy
     */
    public SetEnvironmentParams withNamespace(String namespace) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }

    /**
     * The same with {@code session}.
     *
     * @param session The session's id.
     * @return a copy
     */
    public SetEnvironmentParams withSession(String session) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }

    /**
     * The same with {@code unset}.
     *
     * @param unset Names of variables that are to be there no longer.
     * @return a copy
     */
    public SetEnvironmentParams withUnset(List<String> unset) {
        return new SetEnvironmentParams(all, context, environment, kind, name, namespace, session, unset);
    }
}
