//! The next step, from every state that there is.

use super::foresight::after;
use super::*;

const RUNNING: Observed = Observed {
    planned: true,
    entered: true,
    begun: true,
    record: RecordState::Ours { current: true },
    edits_workload: true,
    workload: WorkloadState::Dev,
    given_back: false,
    dev_workload: DevWorkload::NotNeeded,
    rollout: Rollout::Complete,
    dev_pod_ready: true,
    old_pods: OldPods::Free,
    dev_revision: true,
    stale_pods: false,
    owns_fields: true,
    autoscalers: Autoscalers::Free,
    volumes: Volumes::Free,
    claims: false,
    forward: true,
    sync: true,
    first_sync: true,
};

/// The steps from here until the session is quiet, gone or stuck.
fn walk(desired: Desired, mut seen: Observed) -> (Vec<StepName>, Observed, Next) {
    let mut steps = Vec::new();
    for _ in 0..40 {
        let now = next(desired, &seen);
        let (Next::Do(step) | Next::Wait(Some(step))) = now else { return (steps, seen, now) };
        steps.push(step);
        match after(step, seen) {
            Some(later) => seen = later,
            None => return (steps, seen, now),
        }
    }
    panic!("no end from here: {seen:?} {steps:?}");
}

#[test]
fn a_start_takes_its_steps_in_order() {
    let (steps, _, last) = walk(Desired::DevMode, Observed::UNPLANNED);
    let expected = [
        StepName::Plan,
        StepName::CreateRecord,
        StepName::EnterDevMode,
        StepName::OpenForward,
        StepName::StartSync,
        StepName::AwaitPod,
        StepName::AwaitSync,
    ];
    assert_eq!(steps, expected);
    assert_eq!(last, Next::Wait(None));
}

#[test]
fn a_generated_object_comes_after_the_edit_and_goes_before_the_restore() {
    let (steps, ..) =
        walk(Desired::DevMode, Observed { dev_workload: DevWorkload::Absent, ..Observed::UNPLANNED });
    assert_eq!(steps[1..4], [StepName::CreateRecord, StepName::EnterDevMode, StepName::CreateDevWorkload]);
    let running = Observed { dev_workload: DevWorkload::Present, ..RUNNING };
    let (steps, ..) = walk(Desired::Original, running);
    assert_eq!(steps[..2], [StepName::DeleteDevWorkload, StepName::RestoreWorkload]);
}

#[test]
fn a_workload_that_is_not_written_to_gets_only_its_dev_workload() {
    let fresh = Observed { edits_workload: false, dev_workload: DevWorkload::Absent, ..Observed::UNPLANNED };
    let (steps, seen, _) = walk(Desired::DevMode, fresh);
    assert_eq!(steps[1..3], [StepName::CreateRecord, StepName::CreateDevWorkload]);
    let (steps, ..) = walk(Desired::Original, seen);
    assert!(!steps.contains(&StepName::RestoreWorkload), "{steps:?}");
}

#[test]
fn a_pod_is_away_before_another_takes_its_name() {
    let seen = Observed { entered: true, workload: WorkloadState::Leaving, ..RUNNING };
    let (steps, ..) = walk(Desired::DevMode, seen);
    assert_eq!(steps[..2], [StepName::AwaitRelease, StepName::EnterDevMode]);
    let (steps, ..) = walk(Desired::Original, Observed { sync: false, forward: false, ..seen });
    assert_eq!(steps[..2], [StepName::AwaitRelease, StepName::RestoreWorkload]);
}

#[test]
fn an_end_restores_before_it_deletes_the_way_back() {
    let (steps, _, _) = walk(Desired::Original, RUNNING);
    let expected = [
        StepName::RestoreWorkload,
        StepName::StopSync,
        StepName::CloseForward,
        StepName::AwaitRollout,
        StepName::DeleteDevRevision,
        StepName::SettleWorkload,
        StepName::ReturnOwnership,
        StepName::DeleteRecord,
        StepName::Forget,
    ];
    assert_eq!(steps, expected);
}

