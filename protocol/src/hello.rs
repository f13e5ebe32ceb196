//! The handshake, and the daemon as a whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::methods::{METHODS, SUBSCRIPTIONS};

/// Who calls. A daemon that speaks another protocol version answers with `protocolMismatch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelloParams {
    /// The client's name and version, for the log: `nhd-cli 0.1.0`.
    pub client: String,
    /// The protocol version that the client speaks.
    pub protocol: u32,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelloResult {
    /// The daemon's version.
    pub version: String,
    /// The protocol version that the daemon speaks.
    pub protocol: u32,
    /// The daemon's process.
    pub pid: u32,
    /// The folder of the daemon's store and logs.
    pub home: String,
    /// The socket that it listens on.
    pub socket: String,
    /// When the daemon was started.
    pub started_at: Timestamp,
    /// What this daemon can do: the names of its methods, and words for what a client may otherwise not know to be there.
    /// Within a version of the protocol they are only ever added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// The features that are not methods.
pub const FEATURES: &[&str] = &[
    // `code`, `arguments` and `data` of errors; `notices` beside warnings.
    "errors.code",
    "errors.data",
    // `progress` of `events.subscribe`.
    "events.progress",
    // `before` and `after` of a planned change.
    "plan.before",
    // `ended` beside the sessions.
    "session.ended",
    // `steps` of a session's status.
    "session.steps",
    // `streams` of a session's status, and the event `stream`.
    "session.streams",
    // The connection that begins with `NHD-STREAM/1`.
    "stream.frames",
];

/// All that [`HelloResult::features`] has, in the order of the alphabet.
#[must_use]
pub fn features() -> Vec<String> {
    let subscriptions = SUBSCRIPTIONS.iter().map(|entry| entry.subscribe);
    let methods = METHODS.iter().map(|entry| entry.name).chain(subscriptions);
    let mut features: Vec<String> = methods.chain(FEATURES.iter().copied()).map(str::to_owned).collect();
    features.sort();
    features
}

/// Takes no parameters: `{}` or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoParams {}

/// Sessions live on: the next daemon picks them up again where the cluster is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShutdownResult {
    /// How many sessions stay in DevMode while no daemon runs.
    pub sessions_left: usize,
}
