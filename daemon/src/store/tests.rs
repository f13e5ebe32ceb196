//! The store against crashes and damage. These need a disk: a store without one is none.

mod damage;
mod earlier;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use nhd_protocol::session::SidecarPreset;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use super::database::Trouble;
use super::session::{Desired, SESSION_VERSION, StoredCluster, StoredRequest, StoredSync};
use super::*;
use crate::sync::SyncIdentity;

fn paths(folder: &Path) -> Paths {
    Paths {
        home: folder.to_path_buf(),
        runtime: folder.to_path_buf(),
        socket: folder.join("nhd.sock"),
        config: folder.join("config.yaml"),
    }
}

pub(crate) fn session(id: &str) -> StoredSession {
    let (identity, remote) = SyncIdentity::generate().expect("makes keys");
    StoredSession {
        version: SESSION_VERSION,
        id: id.to_owned(),
        created_at: "2026-01-01T00:00:00.000Z".to_owned(),
        cluster: StoredCluster {
            uid: "u".into(),
            kubeconfig: vec![PathBuf::from("/k")],
            context: "c".into(),
            server: "s".into(),
            environment: BTreeMap::new().into(),
        },
        workload: WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Deployment, name: id.to_owned() },
        request: StoredRequest {
            container: None,
            image: "i".into(),
            source: PathBuf::from("/source"),
            work_dir: "/w".into(),
            sidecar_image: None,
            sidecar_preset: SidecarPreset::Syncthing,
            timeout_ms: 1,
            force: false,
            dev: crate::config::DevSettings::default(),
        },
        desired: Desired::DevMode,
        failure: None,
        plan: None,
        entered: false,
        takes: None,
        ready: false,
        synced: false,
        sync: StoredSync { identity, remote, courier: None, remote_port: 22000 },
        sync_paused: false,
        local_port: None,
        forwards: Vec::new(),
    }
}

fn ids(store: &Store) -> Vec<String> {
    store.sessions().into_iter().map(|session| session.id).collect()
}

#[test]
fn sessions_are_there_after_a_reopen_and_gone_after_a_removal() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let store = Store::open(&paths(folder.path())).expect("opens");
    let one = session("one");
    store.put_session(&one).expect("puts");
    store.put_session(&session("two")).expect("puts");
    store.remove_session("two").expect("removes");
    let epoch = store.epoch();
    drop(store);
    let store = Store::open(&paths(folder.path())).expect("opens");
    assert_eq!(store.sessions(), [one]);
    assert_eq!(store.epoch(), epoch);
}

#[test]
fn a_store_that_is_lost_or_damaged_is_rebuilt_from_the_copy_and_kept_aside() {
    type Damage = fn(&Path);
    let lost: Damage = |store| std::fs::remove_dir_all(store).expect("removes");
    let garbage: Damage = |store| std::fs::write(store.join("db"), [0x5a; 70_000]).expect("writes");
    for damage in [lost, garbage] {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths(folder.path());
        let store = Store::open(&paths).expect("opens");
        store.put_session(&session("one")).expect("puts");
        drop(store);
        damage(&paths.store());
        let store = Store::open(&paths).expect("rebuilds");
        assert_eq!(ids(&store), ["one"]);
        let aside = folder.path().join("store.unreadable-1");
        assert_eq!(aside.exists(), damage as usize == garbage as usize);
    }
}

#[test]
fn a_crash_between_store_and_copy_neither_loses_nor_revives_a_session() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    store.put_session(&session("one")).expect("puts");
    let (copy, epoch) = (paths.copies().join("one.json"), store.epoch());
    // A put that reached the database alone, as it does first.
    let before = fs::read(&copy).expect("reads");
    let late = StoredSession { entered: true, ..session("one") };
    store.put_session(&late).expect("puts");
    store.put_session(&session("two")).expect("puts");
    drop(store);
    let after = fs::read(&copy).expect("reads");
    fs::write(&copy, before).expect("writes");
    fs::remove_file(paths.copies().join("two.json")).expect("removes");
    let store = Store::open(&paths).expect("opens");
    assert_eq!((ids(&store), store.sessions()[0].entered), (vec!["one".to_owned(), "two".to_owned()], true));
    assert_eq!(fs::read(&copy).expect("reads"), after, "the copy has not caught up");
    assert!(paths.copies().join("two.json").exists(), "the copy has not caught up");
    drop(store);
    // A removal that reached the copy alone, as it does first.
    let aside = folder.path().join("aside");
    copy_folder(&paths.store(), &aside);
    let store = Store::open(&paths).expect("opens");
    store.remove_session("two").expect("removes");
    drop(store);
    fs::remove_dir_all(paths.store()).expect("removes");
    fs::rename(&aside, paths.store()).expect("renames");
    for _ in 0..2 {
        let store = Store::open(&paths).expect("opens");
        assert_eq!(
            (ids(&store), store.epoch()),
            (vec!["one".to_owned()], epoch.clone()),
            "this is no damage"
        );
    }
}

