//! What one connection may have under way, in bytes: requests that are worked on, and answers that it has not taken yet.
//! Otherwise a client that asks on and on and reads nothing would fill the memory until it is cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;
use tokio::sync::Notify;

/// While more than this is asked, nothing more is read. One request alone may be larger.
const ASKED_LIMIT: usize = 2 << 20;

/// While more than this is answered and not taken, nothing more is worked on. One answer alone may be larger.
const ANSWERED_LIMIT: usize = 1 << 20;

/// What a request takes besides its parameters.
const EACH_REQUEST: usize = 512;

/// The load of one connection. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Load(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicUsize,
    answered: AtomicUsize,
    taken: Notify,
    reader: AtomicWaker,
}

impl Load {
    /// Counts a request until what is returned is dropped.
    pub(super) fn ask(&self, length: usize) -> Asked {
        let length = length + EACH_REQUEST;
        self.0.asked.fetch_add(length, Ordering::Relaxed);
        Asked { load: self.clone(), length }
    }

    /// Whether more may be read; wakes the reader when it may.
    pub(super) fn poll_read(&self, cx: &Context<'_>) -> Poll<()> {
        let full = || self.0.asked.load(Ordering::Acquire) > ASKED_LIMIT;
        if full() {
            self.0.reader.register(cx.waker());
            // It may have become less in between.
            if full() {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }

    /// Waits until the client has taken enough of what was answered before.
    pub(super) async fn room(&self) {
        loop {
            let mut taken = std::pin::pin!(self.0.taken.notified());
            taken.as_mut().enable();
            if self.0.answered.load(Ordering::Acquire) <= ANSWERED_LIMIT {
                return;
            }
            taken.await;
        }
    }

    pub(super) fn answer(&self, length: usize) {
        self.0.answered.fetch_add(length, Ordering::Relaxed);
    }

    /// Counts what the client takes. Frames and events are among it, so that less seems to be left than is, but never
    /// more.
    pub(super) fn take(&self, length: usize) {
        let less = |answered: usize| Some(answered.saturating_sub(length));
        let before = self.0.answered.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        if before.is_ok_and(|before| before > ANSWERED_LIMIT) {
            self.0.taken.notify_waiters();
        }
    }
}

/// A request that is worked on.
pub(super) struct Asked {
    load: Load,
    length: usize,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.load.0.asked.fetch_sub(self.length, Ordering::AcqRel);
        self.load.0.reader.wake();
    }
}
