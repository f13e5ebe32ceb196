//! What must hold at each write of the daemon, and once all is over.

use std::time::Duration;

use nhd_protocol::session::{SessionOutcome, SessionStatus};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use super::admission::essence;
use super::world::{NAME, NAMESPACE, World, is_dev_pod, is_going, name_of, plural};
use crate::session::look::parts::record_name;

/// Writes that change nothing any more in a minute of quiet; more than the ever longer pauses allow is a hot loop.
pub(super) const WRITES_A_MINUTE: u64 = 120;

/// From the first request of a look to the write that follows from it.
const LONGEST_LOOK: Duration = Duration::from_secs(30);

fn record(world: &World) -> String {
    record_name(&WorkloadRef { namespace: NAMESPACE.into(), kind: world.kind, name: NAME.into() })
}

fn has_record(world: &World) -> bool {
    world.meddled || world.get("secrets", &record(world)).is_some()
}

/// A taker may delete the record between a look, whose answers may be late, and the write that follows from it, which no
/// precondition of a write to another object can tell. That it is taken back is seen once all is over.
fn may_count_on_a_record(world: &World) -> bool {
    has_record(world) || world.gone_for(("secrets", record(world))).is_some_and(|gone| gone < LONGEST_LOOK)
}

/// The lists whose items no API server takes without a name.
const NAMED: [&str; 4] = ["containers", "initContainers", "volumes", "env"];

/// Where an object has an item without the name that it is told by.
pub(super) fn nameless(object: &Value) -> Option<String> {
    match object {
        Value::Object(fields) => fields.iter().find_map(|(field, value)| {
            let items = value.as_array().filter(|_| NAMED.contains(&field.as_str())).into_iter().flatten();
            let found = items.into_iter().find(|item| item.get("name").is_none());
            found.map(|item| format!("{field}: {item}")).or_else(|| nameless(value))
        }),
        Value::Array(items) => items.iter().find_map(nameless),
        _ => None,
    }
}

/// The daemon made an object.
pub(super) fn created(world: &mut World, plural: &'static str, object: &Value) {
    if plural == "persistentvolumeclaims" && object["metadata"].get("ownerReferences").is_some() {
        world.violate(format!("claim {} is somebody's, and goes with them", name_of(object)));
    }
    mounts_what_is_there(world, plural, object);
    if nhd_plan::is_dev_workload(object) && !may_count_on_a_record(world) {
        world.violate(format!("{plural}/{} is made without a record of the original", name_of(object)));
    }
}

/// The daemon replaced an object.
pub(super) fn replaced(world: &mut World, plural_of: &'static str, there: &Value, object: &Value) {
    mounts_what_is_there(world, plural_of, object);
    let enters = plural_of == plural(world.kind) && nhd_plan::is_ours(object) && !nhd_plan::is_ours(there);
    let pins = plural_of == "horizontalpodautoscalers"
        && nhd_plan::unpinned(object) != *object
        && nhd_plan::unpinned(there) == *there;
    if (enters || pins) && !may_count_on_a_record(world) {
        world.violate(format!("{plural_of}/{} is edited without a record of the original", name_of(object)));
    }
}

/// The claims of persistent folders are made before anything mounts them. Only a namespace that goes takes them along.
fn mounts_what_is_there(world: &mut World, plural: &'static str, object: &Value) {
    let template = nhd_plan::pod_template(object).unwrap_or(object);
    let volumes = template.pointer("/spec/volumes").and_then(Value::as_array);
    let named =
        volumes.into_iter().flatten().filter_map(|it| it["persistentVolumeClaim"]["claimName"].as_str());
    let mut missing = named.filter(|name| {
        let key = ("persistentvolumeclaims", (*name).to_owned());
        world.get(key.0, name).is_none() && world.gone_for(key).is_none_or(|gone| gone >= LONGEST_LOOK)
    });
    let missing = missing.next().map(str::to_owned);
    if let Some(name) = missing {
        world.violate(format!("{plural}/{} mounts {name}, which is not there", name_of(object)));
    }
}

