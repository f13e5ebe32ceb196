//! One workload in detail.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::browse::images::LastChoice;
use crate::error::ErrorInfo;
use crate::listing::WorkloadSummary;
use crate::workload::WorkloadKind;

/// Which workload to describe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DescribeParams {
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

/// One workload in detail, as the cluster has it now: in DevMode that is the dev pod's template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadDescription {
    /// The kubeconfig's context.
    pub context: String,
    /// The address of the API server.
    pub server: String,
    /// The workload at a glance, with who has it in DevMode.
    pub summary: WorkloadSummary,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// In the order in which they begin: init containers with the sidecars among them, then the others.
    pub containers: Vec<ContainerDescription>,
    /// Its pods, the newest first, at most 100; in DevMode those of the dev workload beside it too.
    pub pods: Vec<PodDescription>,
    /// How many pods are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_pods: Option<u32>,
    /// The services that select its pods.
    pub services: Vec<ServiceDescription>,
    /// Who made it and may undo changes; the one that does so most surely comes first.
    pub managers: Vec<Manager>,
    /// What was chosen when it was last put into DevMode from this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_choice: Option<LastChoice>,
    /// What could not be read, and why; its list is empty then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<DescriptionTrouble>,
}

/// What could not be read of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DescriptionTrouble {
    pub part: DescribedPart,
    pub error: ErrorInfo,
}

/// What is read of a workload beside the workload itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DescribedPart {
    Pods,
    Services,
    /// Who has it in DevMode; that somebody has is told all the same.
    Owner,
}

/// A container of the workload's template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContainerDescription {
    /// Its name.
    pub name: String,
    pub role: ContainerRole,
    /// Its image.
    pub image: String,
    /// Its ports, as it declares them; it may listen on others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ContainerPort>,
    /// The folder that it starts in; absent where that is the image's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// What it is guaranteed, such as `{"cpu": "100m"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, String>,
    /// What it may use at most.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, String>,
    /// Whether it can be developed in: `container` of `session.start` takes its name.
    pub developable: bool,
}

/// When a container of a pod runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ContainerRole {
    /// Before the others, and then it ends.
    Init,
    /// An init container that goes on beside the others (`restartPolicy: Always`).
    Sidecar,
    Main,
    /// The sidecar that nhd adds in DevMode.
    Nhd,
}

/// A port of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContainerPort {
    /// The name that services may refer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The number.
    pub port: u16,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
}

/// A pod of the workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodDescription {
    /// Its name.
    pub name: String,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`; `Terminating` while it is being deleted.
    pub phase: String,
    /// Whether the cluster counts it as ready.
    pub ready: bool,
    /// How often its containers were started again.
    pub restarts: u32,
    /// What is the matter with it, in one word, such as `CrashLoopBackOff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same in the cluster's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The node that it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Whether it is a dev pod.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dev: bool,
    /// Its containers, init containers first.
    pub containers: Vec<ContainerState>,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContainerState {
    /// Its name.
    pub name: String,
    pub state: ContainerPhase,
    /// Whether its probes say that it is ready.
    pub ready: bool,
    /// How often it was started again.
    pub restarts: u32,
    /// Why it waits or ended, in one word, such as `ImagePullBackOff` or `Error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same in the cluster's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// With which exit code it ended, or ended the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Since when it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
}

/// How far a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ContainerPhase {
    Waiting,
    Running,
    Terminated,
}

/// A service that leads to the workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDescription {
    /// Its name.
    pub name: String,
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`; `Headless` where it has no address of its own.
    pub kind: String,
    /// Its ports.
    pub ports: Vec<ServicePort>,
}

/// A port of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The number by which the service is called.
    pub port: u16,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The port of the pod that it leads to: what to forward. Absent where it is a name that no container has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_port: Option<u16>,
}

/// Who made a workload and may undo changes to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Manager {
    pub kind: ManagerKind,
    /// The Helm release, the Argo CD application, the Kustomization or HelmRelease of Flux, or the owner's kind and name.
    pub name: String,
    /// Where it is, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Whether it undoes changes by itself, as far as the workload tells: an owner and a Kustomization do; a HelmRelease and
    /// Argo CD may, which stands elsewhere.
    pub reverts: bool,
}

/// What manages workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ManagerKind {
    /// A controller of another resource, which its owner references name.
    Operator,
    Flux,
    ArgoCd,
    Helm,
}
