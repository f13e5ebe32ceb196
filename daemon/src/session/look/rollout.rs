//! Whether a workload's pods follow its manifest, told from its status, kind by kind.

use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::cluster::workload_pods::is_ready;
use crate::session::kinds;
use crate::session::look::Sight;

/// How many pods are there, and how many of them are ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub there: usize,
    pub ready: usize,
}

/// Whether the pods of a workload whose pods were not all ready before DevMode have come as far as they had then. One
/// whose pods were ready has to come all the way.
pub fn is_as_before(kind: WorkloadKind, origin: &Value, sight: &Sight) -> bool {
    let row = kinds::row(kind);
    let Some(workload) = &sight.workload else { return false };
    if (row.is_rolled_out)(origin) {
        return false;
    }
    let before = (row.reached)(origin);
    let wanted = (row.replicas)(workload).map_or(usize::MAX, |count| count.desired as usize);
    let now = || sight.lasting_pods().filter(|pod| !pod.dev);
    // Where pods of the original do not become ready, a rollout may keep dev pods in the place of the others.
    now().count() >= before.there.min(wanted).min(1)
        && now().filter(|pod| pod.ready).count() >= before.ready.min(wanted)
}

pub fn reached_by_replicas(workload: &Value) -> Reached {
    reached(workload, "/status/replicas", "/status/readyReplicas")
}

pub fn reached_by_daemon_set(workload: &Value) -> Reached {
    reached(workload, "/status/currentNumberScheduled", "/status/numberReady")
}

fn reached(workload: &Value, there: &str, ready: &str) -> Reached {
    let count = |pointer: &str| usize::try_from(number(workload, pointer)).unwrap_or(0);
    Reached { there: count(there), ready: count(ready) }
}

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
    let phase = workload.pointer("/status/phase").and_then(Value::as_str);
    matches!(phase, Some("Succeeded" | "Failed")) || is_ready(workload)
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
    use crate::cluster::pods::PodSeen;
    use crate::session::look::sight::tests::{pod, sight_of};
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

    #[test]
    fn what_was_not_ready_before_has_to_come_as_far_as_it_was_and_no_further() {
        let replicas = |there: u32, ready: u32| {
            json!({"spec": {"replicas": 2},
            "status": {"updatedReplicas": there, "replicas": there, "readyReplicas": ready}})
        };
        let on_nodes = |there: u32, ready: u32| {
            json!({"status": {"desiredNumberScheduled": 2,
            "updatedNumberScheduled": there, "currentNumberScheduled": there, "numberReady": ready}})
        };
        let bare = |there: u32, ready: u32| {
            let conditions = json!([{"type": "Ready", "status": if ready > 0 { "True" } else { "False" }}]);
            json!({"status": {"phase": if there > 0 { "Running" } else { "Pending" }, "conditions": conditions}})
        };
        let unready = || pod(false);
        let ready = || PodSeen { ready: true, ..pod(false) };
        let dev = || PodSeen { ready: true, ..pod(true) };
        let gone = || PodSeen { terminating: true, ..ready() };
        // What was there and ready before, what is now, and whether that is as before.
        let of_two = [
            ((2, 2), vec![unready(), unready()], false),
            ((2, 1), vec![ready(), unready()], true),
            ((2, 1), vec![unready(), unready()], false),
            ((2, 1), vec![dev(), unready(), unready()], false),
            ((2, 1), vec![gone(), unready(), unready()], false),
            ((2, 0), vec![unready(), unready()], true),
            ((2, 0), vec![unready(), dev()], true),
            ((2, 0), vec![dev()], false),
            ((1, 0), vec![unready()], true),
            ((0, 0), vec![], true),
        ];
        let of_one = [
            ((1, 1), vec![unready()], false),
            ((1, 0), vec![unready()], true),
            ((1, 0), vec![], false),
            ((1, 0), vec![dev()], false),
        ];
        let check =
            |kind, form: &dyn Fn(u32, u32) -> Value, (there, ready), pods: &[PodSeen], expected: bool| {
                let origin = form(there, ready);
                let sight = Sight { workload: Some(form(0, 0)), ..sight_of(pods.to_vec()) };
                assert_eq!(is_as_before(kind, &origin, &sight), expected, "{kind} {there} {ready} {pods:#?}");
            };
        for (before, pods, expected) in of_two {
            check(WorkloadKind::Deployment, &replicas, before, &pods, expected);
            check(WorkloadKind::StatefulSet, &replicas, before, &pods, expected);
            check(WorkloadKind::DaemonSet, &on_nodes, before, &pods, expected);
        }
        for (before, pods, expected) in of_one {
            check(WorkloadKind::Pod, &bare, before, &pods, expected);
        }
    }

    #[test]
    fn fewer_that_are_wanted_now_are_enough() {
        let of =
            |wanted: u32, there: u32| json!({"spec": {"replicas": wanted}, "status": {"replicas": there}});
        let sight = Sight { workload: Some(of(1, 0)), ..sight_of(vec![pod(false)]) };
        assert!(is_as_before(WorkloadKind::Deployment, &of(3, 3), &sight));
    }
}
