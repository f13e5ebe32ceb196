//! The next step of a session: a pure function of what is wanted and what is observed.
//!
//! There is no path for recovery: boot, crash, sleep, pod loss and network loss are all "observe again".

mod foresight;

use nhd_protocol::session::StepName;

pub use foresight::foresee;

use crate::store::session::Desired;

/// All that the next step depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// The edit is decided and stored.
    pub planned: bool,
    /// The workload is known to have been edited by this session.
    pub entered: bool,
    /// The same, or that the dev workload of an original that stays as it is has been made.
    pub begun: bool,
    pub record: RecordState,
    /// Whether this kind of workload is written to at all.
    pub edits_workload: bool,
    pub workload: WorkloadState,
    /// This end has given it back once, and may yet owe its controls.
    pub given_back: bool,
    pub dev_workload: DevWorkload,
    pub rollout: Rollout,
    /// The dev pod is ready, and no pod of another template is left but those that are going.
    pub dev_pod_ready: bool,
    pub old_pods: OldPods,
    /// A revision or a lasting pod with the dev template is there.
    pub dev_revision: bool,
    /// Pods are there that only we replace.
    pub stale_pods: bool,
    /// The API server names us as owner of fields, which was not yet tried to change.
    pub owns_fields: bool,
    pub autoscalers: Autoscalers,
    pub volumes: Volumes,
    /// A volume claim is there that came with the dev pod and is to go with it.
    pub claims: bool,
    pub forward: bool,
    pub sync: bool,
    /// The first sync with this dev pod is complete.
    pub first_sync: bool,
}

impl Observed {
    /// Without a plan there is nothing in the cluster to look at.
    pub const UNPLANNED: Self = Self {
        planned: false,
        entered: false,
        begun: false,
        record: RecordState::Absent,
        edits_workload: true,
        workload: WorkloadState::Original,
        given_back: false,
        dev_workload: DevWorkload::NotNeeded,
        rollout: Rollout::Complete,
        dev_pod_ready: false,
        old_pods: OldPods::Free,
        dev_revision: false,
        stale_pods: false,
        owns_fields: false,
        autoscalers: Autoscalers::Free,
        volumes: Volumes::Free,
        claims: false,
        forward: false,
        sync: false,
        first_sync: false,
    };
}

/// The Secret, as the session sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordState {
    Absent,
    /// One of ours whose data is lost or damaged is ours and not current.
    Ours {
        current: bool,
    },
    Foreign,
    /// Of the session that this one takes over.
    ToTake,
    /// Something else is in the place of the record of a session that has begun, and does not say whose it is.
    Unreadable,
    /// A later nhd wrote it, which knows what this one does not.
    Later,
}

/// The workload against the two ends of our edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadState {
    /// Deleted, or made anew under the same name.
    Gone,
    /// A pod that we took away, to be made.
    Absent,
    /// A pod that is being deleted and still has its name.
    Leaving,
    /// As before the edit.
    Original,
    /// As we wrote it.
    Dev,
    /// The original with the controls still neutral.
    Settling,
    /// Ours, changed by others.
    Drifted,
    /// Not ours any more, and not the original.
    Overwritten,
}

/// What scales the workload, against the plan to keep it from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Autoscalers {
    /// There is nothing to be done about any.
    Free,
    /// Before the edit: not those that were planned for.
    Changed,
    /// Before the edit: one is not yet pinned.
    Unpinned,
    /// What we wrote is on one.
    Pinned,
}

/// The claims of the persistent folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volumes {
    /// There is nothing to be done about any.
    Free,
    /// One is to be made.
    Missing,
    /// One has no volume, and gets none by a pod.
    Unbound,
}

/// The object beside the workload that has the dev pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DevWorkload {
    /// The workload itself has the dev pod.
    NotNeeded,
    Absent,
    Present,
    /// Being deleted.
    Leaving,
}

/// The pods of the template before the edit, against what keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldPods {
    /// They go by themselves, or are being let go, or have gone.
    Free,
    /// They are kept although the dev pod is ready.
    Kept,
    /// They were let go, and are gone.
    LetGo,
}

