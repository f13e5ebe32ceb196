//! The original with what others changed while it was in DevMode: a field that somebody has changed since our edit
//! keeps their value, every other one gets the original's back.
//!
//! Others see the dev container, so what they did to it is taken for the original container's. What they did to
//! the sidecar and to our volumes goes with these.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::kinds::{self, Shape};
use crate::manifest::{items, items_mut, name, remove, set, without_nulls};
use crate::names::{SECRET_VOLUME, SHARED_VOLUME, SYNCTHING_VOLUME};
use crate::template::references;
use crate::{DEV_CONTAINER, SIDECAR_CONTAINER, annotation};

/// The lists whose items the API tells apart by fields of theirs; any other one has changed as a whole or not at all.
const KEYED: [(&str, &[&str]); 11] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("volumes", &["name"]),
    ("env", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("imagePullSecrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("resourceClaims", &["name"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
];

/// `origin` with the spec that the workload gets at the end, where `current` is it now, `edited` what we wrote, and
/// `container` the name that the dev container had. It takes the place of the origin from then on: in
/// [`super::restore()`], [`super::settle()`] and [`super::standing()`].
///
/// Where nobody changed anything it is the origin, verbatim. Where somebody has put the original container beside
/// ours, or instead of it, theirs is taken.
pub fn merge(current: &Value, origin: &Value, edited: &Value, container: &str) -> Value {
    let mut merged = origin.clone();
    let Some(kind) = kinds::of(origin).filter(|kind| kind.shape != Shape::Untouched) else {
        return merged;
    };
    let names = |object: &Value| -> Vec<String> {
        let containers = object.pointer(kind.template).map_or(&[][..], |it| items(&it["spec"], "containers"));
        containers.iter().map(|it| name(it).to_owned()).collect()
    };
    let in_place = names(edited).iter().any(|it| it == DEV_CONTAINER);
    let in_current = names(current);
    // Otherwise whoever wrote theirs has described the whole container.
    let changed_ours =
        in_current.iter().any(|it| it == DEV_CONTAINER) && !in_current.iter().any(|it| it == container);
    let without_ours = |object: &Value| {
        let mut object = without_nulls(object);
        if kind.shape == Shape::Replaced {
            kinds::pod::clean(&mut object);
            annotation::strip(&mut object);
        }
        if let Some(template) = object.pointer_mut(kind.template) {
            kinds::daemon_set::let_back(template);
            if in_place {
                leave(template, container, changed_ours);
            }
        }
        object
    };
    let (before, after) = (without_ours(edited), without_ours(current));
    if let Some(spec) = merge_value("spec", before.get("spec"), after.get("spec"), origin.get("spec")) {
        set(&mut merged, "spec", spec);
    }
    if kind.shape == Shape::Replaced {
        merge_metadata(&before, &after, &mut merged);
    }
    merged
}

/// A pod that is made again has only the labels and annotations that it is made with.
fn merge_metadata(before: &Value, after: &Value, merged: &mut Value) {
    let Some(metadata) = merged.get_mut("metadata") else { return };
    for field in ["labels", "annotations"] {
        let [before, after] = [before, after].map(|object| object["metadata"].get(field));
        match merge_value(field, before, after, metadata.get(field)) {
            Some(value) => set(metadata, field, value),
            None => remove(metadata, field),
        }
    }
}

/// Takes out of `template` what DevMode put in. The dev container gets its name back or, unless `keep`, goes too.
fn leave(template: &mut Value, container: &str, keep: bool) {
    references::rename(template, DEV_CONTAINER, container);
    let Some(pod_spec) = template.get_mut("spec") else { return };
    retain(pod_spec, "volumes", |volume| !is_our_volume(name(volume)));
    retain(pod_spec, "containers", |it| name(it) != SIDECAR_CONTAINER && (keep || name(it) != DEV_CONTAINER));
    for list in ["initContainers", "containers"] {
        for it in items_mut(pod_spec, list) {
            retain(it, "volumeMounts", |mount| !is_our_volume(name(mount)));
            if name(it) == DEV_CONTAINER {
                set(it, "name", container);
            }
        }
    }
}

pub(crate) fn is_our_volume(name: &str) -> bool {
    [SYNCTHING_VOLUME, SECRET_VOLUME, SHARED_VOLUME].contains(&name)
}

/// A list that becomes empty goes: it was not there, or absent means the same.
fn retain(value: &mut Value, list: &str, keep: impl Fn(&Value) -> bool) {
    let Some(fields) = value.as_object_mut() else { return };
    let Some(items) = fields.get_mut(list).and_then(Value::as_array_mut) else { return };
    items.retain(keep);
    if items.is_empty() {
        fields.remove(list);
    }
}

/// The value of `field` (which says how a list is to be read): that of `after`, where it is not as it was `before`,
/// else the `origin`'s.
fn merge_value(
    field: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    origin: Option<&Value>,
) -> Option<Value> {
    let (Some(old), Some(new)) = (before, after) else {
        return if before == after { origin.cloned() } else { after.cloned() };
    };
    if old == new {
        return origin.cloned();
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => merge_fields(old, new, origin.and_then(Value::as_object)),
        (Value::Array(old), Value::Array(new)) => {
            let origin = origin.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let merged = merge_items(field, old, new, origin).or_else(|| append(field, old, new, origin));
            Some(merged.unwrap_or_else(|| new.clone()).into())
        }
        _ => Some(new.clone()),
    }
}

/// `None` where nothing is left of an object that the original did not have.
fn merge_fields(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    origin: Option<&Map<String, Value>>,
) -> Option<Value> {
    let get = |field| origin.and_then(|origin| origin.get(field));
    let all: BTreeSet<&String> =
        [Some(before), Some(after), origin].into_iter().flatten().flat_map(Map::keys).collect();
    let merged: Map<String, Value> = all
        .into_iter()
        .filter_map(|field| {
            Some((field.clone(), merge_value(field, before.get(field), after.get(field), get(field))?))
        })
        .collect();
    (origin.is_some() || !merged.is_empty()).then(|| merged.into())
}

/// `None` where the items cannot be told apart: several have the same name, or the list is one that the API replaces as
/// a whole. The order is the original's with what others added at its end, unless they have changed the order.
fn merge_items(field: &str, before: &[Value], after: &[Value], origin: &[Value]) -> Option<Vec<Value>> {
    let (_, key_fields) = KEYED.iter().find(|(list, _)| *list == field)?;
    let keyed = |items: &[Value]| keys(items, key_fields);
    let (before_keys, after_keys, origin_keys) = (keyed(before)?, keyed(after)?, keyed(origin)?);
    let common = |of: &[String], with: &[String]| -> Vec<String> {
        of.iter().filter(|key| with.contains(key)).cloned().collect()
    };
    let reordered = common(&before_keys, &after_keys) != common(&after_keys, &before_keys);
    let (first, then) = if reordered { (&after_keys, &origin_keys) } else { (&origin_keys, &after_keys) };
    let order = first.iter().chain(then.iter().filter(|key| !first.contains(key)));
    let find = |keys: &[String], items: &'_ [Value], key: &String| {
        keys.iter().position(|candidate| candidate == key).map(|at| items[at].clone())
    };
    let merged = order.filter_map(|key| {
        let before = find(&before_keys, before, key);
        let after = find(&after_keys, after, key);
        merge_value("", before.as_ref(), after.as_ref(), find(&origin_keys, origin, key).as_ref())
    });
    Some(merged.collect())
}

