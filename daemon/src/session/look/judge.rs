//! What a sight means: everything that the next step depends on.

use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::cluster::objects::{FIELD_MANAGER, is_leaving};
use crate::cluster::pods::PodSeen;
use crate::cluster::record::Contents;
use crate::session::kinds;
use crate::session::look::sight::Sight;
use crate::session::look::{autoscalers, claims, folders};
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
    /// It was tried to delete the claims that came with the dev pod, which is not allowed.
    pub claims_given_up: bool,
}

impl Observed {
    /// Before there is a plan, what the kind alone says of the steps to come.
    #[must_use]
    pub fn or_of_kind(self, kind: WorkloadKind) -> Self {
        let shape = nhd_plan::shape(kind.as_str());
        match shape {
            _ if self.planned => self,
            Some(Shape::Untouched) => {
                Self { edits_workload: false, dev_workload: DevWorkload::Absent, ..self }
            }
            Some(Shape::Parked) => Self { dev_workload: DevWorkload::Absent, ..self },
            Some(Shape::InPlace | Shape::Replaced) | None => self,
        }
    }
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
            volumes: folders::foreseen(stored),
            ..Observed::UNPLANNED
        };
    };
    let shape = nhd_plan::shape(stored.workload.kind.as_str());
    let edits_workload = shape != Some(Shape::Untouched);
    let dev_pod = sight.dev_pod().filter(|pod| pod.ready);
    let dev_pod_ready = dev_pod.is_some() && sight.only_dev_pods_last();
    // What of ours got into another namespace is still taken away.
    let signed = sight.workload.as_ref().and_then(nhd_plan::given_back_by);
    let in_the_wrong_place =
        stored.desired == Desired::Original && (is_marked(sight) || signed == Some(&stored.id));
    let workload = match shape {
        _ if sight.namespace_gone && !in_the_wrong_place => WorkloadState::Gone,
        // Whatever becomes of it is nothing to us.
        Some(Shape::Untouched) => WorkloadState::Original,
        Some(Shape::Replaced) => pod_state(stored, plan, sight, local.namespace_gone),
        _ => workload_state(sight.standing(plan).as_ref()),
    };
    let in_place = shape == Some(Shape::InPlace);
    let dev_revision = sight.revisions.iter().any(|revision| revision.dev)
        || (in_place && sight.pods.iter().any(|pod| pod.dev && !pod.terminating));
    let owed = stored.desired == Desired::Original && stored.entered;
    let workload = match workload {
        WorkloadState::Original if owed && dev_revision && is_held_back(plan, sight) => WorkloadState::Dev,
        // Whoever gives a workload back takes our annotations away; others leave them where they know nothing of them. Of a
        // pod that was made again the API server may have made something else, of which a death left no note.
        WorkloadState::Overwritten if owed && (is_marked(sight) || signed.is_some()) => {
            WorkloadState::Drifted
        }
        other => other,
    };
    let still_there = shape == Some(Shape::Replaced) && is_the_original(sight.workload.as_ref(), plan);
    Observed {
        planned: true,
        entered: stored.entered && edits_workload && !(still_there && workload != WorkloadState::Leaving),
        begun: stored.entered,
        record: record_state(stored, plan, sight),
        edits_workload,
        workload,
        given_back: plan.edit.was_given_back(),
        dev_workload: dev_workload_state(plan, sight),
        rollout: match shape {
            // Of a pod nothing is held back until it runs: what is left of us is a mark, and goes at once.
            Some(Shape::Replaced) if workload == WorkloadState::Settling => Rollout::Complete,
            _ => rollout_state(stored.workload.kind, sight.workload.as_ref(), local),
        },
        dev_pod_ready,
        old_pods: old_pods(plan, sight, local),
        dev_revision,
        stale_pods: !local.rollout_given_up && stale_pods(stored, sight).next().is_some(),
        owns_fields: !local.ownership_returned
            && sight.workload.as_ref().is_some_and(|it| nhd_plan::owns_fields(it, FIELD_MANAGER)),
        volumes: folders::state(plan, sight),
        autoscalers: autoscalers::state(stored, plan, sight, local.autoscalers_returned),
        claims: !local.claims_given_up && claims::to_delete(plan, sight).next().is_some(),
        forward: local.forward,
        sync: local.sync,
        first_sync: dev_pod.is_some() && local.synced_with.as_ref() == dev_pod.map(|pod| &pod.uid),
    }
}

