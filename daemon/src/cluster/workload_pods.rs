//! The pods of a workload as its owner sees them, in DevMode or out of it, and their containers; for whoever looks into
//! one. It does not know sessions.

use std::collections::BTreeSet;

use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use super::error::{ClusterError, OrAbsent as _, Reason};
use super::objects::{Objects, PODS, REPLICA_SETS, Resource, is_leaving};
use super::owner_references::controller;
use super::selector::selector_query;

/// What names the container that is meant where none is named.
const DEFAULT_CONTAINER: &str = "/metadata/annotations/kubectl.kubernetes.io~1default-container";

/// A pod with its containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodParts {
    pub name: String,
    pub uid: String,
    /// When it was made, in a form that sorts.
    pub created: String,
    pub ready: bool,
    pub terminating: bool,
    /// Init containers first, as they run.
    pub containers: Vec<ContainerSeen>,
    pub default_container: Option<String>,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerSeen {
    pub name: String,
    /// The one that runs or ran last; empty before the first.
    pub id: String,
    pub running: bool,
    /// Whether it has ever run, so that it has a log.
    pub begun: bool,
    /// Whether it will not run again.
    pub over: bool,
    pub init: bool,
}

impl PodParts {
    pub fn container(&self, name: &str) -> Option<&ContainerSeen> {
        self.containers.iter().find(|container| container.name == name)
    }

    /// The names of its containers without init containers that are over once they have ended.
    pub fn container_names(&self) -> Vec<&str> {
        self.containers.iter().filter(|it| !it.init).map(|it| it.name.as_str()).collect()
    }

    /// Whether something can be run in it.
    pub fn is_running(&self) -> bool {
        !self.terminating && self.containers.iter().any(|container| container.running)
    }
}

/// Where the pods of a workload are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodSource {
    /// The workload is the pod, or one pod alone is meant.
    Named(String),
    /// Those with these labels that one of these owns; all of them where the owners may not be seen.
    Owned { selector: String, owners: Option<BTreeSet<String>> },
}

/// Where a workload's pods are at this moment. The owners of those of a Deployment or CronJob change, so it is asked
/// again whenever they are looked at.
pub async fn source(objects: &Objects, workload: &WorkloadRef) -> Result<PodSource, ClusterError> {
    let WorkloadRef { kind, namespace, name } = workload;
    if *kind == WorkloadKind::Pod {
        return Ok(PodSource::Named(name.clone()));
    }
    let object = objects.get((*kind).into(), Some(namespace), name).await?;
    let uid = text(&object, "/metadata/uid");
    let selector = selector_query(&object["spec"]["selector"]);
    let owners = match kind {
        WorkloadKind::Deployment => owned(objects, REPLICA_SETS, namespace, Some(&selector), &uid).await?,
        // Its Jobs have labels of their own.
        WorkloadKind::CronJob => owned(objects, WorkloadKind::Job.into(), namespace, None, &uid).await?,
        _ => Some(BTreeSet::from([uid])),
    };
    Ok(PodSource::Owned { selector, owners })
}

async fn owned(
    objects: &Objects,
    resource: Resource,
    namespace: &str,
    selector: Option<&str>,
    owner: &str,
) -> Result<Option<BTreeSet<String>>, ClusterError> {
    let list: Value = match objects.list(resource, Some(namespace), selector).await {
        Err(error) if error.reason == Reason::Forbidden && selector.is_some() => return Ok(None),
        list => list?,
    };
    let items = list["items"].as_array().into_iter().flatten();
    let of_owner = items.filter(|item| controller(item) == Some(owner));
    Ok(Some(of_owner.map(|item| text(item, "/metadata/uid")).collect()))
}

