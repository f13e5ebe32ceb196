//! Keeping an autoscaler from its workload in DevMode, where it would make several dev pods, of which one is synced.
//!
//! It is pinned by a target that cannot exist: from then on it scales nothing, and all else of it stays. Pinned to one
//! replica instead it would scale the original itself down to one whenever it is pinned and the original is there:
//! before the edit if a daemon dies in between, and during the restore. From a StatefulSet that could take claims.

use serde_json::Value;

use crate::manifest::{annotate, annotations, remove_annotations, set, text};

/// Added to the name of the target. The API has no upper case in the names of workloads.
const NOBODY: &str = "-in-DevMode-by-nhd";
/// Names the session that pinned an autoscaler.
const PINNED_BY: &str = "nhd.dev/pinned-by";

const TARGET: &str = "/spec/scaleTargetRef";

/// The autoscaler as `session` pins it.
pub fn pin(autoscaler: &Value, session: &str) -> Value {
    let mut object = unpinned(autoscaler);
    if let Some(name) = target_name(&object).map(|name| format!("{name}{NOBODY}")) {
        set_target_name(&mut object, &name);
        annotate(&mut object, PINNED_BY, session.to_owned());
    }
    object
}

/// The autoscaler without a pin, whosever: it tells by itself what it was before.
pub fn unpinned(autoscaler: &Value) -> Value {
    let mut object = autoscaler.clone();
    if let Some(name) = target_name(autoscaler).and_then(|name| name.strip_suffix(NOBODY)) {
        set_target_name(&mut object, name);
    }
    remove_annotations(&mut object, &[PINNED_BY]);
    object
}

/// `current` without what is still there of the pin that made it `pinned`. What others changed since is theirs: an
/// autoscaler that they gave another target keeps that.
pub fn release(current: &Value, pinned: &Value) -> Value {
    let before = unpinned(pinned);
    let mut object = current.clone();
    if target_name(current) == target_name(pinned)
        && let Some(name) = target_name(&before)
    {
        set_target_name(&mut object, name);
    }
    if mark(current) == mark(pinned) {
        remove_annotations(&mut object, &[PINNED_BY]);
    }
    object
}

/// Whether something is left on `current` of the pin that made it `pinned`.
pub fn is_pinned(current: &Value, pinned: &Value) -> bool {
    release(current, pinned) != *current
}

/// The session that pinned it, as far as its mark says so.
pub fn pinned_by(autoscaler: &Value) -> Option<&str> {
    annotations(autoscaler)?.get(PINNED_BY)?.as_str()
}

/// Whether the autoscaler scales the workload. Its target is named with an API version, of which the group counts.
pub fn scales(autoscaler: &Value, workload: &Value) -> bool {
    let Some(target) = autoscaler.pointer(TARGET) else { return false };
    let name = workload.get("metadata").and_then(|metadata| text(metadata, "name"));
    group(target) == group(workload)
        && text(target, "kind") == text(workload, "kind")
        && text(target, "name") == name
}

