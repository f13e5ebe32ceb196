//! The numbered log of what happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::error::ErrorInfo;
use crate::session::{SessionStatus, StepName};
use crate::stream::StreamStatus;

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
}

/// A piece of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventList {
    /// Oldest first.
    pub events: Vec<Event>,
}
