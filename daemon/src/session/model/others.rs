//! What other people and their tools do meanwhile. What they do to the workload they do to its shadow, too: to the
//! workload as it would be without us.

use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};

use super::world::{NAME, NAMESPACE, World, is_going, name_of, plural, template_at};
use crate::session::look::parts::record_name;
use nhd_protocol::workload::WorkloadRef;

/// Somebody does something.
pub(super) fn meddle(world: &mut World) {
    if world.get("namespaces", NAMESPACE).is_none() && world.dice.once_in(2) {
        world.tell(|| "somebody makes the namespace again".to_owned());
        world.make("namespaces", json!({"metadata": {"name": NAMESPACE}}));
    }
    let number = world.version();
    match world.dice.below(20) {
        0..=2 => both(world, "labels it", |object| {
            object["metadata"]["labels"]["theirs"] = number.to_string().into()
        }),
        3..=4 => both(world, "annotates it", |object| {
            object["metadata"]["annotations"]["theirs"] = number.to_string().into()
        }),
        5..=6 => change_template(world, number),
        7..=8 => scale(world),
        9 => control(world),
        10..=11 => apply_again(world),
        12..=13 => lose_a_pod(world),
        14 => evict_a_pod(world),
        15 => change_autoscaler(world, number),
        16 if world.dice.once_in(3) => take_the_record(world),
        16 if world.dice.once_in(2) => spoil_the_record(world),
        17 if world.dice.once_in(3) => lose_the_dev_workload(world),
        18 if world.dice.once_in(4) => delete(world),
        19 if world.dice.once_in(8) => end_the_namespace(world),
        _ => {}
    }
}

/// Does the same to the workload and to its shadow.
pub(super) fn both(world: &mut World, what: &str, change: impl Fn(&mut Value)) {
    let plural = plural(world.kind);
    if world.get(plural, NAME).is_none_or(|it| is_going(it)) {
        return;
    }
    world.tell(|| format!("somebody {what}"));
    world.alter(plural, NAME, &change);
    if let Some(shadow) = &mut world.shadow {
        change(shadow);
    }
}

/// Of a Pod or a Job the template cannot be changed.
fn change_template(world: &mut World, number: u64) {
    let kind = world.kind;
    if matches!(kind, WorkloadKind::Pod | WorkloadKind::Job) {
        return;
    }
    both(world, "changes the template", |object| {
        let template = object.pointer_mut(template_at(kind)).expect("a workload has a template");
        template["metadata"]["annotations"]["theirs"] = number.to_string().into();
        let containers = template["spec"]["containers"].as_array_mut().into_iter().flatten();
        if let Some(side) = containers.into_iter().find(|container| container["name"] == "side") {
            let theirs = json!({"name": "THEIRS", "value": number.to_string()});
            match side.get_mut("env").and_then(Value::as_array_mut) {
                Some(all) => {
                    all.retain(|it| it["name"] != "THEIRS");
                    all.push(theirs);
                }
                None => side["env"] = json!([theirs]),
            }
        }
    });
}

fn scale(world: &mut World) {
    if matches!(world.kind, WorkloadKind::Deployment | WorkloadKind::StatefulSet) {
        let replicas = 2 + world.dice.below(3);
        both(world, "scales it", |object| object["spec"]["replicas"] = replicas.into());
    }
}

/// Changes what decides how a rollout goes.
fn control(world: &mut World) {
    match world.kind {
        WorkloadKind::Deployment => {
            both(world, "gives it more time", |object| object["spec"]["progressDeadlineSeconds"] = 321.into())
        }
        WorkloadKind::StatefulSet => both(world, "partitions it", |object| {
            object["spec"]["updateStrategy"] =
                json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 3}});
        }),
        _ => {}
    }
}

/// Puts the whole manifest in its place, as a pipeline does that knows nothing of DevMode.
fn apply_again(world: &mut World) {
    let (plural, kind) = (plural(world.kind), world.kind);
    if matches!(kind, WorkloadKind::Pod | WorkloadKind::Job) {
        return;
    }
    let (Some(shadow), Some(there)) = (world.shadow.clone(), world.get(plural, NAME)) else { return };
    if is_going(there) {
        return;
    }
    let wholly = world.dice.once_in(2);
    world.tell(|| format!("somebody applies the manifest again, wholly: {wholly}"));
    world.alter(plural, NAME, |object| {
        object["spec"] = shadow["spec"].clone();
        if wholly {
            object["metadata"]["labels"] = shadow["metadata"]["labels"].clone();
            object["metadata"]["annotations"] = shadow["metadata"]["annotations"].clone();
        }
    });
}

fn any_pod(world: &mut World) -> Option<String> {
    let names: Vec<String> =
        world.all("pods").filter(|pod| !is_going(pod)).map(|pod| name_of(pod).to_owned()).collect();
    if names.is_empty() { None } else { Some(world.dice.pick(&names).clone()) }
}

