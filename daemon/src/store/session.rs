//! A session as it is stored: everything needed to go on after a crash, or to give the workload back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nhd_protocol::Timestamp;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::session::SidecarPreset;
use nhd_protocol::workload::WorkloadRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sync::{KeyPair, Selection, SyncIdentity};

pub const SESSION_VERSION: u32 = 1;

/// One session. Written before each change of the cluster with what is intended, after it with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredSession {
    pub version: u32,
    pub id: String,
    pub created_at: Timestamp,
    pub cluster: StoredCluster,
    pub workload: WorkloadRef,
    pub request: StoredRequest,
    pub desired: Desired,
    /// Why the session is being undone, when it was not the user who ended it.
    pub failure: Option<ErrorInfo>,
    /// The edit, from the moment that it is decided.
    pub plan: Option<StoredPlan>,
    /// Whether the workload is known to have been edited.
    pub entered: bool,
    /// Whether the first sync has been complete once.
    pub synced: bool,
    pub sync: StoredSync,
    /// Whether the user holds the sync.
    #[serde(default)]
    pub sync_paused: bool,
    /// The port of the forward, so that the next daemon asks for the same one.
    pub local_port: Option<u16>,
}

/// What the workload shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Desired {
    DevMode,
    Original,
}

/// The cluster that a session is pinned to, whatever the kubeconfig's current context becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCluster {
    /// The uid of the namespace `kube-system`, which tells clusters apart.
    pub uid: String,
    pub kubeconfig: Vec<PathBuf>,
    pub context: String,
    pub server: String,
    pub environment: BTreeMap<String, String>,
}

/// What the user asked for; a repeated start must ask for the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRequest {
    pub container: Option<String>,
    pub image: String,
    pub source: PathBuf,
    pub work_dir: String,
    pub sidecar_image: Option<String>,
    pub sidecar_preset: SidecarPreset,
    pub timeout_ms: u64,
    /// What the dev configuration said when the session was started; none in sessions of earlier versions.
    #[serde(default)]
    pub dev: StoredDev,
}

/// The dev configuration beyond what every request has. Later edits of the files do not change it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredDev {
    pub image_pull_policy: Option<String>,
    pub shell: Option<String>,
    /// Names with values, in the order in which they were written.
    pub env: Vec<(String, String)>,
    pub limits: BTreeMap<String, String>,
    pub requests: BTreeMap<String, String>,
    pub keep_security_context: bool,
    /// What is synced.
    pub selection: Selection,
    /// What the pod changes comes back.
    pub two_way: bool,
    /// What was configured and has no effect.
    pub warnings: Vec<String>,
}

/// The edit of the workload, with both ends of it as the API server has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPlan {
    pub container: String,
    /// The whole object before the edit.
    pub origin: Value,
    /// The whole object after it, as the API server returned it from a dry run.
    pub edited: Value,
    /// The object to make beside the workload that has the dev pod, where the workload itself cannot have it.
    #[serde(default)]
    pub generated: Option<Value>,
    pub warnings: Vec<String>,
}

impl StoredPlan {
    /// The uid of the object that was planned for; a workload made anew under the name is another one.
    #[must_use]
    pub fn workload_uid(&self) -> &str {
        self.origin.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default()
    }
}

/// The identities of the two syncthings of a session, made for it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSync {
    pub identity: SyncIdentity,
    /// The key pair of the syncthing in the pod.
    pub remote: KeyPair,
    /// The port that it listens on, on the pod's loopback.
    pub remote_port: u16,
}