/// Several items have the same name, and others have only added some at the end: what they added goes to the original's
/// end, unless it is there from an earlier merge.
fn append(field: &str, before: &[Value], after: &[Value], origin: &[Value]) -> Option<Vec<Value>> {
    KEYED.iter().find(|(list, _)| *list == field)?;
    let added = after.strip_prefix(before)?.iter().filter(|item| !origin.contains(item));
    Some(origin.iter().chain(added).cloned().collect())
}

/// What each item is told by; `None` where two are told by the same.
fn keys(items: &[Value], fields: &[&str]) -> Option<Vec<String>> {
    let keys: Vec<String> = items
        .iter()
        .map(|item| {
            let parts = fields.iter().map(|field| item.get(field).unwrap_or(&Value::Null).to_string());
            parts.collect::<Vec<_>>().join("/")
        })
        .collect();
    let unique: BTreeSet<&String> = keys.iter().collect();
    (unique.len() == keys.len()).then_some(keys)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::manifest::push;
    use crate::tests::samples::{options, yaml};
    use crate::{DevOptions, diff, enter};

    const ORIGIN: &str = "
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          template:
            metadata: {labels: {app: web}, annotations: {kubectl.kubernetes.io/default-container: web}}
            spec:
              containers:
                - name: web
                  image: 'web:1'
                  env: [{name: A, value: '1'}, {name: B, value: '2'}]
                  livenessProbe: {periodSeconds: 5}
                  securityContext: {privileged: true}
                - {name: db, image: 'db:1'}";

    fn web() -> DevOptions {
        DevOptions { container: Some("web".to_owned()), ..options() }
    }

    /// What the end makes of the original, as differences from it, when others have made `edit` of the dev form.
    fn check(edit: impl Fn(&mut Value), expect: &[&str]) {
        let origin = yaml(ORIGIN);
        let edited = enter(&origin, &web()).unwrap().object.unwrap();
        let mut current = edited.clone();
        edit(&mut current["spec"]);
        let merged = merge(&current, &origin, &edited, "web");
        let found: Vec<String> = diff(&origin, &merged).iter().map(ToString::to_string).collect();
        assert_eq!(found, expect);
        assert_eq!(merge(&current, &merged, &edited, "web"), merged);
    }

    fn containers(spec: &mut Value) -> &mut Vec<Value> {
        spec["template"]["spec"]["containers"].as_array_mut().unwrap()
    }

    #[test]
    fn without_drift_the_origin_comes_back_verbatim() {
        check(|_| {}, &[]);
    }

    #[test]
    fn kubectl_set_env_survives_in_the_originals_container_alone() {
        check(
            |spec| {
                containers(spec)
                    .iter_mut()
                    .for_each(|it| push(it, "env", json!({ "name": "C", "value": "3" })))
            },
            &[
                "spec.template.spec.containers[web].env[C]: added {\"name\":\"C\",\"value\":\"3\"}",
                "spec.template.spec.containers[db].env: added [{\"name\":\"C\",\"value\":\"3\"}]",
            ],
        );
    }

    #[test]
    fn each_field_is_theirs_or_the_originals() {
        check(|spec| spec["replicas"] = 5.into(), &["spec.replicas: 3 → 5"]);
        check(|spec| spec["paused"] = true.into(), &["spec.paused: added true"]);
        check(
            |spec| containers(spec)[0]["image"] = "web:2".into(),
            &["spec.template.spec.containers[web].image: \"web:1\" → \"web:2\""],
        );
        check(
            |spec| containers(spec)[0]["env"] = json!([{ "name": "B", "value": "2" }]),
            &["spec.template.spec.containers[web].env[A]: removed {\"name\":\"A\",\"value\":\"1\"}"],
        );
        check(|spec| containers(spec)[2]["image"] = "side:9".into(), &[]);
        check(|spec| drop(containers(spec).remove(2)), &[]);
    }

    #[test]
    fn an_original_container_that_was_added_again_is_taken() {
        let theirs = json!({ "name": "web", "image": "web:2" });
        let expect = [
            "spec.template.spec.containers[web].env: removed [{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\
             \"value\":\"2\"}]",
            "spec.template.spec.containers[web].image: \"web:1\" → \"web:2\"",
            "spec.template.spec.containers[web].livenessProbe: removed {\"periodSeconds\":5}",
            "spec.template.spec.containers[web].securityContext: removed {\"privileged\":true}",
        ];
        check(|spec| containers(spec).insert(0, theirs.clone()), &expect);
        check(|spec| containers(spec)[0] = theirs.clone(), &expect);
    }

    #[test]
    fn references_of_others_to_the_dev_container_follow_it_back() {
        let variable = |name: &str| {
            let source = json!({ "resourceFieldRef": { "containerName": name, "resource": "limits.cpu" } });
            json!({ "name": "C", "valueFrom": source })
        };
        check(
            |spec| push(&mut containers(spec)[1], "env", variable("nocalhost-dev")),
            &[&format!("spec.template.spec.containers[db].env: added [{}]", variable("web"))],
        );
    }
}
