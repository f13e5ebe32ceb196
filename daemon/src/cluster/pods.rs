//! The pods of a workload, found by their owners, and what they wait for.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::ObjectList;

use super::error::ClusterError;
use super::objects::{Delete, Objects, PODS};

/// The containers that make a pod a dev pod, and that have to run in one.
#[derive(Debug, Clone, Copy)]
pub struct DevContainers {
    pub dev: &'static str,
    pub sidecar: &'static str,
}

/// One pod, as far as a session needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodSeen {
    pub name: String,
    pub uid: String,
    /// When it was made, in a form that sorts.
    pub created: String,
    /// Whether it has the dev container.
    pub dev: bool,
    /// A dev pod is ready when its two containers are: one of the others may depend on the very program that is being
    /// developed.
    pub ready: bool,
    pub terminating: bool,
    /// It, or its dev container, has ended and does not start again.
    pub finished: bool,
    /// It has the share of a node that a pod of the other template waits for, in DevMode or out of it.
    pub in_the_way: bool,
    /// Why it is not ready, most telling reason first.
    pub waiting: Option<Waiting>,
}

/// What a pod waits for, in the cluster's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub cause: WaitingCause,
    pub text: String,
}

/// The classes of waiting that a start treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingCause {
    /// Things take their course.
    Progress,
    /// An image cannot be pulled; the registry may recover.
    ImagePull,
    /// An image can never be had: its name is not an image name, or its policy forbids to pull it.
    ImageName,
    Unschedulable,
    /// A container ends again and again.
    Crash,
    /// A container cannot be made: a missing ConfigMap, a bad mount, a refused security context.
    ContainerConfig,
}

/// A pod that was read as an object.
pub fn see_object(object: &serde_json::Value, names: DevContainers) -> Option<PodSeen> {
    serde_json::from_value(object.clone()).ok().map(|pod: Pod| see(&pod, names))
}

/// The pods that a controller of one of these uids owns.
pub async fn owned_by(
    objects: &Objects,
    namespace: &str,
    selector: &str,
    owners: &[&str],
    dev_containers: DevContainers,
) -> Result<Vec<PodSeen>, ClusterError> {
    let list: ObjectList<Pod> = objects.list(PODS, Some(namespace), Some(selector)).await?;
    let owned = |pod: &&Pod| controller(&pod.metadata).is_some_and(|uid| owners.contains(&uid));
    let pods: Vec<&Pod> = list.items.iter().filter(owned).collect();
    let mut seen: Vec<PodSeen> = pods.iter().map(|pod| see(pod, dev_containers)).collect();
    find_those_in_the_way(&pods, &mut seen);
    Ok(seen)
}

/// As long as pods are on their way out, nobody knows for what there will be room.
fn find_those_in_the_way(pods: &[&Pod], seen: &mut [PodSeen]) {
    if seen.iter().any(|pod| pod.terminating) {
        return;
    }
    let spec = |at: usize| serde_json::to_value(&pods[at].spec).unwrap_or_default();
    for dev in [true, false] {
        let waits = (0..seen.len()).find_map(|at| {
            let waiting = seen[at].waiting.as_ref().filter(|_| seen[at].dev == dev)?;
            (waiting.cause == WaitingCause::Unschedulable).then(|| (spec(at), waiting.text.clone()))
        });
        let Some((waits, scheduler)) = waits else { continue };
        let on_a_node = |at: &usize| pods[*at].spec.as_ref().is_some_and(|spec| spec.node_name.is_some());
        let others: Vec<usize> = (0..seen.len())
            .filter(|at| seen[*at].dev != dev && !seen[*at].finished)
            .filter(on_a_node)
            .collect();
        let specs: Vec<serde_json::Value> = others.iter().map(|at| spec(*at)).collect();
        let specs: Vec<&serde_json::Value> = specs.iter().collect();
        if nhd_plan::waits_for_the_share_of(&scheduler, &waits, &specs) {
            others.iter().for_each(|at| seen[*at].in_the_way = true);
        }
    }
}

/// How long the containers of a pod have that is deleted quickly.
const QUICK_GRACE_SECONDS: u32 = 1;

