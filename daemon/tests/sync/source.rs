//! The source folder is lost, emptied, replaced: what happens to the container's files, and what is said of them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nhd::sync::{SyncError, SyncState, SyncStatus};
use rustix::process::{Pid, Signal, kill_process};

use crate::bed::{Bed, files_below, names};

const FILES: usize = 3000;
/// A removal that rests for so long is over, for all that the daemon can know.
const LOOKS_LIKE_AN_END: Duration = Duration::from_secs(1);

fn is_lost(status: &SyncStatus) -> bool {
    status.state == SyncState::SourceLost
}

fn fill(top: &Path, files: usize) {
    for at in 0..files {
        let folder = top.join(format!("d{}", at / 100));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("f{}", at % 100)), at.to_string()).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in from.read_dir().unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The source, a place to put it away, and what takes its place.
fn places(bed: &Bed) -> (PathBuf, PathBuf, PathBuf) {
    let at = |name: &str| bed.place.path().join(name);
    (at("here"), at("away"), at("instead"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_source_folder_deletes_nothing() {
    let bed = Bed::synced().await;
    let (here, away, _) = places(&bed);
    std::fs::rename(&here, &away).unwrap();
    let status = bed.wait_for(is_lost).await;
    assert!(status.hint.unwrap().contains("the container keeps"));
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
async fn a_source_that_is_unmounted_during_a_scan_deletes_nothing() {
    let bed = Bed::synced().await;
    fill(&bed.here(""), FILES);
    bed.barrier().await.unwrap();
    let everything = files_below(&bed.there(""));
    let (here, away, mount_point) = places(&bed);
    for delay_ms in [0, 5, 20, 60] {
        std::fs::create_dir(&mount_point).unwrap();
        bed.engine().rescan(vec![]);
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        std::fs::rename(&here, &away).unwrap();
        std::fs::rename(&mount_point, &here).unwrap();
        bed.wait_for(is_lost).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(files_below(&bed.there("")), everything, "lost {delay_ms} ms after the scan began");
        std::fs::remove_dir(&here).unwrap();
        std::fs::rename(&away, &here).unwrap();
        bed.wait_for(|status| status.in_sync).await;
        let text = format!("back after {delay_ms}");
        bed.save("d7/f7", &text);
        bed.barrier().await.unwrap();
        assert_eq!(std::fs::read_to_string(bed.there("d7/f7")).unwrap(), text);
    }
    assert_eq!(files_below(&bed.there("")), everything);
    bed.end().await;
}

/// Deletes what is in `top`, and that; says how many files had gone before the last pause that looks like an end.
fn remove(top: &Path) -> usize {
    let (mut last, mut before_pause) = (Instant::now(), 0);
    for (at, file) in files_below(top).iter().enumerate() {
        std::fs::remove_file(top.join(file)).unwrap();
        if last.elapsed() >= LOOKS_LIKE_AN_END {
            before_pause = at;
        }
        last = Instant::now();
    }
    std::fs::remove_dir_all(top).unwrap();
    if last.elapsed() >= LOOKS_LIKE_AN_END { FILES } else { before_pause }
}

/// The first few files may be gone before anybody could know what is going on, and so may be those before a long pause.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_removed_is_not_removed_in_the_container() {
    let bed = Bed::synced().await;
    fill(&bed.here(""), FILES);
    bed.barrier().await.unwrap();
    let top = bed.here("");
    let before_pause = tokio::task::spawn_blocking(move || remove(&top)).await.unwrap();
    bed.wait_for(is_lost).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let left = files_below(&bed.there("")).len();
    assert!(left + before_pause + 100 > FILES, "{left} of {FILES} are left");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_nothing_is_written_where_the_source_was() {
    let bed = Bed::both_ways().await;
    for name in ["second", "third", "fourth"] {
        bed.save(name, "here");
    }
    bed.barrier().await.unwrap();
    let (here, away, mount_point) = places(&bed);
    std::fs::create_dir(&mount_point).unwrap();
    std::fs::rename(&here, &away).unwrap();
    std::fs::rename(&mount_point, &here).unwrap();
    // As soon as that, not only when it was noticed.
    std::fs::write(bed.there("first"), "by the container").unwrap();
    std::fs::write(bed.there("second"), "by the container").unwrap();
    std::fs::write(bed.there("new"), "by the container").unwrap();
    bed.wait_for(is_lost).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(files_below(&here), [""; 0]);
    // Somebody else may have put half of the names there.
    std::fs::write(here.join("first"), "").unwrap();
    std::fs::write(here.join("second"), "").unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(is_lost(&bed.engine().status().borrow()));
    assert_eq!(names(&bed.there("")), ["first", "fourth", "new", "second", "third"]);

    std::fs::remove_dir_all(&here).unwrap();
    std::fs::rename(&away, &here).unwrap();
    bed.comes_back("new", "by the container").await;
    bed.comes_back("second", "by the container").await;
    bed.wait_for(|status| status.state == SyncState::InSync).await;
    let everything = ["first", "fourth", "new", "second", "third"];
    assert_eq!(
        (names(&bed.here("")), names(&bed.there(""))),
        (names(&here), everything.map(String::from).into())
    );
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_replaced_by_its_copy_is_followed() {
    let bed = Bed::synced().await;
    std::fs::create_dir(bed.here("deep")).unwrap();
    bed.save("deep/file", "1");
    bed.barrier().await.unwrap();
    let (here, away, instead) = places(&bed);
    copy(&here, &instead);
    std::fs::rename(&here, &away).unwrap();
    std::fs::rename(&instead, &here).unwrap();
    bed.save("first", "saved in the copy");
    bed.save("deep/file", "saved in the copy");
    bed.barrier_once_back().await.unwrap();
    for name in ["first", "deep/file"] {
        assert_eq!(std::fs::read_to_string(bed.there(name)).unwrap(), "saved in the copy");
    }
    bed.save("deep/file", "saved again");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("deep/file")).unwrap(), "saved again");
    // And back, within the time between two looks: the same folder, of which no watch is left.
    std::fs::rename(&here, &instead).unwrap();
    std::fs::rename(&instead, &here).unwrap();
    bed.barrier_once_back().await.unwrap();
    bed.save("deep/file", "saved once more");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("deep/file")).unwrap(), "saved once more");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_whose_parent_is_replaced_is_followed() {
    let mut bed = Bed::new().await;
    let (work, old, new) = (bed.here("work"), bed.here("old"), bed.here("new"));
    std::fs::create_dir_all(work.join("app")).unwrap();
    for name in ["first", "second", "third"] {
        std::fs::write(work.join("app").join(name), "1").unwrap();
    }
    bed.source = work.join("app");
    bed.start_remote().await;
    bed.start_engine().await;
    bed.wait_for(|status| status.in_sync).await;
    copy(&work, &new);
    std::fs::rename(&work, &old).unwrap();
    std::fs::rename(&new, &work).unwrap();
    std::fs::write(work.join("app/first"), "saved in the copy").unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "saved in the copy");
    std::fs::write(work.join("app/second"), "saved later").unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("second")).unwrap(), "saved later");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_a_link_is_followed_elsewhere() {
    let mut bed = Bed::new().await;
    for name in ["v1", "v2, longer"] {
        std::fs::create_dir(bed.here(name)).unwrap();
        bed.save(&format!("{name}/file"), name);
        bed.save(&format!("{name}/other"), name);
    }
    bed.source = bed.here("link");
    std::os::unix::fs::symlink("v1", bed.here("link")).unwrap();
    bed.start_remote().await;
    bed.start_engine().await;
    bed.wait_for(|status| status.in_sync).await;
    assert_eq!(std::fs::read_to_string(bed.there("file")).unwrap(), "v1");
    std::os::unix::fs::symlink("v2, longer", bed.here("next")).unwrap();
    std::fs::rename(bed.here("next"), bed.here("link")).unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("file")).unwrap(), "v2, longer");
    bed.save("v2, longer/file", "saved in v2");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("file")).unwrap(), "saved in v2");
    bed.end().await;
}