#[test]
fn a_database_that_fails_panics_or_hangs_is_made_anew_and_loses_nothing() {
    for trouble in [Trouble::Fail, Trouble::Panic, Trouble::Hang] {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths(folder.path());
        let store = Store::open(&paths).expect("opens");
        [session("one"), session("old")].iter().for_each(|session| store.put_session(session).expect("puts"));
        let store = &store;
        let epoch = store.epoch();
        let own = |own| lock_blocking(&store.state).own = own;
        let fail =
            || lock_blocking(&store.state).database.as_mut().expect("is there").trouble = Some(trouble);
        // It was found when the daemon started, and then made by it.
        for aside in [true, false] {
            own(!aside);
            fail();
            let later = StoredSession { entered: aside, ..session("one") };
            store.put_session(&later).expect("the copy is the store");
            assert!(lock_blocking(&store.state).database.is_none(), "{trouble:?}");
            assert_ne!(store.epoch(), epoch, "events that were not stored have numbers of the old log");
            store.remove_session("old").expect("the copy is the store");
            lock_blocking(&store.state).retry_at = Instant::now();
            store.put_session(&later).expect("puts");
            assert!(lock_blocking(&store.state).database.is_some(), "it is not made anew after {trouble:?}");
        }
        assert_eq!(
            fs::read_dir(folder.path()).expect("reads").count(),
            3,
            "one is aside, of which not all was known"
        );
        assert_eq!(ids(store), ["one"]);
        // The database alone has all.
        fs::remove_dir_all(paths.copies()).expect("removes");
        let left = folder.path().join("left");
        copy_folder(&paths.store(), &left.join("store"));
        let again = Store::open(&super::tests::paths(&left)).expect("opens");
        assert_eq!((ids(&again), again.sessions()[0].entered), (vec!["one".to_owned()], false));
    }
}

#[test]
fn a_copy_that_cannot_be_written_is_a_failure_until_it_can_be() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    store.put_session(&session("one")).expect("puts");
    // In the way of what is written aside.
    let obstacle = paths.copies().join("one.json.new");
    fs::create_dir(&obstacle).expect("folder");
    let late = StoredSession { entered: true, ..session("one") };
    assert!(matches!(store.put_session(&late), Err(StoreError::Copy { .. })));
    fs::remove_dir(&obstacle).expect("removes");
    store.put_session(&late).expect("puts");
    fs::remove_dir_all(paths.store()).expect("removes");
    drop(store);
    assert_eq!(Store::open(&paths).expect("opens").sessions(), [late]);
}

/// Another hand than ours writes this copy's text.
fn rewrite(path: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let sealed = fs::read_to_string(path).expect("reads");
    let mut value: serde_json::Value = serde_json::from_str(&sealed).expect("JSON");
    value.as_object_mut().expect("an object").remove("checksum");
    value["revision"] = (value["revision"].as_u64().expect("a number") + 1).into();
    change(&mut value);
    fs::write(path, Document::of(value).expect("an object").sealed()).expect("writes");
}

#[test]
fn what_a_newer_version_wrote_is_kept_when_the_session_is_written() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    Store::open(&paths).expect("opens").put_session(&session("one")).expect("puts");
    let copy = paths.copies().join("one.json");
    rewrite(&copy, |session| {
        session["color"] = "green".into();
        session["request"]["depth"] = 3.into();
    });
    for start in 1..=2 {
        let store = Store::open(&paths).expect("opens");
        let mut known = store.sessions().remove(0);
        known.entered = start == 1;
        store.put_session(&known).expect("puts");
        let text = fs::read_to_string(&copy).expect("reads");
        let written: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&written["color"], &written["request"]["depth"]), (&"green".into(), &3.into()), "{text}");
        assert_eq!(written["entered"], known.entered);
    }
}

#[test]
fn a_session_that_is_not_understood_is_kept_as_it_is_and_said() {
    type Change = fn(&mut serde_json::Value);
    let value: Change = |session| session["desired"] = "asleep".into();
    let version: Change = |session| session["version"] = 2.into();
    for change in [value, version] {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths(folder.path());
        let store = Store::open(&paths).expect("opens");
        store.put_session(&session("new")).expect("puts");
        drop(store);
        let copy = paths.copies().join("new.json");
        rewrite(&copy, change);
        let kept = fs::read(&copy).expect("reads");
        for other in ["one", "two"] {
            let store = Store::open(&paths).expect("opens");
            let withheld: Vec<String> = store.withheld().into_iter().map(|it| it.session).collect();
            assert_eq!(withheld, ["new"]);
            store.put_session(&session(other)).expect("puts");
            assert!(!ids(&store).contains(&"new".to_owned()));
            drop(store);
            assert_eq!(fs::read(&copy).expect("reads"), kept);
            // In the database it is kept, too.
            fs::remove_file(&copy).expect("removes");
        }
    }
}

