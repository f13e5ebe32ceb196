//! What others do to a workload in DevMode, at any moment of it: theirs stays, ours goes, and there is no third
//! outcome.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::edits::overwrite;
use super::samples::kinds::{of_kind, workload};
use crate::kinds::{self, is_dev_template};
use crate::manifest::{self, items, items_mut, name, push, set};
use crate::names::is_our_volume;
use crate::*;

/// Where the API allows no second one.
fn push_once(value: &mut Value, field: &str, item: Value) {
    if !items(value, field).contains(&item) {
        push(value, field, item);
    }
}

/// An edit that means the same to the original and to its dev form, made to either.
fn edit(object: &mut Value, which: usize, at: &Index, container: &str) {
    let template = kinds::of(object).unwrap().template;
    match which {
        0 => return object["spec"]["someOther"] = json!({ "field": 1 }),
        1 => {
            let spec = object["spec"].as_object_mut().unwrap();
            return drop(spec.insert("replicas".to_owned(), 7.into()));
        }
        _ => {}
    }
    let template = object.pointer_mut(template).unwrap();
    if which == 2 {
        return template["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] = "now".into();
    }
    let pod_spec = &mut template["spec"];
    match which {
        3 => return push_once(pod_spec, "tolerations", json!({ "operator": "Exists" })),
        4 => return push_once(pod_spec, "volumes", json!({ "name": "foreign", "emptyDir": {} })),
        5 => return pod_spec["nodeSelector"]["foreign"] = "1".into(),
        _ => {}
    }
    let names = ["web", "db", "proxy"];
    let wanted = names[at.index(names.len())];
    let renamed = items(pod_spec, "containers").iter().any(|it| name(it) == DEV_CONTAINER);
    let wanted = if renamed && wanted == container { DEV_CONTAINER } else { wanted };
    let Some(found) = items_mut(pod_spec, "containers").iter_mut().find(|it| name(it) == wanted) else {
        return;
    };
    match which {
        6 => push_once(found, "env", json!({ "name": "FOREIGN", "value": "1" })),
        7 => push_once(found, "volumeMounts", json!({ "name": "claim", "mountPath": "/foreign" })),
        8 => set(found, "image", "foreign:1"),
        9 => manifest::remove(found, "env"),
        10 => set(found, "resources", json!({ "limits": { "memory": "7Gi" } })),
        _ => push_once(found, "ports", json!({ "containerPort": 7, "protocol": "TCP" })),
    }
}
const EDITS: usize = 12;

/// What a session makes of the workload on its way back, from whatever others have made of it. `meddle` is what they do
/// after its first write.
fn ended(
    current: &Value,
    origin: &Value,
    edited: &Value,
    container: &str,
    meddle: impl FnOnce(&mut Value),
) -> Value {
    let (mut current, mut origin, mut written) = (current.clone(), origin.clone(), edited.clone());
    let mut meddle = Some(meddle);
    for _ in 0..8 {
        match standing(&current, &origin, &written) {
            Standing::Drifted(_) | Standing::ReAdded(_) | Standing::Overwritten(_) => {
                origin = merge(&current, &origin, &written, container);
                written = current.clone();
                continue;
            }
            Standing::Dev => current = restore(&current, &origin, &written),
            Standing::Settling => current = settle(&current, &origin),
            Standing::Original => match meddle.take() {
                None => return current,
                Some(meddle) => meddle(&mut current),
            },
        }
        written = current.clone();
        if let Some(meddle) = meddle.take() {
            meddle(&mut current);
        }
    }
    panic!("it never ends: {:?}", standing(&current, &origin, &written));
}

/// An object as the API server has it, which leaves out empty lists.
fn without_empty_lists(mut object: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut object);
    object
}

/// How others take our containers away: the whole template goes back, as in an undo of the rollout, which takes our
/// annotation along, or the containers alone.
fn take_away(current: &mut Value, origin: &Value, whole: bool, annotated: bool) {
    let kind = kinds::of(origin).unwrap();
    let template = origin.pointer(kind.template).unwrap();
    let place = current.pointer_mut(kind.template).unwrap();
    if whole {
        *place = template.clone();
    } else {
        place["spec"]["containers"] = template["spec"]["containers"].clone();
        manifest::remove(&mut place["spec"], "nodeSelector");
        if let Some(selector) = template["spec"].get("nodeSelector") {
            place["spec"]["nodeSelector"] = selector.clone();
        }
    }
    if !annotated {
        annotation::strip(current);
    }
}