fn is_marked(sight: &Sight) -> bool {
    sight.workload.as_ref().is_some_and(nhd_plan::is_ours)
}

/// Whether others have put the original back with controls that keep its pods from following it: a partition, a pause. It
/// is given back by us all the same, first with neutral ones.
fn is_held_back(plan: &StoredPlan, sight: &Sight) -> bool {
    let held_back = |current: &Value| plan.edit.restored(current)["spec"] != current["spec"];
    plan.edit.given_back.is_none() && sight.workload.as_ref().is_some_and(held_back)
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
    // A Deployment that makes none before the old ones are gone lets these go by itself.
    let by_itself = stored.workload.kind == WorkloadKind::Deployment
        && !sight.workload.as_ref().is_some_and(nhd_plan::surges);
    sight.pods.iter().filter(move |pod| !by_itself && !pod.terminating && is_stale(pod))
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
    if is_leaving(pod) {
        return WorkloadState::Leaving;
    }
    if sight.namespace_gone {
        // Made by us in another namespace of the name, before a daemon died: it goes, and is not made again.
        return WorkloadState::Dev;
    }
    let state = workload_state(sight.standing(plan).as_ref());
    let planned_for = stored.desired == Desired::DevMode && is_the_original(Some(pod), plan);
    if planned_for && state == WorkloadState::Original && plan.edit.is_relabelled(pod) {
        // Its labels go with it when it is deleted: those that were planned with are no longer those that it has.
        return WorkloadState::Overwritten;
    }
    let owed = stored.desired == Desired::Original && state == WorkloadState::Dev;
    if owed && plan.edit.lacks_metadata_of(pod) { WorkloadState::Drifted } else { state }
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
        (Some(_), Some(object)) if is_leaving(object) => DevWorkload::Leaving,
        (Some(_), Some(_)) => DevWorkload::Present,
    }
}

