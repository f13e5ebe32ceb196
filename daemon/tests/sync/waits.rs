//! Every wait for the container ends, with its cause.

use std::sync::Arc;
use std::time::Duration;

use nhd::sync::{SyncEngine, SyncError, SyncState};
use tokio::task::JoinHandle;

use crate::bed::Bed;

const SOON: Duration = Duration::from_secs(5);

/// An engine whose container is away, and a wait that began.
async fn waiting() -> (Bed, Arc<SyncEngine>, JoinHandle<Result<(), SyncError>>) {
    let mut bed = Bed::synced().await;
    bed.kill_remote().await;
    bed.wait_for(|status| !status.connected).await;
    bed.save("first", "not there yet");
    let engine = Arc::new(bed.engine.take().unwrap());
    let waiting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.barrier().await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!waiting.is_finished());
    (bed, engine, waiting)
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, what).await.expect("it is answered")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_ends_when_the_sync_is_stopped() {
    let (bed, engine, waiting) = waiting().await;
    engine.stop().await;
    assert!(matches!(soon(waiting).await.unwrap(), Err(SyncError::Stopped)));
    assert!(matches!(soon(engine.barrier()).await, Err(SyncError::Stopped)));
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_ends_when_the_sync_is_paused() {
    let (bed, engine, waiting) = waiting().await;
    engine.pause(true);
    assert!(matches!(soon(waiting).await.unwrap(), Err(SyncError::Paused)));
    engine.stop().await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_ends_when_the_source_is_lost_and_so_does_each_later_one() {
    let (bed, engine, waiting) = waiting().await;
    std::fs::rename(bed.here(""), bed.place.path().join("away")).unwrap();
    assert!(matches!(soon(waiting).await.unwrap(), Err(SyncError::SourceLost(_))));
    for _ in 0..100 {
        assert!(matches!(soon(engine.barrier()).await, Err(SyncError::SourceLost(_))));
    }
    engine.stop().await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waits_that_were_given_up_leave_nothing_behind() {
    let bed = Bed::synced().await;
    std::fs::rename(bed.here(""), bed.place.path().join("away")).unwrap();
    for _ in 0..100 {
        let _ = tokio::time::timeout(Duration::from_millis(1), bed.engine().barrier()).await;
    }
    bed.wait_for(|status| status.state == SyncState::SourceLost).await;
    std::fs::rename(bed.place.path().join("away"), bed.here("")).unwrap();
    bed.wait_for(|status| status.state == SyncState::InSync).await;
    bed.save("first", "after that");
    soon(bed.barrier()).await.unwrap();
    bed.end().await;
}
