//! Looking: what of a session is true in the cluster at this moment, and what that means for its next step.

use futures::try_join;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use super::autoscaling;
use super::next::{DevWorkload, Observed, RecordState, Rollout, WorkloadState};
use super::prepare::record_name;
use super::rollout;
use super::surroundings::{Beside, Surroundings};
use crate::cluster::ClusterError;
use crate::cluster::autoscalers;
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{FIELD_MANAGER, Objects};
use crate::cluster::pods::{self, DevContainers, PodSeen};
use crate::cluster::record::{self, RecordSeen};
use crate::cluster::refusals;
use crate::cluster::revisions::{History, RevisionSeen};
use crate::store::StoredSession;
use crate::store::session::{Desired, StoredPlan};
use nhd_plan::{DEV_CONTAINER, SIDECAR_CONTAINER, Shape, Standing, standing};

const DEV_CONTAINERS: DevContainers = DevContainers { dev: DEV_CONTAINER, sidecar: SIDECAR_CONTAINER };

/// What the cluster holds of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// The workload, if it is still the one that was planned for.
    pub workload: Option<Value>,
    /// The object beside it that has the dev pod.
    pub dev_workload: Option<Value>,
    pub record: Option<RecordSeen>,
    /// The revisions of the workload.
    pub revisions: Vec<RevisionSeen>,
    /// The revisions of the object beside it, which go with it.
    pub dev_revisions: Vec<RevisionSeen>,
    pub pods: Vec<PodSeen>,
    /// Why the dev pod cannot be made, where its maker says so in events alone.
    pub refusal: Option<String>,
    /// The autoscalers that scale the workload or are kept from it; `None` where nobody may list them.
    pub autoscalers: Option<Vec<Value>>,
}

/// What the session has running on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// At an end: any forward.
    pub forward: bool,
    pub sync: bool,
    /// The uid of the pod with which a sync has been complete, while the two sides are connected.
    pub synced_with: Option<String>,
    /// The original's pods have been given up on.
    pub rollout_given_up: bool,
    /// It was tried to give back what fields we own; where the API server keeps us as their owner, so be it.
    pub ownership_returned: bool,
    /// The same of the autoscalers.
    pub autoscalers_returned: bool,
}

/// Reads everything that a session's next step depends on.
pub async fn look(
    objects: &Objects,
    workload: &WorkloadRef,
    plan: &StoredPlan,
) -> Result<Sight, ClusterError> {
    let namespace = workload.namespace.as_str();
    let around = Surroundings::of(workload.kind, plan);
    let name = record_name(workload);
    let (found, dev_workload, record, revisions, autoscalers) = try_join!(
        async { objects.get(workload.kind.into(), Some(namespace), &workload.name).await.or_absent() },
        dev_workload(objects, namespace, around.beside.as_ref(), plan),
        record::read(objects, namespace, &name),
        read_history(objects, namespace, around.history.as_ref()),
        read_autoscalers(objects, workload, plan),
    )?;
    let dev_history = around.beside.as_ref().and_then(|beside| history_of(beside, dev_workload.as_ref()?));
    let dev_revisions = read_history(objects, namespace, dev_history.as_ref()).await?;
    let workload_uid = plan.workload_uid();
    let kind = workload.kind;
    let pods = match (&around.pods, &found) {
        (None, None) => Vec::new(),
        (None, Some(pod)) => pods::see_object(pod, DEV_CONTAINERS).into_iter().collect(),
        (Some(selector), _) => {
            let makers = revisions.iter().chain(&dev_revisions).map(|revision| revision.uid.as_str());
            let dev_uid = dev_workload.as_ref().and_then(|it| it.pointer("/metadata/uid")?.as_str());
            let owners: Vec<&str> = makers.chain([workload_uid]).chain(dev_uid).collect();
            pods::owned_by(objects, namespace, selector, &owners, DEV_CONTAINERS).await?
        }
    };
    let same = |found: &Value| {
        // A pod is made anew by us too; whose it is shows in what it is.
        kind == WorkloadKind::Pod
            || found.pointer("/metadata/uid").and_then(Value::as_str) == Some(workload_uid)
    };
    let workload = found.filter(same);
    let mut sight =
        Sight { workload, dev_workload, record, revisions, dev_revisions, pods, refusal: None, autoscalers };
    sight.refusal = read_refusal(objects, kind, namespace, &sight).await;
    Ok(sight)
}