/// Deletes a pod quickly if it is still the same one.
pub async fn delete(objects: &Objects, namespace: &str, pod: &PodSeen) -> Result<(), ClusterError> {
    let delete = Delete {
        uid: Some(pod.uid.clone()),
        grace_period_seconds: Some(QUICK_GRACE_SECONDS),
        ..Delete::default()
    };
    objects.delete(PODS, Some(namespace), &pod.name, delete).await
}

/// Deletes a pod, with the time that it asks for itself, if it is still the same one.
pub async fn delete_gently(objects: &Objects, namespace: &str, pod: &PodSeen) -> Result<(), ClusterError> {
    let delete = Delete { uid: Some(pod.uid.clone()), ..Delete::default() };
    objects.delete(PODS, Some(namespace), &pod.name, delete).await
}

/// The uid of the controller that owns an object.
fn controller(metadata: &ObjectMeta) -> Option<&str> {
    let owners = metadata.owner_references.as_deref().unwrap_or_default();
    owners.iter().find(|owner| owner.controller == Some(true)).map(|owner| owner.uid.as_str())
}

fn see(pod: &Pod, names: DevContainers) -> PodSeen {
    let containers = pod.spec.as_ref().map(|spec| spec.containers.as_slice()).unwrap_or_default();
    let dev = containers.iter().any(|container| container.name == names.dev);
    let ready = if dev { both_ready(pod, names) } else { has_condition(pod, "Ready") };
    PodSeen {
        name: pod.metadata.name.clone().unwrap_or_default(),
        uid: pod.metadata.uid.clone().unwrap_or_default(),
        created: pod.metadata.creation_timestamp.as_ref().map(|time| time.0.to_string()).unwrap_or_default(),
        dev,
        ready,
        terminating: pod.metadata.deletion_timestamp.is_some(),
        finished: finished(pod, names),
        in_the_way: false,
        waiting: if ready { None } else { waiting(pod, dev.then_some(names)) },
    }
}

/// A container that ends well starts again only where the pod says `Always`; one that fails does unless it says
/// `Never`, which no dev pod does.
fn finished(pod: &Pod, names: DevContainers) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default();
    let policy = pod.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref());
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref());
    let dev = statuses.unwrap_or_default().iter().find(|status| status.name == names.dev);
    let ended = dev.and_then(|status| status.state.as_ref()?.terminated.as_ref());
    ["Succeeded", "Failed"].contains(&phase)
        || (policy != Some("Always") && ended.is_some_and(|ended| ended.exit_code == 0))
}

fn both_ready(pod: &Pod, names: DevContainers) -> bool {
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref());
    [names.dev, names.sidecar]
        .iter()
        .all(|name| statuses.unwrap_or_default().iter().any(|status| status.name == *name && status.ready))
}

fn has_condition(pod: &Pod, kind: &str) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    conditions.iter().any(|condition| condition.type_ == kind && condition.status == "True")
}

/// What a pod waits for; of a dev pod's own containers, as long as only they matter.
fn waiting(pod: &Pod, dev: Option<DevContainers>) -> Option<Waiting> {
    let status = pod.status.as_ref()?;
    let unschedulable = status.conditions.iter().flatten().find(|condition| {
        condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable")
    });
    if let Some(condition) = unschedulable {
        let text = condition.message.clone().unwrap_or_else(|| "unschedulable".to_owned());
        return Some(Waiting { cause: WaitingCause::Unschedulable, text });
    }
    let counts = |name: &str| dev.is_none_or(|names| [names.dev, names.sidecar].contains(&name));
    let containers = status.container_statuses.iter().flatten().filter(|container| counts(&container.name));
    // A dev container starts only after every init container.
    let containers = status.init_container_statuses.iter().flatten().chain(containers);
    containers
        .filter_map(container_waiting)
        .min_by_key(|waiting| waiting.cause == WaitingCause::Progress)
        .or_else(|| {
            let text = status.reason.clone().or_else(|| status.phase.clone())?;
            Some(Waiting { cause: WaitingCause::Progress, text })
        })
}

