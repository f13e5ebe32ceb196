//! When a command of the dev configuration may run: after everything saved before is in the pod, and, with hot reload,
//! again after each completed sync. It does not know what is run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use nhd_protocol::error::ErrorInfo;

use crate::session::failure::Failure;
use crate::sync::{SyncEngine, SyncStatus};

/// The sync of a session, and what of it the command that runs has seen.
#[derive(Clone)]
pub struct HotReload {
    sync: Arc<SyncEngine>,
    /// Whether it is run again after each completed sync.
    pub again: bool,
    seen: Arc<AtomicU64>,
}

impl HotReload {
    pub fn new(sync: Arc<SyncEngine>, again: bool) -> Self {
        Self { sync, again, seen: Arc::default() }
    }

    /// Returns when everything saved before the call is in the pod; what is saved later is another completed sync.
    pub async fn everything_there(&self) -> Result<(), ErrorInfo> {
        self.sync.barrier().await.map_err(|error| Failure::from(error).info)?;
        self.seen.store(self.sync.status().borrow().synced_sequence, Relaxed);
        Ok(())
    }

    /// Returns when the pod has something that the command has not seen.
    pub async fn synced(&self) {
        let mut status = self.sync.status();
        let seen = self.seen.load(Relaxed);
        let news = |status: &SyncStatus| status.in_sync && status.synced_sequence != seen;
        // What is borrowed of it must not be held while waiting.
        let stopped = status.wait_for(news).await.is_err();
        if stopped {
            std::future::pending().await
        }
    }

    /// The same; never where nothing is run again.
    pub async fn changed(this: Option<&Self>) {
        match this.filter(|hot| hot.again) {
            Some(hot) => hot.synced().await,
            None => std::future::pending().await,
        }
    }
}
