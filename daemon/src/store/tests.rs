//! The store against crashes and damage. These need a disk: a store without one is none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nhd_protocol::session::SidecarPreset;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

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

fn session(id: &str) -> StoredSession {
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
    store.sessions().expect("reads").into_iter().map(|session| session.id).collect()
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
    assert_eq!(store.sessions().expect("reads"), [one]);
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
    // A put that reached the store alone, as it does first.
    let late = session("two");
    write_json(&store.db, &session_key("two"), &late).expect("writes");
    drop(store);
    let store = Store::open(&paths).expect("opens");
    assert_eq!(ids(&store), ["one", "two"]);
    assert_eq!(export::read(&paths.export()).expect("reads").len(), 2, "the copy has caught up");
    // A removal that reached the copy alone, as it does first: the session is still known and ends again.
    export::write(&paths.export(), &[late]).expect("writes");
    drop(store);
    let store = Store::open(&paths).expect("opens");
    assert_eq!(ids(&store), ["one", "two"]);
    assert_eq!(store.epoch(), epoch, "this is not damage");
}