/// The pods that there are.
pub async fn pods(
    objects: &Objects,
    namespace: &str,
    source: &PodSource,
) -> Result<Vec<PodParts>, ClusterError> {
    match source {
        PodSource::Named(name) => Ok(pod(objects, namespace, name).await?.into_iter().collect()),
        PodSource::Owned { selector, owners } => {
            let selector = Some(selector.as_str()).filter(|selector| !selector.is_empty());
            let list: Value = objects.list(PODS, Some(namespace), selector).await?;
            let items = list["items"].as_array().into_iter().flatten();
            let is_owned = |pod: &&Value| {
                let owner = controller(pod);
                owners.as_ref().is_none_or(|owners| owner.is_some_and(|owner| owners.contains(owner)))
            };
            Ok(items.filter(is_owned).map(see).collect())
        }
    }
}

/// One pod, if it is there.
pub async fn pod(objects: &Objects, namespace: &str, name: &str) -> Result<Option<PodParts>, ClusterError> {
    Ok(objects.get(PODS, Some(namespace), name).await.or_absent()?.as_ref().map(see))
}

/// Whether the cluster counts a pod as ready.
pub fn is_ready(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().any(|it| it["type"] == "Ready" && it["status"] == "True")
}

fn text(object: &Value, pointer: &str) -> String {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn see(pod: &Value) -> PodParts {
    let restarts = pod.pointer("/spec/restartPolicy").and_then(Value::as_str) != Some("Never");
    let ended = matches!(text(pod, "/status/phase").as_str(), "Succeeded" | "Failed");
    let of = |list: &str, statuses: &str, init: bool| -> Vec<ContainerSeen> {
        let statuses: Vec<&Value> =
            pod.pointer(statuses).and_then(Value::as_array).into_iter().flatten().collect();
        let names = pod.pointer(list).and_then(Value::as_array).into_iter().flatten();
        names
            .map(|container| {
                let status = statuses.iter().find(|status| status["name"] == container["name"]);
                let state = |name: &str| status.is_some_and(|status| status["state"][name].is_object());
                let last = status.is_some_and(|status| status["lastState"]["terminated"].is_object());
                let terminated = state("terminated");
                // An init container that keeps running beside the others is an ordinary one.
                let init = init && container["restartPolicy"] != "Always";
                ContainerSeen {
                    name: container["name"].as_str().unwrap_or_default().to_owned(),
                    id: status.map(|status| text(status, "/containerID")).unwrap_or_default(),
                    running: state("running"),
                    begun: state("running") || terminated || last,
                    over: terminated && (ended || init || !restarts),
                    init,
                }
            })
            .collect()
    };
    let mut containers = of("/spec/initContainers", "/status/initContainerStatuses", true);
    containers.extend(of("/spec/containers", "/status/containerStatuses", false));
    PodParts {
        name: text(pod, "/metadata/name"),
        uid: text(pod, "/metadata/uid"),
        created: text(pod, "/metadata/creationTimestamp"),
        ready: is_ready(pod),
        terminating: is_leaving(pod),
        containers,
        default_container: pod.pointer(DEFAULT_CONTAINER).and_then(Value::as_str).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pod_is_seen_with_its_containers() {
        let pod = json!({
            "metadata": {"name": "p", "uid": "u", "annotations": {"kubectl.kubernetes.io/default-container": "b"}},
            "spec": {"initContainers": [{"name": "i"}, {"name": "s", "restartPolicy": "Always"}],
                "containers": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                "initContainerStatuses": [{"name": "i", "containerID": "1", "state": {"terminated": {}}},
                    {"name": "s", "containerID": "2", "state": {"running": {}}}],
                "containerStatuses": [{"name": "b", "containerID": "3", "state": {"running": {}}},
                    {"name": "a", "state": {"waiting": {}}, "lastState": {"terminated": {}}},
                    {"name": "c", "state": {"waiting": {}}}]},
        });
        let seen = see(&pod);
        assert_eq!((seen.ready, seen.default_container.as_deref()), (true, Some("b")));
        assert_eq!(seen.container_names(), ["s", "a", "b", "c"]);
        let told: Vec<_> =
            seen.containers.iter().map(|it| (it.name.as_str(), it.running, it.begun, it.over)).collect();
        assert_eq!(
            told,
            [
                ("i", false, true, true),
                ("s", true, true, false),
                ("a", false, true, false),
                ("b", true, true, false),
                ("c", false, false, false),
            ]
        );
    }
}