fn record_state(stored: &StoredSession, plan: &StoredPlan, sight: &Sight) -> RecordState {
    let Some(seen) = &sight.record else { return RecordState::Absent };
    // Only of a session that has written something was the record there before: nobody else's is written over.
    let has_written = stored.entered || autoscalers::has_pinned(stored, plan, sight);
    let takes = |session: &str| stored.takes.as_deref() == Some(session);
    let claim = match &seen.session {
        Some(session) => Some(*session == stored.id || takes(session)),
        None if has_written && seen.labelled => Some(true),
        None if has_written => None,
        None => Some(false),
    };
    match (&seen.contents, claim) {
        (Contents::Record(record), _) if record.session == stored.id => {
            RecordState::Ours { current: record.edit == plan.edit }
        }
        (Contents::Record(record), _) if takes(&record.session) => RecordState::ToTake,
        (Contents::Record(_), _) | (_, Some(false)) => RecordState::Foreign,
        (Contents::Later(_), _) => RecordState::Later,
        (Contents::Unreadable, Some(true)) => RecordState::Ours { current: false },
        (Contents::Unreadable, None) => RecordState::Unreadable,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::record::{Owner, Record, RecordSeen};
    use crate::session::look::sight::tests::sight_of;
    use crate::session::next::{Next, Obstacle, next};
    use crate::store::tests::session;
    use nhd_plan::{Edit, PinnedAutoscaler};
    use nhd_protocol::session::StepName;
    use nhd_protocol::workload::WorkloadRef;
    use serde_json::json;

    #[test]
    fn a_record_is_ours_anothers_or_unreadable_by_its_data_and_what_is_beside_it() {
        let owner =
            Owner { user: "ann".into(), host: "laptop".into(), since: "2026-01-01T00:00:00.000Z".into() };
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
        let scaler = json!({"metadata": {"name": "web", "uid": "s"}, "spec": {"scaleTargetRef": target}});
        let planned = PinnedAutoscaler { pinned: nhd_plan::pin(&scaler, "one"), origin: scaler.clone() };
        let edit =
            Edit { autoscalers: vec![planned], ..Edit::new("web".into(), json!({}), json!({"spec": {}})) };
        let plan = StoredPlan { edit: edit.clone(), warnings: Vec::new() };
        let with = |seen: &RecordSeen| Sight { record: Some(seen.clone()), ..sight_of(Vec::new()) };
        let whole = |session: &str, edit: &Edit| {
            Contents::Record(Box::new(Record::new(session, owner.clone(), edit.clone())))
        };
        let older = Edit::new("web".into(), json!({"spec": {}}), json!({}));
        let (current, behind) = (RecordState::Ours { current: true }, RecordState::Ours { current: false });
        let (ours, theirs) = (Some("one"), Some("other"));
        let seen = |contents, named: Option<&str>, labelled| RecordSeen {
            uid: String::new(),
            resource_version: String::new(),
            created: String::new(),
            session: named.map(str::to_owned),
            owner: None,
            labelled,
            contents,
        };
        for (contents, named, labelled, before, begun) in [
            (whole("one", &edit), ours, true, current, current),
            (whole("one", &edit), theirs, true, current, current),
            (whole("one", &older), ours, true, behind, behind),
            (whole("other", &edit), theirs, true, RecordState::Foreign, RecordState::Foreign),
            (whole("other", &edit), ours, true, RecordState::Foreign, RecordState::Foreign),
            (Contents::Unreadable, ours, true, behind, behind),
            (Contents::Unreadable, ours, false, behind, behind),
            (Contents::Unreadable, theirs, true, RecordState::Foreign, RecordState::Foreign),
            (Contents::Unreadable, None, true, RecordState::Foreign, behind),
            (Contents::Unreadable, None, false, RecordState::Foreign, RecordState::Unreadable),
            (Contents::Later(3), ours, true, RecordState::Later, RecordState::Later),
            (Contents::Later(3), None, true, RecordState::Foreign, RecordState::Later),
            (Contents::Later(3), theirs, true, RecordState::Foreign, RecordState::Foreign),
        ] {
            let seen = seen(contents, named, labelled);
            for (entered, pinned_by, expect) in [
                (false, None, before),
                (true, None, begun),
                (false, Some("one"), begun),
                (false, Some("lost"), before),
            ] {
                let stored = StoredSession { entered, ..session("one") };
                let autoscalers = Some(pinned_by.iter().map(|by| nhd_plan::pin(&scaler, by)).collect());
                let sight = Sight { autoscalers, ..with(&seen) };
                assert_eq!(record_state(&stored, &plan, &sight), expect, "{entered} {pinned_by:?} {seen:?}");
            }
        }
        assert_eq!(record_state(&session("one"), &plan, &sight_of(Vec::new())), RecordState::Absent);
        let taking = StoredSession { takes: Some("other".into()), entered: true, ..session("one") };
        for (contents, named, expect) in [
            (whole("other", &edit), theirs, RecordState::ToTake),
            (whole("one", &edit), ours, current),
            (whole("third", &edit), Some("third"), RecordState::Foreign),
            (Contents::Unreadable, theirs, behind),
        ] {
            let seen = seen(contents, named, true);
            assert_eq!(record_state(&taking, &plan, &with(&seen)), expect, "{seen:?}");
        }
    }

    /// In another namespace of the same name nothing is owed, and nothing is made; what of ours got there is taken away.
    #[test]
    fn with_its_namespace_everything_is_gone() {
        for kind in WorkloadKind::ALL {
            let workload = WorkloadRef { kind, ..session("one").workload };
            let origin = json!({"kind": kind.as_str(), "metadata": {"uid": "u"}, "spec": {}});
            let plan =
                StoredPlan { edit: Edit::new("web".into(), origin.clone(), origin), warnings: Vec::new() };
            for (desired, begun, expect) in [
                (Desired::DevMode, false, Next::Stop(Obstacle::Gone)),
                (Desired::DevMode, true, Next::Stop(Obstacle::Gone)),
                (Desired::Original, true, Next::Do(StepName::Forget)),
            ] {
                let stored = StoredSession {
                    workload: workload.clone(),
                    desired,
                    entered: begun,
                    plan: Some(plan.clone()),
                    ..session("one")
                };
                let gone = Sight { namespace_gone: true, ..sight_of(Vec::new()) };
                let seen = observed(&stored, Some(&gone), &Local::default());
                assert_eq!(next(desired, &seen), expect, "{kind} {desired:?} {seen:?}");
            }
            if kind != WorkloadKind::Pod {
                continue;
            }
            let stored = StoredSession {
                workload,
                desired: Desired::Original,
                entered: true,
                plan: Some(plan),
                ..session("one")
            };
            for (annotation, of, expect) in [
                ("nocalhost.origin.spec.json", "{}", Next::Do(StepName::RestoreWorkload)),
                ("nhd.dev/given-back-by", "one", Next::Do(StepName::RestoreWorkload)),
                ("nhd.dev/given-back-by", "two", Next::Do(StepName::Forget)),
                ("theirs", "one", Next::Do(StepName::Forget)),
            ] {
                let pod = json!({"kind": "Pod", "metadata": {"uid": "v", "annotations": {annotation: of}},
                    "spec": {}});
                let sight = Sight { namespace_gone: true, workload: Some(pod), ..sight_of(Vec::new()) };
                let seen = observed(&stored, Some(&sight), &Local::default());
                assert_eq!(next(Desired::Original, &seen), expect, "{annotation} {of} {seen:?}");
            }
        }
    }

    /// Its mark is all that is left of us on a pod that was made again, and goes before it is waited for.
    #[test]
    fn the_mark_on_a_pod_that_was_made_again_goes_at_once() {
        let origin =
            json!({"kind": "Pod", "metadata": {"name": "web", "uid": "u"}, "spec": {"containers": []}});
        let edited =
            json!({"kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"name": "dev"}]}});
        for noted in [false, true] {
            let mut edit = Edit::new("web".into(), origin.clone(), edited.clone());
            let mut made = nhd_plan::sign(&nhd_plan::recreation(&origin, &[]), "one");
            made["metadata"]["uid"] = json!("v");
            made["status"] = json!({"phase": "Pending"});
            if noted {
                edit.note_settled(made.clone());
            }
            let stored = StoredSession {
                workload: WorkloadRef { kind: WorkloadKind::Pod, ..session("one").workload },
                desired: Desired::Original,
                entered: true,
                plan: Some(StoredPlan { edit, warnings: Vec::new() }),
                ..session("one")
            };
            let next_with = |pod: &Value| {
                let sight = Sight { workload: Some(pod.clone()), ..sight_of(Vec::new()) };
                next(Desired::Original, &observed(&stored, Some(&sight), &Local::default()))
            };
            assert_eq!(next_with(&made), Next::Do(StepName::SettleWorkload), "{noted}");
            // Also where admission made something else of it, and the record is gone: then that is the original.
            let mut admitted = made.clone();
            admitted["spec"]["imagePullSecrets"] = json!([{"name": "admitted"}]);
            assert_eq!(next_with(&admitted), Next::Do(StepName::MergeChanges), "{noted}");
            let settled = stored.plan.as_ref().expect("it has one").edit.settled(&made);
            assert_eq!(next_with(&settled), Next::Wait(Some(StepName::AwaitRollout)), "{noted}");
        }
    }
}
