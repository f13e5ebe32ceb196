// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The steps of a session, in the order in which they are usually taken. Each can be repeated. A later daemon may
 * say words that are not here.
 */
public final class StepName {
    /** Permissions checked, edit planned, tried as a dry run and noted in the store. */
    public static final String PLAN = "plan";

    /** The Secret made that is the sidecar's identity, the record of the original and the lock. */
    public static final String CREATE_RECORD = "createRecord";

    /** The record brought up to date, because the workload changed before it was edited. */
    public static final String UPDATE_RECORD = "updateRecord";

    /** The volume claims made that the persistent folders of the dev configuration lie in. They outlive the session. */
    public static final String CREATE_VOLUMES = "createVolumes";

    /**
     * Waiting until those claims have a volume, where none comes with the dev pod; the workload is not changed
     * before.
     */
    public static final String AWAIT_VOLUMES = "awaitVolumes";

    /** The autoscalers of the workload kept from it, so that there is one dev pod. */
    public static final String PIN_AUTOSCALERS = "pinAutoscalers";

    /** The workload edited; a bare pod deleted and made again. */
    public static final String ENTER_DEV_MODE = "enterDevMode";

    /** The object made that has the dev pod, beside a workload whose own pods cannot be it. */
    public static final String CREATE_DEV_WORKLOAD = "createDevWorkload";

    /** Pods deleted that their controller would not replace: of the wrong template and broken, or finished. */
    public static final String DELETE_STALE_PODS = "deleteStalePods";

    /**
     * The strategy changed for a moment, so that the pods of the old template go although a container beside the
     * dev container is not ready; then changed back.
     */
    public static final String LET_OLD_PODS_GO = "letOldPodsGo";

    /** Waiting until a pod that is being deleted has left its name. */
    public static final String AWAIT_RELEASE = "awaitRelease";

    /** The local port opened. */
    public static final String OPEN_FORWARD = "openForward";

    /** The local syncthing started. */
    public static final String START_SYNC = "startSync";

    /** Waiting for the dev pod. */
    public static final String AWAIT_POD = "awaitPod";

    /** Waiting for the first sync. */
    public static final String AWAIT_SYNC = "awaitSync";

    /** The local syncthing stopped. */
    public static final String STOP_SYNC = "stopSync";

    /** The local port closed. */
    public static final String CLOSE_FORWARD = "closeForward";

    /** The object deleted that had the dev pod. */
    public static final String DELETE_DEV_WORKLOAD = "deleteDevWorkload";

    /** What others changed in DevMode taken over into the original that is put back. */
    public static final String MERGE_CHANGES = "mergeChanges";

    /** The original put back. */
    public static final String RESTORE_WORKLOAD = "restoreWorkload";

    /** Waiting for the pods of the original. */
    public static final String AWAIT_ROLLOUT = "awaitRollout";

    /** The dev revision and its pods deleted, so that an undo of the rollout cannot lead back to it. */
    public static final String DELETE_DEV_REVISION = "deleteDevRevision";

    /** The controls put back that had to stay neutral during the rollout: pause, strategy, history limit. */
    public static final String SETTLE_WORKLOAD = "settleWorkload";

    /** The fields given back to the managers that owned them before, so that a server-side apply meets no conflict. */
    public static final String RETURN_OWNERSHIP = "returnOwnership";

    /** The autoscalers given back as they were, with what others changed of them. */
    public static final String RELEASE_AUTOSCALERS = "releaseAutoscalers";

    /**
     * The volume claims deleted that came with the dev pod, where the workload's own rule is that they go with a
     * pod.
     */
    public static final String DELETE_CLAIMS = "deleteClaims";

    /** The Secret deleted. */
    public static final String DELETE_RECORD = "deleteRecord";

    /** The session taken out of the store. */
    public static final String FORGET = "forget";

    private StepName() {}
}
