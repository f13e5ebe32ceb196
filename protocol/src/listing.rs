//! The workloads of a cluster, and who has them in DevMode.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::workload::{WorkloadKind, WorkloadRef};

/// Which workloads to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadListParams {
    /// Without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Those of every namespace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_namespaces: bool,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// The workloads that could be developed in: without pods and jobs that a controller made, and without what nhd itself
/// made. Kinds that the user may not list are left out and named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadList {
    /// The kubeconfig's context.
    pub context: String,
    /// The address of the API server.
    pub server: String,
    pub workloads: Vec<WorkloadSummary>,
    /// What could not be listed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// One workload at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadSummary {
    pub workload: WorkloadRef,
    /// How many pods it wants and how many are ready; not of kinds that do not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<ReplicaCount>,
    /// The names of its containers.
    pub containers: Vec<String>,
    /// Present while it is in DevMode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev_mode: Option<DevModeSummary>,
    /// What is the matter with its pods. `workload.list` reads no pods but bare ones, and so tells it of those alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<WorkloadTrouble>,
}

/// What is the matter with the pods of a workload: the worst of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadTrouble {
    /// In one word, mostly the cluster's: `CrashLoopBackOff`, `ImagePullBackOff`, `Unschedulable`, `FailedCreate`.
    pub reason: String,
    /// In the cluster's words, cut where they are long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The pod that it is told of; absent where the workload itself tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The container of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// How many of its pods are in trouble.
    pub pods: u32,
}

/// Pods of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplicaCount {
    /// How many are ready.
    pub ready: u32,
    /// How many the workload wants.
    pub desired: u32,
}

/// Who has a workload in DevMode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DevModeSummary {
    /// Absent where the record is not readable: a Secret, which many roles may not list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<DevModeOwner>,
    /// The id of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Whether the session is this daemon's.
    pub here: bool,
    /// It was begun by Nocalhost's own tool, which has to end it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_nocalhost: bool,
}

/// The user and machine that began a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DevModeOwner {
    /// The name of the user.
    pub user: String,
    /// The name of the machine.
    pub host: String,
    /// When the session was started.
    pub since: Timestamp,
}

/// The workload to take out of DevMode that another daemon put into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseParams {
    pub kind: WorkloadKind,
    /// The workload's name.
    pub name: String,
    /// Without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}
