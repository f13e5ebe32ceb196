//! What version 92d0be5 left in a home: `tests/fixtures/92d0be5`, written by its own code with a session of each kind and three
//! events.

use nhd_protocol::event::Event;
use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};

use super::*;

/// Every kind's session as it wrote it.
fn written() -> Vec<Value> {
    let text = fs::read(fixture().join("sessions.json")).expect("reads");
    serde_json::from_slice(&text).expect("JSON")
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/92d0be5")
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

fn kind(session: &StoredSession) -> Value {
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

/// Every byte of every file below a folder.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).expect("reads").any(|entry| {
        let path = entry.expect("reads").path();
        if path.is_dir() {
            return holds(&path, text);
        }
        fs::read(&path).expect("reads").windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[test]
fn secrets_that_earlier_versions_wrote_are_nowhere_in_the_home_once_it_was_opened() {
    let with_secret = || {
        let mut value = full_session("Pod", &full_plan(&Value::Null), &json!([]));
        value["cluster"]["environment"]["AWS_SESSION_TOKEN"] = "hidden-token".into();
        value
    };
    for kept_in in ["one file", "database"] {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths(folder.path());
        if kept_in == "one file" {
            fs::write(paths.earlier_copies(), json!([with_secret()]).to_string()).expect("writes");
        } else {
            let store = Store::open(&paths).expect("opens");
            let key = b"session/w2k8n5qx".to_vec();
            let text = with_secret().to_string();
            // What is written over is still in sled's files.
            for text in [text.as_str(), text.as_str()] {
                lock_blocking(&store.state)
                    .database
                    .as_mut()
                    .expect("is there")
                    .insert_raw(key.clone(), text);
            }
        }
        assert!(holds(folder.path(), "hidden-token"), "{kept_in}");
        let store = Store::open(&paths).expect("opens");
        assert_eq!((ids(&store), store.withheld()), (vec!["w2k8n5qx".to_owned()], Vec::new()));
        assert_eq!(store.sessions()[0].cluster.environment.len(), 1, "PATH is no secret");
        drop(store);
        assert!(!holds(folder.path(), "hidden-token"), "{kept_in}");
        let store = Store::open(&paths).expect("opens");
        assert_eq!(ids(&store), ["w2k8n5qx"]);
        store.put_session(&store.sessions()[0]).expect("puts");
    }
}

#[test]
fn what_is_secret_of_a_session_is_not_written_and_what_was_is_dropped_at_the_next_write() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let store = Store::open(&paths).expect("opens");
    let mut one = session("one");
    let variables = [("PATH", "/bin"), ("VAULT_TOKEN", "hidden-token")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    one.cluster.environment = BTreeMap::from(variables).into();
    for entered in [false, true] {
        store.put_session(&StoredSession { entered, ..one.clone() }).expect("puts");
    }
    assert_eq!(store.sessions()[0].cluster.environment.keys().collect::<Vec<_>>(), ["PATH"]);
    drop(store);
    assert!(!holds(folder.path(), "hidden-token"));
}

/// For some days of November 2026 the one file had revisions and checksums of another kind.
#[test]
fn a_store_with_checksums_of_another_kind_is_taken_over() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths(folder.path());
    let mut value = full_session("Pod", &full_plan(&Value::Null), &json!([]));
    (value["revision"], value["checksum"]) = (7.into(), "00ff".into());
    let copy = json!([value, { "removed": "gone", "revision": 8, "checksum": "00ff" }]);
    fs::write(paths.earlier_copies(), copy.to_string()).expect("writes");
    let store = Store::open(&paths).expect("opens");
    assert_eq!((ids(&store), store.withheld()), (vec!["w2k8n5qx".to_owned()], Vec::new()));
    store.put_session(&store.sessions()[0]).expect("puts");
    let text = fs::read_to_string(paths.copies().join("w2k8n5qx.json")).expect("reads");
    assert_eq!(text.matches("checksum").count(), 1, "{text}");
    assert!(text.contains("\"revision\": 8"), "{text}");
}

/// With everything that a session could have.
fn full_session(kind: &str, plan: &Value, forwards: &Value) -> Value {
    json!({
        "version": 1, "id": "w2k8n5qx", "created_at": "2026-11-23T08:24:41.200Z",
        "cluster": {"uid": "u", "kubeconfig": ["/k"], "context": "c", "server": "https://s:6443",
            "environment": {"PATH": "/bin"}},
        "workload": {"namespace": "shop", "kind": kind, "name": "web"},
        "request": {"container": "web", "image": "eclipse-temurin:17", "source": "/source", "work_dir": "/work",
            "sidecar_image": null, "sidecar_preset": "syncthing", "timeout_ms": 300_000, "force": false,
            "dev": {"image_pull_policy": "Always", "shell": "bash", "env": [["B", "1"], ["A", "$(B)"]],
                "limits": {"cpu": "1"}, "requests": {"memory": "1Gi"}, "keep_security_context": true,
                "selection": {"git_ignore": true, "files": ["src"], "ignored": ["*.o"]}, "two_way": true,
                "warnings": ["patches has no effect"], "forwards": forwards}},
        "desired": "original",
        "failure": {"kind": "podNotReady", "message": "m", "hint": "h", "session": "w2k8n5qx"},
        "plan": plan, "entered": true, "synced": true,
        "sync": {
            "identity": {"local": {"certificate_pem": "C", "private_key_pem": "K"}, "remote_device": "D",
                "api_key": "A"},
            "remote": {"certificate_pem": "RC", "private_key_pem": "RK"}, "remote_port": 22000},
        "sync_paused": true, "local_port": 40001, "forwards": forwards,
    })
}

fn full_plan(generated: &Value) -> Value {
    let object = json!({"metadata": {"uid": "1", "name": "web"}, "spec": {"replicas": 2, "ratio": 0.1}});
    json!({"container": "web", "origin": object, "edited": object, "generated": generated, "warnings": ["w"]})
}

#[test]
fn sessions_of_the_first_versions_are_read_and_written_with_the_same_names() {
    let forwards = json!([
        {"local": 8080, "remote": 80, "reason": "request", "chosen": null},
        {"local": null, "remote": 81, "reason": "portForward", "chosen": 40002},
        {"local": 5005, "remote": 5005, "reason": "debug", "chosen": null},
    ]);
    let mut scaled = full_plan(&Value::Null);
    scaled["autoscalers"] = json!([{"origin": {"metadata": {"name": "web"}}, "pinned": {"spec": {}}}]);
    let generated = full_plan(&json!({"kind": "Pod", "metadata": {"name": "web-dev"}}));
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"];
    for kind in kinds {
        for plan in [&Value::Null, &full_plan(&Value::Null), &generated, &scaled] {
            for forwards in [&json!([]), &forwards] {
                let earlier = full_session(kind, plan, forwards);
                let folder = tempfile::tempdir().expect("temporary folder");
                let paths = paths(folder.path());
                let copy = serde_json::to_vec_pretty(&[&earlier]).expect("JSON");
                std::fs::write(paths.earlier_copies(), copy).expect("writes");
                let store = Store::open(&paths).expect("opens");
                let known = store.sessions().pop().expect("is understood");
                assert_eq!(serde_json::to_value(&known).expect("JSON"), earlier);
                store.put_session(&known).expect("puts");
                let copy = fs::read(paths.copies().join("w2k8n5qx.json")).expect("reads");
                let mut written: Value = serde_json::from_slice(&copy).expect("JSON");
                let members = written.as_object_mut().expect("an object");
                ["revision", "checksum"].iter().for_each(|name| drop(members.remove(*name)));
                assert_eq!(written, earlier);
            }
        }
    }
}

#[test]
fn a_session_without_what_came_later_is_read() {
    let mut earlier = full_session("Deployment", &full_plan(&Value::Null), &json!([]));
    let members = earlier.as_object_mut().expect("is one");
    members.remove("forwards");
    members.remove("sync_paused");
    let request = earlier["request"].as_object_mut().expect("is one");
    request.remove("dev");
    request.remove("force");
    let known: StoredSession = serde_json::from_value(earlier).expect("is understood");
    assert_eq!((known.forwards, known.sync_paused, known.request.force), (Vec::new(), false, false));
}
