//! Waiting until a session has come so far.

use std::time::Duration;

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, error as said};
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus, WaitParams, WaitUntil};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::session::manager::{Handle, SessionManager, not_found};
use crate::session::task::Command;

const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

impl SessionManager {
    pub async fn wait(&self, params: WaitParams) -> Result<SessionStatus, ErrorInfo> {
        let limit = params.timeout_ms.map_or(LONGEST_WAIT, Duration::from_millis).min(LONGEST_WAIT);
        let deadline = Instant::now() + limit;
        let handle = self.registry().live.get(&params.session).cloned();
        let Some(mut handle) = handle else {
            let selector = SessionSelector::of_session(&params.session);
            let status = self.finished(Some(&params.session)).ok_or_else(|| not_found(&selector))?;
            return reached(&status, params.until).unwrap_or_else(|| Err(over(&status)));
        };
        let status = match timeout_at(deadline, handle.reach(params.until)).await {
            Ok(result) => result?,
            Err(_) => return Err(too_late(&handle.status.borrow(), params.until, limit)),
        };
        if params.until != WaitUntil::Synced {
            return Ok(status);
        }
        match timeout_at(deadline, handle.barrier()).await {
            Ok(result) => result?,
            Err(_) => return Err(too_late(&handle.status.borrow(), params.until, limit)),
        }
        // The status follows the sync by a moment. A session that is too busy to say more does not undo what was
        // reached.
        let _ = timeout_at(deadline, handle.ask(Command::Refresh)).await;
        let status = handle.status.borrow().clone();
        Ok(status)
    }
}

impl Handle {
    async fn reach(&mut self, until: WaitUntil) -> Result<SessionStatus, ErrorInfo> {
        loop {
            let status = self.status.borrow_and_update().clone();
            if let Some(result) = reached(&status, until) {
                return result;
            }
            if self.status.changed().await.is_err() {
                let status = self.status.borrow().clone();
                return reached(&status, until).unwrap_or_else(|| Err(over(&status)));
            }
        }
    }

    /// Takes as long as the sync does.
    async fn barrier(&self) -> Result<(), ErrorInfo> {
        let lost = || ErrorInfo::of(&said::SESSION_GONE, &[]);
        let (answer, answered) = oneshot::channel();
        self.commands.send(Command::Barrier(answer)).await.map_err(|_| lost())?;
        answered.await.map_err(|_| lost())?
    }
}

/// Whether a wait is over in this status, and how.
fn reached(status: &SessionStatus, until: WaitUntil) -> Option<Result<SessionStatus, ErrorInfo>> {
    let pod_ready = status.pod.as_ref().is_some_and(|pod| pod.ready);
    let there = match until {
        WaitUntil::Ready => {
            matches!(status.phase, Phase::Ready | Phase::Synced)
                || (status.phase == Phase::Reconnecting && pod_ready)
        }
        WaitUntil::Synced => status.phase == Phase::Synced,
        WaitUntil::Ended => status.phase.is_final(),
    };
    let paused = status.sync.as_ref().is_some_and(|sync| sync.paused);
    if until == WaitUntil::Synced && paused && !status.phase.is_final() {
        return Some(Err(paused_error(status)));
    }
    if there {
        return Some(Ok(status.clone()));
    }
    match status.phase {
        Phase::Failed | Phase::Ended => Some(Err(over(status))),
        // Somebody else has to decide; waiting would be for nothing.
        Phase::Blocked => status.error.clone().map(Err),
        _ => None,
    }
}

/// Why a session that is over cannot come any further.
fn over(status: &SessionStatus) -> ErrorInfo {
    status.error.clone().unwrap_or_else(|| {
        let error = ErrorInfo::of(&said::SESSION_ENDED, &[("workload", &status.workload)]);
        ErrorInfo { session: Some(status.session.clone()), ..error }
    })
}

fn paused_error(status: &SessionStatus) -> ErrorInfo {
    let error = ErrorInfo::of(&said::SYNC_PAUSED, &[("workload", &status.workload)]);
    ErrorInfo { session: Some(status.session.clone()), ..error }
}

fn too_late(status: &SessionStatus, until: WaitUntil, limit: Duration) -> ErrorInfo {
    let goal = match until {
        WaitUntil::Ready => "ready",
        WaitUntil::Synced => "synced",
        WaitUntil::Ended => "ended",
    };
    let cause = if let Some(error) = &status.error {
        error.to_string()
    } else if let Some(waiting_for) = status.pod.as_ref().and_then(|pod| pod.waiting_for.as_ref()) {
        waiting_for.clone()
    } else if let Some(sync) = status.sync.as_ref().filter(|_| until == WaitUntil::Synced) {
        format!("{:.0} %, {} files to go", sync.completion.floor(), sync.need_files)
    } else {
        String::new()
    };
    let arguments: Arguments<'_> = &[
        ("workload", &status.workload),
        ("goal", &goal),
        ("seconds", &limit.as_secs_f32()),
        ("cause", &cause),
    ];
    let data = status.error.as_ref().and_then(|error| error.data.clone());
    let hint = status.error.as_ref().and_then(|error| error.hint.clone());
    let hint =
        hint.unwrap_or_else(|| "it goes on in the background; its status says how far it is".to_owned());
    let error = ErrorInfo::of(&said::WAIT_TIMED_OUT, arguments).with_hint(hint);
    ErrorInfo { session: Some(status.session.clone()), data, ..error }
}
