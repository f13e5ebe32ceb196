//! What is the matter with a pod or with the object that makes pods, told from their status alone. Pure.

use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::cluster::objects::is_leaving;

/// Longer words of the cluster are cut: a tree shows them on one line, and thousands may be in trouble at once.
const MESSAGE_LIMIT: usize = 300;

/// What is the matter, in a word and in the cluster's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub reason: String,
    pub message: Option<String>,
    pub container: Option<String>,
}

impl Trouble {
    fn new(reason: &str, message: Option<&str>, container: Option<&str>) -> Self {
        let message = message.map(str::trim).filter(|message| !message.is_empty());
        Self { reason: reason.to_owned(), message: message.map(cut), container: container.map(str::to_owned) }
    }

    /// How telling it is, beside others of the same workload.
    pub fn weight(&self) -> u8 {
        match self.reason.as_str() {
            "Unschedulable" => 1,
            _ if self.container.is_some() => 2,
            _ => 0,
        }
    }
}

/// The statuses of a pod's containers, init containers first.
pub fn container_statuses(pod: &Value) -> impl Iterator<Item = &Value> {
    let of = |field: &str| pod["status"][field].as_array().into_iter().flatten();
    of("initContainerStatuses").chain(of("containerStatuses"))
}

/// What is the matter with a pod that should run.
pub fn of_pod(pod: &Value) -> Option<Trouble> {
    if is_leaving(pod) {
        return None;
    }
    match pod["status"]["phase"].as_str() {
        Some("Succeeded") => None,
        Some("Failed") => Some(failed(pod)),
        _ => unschedulable(pod).or_else(|| container_statuses(pod).find_map(of_container)),
    }
}

/// A pod that has ended badly, by itself (`Evicted`) or with one of its containers.
fn failed(pod: &Value) -> Trouble {
    let status = &pod["status"];
    if let Some(reason) = status["reason"].as_str() {
        return Trouble::new(reason, status["message"].as_str(), None);
    }
    let ended = container_statuses(pod).find_map(of_container);
    ended.unwrap_or_else(|| Trouble::new("Failed", status["message"].as_str(), None))
}

fn unschedulable(pod: &Value) -> Option<Trouble> {
    let conditions = pod["status"]["conditions"].as_array()?;
    let condition = conditions
        .iter()
        .find(|condition| condition["type"] == "PodScheduled" && condition["reason"] == "Unschedulable")?;
    Some(Trouble::new("Unschedulable", condition["message"].as_str(), None))
}

/// What is the matter with a container. Where it waits before it is tried again, how it ended says more than that.
pub fn of_container(status: &Value) -> Option<Trouble> {
    let name = status["name"].as_str();
    let ended = |state: &Value| {
        let code = state["exitCode"].as_i64()?;
        let said = state["message"].as_str().map(|said| format!(": {}", said.trim())).unwrap_or_default();
        Some(format!("it ended with exit code {code}{said}"))
    };
    let last = ended(&status["lastState"]["terminated"]);
    let waiting = &status["state"]["waiting"];
    match waiting["reason"].as_str() {
        None | Some("ContainerCreating" | "PodInitializing") => {}
        Some("CrashLoopBackOff") => {
            let message = last.as_deref().or(waiting["message"].as_str());
            return Some(Trouble::new("CrashLoopBackOff", message, name));
        }
        Some(reason) => return Some(Trouble::new(reason, waiting["message"].as_str(), name)),
    }
    let terminated = &status["state"]["terminated"];
    if terminated["exitCode"].as_i64().is_some_and(|code| code != 0) {
        let reason = terminated["reason"].as_str().unwrap_or("Error");
        return Some(Trouble::new(reason, ended(terminated).as_deref(), name));
    }
    None
}