/// How far the pods follow the workload's manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rollout {
    Progressing,
    Complete,
    /// Its pods are not ready, as they were not before DevMode.
    AsBefore,
    /// Its pods do not become ready, and not because of us.
    GivenUp,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Do(StepName),
    /// Nothing until something changes. The name says what a user waits for; `None` is the quiet of a running session.
    Wait(Option<StepName>),
    /// Somebody has to decide.
    Stop(Obstacle),
}

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Another session's record is in the place of ours.
    TakenByOthers,
    /// The record is gone: by it somebody has ended the session, or the namespace is another one.
    RecordGone,
    /// What is in the place of the record is not one, nor anybody's.
    RecordUnreadable,
    /// What the record holds is for a later nhd to give back.
    RecordOfLater,
    Gone,
    Overwritten,
}

#[must_use]
pub fn next(desired: Desired, observed: &Observed) -> Next {
    match desired {
        Desired::DevMode => towards_dev_mode(observed),
        Desired::Original => towards_original(observed),
    }
}

fn towards_dev_mode(observed: &Observed) -> Next {
    if !observed.planned {
        return Next::Do(StepName::Plan);
    }
    match (observed.workload, observed.entered) {
        (WorkloadState::Gone, _) => return Next::Stop(Obstacle::Gone),
        (WorkloadState::Original | WorkloadState::Settling | WorkloadState::Overwritten, true) => {
            return Next::Stop(Obstacle::Overwritten);
        }
        // It changed between the plan and the edit.
        (WorkloadState::Overwritten | WorkloadState::Settling, false) => return Next::Do(StepName::Plan),
        (_, false) if observed.autoscalers == Autoscalers::Changed => return Next::Do(StepName::Plan),
        _ => {}
    }
    match observed.record {
        RecordState::Foreign | RecordState::ToTake => return Next::Stop(Obstacle::TakenByOthers),
        RecordState::Unreadable => return Next::Stop(Obstacle::RecordUnreadable),
        RecordState::Later => return Next::Stop(Obstacle::RecordOfLater),
        RecordState::Absent if observed.begun => return Next::Stop(Obstacle::RecordGone),
        RecordState::Absent => return Next::Do(StepName::CreateRecord),
        RecordState::Ours { current: false } => return Next::Do(StepName::UpdateRecord),
        RecordState::Ours { current: true } => {}
    }
    // The dev pod needs them; the workload is not touched for one that never comes.
    match observed.volumes {
        Volumes::Missing => return Next::Do(StepName::CreateVolumes),
        Volumes::Unbound if !observed.begun => return Next::Wait(Some(StepName::AwaitVolumes)),
        Volumes::Free | Volumes::Unbound => {}
    }
    match (observed.workload, observed.dev_workload) {
        (WorkloadState::Leaving, _) => return Next::Wait(Some(StepName::AwaitRelease)),
        (WorkloadState::Absent, _) => return Next::Do(StepName::EnterDevMode),
        (WorkloadState::Original, _) if observed.autoscalers == Autoscalers::Unpinned => {
            return Next::Do(StepName::PinAutoscalers);
        }
        (WorkloadState::Original, _) if observed.edits_workload => return Next::Do(StepName::EnterDevMode),
        (_, DevWorkload::Leaving) => return Next::Wait(Some(StepName::AwaitRelease)),
        (_, DevWorkload::Absent) => return Next::Do(StepName::CreateDevWorkload),
        (_, DevWorkload::NotNeeded | DevWorkload::Present) => {}
    }
    if observed.stale_pods {
        return Next::Do(StepName::DeleteStalePods);
    }
    // The forward and the local syncthing start while the cluster makes the pod: the listener holds the connection.
    if !observed.forward {
        return Next::Do(StepName::OpenForward);
    }
    if !observed.sync {
        return Next::Do(StepName::StartSync);
    }
    if observed.old_pods != OldPods::Free {
        return Next::Do(StepName::LetOldPodsGo);
    }
    match (observed.dev_pod_ready, observed.first_sync) {
        (false, _) => Next::Wait(Some(StepName::AwaitPod)),
        (true, false) => Next::Wait(Some(StepName::AwaitSync)),
        (true, true) => Next::Wait(None),
    }
}