#[test]
fn old_pods_that_are_kept_are_let_go_once_all_else_runs_and_that_is_taken_back() {
    for old_pods in [OldPods::Kept, OldPods::LetGo] {
        let kept = Observed { old_pods, dev_pod_ready: old_pods == OldPods::LetGo, ..RUNNING };
        assert_eq!(next(Desired::DevMode, &kept), Next::Do(StepName::LetOldPodsGo));
        let without = Observed { forward: false, sync: false, ..kept };
        let (steps, ..) = walk(Desired::DevMode, without);
        assert_eq!(steps[..3], [StepName::OpenForward, StepName::StartSync, StepName::LetOldPodsGo]);
        let (steps, ..) = walk(Desired::Original, kept);
        assert_eq!(steps[0], StepName::RestoreWorkload);
    }
}

#[test]
fn obstacles_stop_without_a_write() {
    let stop = |desired, seen| next(desired, &seen);
    let of = |workload| Observed { workload, ..RUNNING };
    let foreign = Observed { record: RecordState::Foreign, ..RUNNING };
    assert_eq!(stop(Desired::DevMode, foreign), Next::Stop(Obstacle::TakenByOthers));
    assert_eq!(stop(Desired::DevMode, of(WorkloadState::Gone)), Next::Stop(Obstacle::Gone));
    assert_eq!(stop(Desired::DevMode, of(WorkloadState::Overwritten)), Next::Stop(Obstacle::Overwritten));
}

#[test]
fn what_others_changed_is_merged_and_recorded_before_the_restore() {
    for workload in [WorkloadState::Drifted, WorkloadState::Overwritten] {
        let (steps, ..) = walk(Desired::Original, Observed { workload, ..RUNNING });
        let expected = [StepName::MergeChanges, StepName::UpdateRecord, StepName::RestoreWorkload];
        assert_eq!(steps[..3], expected);
    }
}

/// Its controls are still neutral, and its record was deleted meanwhile.
#[test]
fn what_was_given_back_and_changed_by_others_since_is_merged_without_a_record_too() {
    let changed = Observed { record: RecordState::Absent, workload: WorkloadState::Overwritten, ..RUNNING };
    let given_back = Observed { given_back: true, ..changed };
    assert_eq!(next(Desired::Original, &given_back), Next::Do(StepName::MergeChanges));
    // Somebody else gave it back.
    assert_eq!(next(Desired::Original, &changed), Next::Do(StepName::StopSync));
}

#[test]
fn a_workload_that_was_not_edited_is_left_as_others_have_made_it() {
    let changed = Observed { planned: true, workload: WorkloadState::Overwritten, ..Observed::UNPLANNED };
    let (steps, ..) = walk(Desired::Original, changed);
    assert_eq!(steps, [StepName::Forget]);
}

#[test]
fn a_workload_that_changed_before_the_edit_is_planned_again() {
    let seen = Observed { planned: true, workload: WorkloadState::Overwritten, ..Observed::UNPLANNED };
    assert_eq!(next(Desired::DevMode, &seen), Next::Do(StepName::Plan));
}

#[test]
fn a_foreign_record_protects_the_cluster_at_the_end() {
    let (steps, _, _) = walk(Desired::Original, Observed { record: RecordState::Foreign, ..RUNNING });
    assert_eq!(steps, [StepName::StopSync, StepName::CloseForward, StepName::Forget]);
}

#[test]
fn an_autoscaler_is_pinned_after_the_record_and_before_the_edit() {
    let seen = Observed { autoscalers: Autoscalers::Unpinned, ..Observed::UNPLANNED };
    let (steps, ..) = walk(Desired::DevMode, seen);
    let expect = [StepName::Plan, StepName::CreateRecord, StepName::PinAutoscalers, StepName::EnterDevMode];
    assert_eq!(steps[..4], expect);
}

#[test]
fn an_autoscaler_that_was_not_planned_for_is_planned_for_before_the_edit_only() {
    let seen = Observed { planned: true, autoscalers: Autoscalers::Changed, ..Observed::UNPLANNED };
    let (steps, ..) = walk(Desired::DevMode, seen);
    assert_eq!(steps[..3], [StepName::Plan, StepName::CreateRecord, StepName::PinAutoscalers]);
    let running = Observed { autoscalers: Autoscalers::Changed, ..RUNNING };
    assert_eq!(next(Desired::DevMode, &running), Next::Wait(None));
}

#[test]
fn an_autoscaler_is_given_back_once_the_original_is_whole_and_before_the_record_goes() {
    let pinned = Observed { autoscalers: Autoscalers::Pinned, ..RUNNING };
    let (steps, ..) = walk(Desired::Original, pinned);
    let expect = [
        StepName::SettleWorkload,
        StepName::ReturnOwnership,
        StepName::ReleaseAutoscalers,
        StepName::DeleteRecord,
        StepName::Forget,
    ];
    assert!(steps.ends_with(&expect), "{steps:?}");
}