/// The makers of other kinds say it in their status.
async fn read_refusal(
    objects: &Objects,
    kind: WorkloadKind,
    namespace: &str,
    sight: &Sight,
) -> Option<String> {
    let maker = match kind {
        WorkloadKind::StatefulSet => sight.workload.as_ref().filter(|workload| nhd_plan::is_ours(workload)),
        WorkloadKind::Job | WorkloadKind::CronJob => sight.dev_workload.as_ref(),
        WorkloadKind::Deployment | WorkloadKind::DaemonSet | WorkloadKind::Pod => None,
    };
    let uid = maker?.pointer("/metadata/uid")?.as_str()?;
    let since = sight.record.as_ref()?.created.as_str();
    if sight.pods.iter().any(|pod| pod.dev) {
        return None;
    }
    refusals::last(objects, namespace, uid, since).await
}

async fn read_autoscalers(
    objects: &Objects,
    workload: &WorkloadRef,
    plan: &StoredPlan,
) -> Result<Option<Vec<Value>>, ClusterError> {
    if !autoscaling::is_possible(workload.kind) {
        return Ok(Some(Vec::new()));
    }
    let all = autoscalers::list(objects, &workload.namespace).await?;
    Ok(all.map(|all| all.into_iter().filter(|it| autoscaling::concerns(it, plan)).collect()))
}

async fn dev_workload(
    objects: &Objects,
    namespace: &str,
    beside: Option<&Beside>,
    plan: &StoredPlan,
) -> Result<Option<Value>, ClusterError> {
    let Some(beside) = beside else { return Ok(None) };
    let found = objects.get(beside.kind.into(), Some(namespace), &beside.name).await.or_absent()?;
    Ok(found.filter(|found| nhd_plan::is_dev_workload_of(found, &plan.origin)))
}

/// The pods of a generated Deployment are its ReplicaSets'; a generated Job has its pods itself.
fn history_of(beside: &Beside, dev_workload: &Value) -> Option<History> {
    let uid = dev_workload.pointer("/metadata/uid")?.as_str()?.to_owned();
    (beside.kind == WorkloadKind::Deployment).then(|| History::of_deployment(beside.pods.clone(), uid))
}

async fn read_history(
    objects: &Objects,
    namespace: &str,
    history: Option<&History>,
) -> Result<Vec<RevisionSeen>, ClusterError> {
    match history {
        Some(history) => history.read(objects, namespace, nhd_plan::is_dev_template).await,
        None => Ok(Vec::new()),
    }
}

impl Sight {
    /// The pod to work in: a ready one before others, and among equals the oldest, which stays the same one when the
    /// workload is scaled up.
    pub fn dev_pod(&self) -> Option<&PodSeen> {
        let candidates = self.pods.iter().filter(|pod| pod.dev && !pod.terminating && !pod.finished);
        candidates.min_by_key(|pod| (!pod.ready, &pod.created, &pod.name))
    }

    pub fn standing(&self, plan: &StoredPlan) -> Option<Standing> {
        self.workload.as_ref().map(|current| standing(current, &plan.origin, &plan.edited))
    }

    /// Why a controller cannot make the dev pod, if it says so.
    pub fn refused(&self) -> Option<&str> {
        let makers = self.revisions.iter().chain(&self.dev_revisions);
        let by_status = makers.filter(|revision| revision.dev).find_map(|it| it.refused.as_deref());
        by_status.or(self.refusal.as_deref())
    }

    /// The field managers that wrote to the workload since our edit, as words.
    pub fn writers(&self, plan: &StoredPlan) -> String {
        let current = self.workload.as_ref().unwrap_or(&Value::Null);
        let writers = nhd_plan::writers_since(current, &plan.edited, FIELD_MANAGER);
        if writers.is_empty() { "others".to_owned() } else { writers.join(", ") }
    }

    fn only_dev_pods_last(&self) -> bool {
        self.pods.iter().all(|pod| pod.dev || pod.terminating)
    }
}

