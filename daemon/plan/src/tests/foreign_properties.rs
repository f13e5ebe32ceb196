//! What others do to a workload in DevMode, at any moment of it: theirs stays, ours goes, and there is no third
//! outcome.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::edits::overwrite;
use super::samples::kinds::{patched, patched_of_kind};
use super::samples::{edit_of, options, yaml};
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
    let wanted = NAMES[at.index(NAMES.len())];
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

const NAMES: [&str; 3] = ["web", "db", "proxy"];

/// Whether an edit is one of `container`.
fn is_of(container: &str, which: usize, at: &Index) -> bool {
    which > 5 && NAMES[at.index(NAMES.len())] == container
}

/// What a session makes of the workload on its way back, from whatever others have made of it. `admission` is what the
/// API server adds to every write, `meddle` what others do after the session's first one.
fn ended(
    current: &Value,
    mut edit: Edit,
    admission: impl Fn(&mut Value),
    meddle: impl FnOnce(&mut Value),
) -> (Value, Edit) {
    let mut current = current.clone();
    let mut meddle = Some(meddle);
    for _ in 0..8 {
        match standing(&current, &edit) {
            Standing::Drifted(_) | Standing::ReAdded(_) | Standing::Overwritten(_) => {
                edit.take_over(&current);
                continue;
            }
            Standing::Dev => {
                current = edit.restored(&current);
                admission(&mut current);
                edit.note_restored(current.clone());
            }
            Standing::Settling => {
                current = edit.settled(&current);
                admission(&mut current);
                edit.note_settled(current.clone());
            }
            Standing::Original => match meddle.take() {
                None => return (current, edit),
                Some(meddle) => meddle(&mut current),
            },
        }
        if let Some(meddle) = meddle.take() {
            meddle(&mut current);
        }
    }
    panic!("it never ends: {:?}", standing(&current, &edit));
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
        (origin, options) in patched(),
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
            prop_assert_eq!(standing(&settled, &edit_of(&merged, &edited)), Standing::Original);
            prop_assert_eq!(diff(&settled["spec"], &expect["spec"]), []);
        }
    }

    #[test]
    fn edits_of_the_sidecar_and_of_our_volumes_are_dropped((origin, options) in patched_of_kind("StatefulSet")) {
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
        (origin, options) in patched().prop_filter("is written", |(it, _)| it["kind"] != "Pod"),
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
        let after_end = ended(&current, Edit::new(container.to_owned(), origin.clone(), edited.clone()), |_| (), meddle).0;
        meddle(&mut expect);
        prop_assert_eq!(diff(&after_end["spec"], &expect["spec"]), []);
        prop_assert!(!has_traces(&after_end));
    }

    /// Whoever puts the template or the containers back by themselves leaves the rest of our edit to us.
    #[test]
    fn what_is_left_of_an_edit_that_others_took_away_goes_too(
        (origin, options) in
            select(vec!["Deployment", "StatefulSet", "DaemonSet"]).prop_flat_map(patched_of_kind),
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
        let after_end = ended(&current, Edit::new(entered.container.clone(), origin.clone(), edited.clone()), |_| (), |_| ()).0;
        prop_assert_eq!(diff(&after_end["spec"], &expect["spec"]), []);
        prop_assert!(!has_traces(&after_end));
    }

    /// Of what others changed only that in the dev container cannot be told from ours without a record; or nothing, where
    /// they have put the containers back.
    #[test]
    fn edits_of_others_survive_where_the_record_is_lost(
        (origin, options) in patched().prop_filter("is written", |(it, _)| it["kind"] != "Pod"),
        taken_away in any::<bool>(),
        before in vec((0..EDITS, any::<Index>()), 0..3),
        after in vec((0..EDITS, any::<Index>()), 0..3),
    ) {
        let origin = without_empty_lists(origin);
        let entered = enter(&origin, &options).expect("it can enter");
        let Some(edited) = entered.object else { return Ok(()) };
        let container = entered.container.as_str();
        // Nothing but its schedule is taken from a CronJob, and that nobody takes back by way of the template.
        let taken_away = taken_away && origin["kind"] != "CronJob";
        let (mut current, mut expect) = (edited, origin.clone());
        if taken_away {
            take_away(&mut current, &origin, true, true);
        }
        for (which, at) in before.iter().filter(|(which, at)| taken_away || !is_of(container, *which, at)) {
            edit(&mut current, *which, at, container);
            edit(&mut expect, *which, at, container);
        }
        let recovered = Edit::recovered(&current, entered.dev_workload).expect("the annotation is there");
        let meddle = |object: &mut Value| after.iter().for_each(|(which, at)| edit(object, *which, at, container));
        let after_end = ended(&current, recovered, |_| (), meddle).0;
        meddle(&mut expect);
        prop_assert_eq!(diff(&after_end["spec"], &expect["spec"]), []);
        prop_assert!(!has_traces(&after_end));
    }

    /// Whatever is written anywhere in the spec, valid or not.
    #[test]
    fn nonsense_of_others_leaves_no_trace_of_ours(
        (origin, options) in patched().prop_filter("is written", |(it, _)| it["kind"] != "Pod"),
        places in vec((any::<Index>(), any::<bool>()), 1..4),
    ) {
        let entered = enter(&origin, &options).expect("it can enter");
        let Some(edited) = entered.object else { return Ok(()) };
        let mut current = edited.clone();
        for (at, removed) in places {
            let content = if removed { Value::Null } else { json!("theirs") };
            overwrite(&mut current["spec"], &at, &content);
        }
        let after_end = ended(&current, Edit::new(entered.container.clone(), origin.clone(), edited.clone()), |_| (), |_| ()).0;
        prop_assert!(!has_traces(&after_end), "{after_end:#}");
    }

    /// What the cluster's admission steps add to every write, since after the original was made, keeps no end from
    /// ending, and is told.
    #[test]
    fn what_admission_adds_stays_and_is_told((origin, options) in patched(), adds_controls in any::<bool>()) {
        let entered = enter(&origin, &options).expect("it can enter");
        let Some(mut edited) = entered.object else { return Ok(()) };
        prop_assume!(origin["kind"] != "Pod");
        let template = kinds::of(&origin).unwrap().template;
        let admission = |object: &mut Value| {
            let pod_spec = &mut object.pointer_mut(template).unwrap()["spec"];
            set(pod_spec, "schedulerName", "added");
            if adds_controls {
                set(&mut object["spec"], "revisionHistoryLimit", 77);
            }
        };
        admission(&mut edited);
        let edit = Edit::new(entered.container, origin.clone(), edited.clone());
        let (back, edit) = ended(&edited, edit, admission, |_| ());
        let mut expect = origin.clone();
        admission(&mut expect);
        prop_assert_eq!(diff(&back["spec"], &expect["spec"]), []);
        prop_assert!(!has_traces(&back));
        prop_assert_eq!(additions(&edit), diff(&json!({"spec": origin["spec"]}), &json!({"spec": back["spec"]})));
    }
}

