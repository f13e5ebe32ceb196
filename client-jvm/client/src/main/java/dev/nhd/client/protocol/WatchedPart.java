// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What a subscription to workloads watches. A later daemon may say words that are not here. */
public final class WatchedPart {
    /** The word {@code deployments}. */
    public static final String DEPLOYMENTS = "deployments";

    /** The word {@code statefulSets}. */
    public static final String STATEFUL_SETS = "statefulSets";

    /** The word {@code daemonSets}. */
    public static final String DAEMON_SETS = "daemonSets";

    /** The word {@code jobs}. */
    public static final String JOBS = "jobs";

    /** The word {@code cronJobs}. */
    public static final String CRON_JOBS = "cronJobs";

    /** Everything: the cluster cannot be reached, or does not accept the user. */
    public static final String CLUSTER = "cluster";

    /** Bare pods, and what is the matter with the pods of the others. */
    public static final String PODS = "pods";

    /** The records, which are Secrets: who has a workload in DevMode. That somebody has is told all the same. */
    public static final String OWNERS = "owners";

    private WatchedPart() {}
}
