//! Files go one way, whatever happens.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nhd::sync::syncthing::process::Syncthing;
use nhd::sync::syncthing::rest::Rest;
use nhd::sync::{SyncError, SyncState, SyncStatus};
use rustix::process::{Pid, Signal, WaitOptions, kill_process};

use crate::bed::{Bed, alive, names, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sync_is_complete_when_it_says_so() {
    let mut bed = Bed::new().await;
    std::fs::create_dir_all(bed.here("lib/deep")).unwrap();
    for at in 0..1000 {
        bed.save(&format!("lib/deep/{at}"), &at.to_string());
    }
    bed.save("run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(bed.here("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("run.sh", bed.here("link")).unwrap();
    let before = names(&bed.here(""));
    bed.start_remote().await;
    let begun = Instant::now();
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.first_sync_done).await;
    // Now, not a moment later.
    assert_eq!(names(&bed.there("lib/deep")).len(), 1000);
    println!("first sync of 1,000 files: {} ms", begun.elapsed().as_millis());
    assert_eq!((status.state, status.completion_percent, status.need_files), (SyncState::InSync, 100.0, 0));
    assert_eq!(std::fs::read_to_string(bed.there("lib/deep/999")).unwrap(), "999");
    assert_eq!(bed.there("run.sh").metadata().unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(std::fs::read_link(bed.there("link")).unwrap(), Path::new("run.sh"));
    assert_eq!(bed.options().socket.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(names(&bed.here("")), before, "nothing of ours is in the user's folder");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_arrives_in_milliseconds() {
    let bed = Bed::synced().await;
    let mut measured = Vec::new();
    for round in 0..15 {
        let text = format!("round {round}");
        bed.rest_a_while().await;
        let begun = Instant::now();
        bed.save("first", &text);
        bed.arrives("first", &text).await;
        measured.push(begun.elapsed());
    }
    measured.sort();
    println!("save to remote: p50 {:?}, p95 {:?}", measured[7], measured[14]);
    let mut renamed = Vec::new();
    for round in 0..9 {
        let text = format!("atomic {round}");
        bed.rest_a_while().await;
        let begun = Instant::now();
        bed.save("first.tmp", &text);
        std::fs::rename(bed.here("first.tmp"), bed.here("first")).unwrap();
        bed.arrives("first", &text).await;
        renamed.push(begun.elapsed());
    }
    renamed.sort();
    println!("save by rename: p50 {:?}, p95 {:?}", renamed[4], renamed[8]);
    // Far above what is measured, and far below what a watcher with a delay of a second could do.
    assert!(measured[7] < Duration::from_millis(100), "{measured:?}");
    assert!(renamed[4] < Duration::from_millis(100), "{renamed:?}");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_done_to_files_is_done_there_after_a_barrier() {
    let bed = Bed::synced().await;
    bed.save("changed", "1");
    bed.save("moved", "1");
    bed.save("deleted", "1");
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.there("")), ["changed", "deleted", "first", "moved"]);

    bed.save("changed", "22");
    std::fs::rename(bed.here("moved"), bed.here("here-now")).unwrap();
    std::fs::remove_file(bed.here("deleted")).unwrap();
    std::fs::create_dir_all(bed.here("new/folder")).unwrap();
    for at in 0..300 {
        bed.save(&format!("new/folder/{at}"), "");
    }
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.there("")), ["changed", "first", "here-now", "new"]);
    assert_eq!(std::fs::read_to_string(bed.there("changed")).unwrap(), "22");
    assert_eq!(names(&bed.there("new/folder")).len(), 300);

    std::fs::set_permissions(bed.here("changed"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::rename(bed.here("new"), bed.here("old")).unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(bed.there("changed").metadata().unwrap().permissions().mode() & 0o111, 0o111);
    assert_eq!(names(&bed.there("")), ["changed", "first", "here-now", "old"]);
    bed.save("old/folder/7", "seven");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("old/folder/7")).unwrap(), "seven");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_file_wins_and_leaves_no_conflict_copies() {
    let bed = Bed::synced().await;
    std::fs::write(bed.there("first"), "changed in the container").unwrap();
    std::fs::write(bed.there("built"), "only in the container").unwrap();
    bed.save("second", "2");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "changed in the container");
    assert_eq!(std::fs::read_to_string(bed.here("first")).unwrap(), "1");
    bed.save("first", "mine");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "mine");
    assert_eq!(names(&bed.there("")), ["built", "first", "second"]);
    assert_eq!(names(&bed.here("")), ["first", "second"]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_deleted_here_that_holds_files_there_does_not_hold_up_the_sync() {
    let bed = Bed::synced().await;
    std::fs::create_dir(bed.here("package")).unwrap();
    bed.save("package/code", "1");
    bed.barrier().await.unwrap();
    std::fs::write(bed.there("package/cache"), "built").unwrap();
    std::fs::remove_dir_all(bed.here("package")).unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.there("package")), ["cache"]);
    let status = bed.wait_for(|status| status.in_sync).await;
    assert!(status.hint.unwrap().contains("deleted here"));
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_syncthing_is_started_again_and_the_next_save_arrives() {
    let bed = Bed::synced().await;
    let first = bed.pid();
    kill_process(Pid::from_raw(first.cast_signed()).unwrap(), Signal::KILL).unwrap();
    bed.wait_for(|status| status.restarts == 1).await;
    bed.save("first", "after the kill");
    bed.arrives("first", "after the kill").await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert!(status.first_sync_done);
    assert_ne!(bed.pid(), first);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_source_folder_deletes_nothing() {
    let bed = Bed::synced().await;
    let (here, away) = (bed.place.path().join("here"), bed.place.path().join("away"));
    let lost = |status: &SyncStatus| status.state == SyncState::SourceLost;

    std::fs::rename(&here, &away).unwrap();
    let status = bed.wait_for(lost).await;
    assert!(status.hint.unwrap().contains("the container keeps its files"));
    assert!(matches!(bed.barrier().await, Err(SyncError::SourceLost(_))));
    // What an unmounted disk leaves behind.
    std::fs::create_dir(&here).unwrap();
    bed.wait_for(|status| status.last_error.as_ref().is_some_and(|error| error.contains("empty"))).await;
    // A syncthing that starts now would take everything for deleted.
    kill_process(Pid::from_raw(bed.pid().cast_signed()).unwrap(), Signal::KILL).unwrap();
    bed.wait_for(|status| status.restarts == 1).await;
    assert!(matches!(bed.barrier().await, Err(SyncError::SourceLost(_))));
    assert_eq!(names(&bed.there("")), ["first"]);

    std::fs::remove_dir(&here).unwrap();
    std::fs::rename(&away, &here).unwrap();
    bed.save("second", "back");
    bed.arrives("second", "back").await;
    bed.wait_for(|status| status.in_sync).await;
    assert_eq!(names(&bed.there("")), ["first", "second"]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_pod_gets_everything_before_it_is_said_to_be_in_sync() {
    let mut bed = Bed::synced().await;
    bed.kill_remote().await;
    bed.wait_for(|status| !status.connected).await;
    std::fs::remove_dir_all(bed.place.path().join("container")).unwrap();
    std::fs::remove_file(bed.there("first")).unwrap();
    bed.start_remote().await;
    let begun = Instant::now();
    bed.engine().kick();
    bed.wait_for(|status| status.in_sync).await;
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "1");
    println!("kick to in sync with a new pod: {} ms", begun.elapsed().as_millis());
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_daemon_left_behind_is_ended_first() {
    let mut bed = Bed::synced().await;
    bed.engine.take().unwrap().stop().await;
    // Forgotten, not dropped: a daemon that was killed stops nothing.
    let rest = Rest::new(bed.options().socket, bed.identity.api_key.clone());
    let left = Syncthing::start(&bed.binary, &bed.options().session_dir, &rest).await.unwrap();
    let pid = Pid::from_raw(left.pid().cast_signed()).unwrap();
    std::mem::forget(left);
    bed.start_engine().await;
    until("the process that was left over is ended", || {
        rustix::process::waitpid(Some(pid), WaitOptions::NOHANG).unwrap().is_some()
    })
    .await;
    bed.save("first", "after");
    bed.arrives("first", "after").await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_leaves_no_process_and_starting_again_goes_on() {
    let mut bed = Bed::synced().await;
    let pid = bed.pid();
    bed.engine.take().unwrap().stop().await;
    assert!(!alive(pid));
    bed.save("meanwhile", "2");
    bed.start_engine().await;
    bed.wait_for(|status| status.in_sync).await;
    assert_eq!(names(&bed.there("")), ["first", "meanwhile"]);
    bed.end().await;
}

/// Not in the form that syncthing wants names in.
const DECOMPOSED: &str = "a\u{302}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_stays_as_it_is_and_arrives_or_is_said_not_to() {
    let mut bed = Bed::new().await;
    bed.save(DECOMPOSED, "1");
    bed = bed.started().await;
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.here("")), [DECOMPOSED, "first"]);
    let arrived = |bed: &Bed, name: &str| names(&bed.there("")).contains(&name.to_owned());
    let told = |name: &str| {
        let name = name.to_owned();
        move |status: &SyncStatus| status.unreadable.iter().any(|error| error.path == name)
    };
    if !arrived(&bed, DECOMPOSED) {
        let status = bed.wait_for(told(DECOMPOSED)).await;
        assert!(status.last_error.unwrap().contains(DECOMPOSED));
        assert!(status.hint.unwrap().contains("rename"));
    }
    // The same of what is made later, and of a folder.
    let folder = format!("folder {DECOMPOSED}");
    std::fs::create_dir(bed.here(&folder)).unwrap();
    bed.save(&format!("{folder}/file"), "2");
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.here("")), [DECOMPOSED, "first", &folder]);
    if !arrived(&bed, &folder) {
        bed.wait_for(told(&folder)).await;
    }
    assert!(names(&bed.there("")).iter().all(|name| [DECOMPOSED, "first", &folder].contains(&name.as_str())));
    bed.end().await;
}
