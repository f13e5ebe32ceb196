// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract

/** The version of the protocol that these types describe. */
export const PROTOCOL_VERSION = 1;

/** The names of the one subscription. */
export const EVENT_SUBSCRIPTION = {
  subscribe: "events.subscribe",
  unsubscribe: "events.unsubscribe",
  notification: "events.event",
} as const;

/** The notification that cancels a request, and the code with which that request is answered. */
export const CANCEL_REQUEST = "$/cancelRequest";
export const CANCELLED_CODE = -32800;

/** What `$/cancelRequest` takes. */
export interface CancelParams {
  /** The id of the request. */
  id: RequestId;
}

/** One key with its effective value. */
export interface ConfigEntry {
  /** The path of the key below `dev`: `image`, `sync.mode`, `env.LOG_LEVEL`. */
  key: string;
  source: ConfigSource;
  /** Left out where nothing is set: the container keeps its own. */
  value?: ConfigValue;
}

/** What a start with the same parameters would use. */
export interface ConfigResult {
  entries: ConfigEntry[];
  workload: WorkloadRef;
  /** What was found and has no effect, each with its place. */
  warnings?: string[];
}

/** Where a value came from. */
export interface ConfigSource {
  kind: ConfigSourceKind;
  /** The column in characters, from 1. */
  column?: number;
  /** The file's path, or whose annotation it is. */
  file?: string;
  /** The line of the value in it, from 1. */
  line?: number;
}

/** The kinds of source, the strongest first. */
export type ConfigSourceKind =
  /** A member of the request. */
  | "flag"
  /** `.nocalhost/config.yaml` in the source folder. */
  | "file"
  /** The annotation `dev.nocalhost` of the workload. */
  | "annotation"
  /** The daemon's own `config.yaml`. */
  | "daemon"
  /** Nobody said otherwise. */
  | "default";

/** A value of the dev configuration. */
export type ConfigValue = string | number | string[];

/** A place in the log. `seq` counts up by one from 1 within an epoch; a new epoch begins with a new store. */
export interface Cursor {
  /** The log. Numbers of two epochs say nothing of each other. */
  epoch: string;
  /** The event's number in it. */
  seq: number;
}

/** The user and machine that began a session. */
export interface DevModeOwner {
  /** The name of the machine. */
  host: string;
  /** When the session was started. */
  since: string;
  /** The name of the user. */
  user: string;
}

/** Who has a workload in DevMode. */
export interface DevModeSummary {
  /** Whether the session is this daemon's. */
  here: boolean;
  /** It was begun by Nocalhost's own tool, which has to end it. */
  byNocalhost?: boolean;
  /** Absent where the record is not readable: a Secret, which many roles may not list. */
  owner?: DevModeOwner;
  /** The id of the session. */
  session?: string;
}

/**
 * Which sessions to end, and how their cluster is reached now. A session that cannot reach it any more by what it
 * was started with (the kubeconfig is gone, its context renamed, its credentials expired, the daemon restarted
 * since and with it what was secret of `environment`) goes on with this, if it is the same cluster.
 */
export interface EndParams {
  /**
   * Every session that the other members leave. `session.end` wants it said, so that a member forgotten or
   * misspelled does not end everything.
   */
  all?: boolean;
  /** The kubeconfig context that the session was started with. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  kind?: WorkloadKind;
  /**
   * As in `session.start`. Where it or `environment` is given, `context` is one of this kubeconfig and names every
   * session of its cluster, and a workload is looked up there before it is said that there is nothing to end.
   */
  kubeconfig?: string;
  /** The workload's name. */
  name?: string;
  /** The workload's namespace. */
  namespace?: string;
  /** The session's id. */
  session?: string;
}

/** What `session.end` set going. Ending what has ended already is a success with no sessions. */
export interface EndResult {
  /** The sessions that are being ended now; `session.wait` with `ended` waits for each. */
  sessions: SessionStatus[];
}

/** An error as clients see it: the JSON-RPC error's `data`, and the `error` of a session. */
export interface ErrorInfo {
  kind: ErrorKind;
  /** What was tried, on what, and what came of it; causes follow after colons. */
  message: string;
  /** What to do next. */
  hint?: string;
  /** The session that it concerns. */
  session?: string;
}