#[test]
fn claims_go_after_the_pod_and_before_the_record() {
    let (steps, ..) = walk(Desired::Original, Observed { claims: true, ..RUNNING });
    let expect = [
        StepName::AwaitRollout,
        StepName::DeleteDevRevision,
        StepName::SettleWorkload,
        StepName::ReturnOwnership,
        StepName::DeleteClaims,
        StepName::DeleteRecord,
        StepName::Forget,
    ];
    assert!(steps.ends_with(&expect), "{steps:?}");
    assert_eq!(next(Desired::DevMode, &Observed { claims: true, ..RUNNING }), Next::Wait(None));
}

#[test]
fn an_autoscaler_is_given_back_whatever_became_of_the_workload() {
    for workload in [WorkloadState::Gone, WorkloadState::Overwritten, WorkloadState::Original] {
        for entered in [false, true] {
            let seen = Observed { workload, entered, autoscalers: Autoscalers::Pinned, ..RUNNING };
            let (steps, ..) = walk(Desired::Original, seen);
            let expect = [StepName::ReleaseAutoscalers, StepName::DeleteRecord, StepName::Forget];
            assert!(steps.ends_with(&expect), "{seen:?} {steps:?}");
        }
    }
}

fn every_observation() -> impl Iterator<Item = Observed> {
    let records = [
        RecordState::Absent,
        RecordState::Ours { current: false },
        RecordState::Ours { current: true },
        RecordState::Foreign,
        RecordState::ToTake,
        RecordState::Unreadable,
        RecordState::Later,
    ];
    let workloads = [
        WorkloadState::Gone,
        WorkloadState::Original,
        WorkloadState::Dev,
        WorkloadState::Settling,
        WorkloadState::Drifted,
        WorkloadState::Overwritten,
        WorkloadState::Leaving,
        WorkloadState::Absent,
    ];
    let dev_workloads =
        [DevWorkload::NotNeeded, DevWorkload::Absent, DevWorkload::Present, DevWorkload::Leaving];
    let rollouts = [Rollout::Progressing, Rollout::Complete, Rollout::AsBefore, Rollout::GivenUp];
    let scaling = [Autoscalers::Free, Autoscalers::Changed, Autoscalers::Unpinned, Autoscalers::Pinned];
    let states = records.into_iter().flat_map(move |record| {
        workloads.into_iter().flat_map(move |workload| {
            dev_workloads.into_iter().flat_map(move |dev_workload| {
                rollouts.into_iter().flat_map(move |rollout| {
                    scaling.into_iter().map(move |it| (record, workload, dev_workload, rollout, it))
                })
            })
        })
    });
    states.flat_map(|(record, workload, dev_workload, rollout, autoscalers)| {
        (0..4096_u32).map(move |bits| Observed {
            volumes: Volumes::Free,
            planned: bits & 1 != 0,
            entered: bits & 2 != 0,
            begun: bits & 2 != 0,
            dev_pod_ready: bits & 4 != 0,
            dev_revision: bits & 8 != 0,
            forward: bits & 16 != 0,
            sync: bits & 32 != 0,
            first_sync: bits & 64 != 0,
            stale_pods: bits & 128 != 0,
            edits_workload: bits & 256 != 0,
            owns_fields: bits & 512 != 0,
            claims: bits & 1024 != 0,
            given_back: bits & 2048 != 0,
            old_pods: OldPods::Free,
            record,
            workload,
            dev_workload,
            rollout,
            autoscalers,
        })
    })
}

