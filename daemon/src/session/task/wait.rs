//! What a session waits for, and when a start has waited long enough.

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::message::{Arguments, error as said};
use nhd_protocol::session::StepName;
use tokio::time::Instant;

use crate::session::look::folders;
use crate::session::next::Next;
use crate::session::patience;
use crate::session::task::{QUIET_LOOK, SessionTask, Turn};
use crate::store::StoreError;

/// How long a pod may take to go before that is said to be trouble.
const RELEASE_PATIENCE: Duration = Duration::from_secs(35);

/// How often is looked for a pod that is not there: what keeps its maker from making it may stand in events alone,
/// which are not watched.
const MISSING_LOOK: Duration = Duration::from_secs(2);

/// How often is looked whether a claim has its volume.
const VOLUME_LOOK: Duration = Duration::from_millis(500);

/// After so long a pod is not simply on its way any more: it is asked for what the cluster warns of about it, and again
/// and again, as its status does not change with it.
pub(super) const WARNINGS_AFTER: Duration = Duration::from_secs(2);
const WARNINGS_LOOK: Duration = Duration::from_secs(5);

impl SessionTask {
    pub(super) fn wait_for(&mut self, step: Option<StepName>, now: Next) -> Turn {
        self.failures = 0;
        self.error = None;
        let Some(step) = step else {
            if !self.stored.synced {
                self.stored.synced = true;
                if let Err(error) = self.note("synced") {
                    return self.stumble(error.into());
                }
            }
            self.show(now);
            return Turn::Rest(QUIET_LOOK);
        };
        if step == StepName::AwaitSync
            && let Err(error) = self.note_ready()
        {
            return self.stumble(error.into());
        }
        self.show(now);
        let left = self.time_left();
        match step {
            StepName::AwaitRelease => self.await_release(left, now),
            StepName::AwaitVolumes => self.await_volumes(left),
            StepName::AwaitPod if self.is_unsynced() => self.await_pod(left),
            StepName::AwaitPod => Turn::Rest(self.pod_look()),
            StepName::AwaitSync if self.is_unsynced() => match self.first_sync_left() {
                Duration::ZERO => self.undo(self.first_sync_halted()),
                left => Turn::Rest(left.min(QUIET_LOOK)),
            },
            // The watch tells of progress; patience has to be looked at.
            StepName::AwaitRollout => Turn::Rest(Duration::from_secs(1)),
            _ => Turn::Rest(QUIET_LOOK),
        }
    }

    /// From now on the time that the start may take does not count any more, whatever becomes of this daemon.
    fn note_ready(&mut self) -> Result<(), StoreError> {
        self.ready_since.get_or_insert_with(Instant::now);
        if self.stored.ready {
            return Ok(());
        }
        self.stored.ready = true;
        self.note("ready").inspect_err(|_| self.stored.ready = false)
    }

    /// How long the first sync may yet come no further.
    fn first_sync_left(&self) -> Duration {
        let moved = self.running.sync.as_ref().and_then(|sync| sync.status().borrow().moved);
        let last = moved.max(self.ready_since).unwrap_or(self.began);
        self.halt_limit().saturating_sub(last.elapsed())
    }

    fn halt_limit(&self) -> Duration {
        self.start_limit().max(patience::HALT)
    }

    /// A finalizer may keep a deleted pod for ever, and its deletion cannot be taken back.
    fn await_release(&mut self, left: Duration, now: Next) -> Turn {
        if self.is_starting() && left.is_zero() {
            return self.undo(self.not_released());
        }
        if self.waiting.is_some_and(|(_, since)| since.elapsed() >= RELEASE_PATIENCE) {
            self.error = Some(self.not_released());
            self.show(now);
        }
        Turn::Rest(if self.is_starting() { left.min(QUIET_LOOK) } else { RELEASE_PATIENCE })
    }

    fn not_released(&self) -> ErrorInfo {
        let pod = self.sight.as_ref().and_then(|sight| sight.workload.as_ref());
        let finalizers = pod.and_then(|pod| pod.pointer("/metadata/finalizers")?.as_array());
        let names: Vec<&str> =
            finalizers.into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
        let workload = &self.stored.workload;
        let hint = if names.is_empty() {
            "see whether the kubelet of its node is at work"
        } else {
            "remove those finalizers if nobody needs them"
        };
        let arguments: Arguments<'_> = &[("workload", workload), ("finalizers", &names.join(", "))];
        ErrorInfo::of(&said::POD_NOT_RELEASED, arguments)
            .with_hint(format!("{hint}; the original is made again as soon as it is gone"))
    }