/** The kind of an error, which clients branch on. The list only ever grows. */
export type ErrorKind =
  /** The request itself is wrong: a member is missing, empty or not what it must be. */
  | "invalidRequest"
  /** Client and daemon speak different versions of the protocol. */
  | "protocolMismatch"
  /** No session has this id or belongs to this workload. */
  | "sessionNotFound"
  /** The workload already has a session on this machine, started with other parameters. */
  | "sessionExists"
  /** The session is being ended and can take no other request. */
  | "sessionEnding"
  /** What was awaited was given up, because the session was ended meanwhile or the client cancelled the request. */
  | "cancelled"
  /** What was awaited did not come within the time that the client gave. */
  | "timeout"
  /** No daemon answers. Clients say this; a daemon never does. */
  | "daemonUnreachable"
  /** A dev configuration cannot be read, or a value in it is not what it must be. */
  | "configInvalid"
  /** A kubeconfig is missing, cannot be read, or does not say what it must. */
  | "kubeconfigInvalid"
  /** The kubeconfig has no such context. */
  | "contextNotFound"
  /** The API server cannot be reached or does not answer. */
  | "clusterUnreachable"
  /** The API server does not accept who we say we are. */
  | "unauthorized"
  /** The user lacks a permission that DevMode needs, to start or to end. */
  | "permissionDenied"
  /** The API server answered with an error that is none of the others. */
  | "clusterError"
  /** The kubeconfig's context leads to another cluster than the one in which the session was started. */
  | "anotherCluster"
  /** There is no such workload. */
  | "workloadNotFound"
  /** There is no such namespace. */
  | "namespaceNotFound"
  /** DevMode does not know this kind of workload. */
  | "unsupportedKind"
  /** The workload has no container of this name. */
  | "containerNotFound"
  /** The workload has several containers and none was named. */
  | "containerAmbiguous"
  /** The workload cannot be put into DevMode as it is. */
  | "workloadUnsuitable"
  /** The folder in the container cannot be shared with the sidecar. */
  | "workDirUnsuitable"
  /** Somebody else has the workload in DevMode. */
  | "inDevModeElsewhere"
  /** Others took the workload out of DevMode by overwriting it. */
  | "workloadOverwritten"
  /** An image of the dev pod cannot be pulled. */
  | "imageNotPullable"
  /** No node takes the dev pod. */
  | "podUnschedulable"
  /** A container of the dev pod ends as soon as it starts, or cannot be made. */
  | "podCrashing"
  /** The cluster refuses to create the dev pod: a quota, an admission policy or a limit. */
  | "podRefused"
  /** The dev pod did not become ready in time. */
  | "podNotReady"
  /** The source folder is missing or is not a folder. */
  | "sourceMissing"
  /** There is no syncthing on this machine. */
  | "syncthingMissing"
  /** The syncthing on this machine is too old. */
  | "syncthingTooOld"
  /** Files cannot be synced. */
  | "syncFailed"
  /** The port-forward cannot be opened. */
  | "forwardFailed"
  /** The sync is held, so that what is awaited does not come. */
  | "syncPaused"
  /** Another program of this machine has the local port, or another forward. */
  | "localPortTaken"
  /** The user may not open this local port. */
  | "localPortDenied"
  /** The daemon's store cannot be read or written. */
  | "storeFailed"
  /** A fault of nhd itself. */
  | "internal";

/** Something that happened. It is a hint: a client that missed some asks again and loses nothing. */
export type Event = {
  /** When it happened. */
  at: string;
  /** The log. Numbers of two epochs say nothing of each other. */
  epoch: string;
  /** The event's number in it. */
  seq: number;
} & (
  /**
   * All sessions as they are. The first event of a subscription that cannot continue where the client left off; it
   * carries the number of the last event that it covers.
   */
  | {
      type: "snapshot";
      sessions: SessionStatus[];
    }
  /** A session is in another phase, has another pod, or met or lost an error. */
  | {
      type: "session";
      status: SessionStatus;
    }
  /** A step of a session began, was done, or failed. */
  | {
      type: "step";
      outcome: StepOutcome;
      /** The id of the session. */
      session: string;
      step: StepName;
      /** How long it took, in milliseconds; absent while it runs. */
      elapsedMs?: number;
      /** Why it failed. It may be tried again; what stands in the way for good is in the session's status. */
      error?: ErrorInfo;
    }
  /** Something that the user should know. */
  | {
      type: "warning";
      /** What the user should know. */
      message: string;
      /** The id of the session that it concerns. */
      session?: string;
    }
);

/** A piece of the log. */
export interface EventList {
  /** Oldest first. */
  events: Event[];
}

/** The params of the notification that carries an event. */
export interface EventNotification {
  result: Event;
  /** The id that `events.subscribe` answered with. */
  subscription: string;
}

