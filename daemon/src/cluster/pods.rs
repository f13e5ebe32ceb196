//! The pods of a workload, found by their owners, and how far they are.

mod waiting;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::ObjectList;

use super::error::ClusterError;
use super::objects::{Delete, Objects, PODS};
use super::pod_events::{PodEvent, Stage};
use waiting::{companions, has_begun, runs, statuses, waiting};

pub use waiting::{Container, Role, Waiting, WaitingCause};

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
    /// Whether the cluster counts it as ready: with all of its containers, and its readiness gates.
    pub available: bool,
    pub terminating: bool,
    /// It, or its dev container, has ended and does not start again.
    pub finished: bool,
    /// It has the share of a node that a pod of the other template waits for, in DevMode or out of it.
    pub in_the_way: bool,
    /// Whether it has a node.
    pub scheduled: bool,
    /// Whether one of its containers has begun, for which all of its volumes are mounted.
    pub begun: bool,
    /// Whether it has a sidecar that runs, whatever becomes of the dev container.
    pub sidecar_runs: bool,
    /// Why it is not ready, most telling reason first.
    pub waiting: Option<Waiting>,
    /// What is the matter with the containers of a dev pod that are not its two.
    pub companions: Vec<Waiting>,
    /// What the cluster warned of, the latest first, where that was asked for.
    pub events: Vec<PodEvent>,
}

impl PodSeen {
    /// The last warning that is still true of the pod.
    pub fn warning(&self) -> Option<&PodEvent> {
        let progress = self.waiting.as_ref().is_none_or(|waiting| waiting.cause == WaitingCause::Progress);
        self.events.iter().find(|event| match event.stage() {
            Stage::Scheduling => !self.scheduled,
            Stage::Beginning => self.scheduled && !self.begun,
            Stage::Running => self.begun && !self.ready,
            // The status of a container says more of it.
            Stage::Restarting => self.begun && !self.ready && progress,
        })
    }

    /// What it waits for, with the warning that says why.
    pub fn waits_for(&self) -> Option<String> {
        let waiting = self.waiting.as_ref()?;
        match self.warning() {
            // The status of the pod may quote the same words.
            Some(event) if !waiting.text.contains(&event.message) => {
                Some(format!("{}; {}", waiting.text, event.text()))
            }
            _ => Some(waiting.text.clone()),
        }
    }
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
    let available = has_condition(pod, "Ready");
    let ready = if dev { both_ready(pod, names) } else { available };
    PodSeen {
        name: pod.metadata.name.clone().unwrap_or_default(),
        uid: pod.metadata.uid.clone().unwrap_or_default(),
        created: pod.metadata.creation_timestamp.as_ref().map(|time| time.0.to_string()).unwrap_or_default(),
        dev,
        ready,
        available,
        terminating: pod.metadata.deletion_timestamp.is_some(),
        finished: finished(pod, names),
        in_the_way: false,
        scheduled: pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some()),
        begun: statuses(pod).any(|(_, status)| has_begun(status)),
        sidecar_runs: dev && statuses(pod).any(|(_, status)| status.name == names.sidecar && runs(status)),
        waiting: if ready { None } else { waiting(pod, names, dev) },
        companions: if dev { companions(pod, names) } else { Vec::new() },
        events: Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NAMES: DevContainers = DevContainers { dev: "nocalhost-dev", sidecar: "nocalhost-sidecar" };

    fn statuses_of(containers: &[(&str, Value)]) -> Value {
        let status = |(name, state): &(&str, Value)| {
            let ready = state.get("running").is_some();
            json!({"name": name, "ready": ready, "started": ready, "state": state, "image": "", "imageID": "",
                "restartCount": 0})
        };
        containers.iter().map(status).collect()
    }

