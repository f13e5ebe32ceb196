//! File sync as clients see it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::selector::SessionSelector;
use crate::workload::WorkloadRef;

/// Which way files go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SyncType {
    /// Into the pod only: local files are never changed.
    #[default]
    Send,
    /// Into the pod; and once everything is there, what the pod changes comes back. A conflict keeps both versions.
    SendReceive,
}

/// What says which files are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LeftOutBy {
    /// Everything is synced.
    #[default]
    Nothing,
    /// The patterns of the dev configuration.
    Patterns,
    /// What git ignores.
    Git,
    /// The user's own `.stignore` in the source folder; the configuration has no effect then.
    OwnFile,
}

/// A path that cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncProblem {
    /// Relative to the source folder.
    pub path: String,
    /// Why it cannot be, in the words of the system.
    pub error: String,
}

/// How far file sync has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SyncState {
    /// The local syncthing is being started.
    #[default]
    Starting,
    /// It runs, and the one in the pod is not connected.
    Connecting,
    /// Files are on their way.
    Syncing,
    /// Everything saved is in the pod.
    InSync,
    /// It is held with `sync.pause` until `sync.resume`: neither side hears of the other.
    Paused,
    /// It works, slower or with files left out; `lastError` says why.
    Degraded,
    /// The source folder is gone or empty at once: nothing is synced, and nothing is deleted in the pod.
    SourceLost,
    /// It does not work; `lastError` and `hint` say why and what to do.
    Failed,
}

/// File sync of one session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncStatus {
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
    /// Whether the two syncthings are connected.
    pub connected: bool,
    /// Which way files go.
    #[serde(default)]
    pub sync_type: SyncType,
    /// Whether what the pod changes is taken now: with `sendReceive`, once everything is there.
    #[serde(default)]
    pub receives: bool,
    /// Whether it is held.
    #[serde(default)]
    pub paused: bool,
    /// What says which files are left out.
    #[serde(default)]
    pub left_out_by: LeftOutBy,
    /// When the pod was last seen to have everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_synced: Option<Timestamp>,
    /// Paths that cannot be read or written, the first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<SyncProblem>,
    /// How often the local syncthing was started again after it died.
    pub restarts: u32,
    /// What went wrong last, as long as it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The sync of one session: what is synced, where to, and how far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// The session's id.
    pub session: String,
    pub workload: WorkloadRef,
    /// The local source folder.
    pub source: String,
    /// The folder in the container.
    pub work_dir: String,
    /// Left out before syncthing has been started for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<SyncStatus>,
}

/// Looks at files again that changed unseen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RescanParams {
    /// The session, named as for `session.status`.
    #[serde(flatten)]
    pub of: SessionSelector,
    /// Paths relative to the source folder, each with all below it; everything without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
}