/** Where to go on. */
export interface EventsParams {
  /**
   * The last event that the client has. Without it, and where the log no longer reaches back so far, a snapshot
   * comes first.
   */
  since?: Cursor;
}

/**
 * Names forwards by one of their ports or both, of the sessions that match. A port in the pod wants one session
 * named, where several have a forward to it.
 */
export interface ForwardEndParams {
  /**
   * Every session that the other members leave. `session.end` wants it said, so that a member forgotten or
   * misspelled does not end everything.
   */
  all?: boolean;
  /** The kubeconfig context that the session was started with. */
  context?: string;
  kind?: WorkloadKind;
  /** The port on 127.0.0.1. */
  localPort?: number;
  /** The workload's name. */
  name?: string;
  /** The workload's namespace. */
  namespace?: string;
  /** The port in the pod. */
  remotePort?: number;
  /** The session's id. */
  session?: string;
}

/** Several forwards. */
export interface ForwardList {
  forwards: SessionForward[];
}

/** Why there is a forward. */
export type ForwardReason =
  /** A client asked for it: by `forward.start`, or by `portForward` of the start. */
  | "request"
  /** `portForward` of the dev configuration. */
  | "portForward"
  /** `debug.remoteDebugPort` of the dev configuration: what a debugger attaches to. */
  | "debug"
  /** The session's own, to the sidecar's syncthing. It comes and goes with the session. */
  | "sync";

/** Forwards a port of this machine to one of the dev pod, of the one session that matches. */
export interface ForwardStartParams {
  /** The port in the pod. */
  remotePort: number;
  /**
   * Every session that the other members leave. `session.end` wants it said, so that a member forgotten or
   * misspelled does not end everything.
   */
  all?: boolean;
  /** The kubeconfig context that the session was started with. */
  context?: string;
  kind?: WorkloadKind;
  /**
   * The port on 127.0.0.1. Without it, or with 0, one that is free, or that of a forward to the same port in the
   * pod.
   */
  localPort?: number;
  /** The workload's name. */
  name?: string;
  /** The workload's namespace. */
  namespace?: string;
  /** The session's id. */
  session?: string;
}

/** How far a forward has come. */
export type ForwardState =
  /** It is opened as soon as the session has come so far. */
  | "opening"
  /** The local port takes connections. While the dev pod is away, they wait for it. */
  | "listening"
  /** The local port could not be opened; `error` says why. It is tried again until it can. */
  | "blocked";

/** The forward from this machine to the sidecar's syncthing. */
export interface ForwardStatus {
  /** Connections accepted since the forward was opened. */
  connections: number;
  /** The port on 127.0.0.1. */
  localPort: number;
  /** Connections open now. */
  openConnections: number;
  /** The port in the pod. */
  remotePort: number;
  /** The last connection that failed, and why. */
  lastError?: string;
}

/** Who calls. A daemon that speaks another protocol version answers with `protocolMismatch`. */
export interface HelloParams {
  /** The client's name and version, for the log: `nhd-cli 0.1.0`. */
  client: string;
  /** The protocol version that the client speaks. */
  protocol: number;
}

/** Who answers. */
export interface HelloResult {
  /** The folder of the daemon's store and logs. */
  home: string;
  /** The daemon's process. */
  pid: number;
  /** The protocol version that the daemon speaks. */
  protocol: number;
  /** The socket that it listens on. */
  socket: string;
  /** When the daemon was started. */
  startedAt: string;
  /** The daemon's version. */
  version: string;
}

/** What says which files are left out. */
export type LeftOutBy =
  /** Everything is synced. */
  | "nothing"
  /** The patterns of the dev configuration. */
  | "patterns"
  /** What git ignores. */
  | "git"
  /** The user's own `.stignore` in the source folder; the configuration has no effect then. */
  | "ownFile";

/** Takes no parameters: `{}` or nothing. */
export type NoParams = Record<string, never>;

/** An OpenRPC document. */
export type OpenRpcDocument = { [name: string]: unknown };

/** Where a session stands. */
export type Phase =
  /** The workload is being put into DevMode. */
  | "starting"
  /** The dev pod is ready; the first sync is under way. */
  | "ready"
  /** The first sync is complete; what is saved from now on arrives within milliseconds. */
  | "synced"
  /** It was ready or synced, then the pod, the forward or the sync was lost and is being brought back. */
  | "reconnecting"
  /** It is in DevMode, but something stands in the way that nhd does not decide by itself; `error` says what. */
  | "blocked"
  /** The workload is being given back. */
  | "ending"
  /** The workload is as it was. The session is gone. */
  | "ended"
  /** The start failed, and the workload is as it was. The session is gone; `error` says why. */
  | "failed";