/// What an object that makes pods says of itself.
pub fn of_object(kind: WorkloadKind, object: &Value) -> Option<Trouble> {
    let condition = |name: &str, status: &str| {
        let conditions = object["status"]["conditions"].as_array()?;
        conditions.iter().find(|it| it["type"] == name && it["status"] == status)
    };
    let found = match kind {
        WorkloadKind::Deployment => condition("ReplicaFailure", "True").or_else(|| {
            condition("Progressing", "False").filter(|it| it["reason"] == "ProgressDeadlineExceeded")
        }),
        WorkloadKind::Job => condition("Failed", "True"),
        WorkloadKind::StatefulSet | WorkloadKind::DaemonSet | WorkloadKind::CronJob | WorkloadKind::Pod => {
            None
        }
    }?;
    let reason = found["reason"].as_str().or(found["type"].as_str())?;
    Some(Trouble::new(reason, found["message"].as_str(), None))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(trouble: Option<Trouble>) -> String {
        trouble.map_or("-".to_owned(), |it| {
            let container = it.container.map(|name| format!("{name} ")).unwrap_or_default();
            format!("{container}{}: {}", it.reason, it.message.unwrap_or_default())
        })
    }

    #[test]
    fn a_pod_tells_the_first_thing_that_is_the_matter_with_it() {
        let waits = |reason: &str| json!({"name": "web", "state": {"waiting": {"reason": reason, "message": "words"}}});
        let crash = json!({"name": "web", "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
            "lastState": {"terminated": {"exitCode": 3, "message": "no config\n"}}});
        let ended = |code: i64| json!({"name": "init", "state": {"terminated": {"exitCode": code, "reason": "OOMKilled"}}});
        let unschedulable = json!([{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}]);
        let running = json!({"name": "web", "state": {"running": {}}});
        for (status, expect) in [
            (json!({"phase": "Running", "containerStatuses": [running.clone()]}), "-"),
            (json!({"phase": "Pending", "containerStatuses": [waits("ContainerCreating")]}), "-"),
            (json!({"phase": "Pending", "containerStatuses": [waits("PodInitializing")]}), "-"),
            (json!({"phase": "Pending"}), "-"),
            (json!({"phase": "Succeeded", "containerStatuses": [ended(1)]}), "-"),
            (
                json!({"phase": "Pending", "containerStatuses": [waits("ImagePullBackOff")]}),
                "web ImagePullBackOff: words",
            ),
            (
                json!({"phase": "Running", "containerStatuses": [running.clone(), crash]}),
                "web CrashLoopBackOff: it ended with exit code 3: no config",
            ),
            (
                json!({"phase": "Pending", "initContainerStatuses": [ended(137)], "containerStatuses": [waits("PodInitializing")]}),
                "init OOMKilled: it ended with exit code 137",
            ),
            (
                json!({"phase": "Pending", "initContainerStatuses": [ended(0)], "containerStatuses": [running]}),
                "-",
            ),
            (json!({"phase": "Pending", "conditions": unschedulable}), "Unschedulable: 0/1 nodes"),
            (json!({"phase": "Failed", "reason": "Evicted", "message": "low memory"}), "Evicted: low memory"),
            (
                json!({"phase": "Failed", "containerStatuses": [ended(2)]}),
                "init OOMKilled: it ended with exit code 2",
            ),
            (json!({"phase": "Failed"}), "Failed: "),
        ] {
            let pod = json!({"metadata": {"name": "p"}, "status": status});
            assert_eq!(shown(of_pod(&pod)), expect, "{pod}");
            let going = json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": status});
            assert_eq!(of_pod(&going), None, "one that is being deleted is nobody's trouble");
        }
    }

    #[test]
    fn an_object_tells_why_its_pods_cannot_be_made() {
        let with = |name: &str, status: &str, reason: &str| json!({"status": {"conditions": [{"type": name, "status": status, "reason": reason, "message": "why"}]}});
        use WorkloadKind::{CronJob, DaemonSet, Deployment, Job, Pod, StatefulSet};
        for (kind, object, expect) in [
            (Deployment, with("ReplicaFailure", "True", "FailedCreate"), "FailedCreate: why"),
            (Deployment, with("ReplicaFailure", "False", "FailedCreate"), "-"),
            (
                Deployment,
                with("Progressing", "False", "ProgressDeadlineExceeded"),
                "ProgressDeadlineExceeded: why",
            ),
            (Deployment, with("Progressing", "True", "NewReplicaSetAvailable"), "-"),
            (Deployment, with("Available", "False", "MinimumReplicasUnavailable"), "-"),
            (Job, with("Failed", "True", "BackoffLimitExceeded"), "BackoffLimitExceeded: why"),
            (Job, with("Complete", "True", ""), "-"),
            (StatefulSet, with("ReplicaFailure", "True", "x"), "-"),
            (DaemonSet, with("ReplicaFailure", "True", "x"), "-"),
            (CronJob, json!({}), "-"),
            (Pod, json!({}), "-"),
        ] {
            assert_eq!(shown(of_object(kind, &object)), expect, "{kind} {object}");
        }
    }

    #[test]
    fn long_words_are_cut_between_letters() {
        let long = Trouble::new("Error", Some(&"ü".repeat(MESSAGE_LIMIT + 1)), None);
        assert_eq!(long.message.map(|text| text.chars().count()), Some(MESSAGE_LIMIT + 1));
    }
}
