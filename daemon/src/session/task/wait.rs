//! What a session waits for, and when a start has waited long enough.

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::StepName;
use tokio::time::Instant;

use super::super::next::Next;
use super::super::verdict;
use super::{QUIET_LOOK, SessionTask, Turn};

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
            StepName::AwaitPod if self.is_starting() => self.await_pod(left),
            StepName::AwaitSync if self.is_starting() && left.is_zero() => self.undo(self.sync_too_slow()),
            StepName::AwaitSync if self.is_starting() => Turn::Rest(left.min(QUIET_LOOK)),
            // The watch tells of progress; patience has to be looked at.
            StepName::AwaitRollout => Turn::Rest(Duration::from_secs(1)),
            _ => Turn::Rest(QUIET_LOOK),
        }
    }

    fn await_pod(&mut self, left: Duration) -> Turn {
        let trouble = self.sight.as_ref().and_then(verdict::start_trouble);
        let kind = trouble.as_ref().map(|trouble| trouble.kind);
        if kind != self.trouble.map(|(kind, _)| kind) {
            self.trouble = kind.map(|kind| (kind, Instant::now()));
        }
        let lasted = self.trouble.map(|(_, since)| since.elapsed()).unwrap_or_default();
        let patience = trouble.as_ref().and_then(|trouble| trouble.patience);
        let patience_left = patience.map(|patience| patience.saturating_sub(lasted));
        if left.is_zero() || patience_left.is_some_and(|left| left.is_zero()) {
            return self.undo(verdict::start_error(&self.stored.workload, trouble));
        }
        Turn::Rest(left.min(patience_left.unwrap_or(QUIET_LOOK)).min(QUIET_LOOK))
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
        ErrorInfo::new(ErrorKind::SyncFailed, message).with_hint("give the start more time with --timeout")
    }
}