/** What `session.start` with the same parameters would do. */
export interface PlanResult {
  /** In the order in which they would be written. */
  changes: PlannedChange[];
  /** The container to develop in. */
  container: string;
  /** The kubeconfig's context. */
  context: string;
  /** The address of the API server. */
  server: string;
  workload: WorkloadRef;
  /** What the user should know before. */
  warnings?: string[];
}

/** What happens to an object of the cluster. */
export type PlannedAction =
  | "create"
  | "update"
  /** Deleted, and made again under the same name. */
  | "replace";

/** One object that a start would create or change. */
export interface PlannedChange {
  action: PlannedAction;
  /** A unified diff of the manifest as YAML. Secret values are left out. */
  diff: string;
  /** The object's kind, as the Kubernetes API spells it. */
  kind: string;
  /** The object's name. */
  name: string;
}

/** The dev pod. */
export interface PodStatus {
  /** Whether its two containers are ready. */
  ready: boolean;
  /** What to do about that, where it is more than a matter of time. */
  hint?: string;
  /** Its name, once there is one. */
  name?: string;
  /** What it waits for, in the cluster's words: `ErrImagePull: …`. */
  waitingFor?: string;
}

/**
 * A forward from a port on 127.0.0.1, and on `::1` where it can be had, to a port in the dev pod. It outlives pods
 * and daemons, and ends with its session.
 */
export interface PortForward {
  /** Connections accepted since the forward was opened. */
  connections: number;
  /** Connections open now. */
  openConnections: number;
  reason: ForwardReason;
  /** The port in the pod. */
  remotePort: number;
  state: ForwardState;
  /** Why the local port could not be opened. */
  error?: ErrorInfo;
  /** The last connection that failed, and why: where nothing listens on the port in the pod, it says so. */
  lastError?: string;
  /** The port on 127.0.0.1; absent while a free one is yet to be chosen. */
  localPort?: number;
}

/** The workload to take out of DevMode that another daemon put into it. */
export interface ReleaseParams {
  kind: WorkloadKind;
  /** The workload's name. */
  name: string;
  /** As in `session.start`. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** As in `session.start`. */
  kubeconfig?: string;
  /** Without it the context's namespace, or `default`. */
  namespace?: string;
}

/** Pods of a workload. */
export interface ReplicaCount {
  /** How many the workload wants. */
  desired: number;
  /** How many are ready. */
  ready: number;
}

/** The id of a request, as the client chose it. */
export type RequestId = number | string;

/** Looks at files again that changed unseen. */
export interface RescanParams {
  /**
   * Every session that the other members leave. `session.end` wants it said, so that a member forgotten or
   * misspelled does not end everything.
   */
  all?: boolean;
  /** The kubeconfig context that the session was started with. */
  context?: string;
  kind?: WorkloadKind;
  /** The workload's name. */
  name?: string;
  /** The workload's namespace. */
  namespace?: string;
  /** Paths relative to the source folder, each with all below it; everything without them. */
  paths?: string[];
  /** The session's id. */
  session?: string;
}

/** What becomes of the security contexts of the pod and of the container developed in. */
export type SecurityContextChoice =
  /** They stay as they are, and the sidecar gets one that a namespace of the level `restricted` accepts. */
  | "keep";

/** A forward with the session that it belongs to. */
export interface SessionForward {
  /** Connections accepted since the forward was opened. */
  connections: number;
  /** Connections open now. */
  openConnections: number;
  reason: ForwardReason;
  /** The port in the pod. */
  remotePort: number;
  /** The session's id. */
  session: string;
  state: ForwardState;
  workload: WorkloadRef;
  /** Why the local port could not be opened. */
  error?: ErrorInfo;
  /** The last connection that failed, and why: where nothing listens on the port in the pod, it says so. */
  lastError?: string;
  /** The port on 127.0.0.1; absent while a free one is yet to be chosen. */
  localPort?: number;
}

/** Several sessions. */
export interface SessionList {
  sessions: SessionStatus[];
  /**
   * Those that failed within the last hour and are gone, the latest last, with their errors; not of workloads of
   * which there has been another session since, and not those of an earlier daemon.
   */
  failed?: SessionStatus[];
}

