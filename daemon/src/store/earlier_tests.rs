//! Sessions as the version of November 2026 wrote them.

use serde_json::{Value, json};

use super::tests::paths;
use super::*;

/// With everything that a session could have.
fn session(kind: &str, plan: &Value, forwards: &Value) -> Value {
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

fn plan(generated: &Value) -> Value {
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
    let mut scaled = plan(&Value::Null);
    scaled["autoscalers"] = json!([{"origin": {"metadata": {"name": "web"}}, "pinned": {"spec": {}}}]);
    let generated = plan(&json!({"kind": "Pod", "metadata": {"name": "web-dev"}}));
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"];
    for kind in kinds {
        for plan in [&Value::Null, &plan(&Value::Null), &generated, &scaled] {
            for forwards in [&json!([]), &forwards] {
                let earlier = session(kind, plan, forwards);
                let folder = tempfile::tempdir().expect("temporary folder");
                let paths = paths(folder.path());
                let copy = serde_json::to_vec_pretty(&[&earlier]).expect("JSON");
                std::fs::write(paths.export(), copy).expect("writes");
                let store = Store::open(&paths).expect("opens");
                let known = store.sessions().pop().expect("is understood");
                assert_eq!(serde_json::to_value(&known).expect("JSON"), earlier);
                store.put_session(&known).expect("puts");
                assert_eq!(store.state().entries["w2k8n5qx"].plain(), earlier);
            }
        }
    }
}

#[test]
fn a_session_without_what_came_later_is_read() {
    let mut earlier = session("Deployment", &plan(&Value::Null), &json!([]));
    let members = earlier.as_object_mut().expect("is one");
    members.remove("forwards");
    members.remove("sync_paused");
    let request = earlier["request"].as_object_mut().expect("is one");
    request.remove("dev");
    request.remove("force");
    let known: StoredSession = serde_json::from_value(earlier).expect("is understood");
    assert_eq!((known.forwards, known.sync_paused, known.request.force), (Vec::new(), false, false));
}
