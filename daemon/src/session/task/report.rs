//! What others see of a session: its status, its steps, its events.

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::event::{EventBody, StepOutcome};
use nhd_protocol::session::{Phase, SessionOutcome, StepName};
use tokio::time::Instant;

use crate::fault;
use crate::session::look::Sight;
use crate::session::next::{Next, Observed, RecordState, Rollout, WorkloadState};
use crate::session::status::{self, StatusParts};
use crate::session::task::SessionTask;
use crate::store::session::Desired;

impl SessionTask {
    /// Ends a wait that is over with its event, and begins a new one.
    pub(super) fn leave_wait(&mut self, now: Next) {
        let step = if let Next::Wait(step) = now { step } else { None };
        if self.waiting.map(|(step, _)| step) == step {
            return;
        }
        if let Some((step, since)) = self.waiting.take() {
            let given_up = self.given_up(step);
            let outcome = if given_up.is_some() { StepOutcome::Failed } else { StepOutcome::Done };
            self.tell_step(step, outcome, Some(since.elapsed()), given_up);
        }
        if let Some(step) = step {
            self.waiting = Some((step, Instant::now()));
            self.tell_step(step, StepOutcome::Began, None, None);
            fault::point(&step.word(), "before");
        }
    }

    /// Why a wait ended without that which was waited for.
    fn given_up(&self, step: StepName) -> Option<ErrorInfo> {
        let ends = self.stored.desired == Desired::Original;
        match step {
            StepName::AwaitPod | StepName::AwaitSync if ends => Some(
                self.stored
                    .failure
                    .clone()
                    .unwrap_or_else(|| ErrorInfo::new(ErrorKind::Cancelled, "the session is being ended")),
            ),
            StepName::AwaitRollout if self.running.rollout_given_up => {
                let message = format!("the original pods of {} do not become ready", self.stored.workload);
                let hint = "they are as they would be without DevMode: see why in their events";
                Some(ErrorInfo::new(ErrorKind::PodNotReady, message).with_hint(hint))
            }
            _ => None,
        }
    }

    pub(super) fn troubled_phase(&self) -> Phase {
        match self.stored.desired {
            Desired::Original => Phase::Ending,
            Desired::DevMode if self.stored.synced => Phase::Reconnecting,
            Desired::DevMode => self.status.borrow().phase,
        }
    }

    pub(super) fn show(&mut self, now: Next) {
        let pod_ready = self.sight.as_ref().and_then(Sight::dev_pod).is_some_and(|pod| pod.ready);
        let step = match now {
            Next::Do(step) | Next::Wait(Some(step)) => Some(step),
            Next::Wait(None) | Next::Stop(_) => None,
        };
        self.publish(status::phase(&self.stored, now, pod_ready), step);
    }

    /// Shows what has changed beside the phase.
    pub(super) fn refresh(&mut self) {
        let (phase, step) = (self.status.borrow().phase, self.status.borrow().step);
        self.publish(phase, step);
    }

    pub(super) fn show_phase(&mut self, phase: Phase) {
        self.publish(phase, None);
    }

    fn publish(&mut self, phase: Phase, step: Option<StepName>) {
        let ports = &mut self.running.user_forwards;
        // An end opens no more of them.
        let ending = self.stored.desired == Desired::Original;
        let forwards = self.stored.forwards.iter().filter_map(|forward| {
            let is_shown = !ending || ports.is_open(forward);
            is_shown.then(|| ports.show(forward))
        });
        let forwards = forwards.collect();
        let before = self.status.borrow().clone();
        let after = status::refreshed(
            &before,
            StatusParts {
                stored: &self.stored,
                sight: self.sight.as_ref(),
                forward: self.running.forward.as_ref().map(crate::forward::Forward::status),
                forwards,
                sync: self.running.sync.as_ref().map(|sync| sync.status().borrow().clone()),
                kept: self.kept(),
                outcome: self.outcome,
                phase,
                step,
                error: self.error.clone().or_else(|| self.stored.failure.clone()),
            },
        );
        self.status.send_replace(after.clone());
        if status::is_news(&before, &after) {
            self.shared.events.publish(EventBody::Session { status: Box::new(after) });
        }
    }

    /// What became of the workload, as it was seen last.
    pub(super) fn outcome_of(&self, seen: &Observed) -> SessionOutcome {
        let added = self.stored.plan.as_ref().is_some_and(|plan| !nhd_plan::additions(&plan.edit).is_empty());
        match (seen.record, seen.workload) {
            (RecordState::Foreign, _) => SessionOutcome::Taken,
            (_, WorkloadState::Gone) => SessionOutcome::Gone,
            // Of a workload that is never written to, nothing follows from that but this.
            _ if self.sight.as_ref().is_some_and(|sight| sight.workload.is_none()) => SessionOutcome::Gone,
            _ if seen.rollout == Rollout::GivenUp => SessionOutcome::NotReady,
            _ if added => SessionOutcome::RestoredWithAdditions,
            _ => SessionOutcome::Restored,
        }
    }

    /// Looked at when it ends: as long as it runs the folder may yet fill.
    pub(super) fn kept(&self) -> Option<std::path::PathBuf> {
        let two_way = self.stored.request.dev.two_way && self.stored.desired == Desired::Original;
        let kept = two_way.then(|| self.shared.paths.kept(&self.stored.id));
        kept.filter(|folder| holds_files(folder))
    }

    pub(super) fn tell_step(
        &self,
        step: StepName,
        outcome: StepOutcome,
        elapsed: Option<Duration>,
        error: Option<ErrorInfo>,
    ) {
        let elapsed_ms = elapsed.map(|elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        let session = self.stored.id.clone();
        self.shared.events.publish(EventBody::Step { session, step, outcome, elapsed_ms, error });
    }
}

/// Whether there is a file in a folder or below it.
fn holds_files(folder: &std::path::Path) -> bool {
    let Ok(entries) = folder.read_dir() else { return false };
    entries.flatten().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds_files(&entry.path()),
        _ => true,
    })
}
