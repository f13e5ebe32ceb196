//! What every session shares with the rest of the daemon.

use std::sync::Arc;

use nhd_client::paths::Paths;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::events::EventLog;
use crate::store::Store;

/// What every session shares.
#[derive(Debug)]
pub struct Shared {
    pub store: Arc<Store>,
    pub events: EventLog,
    pub paths: Paths,
    pub shutdown: CancellationToken,
    pub tracker: TaskTracker,
}
