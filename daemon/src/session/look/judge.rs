//! What a sight means: everything that the next step depends on.

use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::cluster::objects::FIELD_MANAGER;
use crate::cluster::pods::PodSeen;
use crate::cluster::record::RecordSeen;
use crate::session::kinds;
use crate::session::look::autoscalers;
use crate::session::look::sight::Sight;
use crate::session::next::{DevWorkload, Observed, OldPods, RecordState, Rollout, WorkloadState};
use crate::store::StoredSession;
use crate::store::session::{Desired, StoredPlan};
use nhd_plan::{Shape, Standing};

/// What the session has running on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// At an end: any forward.
    pub forward: bool,
    pub sync: bool,
    /// The uid of the pod with which a sync has been complete, while the two sides are connected.
    pub synced_with: Option<String>,
    /// The dev pod has been ready for a moment, and pods of the old template are kept all the same.
    pub old_pods_kept: bool,
    /// The original's pods have come as far as they had before.
    pub rollout_as_before: bool,
    /// The original's pods have been given up on.
    pub rollout_given_up: bool,
    /// There is no namespace any more to make the pod again in.
    pub namespace_gone: bool,
    /// It was tried to give back what fields we own; where the API server keeps us as their owner, so be it.
    pub ownership_returned: bool,
    /// The same of the autoscalers.
    pub autoscalers_returned: bool,
}

/// What the next step depends on.
pub fn observed(stored: &StoredSession, sight: Option<&Sight>, local: &Local) -> Observed {
    let (Some(plan), Some(sight)) = (&stored.plan, sight) else {
        let Local { forward, sync, .. } = *local;
        return Observed {
            entered: stored.entered,
            begun: stored.entered,
            forward,
            sync,
            ..Observed::UNPLANNED
        };
    };
    let shape = nhd_plan::shape(stored.workload.kind.as_str());
    let edits_workload = shape != Some(Shape::Untouched);
    let dev_pod = sight.dev_pod().filter(|pod| pod.ready);
    let dev_pod_ready = dev_pod.is_some() && sight.only_dev_pods_last();
    let workload = match shape {
        // Whatever becomes of it is nothing to us.
        Some(Shape::Untouched) => WorkloadState::Original,
        Some(Shape::Replaced) => pod_state(stored, plan, sight, local.namespace_gone),
        _ => workload_state(sight.standing(plan).as_ref()),
    };
    let still_there = shape == Some(Shape::Replaced) && is_the_original(sight.workload.as_ref(), plan);
    let in_place = shape == Some(Shape::InPlace);
    Observed {
        planned: true,
        entered: stored.entered && edits_workload && !(still_there && workload != WorkloadState::Leaving),
        begun: stored.entered,
        record: record_state(stored, plan, sight.record.as_ref()),
        edits_workload,
        workload,
        dev_workload: dev_workload_state(plan, sight),
        rollout: rollout_state(stored.workload.kind, sight.workload.as_ref(), local),
        dev_pod_ready,
        old_pods: old_pods(plan, sight, local),
        dev_revision: sight.revisions.iter().any(|revision| revision.dev)
            || (in_place && sight.pods.iter().any(|pod| pod.dev && !pod.terminating)),
        stale_pods: stale_pods(stored, sight).next().is_some(),
        owns_fields: !local.ownership_returned
            && sight.workload.as_ref().is_some_and(|it| nhd_plan::owns_fields(it, FIELD_MANAGER)),
        autoscalers: autoscalers::state(stored, plan, sight, local.autoscalers_returned),
        forward: local.forward,
        sync: local.sync,
        first_sync: dev_pod.is_some() && local.synced_with.as_ref() == dev_pod.map(|pod| &pod.uid),
    }
}

/// The pods that nobody replaces but we.
pub fn stale_pods<'a>(
    stored: &StoredSession,
    sight: &'a Sight,
) -> impl Iterator<Item = &'a PodSeen> + use<'a> {
    let kind = kinds::row(stored.workload.kind);
    let is_stale = match stored.desired {
        Desired::DevMode => kind.stale_on_start,
        Desired::Original => kind.stale_on_end,
    };
    sight.pods.iter().filter(move |pod| !pod.terminating && is_stale(pod))
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
fn pod_state(
    stored: &StoredSession,
    plan: &StoredPlan,
    sight: &Sight,
    namespace_gone: bool,
) -> WorkloadState {
    let Some(pod) = &sight.workload else {
        return if stored.entered && !namespace_gone { WorkloadState::Absent } else { WorkloadState::Gone };
    };
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        return WorkloadState::Leaving;
    }
    workload_state(sight.standing(plan).as_ref())
}

fn is_the_original(workload: Option<&Value>, plan: &StoredPlan) -> bool {
    let uid = workload.and_then(|workload| workload.pointer("/metadata/uid")?.as_str());
    uid == Some(plan.edit.workload_uid())
}

fn old_pods(plan: &StoredPlan, sight: &Sight, local: &Local) -> OldPods {
    let Some(workload) = &sight.workload else { return OldPods::Free };
    let being_let_go = nhd_plan::lets_old_pods_go(workload, &plan.edit);
    let can_be = || nhd_plan::let_old_pods_go(workload).is_some();
    match (sight.only_dev_pods_last(), being_let_go) {
        (true, true) => OldPods::LetGo,
        (false, false) if local.old_pods_kept && sight.old_pods_are_kept() && can_be() => OldPods::Kept,
        _ => OldPods::Free,
    }
}

fn dev_workload_state(plan: &StoredPlan, sight: &Sight) -> DevWorkload {
    match (&plan.edit.dev_workload, &sight.dev_workload) {
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
        Some(Some(record)) if record.session == stored.id => {
            RecordState::Ours { current: record.edit == plan.edit }
        }
        Some(_) => RecordState::Foreign,
    }
}

fn rollout_state(kind: WorkloadKind, workload: Option<&Value>, local: &Local) -> Rollout {
    match workload {
        Some(workload) if (kinds::row(kind).is_rolled_out)(workload) => Rollout::Complete,
        None => Rollout::Complete,
        Some(_) if local.rollout_as_before => Rollout::AsBefore,
        Some(_) if local.rollout_given_up => Rollout::GivenUp,
        Some(_) => Rollout::Progressing,
    }
}
