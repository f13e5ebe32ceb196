//! The original with what others changed while it was in DevMode: a field that somebody has changed since our edit
//! keeps their value, every other one gets the original's back.
//!
//! Others see the dev container, so what they did to it is taken for the original container's. What they did to
//! the sidecar and to our volumes goes with these.

mod three_way;

use serde_json::Value;

use self::three_way::merge_value;
use crate::edit::Edit;
use crate::kinds::{self, Shape};
use crate::manifest::{copy, remove, set, without_nulls};
use crate::old_pods::with_own_strategy;
use crate::{DEV_CONTAINER, annotation, template};

/// `origin` with the spec that the workload gets at the end, where `current` is it now, `edited` what we wrote, and
/// `container` the name that the dev container had. It takes the place of the origin from then on: in
/// [`Edit::restored`], [`Edit::settled`] and [`crate::standing()`].
///
/// Where nobody changed anything it is the origin, verbatim. Where somebody has put the original container beside
/// ours, or instead of it, theirs is taken.
pub(crate) fn merge(current: &Value, origin: &Value, edited: &Value, container: &str) -> Value {
    let mut merged = origin.clone();
    let Some(kind) = kinds::of(origin).filter(|kind| kind.shape != Shape::Untouched) else {
        return merged;
    };
    let in_place = kind.container_names(edited).contains(&DEV_CONTAINER);
    let now = kind.container_names(current);
    // Otherwise whoever wrote theirs has described the whole container.
    let changed_ours = now.contains(&DEV_CONTAINER) && !now.contains(&container);
    let without_ours = |object: &Value| {
        let mut object = without_nulls(object);
        (kind.clean)(&mut object);
        annotation::strip(&mut object);
        if let Some(pod_template) = object.pointer_mut(kind.template) {
            kinds::let_back(pod_template);
            if in_place {
                template::leave(pod_template, container, changed_ours);
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

impl Edit {
    /// Whether others have changed labels or annotations of a pod, which are lost where it is made again without them.
    #[must_use]
    pub fn lacks_metadata_of(&self, current: &Value) -> bool {
        let merged = || merge(current, &self.origin, self.last_known(), &self.container);
        kinds::of(&self.origin).is_some_and(|kind| kind.shape == Shape::Replaced)
            && merged()["metadata"] != self.origin["metadata"]
    }

    /// Whether `current`, which is yet to be edited, has other labels or annotations than when it was planned for.
    #[must_use]
    pub fn is_relabelled(&self, current: &Value) -> bool {
        let of = |object: &Value| {
            let made_again = kinds::recreation(object, &[]);
            ["labels", "annotations"].map(|field| made_again["metadata"].get(field).cloned())
        };
        of(current) != of(&self.origin)
    }

    /// Takes what others have changed over into the original. From then on the workload, as they have left it, is what
    /// we know last.
    pub fn take_over(&mut self, current: &Value) {
        let current = with_own_strategy(current, self);
        self.origin = merge(&current, &self.origin, &self.written_last(&current), &self.container);
        self.merged = Some(current);
        self.given_back = None;
    }
}

impl Edit {
    /// What of `current` is not others' doing. The first write of the way back takes our containers away, and a death may
    /// have left no note of it: what is neutral then is neutral by us, whatever others had made of it before.
    fn written_last(&self, current: &Value) -> Value {
        let mut known = self.last_known().clone();
        let kind = kinds::of(&self.origin).filter(|kind| !(kind.is_edited)(current));
        let (Some(kind), None) = (kind, &self.given_back) else { return known };
        let (Some(spec), Some(edited)) = (known.get_mut("spec"), self.edited.get("spec")) else {
            return known;
        };
        for field in kind.controls.iter().filter(|field| current["spec"].get(**field) == edited.get(**field))
        {
            copy(field, edited, spec);
        }
        known
    }
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
    fn what_others_made_of_another_variant_is_taken_as_a_whole() {
        let spec = |strategy: serde_json::Value, env: serde_json::Value| {
            json!({"kind": "StatefulSet", "spec": {"updateStrategy": strategy, "template": {"spec": {"containers":
                [{"name": "web", "env": [env]}]}}}})
        };
        let rolling =
            |partition: u64| json!({"type": "RollingUpdate", "rollingUpdate": {"partition": partition}});
        let origin = spec(json!({"type": "OnDelete"}), json!({"name": "A", "valueFrom": {"fieldRef": {}}}));
        let edited = spec(json!({"type": "RollingUpdate"}), json!({"name": "A", "value": "ours"}));
        let current = spec(rolling(3), json!({"name": "A", "value": "theirs"}));
        let merged = merge(&current, &origin, &edited, "web");
        assert_eq!(merged["spec"]["updateStrategy"], rolling(3));
        let variable = &merged["spec"]["template"]["spec"]["containers"][0]["env"][0];
        assert_eq!(*variable, json!({"name": "A", "value": "theirs"}));
        assert_eq!(merge(&edited, &origin, &edited, "web"), origin);
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