/** What became of a workload at the end of its session. */
export type SessionOutcome =
  /** It is as it was, with what others changed meanwhile. */
  | "restored"
  /** It is as it was, and has what the cluster's admission adds to every write since; `warnings` name it. */
  | "restoredWithAdditions"
  /** It was deleted meanwhile: there was nothing to give back. */
  | "gone"
  /** Somebody else has it in DevMode now. */
  | "taken"
  /** It is as it was, but its pods are not ready; they are as they would be without DevMode. */
  | "notReady";

/**
 * Names sessions: one by its id, or those of a workload. A workload named without a namespace matches in every one.
 */
export interface SessionSelector {
  /**
   * Every session that the other members leave. `session.end` wants it said, so that a member forgotten or
   * misspelled does not end everything.
   */
  all?: boolean;
  /** The kubeconfig context that the session was started with. */
  context?: string;
  kind?: WorkloadKind;
  /** The workload's name. */
  name?: string;
  /** The workload's namespace. */
  namespace?: string;
  /** The session's id. */
  session?: string;
}

/** A dev session with all that there is to know of it. */
export interface SessionStatus {
  /** The kubeconfig's context that the session is pinned to. */
  context: string;
  /** The dev image. */
  image: string;
  phase: Phase;
  /** The address of the API server that the session is pinned to. */
  server: string;
  /** The session's id. */
  session: string;
  /** Since when it is in this phase. */
  since: string;
  /** The local source folder, links resolved. */
  source: string;
  /** When the session was started. */
  startedAt: string;
  /** The folder in the container. */
  workDir: string;
  workload: WorkloadRef;
  /** The container developed in, by its original name, once it is known. */
  container?: string;
  /** Why the session cannot go on, or why it failed. */
  error?: ErrorInfo;
  forward?: ForwardStatus;
  /** The user's own forwards, those of the dev configuration included. */
  forwards?: PortForward[];
  /** What became of the workload, once the session is over. */
  outcome?: SessionOutcome;
  /** The dev pod, once there is one. */
  pod?: PodStatus;
  /** The shell to open in the dev container, where the dev configuration names one. */
  shell?: string;
  /** What it is doing now. */
  step?: StepName;
  sync?: SyncStatus;
  /** What the user should know but need not act on. */
  warnings?: string[];
}

/** Sessions live on: the next daemon picks them up again where the cluster is. */
export interface ShutdownResult {
  /** How many sessions stay in DevMode while no daemon runs. */
  sessionsLeft: number;
}

/** Which image and arguments the sidecar has. */
export type SidecarPreset =
  /** The official multi-architecture syncthing image, pinned. */
  | "syncthing"
  /** Nocalhost's own sidecar image. */
  | "nocalhost";

/**
 * Starts a dev session, or says what that would do (`session.plan`, `config.resolve`). What is left out comes from
 * the dev configuration.
 */
export interface StartParams {
  /** The workload's kind. */
  kind: WorkloadKind;
  /** The workload's name. */
  name: string;
  /** The absolute path of the local source folder. */
  source: string;
  /** The container to develop in; may be left out where there is only one. */
  container?: string;
  /** The context in it; without it the current one. The session stays with it when the current one changes. */
  context?: string;
  /** Variables for the dev container, beside those that it has and those of the dev configuration. */
  env?: { [name: string]: string };
  /**
   * The client's environment, as far as kubeconfig's exec plugins and the search for syncthing need it (`PATH`,
   * `HOME`, `KUBECONFIG`, cloud profiles), and what the variables of the dev configuration stand for. What may be
   * secret of it is in no file and ends with the daemon; whoever asks next brings it again.
   */
  environment?: { [name: string]: string };
  /**
   * Starts also where something may be lost or undone by others, which is refused otherwise: a workload that
   * another controller's resource owns, a pod whose own claims go with it or that has finished, a claim or a folder
   * of the node at the work dir.
   */
  force?: boolean;
  /** The dev image; may be left out where the dev configuration names one. */
  image?: string;
  /**
   * One absolute path, or several joined by the platform's path separator as in `KUBECONFIG`. Without it
   * `KUBECONFIG` of `environment`, then `~/.kube/config`.
   */
  kubeconfig?: string;
  /** Where the workload is; without it the context's namespace, or `default`. */
  namespace?: string;
  /**
   * Ports to forward for as long as the session lasts: `8080:80`, `:80` for whichever local port is free, or `80`
   * for the same on both sides. Without any, those of the dev configuration. One whose local port is taken is not a
   * failure: it is in the session's status and is tried again.
   */
  portForward?: string[];
  /**
   * Without it the container's is removed, and of the pod's what would stop the sidecar, which then runs as root.
   */
  securityContext?: SecurityContextChoice;
  /** The sidecar's image; the preset's without it. */
  sidecarImage?: string;
  /** `syncthing` without it. */
  sidecarPreset?: SidecarPreset;
  /** Which way files go; `send` without it. */
  syncType?: SyncType;
  /**
   * How long the start may take until the dev pod is ready; 120,000 without it. A start that takes longer is
   * undone, which takes its time on top. From then on only a first sync that comes no further, for as long and at
   * least for a minute, is a reason to undo it.
   */
  timeoutMs?: number;
  /** The folder in the container; `/home/nocalhost-dev` without it. */
  workDir?: string;
}

