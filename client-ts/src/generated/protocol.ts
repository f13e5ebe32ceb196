// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract

/** The version of the protocol that these types describe. */
export const PROTOCOL_VERSION = 1;

/** The names of the subscription to events. */
export const EVENT_SUBSCRIPTION = {
  subscribe: "events.subscribe",
  unsubscribe: "events.unsubscribe",
  notification: "events.event",
} as const;

/** The names of the subscription to workloads. */
export const WORKLOAD_SUBSCRIPTION = {
  subscribe: "workload.subscribe",
  unsubscribe: "workload.unsubscribe",
  notification: "workload.event",
} as const;

/** The notification that cancels a request, and the code with which that request is answered. */
export const CANCEL_REQUEST = "$/cancelRequest";
export const CANCELLED_CODE = -32800;

/** What `$/cancelRequest` takes. */
export interface CancelParams {
  /** The id of the request. */
  id: RequestId;
}

/** What there is to choose from. */
export type Choices =
  /** Names of containers of the workload, or of its dev configuration. */
  | "container"
  /** Names of contexts of the kubeconfig. */
  | "context"
  /** Names of namespaces. */
  | "namespace"
  /** Kinds of workloads. */
  | "kind"
  /** Names of workloads of the kind, in the namespace. */
  | "workload"
  /** Ids of sessions. */
  | "session";

/** Looks through a text that may not be saved. */
export interface ConfigCheckParams {
  /**
   * The absolute path of the file, from which includes and the file of variables are found. It need not be there.
   * One that is named `.nocalhost/config.yaml` is that of the source folder around it, the daemon's own
   * `config.yaml` the daemon's; another one is taken for one of the former form.
   */
  path: string;
  /** The container that is meant. */
  container?: string;
  /** What the variables of the text stand for. */
  environment?: { [name: string]: string };
  /** The workload that is meant, with `name`: then it also counts whether anything is said about that. */
  kind?: WorkloadKind;
  /** The workload's name. */
  name?: string;
  /** The text; without it, that of the file. */
  text?: string;
}

/** What is wrong with a text: the first 200. */
export interface ConfigCheckResult {
  /** In the order of the text, then those of included files. */
  problems: ConfigProblem[];
}

/** One key with its effective value. */
export interface ConfigEntry {
  /** The path of the key below `dev`: `image`, `sync.mode`, `env.LOG_LEVEL`. */
  key: string;
  source: ConfigSource;
  /** Left out where nothing is set: the container keeps its own. */
  value?: ConfigValue;
}

/** What mends a problem. */
export interface ConfigFix {
  /** In the text that was checked. */
  edits: TextEdit[];
  /** What it does, in a few words. */
  title: string;
}

/** Something wrong with a dev configuration. */
export interface ConfigProblem {
  /**
   * What it is, for programs: `configSyntax`, `configInclude`, `configWrong`, `configVariable`, `configEnvFile`,
   * `configWithoutEffect`, or the code of a warning.
   */
  code: string;
  /** The column as messages have it, from 1, in characters. */
  column: number;
  /** The line as messages have it, from 1. */
  line: number;
  /** What is wrong, in English. */
  message: string;
  /** Where, in the file below. What comes of a variable is where the variable is named. */
  range: TextRange;
  severity: Severity;
  /** The included file that has it; absent for the text itself. */
  file?: string;
  /** What mends it, where that is known. */
  fix?: ConfigFix;
  /** The path of the key from the top of the file: `services[0].containers[0].dev.sync.type`. */
  key?: string;
}

/** What a start with the same parameters would use. */
export interface ConfigResult {
  entries: ConfigEntry[];
  workload: WorkloadRef;
  /** The same as codes with arguments, in the same order. */
  notices?: Notice[];
  /** What was found and has no effect, each with its place. */
  warnings?: string[];
}

/** Writes a first configuration for a workload. */
export interface ConfigScaffoldParams {
  /** The workload's kind. */
  kind: WorkloadKind;
  /** The workload's name. */
  name: string;
  /** As in `session.start`. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** The image to begin with. */
  image?: string;
  /** As in `session.start`. */
  kubeconfig?: string;
  /** Without it the context's namespace, or `default`. */
  namespace?: string;
  /** Asks no cluster. */
  offline?: boolean;
  /** The absolute path of the source folder, whose files say which image is of use. */
  source?: string;
}

/** A first configuration, with comments. */
export interface ConfigScaffoldResult {
  /** Whether the workload's own containers are in it. */
  fromCluster: boolean;
  /** The text. */
  text: string;
  /** Why the cluster could not be asked. */
  warnings?: string[];
}

/** Which schema. */
export interface ConfigSchemaParams {
  /** That of the daemon's own `config.yaml`; without it, that of `.nocalhost/config.yaml`. */
  daemon?: boolean;
}

/** A JSON Schema. */
export interface ConfigSchemaResult {
  /** The schema of draft 7, as JSON text to hand to an editor. */
  schema: string;
}

/** Writes one key of the dev configuration of a container. */
export interface ConfigSetParams {
  /** The path of the key below `dev`, as `config.resolve` has it: `image`, `sync.mode`, `env.LOG_LEVEL`. */
  key: string;
  /** The workload's kind. */
  kind: WorkloadKind;
  /** The workload's name. */
  name: string;
  /** As in `config.check`. */
  path: string;
  /** Its value. */
  value: ConfigValue;
  /** The container; without it the only one, or that without a name. */
  container?: string;
  /** What the variables of the text stand for. */
  environment?: { [name: string]: string };
  /** The text; without it, that of the file, or an empty one where there is no file. */
  text?: string;
  /** Writes the file, which is replaced as a whole and keeps its mode. Without it nothing is written. */
  write?: boolean;
}