fn towards_original(observed: &Observed) -> Next {
    if observed.planned && observed.record == RecordState::Later {
        return Next::Stop(Obstacle::RecordOfLater);
    }
    // Whoever had it must know before anything is undone, or would do it again.
    if observed.planned && observed.record == RecordState::ToTake {
        return Next::Do(StepName::UpdateRecord);
    }
    // What is unreadable does not lock: the store alone suffices to give the workload back.
    let cluster_is_ours = observed.planned && observed.record != RecordState::Foreign;
    if cluster_is_ours && others_changed_it(observed) {
        return Next::Do(StepName::MergeChanges);
    }
    // What was merged is as durable as the original was, before it is put back.
    if cluster_is_ours
        && observed.workload == WorkloadState::Dev
        && observed.record == (RecordState::Ours { current: false })
    {
        return Next::Do(StepName::UpdateRecord);
    }
    if cluster_is_ours && observed.dev_workload == DevWorkload::Present {
        return Next::Do(StepName::DeleteDevWorkload);
    }
    if cluster_is_ours && matches!(observed.workload, WorkloadState::Dev | WorkloadState::Absent) {
        return Next::Do(StepName::RestoreWorkload);
    }
    if observed.sync {
        return Next::Do(StepName::StopSync);
    }
    if observed.forward {
        return Next::Do(StepName::CloseForward);
    }
    if cluster_is_ours && let Some(next) = after_restore(observed) {
        return next;
    }
    // Owed whatever became of the workload. From here on the original has all its replicas and controls, and they are
    // the autoscalers' to change.
    if cluster_is_ours && observed.autoscalers == Autoscalers::Pinned {
        return Next::Do(StepName::ReleaseAutoscalers);
    }
    // The pod is gone, and the record still says which they are.
    if cluster_is_ours && observed.claims {
        return Next::Do(StepName::DeleteClaims);
    }
    match observed.record {
        RecordState::Ours { .. } => Next::Do(StepName::DeleteRecord),
        RecordState::Absent
        | RecordState::Foreign
        | RecordState::ToTake
        | RecordState::Unreadable
        | RecordState::Later => Next::Do(StepName::Forget),
    }
}

/// Whether there is something of ours to be told from what others wrote. Whoever overwrites the workload may leave part
/// of our edit, such as the replicas, or what we gave back with its controls still neutral; unless the record is gone too,
/// with which somebody else gave the workload back.
fn others_changed_it(observed: &Observed) -> bool {
    let recorded = matches!(observed.record, RecordState::Ours { .. });
    match observed.workload {
        WorkloadState::Drifted => true,
        WorkloadState::Overwritten => observed.entered && (recorded || observed.given_back),
        _ => false,
    }
}

/// What is owed once the manifest is the original's again: its pods, no way back into DevMode, its controls.
fn after_restore(observed: &Observed) -> Option<Next> {
    let edited_once =
        observed.entered || observed.dev_revision || observed.workload == WorkloadState::Settling;
    if observed.workload == WorkloadState::Gone || !edited_once {
        return None;
    }
    if observed.workload == WorkloadState::Leaving {
        return Some(Next::Wait(Some(StepName::AwaitRelease)));
    }
    if observed.stale_pods {
        return Some(Next::Do(StepName::DeleteStalePods));
    }
    if observed.rollout == Rollout::Progressing {
        return Some(Next::Wait(Some(StepName::AwaitRollout)));
    }
    if observed.dev_revision {
        return Some(Next::Do(StepName::DeleteDevRevision));
    }
    match observed.workload {
        WorkloadState::Settling => Some(Next::Do(StepName::SettleWorkload)),
        WorkloadState::Original if observed.owns_fields => Some(Next::Do(StepName::ReturnOwnership)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
