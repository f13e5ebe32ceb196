//! The protocol's states and steps in words.

use nhd_protocol::session::{Phase, SessionOutcome, StepName};
use nhd_protocol::sync::{SyncState, SyncStatus};

use super::style::Tone;

pub(crate) fn phase(phase: Phase) -> (Tone, &'static str) {
    match phase {
        Phase::Starting => (Tone::Busy, "starting"),
        Phase::Ready => (Tone::Busy, "ready"),
        Phase::Synced => (Tone::Good, "synced"),
        Phase::Reconnecting => (Tone::Busy, "reconnecting"),
        Phase::Blocked => (Tone::Bad, "blocked"),
        Phase::Ending => (Tone::Busy, "ending"),
        Phase::Ended => (Tone::Dim, "ended"),
        Phase::Failed => (Tone::Bad, "failed"),
    }
}

pub(crate) fn sync(sync: &SyncStatus) -> (Tone, String) {
    let (tone, word) = match sync.state {
        SyncState::Starting => (Tone::Busy, "starting"),
        SyncState::Connecting => (Tone::Busy, "connecting"),
        SyncState::Syncing => (Tone::Busy, "syncing"),
        SyncState::InSync => (Tone::Good, "in sync"),
        SyncState::Paused => (Tone::Busy, "paused"),
        SyncState::Degraded => (Tone::Busy, "degraded"),
        SyncState::SourceLost => (Tone::Bad, "source lost"),
        SyncState::Failed => (Tone::Bad, "failed"),
    };
    if sync.state == SyncState::Syncing {
        return (tone, format!("{word} {:.0} %", sync.completion.floor()));
    }
    (tone, word.to_owned())
}

/// What became of a workload whose session is over, to be said of it.
pub(crate) fn outcome(outcome: Option<SessionOutcome>) -> &'static str {
    match outcome {
        None | Some(SessionOutcome::Restored) => "is as it was",
        Some(SessionOutcome::RestoredWithAdditions) => "is as it was, with what the cluster adds",
        Some(SessionOutcome::Gone) => "was deleted meanwhile: there was nothing to give back",
        Some(SessionOutcome::Taken) => "is in DevMode by somebody else now, and was left alone",
        Some(SessionOutcome::NotReady) => "is as it was, but its pods are not ready",
    }
}

/// A step while it runs, when it is done, and when it failed.
pub(crate) struct StepWords {
    pub(crate) running: &'static str,
    pub(crate) done: &'static str,
    pub(crate) failed: &'static str,
}

pub(crate) fn step(step: StepName) -> StepWords {
    let (running, done, failed) = match step {
        StepName::Plan => ("planning the edit", "planned the edit", "could not plan the edit"),
        StepName::CreateRecord => {
            ("creating the record", "created the record", "could not create the record")
        }
        StepName::UpdateRecord => {
            ("updating the record", "updated the record", "could not update the record")
        }
        StepName::CreateVolumes => {
            ("creating the volume claims", "created the volume claims", "could not create the volume claims")
        }
        StepName::AwaitVolumes => {
            ("waiting for the volumes", "the volumes are there", "the volumes are not there")
        }
        StepName::PinAutoscalers => {
            ("pinning the autoscaler", "pinned the autoscaler", "could not pin the autoscaler")
        }
        StepName::EnterDevMode => {
            ("editing the workload", "edited the workload", "could not edit the workload")
        }
        StepName::CreateDevWorkload => {
            ("creating the dev workload", "created the dev workload", "could not create the dev workload")
        }
        StepName::DeleteStalePods => {
            ("deleting stale pods", "deleted stale pods", "could not delete stale pods")
        }
        StepName::LetOldPodsGo => {
            ("letting the old pods go", "let the old pods go", "could not let the old pods go")
        }
        StepName::AwaitRelease => ("waiting for the pod to go", "the pod is gone", "the pod does not go"),
        StepName::OpenForward => ("opening the forward", "opened the forward", "could not open the forward"),
        StepName::StartSync => ("starting syncthing", "started syncthing", "could not start syncthing"),
        StepName::AwaitPod => ("waiting for the dev pod", "the dev pod is ready", "the dev pod is not ready"),
        StepName::AwaitSync => {
            ("waiting for the first sync", "the first sync is complete", "the first sync is not complete")
        }
        StepName::StopSync => ("stopping syncthing", "stopped syncthing", "could not stop syncthing"),
        StepName::CloseForward => {
            ("closing the forward", "closed the forward", "could not close the forward")
        }
        StepName::DeleteDevWorkload => {
            ("deleting the dev workload", "deleted the dev workload", "could not delete the dev workload")
        }
        StepName::MergeChanges => {
            ("merging others' changes", "merged others' changes", "could not merge others' changes")
        }
        StepName::RestoreWorkload => {
            ("restoring the workload", "restored the workload", "could not restore the workload")
        }
        StepName::AwaitRollout => (
            "waiting for the original pods",
            "the original pods are ready",
            "the original pods are not ready",
        ),
        StepName::DeleteDevRevision => {
            ("deleting the dev revision", "deleted the dev revision", "could not delete the dev revision")
        }
        StepName::SettleWorkload => {
            ("settling the workload", "settled the workload", "could not settle the workload")
        }
        StepName::ReturnOwnership => (
            "giving back the fields' ownership",
            "gave back the fields' ownership",
            "could not give back the fields' ownership",
        ),
        StepName::ReleaseAutoscalers => {
            ("giving back the autoscaler", "gave back the autoscaler", "could not give back the autoscaler")
        }
        StepName::DeleteClaims => (
            "deleting the dev pod's claims",
            "deleted the dev pod's claims",
            "could not delete the dev pod's claims",
        ),
        StepName::DeleteRecord => {
            ("deleting the record", "deleted the record", "could not delete the record")
        }
        StepName::Forget => ("forgetting the session", "forgot the session", "could not forget the session"),
    };
    StepWords { running, done, failed }
}