/// Others' own manifest of the StatefulSet or the Deployment, applied again in DevMode, holds the rollout up: the way
/// back lets it go on all the same, and gives them theirs afterwards.
#[test]
fn controls_that_others_set_in_dev_mode_hold_no_end_up() {
    for (kind, controls, held) in [
        (
            "StatefulSet",
            "{updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}}",
            "updateStrategy",
        ),
        ("StatefulSet", "{updateStrategy: {type: OnDelete}}", "updateStrategy"),
        ("Deployment", "{paused: true}", "paused"),
        ("Deployment", "{minReadySeconds: 3600}", "minReadySeconds"),
    ] {
        let origin = yaml(&format!(
            "{{kind: {kind}, metadata: {{name: web}}, spec: {{replicas: 3, \
             updateStrategy: {{type: RollingUpdate, rollingUpdate: {{partition: 0}}}}, \
             template: {{spec: {{containers: [{{name: web, image: 'web:1'}}]}}}}}}}}"
        ));
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let mut current = edited.clone();
        for (field, value) in yaml(controls).as_object().unwrap() {
            set(&mut current["spec"], field, value.clone());
        }
        let mut edit = edit_of(&origin, &edited);
        assert!(matches!(standing(&current, &edit), Standing::Drifted(_)), "{kind} {controls}");
        edit.take_over(&current);
        let restored = edit.restored(&current);
        assert_eq!(restored["spec"].get(held), edited["spec"].get(held), "{kind} {controls}: neutral");
        // Whoever died before noting that finds others' next change, and nothing neutral that were theirs.
        let (mut unnoted, mut changed) = (edit.clone(), restored.clone());
        changed["spec"]["replicas"] = json!(7);
        unnoted.take_over(&changed);
        let settled = unnoted.settled(&changed);
        assert_eq!(settled["spec"][held], current["spec"][held], "{kind} {controls}: theirs after a death");
        assert_eq!(unnoted.origin["spec"]["replicas"], 7, "{kind} {controls}");
        edit.note_restored(restored.clone());
        assert_eq!(standing(&restored, &edit), Standing::Settling);
        let settled = edit.settled(&restored);
        assert_eq!(settled["spec"][held], current["spec"][held], "{kind} {controls}: theirs in the end");
    }
}

/// Names may be given twice, and then ours took the place of all of them.
#[test]
fn nothing_of_ours_is_given_back_where_names_are_given_twice() {
    let origin = yaml(
        "{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: web, image: 'web:1', \
         env: [{name: A, value: '1'}, {name: A, value: '2'}, {name: B, value: b}]}]}}}}",
    );
    let given = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "ours".to_owned())).collect();
    for names in [&["A"][..], &["N"], &["A", "N"], &["B"]] {
        let options = DevOptions { env: given(names), ..options() };
        let edited = enter(&origin, &options).unwrap().object.unwrap();
        let mut current = edited.clone();
        let container = &mut current["spec"]["template"]["spec"]["containers"][0];
        push(container, "env", json!({"name": "C", "value": "theirs"}));
        let mut edit = edit_of(&origin, &edited);
        edit.take_over(&current);
        let mut expect = origin["spec"]["template"]["spec"]["containers"][0]["env"].clone();
        expect.as_array_mut().unwrap().push(json!({"name": "C", "value": "theirs"}));
        assert_eq!(edit.origin["spec"]["template"]["spec"]["containers"][0]["env"], expect, "{names:?}");
    }
}