#[test]
fn from_every_state_an_end_forgets_the_session_only_when_nothing_of_it_is_left() {
    for seen in every_observation() {
        let (steps, last_seen, last) = walk(Desired::Original, seen);
        match last {
            Next::Do(StepName::Forget) => {
                assert!(!last_seen.sync && !last_seen.forward, "{seen:?} {steps:?}");
                let cluster_is_ours = seen.planned && seen.record != RecordState::Foreign;
                if cluster_is_ours {
                    let left = if seen.record == RecordState::Unreadable {
                        seen.record
                    } else {
                        RecordState::Absent
                    };
                    assert_eq!(last_seen.record, left, "{seen:?} {steps:?}");
                    assert!(
                        matches!(
                            last_seen.workload,
                            WorkloadState::Gone | WorkloadState::Original | WorkloadState::Overwritten
                        ) || (last_seen.workload == WorkloadState::Leaving && !seen.entered),
                        "{seen:?} {steps:?}"
                    );
                    assert_ne!(last_seen.dev_workload, DevWorkload::Present, "{seen:?} {steps:?}");
                    assert_ne!(last_seen.autoscalers, Autoscalers::Pinned, "{seen:?} {steps:?}");
                    assert!(!last_seen.claims, "{seen:?} {steps:?}");
                }
            }
            Next::Stop(Obstacle::RecordOfLater) => {
                assert!(seen.planned && seen.record == RecordState::Later && steps.is_empty(), "{seen:?}");
            }
            other => panic!("{seen:?} ends in {other:?}"),
        }
    }
}

#[test]
fn no_session_is_forgotten_while_the_workload_has_its_edit_unless_another_has_it() {
    for seen in every_observation().filter(|seen| seen.planned && seen.record != RecordState::Foreign) {
        if next(Desired::Original, &seen) == Next::Do(StepName::Forget) {
            let edited = [WorkloadState::Dev, WorkloadState::Drifted, WorkloadState::Absent];
            assert!(!edited.contains(&seen.workload), "{seen:?}");
            assert_ne!(seen.dev_workload, DevWorkload::Present, "{seen:?}");
            assert_ne!(seen.autoscalers, Autoscalers::Pinned, "{seen:?}");
        }
    }
}

#[test]
fn what_is_not_readable_in_the_place_of_the_record_stops_a_session_and_no_end() {
    let unreadable = Observed { record: RecordState::Unreadable, ..RUNNING };
    assert_eq!(next(Desired::DevMode, &unreadable), Next::Stop(Obstacle::RecordUnreadable));
    let (steps, ..) = walk(Desired::Original, unreadable);
    assert_eq!(steps[0], StepName::RestoreWorkload);
    assert!(
        !steps.iter().any(|it| [StepName::UpdateRecord, StepName::DeleteRecord].contains(it)),
        "{steps:?}"
    );
}

#[test]
fn a_record_of_a_later_nhd_is_left_to_one() {
    let later = Observed { record: RecordState::Later, ..RUNNING };
    for desired in [Desired::DevMode, Desired::Original] {
        assert_eq!(next(desired, &later), Next::Stop(Obstacle::RecordOfLater));
    }
}

#[test]
fn no_end_deletes_the_record_while_the_workload_is_ours() {
    for seen in every_observation() {
        if next(Desired::Original, &seen) == Next::Do(StepName::DeleteRecord) && seen.planned {
            assert!(
                !matches!(
                    seen.workload,
                    WorkloadState::Dev
                        | WorkloadState::Settling
                        | WorkloadState::Drifted
                        | WorkloadState::Absent
                ) && seen.dev_workload != DevWorkload::Present
                    && seen.autoscalers != Autoscalers::Pinned
                    && !seen.claims,
                "{seen:?}"
            );
        }
    }
}

#[test]
fn no_start_edits_the_workload_or_pins_its_autoscalers_before_record_and_plan_are_there() {
    for seen in every_observation() {
        let now = next(Desired::DevMode, &seen);
        if [StepName::EnterDevMode, StepName::PinAutoscalers].map(Next::Do).contains(&now) {
            assert!(seen.planned && seen.record == RecordState::Ours { current: true }, "{seen:?}");
        }
        if now == Next::Do(StepName::EnterDevMode) && seen.workload == WorkloadState::Original {
            assert_ne!(seen.autoscalers, Autoscalers::Unpinned, "{seen:?}");
        }
    }
}

#[test]
fn no_start_touches_the_workload_before_the_volumes_are_there_and_no_end_asks_for_them() {
    let all = [Volumes::Free, Volumes::Missing, Volumes::Unbound];
    for seen in every_observation() {
        let [free, missing, unbound] = all.map(|volumes| Observed { volumes, ..seen });
        let touches = [StepName::EnterDevMode, StepName::PinAutoscalers, StepName::CreateDevWorkload];
        let touches = |seen: &Observed| touches.map(Next::Do).contains(&next(Desired::DevMode, seen));
        assert!(!touches(&missing), "{missing:?}");
        assert!(!touches(&unbound) || unbound.begun, "{unbound:?}");
        if touches(&free) {
            assert_eq!(next(Desired::DevMode, &missing), Next::Do(StepName::CreateVolumes), "{seen:?}");
        }
        let ends = [free, missing, unbound].map(|seen| next(Desired::Original, &seen));
        assert!(ends.iter().all(|it| *it == ends[0]), "{seen:?}");
    }
    let foreseen = foresee(Desired::DevMode, &Observed { volumes: Volumes::Missing, ..Observed::UNPLANNED });
    let expect = [StepName::Plan, StepName::CreateRecord, StepName::CreateVolumes, StepName::EnterDevMode];
    assert_eq!(foreseen[..4], expect);
}

