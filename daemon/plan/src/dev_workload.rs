//! What every object has that DevMode makes beside an original: a name, labels, and how both are found again.

use serde_json::{Map, Value, json};

use crate::manifest::{set, text};
use crate::names::{dev_hash, dev_name};

/// On generated objects and their pods: which workload they are of, hashed as a label's value must be short.
const DEV_OF: &str = "nhd.dev/dev-of";

/// An object without a spec. Nothing of the original's own labels and annotations is taken over: a tool that
/// deploys what it finds labelled would take the object for one of its own, and prune it.
pub(crate) fn object(origin: &Value, api_version: &str, kind: &str) -> Option<Value> {
    let (original_kind, name) = identity(origin)?;
    let mut labels = own_label(origin);
    labels.insert("app.kubernetes.io/managed-by".to_owned(), "nhd".into());
    let mut metadata = json!({
        "name": dev_name(original_kind, name),
        "labels": labels,
        "annotations": { DEV_OF: format!("{}/{name}", original_kind.to_lowercase()) },
    });
    if let Some(namespace) = origin["metadata"].get("namespace") {
        set(&mut metadata, "namespace", namespace.clone());
    }
    Some(json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata }))
}

/// The label that only this workload's dev objects have.
pub(crate) fn own_label(origin: &Value) -> Map<String, Value> {
    let (kind, name) = identity(origin).unwrap_or_default();
    Map::from_iter([(DEV_OF.to_owned(), dev_hash(kind, name).into())])
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

/// Whether `object` was generated for DevMode, whoever's it is.
pub fn is_generated(object: &Value) -> bool {
    object.pointer("/metadata/annotations").is_some_and(|annotations| annotations.get(DEV_OF).is_some())
}

/// The workload that `object` was generated for, as `daemonset/agent`; `None` where it was not.
pub fn generated_for(object: &Value) -> Option<&str> {
    text(object.pointer("/metadata/annotations")?, DEV_OF)
}

/// Whether `object` was generated for DevMode in the workload `origin`.
pub fn is_generated_for(object: &Value, origin: &Value) -> bool {
    let Some((kind, name)) = identity(origin) else { return false };
    object.pointer("/metadata/annotations").and_then(|annotations| text(annotations, DEV_OF))
        == Some(&format!("{}/{name}", kind.to_lowercase()))
}

/// The label selector of the pods of what is generated for `origin`.
pub fn dev_selector(origin: &Value) -> String {
    let labels = own_label(origin);
    let terms: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    terms.join(",")
}

fn identity(origin: &Value) -> Option<(&str, &str)> {
    Some((text(origin, "kind")?, text(origin.get("metadata")?, "name")?))
}
