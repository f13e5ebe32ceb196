//! The workloads of a namespace as they change.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::ErrorInfo;
use crate::listing::WorkloadSummary;
use crate::workload::WorkloadRef;

/// Which workloads to follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadSubscribeParams {
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

/// What a subscription to workloads tells. A `snapshot` replaces all that the client knows, a `changed` adds and removes;
/// both say `more` where what belongs to them is too long for one message and goes on in a `changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WorkloadEvent {
    /// All workloads as they are. It comes first, once everything has been listed that can be; after the cluster was
    /// away; and in place of the rest for a client that is too slow.
    Snapshot {
        /// The kubeconfig's context, as the client named it.
        context: String,
        /// The address of the API server.
        server: String,
        /// The namespace; absent where all are followed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// By namespace, kind and name.
        workloads: Vec<WorkloadSummary>,
        /// What cannot be told at present. While it has the `cluster`, the workloads are those that were known before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        troubles: Vec<WatchTrouble>,
        /// The rest comes next, as a `changed`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    /// Workloads came, changed or went.
    Changed {
        /// Workloads as they are now, new ones among them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        upserted: Vec<WorkloadSummary>,
        /// Workloads that are not there any more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<WorkloadRef>,
        /// The rest comes next, as a `changed`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    /// Something cannot be told any more, or for another reason than before.
    Error {
        /// What cannot be told, and why.
        trouble: WatchTrouble,
    },
    /// What could not be told can be told again. Of the `cluster` a `snapshot` says so.
    Recovered {
        /// What can be told again.
        part: WatchedPart,
    },
}

/// What cannot be told, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WatchTrouble {
    pub part: WatchedPart,
    /// Why. The daemon tries again by itself; what is forbidden, ever less often, up to five minutes apart.
    pub error: ErrorInfo,
}

/// What a subscription to workloads watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum WatchedPart {
    /// Everything: the cluster cannot be reached, or does not accept the user.
    Cluster,
    Deployments,
    StatefulSets,
    DaemonSets,
    Jobs,
    CronJobs,
    /// Bare pods, and what is the matter with the pods of the others.
    Pods,
    /// The records, which are Secrets: who has a workload in DevMode. That somebody has is told all the same.
    Owners,
}

/// The params of the notification that carries an event of the workloads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadNotification {
    /// The id that `workload.subscribe` answered with.
    pub subscription: String,
    pub result: WorkloadEvent,
}
