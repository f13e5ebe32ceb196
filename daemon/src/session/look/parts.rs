//! Where the parts of a workload are that have to be looked at with it, kind by kind: pods, revisions, the dev
//! workload, the record.

use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use crate::cluster::revisions::History;
use crate::cluster::selector::selector_query;
use crate::session::kinds::{self, OwnPods, Revisions};
use crate::store::session::StoredPlan;

/// Where the parts of one workload are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadParts {
    /// The label selector of the pods; `None` where the workload is the pod.
    pub pods: Option<String>,
    /// The revisions that an undo of a rollout could lead back to.
    pub history: Option<History>,
    /// The object that DevMode makes beside the workload, and that has the dev pod.
    pub dev_workload: Option<DevWorkloadPart>,
}

/// Where the dev workload and its pods are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevWorkloadPart {
    pub kind: WorkloadKind,
    pub name: String,
    /// The label selector of its pods.
    pub pods: String,
}

impl WorkloadParts {
    pub fn of(kind: WorkloadKind, plan: &StoredPlan) -> Self {
        let dev_workload = plan.edit.dev_workload.as_ref().and_then(|it| dev_workload(it, &plan.edit.origin));
        let own_pods = match kinds::row(kind).pods {
            OwnPods::Itself => None,
            OwnPods::OfDevWorkload => dev_workload.as_ref().map(|it| it.pods.clone()),
            OwnPods::Selected => Some(selector_query(&plan.edit.origin["spec"]["selector"])),
        };
        Self { pods: own_pods, history: history(kind, &plan.edit.origin), dev_workload }
    }
}

/// Where the revisions of the workload `origin` are, if its kind has any.
pub fn history(kind: WorkloadKind, origin: &Value) -> Option<History> {
    let selector = || selector_query(&origin["spec"]["selector"]);
    let uid = origin.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().to_owned();
    match kinds::row(kind).revisions {
        Revisions::ReplicaSets => Some(History::of_deployment(selector(), uid)),
        Revisions::ControllerRevisions => Some(History::of_controller(selector(), uid)),
        Revisions::None => None,
    }
}

fn dev_workload(object: &Value, origin: &Value) -> Option<DevWorkloadPart> {
    Some(DevWorkloadPart {
        kind: object["kind"].as_str()?.parse().ok()?,
        name: object.pointer("/metadata/name")?.as_str()?.to_owned(),
        pods: nhd_plan::dev_selector(origin),
    })
}

/// The name of the Secret that is a workload's record.
pub fn record_name(workload: &WorkloadRef) -> String {
    nhd_plan::secret_name(workload.kind.as_str(), &workload.name)
}
