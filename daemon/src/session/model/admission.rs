//! What the modelled admission steps make of what is written, and how that is left out of account.

use serde_json::{Value, json};

use super::world::Admission;

/// The grace that the steps set, whatever was written.
const GRACE: u64 = 77;

/// Where there may be a pod template.
const TEMPLATES: [&str; 3] = ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec", "/spec"];

/// Does to `object` what the steps do.
pub(super) fn admit(admits: Admission, plural: &str, object: &mut Value) {
    if !["deployments", "statefulsets", "daemonsets", "jobs", "cronjobs", "pods"].contains(&plural) {
        return;
    }
    if admits.labels {
        object["metadata"]["labels"]["admitted"] = "yes".into();
    }
    let Some(spec) =
        TEMPLATES.iter().find(|at| object.pointer(at).is_some_and(|spec| spec.get("containers").is_some()))
    else {
        return;
    };
    let spec = object.pointer_mut(spec).expect("it was found");
    if admits.grace {
        spec["terminationGracePeriodSeconds"] = GRACE.into();
    }
    if admits.pull_secrets && spec.get("imagePullSecrets").is_none() {
        spec["imagePullSecrets"] = json!([{"name": "admitted"}]);
    }
    if admits.variables {
        for container in spec["containers"].as_array_mut().into_iter().flatten() {
            let variable = json!({"name": "ADMITTED", "value": "yes"});
            match container.get_mut("env").and_then(Value::as_array_mut) {
                Some(all) if all.iter().any(|it| it["name"] == "ADMITTED") => {}
                Some(all) => all.push(variable),
                None => container["env"] = json!([variable]),
            }
        }
    }
}

/// What counts of an object that was given back: neither what the cluster keeps in it, nor what admission made of it.
pub(super) fn essence(object: &Value) -> Value {
    let mut essence = json!({"spec": object["spec"], "labels": object["metadata"]["labels"],
        "annotations": object["metadata"]["annotations"]});
    if let Some(labels) = essence["labels"].as_object_mut() {
        labels.remove("admitted");
    }
    if essence["annotations"].as_object().is_some_and(serde_json::Map::is_empty) {
        essence["annotations"] = Value::Null;
    }
    if let Some(at) =
        TEMPLATES.iter().find(|at| essence.pointer(at).is_some_and(|spec| spec.get("containers").is_some()))
    {
        let spec = essence.pointer_mut(at).expect("it was found");
        if spec["terminationGracePeriodSeconds"] == GRACE {
            spec["terminationGracePeriodSeconds"] = super::origins::GRACE.into();
        }
        if spec["imagePullSecrets"] == json!([{"name": "admitted"}]) {
            spec.as_object_mut().expect("a spec").remove("imagePullSecrets");
        }
        if let Some(spec) = spec.as_object_mut() {
            spec.remove("nodeName");
        }
        for container in spec["containers"].as_array_mut().into_iter().flatten() {
            if let Some(all) = container.get_mut("env").and_then(Value::as_array_mut) {
                all.retain(|it| it["name"] != "ADMITTED");
                if all.is_empty() {
                    container.as_object_mut().expect("a container").remove("env");
                }
            }
        }
    }
    essence
}