/// The daemon deleted an object.
pub(super) fn deleted(world: &mut World, plural_of: &'static str, object: &Value) {
    if nhd_plan::folder_owner(object).is_some() && plural_of == "persistentvolumeclaims" {
        world.violate(format!("claim {} of a persistent folder is deleted", name_of(object)));
    }
    if plural_of == "pods" && plural(world.kind) == "pods" && name_of(object) == NAME {
        if !has_record(world) {
            world.violate("the pod is deleted without a record of it".to_owned());
        }
        // Without a record what others had changed of it is known to that daemon alone, and another may make it again.
        world.pod_lost |= world.taken_over && world.get("secrets", &record(world)).is_none();
        return;
    }
    if plural_of == plural(world.kind) && name_of(object) == NAME {
        world.violate("the workload itself is deleted".to_owned());
    }
    if plural_of == "secrets" && !world.meddled {
        let left = leftovers(world);
        let left: Vec<&String> =
            left.iter().filter(|it| !it.starts_with("secret") && !it.starts_with("pod")).collect();
        if !left.is_empty() {
            world.violate(format!("the record is deleted while there are still {left:?}"));
        }
    }
}

/// What there is of ours in the cluster.
fn leftovers(world: &World) -> Vec<String> {
    let mut left = Vec::new();
    if world.get(plural(world.kind), NAME).is_some_and(|it| nhd_plan::is_ours(it)) {
        left.push("workload in DevMode".to_owned());
    }
    left.extend(
        world.all("secrets").filter(|_| !world.estranged).map(|it| format!("secret {}", name_of(it))),
    );
    for plural in ["deployments", "jobs"] {
        let dev = world.all(plural).filter(|it| nhd_plan::is_dev_workload(it) && !is_going(it));
        left.extend(dev.map(|it| format!("dev workload {}", name_of(it))));
    }
    let pinned = world.all("horizontalpodautoscalers").filter(|it| nhd_plan::unpinned(it) != **it);
    left.extend(pinned.map(|it| format!("pinned autoscaler {}", name_of(it))));
    left.extend(world.all("pods").filter(|it| is_dev_pod(it)).map(|it| format!("pod {}", name_of(it))));
    left
}

/// A session is over in a cluster that has come to rest: nothing of it is left, and everything is as it would be without.
pub(super) fn over(world: &mut World, status: &SessionStatus) {
    let left = leftovers(world);
    if !left.is_empty() {
        world.violate(format!("left behind: {left:?}"));
    }
    let without_theirs = |mut essence: Value| {
        for field in ["labels", "annotations"] {
            let map = essence[field].as_object_mut().filter(|_| world.pod_lost);
            map.map(|map| map.remove("theirs"));
        }
        essence
    };
    let there = world.get(plural(world.kind), NAME).map(|it| without_theirs(essence(it)));
    let expected = world.shadow.as_ref().map(|it| without_theirs(essence(it)));
    if there != expected {
        let differences = match (&expected, &there) {
            (Some(expected), Some(there)) => {
                nhd_plan::diff(expected, there).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            (expected, there) => format!("expected {}, found {}", expected.is_some(), there.is_some()),
        };
        world.violate(format!("the workload is not as it would be without us: {differences}"));
    }
    let scaler = world.get("horizontalpodautoscalers", NAME).map(|it| it["spec"].clone());
    let expected = world.scaler_shadow.as_ref().map(|it| it["spec"].clone());
    if scaler != expected {
        world.violate(format!("the autoscaler is not as it would be: {scaler:?}"));
    }
    let says_restored =
        matches!(status.outcome, Some(SessionOutcome::Restored | SessionOutcome::RestoredWithAdditions));
    if says_restored && there.is_none() {
        world.violate(format!("there is no workload, and the session says {:?}", status.outcome));
    }
}

/// The same where there was no session at the end: whoever took over, or a start that never began, left nothing.
pub(super) fn nothing_left(world: &mut World) {
    let left = leftovers(world);
    if !left.is_empty() {
        world.violate(format!("left behind without a session: {left:?}"));
    }
}
