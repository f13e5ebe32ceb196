//! What belongs to a workload and has to be looked at with it, kind by kind: pods, revisions, the object beside it.

use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::cluster::objects::selector_query;
use crate::cluster::revisions::History;
use crate::store::session::StoredPlan;

/// Where the parts of one workload are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The label selector of the pods; `None` where the workload is the pod.
    pub pods: Option<String>,
    /// The revisions that an undo of a rollout could lead back to.
    pub history: Option<History>,
    /// What DevMode makes beside the workload.
    pub beside: Option<Beside>,
}

/// An object that has the dev pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub kind: WorkloadKind,
    pub name: String,
    /// The label selector of its pods.
    pub pods: String,
}

impl Surroundings {
    pub fn of(kind: WorkloadKind, plan: &StoredPlan) -> Self {
        let beside = plan.generated.as_ref().and_then(|generated| beside(generated, &plan.origin));
        let own_pods = match kind {
            WorkloadKind::Pod => None,
            // The original's pods go on as they were.
            WorkloadKind::Job | WorkloadKind::CronJob => beside.as_ref().map(|it| it.pods.clone()),
            _ => Some(selector_query(&plan.origin["spec"]["selector"])),
        };
        Self { pods: own_pods, history: history(kind, &plan.origin), beside }
    }
}

/// Where the revisions of the workload `origin` are, if its kind has any.
pub fn history(kind: WorkloadKind, origin: &Value) -> Option<History> {
    let selector = || selector_query(&origin["spec"]["selector"]);
    let uid = origin.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().to_owned();
    match kind {
        WorkloadKind::Deployment => Some(History::of_deployment(selector(), uid)),
        WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => Some(History::of_controller(selector(), uid)),
        WorkloadKind::Job | WorkloadKind::CronJob | WorkloadKind::Pod => None,
    }
}

fn beside(generated: &Value, origin: &Value) -> Option<Beside> {
    Some(Beside {
        kind: generated["kind"].as_str()?.parse().ok()?,
        name: generated.pointer("/metadata/name")?.as_str()?.to_owned(),
        pods: nhd_plan::dev_selector(origin),
    })
}