/// What the next step depends on.
pub fn observed(stored: &StoredSession, sight: Option<&Sight>, local: &Local) -> Observed {
    let (Some(plan), Some(sight)) = (&stored.plan, sight) else {
        let Local { forward, sync, .. } = *local;
        return Observed { entered: stored.entered, forward, sync, ..Observed::UNPLANNED };
    };
    let shape = nhd_plan::shape(stored.workload.kind.as_str());
    let edits_workload = shape != Some(Shape::Untouched);
    let dev_pod = sight.dev_pod().filter(|pod| pod.ready);
    let dev_pod_ready = dev_pod.is_some() && sight.only_dev_pods_last();
    let workload = match shape {
        // Whatever becomes of it is nothing to us.
        Some(Shape::Untouched) => WorkloadState::Original,
        Some(Shape::Replaced) => pod_state(stored, plan, sight),
        _ => workload_state(sight.standing(plan).as_ref()),
    };
    let still_there = shape == Some(Shape::Replaced) && is_the_original(sight.workload.as_ref(), plan);
    let in_place = shape == Some(Shape::InPlace);
    Observed {
        planned: true,
        entered: stored.entered && edits_workload && !(still_there && workload != WorkloadState::Leaving),
        record: record_state(stored, plan, sight.record.as_ref()),
        edits_workload,
        workload,
        dev_workload: dev_workload_state(plan, sight),
        rollout: rollout_state(stored.workload.kind, sight.workload.as_ref(), local.rollout_given_up),
        dev_pod_ready,
        dev_revision: sight.revisions.iter().any(|revision| revision.dev)
            || (in_place && sight.pods.iter().any(|pod| pod.dev && !pod.terminating)),
        stale_pods: stale_pods(stored, sight).next().is_some(),
        owns_fields: !local.ownership_returned
            && sight.workload.as_ref().is_some_and(|it| nhd_plan::owns_fields(it, FIELD_MANAGER)),
        autoscalers: autoscaling::state(stored, plan, sight, local.autoscalers_returned),
        forward: local.forward,
        sync: local.sync,
        first_sync: dev_pod.is_some() && local.synced_with.as_ref() == dev_pod.map(|pod| &pod.uid),
    }
}

/// The pods that nobody replaces but we: what a StatefulSet's controller waits for to become ready before it goes on,
/// and dev pods that have finished, of kinds that make no other in their place.
pub fn stale_pods<'a>(
    stored: &StoredSession,
    sight: &'a Sight,
) -> impl Iterator<Item = &'a PodSeen> + use<'a> {
    let to_dev_mode = stored.desired == Desired::DevMode;
    let kind = stored.workload.kind;
    sight.pods.iter().filter(move |pod| {
        !pod.terminating
            && match kind {
                WorkloadKind::StatefulSet if to_dev_mode => !pod.dev && !pod.ready,
                WorkloadKind::StatefulSet => pod.dev,
                WorkloadKind::Job | WorkloadKind::CronJob | WorkloadKind::Pod => {
                    to_dev_mode && pod.dev && pod.finished
                }
                WorkloadKind::Deployment | WorkloadKind::DaemonSet => false,
            }
    })
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

/// A pod on its way in or out is missing for a while.
fn pod_state(stored: &StoredSession, plan: &StoredPlan, sight: &Sight) -> WorkloadState {
    let Some(pod) = &sight.workload else {
        return if stored.entered { WorkloadState::Absent } else { WorkloadState::Gone };
    };
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        return WorkloadState::Leaving;
    }
    workload_state(sight.standing(plan).as_ref())
}

fn is_the_original(workload: Option<&Value>, plan: &StoredPlan) -> bool {
    let uid = workload.and_then(|workload| workload.pointer("/metadata/uid")?.as_str());
    uid == Some(plan.workload_uid())
}

fn dev_workload_state(plan: &StoredPlan, sight: &Sight) -> DevWorkload {
    match (&plan.generated, &sight.dev_workload) {
        (None, _) => DevWorkload::NotNeeded,
        (Some(_), None) => DevWorkload::Absent,
        (Some(_), Some(object)) if object.pointer("/metadata/deletionTimestamp").is_some() => {
            DevWorkload::Leaving
        }
        (Some(_), Some(_)) => DevWorkload::Present,
    }
}

fn record_state(stored: &StoredSession, plan: &StoredPlan, seen: Option<&RecordSeen>) -> RecordState {
    match seen.map(|seen| seen.record.as_ref()) {
        None => RecordState::Absent,
        Some(Some(record)) if record.session == stored.id => RecordState::Ours {
            current: record.origin == plan.origin
                && record.edited == plan.edited
                && record.generated == plan.generated
                && record.autoscalers == plan.autoscalers,
        },
        Some(_) => RecordState::Foreign,
    }
}

fn rollout_state(kind: WorkloadKind, workload: Option<&Value>, given_up: bool) -> Rollout {
    match workload {
        Some(workload) if rollout::is_complete(kind, workload) => Rollout::Complete,
        None => Rollout::Complete,
        Some(_) if given_up => Rollout::GivenUp,
        Some(_) => Rollout::Progressing,
    }
}