/// `apps/v1` is `apps`.
fn group(of: &Value) -> &str {
    text(of, "apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group)
}

fn target_name(autoscaler: &Value) -> Option<&str> {
    text(autoscaler.pointer(TARGET)?, "name")
}

fn set_target_name(autoscaler: &mut Value, name: &str) {
    if let Some(target) = autoscaler.pointer_mut(TARGET) {
        set(target, "name", name);
    }
}

fn mark(autoscaler: &Value) -> Option<&Value> {
    annotations(autoscaler)?.get(PINNED_BY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use serde_json::json;

    use super::*;
    use crate::diff;
    use crate::tests::edits::overwrite;
    use crate::tests::samples::{nonsense, yaml};

    const ORIGIN: &str = "
        kind: HorizontalPodAutoscaler
        metadata: {name: web, uid: u}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          minReplicas: 2
          maxReplicas: 5
          metrics: [{type: ContainerResource, containerResource: {name: cpu, container: web}}]";

    fn workload() -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}})
    }

    /// What others did to the pinned autoscaler, and how it differs from the original once it is released.
    fn check(edit: impl Fn(&mut Value), expect: &[&str]) {
        let origin = yaml(ORIGIN);
        let pinned = pin(&origin, "s1");
        let mut current = pinned.clone();
        edit(&mut current);
        let released = release(&current, &pinned);
        let found: Vec<String> = diff(&origin, &released).iter().map(ToString::to_string).collect();
        assert_eq!(found, expect);
        assert_eq!(release(&released, &pinned), released);
        assert!(!is_pinned(&released, &pinned));
    }

    #[test]
    fn a_pinned_one_scales_nothing_and_says_who_pinned_it() {
        let origin = yaml(ORIGIN);
        let found: Vec<String> = diff(&origin, &pin(&origin, "s1")).iter().map(ToString::to_string).collect();
        let expect = [
            "metadata.annotations: added {\"nhd.dev/pinned-by\":\"s1\"}",
            "spec.scaleTargetRef.name: \"web\" → \"web-in-DevMode-by-nhd\"",
        ];
        assert_eq!(found, expect);
        assert!(scales(&origin, &workload()) && !scales(&pin(&origin, "s1"), &workload()));
    }

    #[test]
    fn only_an_autoscaler_of_this_very_workload_scales_it() {
        let scales = |version: &str, kind: &str, name: &str| {
            let target = json!({"apiVersion": version, "kind": kind, "name": name});
            super::scales(&json!({"spec": {"scaleTargetRef": target}}), &workload())
        };
        assert!(scales("apps/v1", "Deployment", "web") && scales("apps/v1beta1", "Deployment", "web"));
        assert!(!scales("apps/v1", "Deployment", "db") && !scales("apps/v1", "StatefulSet", "web"));
        assert!(!scales("acme.dev/v1", "Deployment", "web") && !scales("v1", "Deployment", "web"));
    }

    #[test]
    fn what_others_changed_stays_and_the_rest_comes_back() {
        check(|_| {}, &[]);
        check(|it| it["spec"]["maxReplicas"] = 9.into(), &["spec.maxReplicas: 5 → 9"]);
        check(|it| it["metadata"]["annotations"] = json!({}), &["metadata.annotations: added {}"]);
        check(|it| *it = yaml(ORIGIN), &[]);
        check(
            |it| it["spec"]["scaleTargetRef"]["name"] = "db".into(),
            &["spec.scaleTargetRef.name: \"web\" → \"db\""],
        );
        check(
            |it| annotate(it, PINNED_BY, "s2".to_owned()),
            &["metadata.annotations: added {\"nhd.dev/pinned-by\":\"s2\"}"],
        );
    }

    fn autoscaler() -> impl Strategy<Value = Value> {
        let metadata = select(vec![
            "{name: a, uid: u}",
            "{name: a, uid: u, annotations: {theirs: web}, labels: {app: web}}",
        ]);
        let kinds = select(vec!["Deployment", "StatefulSet"]);
        let metrics = select(vec![
            "[]",
            "[{type: Resource, resource: {name: cpu}}]",
            "[{type: ContainerResource, containerResource: {name: cpu, container: web}}]",
        ]);
        let min = proptest::option::of(0..3_u32);
        (metadata, kinds, metrics, min, 3..9_u32).prop_map(|(metadata, kind, metrics, min, max)| {
            let target = json!({"apiVersion": "apps/v1", "kind": kind, "name": "web"});
            let mut spec = json!({"scaleTargetRef": target, "maxReplicas": max, "metrics": yaml(metrics)});
            if let Some(min) = min {
                set(&mut spec, "minReplicas", min);
            }
            json!({"kind": "HorizontalPodAutoscaler", "metadata": yaml(metadata), "spec": spec, "status": {}})
        })
    }

    /// An edit of others that means the same to the original and to its pinned form.
    fn foreign_edit(object: &mut Value, which: usize) {
        match which {
            0 => object["spec"]["minReplicas"] = 7.into(),
            1 => object["spec"]["maxReplicas"] = 70.into(),
            2 => object["spec"]["metrics"] = json!([]),
            3 => object["spec"]["behavior"] = json!({"scaleDown": {"selectPolicy": "Disabled"}}),
            4 => object["metadata"]["labels"]["foreign"] = "1".into(),
            5 => annotate(object, "foreign", "1".to_owned()),
            6 => object["spec"]["scaleTargetRef"]["apiVersion"] = "apps/v1beta1".into(),
            7 => object["spec"]["scaleTargetRef"]["name"] = "foreign".into(),
            _ => object["status"] = json!({"currentReplicas": 4}),
        }
    }
    const FOREIGN_EDITS: usize = 9;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_release_gives_back_what_was_before_the_pin(origin in autoscaler()) {
            let pinned = pin(&origin, "s1");
            prop_assert!(is_pinned(&pinned, &pinned) && !is_pinned(&origin, &pinned));
            prop_assert_eq!(&release(&pinned, &pinned), &origin);
            prop_assert_eq!(&release(&origin, &pinned), &origin);
            prop_assert_eq!(&unpinned(&pinned), &origin);
            prop_assert_eq!(&pin(&pinned, "s1"), &pinned);
        }

        #[test]
        fn whatever_others_change_is_theirs_afterwards(
            origin in autoscaler(),
            edits in proptest::collection::vec(0..FOREIGN_EDITS, 1..5),
        ) {
            let pinned = pin(&origin, "s1");
            let (mut current, mut expect) = (pinned.clone(), origin);
            for which in edits {
                foreign_edit(&mut current, which);
                foreign_edit(&mut expect, which);
            }
            prop_assert_eq!(diff(&expect, &release(&current, &pinned)), []);
        }

        /// Whatever stands where the API has a list, an object or a text: an answer, not a panic.
        #[test]
        fn nonsense_is_answered(
            origin in autoscaler(),
            at in any::<Index>(),
            nonsense in nonsense(),
        ) {
            let mut broken = origin.clone();
            overwrite(&mut broken, &at, &nonsense);
            let pinned = pin(&broken, "s1");
            let released = release(&pinned, &pinned);
            prop_assert_eq!(&released["spec"], &broken["spec"]);
            prop_assert_eq!(&release(&released, &pinned), &released);
            let _ = (scales(&broken, &workload()), is_pinned(&origin, &pinned));
        }
    }
}