fn container_waiting(status: &ContainerStatus) -> Option<Waiting> {
    let state = status.state.as_ref()?;
    if let Some(terminated) = &state.terminated
        && terminated.exit_code != 0
    {
        let text = format!("container {} ended with exit code {}", status.name, terminated.exit_code);
        return Some(Waiting { cause: WaitingCause::Progress, text });
    }
    let waiting = state.waiting.as_ref()?;
    let reason = waiting.reason.as_deref().unwrap_or("waiting");
    // The container runtime's word for what the kubelet would call InvalidImageName, had it looked.
    let unreadable = waiting.message.as_deref().is_some_and(|text| text.contains("invalid reference format"));
    let cause = match reason {
        "ErrImagePull" | "ImagePullBackOff" if unreadable => WaitingCause::ImageName,
        "ErrImagePull" | "ImagePullBackOff" | "RegistryUnavailable" => WaitingCause::ImagePull,
        "InvalidImageName" | "ErrImageNeverPull" => WaitingCause::ImageName,
        "CrashLoopBackOff" => WaitingCause::Crash,
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            WaitingCause::ContainerConfig
        }
        _ => WaitingCause::Progress,
    };
    let detail = waiting.message.as_deref().or_else(|| {
        let last = status.last_state.as_ref()?.terminated.as_ref()?;
        last.message.as_deref().or(last.reason.as_deref())
    });
    let mut text = format!("container {}: {reason}", status.name);
    if let Some(detail) = detail {
        text = format!("{text}: {detail}");
    }
    Some(Waiting { cause, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NAMES: DevContainers = DevContainers { dev: "nocalhost-dev", sidecar: "nocalhost-sidecar" };

    fn pod(containers: &[(&str, Value)]) -> PodSeen {
        let names: Vec<Value> = containers.iter().map(|(name, _)| json!({"name": name})).collect();
        let statuses: Vec<Value> = containers
            .iter()
            .map(|(name, state)| {
                let ready = state.get("running").is_some();
                json!({"name": name, "ready": ready, "state": state, "image": "", "imageID": "", "restartCount": 0})
            })
            .collect();
        let object = json!({"metadata": {"name": "p"}, "spec": {"containers": names},
            "status": {"phase": "Pending", "containerStatuses": statuses}});
        see(&serde_json::from_value(object).expect("is a pod"), NAMES)
    }

    fn waits_for(reason: &str) -> Value {
        json!({"waiting": {"reason": reason}})
    }

    #[test]
    fn a_dev_pod_is_ready_with_its_two_containers_whatever_becomes_of_others() {
        let running = json!({"running": {}});
        let crash = waits_for("CrashLoopBackOff");
        let both = [
            ("nocalhost-dev", running.clone()),
            ("nocalhost-sidecar", running.clone()),
            ("web", crash.clone()),
        ];
        assert!(pod(&both).ready);
        let half = pod(&[("nocalhost-dev", running), ("nocalhost-sidecar", crash)]);
        assert!(!half.ready);
        assert_eq!(half.waiting.map(|waiting| waiting.cause), Some(WaitingCause::Crash));
    }

    #[test]
    fn a_dev_container_that_ended_well_is_finished_where_nothing_starts_it_again() {
        for (policy, exit_code, expected) in
            [("OnFailure", 0, true), ("OnFailure", 1, false), ("Always", 0, false)]
        {
            let object = json!({"metadata": {"name": "p"}, "spec": {"restartPolicy": policy, "containers": []},
                "status": {"phase": "Running", "containerStatuses": [{"name": "nocalhost-dev", "ready": false,
                    "state": {"terminated": {"exitCode": exit_code}}, "image": "", "imageID": "", "restartCount": 0}]}});
            let seen = see_object(&object, NAMES).expect("is a pod");
            assert_eq!(seen.finished, expected, "{policy} {exit_code}");
        }
    }

    #[test]
    fn the_most_telling_reason_comes_first() {
        let seen = pod(&[
            ("nocalhost-dev", waits_for("ContainerCreating")),
            ("nocalhost-sidecar", waits_for("ErrImagePull")),
        ]);
        assert_eq!(seen.waiting.map(|waiting| waiting.cause), Some(WaitingCause::ImagePull));
    }
}
