//! The store against crashes and damage. These need a disk: a store without one is none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nhd_protocol::session::SidecarPreset;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use super::session::{Desired, SESSION_VERSION, StoredCluster, StoredRequest, StoredSync};
use super::*;
use crate::sync::SyncIdentity;

pub(super) fn paths(folder: &Path) -> Paths {
    Paths {
        home: folder.to_path_buf(),
        runtime: folder.to_path_buf(),
        socket: folder.join("nhd.sock"),
        config: folder.join("config.yaml"),
    }
}

pub(super) fn session(id: &str) -> StoredSession {
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
            environment: BTreeMap::new(),
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
        synced: false,
        sync: StoredSync { identity, remote, remote_port: 22000 },
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
    let epoch = store.epoch().to_owned();
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
        assert!(folder.path().join("store.unreadable-1").exists());
    }
}

#[test]
fn a_crash_between_store_and_copy_neither_loses_nor_revives_a_session() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    store.put_session(&session("one")).expect("puts");
    let epoch = store.epoch().to_owned();
    drop(store);
    let copy = paths.export();
    let old_copy = std::fs::read(&copy).expect("reads");
    // A put that reached the store alone, as it does first.
    let store = Store::open(&paths).expect("opens");
    store.put_session(&session("two")).expect("puts");
    drop(store);
    std::fs::write(&copy, &old_copy).expect("writes");
    let store = Store::open(&paths).expect("opens");
    assert_eq!(ids(&store), ["one", "two"]);
    assert_eq!(export::read(&copy).entries.len(), 2, "the copy has caught up");
    // A removal that reached the store alone, as it does first.
    let old_copy = std::fs::read(&copy).expect("reads");
    store.remove_session("two").expect("removes");
    drop(store);
    std::fs::write(&copy, &old_copy).expect("writes");
    let store = Store::open(&paths).expect("opens");
    assert_eq!(ids(&store), ["one"]);
    assert_eq!(store.epoch(), epoch, "this is not damage");
}

/// Opens a store whose one session a newer version has written.
fn open_with(paths: &Paths, value: serde_json::Value) -> Store {
    let entry = Entry::session(value, 7);
    export::write(&paths.export(), &[("one".to_owned(), entry)].into()).expect("writes");
    Store::open(paths).expect("opens")
}

fn copied(paths: &Paths) -> serde_json::Value {
    let copy: serde_json::Value =
        serde_json::from_slice(&std::fs::read(paths.export()).expect("reads")).expect("JSON");
    copy[0].clone()
}

#[test]
fn what_a_newer_version_added_to_a_session_stays_when_it_is_written() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let mut value = serde_json::to_value(session("one")).expect("JSON");
    value["mood"] = "new".into();
    value["request"]["dev"]["colour"] = serde_json::json!({"red": 1});
    value["forwards"] = serde_json::json!([
        {"local": 1, "remote": 2, "reason": "request", "chosen": null},
        {"local": 3, "remote": 4, "reason": "request", "chosen": null, "speed": 9},
    ]);
    let store = open_with(&paths, value);
    let mut known = store.sessions().remove(0);
    known.synced = true;
    known.forwards.remove(0);
    store.put_session(&known).expect("puts");
    drop(store);
    let store = Store::open(&paths).expect("opens");
    assert_eq!(store.sessions(), [known]);
    let written = copied(&paths);
    assert_eq!(written["mood"], "new");
    assert_eq!(written["request"]["dev"]["colour"]["red"], 1);
    assert_eq!(written["forwards"].as_array().map(Vec::len), Some(1));
    assert_eq!(written["forwards"][0]["speed"], 9);
    assert_eq!(written["revision"], 8);
}

#[test]
fn a_session_that_only_a_newer_version_understands_is_kept_untouched() {
    let change: [fn(&mut serde_json::Value); 3] = [
        |value| value["desired"] = "asleep".into(),
        |value| value["workload"]["kind"] = "Rollout".into(),
        |value| value["version"] = (SESSION_VERSION + 1).into(),
    ];
    for change in change {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths(folder.path());
        let mut value = serde_json::to_value(session("one")).expect("JSON");
        change(&mut value);
        let store = open_with(&paths, value);
        let before = copied(&paths);
        assert_eq!(ids(&store), [""; 0]);
        store.put_session(&session("two")).expect("puts");
        drop(store);
        std::fs::remove_file(paths.export()).expect("removes");
        let store = Store::open(&paths).expect("opens");
        assert_eq!(ids(&store), ["two"]);
        assert_eq!(copied(&paths), before);
    }
}

#[test]
fn an_event_log_with_a_gap_is_another_one() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    store.put_session(&session("one")).expect("puts");
    [1, 2, 4].into_iter().for_each(|seq| store.append_event(seq, &seq).expect("appends"));
    let epoch = store.epoch().to_owned();
    drop(store);
    let store = Store::open(&paths).expect("opens");
    assert_ne!(store.epoch(), epoch);
    assert_eq!(store.events::<u64>().expect("reads"), []);
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
        let epoch = store.epoch().to_owned();
        store.database.insert_raw(&key, b"{ no JSON");
        drop(store);
        let store = Store::open(&paths).expect("opens");
        assert_eq!(store.sessions(), [one]);
        assert_ne!(store.epoch(), epoch);
        assert!(folder.path().join("store.unreadable-1").exists());
    }
}