/// Whether anything that only DevMode puts into a workload is in `object`.
fn has_traces(object: &Value) -> bool {
    let template = object.pointer(kinds::of(object).unwrap().template).unwrap_or(&Value::Null);
    let ours = |it: &Value| is_our_volume(name(it));
    let containers = manifest::all_containers(&template["spec"]);
    annotation::is_ours(object)
        || is_dev_template(&json!({ "spec": template["spec"] }))
        || items(&template["spec"], "volumes").iter().any(ours)
        || containers.into_iter().any(|it| items(it, "volumeMounts").iter().any(ours))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Editing the dev form and leaving DevMode is editing the original.
    #[test]
    fn edits_of_others_survive_and_ours_are_gone(
        (origin, options) in workload(),
        edits in vec((0..EDITS, any::<Index>()), 0..4),
    ) {
        let entered = enter(&origin, &options).expect("it can enter");
        let Some(edited) = entered.object else { return Ok(()) };
        let container = entered.container.as_str();
        let (mut current, mut expect) = (edited.clone(), origin.clone());
        for (which, at) in &edits {
            edit(&mut current, *which, at, container);
            edit(&mut expect, *which, at, container);
        }
        let merged = merge(&current, &origin, &edited, container);
        if origin["kind"] == "Pod" {
            prop_assert_eq!(diff(&recreation(&expect, &[]), &recreation(&merged, &[])), []);
        } else {
            prop_assert_eq!(diff(&expect, &merged), []);
        }
        prop_assert_eq!(&merge(&current, &merged, &edited, container), &merged);
        if origin["kind"] != "Pod" {
            let settled = settle(&restore(&current, &merged, &edited), &merged);
            prop_assert_eq!(standing(&settled, &merged, &edited), Standing::Original);
            prop_assert_eq!(diff(&settled["spec"], &expect["spec"]), []);
        }
    }

    #[test]
    fn edits_of_the_sidecar_and_of_our_volumes_are_dropped((origin, options) in of_kind("StatefulSet")) {
        let entered = enter(&origin, &options).expect("it can enter");
        let edited = entered.object.expect("a StatefulSet is edited");
        let mut current = edited.clone();
        let pod_spec = &mut current["spec"]["template"]["spec"];
        for sidecar in items_mut(pod_spec, "containers").iter_mut().filter(|it| name(it) == SIDECAR_CONTAINER) {
            push(sidecar, "env", json!({ "name": "FOREIGN", "value": "1" }));
            set(sidecar, "image", "foreign:1");
        }
        for volume in items_mut(pod_spec, "volumes").iter_mut().filter(|it| is_our_volume(name(it))) {
            set(volume, "emptyDir", json!({ "medium": "Memory" }));
        }
        prop_assert_eq!(merge(&current, &origin, &edited, &entered.container), origin);
    }

    /// Also when they edit what has just been given back.
    #[test]
    fn edits_at_any_moment_survive_and_ours_are_gone(
        (origin, options) in workload().prop_filter("is written", |(it, _)| it["kind"] != "Pod"),
        before in vec((0..EDITS, any::<Index>()), 0..3),
        after in vec((0..EDITS, any::<Index>()), 0..3),
    ) {
        let entered = enter(&origin, &options).expect("it can enter");
        let Some(edited) = entered.object else { return Ok(()) };
        let container = entered.container.as_str();
        let (mut current, mut expect) = (edited.clone(), origin.clone());
        for (which, at) in &before {
            edit(&mut current, *which, at, container);
            edit(&mut expect, *which, at, container);
        }
        let meddle = |object: &mut Value| after.iter().for_each(|(which, at)| edit(object, *which, at, container));
        let after_end = ended(&current, &origin, &edited, container, meddle);
        meddle(&mut expect);
        prop_assert_eq!(diff(&after_end["spec"], &expect["spec"]), []);
        prop_assert!(!has_traces(&after_end));
    }

    /// Whoever puts the template or the containers back by themselves leaves the rest of our edit to us.
    #[test]
    fn what_is_left_of_an_edit_that_others_took_away_goes_too(
        (origin, options) in
            select(vec!["Deployment", "StatefulSet", "DaemonSet"]).prop_flat_map(of_kind),
        (whole, annotated) in any::<(bool, bool)>(),
        edits in vec((0..EDITS, any::<Index>()), 0..3),
    ) {
        let origin = without_empty_lists(origin);
        let entered = enter(&origin, &options).expect("it can enter");
        let (edited, container) = (entered.object.expect("it is edited"), entered.container.as_str());
        let (mut current, mut expect) = (edited.clone(), origin.clone());
        take_away(&mut current, &origin, whole, annotated);
        for (which, at) in &edits {
            edit(&mut current, *which, at, container);
            edit(&mut expect, *which, at, container);
        }
        let after_end = ended(&current, &origin, &edited, container, |_| ());
        prop_assert_eq!(diff(&after_end["spec"], &expect["spec"]), []);
        prop_assert!(!has_traces(&after_end));
    }

    /// Whatever is written anywhere in the spec, valid or not.
    #[test]
    fn nonsense_of_others_leaves_no_trace_of_ours(
        (origin, options) in workload().prop_filter("is written", |(it, _)| it["kind"] != "Pod"),
        places in vec((any::<Index>(), any::<bool>()), 1..4),
    ) {
        let entered = enter(&origin, &options).expect("it can enter");
        let Some(edited) = entered.object else { return Ok(()) };
        let mut current = edited.clone();
        for (at, removed) in places {
            let content = if removed { Value::Null } else { json!("theirs") };
            overwrite(&mut current["spec"], &at, &content);
        }
        let after_end = ended(&current, &origin, &edited, &entered.container, |_| ());
        prop_assert!(!has_traces(&after_end), "{after_end:#}");
    }
}
