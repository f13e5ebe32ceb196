//! A sync that is held sends nothing until it is let go.

use std::time::Duration;

use nhd::sync::{SyncError, SyncState};

use crate::bed::{Bed, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_is_held_sends_nothing_until_it_goes_on() {
    let bed = Bed::synced().await;
    bed.engine().pause(true);
    bed.wait_for(|status| status.state == SyncState::Paused && !status.connected).await;
    bed.save("first", "later");
    assert!(matches!(bed.barrier().await, Err(SyncError::Paused)));
    bed.engine().kick();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "1");
    bed.engine().pause(false);
    bed.arrives("first", "later").await;
    bed.wait_for(|status| status.state == SyncState::InSync).await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_begins_held_goes_on_when_it_is_let() {
    let mut bed = Bed::synced().await;
    bed.engine.take().unwrap().stop().await;
    bed.paused = true;
    // Let go before syncthing, which was told to hold, answers.
    bed.start_engine().await;
    until("syncthing runs", || bed.place.path().join("session/process.json").exists()).await;
    bed.engine().pause(false);
    bed.wait_for(|status| status.in_sync).await;
    bed.engine().pause(true);
    bed.wait_for(|status| status.state == SyncState::Paused && !status.connected).await;
    bed.save("first", "later");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "1");
    bed.engine().pause(false);
    bed.arrives("first", "later").await;
    bed.barrier().await.unwrap();
    bed.end().await;
}
