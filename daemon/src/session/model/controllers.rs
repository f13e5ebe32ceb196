//! The modelled controllers and the kubelet: each move brings one object a little nearer to what is wanted.

use std::sync::Arc;

use serde_json::{Value, json};

use super::world::{Key, NAMESPACE, World, controller_of, is_going, name_of, uid_of};

/// The labels of a node, which a pod may choose by; there are two such nodes.
const NODE_LABEL: (&str, &str) = ("kubernetes.io/os", "linux");
const NODES: [&str; 2] = ["n1", "n2"];

/// Things happen while a request is on its way.
pub(super) fn bustle(world: &mut World) {
    if world.dice.once_in(3) {
        step(world);
    }
    if world.dice.once_in(60) {
        super::others::meddle(world);
    }
}

/// One controller has a look at one object.
pub(super) fn step(world: &mut World) {
    let keys = world.keys();
    if keys.is_empty() {
        return;
    }
    let key = world.dice.pick(&keys).clone();
    tend(world, &key);
}

/// Every controller has a look at all there is. Says whether anything changed.
pub(super) fn round(world: &mut World) -> bool {
    let before = world.version();
    for key in world.keys() {
        tend(world, &key);
    }
    before != world.version()
}

fn tend(world: &mut World, (plural, name): &Key) {
    let Some(object) = world.get(plural, name).cloned() else { return };
    if is_orphaned(world, &object) && !is_going(&object) {
        return super::api::remove(world, plural, name);
    }
    match *plural {
        "namespaces" => namespace(world, &object),
        "pods" => pod(world, &object),
        _ if is_going(&object) => {}
        "deployments" => deployment(world, &object),
        "replicasets" => replica_set(world, &object),
        "statefulsets" => stateful_set(world, &object),
        "daemonsets" => daemon_set(world, &object),
        "jobs" => job(world, &object),
        "persistentvolumeclaims" => claim(world, &object),
        _ => {}
    }
}

/// Whether its owner is gone, so that it is garbage.
fn is_orphaned(world: &World, object: &Value) -> bool {
    let Some(owner) = controller_of(object) else { return false };
    let owners = ["replicasets", "deployments", "statefulsets", "daemonsets", "jobs"];
    !owners.iter().any(|plural| world.all(plural).any(|it| uid_of(it) == owner))
}

/// A claim gets its volume at once or, where its class says so, with the first pod that uses it.
fn claim(world: &mut World, claim: &Value) {
    let uses = |pod: &&Value| {
        items(&pod["spec"]["volumes"])
            .any(|it| it["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"])
    };
    let waits = world.all("storageclasses").any(|class| class["volumeBindingMode"] == "WaitForFirstConsumer");
    if !waits || world.all("pods").any(|pod| uses(&pod)) {
        let name = name_of(claim).to_owned();
        world.alter("persistentvolumeclaims", &name, |claim| claim["status"] = json!({"phase": "Bound"}));
    }
}

/// Nothing is made in a namespace that is being deleted.
fn takes_new(world: &World) -> bool {
    world.get("namespaces", NAMESPACE).is_some_and(|it| !is_going(it))
}

/// A namespace that is deleted takes all in it along.
fn namespace(world: &mut World, namespace: &Value) {
    if !is_going(namespace) {
        return;
    }
    let keys: Vec<Key> = world
        .keys()
        .into_iter()
        .filter(|(plural, _)| !["namespaces", "storageclasses"].contains(plural))
        .collect();
    match keys.first() {
        Some((plural, name)) => world.remove(plural, name),
        None => world.remove("namespaces", NAMESPACE),
    }
}

/// The kubelet.
fn pod(world: &mut World, pod: &Value) {
    let name = name_of(pod).to_owned();
    if is_going(pod) {
        let held =
            pod["metadata"].get("finalizers").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
        if !held {
            world.remove("pods", &name);
        }
        return;
    }
    let phase = pod["status"]["phase"].as_str().unwrap_or("Pending");
    if phase == "Failed" || phase == "Succeeded" {
        return;
    }
    let trouble = world.storm && world.dice.once_in(12);
    // The sidecar may run whatever becomes of the others.
    let sidecar = !trouble || world.dice.once_in(2);
    let status = running(pod, !trouble, sidecar);
    world.alter("pods", &name, |pod| pod["status"] = status);
}