/** The steps of a session, in the order in which they are usually taken. Each can be repeated. */
export type StepName =
  /** Permissions checked, edit planned, tried as a dry run and noted in the store. */
  | "plan"
  /** The Secret made that is the sidecar's identity, the record of the original and the lock. */
  | "createRecord"
  /** The record brought up to date, because the workload changed before it was edited. */
  | "updateRecord"
  /** The autoscalers of the workload kept from it, so that there is one dev pod. */
  | "pinAutoscalers"
  /** The workload edited; a bare pod deleted and made again. */
  | "enterDevMode"
  /** The object made that has the dev pod, beside a workload whose own pods cannot be it. */
  | "createDevWorkload"
  /** Pods deleted that their controller would not replace: of the wrong template and broken, or finished. */
  | "deleteStalePods"
  /**
   * The strategy changed for a moment, so that the pods of the old template go although a container beside the dev
   * container is not ready; then changed back.
   */
  | "letOldPodsGo"
  /** Waiting until a pod that is being deleted has left its name. */
  | "awaitRelease"
  /** The local port opened. */
  | "openForward"
  /** The local syncthing started. */
  | "startSync"
  /** Waiting for the dev pod. */
  | "awaitPod"
  /** Waiting for the first sync. */
  | "awaitSync"
  /** The local syncthing stopped. */
  | "stopSync"
  /** The local port closed. */
  | "closeForward"
  /** The object deleted that had the dev pod. */
  | "deleteDevWorkload"
  /** What others changed in DevMode taken over into the original that is put back. */
  | "mergeChanges"
  /** The original put back. */
  | "restoreWorkload"
  /** Waiting for the pods of the original. */
  | "awaitRollout"
  /** The dev revision and its pods deleted, so that an undo of the rollout cannot lead back to it. */
  | "deleteDevRevision"
  /** The controls put back that had to stay neutral during the rollout: pause, strategy, history limit. */
  | "settleWorkload"
  /**
   * The fields given back to the managers that owned them before, so that a server-side apply meets no conflict.
   */
  | "returnOwnership"
  /** The autoscalers given back as they were, with what others changed of them. */
  | "releaseAutoscalers"
  /**
   * The volume claims deleted that came with the dev pod, where the workload's own rule is that they go with a pod.
   */
  | "deleteClaims"
  /** The Secret deleted. */
  | "deleteRecord"
  /** The session taken out of the store. */
  | "forget";

/** How far a step has come. */
export type StepOutcome =
  | "began"
  | "done"
  | "failed";

/** A path that cannot be read or written. */
export interface SyncProblem {
  /** Why it cannot be, in the words of the system. */
  error: string;
  /** Relative to the source folder. */
  path: string;
}

/** The sync of one session: what is synced, where to, and how far. */
export interface SyncReport {
  /** The session's id. */
  session: string;
  /** The local source folder. */
  source: string;
  /** The folder in the container. */
  workDir: string;
  workload: WorkloadRef;
  /** Left out before syncthing has been started for the first time. */
  sync?: SyncStatus;
}

/** How far file sync has come. */
export type SyncState =
  /** The local syncthing is being started. */
  | "starting"
  /** It runs, and the one in the pod is not connected. */
  | "connecting"
  /** Files are on their way. */
  | "syncing"
  /** Everything saved is in the pod. */
  | "inSync"
  /** It is held with `sync.pause` until `sync.resume`: neither side hears of the other. */
  | "paused"
  /** It works, slower or with files left out; `lastError` says why. */
  | "degraded"
  /** The source folder is gone or empty at once: nothing is synced, and nothing is deleted in the pod. */
  | "sourceLost"
  /** It does not work; `lastError` and `hint` say why and what to do. */
  | "failed";

