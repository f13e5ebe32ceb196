//! Every wait for the container ends, with its cause.

use std::sync::Arc;
use std::time::Duration;

use nhd::sync::{SyncEngine, SyncError, SyncState};
use rustix::process::{Pid, Signal, kill_process};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_still_there_to_be_deleted_is_waited_for() {
    let bed = Bed::synced().await;
    bed.save("second", "2");
    bed.barrier().await.unwrap();
    let container = Pid::from_raw(bed.remote.as_ref().unwrap().pid().cast_signed()).unwrap();
    kill_process(container, Signal::STOP).unwrap();
    std::fs::remove_file(bed.here("second")).unwrap();
    let reached = tokio::time::timeout(SOON, bed.engine().barrier()).await;
    assert!(bed.there("second").exists());
    kill_process(container, Signal::CONT).unwrap();
    assert!(reached.is_err(), "{reached:?} although the file is there");
    bed.barrier().await.unwrap();
    assert!(!bed.there("second").exists());
    bed.end().await;
}

/// What was a folder, then a file and then is deleted, while the container still has the folder, no syncthing can delete
/// there (its issue 9766). It is named, and goes in the way that the hint says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_no_syncthing_deletes_is_named_and_goes_as_the_hint_says() {
    let mut bed = Bed::synced().await;
    bed.bound = Duration::from_secs(180);
    std::fs::create_dir(bed.here("turned")).unwrap();
    bed.barrier().await.unwrap();
    bed.kill_remote().await;
    bed.wait_for(|status| !status.connected).await;
    // Each is known to the syncthing here before the next.
    std::fs::remove_dir(bed.here("turned")).unwrap();
    bed.save("turned", "a file");
    bed.wait_for(|status| status.global_files == 2).await;
    std::fs::remove_file(bed.here("turned")).unwrap();
    bed.wait_for(|status| status.global_files == 1).await;
    bed.start_remote().await;
    bed.engine().kick();
    let reached = bed.barrier().await;
    assert!(matches!(reached, Err(SyncError::Stuck { need_files: 1, only_deletions: true })), "{reached:?}");
    let status = bed.engine().status().borrow().clone();
    assert_eq!(
        status.last_error.as_deref(),
        Some("the container does not take 1 paths, the first is turned")
    );
    assert!(status.hint.unwrap().contains("make a folder of that name here"));
    std::fs::create_dir(bed.here("turned")).unwrap();
    bed.barrier().await.unwrap();
    std::fs::remove_dir(bed.here("turned")).unwrap();
    bed.barrier().await.unwrap();
    assert!(!bed.there("turned").exists());
    bed.end().await;
}
