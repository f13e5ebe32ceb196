use crate::sync::source::inbox::Gap;

use super::*;

/// A connected pair that has everything.
fn seen(begun: Instant) -> Observation {
    Observation {
        begun,
        connected: true,
        connection: 1,
        folder: FolderStatus { state: "idle".into(), global_files: 3, ..FolderStatus::default() },
        completion: Completion { completion: 100.0, ..Completion::default() },
        confirmed: true,
        scanned: true,
        lacking: Vec::new(),
        pending: false,
        unreadable: Vec::new(),
    }
}

fn running() -> SyncProgress {
    let mut progress = SyncProgress::new(SystemTime::UNIX_EPOCH);
    progress.process = ProcessState::Running;
    progress
}

fn assess(progress: &mut SyncProgress, seen: Observation, now: Instant) -> SyncStatus {
    progress.seen = Some(seen);
    progress.assess(now, SystemTime::UNIX_EPOCH).0
}

#[tokio::test(start_paused = true)]
async fn only_what_the_other_side_has_confirmed_counts() {
    let check = |change: fn(&mut Observation), expect: SyncState| {
        let now = Instant::now();
        let mut observation = seen(now);
        change(&mut observation);
        let status = assess(&mut running(), observation.clone(), now);
        assert_eq!((status.state, status.in_sync), (expect, expect == SyncState::InSync), "{observation:?}");
        assert_eq!(status.first_sync_done, status.in_sync);
    };
    check(|_| (), SyncState::InSync);
    // Completion says 100 in all of these.
    check(|seen| seen.confirmed = false, SyncState::Syncing);
    check(|seen| seen.scanned = false, SyncState::Starting);
    check(|seen| seen.connected = false, SyncState::Connecting);
    check(|seen| seen.pending = true, SyncState::Syncing);
    check(|seen| seen.folder.state = "scanning".into(), SyncState::Syncing);
    check(|seen| seen.folder.error = Some("folder path missing".into()), SyncState::Degraded);
    check(|seen| seen.completion.need_items = 1, SyncState::Syncing);
}

#[tokio::test(start_paused = true)]
async fn an_unconfirmed_completion_is_not_shown() {
    let now = Instant::now();
    let mut observation = seen(now);
    observation.confirmed = false;
    assert_eq!(assess(&mut running(), observation, now).completion_percent, 0.0);
}

#[tokio::test(start_paused = true)]
async fn folders_that_are_not_deleted_do_not_hold_up_the_sync_and_files_do() {
    let (start, mut progress) = (Instant::now(), running());
    let mut observation = seen(start);
    observation.completion = Completion { completion: 95.0, need_deletes: 2, ..Completion::default() };
    let mut files = running();
    for at in [Duration::ZERO, DELETIONS_STUCK_AFTER, STUCK_AFTER / 2] {
        assert_eq!(assess(&mut files, observation.clone(), start + at).state, SyncState::Syncing);
    }
    let status = assess(&mut files, observation.clone(), start + STUCK_AFTER);
    assert_eq!((status.state, status.in_sync), (SyncState::Degraded, false));

    let entry =
        |kind: &str| serde_json::from_value(serde_json::json!({ "name": "a", "type": kind })).unwrap();
    observation.lacking = vec![entry("FILE_INFO_TYPE_DIRECTORY"), entry("FILE_INFO_TYPE_FILE")];
    let status = assess(&mut files, observation.clone(), start + STUCK_AFTER);
    assert!(status.last_error.unwrap().ends_with("the first is a"));
    observation.lacking.pop();
    assert_eq!(assess(&mut progress, observation.clone(), start).state, SyncState::Syncing);
    let later = start + DELETIONS_STUCK_AFTER;
    let status = assess(&mut progress, observation.clone(), later);
    assert_eq!((status.state, status.completion_percent), (SyncState::InSync, 100.0));
    assert!(status.hint.unwrap().contains("deleted here"));
    // One more deletion is waited for anew.
    observation.completion.need_deletes = 3;
    assert_eq!(assess(&mut progress, observation, later).state, SyncState::Syncing);
}

#[tokio::test(start_paused = true)]
async fn files_that_never_arrive_are_said_to_be_stuck() {
    let (start, mut progress) = (Instant::now(), running());
    let mut observation = seen(start);
    observation.completion =
        Completion { completion: 97.0, need_items: 1, need_bytes: 6, ..Completion::default() };
    assess(&mut progress, observation.clone(), start);
    assert_eq!(assess(&mut progress, observation.clone(), start + STUCK_AFTER / 2).state, SyncState::Syncing);
    let status = assess(&mut progress, observation.clone(), start + STUCK_AFTER);
    assert_eq!((status.state, status.in_sync), (SyncState::Degraded, false));
    // It moves: not stuck after all.
    observation.completion.need_bytes = 5;
    assert_eq!(assess(&mut progress, observation, start + STUCK_AFTER).state, SyncState::Syncing);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_goes_before_what_was_seen() {
    let now = Instant::now();
    let mut progress = running();
    assess(&mut progress, seen(now), now);
    let too_many = notify::Error::io(std::io::Error::from_raw_os_error(24));
    progress.coverage = Coverage::Partial(Gap::of(&too_many));
    let status = assess(&mut progress, seen(now), now);
    assert!(status.hint.unwrap().contains("max_user_instances"));
    let too_many = notify::Error::new(notify::ErrorKind::MaxFilesWatch);
    progress.coverage = Coverage::Partial(Gap::of(&too_many));
    let status = assess(&mut progress, seen(now), now);
    assert!(status.hint.clone().unwrap().contains("max_user_watches"));
    assert_eq!((status.state, status.in_sync), (SyncState::Degraded, true));
    progress.process = ProcessState::Down { error: "killed".into() };
    let status = assess(&mut progress, seen(now), now);
    assert_eq!((status.state, status.connected, status.in_sync), (SyncState::Degraded, false, false));
    assert!(status.first_sync_done);
    progress.ends_in_a_row = FAILED_AFTER;
    assert_eq!(assess(&mut progress, seen(now), now).state, SyncState::Failed);
    progress.source = Some(Loss::Missing);
    assert_eq!(assess(&mut progress, seen(now), now).state, SyncState::SourceLost);
}
