//! A pod hardly allows any edit: it is deleted and made again, on the way into DevMode and on the way back.

use serde_json::Value;

use crate::manifest::{annotations, items, items_mut, name, remove, remove_annotations, retain, set, text};
use crate::warning;
use crate::{DevOptions, PlanError, annotation, controller};

/// What the API server and the controllers write, or what they must decide anew.
const LEFT_OUT_METADATA: [&str; 9] = [
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "managedFields",
    // They would keep the name taken when the pod is deleted; whoever needs one adds it again.
    "finalizers",
];
/// The admission steps of the API server refuse a value that is not what they come to.
const LEFT_OUT_SPEC: [&str; 4] = ["ephemeralContainers", "priority", "preemptionPolicy", "overhead"];
/// What plugins note of the network interfaces that a pod has got. It is not true of the next pod, and some take what they
/// find for what they are to do. What is asked of them (`k8s.v1.cni.cncf.io/networks`, `cni.projectcalico.org/ipAddrs`)
/// has other names, and stays.
const NETWORK_NOTES: [&str; 9] = [
    "k8s.v1.cni.cncf.io/network-status",
    "k8s.v1.cni.cncf.io/networks-status",
    "k8s.ovn.org/pod-networks",
    "ovn.kubernetes.io/allocated",
    "ovn.kubernetes.io/routed",
    "cni.projectcalico.org/containerID",
    "cni.projectcalico.org/podIP",
    "cni.projectcalico.org/podIPs",
    "vpc.amazonaws.com/pod-eni",
];
/// The volume for the service account's token that an admission step adds, with a random end.
const TOKEN_VOLUME: &str = "kube-api-access-";

pub(super) fn refuse(
    origin: &Value,
    options: &DevOptions,
    warnings: &mut Vec<String>,
) -> Result<(), PlanError> {
    if annotations(origin).is_some_and(|all| all.contains_key("kubernetes.io/config.mirror")) {
        return Err(PlanError::StaticPod);
    }
    if let Some((kind, name)) = controller::controller(origin) {
        return Err(if kind == "Node" { PlanError::StaticPod } else { PlanError::PodOwned { kind, name } });
    }
    let phase = origin.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default();
    if ["Succeeded", "Failed"].contains(&phase) {
        PlanError::PodFinished { phase: phase.to_owned() }.unless_forced(options, warnings)?;
    }
    let of_the_pod = items(&origin["spec"], "volumes").iter().filter(|it| it.get("ephemeral").is_some());
    let volumes: Vec<String> = of_the_pod.map(|volume| name(volume).to_owned()).collect();
    if !volumes.is_empty() {
        PlanError::EphemeralClaims { volumes }.unless_forced(options, warnings)?;
    }
    Ok(())
}

/// Makes of `object` the pod to create in its place, its containers not yet edited.
pub(super) fn prepare(object: &mut Value, _options: &DevOptions, warnings: &mut Vec<String>) {
    if !items(&object["spec"], "ephemeralContainers").is_empty() {
        warnings.push(warning::DEBUG_CONTAINERS_LOST.to_owned());
    }
    warnings.push(warning::POD_MADE_AGAIN.to_owned());
    clean(object);
    let spec = &mut object["spec"];
    if text(spec, "restartPolicy") == Some("Never") {
        // A dev container that fails starts again; the others still run no more than once if they succeed.
        set(spec, "restartPolicy", "OnFailure");
    }
    remove(spec, "activeDeadlineSeconds");
}

/// The manifest from which `pod`, as it was read, is made again at the end of DevMode. `gone_owners` are the uids of
/// its owners that are no more: with a reference to one of these the new pod would be collected at once.
pub fn recreation(pod: &Value, gone_owners: &[String]) -> Value {
    let mut object = pod.clone();
    clean(&mut object);
    annotation::strip(&mut object);
    let Some(metadata) = object.get_mut("metadata") else { return object };
    let is_gone =
        |owner: &Value| text(owner, "uid").is_some_and(|uid| gone_owners.iter().any(|gone| gone == uid));
    retain(metadata, "ownerReferences", |owner| !is_gone(owner));
    object
}

/// `pod`, as it was read, in a form that can be created.
pub fn as_new(pod: &Value) -> Value {
    let mut object = pod.clone();
    clean(&mut object);
    object
}

/// Leaves of a pod that was read what can be created.
pub(super) fn clean(pod: &mut Value) {
    remove(pod, "status");
    let on_a_node_by_choice = is_placed_by_hand(pod);
    let reported = reported_annotations(pod);
    let notes = NETWORK_NOTES.into_iter().chain(reported.iter().map(String::as_str));
    remove_annotations(pod, &notes.collect::<Vec<_>>());
    if let Some(metadata) = pod.get_mut("metadata") {
        LEFT_OUT_METADATA.iter().for_each(|field| remove(metadata, field));
    }
    let Some(spec) = pod.get_mut("spec") else { return };
    LEFT_OUT_SPEC.iter().for_each(|field| remove(spec, field));
    if !on_a_node_by_choice {
        remove(spec, "nodeName");
    }
    remove_token_volume(spec);
}

/// Whether the author of the pod wrote its node: the scheduler's decision is nobody's field.
fn is_placed_by_hand(pod: &Value) -> bool {
    pod.get("metadata").is_some_and(|metadata| {
        items(metadata, "managedFields").iter().any(|entry| {
            entry.get("subresource").is_none_or(|it| it == "")
                && entry.pointer("/fieldsV1/f:spec/f:nodeName").is_some()
        })
    })
}

/// The annotations that came with a status and with nothing else: what somebody reports of the pod that there was.
fn reported_annotations(pod: &Value) -> Vec<String> {
    let entries = pod.get("metadata").map_or(&[][..], |metadata| items(metadata, "managedFields"));
    let annotations = |of_status: bool| {
        let is_wanted = move |entry: &&Value| (text(entry, "subresource") == Some("status")) == of_status;
        let fields =
            |entry: &'_ Value| entry.pointer("/fieldsV1/f:metadata/f:annotations")?.as_object().cloned();
        entries
            .iter()
            .filter(is_wanted)
            .filter_map(fields)
            .flat_map(|fields| fields.into_iter().map(|(key, _)| key))
    };
    let written: Vec<String> = annotations(false).collect();
    let reported = annotations(true).filter(|key| !written.contains(key));
    reported.filter_map(|key| key.strip_prefix("f:").map(str::to_owned)).collect()
}

/// An admission step adds the volume and its mounts again, for the service account's token of then.
fn remove_token_volume(spec: &mut Value) {
    let is_token = |volume: &Value| {
        name(volume).starts_with(TOKEN_VOLUME)
            && volume.pointer("/projected/sources").and_then(Value::as_array).is_some_and(|sources| {
                sources.iter().any(|source| source.get("serviceAccountToken").is_some())
            })
    };
    let Some(token) = items(spec, "volumes").iter().find(|it| is_token(it)).map(|it| name(it).to_owned())
    else {
        return;
    };
    retain(spec, "volumes", |volume| name(volume) != token);
    for list in ["initContainers", "containers"] {
        for container in items_mut(spec, list) {
            retain(container, "volumeMounts", |mount| name(mount) != token);
        }
    }
}