#[test]
fn a_session_that_is_damaged_on_both_sides_stops_nobody() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    Store::open(&paths).expect("opens").put_session(&session("one")).expect("puts");
    fs::write(paths.copies().join("one.json"), "{").expect("writes");
    fs::write(paths.store().join("db"), [0x5a; 70_000]).expect("writes");
    assert_eq!(ids(&Store::open(&paths).expect("opens")), [""; 0]);
    assert!(paths.copies().join("one.json.unreadable-1").exists());
}

#[test]
fn an_id_is_no_path() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let store = Store::open(&paths(&folder.path().join("home"))).expect("opens");
    for id in ["../one", "", "a/b", "."] {
        assert!(store.put_session(&session(id)).is_err(), "{id:?}");
        assert!(store.remove_session(id).is_err(), "{id:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 1);
    drop(store);
    assert_eq!(ids(&Store::open(&paths(&folder.path().join("home"))).expect("opens")), [""; 0]);
}

#[test]
fn an_event_log_with_a_gap_is_another_one() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    store.put_session(&session("one")).expect("puts");
    [1, 2, 4].into_iter().for_each(|seq| store.append_event(seq, &seq).expect("appends"));
    let epoch = store.epoch();
    drop(store);
    let store = Store::open(&paths).expect("opens");
    assert_ne!(store.epoch(), epoch);
    assert_eq!(store.events::<u64>(), (Vec::new(), 0));
    assert_eq!(ids(&store), ["one"]);
}

#[test]
fn an_unreadable_event_or_session_is_no_reason_not_to_start() {
    for key in [database::event_key(1), b"session/one".to_vec(), b"meta".to_vec()] {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths(folder.path());
        let store = Store::open(&paths).expect("opens");
        let one = session("one");
        store.put_session(&one).expect("puts");
        store.append_event(1, &1).expect("appends");
        let epoch = store.epoch();
        lock_blocking(&store.state).database.as_mut().expect("is there").insert_raw(key, "{ no JSON");
        drop(store);
        let store = Store::open(&paths).expect("opens");
        assert_eq!(store.sessions(), [one]);
        assert_ne!(store.epoch(), epoch);
        assert!(folder.path().join("store.unreadable-1").exists());
    }
}

#[test]
fn what_is_removed_stays_so_whichever_side_is_older() {
    for older in ["store", "sessions.d"] {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths(folder.path());
        let store = Store::open(&paths).expect("opens");
        ["one", "two"].iter().for_each(|id| store.put_session(&session(id)).expect("puts"));
        drop(store);
        let aside = folder.path().join("aside");
        copy_folder(&folder.path().join(older), &aside);
        let store = Store::open(&paths).expect("opens");
        store.remove_session("two").expect("removes");
        drop(store);
        fs::remove_dir_all(folder.path().join(older)).expect("removes");
        fs::rename(&aside, folder.path().join(older)).expect("renames");
        for _ in 0..2 {
            assert_eq!(ids(&Store::open(&paths).expect("opens")), ["one"], "{older}");
        }
        assert!(!paths.copies().join("two.json").exists());
        // Its id can come again: a session that is released has the one that another gave it.
        Store::open(&paths).expect("opens").put_session(&session("two")).expect("puts");
        assert_eq!(ids(&Store::open(&paths).expect("opens")), ["one", "two"], "{older}");
    }
}

/// In a runtime of one worker another task goes on while a write waits for the disk.
#[test]
fn a_write_that_waits_for_the_disk_holds_up_no_other_task() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = std::sync::Arc::new(Store::open(&paths).expect("opens"));
    store.put_session(&session("one")).expect("puts");
    // The write waits until somebody reads from the pipe.
    let pipe = paths.copies().join("one.json.new");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .expect("pipe");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let log = crate::events::EventLog::open(std::sync::Arc::clone(&store));
    runtime.block_on(async {
        let writer = std::sync::Arc::clone(&store);
        let writing = tokio::spawn(async move { writer.put_session(&session("one")) });
        // So does whoever publishes, or looks at what the publisher holds.
        let publisher = log.clone();
        let publishing = tokio::spawn(async move {
            publisher
                .publish(nhd_protocol::event::EventBody::Warning { session: None, message: String::new() });
        });
        let looking = tokio::spawn(async move { log.cursor() });
        tokio::task::yield_now().await;
        let other = tokio::spawn(async { 1 });
        assert_eq!(tokio::time::timeout(Duration::from_secs(10), other).await.expect("goes on").unwrap(), 1);
        drop(tokio::task::spawn_blocking(move || fs::read(pipe)));
        // A pipe is synced as little as it is replaced; what matters is that it comes back.
        let _ = writing.await.expect("no panic");
        publishing.await.expect("no panic");
        looking.await.expect("no panic");
    });
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
