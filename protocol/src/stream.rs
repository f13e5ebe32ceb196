//! Terminals, commands and logs: what opens one, what is known of it, and the frames in which its bytes travel.
//!
//! The bytes have a connection of their own to the daemon's socket, so that a flood of them delays no call. It does not
//! know how the connection is made; `frame` has its bytes.

pub mod frame;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::workload::{WorkloadKind, WorkloadRef};

/// Where something is run or read: in a session, or in any workload. A workload that has a session of this daemon stands
/// for that session: its dev pod and dev container are meant where nothing else is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamTarget {
    /// The session, by its id. Without it, `kind` and `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The workload's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<WorkloadKind>,
    /// The workload's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the workload is; without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As in `session.start`. A session is reached by its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// The context in it; without it the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// A pod of the workload, by its name; without it the dev pod, or one that is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// Without it the dev container, the pod's default container, or the only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// The size of a terminal in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalSize {
    /// How many characters are in a line.
    pub columns: u16,
    /// How many lines there are.
    pub rows: u16,
}

/// Opens a terminal. It outlives the client, and ends with its process, its pod, its session or the daemon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalOpenParams {
    #[serde(flatten)]
    pub target: StreamTarget,
    /// The program and its arguments. Without it the first shell that the container has: that of the dev configuration,
    /// `bash`, `zsh`, `ash`, `sh`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The folder to be in; without it the synced folder in a dev container, else the container's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_dir: Option<String>,
    /// Variables for it, beside those of the container. `TERM` is `xterm-256color` where it is not among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The size that it begins with; 80 × 24 without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<TerminalSize>,
    /// A terminal that has ended, by its id: it is opened anew in the pod that there is now, with what it was opened
    /// with, and leaves the list. Nothing else need be given then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
}

/// The commands of the dev configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NamedCommand {
    Build,
    /// `hotReloadRun` in its place where the configuration has `hotReload: true` and one.
    Run,
    /// `hotReloadDebug` in its place, likewise.
    Debug,
    HotReloadRun,
    HotReloadDebug,
}

impl NamedCommand {
    /// Its name in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Run => "run",
            Self::Debug => "debug",
            Self::HotReloadRun => "hotReloadRun",
            Self::HotReloadDebug => "hotReloadDebug",
        }
    }
}

/// Starts a command: one that is given, or one of the dev configuration by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecStartParams {
    #[serde(flatten)]
    pub target: StreamTarget,
    /// The program and its arguments, without a shell around them. Either this or `run`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// One of the dev configuration's, as that is now: its texts joined by spaces, in the configured shell or `sh`, after
    /// everything saved before is in the pod. Only in a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<NamedCommand>,
    /// In a terminal, where standard output and standard error are one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tty: bool,
    /// Whether it has standard input; without, it reads its end at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stdin: bool,
    /// As for a terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_dir: Option<String>,
    /// Variables for it, beside those of the container.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// With `tty`: the size that it begins with; 80 × 24 without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<TerminalSize>,
    /// It outlives its client, and its output is kept as that of a terminal is. Without it, what it writes waits for its
    /// client, and it is killed when the connection of its client ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detached: bool,
}

/// Follows the logs of a workload's pods, also of those that come later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogFollowParams {
    /// Without `pod` all pods of the workload; in a session the dev pod, and the next when it is replaced.
    #[serde(flatten)]
    pub target: StreamTarget,
    /// Those of every container, init containers included, instead of one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_containers: bool,
    /// Only what was written within this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<u64>,
    /// Of each container that runs already only so many lines; of one that comes later everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail: Option<u32>,
    /// Of the containers that ran before the present ones; ends when all of it has been sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub previous: bool,
    /// Each line begins with when it was written, in RFC 3339, and a space.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timestamps: bool,
    /// Ends when all that there is has been sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
}

/// A terminal or a command, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamParams {
    /// Its id.
    pub stream: String,
}

/// Which terminals or commands are meant; all without members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamListParams {
    /// Those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// Changes the size of a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalResizeParams {
    /// Its id.
    pub stream: String,
    #[serde(flatten)]
    pub size: TerminalSize,
}

/// Signals that a command can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Signal {
    Hup,
    Int,
    Quit,
    Kill,
    Usr1,
    Usr2,
    Term,
    Cont,
    Stop,
}

impl Signal {
    /// Its name without `SIG`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hup => "HUP",
            Self::Int => "INT",
            Self::Quit => "QUIT",
            Self::Kill => "KILL",
            Self::Usr1 => "USR1",
            Self::Usr2 => "USR2",
            Self::Term => "TERM",
            Self::Cont => "CONT",
            Self::Stop => "STOP",
        }
    }
}

/// Sends a signal to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecSignalParams {
    /// Its id.
    pub stream: String,
    /// `usr1` and `usr2` go to the command's own process, the others to everything that it has started as well.
    pub signal: Signal,
}

/// What a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StreamKind {
    Terminal,
    Exec,
    Log,
}

/// How far a stream has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StreamState {
    /// It is being started, or waits until everything saved before is in the pod.
    Starting,
    Running,
    /// Hot reload: the command has ended, or is being ended, and runs again after the next completed sync.
    AwaitingSync,
    /// `end` says how.
    Ended,
}

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EndReason {
    /// The process ended by itself; `exitCode` has its exit code. Of a log: all has been sent.
    Exited,
    /// A client closed it, or the one that it belonged to has gone.
    Closed,
    /// Its session ended.
    SessionEnded,
    /// Its pod was deleted or replaced.
    PodGone,
    /// Its container was restarted.
    ContainerRestarted,
    /// The connection to the cluster was lost. The process may still run; it is looked for and ended as soon as the
    /// cluster can be reached within a while.
    ConnectionLost,
    /// The process could not be started: there is no such program, no shell, no folder.
    NotStarted,
    /// No client came for it in time.
    NotAttached,
    /// Nobody used it for a long time.
    Idle,
    /// Its client took nothing for a long time, of what can be asked for again.
    Stalled,
    /// The daemon was stopped.
    DaemonStopped,
    /// Of a connection alone: the token is unknown, was used or is too old.
    Refused,
    /// Of a connection alone: a frame was not what it must be.
    Malformed,
}

/// How a stream ended; also the payload of the last frame of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamEnd {
    pub reason: EndReason,
    /// The exit code of the process, where it is known; 128 and the signal's number where a signal ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// More about it, and what to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A terminal, a command or a log with all that there is to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamStatus {
    /// Its id.
    pub stream: String,
    pub kind: StreamKind,
    /// The session that it belongs to and ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    pub workload: WorkloadRef,
    /// Where it is; of a log only where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The container, by its name in the pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// What is run; without it a shell that is found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The name of the command in the dev configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<NamedCommand>,
    /// Whether it runs in a terminal.
    #[serde(default)]
    pub tty: bool,
    /// The size of its terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<TerminalSize>,
    /// It outlives its clients.
    #[serde(default)]
    pub detached: bool,
    /// It is run again after each completed sync.
    #[serde(default)]
    pub hot_reload: bool,
    /// How often it has been started.
    #[serde(default)]
    pub runs: u32,
    pub state: StreamState,
    /// How many clients are attached.
    #[serde(default)]
    pub clients: u32,
    /// When it was opened.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<StreamEnd>,
}

/// Several streams, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamList {
    pub streams: Vec<StreamStatus>,
}

/// A stream, and what opens a connection to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamTicket {
    /// What is known of it.
    pub stream: StreamStatus,
    /// Good for one connection.
    pub token: String,
    /// How soon it has to be used.
    pub expires_in_ms: u64,
}
