//! The pods of a workload, found by their owners, and what they wait for.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::ObjectList;

use super::error::ClusterError;
use super::objects::{Delete, Objects, PODS};

/// One pod, as far as a session needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodSeen {
    pub name: String,
    pub uid: String,
    /// When it was made, in a form that sorts.
    pub created: String,
    /// Whether it has the dev container.
    pub dev: bool,
    pub ready: bool,
    pub terminating: bool,
    /// It is going, and its containers have longer than a second to do so.
    pub lingering: bool,
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
    /// An image can never be had: its name is no image name, or its policy forbids to pull it.
    ImageName,
    Unschedulable,
    /// A container ends again and again.
    Crash,
    /// A container cannot be made: a missing ConfigMap, a bad mount, a refused security context.
    ContainerConfig,
}

/// The pods that a controller of this uid owns.
pub async fn owned_by(
    objects: &Objects,
    namespace: &str,
    selector: &str,
    owners: &[String],
    dev_container: &str,
) -> Result<Vec<PodSeen>, ClusterError> {
    let list: ObjectList<Pod> = objects.list(PODS, Some(namespace), Some(selector)).await?;
    let owned =
        |pod: &&Pod| controller(&pod.metadata).is_some_and(|uid| owners.iter().any(|owner| owner == uid));
    Ok(list.items.iter().filter(owned).map(|pod| see(pod, dev_container)).collect())
}

/// How long the containers of a pod have that is deleted quickly.
const QUICK_GRACE_SECONDS: i64 = 1;

/// Deletes a pod quickly if it is still the same one.
pub async fn delete(objects: &Objects, namespace: &str, pod: &PodSeen) -> Result<(), ClusterError> {
    let delete = Delete {
        uid: Some(pod.uid.clone()),
        grace_period_seconds: Some(QUICK_GRACE_SECONDS as u32),
        ..Delete::default()
    };
    objects.delete(PODS, Some(namespace), &pod.name, delete).await
}

/// The uid of the controller that owns an object.
pub(super) fn controller(metadata: &ObjectMeta) -> Option<&str> {
    let owners = metadata.owner_references.as_deref().unwrap_or_default();
    owners.iter().find(|owner| owner.controller == Some(true)).map(|owner| owner.uid.as_str())
}

fn see(pod: &Pod, dev_container: &str) -> PodSeen {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let ready = conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True");
    let containers = pod.spec.as_ref().map(|spec| spec.containers.as_slice()).unwrap_or_default();
    PodSeen {
        name: pod.metadata.name.clone().unwrap_or_default(),
        uid: pod.metadata.uid.clone().unwrap_or_default(),
        created: pod.metadata.creation_timestamp.as_ref().map(|time| time.0.to_string()).unwrap_or_default(),
        dev: containers.iter().any(|container| container.name == dev_container),
        ready,
        terminating: pod.metadata.deletion_timestamp.is_some(),
        lingering: pod
            .metadata
            .deletion_grace_period_seconds
            .is_some_and(|seconds| seconds > QUICK_GRACE_SECONDS),
        waiting: if ready { None } else { waiting(pod) },
    }
}

fn waiting(pod: &Pod) -> Option<Waiting> {
    let status = pod.status.as_ref()?;
    let unschedulable = status.conditions.iter().flatten().find(|condition| {
        condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable")
    });
    if let Some(condition) = unschedulable {
        let text = condition.message.clone().unwrap_or_else(|| "unschedulable".to_owned());
        return Some(Waiting { cause: WaitingCause::Unschedulable, text });
    }
    let containers = status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
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
    let cause = match reason {
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
