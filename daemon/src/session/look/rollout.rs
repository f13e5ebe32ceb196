//! Whether a workload's pods follow its manifest, told from its status, kind by kind.

use serde_json::Value;

/// Not whether its pods are available: with its minReadySeconds back, the original is that only so much later.
pub fn of_deployment(workload: &Value) -> bool {
    is_observed(workload)
        && all_are(workload, wanted(workload), &["updatedReplicas", "replicas", "readyReplicas"])
}

pub fn of_stateful_set(workload: &Value) -> bool {
    let text = |pointer: &str| workload.pointer(pointer).and_then(Value::as_str);
    // Only then a partition may come back: it keeps pods on what is then the current revision.
    text("/status/currentRevision") == text("/status/updateRevision") && of_deployment(workload)
}

pub fn of_daemon_set(workload: &Value) -> bool {
    let nodes = number(workload, "/status/desiredNumberScheduled");
    is_observed(workload)
        && number(workload, "/status/numberMisscheduled") == 0
        && all_are(workload, nodes, &["updatedNumberScheduled", "currentNumberScheduled", "numberReady"])
}

/// Also one that has done its work.
pub fn of_pod(workload: &Value) -> bool {
    let conditions = workload.pointer("/status/conditions").and_then(Value::as_array);
    let is_ready = |it: &Value| it["type"] == "Ready" && it["status"] == "True";
    let phase = workload.pointer("/status/phase").and_then(Value::as_str);
    matches!(phase, Some("Succeeded" | "Failed")) || conditions.into_iter().flatten().any(is_ready)
}

fn is_observed(workload: &Value) -> bool {
    number(workload, "/status/observedGeneration") >= number(workload, "/metadata/generation")
}

fn wanted(workload: &Value) -> i64 {
    workload.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1)
}

fn all_are(workload: &Value, wanted: i64, counts: &[&str]) -> bool {
    counts.iter().all(|count| number(workload, &format!("/status/{count}")) == wanted)
}

fn number(workload: &Value, pointer: &str) -> i64 {
    workload.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::kinds;
    use nhd_protocol::workload::WorkloadKind;
    use serde_json::json;

    #[track_caller]
    fn check(kind: WorkloadKind, object: &Value, expected: bool) {
        assert_eq!((kinds::row(kind).is_rolled_out)(object), expected, "{kind} {object}");
    }

    #[test]
    fn every_pod_is_of_the_manifest_and_ready() {
        for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
            let of = |updated: i64, all: i64, ready: i64, observed: i64| {
                json!({"metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": {
                    "observedGeneration": observed, "updatedReplicas": updated, "replicas": all,
                    "readyReplicas": ready}})
            };
            check(kind, &of(2, 2, 2, 2), true);
            for short in [of(1, 2, 2, 2), of(2, 3, 2, 2), of(2, 2, 1, 2), of(2, 2, 2, 1)] {
                check(kind, &short, false);
            }
        }
        check(WorkloadKind::Deployment, &json!({"spec": {"replicas": 0}, "status": {}}), true);
    }

    #[test]
    fn a_stateful_set_of_two_revisions_is_under_way() {
        let of = |current: &str| json!({"spec": {"replicas": 0}, "status": {"currentRevision": current, "updateRevision": "b"}});
        check(WorkloadKind::StatefulSet, &of("a"), false);
        check(WorkloadKind::StatefulSet, &of("b"), true);
    }

    #[test]
    fn a_daemon_set_is_on_every_node_that_it_wants_and_on_no_other() {
        let of = |wanted: i64, current: i64, updated: i64, ready: i64, astray: i64| {
            json!({"status": {"desiredNumberScheduled": wanted, "currentNumberScheduled": current,
                "updatedNumberScheduled": updated, "numberReady": ready, "numberMisscheduled": astray}})
        };
        check(WorkloadKind::DaemonSet, &of(2, 2, 2, 2, 0), true);
        check(WorkloadKind::DaemonSet, &of(0, 0, 0, 0, 0), true);
        for short in [of(2, 1, 2, 2, 0), of(2, 2, 1, 2, 0), of(2, 2, 2, 1, 0), of(2, 2, 2, 2, 1)] {
            check(WorkloadKind::DaemonSet, &short, false);
        }
    }

    #[test]
    fn a_pod_is_there_when_it_is_ready_or_has_done_its_work() {
        let of = |phase: &str, ready: &str| json!({"status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]}});
        check(WorkloadKind::Pod, &of("Running", "True"), true);
        check(WorkloadKind::Pod, &of("Running", "False"), false);
        check(WorkloadKind::Pod, &of("Succeeded", "False"), true);
    }
}