fn running(pod: &Value, ready: bool, sidecar: bool) -> Value {
    let statuses: Vec<Value> = items(&pod["spec"]["containers"])
        .map(|container| {
            let runs = if container["name"] == nhd_plan::SIDECAR_CONTAINER { sidecar } else { ready };
            let state = if runs {
                json!({"running": {}})
            } else {
                json!({"waiting": {"reason": "ContainerCreating"}})
            };
            json!({"name": container["name"], "ready": runs, "state": state, "image": "", "imageID": "",
                "restartCount": 0})
        })
        .collect();
    let word = if ready { "True" } else { "False" };
    json!({"phase": if ready { "Running" } else { "Pending" }, "containerStatuses": statuses,
        "conditions": [{"type": "Ready", "status": word}]})
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn is_ready(pod: &Value) -> bool {
    items(&pod["status"]["conditions"]).any(|it| it["type"] == "Ready" && it["status"] == "True")
        && !is_going(pod)
}

fn is_over(pod: &Value) -> bool {
    ["Failed", "Succeeded"].iter().any(|phase| pod["status"]["phase"] == *phase)
}

/// The objects of a kind that this one controls.
fn of(world: &World, plural: &'static str, owner: &Value) -> Vec<Arc<Value>> {
    world.shared(plural).filter(|it| controller_of(it) == Some(uid_of(owner))).cloned().collect()
}

fn owned(owner: &Value, kind: &str) -> Value {
    json!([{"kind": kind, "name": name_of(owner), "uid": uid_of(owner), "controller": true}])
}

fn number(value: &Value, otherwise: u64) -> u64 {
    value.as_u64().unwrap_or(otherwise)
}

fn make_pod(world: &mut World, owner: &Value, kind: &str, name: String, more: &[(&str, &str)]) {
    let template = &owner["spec"]["template"];
    make_pod_of(world, owner, kind, name, template, more);
}

fn make_pod_of(
    world: &mut World,
    owner: &Value,
    kind: &str,
    name: String,
    template: &Value,
    more: &[(&str, &str)],
) {
    let mut metadata =
        template.get("metadata").cloned().filter(Value::is_object).unwrap_or_else(|| json!({}));
    metadata["name"] = name.into();
    metadata["namespace"] = NAMESPACE.into();
    metadata["ownerReferences"] = owned(owner, kind);
    for (label, value) in more {
        metadata["labels"][*label] = (*value).into();
    }
    let mut pod = json!({"metadata": metadata, "spec": template["spec"], "status": {"phase": "Pending"}});
    super::admission::admit(world.admits, "pods", &mut pod);
    if world.get("pods", name_of(&pod)).is_none() && takes_new(world) {
        world.make("pods", pod);
    }
}

fn deployment(world: &mut World, deployment: &Value) {
    let spec = &deployment["spec"];
    let template = &spec["template"];
    let wanted = number(&spec["replicas"], 1);
    let sets = of(world, "replicasets", deployment);
    let paused = spec["paused"] == true;
    let text = Value::from(template.to_string());
    let current = sets.iter().find(|set| set["metadata"]["annotations"]["template"] == text);
    match current {
        None if !paused => {
            let hash = world.version().to_string();
            let name = format!("{}-{hash}", name_of(deployment));
            let mut own = template.clone();
            own["metadata"]["labels"]["pod-template-hash"] = hash.into();
            let mut labels = own["metadata"]["labels"].clone();
            // What a selector finds has its labels.
            for (label, value) in spec["selector"]["matchLabels"].as_object().into_iter().flatten() {
                labels[label] = value.clone();
            }
            if world.get("replicasets", &name).is_none() && takes_new(world) {
                world.make("replicasets", json!({
                    "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels,
                        "annotations": {"template": text}, "ownerReferences": owned(deployment, "Deployment")},
                    "spec": {"replicas": 0, "template": own},
                }));
            }
            return;
        }
        None => {}
        Some(current) => {
            let others: Vec<&Arc<Value>> = sets.iter().filter(|set| uid_of(set) != uid_of(current)).collect();
            let old_pods: usize = others.iter().map(|set| of(world, "pods", set).len()).sum();
            let recreate = spec["strategy"]["type"] == "Recreate";
            let ready = of(world, "pods", current).iter().filter(|pod| is_ready(pod)).count() as u64;
            let goal = if recreate && old_pods > 0 && !paused {
                number(&current["spec"]["replicas"], 0)
            } else {
                wanted
            };
            scale(world, current, goal);
            if !paused && (recreate || ready >= wanted) {
                for set in &others {
                    scale(world, set, 0);
                    // None of these is kept beyond what the history has room for.
                    if of(world, "pods", set).is_empty()
                        && others.len() as u64 > number(&spec["revisionHistoryLimit"], 10)
                    {
                        world.remove("replicasets", name_of(set));
                    }
                }
            }
        }
    }
    let pods_of = |set: &Value| -> Vec<Arc<Value>> {
        of(world, "pods", set).into_iter().filter(|pod| !is_going(pod) && !is_over(pod)).collect()
    };
    let all: Vec<Arc<Value>> = sets.iter().flat_map(|set| pods_of(set)).collect();
    let updated = current.map(|set| pods_of(set)).unwrap_or_default();
    let status = json!({
        "observedGeneration": deployment["metadata"]["generation"], "replicas": all.len(), "updatedReplicas": updated.len(),
        "readyReplicas": all.iter().filter(|pod| is_ready(pod)).count(),
    });
    world.alter("deployments", name_of(deployment), |it| it["status"] = status);
}