    /// Until the dev pod was ready the start's own time counts; after that only how long the first sync has come no
    /// further.
    fn await_pod(&mut self, left: Duration) -> Turn {
        let trouble = self.sight.as_ref().and_then(patience::start_trouble);
        let kind = trouble.as_ref().map(|trouble| trouble.kind);
        if kind != self.trouble.map(|(kind, _)| kind) {
            self.trouble = kind.map(|kind| (kind, Instant::now()));
        }
        let lasted = self.trouble.map(|(_, since)| since.elapsed()).unwrap_or_default();
        // A container that ends at once may have been ready for a moment.
        let met = self.running.sync.as_ref().is_some_and(|sync| sync.status().borrow().met);
        let was_of_use = self.stored.ready && (met || kind != Some(ErrorKind::PodCrashing));
        let patience = trouble.as_ref().and_then(|trouble| trouble.patience).filter(|_| !was_of_use);
        let patience_left = patience.map(|patience| patience.saturating_sub(lasted));
        let left = if self.stored.ready { self.first_sync_left() } else { left };
        if left.is_zero() || patience_left.is_some_and(|left| left.is_zero()) {
            let limit = if self.stored.ready { self.halt_limit() } else { self.start_limit() };
            let limit = left.is_zero().then_some(limit);
            return self.undo(patience::start_error(self.sight.as_ref(), &self.stored.workload, limit));
        }
        let look = self.pod_look();
        Turn::Rest(left.min(patience_left.unwrap_or(look)).min(look))
    }

    /// Nobody has touched the workload yet. Claims are not watched.
    fn await_volumes(&mut self, left: Duration) -> Turn {
        let waited = self.waiting.map(|(_, since)| since.elapsed()).unwrap_or_default();
        let (Some(plan), Some(sight)) = (&self.stored.plan, &self.sight) else {
            return Turn::Rest(VOLUME_LOOK);
        };
        let Some((folder, seen)) = folders::unbound(plan, sight) else { return Turn::Again };
        let cause = seen.and_then(|seen| seen.event.clone()).unwrap_or_default();
        let patience_left = patience::of_volume(&cause).map(|patience| patience.saturating_sub(waited));
        if !left.is_zero() && !patience_left.is_some_and(|left| left.is_zero()) {
            return Turn::Rest(left.min(patience_left.unwrap_or(VOLUME_LOOK)).min(VOLUME_LOOK));
        }
        let (workload, seconds) = (&self.stored.workload, waited.as_secs());
        let arguments: Arguments<'_> = &[
            ("path", &folder.path),
            ("workload", workload),
            ("claim", &folder.name()),
            ("seconds", &seconds),
            ("cause", &cause),
        ];
        self.undo(ErrorInfo::of(&said::VOLUME_UNBOUND, arguments))
    }

    fn pod_look(&self) -> Duration {
        let missing = self.sight.as_ref().is_some_and(|sight| sight.dev_pod().is_none());
        if missing {
            return MISSING_LOOK;
        }
        if let Some(since) = self.kept_since {
            let left = patience::COMPANION.saturating_sub(since.elapsed());
            return if left.is_zero() { WARNINGS_LOOK } else { left };
        }
        let waited = self.waiting.map(|(_, since)| since.elapsed()).unwrap_or_default();
        match WARNINGS_AFTER.saturating_sub(waited) {
            Duration::ZERO if self.is_unsynced() => WARNINGS_LOOK,
            Duration::ZERO => QUIET_LOOK,
            left => left,
        }
    }

    fn first_sync_halted(&self) -> ErrorInfo {
        let status = self.running.sync.as_ref().map(|sync| sync.status().borrow().clone());
        let detail = match &status {
            Some(status) if !status.connected => "the syncthing in the pod did not connect".to_owned(),
            Some(status) => format!("{:.0} % are there", status.completion_percent),
            None => "syncthing does not run".to_owned(),
        };
        let hint = status.as_ref().and_then(|status| status.hint.clone());
        let hint = hint.unwrap_or_else(|| {
            "see whether the sidecar of the dev pod can work: its log, its memory, the disk of its node"
                .to_owned()
        });
        let detail = status.and_then(|status| status.last_error).unwrap_or(detail);
        let (workload, seconds) = (&self.stored.workload, self.halt_limit().as_secs_f32());
        let arguments: Arguments<'_> = &[("workload", workload), ("seconds", &seconds), ("cause", &detail)];
        ErrorInfo::of(&said::FIRST_SYNC_HALTED, arguments).with_hint(hint)
    }
}