/** The text with the key written. */
export interface ConfigSetResult {
  /** What changed in the old text; empty where it said so already. */
  edits: TextEdit[];
  /** The whole new text. Outside of the edits it is the old one, byte for byte. */
  text: string;
  /** Whether the file was written. */
  written: boolean;
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

/** A container of the workload's template. */
export interface ContainerDescription {
  /** Whether it can be developed in: `container` of `session.start` takes its name. */
  developable: boolean;
  /** Its image. */
  image: string;
  /** Its name. */
  name: string;
  role: ContainerRole;
  /** What it may use at most. */
  limits?: { [name: string]: string };
  /** Its ports, as it declares them; it may listen on others. */
  ports?: ContainerPort[];
  /** What it is guaranteed, such as `{"cpu": "100m"}`. */
  requests?: { [name: string]: string };
  /** The folder that it starts in; absent where that is the image's. */
  workingDir?: string;
}

/** How far a container is. */
export type ContainerPhase =
  | "waiting"
  | "running"
  | "terminated";

/** A port of a container. */
export interface ContainerPort {
  /** The number. */
  port: number;
  /** `TCP`, `UDP` or `SCTP`. */
  protocol: string;
  /** The name that services may refer to. */
  name?: string;
}

/** When a container of a pod runs. */
export type ContainerRole =
  | "main"
  /** Before the others, and then it ends. */
  | "init"
  /** An init container that goes on beside the others (`restartPolicy: Always`). */
  | "sidecar"
  /** The sidecar that nhd adds in DevMode. */
  | "nhd";

/** A container of a pod. */
export interface ContainerState {
  /** Its name. */
  name: string;
  /** Whether its probes say that it is ready. */
  ready: boolean;
  /** How often it was started again. */
  restarts: number;
  state: ContainerPhase;
  /** With which exit code it ended, or ended the last time. */
  exitCode?: number;
  /** The same in the cluster's words. */
  message?: string;
  /** Why it waits or ended, in one word, such as `ImagePullBackOff` or `Error`. */
  reason?: string;
  /** Since when it runs. */
  startedAt?: string;
}

/** One context. */
export interface ContextEntry {
  /** The name of its cluster. */
  cluster: string;
  /** Whether it is the current one. */
  current: boolean;
  /** The file that it comes from. */
  file: string;
  /** The context's name, which `context` takes everywhere. */
  name: string;
  /** How the user signs in; absent where the user is missing. */
  credential?: Credential;
  /** The namespace that it names; without one it is `default`. */
  namespace?: string;
  /** Why it will not work as it is. */
  problems?: ContextProblem[];
  /** The address of the API server, without what may be a password in it; absent where the cluster is missing. */
  server?: string;
  /** The name of its user; absent where it names none. */
  user?: string;
}

/**
 * The contexts of a kubeconfig, merged as kubectl merges several files: the first to name a thing wins. Nothing was
 * asked of any cluster, no plugin was run, nothing was written, and no credential is in it.
 */
export interface ContextList {
  /** In the order of the files. */
  contexts: ContextEntry[];
  /** The files that were looked at, in their order: those to watch for changes. */
  files: string[];
  /** The name of the current context, which may be none of those that are there. */
  current?: string;
  /** Files that gave nothing. */
  warnings?: ContextWarning[];
}

/** Which kubeconfig to read. */
export interface ContextListParams {
  /** As in `session.start`. `PATH` in it is where exec plugins are looked for. */
  environment?: { [name: string]: string };
  /**
   * As in `session.start`: one file, or several as in `KUBECONFIG`. Without it `KUBECONFIG` of the `environment`,
   * else `~/.kube/config`.
   */
  kubeconfig?: string;
}

/** Why a context will not work as it is. */
export interface ContextProblem {
  kind: ContextProblemKind;
  /** What is wrong, and with what. */
  message: string;
}

/** What can be wrong with a context. */
export type ContextProblemKind =
  /** There is no cluster of the name that it has, or the cluster has no server. */
  | "clusterMissing"
  /** There is no user of the name that it has. */
  | "userMissing"
  /** A later entry has the same name, and does not count. */
  | "duplicate"
  /** A file with a certificate, a key or a token is not there. */
  | "fileMissing"
  /** The program of the exec plugin is not there, or not on the `PATH` of the `environment`. */
  | "pluginMissing";

/** A file of the kubeconfig that gave nothing. */
export interface ContextWarning {
  /** The file. */
  file: string;
  /** Why it gave nothing; no line of it is quoted. */
  message: string;
}

/** How the user of a context signs in. */
export interface Credential {
  kind: CredentialKind;
  /** The name of the exec plugin's program, or of the auth provider. */
  name?: string;
}

/** The kinds of credentials, of which the first that a user has counts. */
export type CredentialKind =
  | "clientCertificate"
  /** A provider that is built into clients, as older kubeconfigs name them. */
  | "authProvider"
  /** A name and a password. */
  | "basic"
  /** A bearer token, in the kubeconfig or in a file. */
  | "token"
  /** A program that gives credentials. */
  | "exec"
  /** Nobody in particular. */
  | "none";

/** A place in the log. `seq` counts up by one from 1 within an epoch; a new epoch begins with a new store. */
export interface Cursor {
  /** The log. Numbers of two epochs say nothing of each other. */
  epoch: string;
  /** The event's number in it. */
  seq: number;
}

/** What a debugger needs to know of the dev container. */
export interface DebugDescription {
  /** The dev container in it. */
  container: string;
  /**
   * What debuggers are in the container, or listen there. Empty says that there are none only where `unknown` is
   * absent.
   */
  debuggers: Debugger[];
  /** The source folder on this machine. */
  localFolder: string;
  /** The same folder in the container. */
  remoteFolder: string;
  /** The line of `command.debug` in the dev configuration. */
  command?: string;
  /**
   * The language of the program, in lower case: `go`, `java`, `node`, `python`, `php`, `ruby`, `rust`, `dotnet`.
   */
  language?: string;
  /** What says so; absent where nothing does. */
  languageFrom?: LanguageSource;
  /** The dev pod; absent while there is none. */
  pod?: string;
  /** `debug.remoteDebugPort` of the dev configuration, else the port on which a debugger was found to listen. */
  port?: number;
  /** Why the container could not be asked. */
  unknown?: string;
}

/** A debugger in the container. */
export interface Debugger {
  /** `dlv`, `debugpy`, `node`, `jdwp`, `gdb`, `lldb-server`, `rdbg`, `vsdbg`, … */
  name: string;
  /** Where the program is, or the version of a module. */
  detail?: string;
  /** The port that a running process was told to listen on for a debugger. */
  port?: number;
}

/** Which workload to describe. */
export interface DescribeParams {
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

/** What is read of a workload beside the workload itself. */
export type DescribedPart =
  | "pods"
  | "services"
  /** Who has it in DevMode; that somebody has is told all the same. */
  | "owner";

/** What could not be read of a workload. */
export interface DescriptionTrouble {
  error: ErrorInfo;
  part: DescribedPart;
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

/** One thing that was looked at. */
export interface DoctorCheck {
  /** What was found, or why it was not looked at. Lines are separated by `\n`. */
  detail: string;
  /** How long it took to look, in milliseconds. */
  elapsedMs: number;
  group: DoctorGroup;
  /** What it is for programs, such as `cluster.reachable`; one of each in a report. The list only ever grows. */
  id: string;
  state: DoctorState;
  /** What it is for people, in a few words. */
  title: string;
  /** What to do about it, the most useful first. */
  remedies?: DoctorRemedy[];
}

/** What a check is about. */
export type DoctorGroup =
  /** The daemon and its sessions. */
  | "daemon"
  /** This machine: programs, limits, disk, socket. */
  | "machine"
  /** The kubeconfig and the credentials in it. */
  | "kubeconfig"
  /** The API server. */
  | "cluster"
  /** What the user may do in the namespace. */
  | "permissions"
  /** What earlier sessions left, here and in the namespace. */
  | "leftovers";

/** Where to look. All of it is as in `session.start`, so that what is found is what a start would meet. */
export interface DoctorParams {
  /** As in `session.start`. */
  context?: string;
  /** As in `session.start`: exec plugins and syncthing are looked up on its `PATH`. */
  environment?: { [name: string]: string };
  /** As in `session.start`. */
  kubeconfig?: string;
  /** Without it the context's namespace, or `default`. */
  namespace?: string;
}

/** Something to do about what was found. */
export interface DoctorRemedy {
  /** What to do, as a sentence. */
  text: string;
  /** A command line for a POSIX shell that does it. Nobody but the user may decide to run it. */
  command?: string;
  /** The Kubernetes manifest that `command` reads from its standard input, as YAML. */
  manifest?: string;
  /** A workload to give back with `session.release`. */
  release?: WorkloadRef;
}

/** Everything that was looked at. Nothing in it is secret. */
export interface DoctorReport {
  /** When it looked. */
  at: string;
  /** In the order in which people read them. */
  checks: DoctorCheck[];
  /** The version of the nhd that looked. */
  version: string;
  /** The kubeconfig's context, where there is one. */
  context?: string;
  /** The namespace that was looked at, once it is known. */
  namespace?: string;
  /** The address of the API server, where the kubeconfig says it. */
  server?: string;
}

/** What a check came to. */
export type DoctorState =
  | "ok"
  /** It works, with less or not for long. */
  | "warning"
  /** Sessions cannot be started, or cannot go on, before this is mended. */
  | "failed"
  /** It could not be looked at; `detail` says why. */
  | "skipped";

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

/** Why a stream ended. */
export type EndReason =
  /** The process ended by itself; `exitCode` has its exit code. Of a log: all has been sent. */
  | "exited"
  /** A client closed it, or the one that it belonged to has gone. */
  | "closed"
  /** Its session ended. */
  | "sessionEnded"
  /** Its pod was deleted or replaced. */
  | "podGone"
  /** Its container was restarted. */
  | "containerRestarted"
  /**
   * The connection to the cluster was lost. The process may still run; it is looked for and ended as soon as the
   * cluster can be reached within a while.
   */
  | "connectionLost"
  /** The process could not be started: there is no such program, no shell, no folder. */
  | "notStarted"
  /** No client came for it in time. */
  | "notAttached"
  /** Nobody used it for a long time. */
  | "idle"
  /** Its client took nothing for a long time, of what can be asked for again. */
  | "stalled"
  /** The daemon was stopped. */
  | "daemonStopped"
  /** Of a connection alone: the token is unknown, was used or is too old. */
  | "refused"
  /** Of a connection alone: a frame was not what it must be. */
  | "malformed";

/** What `session.end` set going. Ending what has ended already is a success with no sessions. */
export interface EndResult {
  /** The sessions that are being ended now; `session.wait` with `ended` waits for each. */
  sessions: SessionStatus[];
}

/** What there is to act on. Each member is there where the error is about it. */
export interface ErrorData {
  /** What could be named instead, as far as it can be listed. */
  choices?: string[];
  /** What `choices` are. */
  choicesOf?: Choices;
  /** What has the local port. */
  holder?: PortHolder;
  /** Where in a file it is. */
  location?: ErrorLocation;
  /** What the user must be allowed and is not. */
  missing?: MissingPermission[];
  /** Who has the workload in DevMode. */
  owner?: DevModeOwner;
}

/** An error as clients see it: the JSON-RPC error's `data`, and the `error` of a session. */
export interface ErrorInfo {
  kind: ErrorKind;
  /** What was tried, on what, and what came of it; causes follow after colons. */
  message: string;
  /** What stands in the places of that text's arguments. */
  arguments?: { [name: string]: string };
  /**
   * Which text `message` is, finer than `kind`, for clients that translate; see the list of codes. The list only
   * ever grows.
   */
  code?: string;
  /**
   * What a client can act on: what there is to choose from, which permission is missing, where, who, which program.
   */
  data?: ErrorData;
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
  /**
   * The volume of a persistent folder cannot be had: its claim is refused, another's or lost, has no volume, or one
   * that the dev pod cannot reach.
   */
  | "volumeUnavailable"
  /** There is no such volume claim, or it is not one of a persistent folder. */
  | "volumeNotFound"
  /** A pod or a session uses the volume claim. */
  | "volumeInUse"
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
  /** No terminal, command or log has this id. */
  | "streamNotFound"
  /** So many terminals, commands and logs are open that there is room for no other. */
  | "tooManyStreams"
  /** The workload has no pod that runs, or not the one that was named. */
  | "noPod"
  /** A command cannot be started, signalled or ended in its container. */
  | "commandFailed"
  /** The dev container has no shell, or not the tool that is needed to look into it. */
  | "toolsMissing"
  /** There is no such file or folder in the dev container. */
  | "fileNotFound"
  /** A path in the dev container is not a folder, or goes through what is not one. */
  | "notADirectory"
  /** A path in the dev container is not a file that can be read: a folder, a device, a socket or a pipe. */
  | "notAFile"
  /** The user of the dev container may not look at a file or folder there. */
  | "fileForbidden"
  /** A file in the dev container is too large to be read in one piece. */
  | "fileTooLarge"
  /** The daemon's store cannot be read or written. */
  | "storeFailed"
  /** A fault of nhd itself. */
  | "internal";

/** A place in a file. */
export interface ErrorLocation {
  /** From 1, in characters. */
  column: number;
  /** The file's path, or whose annotation it is. */
  file: string;
  /** From 1. */
  line: number;
}

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
  /**
   * How far the sync and the connections of a session are, while they move: at most four a second of a session, on
   * subscriptions that ask for it. It is not in the log: its number is that of the last event before it, and one
   * that is missed is replaced by the next, or by the session's status.
   */
  | {
      type: "progress";
      /** The id of the session. */
      session: string;
      /** The user's forwards that are open. */
      forwards?: ForwardProgress[];
      /** Left out before syncthing has been started for the first time. */
      sync?: SyncProgress;
    }
  /** A terminal or a command was opened, runs, waits or ended. */
  | {
      type: "stream";
      stream: StreamStatus;
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
  /** Whether `events.subscribe` sends events of the type `progress`, too. */
  progress?: boolean;
  /**
   * The last event that the client has. Without it, and where the log no longer reaches back so far, a snapshot
   * comes first.
   */
  since?: Cursor;
}

/** Sends a signal to a command. */
export interface ExecSignalParams {
  /** `usr1` and `usr2` go to the command's own process, the others to everything that it has started as well. */
  signal: Signal;
  /** Its id. */
  stream: string;
}

/** Starts a command: one that is given, or one of the dev configuration by its name. */
export interface ExecStartParams {
  /** The program and its arguments, without a shell around them. Either this or `run`. */
  command?: string[];
  /** Without it the dev container, the pod's default container, or the only one. */
  container?: string;
  /** The context in it; without it the current one. */
  context?: string;
  /**
   * It outlives its client, and its output is kept as that of a terminal is. Without it, what it writes waits for
   * its client, and it is killed when the connection of its client ends.
   */
  detached?: boolean;
  /** Variables for it, beside those of the container. */
  env?: { [name: string]: string };
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** The workload's kind. */
  kind?: WorkloadKind;
  /** As in `session.start`. A session is reached by its own way. */
  kubeconfig?: string;
  /** The workload's name. */
  name?: string;
  /** Where the workload is; without it the context's namespace, or `default`. */
  namespace?: string;
  /** A pod of the workload, by its name; without it the dev pod, or one that is ready. */
  pod?: string;
  /**
   * One of the dev configuration's, as that is now: its texts joined by spaces, in the configured shell or `sh`,
   * after everything saved before is in the pod. Only in a session.
   */
  run?: NamedCommand;
  /** The session, by its id. Without it, `kind` and `name`. */
  session?: string;
  /** With `tty`: the size that it begins with; 80 × 24 without it. */
  size?: TerminalSize;
  /** Whether it has standard input; without, it reads its end at once. */
  stdin?: boolean;
  /** In a terminal, where standard output and standard error are one. */
  tty?: boolean;
  /** As for a terminal. */
  workDir?: string;
}

/** What a file holds. Links are followed. */
export interface FileContent {
  /** The bytes in base64. */
  data: string;
  /** How many bytes. */
  size: number;
}

/** An entry of a folder. */
export interface FileEntry {
  /** What it is itself. */
  kind: FileKind;
  /** What is not Unicode of it is replaced. */
  name: string;
  /** The name in base64, where it is not Unicode. */
  nameBase64?: string;
  /** Where a symbolic link leads, as it is written in the link; what is not Unicode of it is replaced. */
  target?: string;
  /** What a symbolic link leads to in the end; absent where there is nothing. */
  targetKind?: FileKind;
}

/** What something in a folder is. */
export type FileKind =
  | "file"
  | "directory"
  | "symlink"
  /** A device, a socket, a pipe. */
  | "other";

/** What a folder holds. */
export interface FileList {
  /** There are more than the 2,000 that are told. */
  cut: boolean;
  /** In the order of their bytes. */
  entries: FileEntry[];
}

/** Names a path in the dev container of the one session that matches: in one of the two forms. */
export interface FileParams {
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
  /** An absolute path. */
  path?: string;
  /** The same in base64, for one that is not Unicode. */
  pathBase64?: string;
  /** The session's id. */
  session?: string;
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

/** The connections of a forward. */
export interface ForwardProgress {
  /** Connections accepted since the forward was opened. */
  connections: number;
  /** The port on 127.0.0.1. */
  localPort: number;
  /** Connections open now. */
  openConnections: number;
  /** The port in the pod. */
  remotePort: number;
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

/** Waits until something listens on a port in the dev pod of the one session that matches. */
export interface ForwardWaitParams {
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
  /** The workload's name. */
  name?: string;
  /** The workload's namespace. */
  namespace?: string;
  /** The session's id. */
  session?: string;
  /** How long to wait; 30,000 without it, at most 3,600,000. */
  timeoutMs?: number;
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
  /**
   * What this daemon can do: the names of its methods, and words for what a client may otherwise not know to be
   * there. Within a version of the protocol they are only ever added.
   */
  features?: string[];
}

/** Why an image is suggested. */
export type ImageReason =
  /** The dev configuration names it. */
  | "configured"
  /** It was used for this workload the last time. */
  | "lastUsed"
  /** The source folder is in its language. */
  | "language"
  /** The container runs it. */
  | "container";

/** The workload and the source folder to suggest dev images for. */
export interface ImageSuggestParams {
  kind: WorkloadKind;
  /** The workload's name. */
  name: string;
  /** The container to develop in; without it the only one that there is, or the one of last time. */
  container?: string;
  /** As in `session.start`. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** As in `session.start`. */
  kubeconfig?: string;
  /** Without it the context's namespace, or `default`. */
  namespace?: string;
  /** The source folder, an absolute path. Its files tell the language; without it those of last time do. */
  source?: string;
}

/** One dev image. */
export interface ImageSuggestion {
  /** The image. */
  image: string;
  reason: ImageReason;
  /** Why, for people: `go.mod asks for Go 1.24`. */
  text: string;
}

/** Dev images, the best guess first and none twice. No registry was asked whether they are there. */
export interface ImageSuggestions {
  /** The best guess first. */
  images: ImageSuggestion[];
  /** What was chosen when the workload was last put into DevMode from this machine. */
  lastChoice?: LastChoice;
  /** What could not be looked at, and why. */
  warnings?: string[];
}

/** What tells a language. */
export type LanguageSource =
  /** `debug.language` of the dev configuration. */
  | "config"
  /** A file in the source folder, such as `go.mod`. */
  | "source"
  /** The name of the dev image. */
  | "image";

/** What was chosen when a workload was last put into DevMode from this machine. */
export interface LastChoice {
  /** When that was. */
  at: string;
  /** The dev image. */
  image: string;
  /** The source folder. */
  source: string;
  /** The container that was developed in; absent where it was the only one. */
  container?: string;
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

/** A port of the dev pod on which something listens, in whichever of its containers. */
export interface ListeningPort {
  /** It listens on the pod's loopback address alone. A forward reaches it all the same; other pods do not. */
  loopbackOnly: boolean;
  /** The port in the pod. */
  port: number;
}

/** Follows the logs of a workload's pods, also of those that come later. */
export interface LogFollowParams {
  /** Those of every container, init containers included, instead of one. */
  allContainers?: boolean;
  /** Without it the dev container, the pod's default container, or the only one. */
  container?: string;
  /** The context in it; without it the current one. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** The workload's kind. */
  kind?: WorkloadKind;
  /** As in `session.start`. A session is reached by its own way. */
  kubeconfig?: string;
  /** The workload's name. */
  name?: string;
  /** Where the workload is; without it the context's namespace, or `default`. */
  namespace?: string;
  /** Ends when all that there is has been sent. */
  once?: boolean;
  /** A pod of the workload, by its name; without it the dev pod, or one that is ready. */
  pod?: string;
  /** Of the containers that ran before the present ones; ends when all of it has been sent. */
  previous?: boolean;
  /** The session, by its id. Without it, `kind` and `name`. */
  session?: string;
  /** Only what was written within this time. */
  sinceMs?: number;
  /** Of each container that runs already only so many lines; of one that comes later everything. */
  tail?: number;
  /** Each line begins with when it was written, in RFC 3339, and a space. */
  timestamps?: boolean;
}

/** Who made a workload and may undo changes to it. */
export interface Manager {
  kind: ManagerKind;
  /**
   * The Helm release, the Argo CD application, the Kustomization or HelmRelease of Flux, or the owner's kind and
   * name.
   */
  name: string;
  /**
   * Whether it undoes changes by itself, as far as the workload tells: an owner and a Kustomization do; a
   * HelmRelease and Argo CD may, which stands elsewhere.
   */
  reverts: boolean;
  /** Where it is, where that is told. */
  namespace?: string;
}

/** What manages workloads. */
export type ManagerKind =
  | "flux"
  | "argoCd"
  | "helm"
  /** A controller of another resource, which its owner references name. */
  | "operator";

/** One thing that must be allowed, as a rule of a Role names it. */
export interface MissingPermission {
  /** The API group; empty for the core group. */
  group: string;
  /** In the plural, as in a rule: `pods`. */
  resource: string;
  /** What is to be allowed: `get`, `list`, `create`. */
  verb: string;
  /** The one object that it is about, where it is about one. */
  name?: string;
  /** Where; absent for what is not in a namespace. */
  namespace?: string;
  /** Such as `portforward`. */
  subresource?: string;
}

/** The commands of the dev configuration. */
export type NamedCommand =
  | "build"
  | "hotReloadRun"
  | "hotReloadDebug"
  /** `hotReloadRun` in its place where the configuration has `hotReload: true` and one. */
  | "run"
  /** `hotReloadDebug` in its place, likewise. */
  | "debug";

/** One namespace. */
export interface NamespaceEntry {
  /** Its name. */
  name: string;
  /** It is being deleted (phase `Terminating`): nothing can be made in it. */
  terminating?: boolean;
}

/** The namespaces of a cluster; for a user who may not list them those that are known all the same. */
export interface NamespaceList {
  /** The kubeconfig's context. */
  context: string;
  /** By name. */
  namespaces: NamespaceEntry[];
  /** The namespace of the context, which is meant where none is named. */
  own: string;
  /** The address of the API server. */
  server: string;
  /**
   * Why they could not be listed: `permissionDenied`. Then `namespaces` has those that contexts of the kubeconfig
   * for this cluster name and those of this daemon's sessions there, whether they exist or not; the user may know
   * more.
   */
  refused?: ErrorInfo;
}

/** Where to look for namespaces. */
export interface NamespaceListParams {
  /** As in `session.start`. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** As in `session.start`. */
  kubeconfig?: string;
}

/** Takes no parameters: `{}` or nothing. */
export type NoParams = Record<string, never>;

/** Something that the user should know, as text and as data. */
export interface Notice {
  /** The English. */
  message: string;
  /** What stands in the places of the text's template. */
  arguments?: { [name: string]: string };
  /** What it is known by; absent where it is not one of the known texts. */
  code?: string;
}

/** What a notice is about. */
export type NoticeKind =
  /** Hot reload: the command has been started, for the first time or again. */
  | "started"
  /** Hot reload: the command has ended by itself; `exitCode` is there. */
  | "exited"
  /** Of a log: a container is followed from now on. */
  | "followed"
  /** Of a log: a container has ended, or its pod has gone. */
  | "left"
  /** Something else to know, or that goes wrong and is tried again. */
  | "warning";

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
  /** The same as codes with arguments, in the same order. */
  notices?: Notice[];
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
  /** The whole manifest after, in the same form. */
  after?: string;
  /**
   * The whole manifest before, as YAML for a diff editor; of what is created there is none. What the cluster keeps
   * about the object is left out, and in place of a Secret's values stands how long they are.
   */
  before?: string;
  /** Whether `before` or `after` is longer than 256 KiB and ends before its end, with a line that says so. */
  truncated?: boolean;
}

/** A step with how far it is. */
export interface PlannedStep {
  state: StepState;
  step: StepName;
}

/** A pod of the workload. */
export interface PodDescription {
  /** Its containers, init containers first. */
  containers: ContainerState[];
  /** Its name. */
  name: string;
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`; `Terminating` while it is being deleted. */
  phase: string;
  /** Whether the cluster counts it as ready. */
  ready: boolean;
  /** How often its containers were started again. */
  restarts: number;
  /** When it was made. */
  createdAt?: string;
  /** Whether it is a dev pod. */
  dev?: boolean;
  /** The same in the cluster's words. */
  message?: string;
  /** The node that it is on. */
  node?: string;
  /** What is the matter with it, in one word, such as `CrashLoopBackOff`. */
  reason?: string;
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

/**
 * What has a local port: another forward of this daemon, or a program of this machine as far as it can be known.
 */
export interface PortHolder {
  /** The port on 127.0.0.1. */
  port: number;
  /** The process, where it is one of the user's own and the system says so (Linux). */
  pid?: number;
  /** The name of its program. */
  program?: string;
  /** The port in the pod to which that forward leads. */
  remotePort?: number;
  /** The session whose forward it is. */
  session?: string;
  /** The workload of that session. */
  workload?: WorkloadRef;
}

/** Why a port is suggested. */
export type PortReason = {
} & (
  /** The dev configuration, or the start, names it. */
  | {
      type: "configured";
      /** What it is for. */
      reason: ForwardReason;
    }
  /** A container of the pod declares it. */
  | {
      type: "container";
      /** The container's name. */
      container: string;
      /** The port's name there. */
      name?: string;
    }
  /** A Service leads to it. */
  | {
      type: "service";
      /** The port of the Service. */
      port: number;
      /** The Service's name. */
      service: string;
    }
  /** Something listens on it now. */
  | {
      type: "listening";
      /** On the pod's loopback address alone. */
      loopbackOnly: boolean;
    }
);

/** A port with everything that speaks for it. */
export interface PortSuggestion {
  /** The port in the pod. */
  port: number;
  /** Why it is suggested, in the order of the sources. */
  reasons: PortReason[];
  /** The local port that leads to it already. */
  localPort?: number;
}

/** Ports of the dev pod that may be worth a forward. */
export interface PortSuggestions {
  /** By number. Those of nhd's own are not among them. */
  ports: PortSuggestion[];
  /** What could not be asked, and why: the suggestions are without it. */
  warnings?: string[];
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

/** A service that leads to the workload. */
export interface ServiceDescription {
  /** `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`; `Headless` where it has no address of its own. */
  kind: string;
  /** Its name. */
  name: string;
  /** Its ports. */
  ports: ServicePort[];
}

/** A port of a service. */
export interface ServicePort {
  /** The number by which the service is called. */
  port: number;
  /** `TCP`, `UDP` or `SCTP`. */
  protocol: string;
  /** Its name. */
  name?: string;
  /** The port of the pod that it leads to: what to forward. Absent where it is a name that no container has. */
  targetPort?: number;
}

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
  /** The same of those that ended: `outcome`, `warnings` and `since` say what became of the workload, and when. */
  ended?: SessionStatus[];
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
  /** The same as codes with arguments, in the same order. */
  notices?: Notice[];
  /** What became of the workload, once the session is over. */
  outcome?: SessionOutcome;
  /** The dev pod, once there is one. */
  pod?: PodStatus;
  /** The shell to open in the dev container, where the dev configuration names one. */
  shell?: string;
  /** What it is doing now. */
  step?: StepName;
  /**
   * The steps of the start, the end or the way back to `synced` that is under way: in order, those that are done,
   * the current one and those that are foreseen. What is found out on the way may add to them, and what turns out
   * to be done already is passed by. Empty while there is nothing to do. A `session` event tells of another list;
   * the `step` events tell where in it the session is.
   */
  steps?: PlannedStep[];
  /**
   * The terminals and commands in it, the oldest first, those included that ended lately. Those of
   * `session.status`, `session.list` and `session.wait`; a `session` event has none, they have events of their own.
   */
  streams?: StreamStatus[];
  sync?: SyncStatus;
  /** What the user should know but need not act on. */
  warnings?: string[];
}

/**
 * Gives the one session that matches other variables: a token that was renewed, a PATH with the exec plugin on it.
 * Those that are not named stay. What may be secret of them is in memory only, as in `session.start`, and the
 * variables of the dev configuration keep what they stood for at the start.
 */
export interface SetEnvironmentParams {
  /**
   * Every session that the other members leave. `session.end` wants it said, so that a member forgotten or
   * misspelled does not end everything.
   */
  all?: boolean;
  /** The kubeconfig context that the session was started with. */
  context?: string;
  /** Values by name. */
  environment?: { [name: string]: string };
  kind?: WorkloadKind;
  /** The workload's name. */
  name?: string;
  /** The workload's namespace. */
  namespace?: string;
  /** The session's id. */
  session?: string;
  /** Names of variables that are to be there no longer. */
  unset?: string[];
}

/** How much a problem matters. */
export type Severity =
  /** A start with this text fails. */
  | "error"
  /** It has no effect, or another than may be meant. */
  | "warning";

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

/** Signals that a command can be sent. */
export type Signal =
  | "hup"
  | "int"
  | "quit"
  | "kill"
  | "usr1"
  | "usr2"
  | "term"
  | "cont"
  | "stop";

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
  /**
   * The volume claims made that the persistent folders of the dev configuration lie in. They outlive the session.
   */
  | "createVolumes"
  /**
   * Waiting until those claims have a volume, where none comes with the dev pod; the workload is not changed
   * before.
   */
  | "awaitVolumes"
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

/** How far a planned step is. */
export type StepState =
  | "done"
  /** It is being done, tried again or waited for. */
  | "current"
  /** It is yet to come, as far as can be foreseen. */
  | "ahead";

/** How a stream ended; also the payload of the last frame of a connection. */
export interface StreamEnd {
  reason: EndReason;
  /** The exit code of the process, where it is known; 128 and the signal's number where a signal ended it. */
  exitCode?: number;
  /** More about it, and what to do next. */
  message?: string;
}

/** What a stream is. */
export type StreamKind =
  | "terminal"
  | "exec"
  | "log";

/** Several streams, the oldest first. */
export interface StreamList {
  streams: StreamStatus[];
}

/** Which terminals or commands are meant; all without members. */
export interface StreamListParams {
  /** Those of this session. */
  session?: string;
}

/** The payload of `notice`. */
export interface StreamNotice {
  kind: NoticeKind;
  /** A sentence for people. */
  message: string;
  /** The exit code of the command that it is about. */
  exitCode?: number;
}

/** The payload of `opened`. */
export interface StreamOpened {
  /** Whether what was written before those is lost. */
  cut: boolean;
  /** How many bytes follow that were written before; at most 256 KiB. */
  replayed: number;
  stream: StreamStatus;
}

/** The payload of `origin`. */
export interface StreamOrigin {
  /** The container's name in it. */
  container: string;
  /** The pod's name. */
  pod: string;
}

/** A terminal or a command, by its id. */
export interface StreamParams {
  /** Its id. */
  stream: string;
}

/** The payload of `signal`. */
export interface StreamSignal {
  signal: Signal;
}

/** How far a stream has come. */
export type StreamState =
  | "running"
  /** It is being started, or waits until everything saved before is in the pod. */
  | "starting"
  /** Hot reload: the command has ended, or is being ended, and runs again after the next completed sync. */
  | "awaitingSync"
  /** `end` says how. */
  | "ended";

/** A terminal, a command or a log with all that there is to know of it. */
export interface StreamStatus {
  kind: StreamKind;
  /** When it was opened. */
  startedAt: string;
  state: StreamState;
  /** Its id. */
  stream: string;
  workload: WorkloadRef;
  /** How many clients are attached. */
  clients?: number;
  /** What is run; without it a shell that is found. */
  command?: string[];
  /** The container, by its name in the pod. */
  container?: string;
  /** It outlives its clients. */
  detached?: boolean;
  /** How it ended. */
  end?: StreamEnd;
  /** When it ended. */
  endedAt?: string;
  /** It is run again after each completed sync. */
  hotReload?: boolean;
  /** The name of the command in the dev configuration. */
  named?: NamedCommand;
  /** Where it is; of a log only where one is named. */
  pod?: string;
  /** How often it has been started. */
  runs?: number;
  /** The session that it belongs to and ends with. */
  session?: string;
  /** The size of its terminal. */
  size?: TerminalSize;
  /** Whether it runs in a terminal. */
  tty?: boolean;
}

/** A stream, and what opens a connection to it. */
export interface StreamTicket {
  /** How soon it has to be used. */
  expiresInMs: number;
  /** What is known of it. */
  stream: StreamStatus;
  /** Good for one connection. */
  token: string;
}

/** A path that cannot be read or written. */
export interface SyncProblem {
  /** Why it cannot be, in the words of the system. */
  error: string;
  /** Relative to the source folder. */
  path: string;
}

/** How far a session's files are. */
export interface SyncProgress {
  /** How much of the source folder is in the pod, in percent of bytes. */
  completion: number;
  /** Bytes not yet in the pod. */
  needBytes: number;
  /** Files, folders and deletions not yet in the pod. */
  needFiles: number;
  state: SyncState;
  /** Bytes in the source folder. */
  totalBytes: number;
  /** Files in the source folder. */
  totalFiles: number;
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

/** Opens a terminal. It outlives the client, and ends with its process, its pod, its session or the daemon. */
export interface TerminalOpenParams {
  /**
   * A terminal that has ended, by its id: it is opened anew in the pod that there is now, with what it was opened
   * with, and leaves the list. Nothing else need be given then.
   */
  again?: string;
  /**
   * The program and its arguments. Without it the first shell that the container has: that of the dev
   * configuration, `bash`, `zsh`, `ash`, `sh`.
   */
  command?: string[];
  /** Without it the dev container, the pod's default container, or the only one. */
  container?: string;
  /** The context in it; without it the current one. */
  context?: string;
  /** Variables for it, beside those of the container. `TERM` is `xterm-256color` where it is not among them. */
  env?: { [name: string]: string };
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** The workload's kind. */
  kind?: WorkloadKind;
  /** As in `session.start`. A session is reached by its own way. */
  kubeconfig?: string;
  /** The workload's name. */
  name?: string;
  /** Where the workload is; without it the context's namespace, or `default`. */
  namespace?: string;
  /** A pod of the workload, by its name; without it the dev pod, or one that is ready. */
  pod?: string;
  /** The session, by its id. Without it, `kind` and `name`. */
  session?: string;
  /** The size that it begins with; 80 × 24 without it. */
  size?: TerminalSize;
  /** The folder to be in; without it the synced folder in a dev container, else the container's own. */
  workDir?: string;
}

/** Changes the size of a terminal. */
export interface TerminalResizeParams {
  /** How many characters are in a line. */
  columns: number;
  /** How many lines there are. */
  rows: number;
  /** Its id. */
  stream: string;
}

/** The size of a terminal in characters. */
export interface TerminalSize {
  /** How many characters are in a line. */
  columns: number;
  /** How many lines there are. */
  rows: number;
}

/** What is to stand in the place of a stretch. */
export interface TextEdit {
  /** The new text. */
  newText: string;
  range: TextRange;
}

/** A place in a text as LSP has it. */
export interface TextPosition {
  /** The column, from 0, in units of UTF-16. */
  character: number;
  /** The line, from 0. */
  line: number;
}

/** A stretch of a text as LSP has it. */
export interface TextRange {
  /** Where it is over; what stands there is not part of it. */
  end: TextPosition;
  /** Where it begins. */
  start: TextPosition;
}

/** Which claim to delete. */
export interface VolumeDeleteParams {
  /** The claim's name. */
  name: string;
  /** As in `session.start`. */
  context?: string;
  /** As in `session.start`. */
  environment?: { [name: string]: string };
  /** Also where a pod or a session uses it. */
  force?: boolean;
  /** As in `session.start`. */
  kubeconfig?: string;
  /** Without it the context's namespace, or `default`. */
  namespace?: string;
}

/** The claims of a namespace, or of all. */
export interface VolumeList {
  /** The kubeconfig's context. */
  context: string;
  /** The address of the API server. */
  server: string;
  /** By namespace and name. */
  volumes: VolumeSummary[];
  /** What could not be read, and why: without the pods nobody knows what uses a claim. */
  warnings?: string[];
}

/** Which claims to list. */
export interface VolumeListParams {
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

/** How far a claim is. */
export type VolumePhase =
  | "bound"
  /** It has no volume yet: there is none that fits, or it comes with the first pod. */
  | "pending"
  /** Its volume is gone, and what was in it. */
  | "lost"
  /** It is being deleted, and goes with the last pod that uses it. */
  | "terminating";

/** A volume claim that nhd made for a folder of a dev container. */
export interface VolumeSummary {
  /**
   * How much it has, or asks for as long as it has no volume: a quantity as Kubernetes writes it, such as `10Gi`.
   */
  capacity: string;
  /** The container of the workload. */
  container: string;
  /** By the API server's clock. */
  createdAt: string;
  /** The claim's name. */
  name: string;
  /** The folder in the dev container. */
  path: string;
  phase: VolumePhase;
  /** The workload that it was made for, whether that is there or not; its namespace is the claim's. */
  workload: WorkloadRef;
  /** The storage class; absent where it has none. */
  storageClass?: string;
  /** What uses it now. */
  usedBy?: VolumeUse[];
}

/** Something that uses a claim. */
export interface VolumeUse {
  /** The pod; absent where a session waits for one. */
  pod?: string;
  /** The session that it is for, this daemon's or another's. */
  session?: string;
}

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

/** What cannot be told, and why. */
export interface WatchTrouble {
  /** Why. The daemon tries again by itself; what is forbidden, ever less often, up to five minutes apart. */
  error: ErrorInfo;
  part: WatchedPart;
}

/** What a subscription to workloads watches. */
export type WatchedPart =
  | "deployments"
  | "statefulSets"
  | "daemonSets"
  | "jobs"
  | "cronJobs"
  /** Everything: the cluster cannot be reached, or does not accept the user. */
  | "cluster"
  /** Bare pods, and what is the matter with the pods of the others. */
  | "pods"
  /** The records, which are Secrets: who has a workload in DevMode. That somebody has is told all the same. */
  | "owners";

/** One workload in detail, as the cluster has it now: in DevMode that is the dev pod's template. */
export interface WorkloadDescription {
  /** In the order in which they begin: init containers with the sidecars among them, then the others. */
  containers: ContainerDescription[];
  /** The kubeconfig's context. */
  context: string;
  /** Who made it and may undo changes; the one that does so most surely comes first. */
  managers: Manager[];
  /** Its pods, the newest first, at most 100; in DevMode those of the dev workload beside it too. */
  pods: PodDescription[];
  /** The address of the API server. */
  server: string;
  /** The services that select its pods. */
  services: ServiceDescription[];
  /** The workload at a glance, with who has it in DevMode. */
  summary: WorkloadSummary;
  /** When it was made. */
  createdAt?: string;
  /** Its labels. */
  labels?: { [name: string]: string };
  /** What was chosen when it was last put into DevMode from this machine. */
  lastChoice?: LastChoice;
  /** How many pods are left out. */
  morePods?: number;
  /** What could not be read, and why; its list is empty then. */
  troubles?: DescriptionTrouble[];
}

/**
 * What a subscription to workloads tells. A `snapshot` replaces all that the client knows, a `changed` adds and
 * removes; both say `more` where what belongs to them is too long for one message and goes on in a `changed`.
 */
export type WorkloadEvent = {
} & (
  /**
   * All workloads as they are. It comes first, once everything has been listed that can be; after the cluster was
   * away; and in place of the rest for a client that is too slow.
   */
  | {
      type: "snapshot";
      /** The kubeconfig's context, as the client named it. */
      context: string;
      /** The address of the API server. */
      server: string;
      /** By namespace, kind and name. */
      workloads: WorkloadSummary[];
      /** The rest comes next, as a `changed`. */
      more?: boolean;
      /** The namespace; absent where all are followed. */
      namespace?: string;
      /**
       * What cannot be told at present. While it has the `cluster`, the workloads are those that were known before.
       */
      troubles?: WatchTrouble[];
    }
  /** Workloads came, changed or went. */
  | {
      type: "changed";
      /** The rest comes next, as a `changed`. */
      more?: boolean;
      /** Workloads that are not there any more. */
      removed?: WorkloadRef[];
      /** Workloads as they are now, new ones among them. */
      upserted?: WorkloadSummary[];
    }
  /** Something cannot be told any more, or for another reason than before. */
  | {
      type: "error";
      /** What cannot be told, and why. */
      trouble: WatchTrouble;
    }
  /** What could not be told can be told again. Of the `cluster` a `snapshot` says so. */
  | {
      type: "recovered";
      /** What can be told again. */
      part: WatchedPart;
    }
);

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

/** The params of the notification that carries an event of the workloads. */
export interface WorkloadNotification {
  result: WorkloadEvent;
  /** The id that `workload.subscribe` answered with. */
  subscription: string;
}

/** One workload of a cluster. */
export interface WorkloadRef {
  kind: WorkloadKind;
  /** Its name. */
  name: string;
  /** Where it is. */
  namespace: string;
}

/** Which workloads to follow. */
export interface WorkloadSubscribeParams {
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

/** One workload at a glance. */
export interface WorkloadSummary {
  /** The names of its containers. */
  containers: string[];
  workload: WorkloadRef;
  /** Present while it is in DevMode. */
  devMode?: DevModeSummary;
  /** How many pods it wants and how many are ready; not of kinds that do not count them. */
  replicas?: ReplicaCount;
  /**
   * What is the matter with its pods. `workload.list` reads no pods but bare ones, and so tells it of those alone.
   */
  trouble?: WorkloadTrouble;
}

/** What is the matter with the pods of a workload: the worst of it. */
export interface WorkloadTrouble {
  /** How many of its pods are in trouble. */
  pods: number;
  /** In one word, mostly the cluster's: `CrashLoopBackOff`, `ImagePullBackOff`, `Unschedulable`, `FailedCreate`. */
  reason: string;
  /** The container of it. */
  container?: string;
  /** In the cluster's words, cut where they are long. */
  message?: string;
  /** The pod that it is told of; absent where the workload itself tells it. */
  pod?: string;
}

/** Every method with what it takes, what it answers, and what a repetition does. */
export interface Methods {
  /** Says who calls and who answers, and fails where the two do not speak the same protocol. */
  "daemon.hello": { params: HelloParams; result: HelloResult };
  /** Stops the daemon. Sessions stay in DevMode; the next daemon goes on with them. */
  "daemon.shutdown": { params: NoParams; result: ShutdownResult };
  /**
   * Looks at everything that a session stands on, and says of each what is wrong and what to do about it:
   * kubeconfig, credentials, cluster, permissions, syncthing, limits and disk of this machine, and what earlier
   * sessions left. Changes nothing. Without a cluster the checks of it are skipped and say why; what fails hides
   * nothing else. Takes 45 s at most.
   */
  "daemon.doctor": { params: DoctorParams; result: DoctorReport };
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
  /**
   * Gives a running session other variables, such as renewed credentials or a PATH. They are tried first: where its
   * cluster cannot be reached with them, or they lead to another one, that is the error and the session keeps those
   * that it has.
   */
  "session.setEnvironment": { params: SetEnvironmentParams; result: SessionStatus };
  /** One session; fails where none or several match. Where none goes on, the last one that failed lately. */
  "session.status": { params: SessionSelector; result: SessionStatus };
  /** All sessions that match, and those that failed or ended lately. */
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
  /**
   * Waits until something listens on a port in the dev pod, also where no forward leads to it. Fails with `timeout`
   * and what listens instead. The user needs `get` and `create` on `pods/exec` for this and for the other methods
   * that look inside.
   */
  "forward.wait": { params: ForwardWaitParams; result: ListeningPort };
  /**
   * The ports of the dev pod that may be worth a forward, and why: those that the dev configuration names, that
   * containers declare, that Services lead to, and on which something listens now.
   */
  "forward.suggest": { params: SessionSelector; result: PortSuggestions };
  /**
   * What a debugger needs to know: language, port, command, where the source is on both sides, and which debuggers
   * are in the dev container.
   */
  "debug.describe": { params: SessionSelector; result: DebugDescription };
  /** A file of the dev container, of 4 MiB at most. Links are followed. */
  "file.read": { params: FileParams; result: FileContent };
  /** What a folder of the dev container holds, 2,000 entries at most. Links are told as such. */
  "file.list": { params: FileParams; result: FileList };
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
   * The volume claims that persistent folders of dev containers lie in, with what uses each. Nothing deletes them
   * but `volume.delete`.
   */
  "volume.list": { params: VolumeListParams; result: VolumeList };
  /**
   * Deletes such a claim, and with it what lies in its volume, unless the volume's own policy is to be retained.
   * Refused while a pod or a session uses it, unless it is forced: then the claim goes when the last pod has.
   * Answers with the claim as it was last. Repeated, there is none to delete.
   */
  "volume.delete": { params: VolumeDeleteParams; result: VolumeSummary };
  /**
   * The contexts of a kubeconfig list with cluster, server, namespace and how their user signs in. Asks no cluster
   * and runs no plugin; a file that is missing or invalid is a warning.
   */
  "context.list": { params: ContextListParams; result: ContextList };
  /**
   * The namespaces of a cluster. Where the user may not list them, those that are known all the same, and the
   * refusal.
   */
  "namespace.list": { params: NamespaceListParams; result: NamespaceList };
  /**
   * One workload in detail: containers, pods, services, who manages it, who has it in DevMode. What the user may
   * not read is said, and the rest answered.
   */
  "workload.describe": { params: DescribeParams; result: WorkloadDescription };
  /**
   * Dev images to choose from, each with why: the dev configuration's, that of last time, those of the source
   * folder's language, the container's own. Asks no registry.
   */
  "image.suggest": { params: ImageSuggestParams; result: ImageSuggestions };
  /**
   * Says what a start with the same parameters would use, and where each value came from: the request, the source
   * folder's `.nocalhost/config.yaml`, the workload's annotation, the daemon's configuration or a default.
   */
  "config.resolve": { params: StartParams; result: ConfigResult };
  /**
   * Opens a terminal in a container of a pod, with the first shell that it has, and answers with what opens the
   * connection to it. It is the user's, not the client's: it goes on without one, and `terminal.list` offers it
   * again.
   */
  "terminal.open": { params: TerminalOpenParams; result: StreamTicket };
  /** Opens another connection to a terminal, which first gets the last 256 KiB of what was written. */
  "terminal.attach": { params: StreamParams; result: StreamTicket };
  /** Changes the size of a terminal. The connection has a frame for it as well. */
  "terminal.resize": { params: TerminalResizeParams; result: StreamStatus };
  /**
   * Ends a terminal with everything that runs in it, and answers when that has ended or is not to be ended. One
   * that has ended leaves the list.
   */
  "terminal.close": { params: StreamParams; result: StreamStatus };
  /** The terminals, those included that ended lately. */
  "terminal.list": { params: StreamListParams; result: StreamList };
  /** Starts a command in a container of a pod, and answers with what opens the connection to it. */
  "exec.start": { params: ExecStartParams; result: StreamTicket };
  /** Opens another connection to a command, which first gets the last 256 KiB of what was written. */
  "exec.attach": { params: StreamParams; result: StreamTicket };
  /**
   * Sends a signal to a command. Answers when it has been sent. Where the container has no shell that is an error:
   * Kubernetes has no other way to signal a process.
   */
  "exec.signal": { params: ExecSignalParams; result: StreamStatus };
  /**
   * Ends a command with everything that it has started, and answers when that has ended or is not to be ended. One
   * that has ended leaves the list.
   */
  "exec.close": { params: StreamParams; result: StreamStatus };
  /** The commands, those included that ended lately. */
  "exec.list": { params: StreamListParams; result: StreamList };
  /** Follows logs of a workload's pods, and answers with what opens the connection to them. It ends with that. */
  "log.follow": { params: LogFollowParams; result: StreamTicket };
  /**
   * Says all that is wrong with a dev configuration that may not be saved yet, with places and fixes. Runs nothing
   * and asks no cluster.
   */
  "config.check": { params: ConfigCheckParams; result: ConfigCheckResult };
  /** The JSON Schema of a dev configuration. */
  "config.schema": { params: ConfigSchemaParams; result: ConfigSchemaResult };
  /**
   * A first dev configuration for a workload, with what is known of it and the rest in comments. Writes no file.
   */
  "config.scaffold": { params: ConfigScaffoldParams; result: ConfigScaffoldResult };
  /** Sets one key in the text of a dev configuration and leaves all else as it is, comments included. */
  "config.set": { params: ConfigSetParams; result: ConfigSetResult };
  /** The events after a place in the log, without waiting for more. */
  "events.since": { params: EventsParams; result: EventList };
}

/** Whether a method only reads, is safe to send again when its answer was lost, or is done again. */
export const REPEATS: { readonly [M in keyof Methods]: "reads" | "idempotent" | "again" } = {
  "daemon.hello": "reads",
  "daemon.shutdown": "again",
  "daemon.doctor": "reads",
  "rpc.discover": "reads",
  "session.plan": "reads",
  "session.start": "idempotent",
  "session.end": "idempotent",
  "session.release": "idempotent",
  "session.setEnvironment": "idempotent",
  "session.status": "reads",
  "session.list": "reads",
  "session.wait": "reads",
  "forward.start": "idempotent",
  "forward.end": "idempotent",
  "forward.list": "reads",
  "forward.wait": "reads",
  "forward.suggest": "reads",
  "debug.describe": "reads",
  "file.read": "reads",
  "file.list": "reads",
  "sync.status": "reads",
  "sync.rescan": "idempotent",
  "sync.pause": "idempotent",
  "sync.resume": "idempotent",
  "workload.list": "reads",
  "volume.list": "reads",
  "volume.delete": "again",
  "context.list": "reads",
  "namespace.list": "reads",
  "workload.describe": "reads",
  "image.suggest": "reads",
  "config.resolve": "reads",
  "terminal.open": "again",
  "terminal.attach": "again",
  "terminal.resize": "idempotent",
  "terminal.close": "idempotent",
  "terminal.list": "reads",
  "exec.start": "again",
  "exec.attach": "again",
  "exec.signal": "again",
  "exec.close": "idempotent",
  "exec.list": "reads",
  "log.follow": "again",
  "config.check": "reads",
  "config.schema": "reads",
  "config.scaffold": "reads",
  "config.set": "idempotent",
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
  volumeUnavailable: 65,
  volumeNotFound: 66,
  volumeInUse: 67,
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
  streamNotFound: 120,
  tooManyStreams: 121,
  noPod: 122,
  commandFailed: 123,
  toolsMissing: 130,
  fileNotFound: 131,
  notADirectory: 132,
  notAFile: 133,
  fileForbidden: 134,
  fileTooLarge: 135,
};