fn scale(world: &mut World, set: &Value, replicas: u64) {
    world.alter("replicasets", name_of(set), |set| set["spec"]["replicas"] = replicas.into());
}

fn replica_set(world: &mut World, set: &Value) {
    let pods = of(world, "pods", set);
    let alive: Vec<&Arc<Value>> = pods.iter().filter(|pod| !is_going(pod) && !is_over(pod)).collect();
    let wanted = number(&set["spec"]["replicas"], 1);
    if (alive.len() as u64) < wanted {
        let name = format!("{}-{}", name_of(set), world.version());
        make_pod(world, set, "ReplicaSet", name, &[]);
    } else if alive.len() as u64 > wanted {
        super::api::remove(world, "pods", name_of(alive[alive.len() - 1]));
    }
}

/// Keeps the template under a name of its own, as controllers of StatefulSets and DaemonSets do.
fn note_revision(world: &mut World, workload: &Value, kind: &str) -> String {
    let template = &workload["spec"]["template"];
    let there = of(world, "controllerrevisions", workload);
    if let Some(revision) = there.iter().find(|it| it["data"]["spec"]["template"] == *template) {
        return name_of(revision).to_owned();
    }
    let revision = format!("{}-{}", name_of(workload), world.version());
    if world.get("controllerrevisions", &revision).is_none() && takes_new(world) {
        world.make("controllerrevisions", json!({
            "metadata": {"name": revision, "namespace": NAMESPACE, "labels": workload["spec"]["selector"]["matchLabels"],
                "ownerReferences": owned(workload, kind)},
            "data": {"spec": {"template": template}},
        }));
    }
    revision
}

fn revision_of(pod: &Value) -> &str {
    pod["metadata"]["labels"]["controller-revision-hash"].as_str().unwrap_or_default()
}