fn lose_a_pod(world: &mut World) {
    let Some(name) = any_pod(world) else { return };
    if world.kind == WorkloadKind::Pod && name == NAME && !is_dev(world) {
        return;
    }
    world.pod_lost |= name == NAME;
    world.tell(|| format!("somebody deletes pod {name}"));
    super::api::remove(world, "pods", &name);
}

fn evict_a_pod(world: &mut World) {
    let Some(name) = any_pod(world) else { return };
    if world.kind == WorkloadKind::Pod && name == NAME && !is_dev(world) {
        return;
    }
    world.pod_lost |= name == NAME;
    world.tell(|| format!("pod {name} is evicted"));
    world.alter("pods", &name, |pod| pod["status"] = json!({"phase": "Failed", "reason": "Evicted"}));
}

/// Whether what is under the workload's name is ours.
fn is_dev(world: &World) -> bool {
    world.get(plural(world.kind), NAME).is_some_and(|it| nhd_plan::is_ours(it))
}

fn change_autoscaler(world: &mut World, number: u64) {
    let most = 6 + number % 5;
    if world.get("horizontalpodautoscalers", NAME).is_some() {
        world.tell(|| format!("somebody lets it scale to {most}"));
        world.alter("horizontalpodautoscalers", NAME, |it| it["spec"]["maxReplicas"] = most.into());
        if let Some(shadow) = &mut world.scaler_shadow {
            shadow["spec"]["maxReplicas"] = most.into();
        }
    }
}

fn record_of(world: &World) -> String {
    record_name(&WorkloadRef { namespace: NAMESPACE.into(), kind: world.kind, name: NAME.into() })
}

/// Somebody deletes the record, or has one of their own in its place.
pub(super) fn take_the_record(world: &mut World) {
    let name = record_of(world);
    if world.get("secrets", &name).is_some() {
        world.tell(|| "somebody deletes the record".to_owned());
        world.meddled = true;
        world.remove("secrets", &name);
    }
}

/// Somebody writes something else into the record, and may take off what says whose it is.
fn spoil_the_record(world: &mut World) {
    let labels = world.dice.once_in(2);
    spoil(world, labels);
}

pub(super) fn spoil(world: &mut World, labels: bool) {
    let name = record_of(world);
    // What does not say that it is a record is nobody's to delete.
    world.estranged |= labels;
    if world.get("secrets", &name).is_some() {
        world.tell(|| format!("somebody spoils the record, with its labels: {labels}"));
        world.meddled = true;
        world.alter("secrets", &name, |secret| {
            secret["data"]["nhd.json.gz"] = "bm90aGluZw==".into();
            if labels {
                secret["metadata"]["labels"] = Value::Null;
                secret["metadata"]["annotations"] = Value::Null;
            }
        });
    }
}

fn lose_the_dev_workload(world: &mut World) {
    for plural in ["deployments", "jobs"] {
        let dev = world.all(plural).find(|it| nhd_plan::is_dev_workload(it)).map(|it| name_of(it).to_owned());
        if let Some(name) = dev {
            world.tell(|| format!("somebody deletes the dev workload {name}"));
            super::api::remove(world, plural, &name);
        }
    }
}

/// The workload is deleted, and perhaps made anew.
fn delete(world: &mut World) {
    let plural = plural(world.kind);
    if world.kind == WorkloadKind::Pod || world.get(plural, NAME).is_none() {
        return;
    }
    let anew = world.dice.once_in(2);
    delete_workload(world, anew);
}

pub(super) fn delete_workload(world: &mut World, anew: bool) {
    let plural = plural(world.kind);
    world.tell(|| format!("somebody deletes the workload, and makes it anew: {anew}"));
    world.meddled = true;
    world.remove(plural, NAME);
    let shadow = world.shadow.take();
    if let Some(shadow) = shadow.filter(|_| anew) {
        let mut made = json!({"apiVersion": shadow["apiVersion"], "kind": shadow["kind"], "spec": shadow["spec"], "metadata": {
            "name": NAME, "namespace": NAMESPACE, "labels": shadow["metadata"]["labels"], "annotations": shadow["metadata"]["annotations"]}});
        super::admission::admit(world.admits, plural, &mut made);
        world.make(plural, made);
        world.shadow = Some(shadow);
    }
}

fn end_the_namespace(world: &mut World) {
    if world.get("namespaces", NAMESPACE).is_none_or(|it| is_going(it)) {
        return;
    }
    world.tell(|| "somebody deletes the namespace".to_owned());
    world.meddled = true;
    (world.shadow, world.scaler_shadow) = (None, None);
    let now = world.now();
    world.alter("namespaces", NAMESPACE, |it| it["metadata"]["deletionTimestamp"] = now.into());
}

/// All of it in one moment, and another one of its name.
pub(super) fn replace_the_namespace(world: &mut World) {
    world.tell(|| "somebody deletes the namespace and makes it again".to_owned());
    world.meddled = true;
    (world.shadow, world.scaler_shadow) = (None, None);
    for (plural, name) in world.keys() {
        world.remove(plural, &name);
    }
    world.make("namespaces", json!({"metadata": {"name": NAMESPACE}}));
}
