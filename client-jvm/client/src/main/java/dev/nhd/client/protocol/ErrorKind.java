// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/**
 * The kind of an error, which clients branch on. The list only ever grows. A later daemon may say words that are
 * not here.
 */
public final class ErrorKind {
    /** The request itself is wrong: a member is missing, empty or not what it must be. */
    public static final String INVALID_REQUEST = "invalidRequest";

    /** Client and daemon speak different versions of the protocol. */
    public static final String PROTOCOL_MISMATCH = "protocolMismatch";

    /** No session has this id or belongs to this workload. */
    public static final String SESSION_NOT_FOUND = "sessionNotFound";

    /** The workload already has a session on this machine, started with other parameters. */
    public static final String SESSION_EXISTS = "sessionExists";

    /** The session is being ended and can take no other request. */
    public static final String SESSION_ENDING = "sessionEnding";

    /** What was awaited was given up, because the session was ended meanwhile or the client cancelled the request. */
    public static final String CANCELLED = "cancelled";

    /** What was awaited did not come within the time that the client gave. */
    public static final String TIMEOUT = "timeout";

    /** No daemon answers. Clients say this; a daemon never does. */
    public static final String DAEMON_UNREACHABLE = "daemonUnreachable";

    /** A dev configuration cannot be read, or a value in it is not what it must be. */
    public static final String CONFIG_INVALID = "configInvalid";

    /** A kubeconfig is missing, cannot be read, or does not say what it must. */
    public static final String KUBECONFIG_INVALID = "kubeconfigInvalid";

    /** The kubeconfig has no such context. */
    public static final String CONTEXT_NOT_FOUND = "contextNotFound";

    /** The API server cannot be reached or does not answer. */
    public static final String CLUSTER_UNREACHABLE = "clusterUnreachable";

    /** The API server does not accept who we say we are. */
    public static final String UNAUTHORIZED = "unauthorized";

    /** The user lacks a permission that DevMode needs, to start or to end. */
    public static final String PERMISSION_DENIED = "permissionDenied";

    /** The API server answered with an error that is none of the others. */
    public static final String CLUSTER_ERROR = "clusterError";

    /** The kubeconfig's context leads to another cluster than the one in which the session was started. */
    public static final String ANOTHER_CLUSTER = "anotherCluster";

    /** There is no such workload. */
    public static final String WORKLOAD_NOT_FOUND = "workloadNotFound";

    /** There is no such namespace. */
    public static final String NAMESPACE_NOT_FOUND = "namespaceNotFound";

    /** DevMode does not know this kind of workload. */
    public static final String UNSUPPORTED_KIND = "unsupportedKind";

    /** The workload has no container of this name. */
    public static final String CONTAINER_NOT_FOUND = "containerNotFound";

    /** The workload has several containers and none was named. */
    public static final String CONTAINER_AMBIGUOUS = "containerAmbiguous";

    /** The workload cannot be put into DevMode as it is. */
    public static final String WORKLOAD_UNSUITABLE = "workloadUnsuitable";

    /** The folder in the container cannot be shared with the sidecar. */
    public static final String WORK_DIR_UNSUITABLE = "workDirUnsuitable";

    /** Somebody else has the workload in DevMode. */
    public static final String IN_DEV_MODE_ELSEWHERE = "inDevModeElsewhere";

    /** Others took the workload out of DevMode by overwriting it. */
    public static final String WORKLOAD_OVERWRITTEN = "workloadOverwritten";

    /** An image of the dev pod cannot be pulled. */
    public static final String IMAGE_NOT_PULLABLE = "imageNotPullable";

    /** No node takes the dev pod. */
    public static final String POD_UNSCHEDULABLE = "podUnschedulable";

    /** A container of the dev pod ends as soon as it starts, or cannot be made. */
    public static final String POD_CRASHING = "podCrashing";

    /** The cluster refuses to create the dev pod: a quota, an admission policy or a limit. */
    public static final String POD_REFUSED = "podRefused";

    /** The dev pod did not become ready in time. */
    public static final String POD_NOT_READY = "podNotReady";

    /**
     * The volume of a persistent folder cannot be had: its claim is refused, another's or lost, has no volume, or
     * one that the dev pod cannot reach.
     */
    public static final String VOLUME_UNAVAILABLE = "volumeUnavailable";

    /** There is no such volume claim, or it is not one of a persistent folder. */
    public static final String VOLUME_NOT_FOUND = "volumeNotFound";

    /** A pod or a session uses the volume claim. */
    public static final String VOLUME_IN_USE = "volumeInUse";

    /** The source folder is missing or is not a folder. */
    public static final String SOURCE_MISSING = "sourceMissing";

    /** There is no syncthing on this machine. */
    public static final String SYNCTHING_MISSING = "syncthingMissing";

    /** The syncthing on this machine is too old. */
    public static final String SYNCTHING_TOO_OLD = "syncthingTooOld";

    /** Files cannot be synced. */
    public static final String SYNC_FAILED = "syncFailed";

    /** The port-forward cannot be opened. */
    public static final String FORWARD_FAILED = "forwardFailed";

    /** The sync is held, so that what is awaited does not come. */
    public static final String SYNC_PAUSED = "syncPaused";

    /** Another program of this machine has the local port, or another forward. */
    public static final String LOCAL_PORT_TAKEN = "localPortTaken";

    /** The user may not open this local port. */
    public static final String LOCAL_PORT_DENIED = "localPortDenied";

    /** No terminal, command or log has this id. */
    public static final String STREAM_NOT_FOUND = "streamNotFound";

    /** So many terminals, commands and logs are open that there is room for no other. */
    public static final String TOO_MANY_STREAMS = "tooManyStreams";

    /** The workload has no pod that runs, or not the one that was named. */
    public static final String NO_POD = "noPod";

    /** A command cannot be started, signalled or ended in its container. */
    public static final String COMMAND_FAILED = "commandFailed";

    /** The dev container has no shell, or not the tool that is needed to look into it. */
    public static final String TOOLS_MISSING = "toolsMissing";

    /** There is no such file or folder in the dev container. */
    public static final String FILE_NOT_FOUND = "fileNotFound";

    /** A path in the dev container is not a folder, or goes through what is not one. */
    public static final String NOT_A_DIRECTORY = "notADirectory";

    /** A path in the dev container is not a file that can be read: a folder, a device, a socket or a pipe. */
    public static final String NOT_A_FILE = "notAFile";

    /** The user of the dev container may not look at a file or folder there. */
    public static final String FILE_FORBIDDEN = "fileForbidden";

    /** A file in the dev container is too large to be read in one piece. */
    public static final String FILE_TOO_LARGE = "fileTooLarge";

    /** The daemon's store cannot be read or written. */
    public static final String STORE_FAILED = "storeFailed";

    /** A fault of nhd itself. */
    public static final String INTERNAL = "internal";

    private ErrorKind() {}
}
