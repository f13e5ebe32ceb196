//! The dev workload: the object that DevMode makes next to an original which cannot have the dev pod itself. Its name,
//! its labels, and how it is found again by both; what it is made of is its kind's.

use serde_json::{Map, Value, json};

use crate::manifest::{annotations, set, text};
use crate::names::{dev_workload_hash, dev_workload_name};

/// On dev workloads and their pods: which workload they are of. As a label it is hashed, whose value must be short.
pub(crate) const DEV_OF: &str = "nhd.dev/dev-of";

/// A dev workload without a spec. Nothing of the original's own labels and annotations is taken over: a tool that
/// deploys what it finds labelled would take the object for one of its own, and prune it.
pub(crate) fn without_spec(origin: &Value, api_version: &str, kind: &str) -> Option<Value> {
    let (original_kind, name) = identity(origin)?;
    let mut labels = own_label(origin);
    labels.insert("app.kubernetes.io/managed-by".to_owned(), "nhd".into());
    let mut metadata = json!({
        "name": dev_workload_name(original_kind, name),
        "labels": labels,
        "annotations": { DEV_OF: format!("{}/{name}", original_kind.to_lowercase()) },
    });
    if let Some(namespace) = origin["metadata"].get("namespace") {
        set(&mut metadata, "namespace", namespace.clone());
    }
    Some(json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata }))
}

/// The label that only the dev workload of this one has, and its pods.
pub(crate) fn own_label(origin: &Value) -> Map<String, Value> {
    let (kind, name) = identity(origin).unwrap_or_default();
    Map::from_iter([(DEV_OF.to_owned(), dev_workload_hash(kind, name).into())])
}

/// Adds our label to those that the pods have anyway.
pub(crate) fn label_pods(template: &mut Value, origin: &Value) {
    if template.get("metadata").is_none_or(|metadata| !metadata.is_object()) {
        set(template, "metadata", json!({}));
    }
    let metadata = &mut template["metadata"];
    let mut labels = metadata.get("labels").and_then(Value::as_object).cloned().unwrap_or_default();
    labels.extend(own_label(origin));
    set(metadata, "labels", labels);
}

/// Whether `object` is a dev workload, whosever.
pub fn is_dev_workload(object: &Value) -> bool {
    annotations(object).is_some_and(|all| all.contains_key(DEV_OF))
}

/// The workload that `object` is the dev workload of, as `daemonset/agent`; `None` where it is not one.
pub fn dev_workload_of(object: &Value) -> Option<&str> {
    annotations(object)?.get(DEV_OF)?.as_str()
}

/// Whether `object` is the dev workload of `origin`.
pub fn is_dev_workload_of(object: &Value, origin: &Value) -> bool {
    let Some((kind, name)) = identity(origin) else { return false };
    dev_workload_of(object) == Some(&format!("{}/{name}", kind.to_lowercase()))
}

/// The label selector of the pods of the dev workload of `origin`.
pub fn dev_selector(origin: &Value) -> String {
    let labels = own_label(origin);
    let terms: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    terms.join(",")
}

fn identity(origin: &Value) -> Option<(&str, &str)> {
    Some((text(origin, "kind")?, text(origin.get("metadata")?, "name")?))
}
