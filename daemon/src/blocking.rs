//! Work that may wait for a disk, from within async code: the other tasks of its worker go on elsewhere meanwhile.

use std::sync::{Mutex, MutexGuard};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Does the work on this thread, which is no async worker any more while it lasts.
pub fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => block_in_place(work),
        // A runtime of one thread has nowhere else to go on; outside of one nobody waits.
        _ => work(),
    }
}

/// Locks what may be held by one that waits for a disk.
pub fn lock_blocking<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    match mutex.try_lock() {
        Ok(guard) => guard,
        Err(_) => blocking(|| mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)),
    }
}