#[test]
fn nothing_is_begun_again_of_which_somebody_has_taken_the_record() {
    for seen in every_observation().filter(|seen| seen.begun && seen.record == RecordState::Absent) {
        match next(Desired::DevMode, &seen) {
            Next::Stop(_) => {}
            Next::Do(StepName::Plan) => assert!(!seen.planned || !seen.entered, "{seen:?}"),
            other => panic!("{seen:?} goes on with {other:?}"),
        }
    }
}

#[test]
fn what_is_foreseen_are_the_steps_that_are_taken() {
    let beside = Observed { dev_workload: DevWorkload::Absent, ..Observed::UNPLANNED };
    let untouched = Observed { edits_workload: false, ..beside };
    let autoscaled = Observed { autoscalers: Autoscalers::Unpinned, ..Observed::UNPLANNED };
    use StepName::{
        AwaitPod, AwaitRollout, AwaitSync, CloseForward, CreateDevWorkload, CreateRecord, DeleteDevRevision,
        DeleteDevWorkload, DeleteRecord, EnterDevMode, Forget, OpenForward, PinAutoscalers, Plan,
        ReleaseAutoscalers, RestoreWorkload, ReturnOwnership, SettleWorkload, StartSync, StopSync,
    };
    let last = [OpenForward, StartSync, AwaitPod, AwaitSync];
    let check = |desired, seen: Observed, expect: &[StepName]| {
        assert_eq!(foresee(desired, &seen), expect, "{seen:?}");
    };
    let start = |first: &[StepName]| [first, &last].concat();
    check(Desired::DevMode, Observed::UNPLANNED, &start(&[Plan, CreateRecord, EnterDevMode]));
    check(Desired::DevMode, beside, &start(&[Plan, CreateRecord, EnterDevMode, CreateDevWorkload]));
    check(Desired::DevMode, untouched, &start(&[Plan, CreateRecord, CreateDevWorkload]));
    check(Desired::DevMode, autoscaled, &start(&[Plan, CreateRecord, PinAutoscalers, EnterDevMode]));
    check(Desired::DevMode, RUNNING, &[]);
    check(
        Desired::DevMode,
        Observed { dev_pod_ready: false, first_sync: false, ..RUNNING },
        &[AwaitPod, AwaitSync],
    );
    check(Desired::DevMode, Observed { record: RecordState::Foreign, ..RUNNING }, &[]);
    let middle = [StopSync, CloseForward, AwaitRollout, DeleteDevRevision, SettleWorkload, ReturnOwnership];
    let end = |first: &[StepName], last: &[StepName]| [first, &middle, last].concat();
    check(Desired::Original, RUNNING, &end(&[RestoreWorkload], &[DeleteRecord, Forget]));
    let beside = Observed { dev_workload: DevWorkload::Present, ..RUNNING };
    check(Desired::Original, beside, &end(&[DeleteDevWorkload, RestoreWorkload], &[DeleteRecord, Forget]));
    let pinned = Observed { autoscalers: Autoscalers::Pinned, ..RUNNING };
    let expect = end(&[RestoreWorkload], &[ReleaseAutoscalers, DeleteRecord, Forget]);
    check(Desired::Original, pinned, &expect);
}

#[test]
fn from_every_state_each_step_is_the_first_that_is_foreseen() {
    for desired in [Desired::DevMode, Desired::Original] {
        for mut seen in every_observation() {
            let foreseen = foresee(desired, &seen);
            let mut taken = Vec::new();
            // Some states that do not come about lead in a circle.
            for _ in 0..40 {
                let (Next::Do(step) | Next::Wait(Some(step))) = next(desired, &seen) else { break };
                if !taken.contains(&step) {
                    taken.push(step);
                }
                let Some(later) = after(step, seen) else { break };
                seen = later;
            }
            assert_eq!(foreseen, taken);
        }
    }
}
