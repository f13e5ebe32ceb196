//! The numbered log of what happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::error::ErrorInfo;
use crate::session::{SessionStatus, StepName};
use crate::stream::StreamStatus;
use crate::sync::SyncState;

/// A place in the log. `seq` counts up by one from 1 within an epoch; a new epoch begins with a new store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// The log. Numbers of two epochs say nothing of each other.
    pub epoch: String,
    /// The event's number in it.
    pub seq: u64,
}

/// Something that happened. It is a hint: a client that missed some asks again and loses nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    #[serde(flatten)]
    pub cursor: Cursor,
    /// When it happened.
    pub at: Timestamp,
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EventBody {
    /// All sessions as they are. The first event of a subscription that cannot continue where the client left off;
    /// it carries the number of the last event that it covers.
    Snapshot { sessions: Vec<SessionStatus> },
    /// A session is in another phase, has another pod, or met or lost an error.
    Session { status: Box<SessionStatus> },
    /// A step of a session began, was done, or failed.
    Step {
        /// The id of the session.
        session: String,
        step: StepName,
        outcome: StepOutcome,
        /// How long it took, in milliseconds; absent while it runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elapsed_ms: Option<u64>,
        /// Why it failed. It may be tried again; what stands in the way for good is in the session's status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ErrorInfo>,
    },
    /// How far the sync and the connections of a session are, while they move: at most four a second of a session, on
    /// subscriptions that ask for it. It is not in the log: its number is that of the last event before it, and one that
    /// is missed is replaced by the next, or by the session's status.
    Progress {
        /// The id of the session.
        session: String,
        /// Left out before syncthing has been started for the first time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sync: Option<SyncProgress>,
        /// The user's forwards that are open.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        forwards: Vec<ForwardProgress>,
    },
    /// A terminal or a command was opened, runs, waits or ended.
    Stream { stream: Box<StreamStatus> },
    /// Something that the user should know.
    Warning {
        /// The id of the session that it concerns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<String>,
        /// What the user should know.
        message: String,
    },
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StepOutcome {
    Began,
    Done,
    Failed,
}

/// Where to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventsParams {
    /// The last event that the client has. Without it, and where the log no longer reaches back so far, a snapshot
    /// comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Cursor>,
    /// Whether `events.subscribe` sends events of the type `progress`, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub progress: bool,
}

/// How far a session's files are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncProgress {
    pub state: SyncState,
    /// How much of the source folder is in the pod, in percent of bytes.
    pub completion: f64,
    /// Files, folders and deletions not yet in the pod.
    pub need_files: u64,
    /// Bytes not yet in the pod.
    pub need_bytes: u64,
    /// Files in the source folder.
    pub total_files: u64,
    /// Bytes in the source folder.
    pub total_bytes: u64,
}

/// The connections of a forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardProgress {
    /// The port on 127.0.0.1.
    pub local_port: u16,
    /// The port in the pod.
    pub remote_port: u16,
    /// Connections open now.
    pub open_connections: u32,
    /// Connections accepted since the forward was opened.
    pub connections: u64,
}

/// A piece of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventList {
    /// Oldest first.
    pub events: Vec<Event>,
}
