//! A session as it is stored: everything needed to go on after a crash, or to give the workload back.

use std::path::PathBuf;

use nhd_protocol::Timestamp;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::session::SidecarPreset;
use nhd_protocol::workload::WorkloadRef;
use serde::{Deserialize, Serialize};

use nhd_plan::Edit;

use crate::cluster::ClusterAddress;
use crate::cluster::client::Environment;
use crate::config::{DevSettings, WantedForward};
use crate::sync::{KeyPair, SyncIdentity};

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
    /// The session whose record is to become this one's, before anything else is done: its daemon then sees that it was
    /// taken over, and does nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<String>,
    /// Whether the dev pod has been ready once; not said in sessions of earlier versions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ready: bool,
    /// Whether the first sync has been complete once.
    pub synced: bool,
    pub sync: StoredSync,
    /// Whether the user holds the sync.
    #[serde(default)]
    pub sync_paused: bool,
    /// The port of the forward, so that the next daemon asks for the same one.
    pub local_port: Option<u16>,
    /// The user's own forwards; none in sessions of earlier versions.
    #[serde(default)]
    pub forwards: Vec<WantedForward>,
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
    /// What may be secret of it is in memory only; whoever asks next brings it again.
    pub environment: Environment,
}

impl StoredCluster {
    pub fn address(&self) -> ClusterAddress {
        ClusterAddress {
            kubeconfig: self.kubeconfig.clone(),
            context: Some(self.context.clone()),
            environment: self.environment.clone(),
        }
    }
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
    /// What may be lost, or undone by others, was to be risked.
    #[serde(default)]
    pub force: bool,
    /// What the dev configuration said when the session was started; none in sessions of earlier versions.
    #[serde(default)]
    pub dev: DevSettings,
}

/// The edit of the workload, and what was to be said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPlan {
    #[serde(flatten)]
    pub edit: Edit,
    pub warnings: Vec<String>,
}

/// The identities of the two syncthings of a session, made for it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSync {
    pub identity: SyncIdentity,
    /// The key pair of the syncthing in the pod.
    pub remote: KeyPair,
    /// Those of the device that brings what the local syncthing would bring later; sessions of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub courier: Option<KeyPair>,
    /// The port that it listens on, on the pod's loopback.
    pub remote_port: u16,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_without_autoscalers_is_read_and_written_as_by_earlier_versions() {
        let earlier =
            json!({"container": "web", "origin": {}, "edited": {}, "generated": null, "warnings": []});
        let plan: StoredPlan = serde_json::from_value(earlier.clone()).expect("is understood");
        assert_eq!(plan.edit.autoscalers, []);
        assert_eq!(serde_json::to_value(&plan).expect("JSON"), earlier);
    }
}