fn stateful_set(world: &mut World, set: &Value) {
    let update = note_revision(world, set, "StatefulSet");
    let spec = &set["spec"];
    let wanted = number(&spec["replicas"], 1);
    let partition = number(&spec["updateStrategy"]["rollingUpdate"]["partition"], 0);
    let by_hand = spec["updateStrategy"]["type"] == "OnDelete";
    let current = set["status"]["currentRevision"].as_str().unwrap_or(&update).to_owned();
    let current = if world.get("controllerrevisions", &current).is_some() { current } else { update.clone() };
    let pods = of(world, "pods", set);
    let named = |ordinal: u64| {
        let name = format!("{}-{ordinal}", name_of(set));
        pods.iter().find(|pod| name_of(pod) == name)
    };
    let mut acted = false;
    for ordinal in 0..wanted {
        match named(ordinal) {
            None => {
                let revision = if ordinal < partition { &current } else { &update };
                let template = world
                    .get("controllerrevisions", revision)
                    .map(|it| it["data"]["spec"]["template"].clone());
                let template = template.unwrap_or_else(|| set["spec"]["template"].clone());
                let name = format!("{}-{ordinal}", name_of(set));
                make_pod_of(
                    world,
                    set,
                    "StatefulSet",
                    name,
                    &template,
                    &[("controller-revision-hash", revision)],
                );
                acted = true;
            }
            Some(pod) if is_over(pod) && !is_going(pod) => {
                super::api::remove(world, "pods", name_of(pod));
                acted = true;
            }
            Some(pod) if !is_ready(pod) => acted = true,
            Some(_) => {}
        }
        // One after the other.
        if acted {
            break;
        }
    }
    let beyond = pods
        .iter()
        .filter(|pod| ordinal_of(pod) >= wanted && !is_going(pod))
        .max_by_key(|pod| ordinal_of(pod));
    if let Some(pod) = beyond.filter(|_| !acted) {
        super::api::remove(world, "pods", name_of(pod));
        acted = true;
    }
    if !acted && !by_hand {
        let old = pods
            .iter()
            .filter(|pod| ordinal_of(pod) >= partition && revision_of(pod) != update && !is_going(pod));
        if let Some(pod) = old.max_by_key(|pod| ordinal_of(pod)) {
            super::api::remove(world, "pods", name_of(pod));
        }
    }
    let alive: Vec<&Arc<Value>> = pods.iter().filter(|pod| !is_going(pod)).collect();
    let updated = alive.iter().filter(|pod| revision_of(pod) == update).count() as u64;
    let ready = alive.iter().filter(|pod| is_ready(pod)).count() as u64;
    let complete =
        updated == wanted && ready == wanted && alive.len() as u64 == wanted && partition == 0 && !by_hand;
    let status = json!({
        "observedGeneration": set["metadata"]["generation"], "replicas": alive.len(), "readyReplicas": ready,
        "updatedReplicas": updated, "updateRevision": update,
        "currentRevision": if complete { &update } else { &current },
    });
    world.alter("statefulsets", name_of(set), |it| it["status"] = status);
}

fn ordinal_of(pod: &Value) -> u64 {
    name_of(pod).rsplit('-').next().and_then(|ordinal| ordinal.parse().ok()).unwrap_or(0)
}

fn daemon_set(world: &mut World, set: &Value) {
    let update = note_revision(world, set, "DaemonSet");
    let selector = &set["spec"]["template"]["spec"]["nodeSelector"];
    let fits = selector
        .as_object()
        .into_iter()
        .flatten()
        .all(|(label, value)| label == NODE_LABEL.0 && value == NODE_LABEL.1);
    let by_hand = set["spec"]["updateStrategy"]["type"] == "OnDelete";
    let pods = of(world, "pods", set);
    let mut acted = false;
    for node in NODES {
        let name = format!("{}-{node}", name_of(set));
        match pods.iter().find(|pod| name_of(pod) == name) {
            None if fits => {
                make_pod(world, set, "DaemonSet", name, &[("controller-revision-hash", &update)]);
            }
            Some(pod) if (!fits || is_over(pod)) && !is_going(pod) => {
                super::api::remove(world, "pods", &name)
            }
            Some(pod) if !by_hand && !acted && revision_of(pod) != update && !is_going(pod) => {
                super::api::remove(world, "pods", &name);
                acted = true;
            }
            _ => {}
        }
    }
    let alive: Vec<&Arc<Value>> = pods.iter().filter(|pod| !is_going(pod)).collect();
    let wanted = if fits { NODES.len() } else { 0 };
    let status = json!({
        "observedGeneration": set["metadata"]["generation"], "desiredNumberScheduled": wanted,
        "currentNumberScheduled": alive.len().min(wanted), "numberMisscheduled": if fits { 0 } else { alive.len() },
        "updatedNumberScheduled": alive.iter().filter(|pod| revision_of(pod) == update).count(),
        "numberReady": alive.iter().filter(|pod| is_ready(pod)).count(),
    });
    world.alter("daemonsets", name_of(set), |it| it["status"] = status);
}

fn job(world: &mut World, job: &Value) {
    let pods = of(world, "pods", job);
    let active = pods.iter().filter(|pod| !is_over(pod) && !is_going(pod)).count();
    if active == 0 && job["spec"]["suspend"] != true {
        let name = format!("{}-{}", name_of(job), world.version());
        make_pod(world, job, "Job", name, &[]);
    }
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    world.alter("jobs", name_of(job), |it| it["status"] = json!({"active": active, "ready": ready}));
}
