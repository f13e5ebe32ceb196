//! The annotation that says of an object that it is in DevMode, and holds its original.

use serde_json::{Value, json};

use crate::manifest::{annotations, set};

/// The original `.spec` as compact JSON, on the object whose template was edited (the seed).
const ORIGIN: &str = "nocalhost.origin.spec.json";
/// Stands in for [`ORIGIN`] where the original is too large for an annotation and only the Secret has it.
const ORIGIN_ELSEWHERE: &str = "nhd.dev/origin";
/// What Nocalhost's own tool leaves on a workload in its DevMode.
const NOCALHOST: &str = "dev.nocalhost/origin-workload-definition";
/// The limit of all keys and values of an object's annotations together, in bytes (the Kubernetes API).
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

/// Marks `object` as in DevMode with the original `spec`. Tells whether the original itself found room.
pub(crate) fn put(object: &mut Value, spec: &Value) -> bool {
    let origin = spec.to_string();
    let taken: usize = annotations(object)
        .into_iter()
        .flatten()
        .map(|(key, value)| key.len() + value.as_str().map_or(0, str::len))
        .sum();
    let fits = taken + ORIGIN.len() + origin.len() <= ANNOTATIONS_LIMIT;
    let (key, value) = if fits { (ORIGIN, origin) } else { (ORIGIN_ELSEWHERE, "secret".to_owned()) };
    insert(object, key, value);
    fits
}

/// Sets an annotation.
pub(crate) fn insert(object: &mut Value, key: &str, value: String) {
    let Some(metadata) = object.get_mut("metadata") else { return };
    match metadata.get_mut("annotations") {
        Some(annotations) if annotations.is_object() => set(annotations, key, value),
        _ => set(metadata, "annotations", json!({ key: value })),
    }
}

/// Marks `to` as `from` is marked.
pub(crate) fn copy(from: &Value, to: &mut Value) {
    for key in [ORIGIN, ORIGIN_ELSEWHERE] {
        if let Some(value) = annotations(from).and_then(|all| all.get(key)).and_then(Value::as_str) {
            insert(to, key, value.to_owned());
        }
    }
}

/// Takes our marks off and leaves every other annotation alone.
pub(crate) fn strip(object: &mut Value) {
    take_off(object, &[ORIGIN, ORIGIN_ELSEWHERE]);
}

/// Removes annotations, and with the last of all the map of them.
pub(crate) fn take_off(object: &mut Value, keys: &[&str]) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) else { return };
    let before = annotations.len();
    annotations.retain(|key, _| !keys.contains(&key.as_str()));
    if annotations.is_empty() && before > 0 {
        metadata.remove("annotations");
    }
}

/// Whether `object` is marked as in DevMode by nhd.
pub fn is_ours(object: &Value) -> bool {
    annotations(object).is_some_and(|all| all.contains_key(ORIGIN) || all.contains_key(ORIGIN_ELSEWHERE))
}

/// Whether `object` is marked as in DevMode by Nocalhost's own tool.
pub fn is_nocalhosts(object: &Value) -> bool {
    annotations(object).is_some_and(|all| all.contains_key(NOCALHOST))
}

/// The original `.spec` as the mark holds it; `None` where it is elsewhere or not readable.
pub(crate) fn origin_spec(object: &Value) -> Option<Value> {
    serde_json::from_str(annotations(object)?.get(ORIGIN)?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_moves_to_the_secret_when_the_annotations_would_be_too_large() {
        let spec = json!({ "replicas": 1 });
        let ours = ORIGIN.len() + spec.to_string().len();
        for (last_applied, fits) in [(ANNOTATIONS_LIMIT - ours - 1, true), (ANNOTATIONS_LIMIT - ours, false)]
        {
            let mut object = json!({ "metadata": { "annotations": { "a": "x".repeat(last_applied) } } });
            assert_eq!(put(&mut object, &spec), fits);
            assert_eq!(origin_spec(&object).is_some(), fits);
            assert!(is_ours(&object));
            let marks = &object["metadata"]["annotations"];
            assert_eq!(marks.get(ORIGIN_ELSEWHERE).is_some(), !fits);
        }
    }

    #[test]
    fn stripping_leaves_others_annotations_and_no_empty_map() {
        for others in [json!({}), json!({ "annotations": { "theirs": "1" } })] {
            let origin = json!({ "metadata": others });
            let mut object = origin.clone();
            put(&mut object, &json!({}));
            strip(&mut object);
            assert_eq!(object, origin);
        }
    }
}
