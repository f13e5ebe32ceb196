//! The annotation that says of an object that it is in DevMode, and holds its original.

use serde_json::Value;

use crate::manifest::{annotate, annotations, remove_annotations};
use crate::{ConfigPlace, Patch};

/// The original `.spec` as compact JSON, on the object whose template was edited (the seed).
const ORIGIN: &str = "nocalhost.origin.spec.json";
/// Stands in for [`ORIGIN`] where the original is too large for an annotation and only the Secret has it.
const ORIGIN_ELSEWHERE: &str = "nhd.dev/origin";
/// Names the session that made a pod again, until it is known to be in the namespace that it was taken from.
const GIVEN_BACK_BY: &str = "nhd.dev/given-back-by";
/// The patches that are part of the edit, without which nobody could tell what they did from what others did where the
/// record is lost.
const PATCHES: &str = "nhd.dev/patches";
/// What Nocalhost's own tool leaves on a workload in its DevMode.
const NOCALHOST: &str = "dev.nocalhost/origin-workload-definition";
/// The limit of all keys and values of an object's annotations together, in bytes (the Kubernetes API).
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

/// Says of `object` that it is in DevMode, with the original `spec`. Tells whether the original itself found room.
pub(crate) fn put(object: &mut Value, spec: &Value) -> bool {
    let origin = spec.to_string();
    let fits = fits(object, ORIGIN, &origin);
    let (key, value) = if fits { (ORIGIN, origin) } else { (ORIGIN_ELSEWHERE, "secret".to_owned()) };
    annotate(object, key, value);
    fits
}

fn fits(object: &Value, key: &str, value: &str) -> bool {
    let taken: usize = annotations(object)
        .into_iter()
        .flatten()
        .map(|(key, value)| key.len() + value.as_str().map_or(0, str::len))
        .sum();
    taken + key.len() + value.len() <= ANNOTATIONS_LIMIT
}

/// Says of `object` what was patched, where there is room for that. Where in whose files is nobody's business there.
pub(crate) fn put_patches(object: &mut Value, patches: &[Patch]) {
    let patches: Vec<Patch> =
        patches.iter().map(|patch| Patch { place: ConfigPlace::default(), ..patch.clone() }).collect();
    let Ok(text) = serde_json::to_string(&patches) else { return };
    if !patches.is_empty() && fits(object, PATCHES, &text) {
        annotate(object, PATCHES, text);
    }
}

/// The patches as the annotation holds them; none where it is not readable.
pub(crate) fn patches(object: &Value) -> Vec<Patch> {
    let text = annotations(object).and_then(|all| all.get(PATCHES)?.as_str());
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Gives `to` the annotations of the edit that `from` has.
pub(crate) fn copy(from: &Value, to: &mut Value) {
    for key in [ORIGIN, ORIGIN_ELSEWHERE, PATCHES] {
        if let Some(value) = annotations(from).and_then(|all| all.get(key)).and_then(Value::as_str) {
            annotate(to, key, value.to_owned());
        }
    }
}

/// Takes our annotations off and leaves every other one alone.
pub(crate) fn strip(object: &mut Value) {
    remove_annotations(object, &[ORIGIN, ORIGIN_ELSEWHERE, PATCHES, GIVEN_BACK_BY]);
}

/// The manifest of a pod that `session` makes again, with its mark on it.
#[must_use]
pub fn sign(pod: &Value, session: &str) -> Value {
    let mut object = pod.clone();
    annotate(&mut object, GIVEN_BACK_BY, session.to_owned());
    object
}

/// The session whose mark is on a pod that was made again.
pub fn given_back_by(object: &Value) -> Option<&str> {
    annotations(object)?.get(GIVEN_BACK_BY)?.as_str()
}

/// Whether the annotation says that `object` is in DevMode.
pub fn is_ours(object: &Value) -> bool {
    annotations(object).is_some_and(|all| all.contains_key(ORIGIN) || all.contains_key(ORIGIN_ELSEWHERE))
}

/// Whether Nocalhost's own tool says of `object` that it is in DevMode.
pub fn is_nocalhosts(object: &Value) -> bool {
    annotations(object).is_some_and(|all| all.contains_key(NOCALHOST))
}

/// The original `.spec` as the annotation holds it; `None` where it is elsewhere or not readable.
pub(crate) fn origin_spec(object: &Value) -> Option<Value> {
    serde_json::from_str(annotations(object)?.get(ORIGIN)?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
            let ours = &object["metadata"]["annotations"];
            assert_eq!(ours.get(ORIGIN_ELSEWHERE).is_some(), !fits);
        }
    }

    #[test]
    fn stripping_leaves_others_annotations_and_no_empty_map() {
        for others in [json!({}), json!({ "annotations": { "theirs": "1" } })] {
            let origin = json!({ "metadata": others });
            let mut object = origin.clone();
            put(&mut object, &json!({}));
            let mut object = sign(&object, "s1");
            assert_eq!(given_back_by(&object), Some("s1"));
            strip(&mut object);
            assert_eq!(object, origin);
            assert_eq!(given_back_by(&object), None);
            assert!(!is_ours(&sign(&origin, "s1")), "it is not in DevMode");
        }
    }
}
