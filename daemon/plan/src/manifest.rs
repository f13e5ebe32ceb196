//! Ways through raw JSON that neither panic on a shape they did not expect nor invent fields by looking.

use serde_json::{Map, Value, json};

/// The text at `field`, if it is one.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

/// The name of a container, volume or object; empty where there is none.
pub(crate) fn name(value: &Value) -> &str {
    text(value, "name").unwrap_or_default()
}

/// The list at `field`; empty where there is none.
pub(crate) fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(crate) fn items_mut<'a>(value: &'a mut Value, field: &str) -> &'a mut [Value] {
    value.get_mut(field).and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

/// Appends to the list at `field` and makes it where there is none (absent and null mean the same to the API).
pub(crate) fn push(value: &mut Value, field: &str, item: Value) {
    let Some(object) = value.as_object_mut() else { return };
    match object.get_mut(field).and_then(Value::as_array_mut) {
        Some(list) => list.push(item),
        None => drop(object.insert(field.to_owned(), Value::Array(vec![item]))),
    }
}

/// Keeps only some items of `list`. One that becomes empty goes: the API server does not write empty ones.
pub(crate) fn retain(value: &mut Value, list: &str, keep: impl Fn(&Value) -> bool) {
    let Some(items) = value.get_mut(list).and_then(Value::as_array_mut) else { return };
    items.retain(keep);
    if items.is_empty() {
        remove(value, list);
    }
}

pub(crate) fn set(value: &mut Value, field: &str, to: impl Into<Value>) {
    if let Some(object) = value.as_object_mut() {
        object.insert(field.to_owned(), to.into());
    }
}

pub(crate) fn remove(value: &mut Value, field: &str) {
    if let Some(object) = value.as_object_mut() {
        object.remove(field);
    }
}

/// Gives `to` the same `field` as `from` has, or none where `from` has none.
pub(crate) fn copy(field: &str, from: &Value, to: &mut Value) {
    match from.get(field) {
        Some(value) => set(to, field, value.clone()),
        None => remove(to, field),
    }
}

/// The annotations of an object or a pod template.
pub(crate) fn annotations(object: &Value) -> Option<&Map<String, Value>> {
    object.get("metadata")?.get("annotations")?.as_object()
}

/// Sets an annotation.
pub(crate) fn annotate(object: &mut Value, key: &str, value: String) {
    let Some(metadata) = object.get_mut("metadata") else { return };
    match metadata.get_mut("annotations") {
        Some(annotations) if annotations.is_object() => set(annotations, key, value),
        _ => set(metadata, "annotations", json!({ key: value })),
    }
}

/// Removes annotations, and with the last of all the map of them.
pub(crate) fn remove_annotations(object: &mut Value, keys: &[&str]) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) else { return };
    let before = annotations.len();
    annotations.retain(|key, _| !keys.contains(&key.as_str()));
    if annotations.is_empty() && before > 0 {
        metadata.remove("annotations");
    }
}

/// Both containers and init containers, in the order in which the API lists them.
pub(crate) fn all_containers(pod_spec: &Value) -> impl Iterator<Item = &Value> {
    items(pod_spec, "initContainers").iter().chain(items(pod_spec, "containers"))
}

/// The value without the fields that are null: the API treats them as absent, and clients differ in writing them
/// (`creationTimestamp: null` in every pod template that Go has written).
pub(crate) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(field, value)| (field.clone(), without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}