    /// Init containers whose name begins with `native` go on beside the others.
    fn pod_with(init: &[(&str, Value)], containers: &[(&str, Value)]) -> PodSeen {
        let names = |containers: &[(&str, Value)]| -> Value {
            let policy = |name: &str| name.starts_with("native").then_some("Always");
            containers.iter().map(|(name, _)| json!({"name": name, "restartPolicy": policy(name)})).collect()
        };
        let object = json!({"metadata": {"name": "p"},
            "spec": {"nodeName": "n", "initContainers": names(init), "containers": names(containers)},
            "status": {"phase": "Pending", "initContainerStatuses": statuses_of(init),
                "containerStatuses": statuses_of(containers)}});
        see_object(&object, NAMES).expect("is a pod")
    }

    fn pod(containers: &[(&str, Value)]) -> PodSeen {
        pod_with(&[], containers)
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
        assert_eq!(
            pod(&both).companions.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(),
            ["container web: CrashLoopBackOff"]
        );
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

    #[test]
    fn what_is_ours_comes_first_then_what_begins_before_the_others() {
        let state = |json: &str| -> Value { serde_json::from_str(json).expect("JSON") };
        let running = || state(r#"{"running": {}}"#);
        let initializing = || waits_for("PodInitializing");
        let failed = || state(r#"{"terminated": {"exitCode": 3}}"#);
        let ended = || state(r#"{"terminated": {"exitCode": 0}}"#);
        let crash = || waits_for("CrashLoopBackOff");
        let cases = [
            (
                ("prepare", running()),
                initializing(),
                WaitingCause::Progress,
                Some(Role::Init),
                "init container prepare has not ended yet",
            ),
            (
                ("prepare", failed()),
                initializing(),
                WaitingCause::Crash,
                Some(Role::Init),
                "init container prepare ended with exit code 3",
            ),
            (
                ("prepare", crash()),
                initializing(),
                WaitingCause::Crash,
                Some(Role::Init),
                "init container prepare: CrashLoopBackOff",
            ),
            (
                ("prepare", ended()),
                crash(),
                WaitingCause::Crash,
                Some(Role::Dev),
                "container nocalhost-dev: CrashLoopBackOff",
            ),
            // Beside the others it keeps none of them from beginning, until it has started once.
            (
                ("native", running()),
                waits_for("ErrImagePull"),
                WaitingCause::ImagePull,
                Some(Role::Dev),
                "container nocalhost-dev: ErrImagePull",
            ),
            (
                ("native", crash()),
                initializing(),
                WaitingCause::Crash,
                Some(Role::Init),
                "init container native: CrashLoopBackOff",
            ),
        ];
        for (init, dev, cause, role, text) in cases {
            let seen = pod_with(std::slice::from_ref(&init), &[("nocalhost-dev", dev)]);
            let waiting = seen.waiting.unwrap_or_else(|| panic!("{init:?} waits for nothing"));
            let seen_role = waiting.container.map(|container| container.role);
            assert_eq!((waiting.cause, seen_role, waiting.text.as_str()), (cause, role, text), "{init:?}");
        }
    }

    #[test]
    fn only_a_warning_that_still_holds_is_quoted() {
        let event = |reason: &str| PodEvent { reason: reason.into(), message: "why".into() };
        let creating = || waits_for("ContainerCreating");
        let cases: [(Value, &[&str], Option<&str>); 6] = [
            (creating(), &["FailedScheduling"], None),
            (creating(), &["FailedScheduling", "FailedMount"], Some("FailedMount")),
            (creating(), &["FailedCreatePodSandBox"], Some("FailedCreatePodSandBox")),
            (creating(), &["Unhealthy"], None),
            (waits_for("ErrImagePull"), &["Failed", "BackOff", "FailedMount"], None),
            (waits_for("CrashLoopBackOff"), &["BackOff", "Unhealthy"], Some("Unhealthy")),
        ];
        for (state, reasons, expected) in cases {
            let mut seen = pod(&[("nocalhost-dev", state.clone())]);
            seen.events = reasons.iter().map(|reason| event(reason)).collect();
            assert_eq!(seen.warning().map(|it| it.reason.as_str()), expected, "{state} {reasons:?}");
            let said = seen.waits_for().unwrap_or_default();
            assert_eq!(said.ends_with("why"), expected.is_some(), "{said}");
        }
    }
}
