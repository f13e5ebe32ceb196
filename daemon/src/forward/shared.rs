//! What all connections of a forward share. It knows none of them.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::status::Tally;
use super::target::PodTarget;

/// What all connections of a forward share.
pub(super) struct ForwardContext<T> {
    pub(super) dial: T,
    pub(super) target: watch::Receiver<Option<PodTarget>>,
    pub(super) remote_port: u16,
    pub(super) await_listener: bool,
    pub(super) tally: Arc<Tally>,
    pub(super) shutdown: CancellationToken,
}
