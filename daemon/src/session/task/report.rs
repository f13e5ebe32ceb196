//! What others see of a session: its status, its steps, its events.

use std::time::Duration;

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::event::{EventBody, StepOutcome};
use nhd_protocol::message::{error as said, warning};
use nhd_protocol::session::{Phase, SessionOutcome, StepName};
use tokio::time::Instant;

use crate::fault;
use crate::session::look::Sight;
use crate::session::next::{DevWorkload, Next, Observed, RecordState, Rollout, WorkloadState};
use crate::session::patience;
use crate::session::status::{self, StatusParts};
use crate::session::task::SessionTask;
use crate::session::task::wait::WARNINGS_AFTER;
use crate::store::session::Desired;

impl SessionTask {
    /// Ends a wait that is over with its event, and begins a new one. Whatever else is done meanwhile does not end it.
    pub(super) fn leave_wait(&mut self, now: Next, seen: &Observed) {
        let step = if let Next::Wait(step) = now { step } else { None };
        if self.waiting.map(|(step, _)| step) == step {
            return;
        }
        if let Some((waited, since)) = self.waiting {
            let given_up = self.given_up(waited, seen);
            if is_reached(waited, seen) {
                self.planned.done(waited);
                self.tell_step(waited, StepOutcome::Done, Some(since.elapsed()), None);
            } else if given_up.is_some() {
                self.tell_step(waited, StepOutcome::Failed, Some(since.elapsed()), given_up);
            } else if matches!(now, Next::Do(_)) {
                return;
            } else {
                let interrupted = ErrorInfo::of(&said::STEP_INTERRUPTED, &[]);
                let why =
                    if let Next::Stop(obstacle) = now { self.obstacle_error(obstacle) } else { interrupted };
                self.tell_step(waited, StepOutcome::Failed, Some(since.elapsed()), Some(why));
            }
            self.waiting = None;
        }
        if let Some(step) = step {
            self.waiting = Some((step, Instant::now()));
            self.tell_step(step, StepOutcome::Began, None, None);
            fault::point(&step.word(), "before");
        }
    }

    /// Why a wait ended without that which was waited for.
    fn given_up(&self, step: StepName, seen: &Observed) -> Option<ErrorInfo> {
        let ends = self.stored.desired == Desired::Original;
        match step {
            StepName::AwaitPod | StepName::AwaitSync if ends => Some(
                self.stored.failure.clone().unwrap_or_else(|| ErrorInfo::of(&said::SESSION_BEING_ENDED, &[])),
            ),
            StepName::AwaitRollout => {
                let message = match seen.rollout {
                    Rollout::AsBefore => &said::PODS_NOT_READY_BEFORE,
                    Rollout::GivenUp => &said::PODS_NOT_READY,
                    Rollout::Progressing | Rollout::Complete => return None,
                };
                let cause = self.sight.as_ref().and_then(patience::unready).unwrap_or_default();
                Some(ErrorInfo::of(message, &[("cause", &cause)]))
            }
            _ => None,
        }
    }

    /// That the original's pods are not ready, and why, once they are not waited for any more.
    fn given_up_pods(&self, seen: &Observed) -> Option<String> {
        let message = match seen.rollout {
            Rollout::AsBefore => &warning::ORIGINAL_NOT_READY_BEFORE,
            Rollout::GivenUp => &warning::ORIGINAL_NOT_READY,
            Rollout::Progressing | Rollout::Complete => return None,
        };
        let cause = self.sight.as_ref().and_then(patience::unready).unwrap_or_default();
        Some(message.say(&[("cause", &cause)]))
    }

    /// What the status says of the original's pods while they are waited for, and of those that were given up.
    pub(super) fn note_unready(&mut self, now: Next, seen: &Observed) {
        let waited = self.waiting.filter(|_| now == Next::Wait(Some(StepName::AwaitRollout)));
        let long = waited.is_some_and(|(_, since)| since.elapsed() >= WARNINGS_AFTER);
        self.unready = if long {
            let why = self.sight.as_ref().and_then(patience::unready);
            why.map(|why| warning::ORIGINAL_NOT_READY_YET.say(&[("cause", &why)]))
        } else {
            self.given_up_pods(seen).filter(|_| self.stored.desired == Desired::Original)
        };
    }

    pub(super) fn troubled_phase(&self) -> Phase {
        match self.stored.desired {
            Desired::Original => Phase::Ending,
            Desired::DevMode if self.stored.synced || self.stored.ready => Phase::Reconnecting,
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
                unready: self.unready.clone(),
                phase,
                step,
                steps: self.planned.show(),
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
            _ if matches!(seen.rollout, Rollout::AsBefore | Rollout::GivenUp) => SessionOutcome::NotReady,
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

/// Whether that which a step waits for has come.
fn is_reached(step: StepName, seen: &Observed) -> bool {
    match step {
        StepName::AwaitPod => seen.dev_pod_ready,
        StepName::AwaitSync => seen.first_sync,
        StepName::AwaitRollout => seen.rollout == Rollout::Complete,
        StepName::AwaitRelease => {
            seen.workload != WorkloadState::Leaving && seen.dev_workload != DevWorkload::Leaving
        }
        _ => true,
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
