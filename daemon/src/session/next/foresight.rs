//! Which steps are yet to come when nothing else happens. Pure, and no more certain than the world is quiet: each look
//! foresees anew.

use nhd_protocol::session::StepName;

use super::{
    Autoscalers, DevWorkload, Next, Observed, OldPods, RecordState, Rollout, Volumes, WorkloadState, next,
};
use crate::store::session::Desired;

/// No way is longer, and one that leads in a circle is given up.
const MOST_STEPS: usize = 40;

/// The steps from here until the session is quiet, gone or stuck, the one that is due first. None is there twice.
#[must_use]
pub fn foresee(desired: Desired, observed: &Observed) -> Vec<StepName> {
    let mut steps = Vec::new();
    let mut seen = *observed;
    for _ in 0..MOST_STEPS {
        let (Next::Do(step) | Next::Wait(Some(step))) = next(desired, &seen) else { break };
        if !steps.contains(&step) {
            steps.push(step);
        }
        match after(step, seen) {
            Some(later) => seen = later,
            None => break,
        }
    }
    steps
}

/// What a step makes of the world when nothing else happens; `None` for a step that has no place there.
pub(super) fn after(step: StepName, seen: Observed) -> Option<Observed> {
    Some(match step {
        StepName::Plan => Observed {
            planned: true,
            autoscalers: match seen.autoscalers {
                Autoscalers::Changed => Autoscalers::Unpinned,
                other => other,
            },
            ..seen
        },
        StepName::CreateVolumes | StepName::AwaitVolumes => Observed { volumes: Volumes::Free, ..seen },
        StepName::PinAutoscalers => Observed { autoscalers: Autoscalers::Pinned, ..seen },
        StepName::DeleteClaims => Observed { claims: false, ..seen },
        StepName::ReleaseAutoscalers => Observed { autoscalers: Autoscalers::Free, ..seen },
        StepName::CreateRecord | StepName::UpdateRecord => {
            Observed { record: RecordState::Ours { current: true }, ..seen }
        }
        StepName::CreateDevWorkload => Observed { dev_workload: DevWorkload::Present, ..seen },
        StepName::DeleteDevWorkload => Observed { dev_workload: DevWorkload::Absent, ..seen },
        StepName::DeleteStalePods => Observed { stale_pods: false, ..seen },
        StepName::LetOldPodsGo => Observed { old_pods: OldPods::Free, ..seen },
        StepName::AwaitRelease => Observed {
            workload: match seen.workload {
                WorkloadState::Leaving if seen.entered => WorkloadState::Absent,
                WorkloadState::Leaving => WorkloadState::Gone,
                other => other,
            },
            dev_workload: match seen.dev_workload {
                DevWorkload::Leaving => DevWorkload::Absent,
                other => other,
            },
            ..seen
        },
        StepName::EnterDevMode => Observed {
            workload: WorkloadState::Dev,
            entered: true,
            begun: true,
            dev_revision: true,
            rollout: Rollout::Progressing,
            ..seen
        },
        StepName::OpenForward => Observed { forward: true, ..seen },
        StepName::StartSync => Observed { sync: true, ..seen },
        StepName::AwaitPod => Observed { dev_pod_ready: true, ..seen },
        StepName::AwaitSync => Observed { first_sync: true, ..seen },
        StepName::StopSync => Observed { sync: false, first_sync: false, ..seen },
        StepName::CloseForward => Observed { forward: false, ..seen },
        StepName::MergeChanges => Observed {
            workload: WorkloadState::Dev,
            record: match seen.record {
                RecordState::Ours { .. } => RecordState::Ours { current: false },
                other => other,
            },
            ..seen
        },
        StepName::ReturnOwnership => Observed { owns_fields: false, ..seen },
        StepName::RestoreWorkload => {
            Observed { workload: WorkloadState::Settling, rollout: Rollout::Progressing, ..seen }
        }
        StepName::AwaitRollout => Observed { rollout: Rollout::Complete, dev_pod_ready: false, ..seen },
        StepName::DeleteDevRevision => Observed { dev_revision: false, ..seen },
        StepName::SettleWorkload => Observed { workload: WorkloadState::Original, ..seen },
        StepName::DeleteRecord => Observed { record: RecordState::Absent, ..seen },
        StepName::Forget => return None,
    })
}
