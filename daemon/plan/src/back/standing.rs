//! Where a workload stands between its original and DevMode, told from the object alone.

use serde_json::Value;

use super::restore;
use crate::annotation;
use crate::edit::Edit;
use crate::kinds::{self, Shape};
use crate::manifest::without_nulls;
use crate::old_pods::with_own_strategy;
use crate::show::{Difference, diff_at};

#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// The original spec, and no annotation of ours.
    Original,
    /// The spec is what we wrote.
    Dev,
    /// On the way back: the original with controls that are still neutral, or with our annotation still on it. What
    /// is left is [`Edit::settled`], once the original template has rolled out.
    Settling,
    /// In DevMode, and others have changed something since: what differs from what we wrote.
    Drifted(Vec<Difference>),
    /// In DevMode, but others have put the original container beside ours: what differs from what we wrote.
    ReAdded(Vec<Difference>),
    /// Others have replaced our edit, or what we gave back; no container of ours is left: what differs from the
    /// original.
    Overwritten(Vec<Difference>),
}

/// Compares `current` with both ends of the `edit`. Only `.spec` counts, as data, and our annotation: labels, other
/// annotations and status belong to others. Of a Pod only what it can be made from counts. A workload that is never
/// written to is always the original.
///
/// What the API server made of what we gave back is the original as well: its admission steps may add to every write
/// what the original lacks, and then no write would ever lead to the original itself.
pub fn standing(current: &Value, edit: &Edit) -> Standing {
    let Some(kind) = kinds::of(&edit.origin) else {
        return compare(current, edit, &edit.origin, edit.last_known());
    };
    if kind.shape == Shape::Untouched {
        return Standing::Original;
    }
    let current = with_own_strategy(&kind.cleaned(current), edit);
    if let Some(given_back) = &edit.given_back
        && spec(&current) == spec(&kind.cleaned(&given_back.object))
    {
        let back = given_back.settled && !has_our_mark(&current);
        return if back { Standing::Original } else { Standing::Settling };
    }
    compare(&current, edit, &kind.cleaned(&edit.origin), &kind.cleaned(edit.last_known()))
}

/// What the cluster added to the original when it was given back.
pub fn additions(edit: &Edit) -> Vec<Difference> {
    let (Some(kind), Some(given_back)) = (kinds::of(&edit.origin), &edit.given_back) else {
        return Vec::new();
    };
    let [before, after] =
        [&edit.origin, &given_back.object].map(|object| kind.cleaned(&without_nulls(object)));
    if given_back.settled { differences(&before, &after) } else { Vec::new() }
}

fn compare(current: &Value, edit: &Edit, origin: &Value, written: &Value) -> Standing {
    let annotated = annotation::is_ours(current);
    // What is neutral follows from the rules by which it was edited, and not from what others have left.
    let neutral = restore::neutral(origin, &edit.edited);
    let spec_is = |other: &Value| spec(current) == spec(other);
    // A CronJob may have been before as we make it; then only the annotation tells.
    if spec_is(written) && annotated {
        Standing::Dev
    } else if spec_is(origin) && !has_our_mark(current) {
        Standing::Original
    } else if spec_is(origin) || spec_is(&neutral) {
        Standing::Settling
    } else if spec_is(written) {
        Standing::Dev
    } else if kinds::of(origin).is_some_and(|kind| (kind.is_edited)(current)) {
        let differences = differences(written, current);
        if has_original_container(current, origin, written) {
            Standing::ReAdded(differences)
        } else {
            Standing::Drifted(differences)
        }
    } else {
        // After the first write of the end the controls are not yet the original's, which is not others' doing.
        let from_origin = differences(origin, current);
        let from_neutral = differences(&neutral, current);
        let nearest = if from_neutral.len() < from_origin.len() { from_neutral } else { from_origin };
        Standing::Overwritten(nearest)
    }
}

/// Whether an annotation of ours is yet to go: that of DevMode, or the mark of whoever made a pod again.
fn has_our_mark(current: &Value) -> bool {
    annotation::is_ours(current) || annotation::given_back_by(current).is_some()
}

/// Whether `current` has a container of the original that our edit took away, and ours nonetheless.
fn has_original_container(current: &Value, origin: &Value, written: &Value) -> bool {
    let Some(kind) = kinds::of(origin) else { return false };
    let (now, then) = (kind.container_names(current), kind.container_names(written));
    kind.container_names(origin).iter().any(|it| !then.contains(it) && now.contains(it))
}

fn spec(object: &Value) -> Value {
    object.get("spec").map(without_nulls).unwrap_or_default()
}

fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    diff_at("spec", &before["spec"], &after["spec"])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::samples::{edit_of, options, yaml};
    use crate::{enter, manifest, settle};

    const PLAIN: &str = "
        kind: Deployment
        metadata: {name: web, labels: {app: web}, annotations: {theirs: '1'}}
        spec:
          replicas: 3
          revisionHistoryLimit: 10
          template:
            metadata: {creationTimestamp: null, labels: {app: web}}
            spec: {containers: [{name: web, image: 'web:1'}]}";

    /// `form` is what the workload is at first (original, edited, neutral); then `pointer` is set to a value or,
    /// with `None`, removed.
    fn check(form: &str, edits: &[(&str, Option<Value>)], expect: &str) {
        let mut origin = yaml(PLAIN);
        origin["spec"]["paused"] = json!(true);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let mut current = match form {
            "original" => origin.clone(),
            "edited" => edited.clone(),
            "neutral" => restore::restore(&edited, &origin, &edited),
            other => panic!("{other}"),
        };
        for (pointer, value) in edits {
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            let (parent, field) = (current.pointer_mut(parent).unwrap(), field.replace("~1", "/"));
            match value {
                Some(value) => manifest::set(parent, &field, value.clone()),
                None => manifest::remove(parent, &field),
            }
        }
        let said = match standing(&current, &edit_of(&origin, &edited)) {
            Standing::Drifted(differences) => format!("drifted {}", join(&differences)),
            Standing::ReAdded(differences) => format!("re-added {}", join(&differences)),
            Standing::Overwritten(differences) => format!("overwritten {}", join(&differences)),
            other => format!("{other:?}").to_lowercase(),
        };
        assert_eq!(said, expect, "{form} {edits:?}");
    }

    fn join(differences: &[Difference]) -> String {
        differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    const ANNOTATION: &str = "/metadata/annotations/nocalhost.origin.spec.json";

    #[test]
    fn each_form_is_recognised() {
        check("original", &[], "original");
        check("edited", &[], "dev");
        check("neutral", &[], "settling");
    }

    #[test]
    fn what_is_not_in_the_spec_does_not_count() {
        for form in ["original", "edited", "neutral"] {
            let said = match form {
                "original" => "original",
                "edited" => "dev",
                _ => "settling",
            };
            check(form, &[("/metadata/labels/app", Some(json!("other")))], said);
            check(
                form,
                &[("/metadata/annotations/deployment.kubernetes.io~1revision", Some(json!("7")))],
                said,
            );
            check(form, &[("/status", Some(json!({ "replicas": 1 }))), ("/metadata/labels", None)], said);
            check(form, &[("/spec/template/metadata/creationTimestamp", None)], said);
        }
    }

    #[test]
    fn the_annotation_decides_only_with_the_original_spec() {
        check("original", &[(ANNOTATION, Some(json!("{}")))], "settling");
        check("original", &[("/metadata/annotations/nhd.dev~1origin", Some(json!("secret")))], "settling");
        check("neutral", &[(ANNOTATION, Some(json!("{}")))], "settling");
        check("edited", &[(ANNOTATION, None)], "dev");
    }

    #[test]
    fn changes_in_dev_mode_are_drift() {
        check("edited", &[("/spec/replicas", Some(json!(3)))], "drifted spec.replicas: 1 → 3");
        check(
            "edited",
            &[("/spec/template/spec/containers/0/image", Some(json!("other:2"))), (ANNOTATION, None)],
            "drifted spec.template.spec.containers[nocalhost-dev].image: \"dev:1\" → \"other:2\"",
        );
    }

    #[test]
    fn the_original_container_beside_ours_is_told_apart() {
        let dev = json!({ "name": "nocalhost-dev", "image": "dev:1" });
        let others = json!([dev, { "name": "web", "image": "web:1" }]);
        let origin = yaml(PLAIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let mut current = edited.clone();
        current["spec"]["template"]["spec"]["containers"] = others;
        assert!(matches!(standing(&current, &edit_of(&origin, &edited)), Standing::ReAdded(_)));
        current["spec"]["template"]["spec"]["containers"][1]["name"] = "other".into();
        assert!(matches!(standing(&current, &edit_of(&origin, &edited)), Standing::Drifted(_)));
    }

    #[test]
    fn without_a_container_of_ours_it_is_overwritten() {
        let others = json!([{ "name": "web", "image": "web:2" }]);
        check(
            "edited",
            &[
                ("/spec/template/spec/containers", Some(others.clone())),
                ("/spec/template/spec/volumes", None),
            ],
            "overwritten spec.replicas: 3 → 1; spec.template.spec.containers[web].image: \"web:1\" → \"web:2\"",
        );
        check(
            "neutral",
            &[("/spec/template/spec/containers", Some(others))],
            "overwritten spec.template.spec.containers[web].image: \"web:1\" → \"web:2\"",
        );
        check("original", &[("/spec/replicas", Some(json!(5)))], "overwritten spec.replicas: 3 → 5");
    }

    #[test]
    fn an_original_with_neutral_controls_is_back_after_one_write() {
        let origin = yaml(PLAIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let restored = restore::restore(&edited, &origin, &edited);
        assert_eq!(standing(&restored, &edit_of(&origin, &edited)), Standing::Original);
        assert_eq!(settle(&restored, &origin), restored);
    }

    #[test]
    fn an_object_without_a_spec_is_overwritten() {
        let origin = yaml(PLAIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        assert!(matches!(standing(&json!({}), &edit_of(&origin, &edited)), Standing::Overwritten(_)));
    }
}
