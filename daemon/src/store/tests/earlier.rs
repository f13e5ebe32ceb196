//! What version 92d0be5 left in a home: `fixtures/92d0be5`, written by its own code with a session of each kind and three
//! events.

use nhd_protocol::event::Event;
use nhd_protocol::workload::WorkloadKind;

use super::*;

/// Every kind's session as it wrote it.
fn written() -> Vec<serde_json::Value> {
    let text = fs::read(fixture().join("sessions.json")).expect("reads");
    serde_json::from_slice(&text).expect("JSON")
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/fixtures/92d0be5")
}

#[track_caller]
fn check(store: &Store) {
    let (known, written) = (store.sessions(), written());
    assert_eq!((known.len(), store.withheld()), (6, Vec::new()));
    for (known, written) in known.iter().zip(written) {
        assert_eq!((&written["id"], &written["workload"]["kind"]), (&known.id.as_str().into(), &kind(known)));
        assert_eq!(written["plan"]["origin"], known.plan.as_ref().expect("a plan").edit.origin);
        assert_eq!(serde_json::from_value::<StoredSession>(written).expect("is understood"), *known);
    }
}

fn kind(session: &StoredSession) -> serde_json::Value {
    serde_json::to_value(session.workload.kind).expect("a word")
}

#[test]
fn a_home_of_version_92d0be5_is_taken_over_with_its_sessions_and_its_events() {
    let folder = tempfile::tempdir().expect("temporary folder");
    copy_folder(&fixture(), folder.path());
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    check(&store);
    let (events, last) = store.events::<Event>();
    assert_eq!((events.len(), last), (3, 3));
    assert_eq!(events[0].1.cursor.epoch, store.epoch(), "this is no damage");
    assert!(!paths.earlier_copies().exists(), "the one file is a file each now");
    for from in ["copies", "database"] {
        let left = folder.path().join(from);
        match from {
            "copies" => copy_folder(&paths.copies(), &left.join("sessions.d")),
            _ => copy_folder(&paths.store(), &left.join("store")),
        }
        check(&Store::open(&super::paths(&left)).expect("opens"));
    }
}

#[test]
fn of_a_home_of_version_92d0be5_the_copy_alone_or_the_database_alone_suffices() {
    for missing in ["store", "sessions.json"] {
        let folder = tempfile::tempdir().expect("temporary folder");
        copy_folder(&fixture(), folder.path());
        let lost = folder.path().join(missing);
        fs::remove_dir_all(&lost).or_else(|_| fs::remove_file(&lost)).expect("removes");
        for _ in 0..2 {
            check(&Store::open(&paths(folder.path())).expect("opens"));
        }
    }
}

/// Whoever goes back to that version for a while finds what it wrote then, and not what this one had before.
#[test]
fn what_an_earlier_version_wrote_meanwhile_is_newer_than_our_copies() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    let old = StoredSession {
        workload: WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Pod, name: "web".into() },
        ..session("pod0000")
    };
    (0..3).for_each(|_| store.put_session(&old).expect("puts"));
    store.put_session(&session("ended")).expect("puts");
    drop(store);
    fs::remove_dir_all(paths.store()).expect("removes");
    copy_folder(&fixture(), folder.path());
    for _ in 0..2 {
        check(&Store::open(&paths).expect("opens"));
    }
}
