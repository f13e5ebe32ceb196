//! File sync as clients see it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// How often the local syncthing was started again after it died.
    pub restarts: u32,
    /// What went wrong last, as long as it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
