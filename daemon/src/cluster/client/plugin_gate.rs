//! How often the exec plugin of a kubeconfig is run that wants a sign-in which nobody gives: it may open a browser each
//! time. Whoever connects for the same purpose shares a gate. It does not know what a plugin does.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{Request, Response, StatusCode};
use kube::client::Body;
use tokio::time::Instant;
use tower::{BoxError, Service, ServiceExt as _, util::BoxCloneSyncService};

use crate::backoff::Backoff;
use crate::cluster::error::{PluginFailure, failed_plugin};

/// A plugin may fail once by accident, or because its token had just been revoked.
const TOLERATED: u32 = 1;
const PAUSES: Backoff = Backoff { first: Duration::from_secs(60), longest: Duration::from_secs(600) };

/// Closed for minutes after every refusal but the first in a row, until a user does something.
#[derive(Debug, Clone, Default)]
pub struct PluginGate(Arc<Mutex<Refusals>>);

/// What came of running a plugin that gave nobody access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    Failed(PluginFailure),
    /// It gave a token that the API server does not accept.
    Token,
    /// It took longer than making a client may take.
    Slow,
}

#[derive(Debug, Default)]
struct Refusals {
    in_a_row: u32,
    last: Option<(Instant, Refusal)>,
}

/// Requests whose credentials come from a plugin.
type Guarded<Answer> = BoxCloneSyncService<Request<Body>, Response<Answer>, BoxError>;

impl PluginGate {
    /// A user does something, and may have signed in before: the plugin is run again at once.
    pub fn open(&self) {
        *self.refusals() = Refusals::default();
    }

    /// How long the plugin is not run.
    pub fn closed_for(&self) -> Duration {
        self.refusals().left()
    }

    /// What came of the last run, where there is to be none now.
    pub(super) fn closed(&self) -> Option<Refusal> {
        let refusals = self.refusals();
        let last = refusals.last.as_ref().map(|(_, refusal)| refusal.clone());
        last.filter(|_| !refusals.left().is_zero())
    }

    pub(super) fn refused(&self, refusal: Refusal) {
        let mut refusals = self.refusals();
        refusals.in_a_row = refusals.in_a_row.saturating_add(1);
        refusals.last = Some((Instant::now(), refusal));
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Guards `requests` for which a plugin is run when its token expires.
    pub(super) fn guard<S, Answer>(&self, requests: S) -> Guarded<Answer>
    where
        S: Service<Request<Body>, Response = Response<Answer>, Error = BoxError>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
        Answer: Send + 'static,
    {
        let (gate, noted) = (self.clone(), Arc::new(Mutex::new(false)));
        BoxCloneSyncService::new(tower::service_fn(move |request| {
            let (gate, noted, requests) = (gate.clone(), Arc::clone(&noted), requests.clone());
            async move {
                if let Some(Refusal::Failed(failure)) = gate.closed() {
                    return Err(failure.into());
                }
                let answered = requests.oneshot(request).await;
                gate.note(&answered, &noted);
                answered
            }
        }))
    }

    /// Many requests go out with one token, and are refused together: that counts once.
    fn note<Answer>(&self, answered: &Result<Response<Answer>, BoxError>, noted: &Mutex<bool>) {
        match answered {
            Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
                let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                if !std::mem::replace(&mut *noted, true) {
                    self.refused(Refusal::Token);
                }
            }
            Ok(_) => self.open(),
            Err(error) => {
                if let Some(failure) = failed_plugin(&**error) {
                    self.refused(Refusal::Failed(failure));
                }
            }
        }
    }
}

impl Refusals {
    fn left(&self) -> Duration {
        let Some((last, _)) = &self.last else { return Duration::ZERO };
        match self.in_a_row.checked_sub(TOLERATED + 1) {
            None => Duration::ZERO,
            Some(beyond) => PAUSES.after(beyond + 1).saturating_sub(last.elapsed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use tokio::time::advance;

    use super::*;

    fn failure() -> PluginFailure {
        PluginFailure { status: ExitStatus::from_raw(256), stderr: "sign in".to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn after_two_refusals_a_plugin_is_left_alone_for_minutes_and_ever_longer() {
        let gate = PluginGate::default();
        gate.refused(Refusal::Slow);
        assert_eq!(gate.closed(), None);
        for minutes in [1, 2, 4, 8, 10, 10] {
            gate.refused(Refusal::Slow);
            assert_eq!(gate.closed_for(), Duration::from_secs(minutes * 60));
            advance(Duration::from_secs(minutes * 60 - 1)).await;
            assert_eq!(gate.closed(), Some(Refusal::Slow));
            advance(Duration::from_secs(1)).await;
            assert_eq!(gate.closed(), None);
        }
        gate.refused(Refusal::Slow);
        gate.open();
        assert_eq!(gate.closed(), None);
        gate.refused(Refusal::Slow);
        assert_eq!(gate.closed(), None, "it begins anew");
    }

    /// How often a plugin is run for so many requests, each answered with this status or failed by the plugin.
    async fn runs(gate: &PluginGate, requests: u32, status: Option<u16>) -> u32 {
        let runs = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&runs);
        let behind = tower::service_fn(move |_: Request<Body>| {
            counter.fetch_add(1, Relaxed);
            std::future::ready(match status {
                Some(status) => Ok(Response::builder().status(status).body(()).expect("is an answer")),
                None => Err(BoxError::from(failure())),
            })
        });
        let guarded = gate.guard(behind);
        for _ in 0..requests {
            let _ = guarded.clone().oneshot(Request::new(Body::empty())).await;
        }
        runs.load(Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn requests_do_not_run_a_plugin_that_has_failed_twice_and_one_success_forgives() {
        let gate = PluginGate::default();
        assert_eq!(runs(&gate, 5, None).await, 2);
        assert_eq!(gate.closed(), Some(Refusal::Failed(failure())));
        assert_eq!(runs(&gate, 5, None).await, 0);
        advance(Duration::from_secs(60)).await;
        assert_eq!(runs(&gate, 5, None).await, 1);
        advance(Duration::from_secs(120)).await;
        assert_eq!(runs(&gate, 5, Some(404)).await, 5);
        assert_eq!(runs(&gate, 5, None).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_refused_counts_once_for_each_client() {
        let gate = PluginGate::default();
        runs(&gate, 5, Some(401)).await;
        assert_eq!(gate.closed(), None);
        runs(&gate, 5, Some(401)).await;
        assert_eq!(gate.closed(), Some(Refusal::Token));
    }
}
