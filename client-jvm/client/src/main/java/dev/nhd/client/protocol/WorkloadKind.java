// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. A later daemon may say words
 * that are not here.
 */
public final class WorkloadKind {
    /** The word {@code Deployment}. */
    public static final String DEPLOYMENT = "Deployment";

    /** The word {@code StatefulSet}. */
    public static final String STATEFUL_SET = "StatefulSet";

    /** The word {@code DaemonSet}. */
    public static final String DAEMON_SET = "DaemonSet";

    /** The word {@code Job}. */
    public static final String JOB = "Job";

    /** The word {@code CronJob}. */
    public static final String CRON_JOB = "CronJob";

    /** The word {@code Pod}. */
    public static final String POD = "Pod";

    private WorkloadKind() {}
}
