//! The user's own forwards as they are on this machine: which listen, and which wait for a local port that is taken.
//!
//! What is wanted is the session's; this follows it. Knows nothing of why.

pub mod wanted;

use std::time::Duration;

use futures::future::{join_all, select_all};
use nhd_protocol::error::{ErrorInfo, PortHolder};
use nhd_protocol::forward::{ForwardState, PortForward, PortPair};
use tokio::sync::watch;
use tokio::time::Instant;

use self::wanted::RETRY;
use crate::config::WantedForward;
use crate::forward::{Forward, ForwardStatus};

/// A busy forward changes with every connection; who looks on need not.
const STIR_PAUSE: Duration = Duration::from_millis(250);

/// Each by what was asked for, which is once in a session.
#[derive(Default)]
pub struct UserForwards {
    forwards: Vec<(PortPair, UserForward)>,
    stirred: Option<Instant>,
}

enum UserForward {
    Open { forward: Forward, changes: watch::Receiver<ForwardStatus> },
    Blocked { error: ErrorInfo, failures: u32, again: Instant },
}

impl UserForwards {
    pub fn is_open(&self, forward: &WantedForward) -> bool {
        matches!(self.get(forward), Some(UserForward::Open { .. }))
    }

    pub fn any_open(&self) -> bool {
        self.forwards.iter().any(|(_, port)| matches!(port, UserForward::Open { .. }))
    }

    /// What was found to have its port, when that was looked for.
    pub fn blocked_by(&self, forward: &WantedForward) -> Option<&PortHolder> {
        match self.get(forward) {
            Some(UserForward::Blocked { error, .. }) => error.data.as_ref()?.holder.as_ref(),
            _ => None,
        }
    }

    /// Whether it is time to open this one.
    pub fn is_due(&self, forward: &WantedForward, now: Instant) -> bool {
        match self.get(forward) {
            None => true,
            Some(UserForward::Open { .. }) => false,
            Some(UserForward::Blocked { again, .. }) => *again <= now,
        }
    }

    /// When the next one that is blocked is due.
    pub fn next_retry(&self) -> Option<Instant> {
        let blocked = self.forwards.iter().filter_map(|(_, port)| match port {
            UserForward::Open { .. } => None,
            UserForward::Blocked { again, .. } => Some(*again),
        });
        blocked.min()
    }

    pub fn opened(&mut self, wanted: &WantedForward, forward: Forward) {
        let changes = forward.changes();
        self.put(wanted, UserForward::Open { forward, changes });
    }

    pub fn blocked(&mut self, wanted: &WantedForward, error: ErrorInfo, now: Instant) {
        let before =
            if let Some(UserForward::Blocked { failures, .. }) = self.get(wanted) { *failures } else { 0 };
        let failures = before.saturating_add(1);
        self.put(wanted, UserForward::Blocked { error, failures, again: now + RETRY.after(failures) });
    }

    /// Closes these, or forgets that they are blocked; returns when no connection is left.
    pub async fn close(&mut self, these: &[WantedForward]) {
        let is_meant = |pair: &PortPair| these.iter().any(|forward| forward.pair() == *pair);
        let (closing, kept) =
            std::mem::take(&mut self.forwards).into_iter().partition(|(pair, _)| is_meant(pair));
        self.forwards = kept;
        stop(closing).await;
    }

    pub async fn close_all(&mut self) {
        stop(std::mem::take(&mut self.forwards)).await;
    }

    /// How a forward is now, as clients see it.
    pub fn show(&mut self, wanted: &WantedForward) -> PortForward {
        let port = self.forwards.iter_mut().find(|(pair, _)| *pair == wanted.pair()).map(|(_, port)| port);
        let shown = opening(wanted);
        match port {
            None => shown,
            Some(UserForward::Blocked { error, .. }) => {
                PortForward { state: ForwardState::Blocked, error: Some(error.clone()), ..shown }
            }
            Some(UserForward::Open { forward, changes }) => {
                changes.mark_unchanged();
                let status = forward.status();
                PortForward {
                    local_port: Some(status.local.port()),
                    state: ForwardState::Listening,
                    open_connections: u32::try_from(status.open).unwrap_or(u32::MAX),
                    connections: status.connected,
                    last_error: status.last_failure.map(|failure| failure.reason),
                    ..shown
                }
            }
        }
    }

    /// Resolves when a forward is not as it was shown last, but not in quick succession; never where none is open.
    pub async fn stirred(&mut self) {
        if let Some(last) = self.stirred {
            tokio::time::sleep_until(last + STIR_PAUSE).await;
        }
        let changes = self.forwards.iter_mut().filter_map(|(_, port)| match port {
            UserForward::Open { changes, .. } => Some(Box::pin(changes.changed())),
            UserForward::Blocked { .. } => None,
        });
        let changes: Vec<_> = changes.collect();
        if changes.is_empty() {
            return std::future::pending().await;
        }
        // An error would be that the forward is gone, which is a change, too.
        let _ = select_all(changes).await;
        self.stirred = Some(Instant::now());
    }

    fn get(&self, forward: &WantedForward) -> Option<&UserForward> {
        self.forwards.iter().find(|(pair, _)| *pair == forward.pair()).map(|(_, port)| port)
    }

    fn put(&mut self, wanted: &WantedForward, forward: UserForward) {
        self.forwards.retain(|(pair, _)| *pair != wanted.pair());
        self.forwards.push((wanted.pair(), forward));
    }
}

/// A forward of which nothing is there yet but the wish.
pub fn opening(wanted: &WantedForward) -> PortForward {
    PortForward {
        local_port: wanted.port(),
        remote_port: wanted.remote,
        reason: wanted.reason,
        state: ForwardState::Opening,
        error: None,
        open_connections: 0,
        connections: 0,
        last_error: None,
    }
}

async fn stop(forwards: Vec<(PortPair, UserForward)>) {
    join_all(forwards.into_iter().filter_map(|(_, port)| match port {
        UserForward::Open { forward, .. } => Some(forward.stop()),
        UserForward::Blocked { .. } => None,
    }))
    .await;
}

#[cfg(test)]
mod tests {
    use nhd_protocol::error::ErrorKind;
    use nhd_protocol::forward::ForwardReason;

    use super::*;

    #[test]
    fn one_that_is_blocked_shows_its_error_and_is_due_again_later() {
        let taken = || ErrorInfo::new(ErrorKind::LocalPortTaken, "taken");
        let wanted = WantedForward::new("8080:80".parse().expect("a pair"), ForwardReason::PortForward);
        let mut ports = UserForwards::default();
        let now = Instant::now();
        assert!(ports.is_due(&wanted, now));
        assert_eq!(ports.show(&wanted).state, ForwardState::Opening);
        let mut retries = Vec::new();
        for _ in 0..3 {
            ports.blocked(&wanted, taken(), now);
            let again = ports.next_retry().expect("it is tried again");
            assert!(!ports.is_due(&wanted, now) && ports.is_due(&wanted, again));
            retries.push(again - now);
        }
        assert!(retries.is_sorted() && retries[0] < retries[2], "{retries:?}");
        let shown = ports.show(&wanted);
        assert_eq!(
            (shown.state, shown.local_port, shown.error),
            (ForwardState::Blocked, Some(8080), Some(taken()))
        );
    }
}
