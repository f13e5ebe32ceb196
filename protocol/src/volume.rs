//! The volume claims that persistent folders of dev containers lie in.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::workload::WorkloadRef;

/// Which claims to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeListParams {
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

/// Which claim to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeDeleteParams {
    /// The claim's name.
    pub name: String,
    /// Without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Also where a pod or a session uses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
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

/// The claims of a namespace, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeList {
    /// The kubeconfig's context.
    pub context: String,
    /// The address of the API server.
    pub server: String,
    /// By namespace and name.
    pub volumes: Vec<VolumeSummary>,
    /// What could not be read, and why: without the pods nobody knows what uses a claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A volume claim that nhd made for a folder of a dev container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeSummary {
    /// The claim's name.
    pub name: String,
    /// The workload that it was made for, whether that is there or not; its namespace is the claim's.
    pub workload: WorkloadRef,
    /// The container of the workload.
    pub container: String,
    /// The folder in the dev container.
    pub path: String,
    /// How much it has, or asks for as long as it has no volume: a quantity as Kubernetes writes it, such as `10Gi`.
    pub capacity: String,
    /// The storage class; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    pub phase: VolumePhase,
    /// What uses it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_by: Vec<VolumeUse>,
    /// By the API server's clock.
    pub created_at: Timestamp,
}

/// How far a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum VolumePhase {
    /// It has no volume yet: there is none that fits, or it comes with the first pod.
    Pending,
    Bound,
    /// Its volume is gone, and what was in it.
    Lost,
    /// It is being deleted, and goes with the last pod that uses it.
    Terminating,
}

/// Something that uses a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeUse {
    /// The pod; absent where a session waits for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The session that it is for, this daemon's or another's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}
