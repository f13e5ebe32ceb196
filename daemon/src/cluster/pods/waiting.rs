//! What a pod waits for, and which of its containers that is about, told from its status.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

use super::DevContainers;

/// What a pod waits for, in the cluster's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub cause: WaitingCause,
    /// The container that it is about; `None` where it is about the pod.
    pub container: Option<Container>,
    pub text: String,
}

/// A container of a pod, by what it is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub role: Role,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Dev,
    Sidecar,
    /// The workload's own, without which none of the others begins.
    Init,
    /// The workload's own, beside the others.
    Companion,
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

/// The statuses of all containers, those before which no other begins first.
pub(super) fn statuses(pod: &Pod) -> impl Iterator<Item = (bool, &ContainerStatus)> {
    let status = pod.status.as_ref();
    let init = status.into_iter().flat_map(|status| status.init_container_statuses.iter().flatten());
    let others = status.into_iter().flat_map(|status| status.container_statuses.iter().flatten());
    init.map(|status| (true, status)).chain(others.map(|status| (false, status)))
}

pub(super) fn has_begun(status: &ContainerStatus) -> bool {
    let state = status.state.as_ref();
    let waits_to_begin = state.and_then(|state| state.waiting.as_ref()).is_none_or(|waiting| {
        matches!(waiting.reason.as_deref(), None | Some("ContainerCreating" | "PodInitializing"))
    });
    let ended = state.is_some_and(|state| state.terminated.is_some());
    runs(status) || ended || !waits_to_begin || status.restart_count > 0
}

pub(super) fn runs(status: &ContainerStatus) -> bool {
    status.state.as_ref().is_some_and(|state| state.running.is_some())
}

/// One that goes on beside the others once it has started, although it is listed among the init containers.
fn is_native_sidecar(pod: &Pod, name: &str) -> bool {
    let init = pod.spec.iter().flat_map(|spec| spec.init_containers.iter().flatten());
    init.into_iter().any(|it| it.name == name && it.restart_policy.as_deref() == Some("Always"))
}

fn role(pod: &Pod, names: DevContainers, init: bool, status: &ContainerStatus) -> Role {
    match status.name.as_str() {
        name if name == names.dev => Role::Dev,
        name if name == names.sidecar => Role::Sidecar,
        name if init && !(is_native_sidecar(pod, name) && status.started == Some(true)) => Role::Init,
        _ => Role::Companion,
    }
}

/// What a pod waits for; of a dev pod's own containers, as long as only they matter, and of those before them.
pub(super) fn waiting(pod: &Pod, names: DevContainers, dev: bool) -> Option<Waiting> {
    let status = pod.status.as_ref()?;
    let unschedulable = status.conditions.iter().flatten().find(|condition| {
        condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable")
    });
    if let Some(condition) = unschedulable {
        let text = condition.message.clone().unwrap_or_else(|| "unschedulable".to_owned());
        return Some(Waiting { cause: WaitingCause::Unschedulable, container: None, text });
    }
    statuses(pod)
        .map(|(init, status)| (role(pod, names, init, status), status))
        .filter(|(role, _)| !(dev && *role == Role::Companion))
        .filter_map(|(role, status)| container_waiting(role, status))
        // What is wrong with our own is ours to mend; the others begin only after the init containers.
        .min_by_key(|waiting| {
            let init = waiting.container.as_ref().is_some_and(|container| container.role == Role::Init);
            let progress = waiting.cause == WaitingCause::Progress;
            (progress, progress != init)
        })
        .or_else(|| {
            let text = status.reason.clone().or_else(|| status.phase.clone())?;
            Some(Waiting { cause: WaitingCause::Progress, container: None, text })
        })
}

/// What is the matter with the containers beside the two of a dev pod, once they had the time to begin.
pub(super) fn companions(pod: &Pod, names: DevContainers) -> Vec<Waiting> {
    let failed = |status: &ContainerStatus| {
        let ended = status.state.as_ref().and_then(|state| state.terminated.as_ref());
        ended.is_some_and(|ended| ended.exit_code != 0)
    };
    statuses(pod)
        .filter(|(init, status)| role(pod, names, *init, status) == Role::Companion)
        .filter_map(|(_, status)| Some((failed(status), container_waiting(Role::Companion, status)?)))
        .filter(|(failed, waiting)| *failed || waiting.cause != WaitingCause::Progress)
        .map(|(_, waiting)| waiting)
        .collect()
}

fn container_waiting(role: Role, status: &ContainerStatus) -> Option<Waiting> {
    let state = status.state.as_ref()?;
    let which = if role == Role::Init { "init container" } else { "container" };
    let name = &status.name;
    let waiting = |cause, text| {
        let container = Some(Container { role, name: name.clone() });
        Some(Waiting { cause, container, text })
    };
    let last = status.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    if let Some(terminated) = &state.terminated
        && terminated.exit_code != 0
    {
        let text = format!("{which} {name} ended with exit code {}", terminated.exit_code);
        // Ours are started again at once, and then it shows whether that helps.
        let cause = if role == Role::Init { WaitingCause::Crash } else { WaitingCause::Progress };
        return waiting(cause, text);
    }
    if role == Role::Init && state.running.is_some() {
        return match last.filter(|last| last.exit_code != 0) {
            Some(last) => {
                let text = format!("{which} {name} runs again: it ended with exit code {}", last.exit_code);
                waiting(WaitingCause::Crash, text)
            }
            None => waiting(WaitingCause::Progress, format!("{which} {name} has not ended yet")),
        };
    }
    let why = state.waiting.as_ref()?;
    let reason = why.reason.as_deref().unwrap_or("waiting");
    // The container runtime's word for what the kubelet would call InvalidImageName, had it looked.
    let unreadable = why.message.as_deref().is_some_and(|text| text.contains("invalid reference format"));
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
    let detail = match (cause, last) {
        // That it waits before it is tried again says less than how it ended.
        (WaitingCause::Crash, Some(last)) => {
            let said = last.message.as_deref().map(|said| format!(": {}", said.trim_end()));
            Some(format!("it ended with exit code {}{}", last.exit_code, said.unwrap_or_default()))
        }
        (_, last) => why.message.clone().or_else(|| {
            let last = last?;
            last.message.clone().or_else(|| last.reason.clone())
        }),
    };
    let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
    waiting(cause, format!("{which} {name}: {reason}{detail}"))
}