/// More names go than are held, among them folders that come back: as `git checkout other` and back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_that_come_back_after_a_flood_are_watched() {
    let bed = Bed::synced().await;
    let small = |text: &str| {
        std::fs::create_dir_all(bed.here("aaa/deep")).unwrap();
        for at in 0..5 {
            bed.save(&format!("aaa/f{at}"), text);
            bed.save(&format!("aaa/deep/f{at}"), text);
        }
    };
    small("1");
    bed.barrier().await.unwrap();
    // A scan that takes long: nobody looks at the tree meanwhile.
    let syncthing = Pid::from_raw(bed.pid().cast_signed()).unwrap();
    kill_process(syncthing, Signal::STOP).unwrap();
    bed.save("first", "2");
    tokio::time::sleep(Duration::from_millis(200)).await;
    std::fs::remove_dir_all(bed.here("aaa")).unwrap();
    for _ in 0..FILES {
        std::fs::create_dir(bed.here("passing")).unwrap();
        std::fs::remove_dir(bed.here("passing")).unwrap();
    }
    small("1");
    kill_process(syncthing, Signal::CONT).unwrap();
    bed.barrier().await.unwrap();
    for text in ["saved by the user", "and again"] {
        bed.save("aaa/f0", text);
        bed.save("aaa/deep/f0", text);
        bed.barrier().await.unwrap();
        for name in ["aaa/f0", "aaa/deep/f0"] {
            assert_eq!(std::fs::read_to_string(bed.there(name)).unwrap(), text, "{name}");
        }
    }
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_becomes_a_file_and_a_folder_again_is_watched() {
    let bed = Bed::synced().await;
    let make = |text: &str| {
        std::fs::create_dir_all(bed.here("x/deep")).unwrap();
        bed.save("x/deep/file", text);
    };
    make("1");
    bed.barrier().await.unwrap();
    for round in 0..5 {
        // A process that still stands in the old folder holds up what the system says of its end.
        let held = std::fs::File::open(bed.here("x")).unwrap();
        std::fs::remove_dir_all(bed.here("x")).unwrap();
        bed.save("x", "a file");
        if round % 2 == 0 {
            bed.barrier().await.unwrap();
            assert_eq!(std::fs::read_to_string(bed.there("x")).unwrap(), "a file");
        }
        std::fs::remove_file(bed.here("x")).unwrap();
        make("again");
        bed.barrier().await.unwrap();
        drop(held);
        bed.barrier().await.unwrap();
        let text = format!("round {round}");
        bed.save("x/deep/file", &text);
        bed.barrier().await.unwrap();
        assert_eq!(std::fs::read_to_string(bed.there("x/deep/file")).unwrap(), text);
    }
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_marks_the_source_may_go() {
    let bed = Bed::synced().await;
    for round in 0..4 {
        for name in names(&bed.here("")) {
            bed.save(&format!("new-{round}"), "1");
            std::fs::remove_file(bed.here(&name)).unwrap();
        }
        bed.save("other", &round.to_string());
        bed.barrier().await.unwrap();
        assert_eq!(names(&bed.there("")), names(&bed.here("")), "round {round}");
        assert_eq!(std::fs::read_to_string(bed.there("other")).unwrap(), round.to_string());
    }
    bed.end().await;
}
