//! Looking: what of a session is true in the cluster at this moment, and what that means for its next step.

use futures::try_join;
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use super::next::{Observed, RecordState, Rollout, WorkloadState};
use super::prepare::record_name;
use crate::cluster::ClusterError;
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{Objects, selector_query};
use crate::cluster::pods::{self, DevContainers, PodSeen};
use crate::cluster::record::{self, RecordSeen};
use crate::cluster::revisions::{self, RevisionSeen};
use crate::plan::{DEV_CONTAINER, SIDECAR_CONTAINER, Standing, standing};
use crate::store::StoredSession;
use crate::store::session::StoredPlan;

const DEV_CONTAINERS: DevContainers = DevContainers { dev: DEV_CONTAINER, sidecar: SIDECAR_CONTAINER };

/// What the cluster holds of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// The workload, if it is still the one that was planned for.
    pub workload: Option<Value>,
    pub record: Option<RecordSeen>,
    pub revisions: Vec<RevisionSeen>,
    pub pods: Vec<PodSeen>,
}

/// What the session has running on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    pub forward: bool,
    pub sync: bool,
    /// The uid of the pod with which a sync has been complete, while the two sides are connected.
    pub synced_with: Option<String>,
    /// The original's pods have been given up on.
    pub rollout_given_up: bool,
}

/// The label selector of a planned workload's pods.
pub fn pod_selector(plan: &StoredPlan) -> String {
    selector_query(&plan.origin["spec"]["selector"])
}

/// Reads everything that a session's next step depends on.
pub async fn look(
    objects: &Objects,
    workload: &WorkloadRef,
    plan: &StoredPlan,
) -> Result<Sight, ClusterError> {
    let namespace = workload.namespace.as_str();
    let selector = pod_selector(plan);
    let name = record_name(workload);
    let uid = plan.workload_uid();
    let (found, record, revisions) = try_join!(
        async { objects.get(workload.kind.into(), Some(namespace), &workload.name).await.or_absent() },
        record::read(objects, namespace, &name),
        revisions::owned_by(objects, namespace, &selector, uid, DEV_CONTAINER),
    )?;
    let owners: Vec<String> = revisions.iter().map(|revision| revision.uid.clone()).collect();
    let pods = pods::owned_by(objects, namespace, &selector, &owners, DEV_CONTAINERS).await?;
    let same = |found: &Value| found.pointer("/metadata/uid").and_then(Value::as_str) == Some(uid);
    Ok(Sight { workload: found.filter(same), record, revisions, pods })
}

impl Sight {
    /// The pod to work in: a ready one before others, and among equals the oldest, which stays the same one when the
    /// workload is scaled up.
    pub fn dev_pod(&self) -> Option<&PodSeen> {
        let candidates = self.pods.iter().filter(|pod| pod.dev && !pod.terminating);
        candidates.min_by_key(|pod| (!pod.ready, &pod.created, &pod.name))
    }

    pub fn standing(&self, plan: &StoredPlan) -> Option<Standing> {
        self.workload.as_ref().map(|current| standing(current, &plan.origin, &plan.edited))
    }

    fn only_dev_pods_last(&self) -> bool {
        self.pods.iter().all(|pod| pod.dev || pod.terminating)
    }
}

/// What the next step depends on. Without a plan there is nothing in the cluster to look at.
pub fn observed(stored: &StoredSession, sight: Option<&Sight>, local: &Local) -> Observed {
    let (Some(plan), Some(sight)) = (&stored.plan, sight) else { return unplanned(stored, local) };
    let dev_pod = sight.dev_pod().filter(|pod| pod.ready);
    let dev_pod_ready = dev_pod.is_some() && sight.only_dev_pods_last();
    let workload = workload_state(sight.standing(plan).as_ref());
    Observed {
        planned: true,
        entered: stored.entered,
        record: record_state(stored, plan, sight.record.as_ref()),
        workload,
        rollout: rollout(sight.workload.as_ref(), local.rollout_given_up),
        dev_pod_ready,
        dev_revision: sight.revisions.iter().any(|revision| revision.dev)
            || sight.pods.iter().any(|pod| pod.dev && !pod.terminating),
        forward: local.forward,
        sync: local.sync,
        first_sync: dev_pod.is_some() && local.synced_with.as_ref() == dev_pod.map(|pod| &pod.uid),
    }
}

fn unplanned(stored: &StoredSession, local: &Local) -> Observed {
    Observed {
        planned: false,
        entered: stored.entered,
        record: RecordState::Absent,
        workload: WorkloadState::Original,
        rollout: Rollout::Complete,
        dev_pod_ready: false,
        dev_revision: false,
        forward: local.forward,
        sync: local.sync,
        first_sync: false,
    }
}

fn workload_state(standing: Option<&Standing>) -> WorkloadState {
    match standing {
        None => WorkloadState::Gone,
        Some(Standing::Original) => WorkloadState::Original,
        Some(Standing::Dev) => WorkloadState::Dev,
        Some(Standing::Settling) => WorkloadState::Settling,
        Some(Standing::Drifted(_) | Standing::ReAdded(_)) => WorkloadState::Drifted,
        Some(Standing::Overwritten(_)) => WorkloadState::Overwritten,
    }
}

fn record_state(stored: &StoredSession, plan: &StoredPlan, seen: Option<&RecordSeen>) -> RecordState {
    match seen.map(|seen| seen.record.as_ref()) {
        None => RecordState::Absent,
        Some(Some(record)) if record.session == stored.id => {
            RecordState::Ours { current: record.origin == plan.origin && record.edited == plan.edited }
        }
        Some(_) => RecordState::Foreign,
    }
}

/// Whether the Deployment's controller has seen the manifest and every pod of it is there and ready. Not available: with
/// its minReadySeconds back, the original is that only so much later.
fn rollout(workload: Option<&Value>, given_up: bool) -> Rollout {
    let Some(workload) = workload else { return Rollout::Complete };
    let number = |pointer: &str| workload.pointer(pointer).and_then(Value::as_i64);
    let wanted = number("/spec/replicas").unwrap_or(1);
    let count = |pointer: &str| number(pointer).unwrap_or(0);
    let seen = count("/status/observedGeneration") >= count("/metadata/generation");
    let all = ["/status/updatedReplicas", "/status/replicas", "/status/readyReplicas"];
    if seen && all.iter().all(|pointer| count(pointer) == wanted) {
        Rollout::Complete
    } else if given_up {
        Rollout::GivenUp
    } else {
        Rollout::Progressing
    }
}
