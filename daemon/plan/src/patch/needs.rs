//! What DevMode cannot do without, whatever is patched: all of the object but its pod template, and in that what makes the
//! dev container one and the sidecar work.

use serde_json::{Value, json};

use crate::dev_workload::DEV_OF;
use crate::manifest::{self, items, name, remove};
use crate::show::diff_at;
use crate::{DEV_CONTAINER, SIDECAR_CONTAINER, annotation, diff};

/// What the dev container is by, and what it does.
const OF_DEV_CONTAINER: [&str; 5] = ["name", "image", "command", "args", "workingDir"];
/// What of the sidecar may be patched: it works with any.
const FREE_OF_SIDECAR: [&str; 3] = ["resources", "securityContext", "imagePullPolicy"];
/// What decides that the dev pod goes on.
const OF_POD: [&str; 2] = ["restartPolicy", "activeDeadlineSeconds"];

/// Why `patched` cannot take the place of `made`, whose pod template is at `template`.
pub(super) fn check(made: &Value, patched: &Value, template: &str) -> Result<(), String> {
    let (Some(made_template), Some(patched_template)) = (made.pointer(template), patched.pointer(template))
    else {
        return Err("takes the pod template away".to_owned());
    };
    if !patched_template["spec"].is_object() {
        return Err("takes the pod template away".to_owned());
    }
    outside(made, patched, template)?;
    metadata(made, made_template, patched_template)?;
    let (made, patched) = (&made_template["spec"], &patched_template["spec"]);
    let dev = container(made, patched, DEV_CONTAINER)?;
    unchanged(&format!("container {DEV_CONTAINER}"), &OF_DEV_CONTAINER, dev.0, dev.1)?;
    let sidecar = container(made, patched, SIDECAR_CONTAINER)?;
    unchanged("the pod", &OF_POD, made, patched)?;
    let fixed = [sidecar.0, sidecar.1].map(|container| {
        let mut container = container.clone();
        FREE_OF_SIDECAR.iter().for_each(|field| remove(&mut container, field));
        container
    });
    if let Some(difference) = diff_at(SIDECAR_CONTAINER, &fixed[0], &fixed[1]).first() {
        return Err(format!(
            "changes the sidecar ({}), of which only {} can be patched",
            difference.path,
            FREE_OF_SIDECAR.join(", ")
        ));
    }
    shared_volumes(made, patched, (dev.0, dev.1), sidecar.0)
}

/// Everything but the pod template has the purpose that DevMode gave it, and is given back by that.
fn outside(made: &Value, patched: &Value, template: &str) -> Result<(), String> {
    let without_template = |object: &Value| {
        let mut object = object.clone();
        if template.is_empty() {
            // A Pod is its own template.
            remove(&mut object, "spec");
            ["labels", "annotations"].iter().for_each(|field| remove(&mut object["metadata"], field));
        } else if let Some(template) = object.pointer_mut(template) {
            *template = json!({});
        }
        object
    };
    match diff(&without_template(made), &without_template(patched)).first() {
        None => Ok(()),
        Some(difference) => {
            Err(format!("changes {}, and only the pod template can be patched", difference.path))
        }
    }
}

/// The labels by which pods are found, and the annotations that tell of DevMode.
fn metadata(object: &Value, made: &Value, patched: &Value) -> Result<(), String> {
    let selector = object.pointer("/spec/selector");
    let exact = selector.and_then(|it| it.get("matchLabels")).and_then(Value::as_object);
    let expressions = selector.map_or(&[][..], |it| items(it, "matchExpressions"));
    let keys = exact.into_iter().flatten().map(|(key, _)| key.as_str());
    let keys = keys.chain(expressions.iter().filter_map(|it| it["key"].as_str())).chain([DEV_OF]);
    let label = |template: &Value, key: &str| template["metadata"]["labels"].get(key).cloned();
    for key in keys {
        if label(made, key) != label(patched, key) {
            return Err(format!("changes the label {key}, by which the dev pod is found"));
        }
    }
    let noted = |object: &Value| {
        let mut noted = json!({"metadata": {}});
        annotation::copy(object, &mut noted);
        noted
    };
    if noted(made) != noted(patched) {
        return Err("changes the annotation that holds the original".to_owned());
    }
    Ok(())
}

/// One of our containers as it was made and as it is patched.
fn container<'a>(
    made: &'a Value,
    patched: &'a Value,
    wanted: &str,
) -> Result<(&'a Value, &'a Value), String> {
    let all = manifest::all_containers(patched).filter(|it| name(it) == wanted).count();
    let of = |pod_spec: &'a Value| items(pod_spec, "containers").iter().find(|it| name(it) == wanted);
    match (of(made), of(patched)) {
        (Some(made), Some(patched)) if all == 1 => Ok((made, patched)),
        (_, Some(_)) => Err(format!("makes a second container {wanted}")),
        (_, None) => Err(format!("takes container {wanted} away, which DevMode needs")),
    }
}

fn unchanged(what: &str, fields: &[&str], made: &Value, patched: &Value) -> Result<(), String> {
    let given = |value: &Value, field: &str| value.get(field).filter(|it| !it.is_null()).cloned();
    match fields.iter().find(|field| given(made, field) != given(patched, field)) {
        None => Ok(()),
        Some(field) => Err(format!("changes {field} of {what}, which DevMode needs as it is")),
    }
}

/// The volumes that the sidecar sees, and where the dev container sees them, too.
fn shared_volumes(
    made: &Value,
    patched: &Value,
    (dev, patched_dev): (&Value, &Value),
    sidecar: &Value,
) -> Result<(), String> {
    let volume = |pod_spec: &Value, wanted: &str| {
        let named = |it: &&Value| name(it) == wanted;
        items(pod_spec, "volumes").iter().find(named).map(manifest::without_nulls)
    };
    for mount in items(sidecar, "volumeMounts") {
        let wanted = name(mount);
        if volume(made, wanted) != volume(patched, wanted) {
            return Err(format!("changes volume {wanted}, which DevMode needs as it is"));
        }
        let mounts = |container: &Value| {
            let mut mounts = items(container, "volumeMounts").to_vec();
            mounts.retain(|mount| name(mount) == wanted);
            // A field that is null is not there.
            mounts.iter().map(manifest::without_nulls).collect::<Vec<_>>()
        };
        let (before, after) = (mounts(dev), mounts(patched_dev));
        if let Some(gone) = before.iter().find(|mount| !after.contains(mount)) {
            let path = gone["mountPath"].as_str().unwrap_or_default();
            return Err(format!("changes the mount of {wanted} at {path}, which DevMode needs as it is"));
        }
    }
    Ok(())
}
