//! What a forward has done and what went wrong last. Knows nothing of how.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::SystemTime,
};

use tokio::sync::watch;

use super::target::PodTarget;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardStatus {
    pub local: SocketAddr,
    pub remote_port: u16,
    /// The pod that the latest connection reached.
    pub pod: Option<PodTarget>,
    /// Connections that are open or wait for a pod.
    pub open: usize,
    /// Connections that reached a pod, ever.
    pub connected: u64,
    /// Connections that were cut or never reached a pod, ever.
    pub failed: u64,
    /// How often a connection reached another pod than the one before it.
    pub reconnections: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
    pub last_failure: Option<ForwardFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardFailure {
    pub at: SystemTime,
    pub reason: String,
}

pub(super) struct Tally {
    status: watch::Sender<ForwardStatus>,
    sent_bytes: AtomicU64,
    received_bytes: AtomicU64,
}

impl Tally {
    pub(super) fn new(local: SocketAddr, remote_port: u16) -> Self {
        let status = ForwardStatus {
            local,
            remote_port,
            pod: None,
            open: 0,
            connected: 0,
            failed: 0,
            reconnections: 0,
            sent_bytes: 0,
            received_bytes: 0,
            last_failure: None,
        };
        Self {
            status: watch::Sender::new(status),
            sent_bytes: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
        }
    }

    pub(super) fn snapshot(&self) -> ForwardStatus {
        let mut status = self.status.borrow().clone();
        self.fill_bytes(&mut status);
        status
    }

    pub(super) fn changes(&self) -> watch::Receiver<ForwardStatus> {
        self.status.subscribe()
    }

    pub(super) fn accepted(&self) {
        self.change(|status| status.open += 1);
    }

    pub(super) fn connected(&self, pod: &PodTarget) {
        self.change(|status| {
            status.connected += 1;
            if status.pod.as_ref().is_some_and(|before| before.uid != pod.uid) {
                status.reconnections += 1;
            }
            status.pod = Some(pod.clone());
        });
    }

    pub(super) fn ended(&self) {
        self.change(|status| status.open -= 1);
    }

    /// A connection was refused, cut or never reached a pod.
    pub(super) fn failed(&self, reason: String) {
        self.change(|status| {
            status.failed += 1;
            status.last_failure = Some(ForwardFailure { at: SystemTime::now(), reason });
        });
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.sent_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn received(&self, bytes: usize) {
        self.received_bytes.fetch_add(bytes as u64, Relaxed);
    }

    fn change(&self, change: impl FnOnce(&mut ForwardStatus)) {
        self.status.send_modify(|status| {
            change(status);
            self.fill_bytes(status);
        });
    }

    fn fill_bytes(&self, status: &mut ForwardStatus) {
        status.sent_bytes = self.sent_bytes.load(Relaxed);
        status.received_bytes = self.received_bytes.load(Relaxed);
    }
}