/** File sync of one session. */
export interface SyncStatus {
  /** How much of the source folder is in the pod, in percent of bytes. */
  completion: number;
  /** Whether the two syncthings are connected. */
  connected: boolean;
  /** Bytes not yet in the pod. */
  needBytes: number;
  /** Files, folders and deletions not yet in the pod. */
  needFiles: number;
  /** How often the local syncthing was started again after it died. */
  restarts: number;
  state: SyncState;
  /** Bytes in the source folder. */
  totalBytes: number;
  /** Files in the source folder. */
  totalFiles: number;
  /** What to do about it. */
  hint?: string;
  /** What went wrong last, as long as it matters. */
  lastError?: string;
  /** When the pod was last seen to have everything. */
  lastSynced?: string;
  /** What says which files are left out. */
  leftOutBy?: LeftOutBy;
  /** Whether it is held. */
  paused?: boolean;
  /** Paths that cannot be read or written, the first of them. */
  problems?: SyncProblem[];
  /** Whether what the pod changes is taken now: with `sendReceive`, once everything is there. */
  receives?: boolean;
  /** Which way files go. */
  syncType?: SyncType;
}

/** Which way files go. */
export type SyncType =
  /** Into the pod only: local files are never changed. */
  | "send"
  /**
   * Into the pod; and once everything is there, what the pod changes comes back. A conflict keeps both versions.
   */
  | "sendReceive";

/** Waits until a session has come so far. Fails at once when it no longer can. */
export interface WaitParams {
  /** The session's id. */
  session: string;
  until: WaitUntil;
  /** How long to wait; without it as long as it takes, at most 24 hours. */
  timeoutMs?: number;
}

/** What to wait for. */
export type WaitUntil =
  /** The dev pod is ready. */
  | "ready"
  /** Everything saved before the call is in the pod. */
  | "synced"
  /** The session is gone. */
  | "ended";

/** The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them. */
export type WorkloadKind =
  | "Deployment"
  | "StatefulSet"
  | "DaemonSet"
  | "Job"
  | "CronJob"
  | "Pod";

/**
 * The workloads that could be developed in: without pods and jobs that a controller made, and without what nhd
 * itself made. Kinds that the user may not list are left out and named.
 */
export interface WorkloadList {
  /** The kubeconfig's context. */
  context: string;
  /** The address of the API server. */
  server: string;
  workloads: WorkloadSummary[];
  /** What could not be listed, and why. */
  warnings?: string[];
}

/** Which workloads to list. */
export interface WorkloadListParams {
  /** Those of every namespace. */
  allNamespaces?: boolean;
  /** As in `session.start`. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** As in `session.start`. */
  kubeconfig?: string;
  /** Without it the context's namespace, or `default`. */
  namespace?: string;
}

/** One workload of a cluster. */
export interface WorkloadRef {
  kind: WorkloadKind;
  /** Its name. */
  name: string;
  /** Where it is. */
  namespace: string;
}

/** One workload at a glance. */
export interface WorkloadSummary {
  /** The names of its containers. */
  containers: string[];
  workload: WorkloadRef;
  /** Present while it is in DevMode. */
  devMode?: DevModeSummary;
  /** How many pods it wants and how many are ready; not of kinds that do not count them. */
  replicas?: ReplicaCount;
}

