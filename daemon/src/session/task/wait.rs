//! What a session waits for, and when a start has waited long enough.

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::StepName;
use tokio::time::Instant;

use crate::session::next::Next;
use crate::session::patience;
use crate::session::task::{QUIET_LOOK, SessionTask, Turn};

/// How long a pod may take to go before that is said to be trouble.
const RELEASE_PATIENCE: Duration = Duration::from_secs(35);

/// How often is looked for a pod that is not there: what keeps its maker from making it may stand in events alone,
/// which are not watched.
const MISSING_LOOK: Duration = Duration::from_secs(2);

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
        self.show(now);
        let left = self.start_limit().saturating_sub(self.began.elapsed());
        match step {
            StepName::AwaitRelease => self.await_release(left, now),
            StepName::AwaitPod if self.is_starting() => self.await_pod(left),
            StepName::AwaitPod => Turn::Rest(self.pod_look()),
            StepName::AwaitSync if self.is_starting() && left.is_zero() => self.undo(self.sync_too_slow()),
            StepName::AwaitSync if self.is_starting() => Turn::Rest(left.min(QUIET_LOOK)),
            // The watch tells of progress; patience has to be looked at.
            StepName::AwaitRollout => Turn::Rest(Duration::from_secs(1)),
            _ => Turn::Rest(QUIET_LOOK),
        }
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
        let (why, hint) = if names.is_empty() {
            (String::new(), "see whether the kubelet of its node is at work".to_owned())
        } else {
            (
                format!(", held by {}", names.join(", ")),
                "remove those finalizers if nobody needs them".to_owned(),
            )
        };
        ErrorInfo::new(ErrorKind::PodNotReady, format!("{workload} is being deleted and does not go{why}"))
            .with_hint(hint + "; the original is made again as soon as it is gone")
    }

    fn await_pod(&mut self, left: Duration) -> Turn {
        let trouble = self.sight.as_ref().and_then(patience::start_trouble);
        let kind = trouble.as_ref().map(|trouble| trouble.kind);
        if kind != self.trouble.map(|(kind, _)| kind) {
            self.trouble = kind.map(|kind| (kind, Instant::now()));
        }
        let lasted = self.trouble.map(|(_, since)| since.elapsed()).unwrap_or_default();
        let patience = trouble.as_ref().and_then(|trouble| trouble.patience);
        let patience_left = patience.map(|patience| patience.saturating_sub(lasted));
        if left.is_zero() || patience_left.is_some_and(|left| left.is_zero()) {
            let limit = left.is_zero().then(|| self.start_limit());
            return self.undo(patience::start_error(self.sight.as_ref(), &self.stored.workload, limit));
        }
        let look = self.pod_look();
        Turn::Rest(left.min(patience_left.unwrap_or(look)).min(look))
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
            Duration::ZERO if self.is_starting() => WARNINGS_LOOK,
            Duration::ZERO => QUIET_LOOK,
            left => left,
        }
    }

    fn sync_too_slow(&self) -> ErrorInfo {
        let status = self.running.sync.as_ref().map(|sync| sync.status().borrow().clone());
        let detail = match &status {
            Some(status) if !status.connected => "the syncthing in the pod did not connect".to_owned(),
            Some(status) => format!("{:.0} % are there", status.completion_percent),
            None => "syncthing does not run".to_owned(),
        };
        let detail = status.and_then(|status| status.last_error).unwrap_or(detail);
        let seconds = self.stored.request.timeout_ms / 1000;
        let message =
            format!("the first sync of {} took longer than {seconds} s: {detail}", self.stored.workload);
        ErrorInfo::new(ErrorKind::SyncFailed, message).with_hint("give the start a longer timeout")
    }
}