/** Every method with what it takes, what it answers, and what a repetition does. */
export interface Methods {
  /** Says who calls and who answers, and fails where the two do not speak the same protocol. */
  "daemon.hello": { params: HelloParams; result: HelloResult };
  /** Stops the daemon. Sessions stay in DevMode; the next daemon goes on with them. */
  "daemon.shutdown": { params: NoParams; result: ShutdownResult };
  /** This document: every method, type and error of the daemon, as OpenRPC. */
  "rpc.discover": { params: NoParams; result: OpenRpcDocument };
  /** Says what a start would change, and changes nothing. */
  "session.plan": { params: StartParams; result: PlanResult };
  /**
   * Puts a workload into DevMode. Answers as soon as the session exists; progress comes as events, and
   * `session.wait` waits for it. Repeated with equal parameters it answers with the session that there is, which
   * goes on by this kubeconfig, context and environment where it cannot reach its cluster by its own.
   */
  "session.start": { params: StartParams; result: SessionStatus };
  /**
   * Gives workloads back as they were. Answers as soon as that is under way. Repeated, it is still one ending. A
   * workload that this daemon has no session of and somebody else has in DevMode is an error, where it is said how
   * the cluster is reached.
   */
  "session.end": { params: EndParams; result: EndResult };
  /**
   * Takes a workload out of DevMode that another daemon put into it, such as one on a laptop that is gone: by the
   * record in the cluster alone. Answers with a session of this daemon that is being ended; `session.wait` waits
   * for it. The other daemon finds its session overwritten.
   */
  "session.release": { params: ReleaseParams; result: SessionStatus };
  /** One session; fails where none or several match. Where none goes on, the last one that failed lately. */
  "session.status": { params: SessionSelector; result: SessionStatus };
  /** All sessions that match, and those that failed lately. */
  "session.list": { params: SessionSelector; result: SessionList };
  /** Waits until a session has come so far. Fails when it no longer can, with the session's own error. */
  "session.wait": { params: WaitParams; result: SessionStatus };
  /**
   * Forwards a port on 127.0.0.1 to one of the dev pod, until `forward.end` or the end of the session. Answers when
   * the local port takes connections, which wait for the pod where it is away. Repeated, it answers with the
   * forward that there is.
   */
  "forward.start": { params: ForwardStartParams; result: SessionForward };
  /**
   * Ends forwards, those of the dev configuration included, and answers with them. Repeated, there is none to end.
   */
  "forward.end": { params: ForwardEndParams; result: ForwardList };
  /** The forwards of all sessions that match, the session's own to its syncthing included. */
  "forward.list": { params: SessionSelector; result: ForwardList };
  /** How a session's files are synced: which way, what is left out, how far, what cannot be read. */
  "sync.status": { params: SessionSelector; result: SyncReport };
  /** Looks at files again that changed unseen, as on a network disk. Answers before that is done. */
  "sync.rescan": { params: RescanParams; result: SyncReport };
  /** Holds the sync of a session, across restarts of the daemon, once its first sync is complete. */
  "sync.pause": { params: SessionSelector; result: SyncReport };
  /** Lets the sync go on. */
  "sync.resume": { params: SessionSelector; result: SyncReport };
  /** The workloads of a namespace or of the cluster, with who has which in DevMode since when. */
  "workload.list": { params: WorkloadListParams; result: WorkloadList };
  /**
   * Says what a start with the same parameters would use, and where each value came from: the request, the source
   * folder's `.nocalhost/config.yaml`, the workload's annotation, the daemon's configuration or a default.
   */
  "config.resolve": { params: StartParams; result: ConfigResult };
  /** The events after a place in the log, without waiting for more. */
  "events.since": { params: EventsParams; result: EventList };
}

/** Whether a method only reads, is safe to send again when its answer was lost, or is done again. */
export const REPEATS: { readonly [M in keyof Methods]: "reads" | "idempotent" | "again" } = {
  "daemon.hello": "reads",
  "daemon.shutdown": "again",
  "rpc.discover": "reads",
  "session.plan": "reads",
  "session.start": "idempotent",
  "session.end": "idempotent",
  "session.release": "idempotent",
  "session.status": "reads",
  "session.list": "reads",
  "session.wait": "reads",
  "forward.start": "idempotent",
  "forward.end": "idempotent",
  "forward.list": "reads",
  "sync.status": "reads",
  "sync.rescan": "idempotent",
  "sync.pause": "idempotent",
  "sync.resume": "idempotent",
  "workload.list": "reads",
  "config.resolve": "reads",
  "events.since": "reads",
};

/** The JSON-RPC code of each kind of error. */
export const ERROR_CODES: { readonly [K in ErrorKind]: number } = {
  invalidRequest: 1,
  protocolMismatch: 2,
  sessionNotFound: 3,
  sessionExists: 4,
  sessionEnding: 5,
  cancelled: 6,
  timeout: 7,
  daemonUnreachable: 8,
  configInvalid: 9,
  kubeconfigInvalid: 20,
  contextNotFound: 21,
  clusterUnreachable: 22,
  unauthorized: 23,
  permissionDenied: 24,
  clusterError: 25,
  anotherCluster: 26,
  workloadNotFound: 40,
  namespaceNotFound: 41,
  unsupportedKind: 42,
  containerNotFound: 43,
  containerAmbiguous: 44,
  workloadUnsuitable: 45,
  workDirUnsuitable: 46,
  inDevModeElsewhere: 47,
  workloadOverwritten: 49,
  imageNotPullable: 60,
  podUnschedulable: 61,
  podCrashing: 62,
  podRefused: 63,
  podNotReady: 64,
  sourceMissing: 80,
  syncthingMissing: 81,
  syncthingTooOld: 82,
  syncFailed: 83,
  forwardFailed: 84,
  syncPaused: 85,
  localPortTaken: 90,
  localPortDenied: 91,
  storeFailed: 100,
  internal: 101,
};
