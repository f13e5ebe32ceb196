//! An edit made up again from what the objects in DevMode say of themselves, where its record is lost. It does not know
//! how they were read.

use serde_json::Value;

use crate::edit::{Edit, PinnedAutoscaler};
use crate::enter::check_shape;
use crate::kinds::{self, DEV_WORKLOAD_TEMPLATE, Kind, Shape};
use crate::manifest::{copy, items, name, remove, set, text};
use crate::{DevOptions, annotation, autoscaler, template};

/// Where the dev workload of a workload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevWorkloadReference {
    /// Spelled as the Kubernetes API spells it.
    pub kind: String,
    pub name: String,
}

/// Where the dev workload of `workload` would be; `None` for a kind that has none.
pub fn dev_workload_reference(workload: &Value) -> Option<DevWorkloadReference> {
    let dev_workload = (kinds::of(workload)?.dev_workload?)(workload)?;
    Some(DevWorkloadReference {
        kind: text(&dev_workload, "kind")?.to_owned(),
        name: dev_workload.get("metadata").map_or("", name).to_owned(),
    })
}

impl Edit {
    /// The edit that made `current` what it is, by its annotation, and `dev_workload` where there is one beside it. What
    /// the edit was is told by its rules; what only the request knew (the dev container, the sidecar, who all run as) is
    /// as it is there now, so that what others changed of that counts as ours. `None` where nothing has the original.
    #[must_use]
    pub fn recovered(current: &Value, dev_workload: Option<Value>) -> Option<Self> {
        let kind = kinds::of(current)?;
        let mut origin = current.clone();
        if kind.shape == Shape::Untouched {
            dev_workload.as_ref()?;
        } else {
            set(&mut origin, "spec", annotation::origin_spec(current)?);
            annotation::strip(&mut origin);
        }
        if kind.shape == Shape::Replaced {
            // What there is now is not the original, which had a uid that nobody remembers.
            remove(origin.get_mut("metadata")?, "uid");
        }
        let container = renamed(kind, &origin, current, dev_workload.as_ref())?;
        let edited = as_written(kind, &origin, current, &container);
        Some(Self { dev_workload, ..Self::new(container, origin, edited) })
    }
}

/// What the rules, and the patches that the annotation tells of, made of `origin` once. A pod hardly changes, and what is left alone was never written.
fn as_written(kind: &Kind, origin: &Value, current: &Value, container: &str) -> Value {
    let mut edited = current.clone();
    if !matches!(kind.shape, Shape::InPlace | Shape::Parked) || check_shape(origin).is_err() {
        return edited;
    }
    copy("spec", origin, &mut edited);
    (kind.prepare)(&mut edited, &DevOptions::default(), &mut Vec::new());
    if let (Some(now), Some(spec)) = (current.get("spec"), edited.get_mut("spec")) {
        // These depend on more than the manifest: how many revisions there were, and what had no room beside another.
        copy("revisionHistoryLimit", now, spec);
        if now.pointer("/strategy/type").is_some_and(|it| it == "Recreate") {
            copy("strategy", now, spec);
        }
    }
    if kind.shape == Shape::InPlace
        && let (Some(before), Some(now)) = (origin.pointer(kind.template), current.pointer(kind.template))
        && let Some(place) = edited.pointer_mut(kind.template)
    {
        *place = template::developed_like(before, now, container);
        // As far as they apply to what others have made of it.
        for patch in annotation::patches(current) {
            let _ = patch.apply(&mut edited);
        }
    }
    edited
}

/// The container of the original that is not there under its own name: it became the dev container.
fn renamed(kind: &Kind, origin: &Value, current: &Value, dev_workload: Option<&Value>) -> Option<String> {
    let names = |template: Option<&Value>| -> Vec<String> {
        let pod_spec = template.and_then(|template| template.get("spec"));
        let containers = pod_spec.map_or(&[][..], |pod_spec| items(pod_spec, "containers"));
        containers.iter().map(|container| name(container).to_owned()).collect()
    };
    let before = names(origin.pointer(kind.template));
    let now = match dev_workload {
        Some(dev_workload) => names(dev_workload.pointer(DEV_WORKLOAD_TEMPLATE)),
        None => names(current.pointer(kind.template)),
    };
    before.iter().find(|container| !now.contains(container)).or(before.first()).cloned()
}

impl PinnedAutoscaler {
    /// The pin of an autoscaler that is kept from the workload `origin`; `None` where it is not.
    #[must_use]
    pub fn recovered(current: &Value, origin: &Value) -> Option<Self> {
        let before = autoscaler::unpinned(current);
        let is_pinned = before != *current && autoscaler::scales(&before, origin);
        is_pinned.then(|| Self { origin: before, pinned: current.clone() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::tests::samples::kinds::patched;
    use crate::tests::samples::{edit_of, nonsense, options, yaml};
    use crate::{Standing, diff, enter, is_dev_workload_of, pin, standing};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_objects_of_dev_mode_lead_back_to_the_original_of_every_kind((origin, options) in patched()) {
            let entered = enter(&origin, &options).expect("every sample can enter DevMode");
            let current = entered.object.clone().unwrap_or_else(|| origin.clone());
            if let Some(dev_workload) = &entered.dev_workload {
                let reference = dev_workload_reference(&current).expect("the kind has one");
                prop_assert_eq!(&dev_workload["kind"], &json!(reference.kind));
                prop_assert_eq!(&dev_workload["metadata"]["name"], &json!(reference.name));
                prop_assert!(is_dev_workload_of(dev_workload, &current));
            }
            let edit = Edit::recovered(&current, entered.dev_workload.clone()).expect("nothing is lost");
            prop_assert_eq!(&edit.origin["spec"], &origin["spec"]);
            prop_assert_eq!(&edit.container, &entered.container);
            prop_assert_eq!(&edit.dev_workload, &entered.dev_workload);
            let known = edit_of(&origin, &current);
            prop_assert_eq!(standing(&current, &known), standing(&current, &edit_of(&edit.origin, &current)));
            if origin["kind"] != "Pod" && entered.object.is_some() {
                prop_assert_eq!(standing(&current, &known), Standing::Dev);
                prop_assert_eq!(diff(&edit.edited["spec"], &current["spec"]), []);
                prop_assert_eq!(edit.restored(&current), known.restored(&current));
                prop_assert_eq!(known.restored(&current), edit_of(&edit.origin, &current).restored(&current));
                prop_assert_eq!(&known.settled(&current)["spec"], &edit_of(&edit.origin, &current).settled(&current)["spec"]);
            }
        }

        /// Whatever stands in the annotation or beside it: an answer, not a panic.
        #[test]
        fn nonsense_is_answered((origin, _) in patched(), nonsense in nonsense(), text in ".*") {
            let mut broken = origin.clone();
            broken["metadata"]["annotations"] = json!({ "nocalhost.origin.spec.json": text });
            let _ = Edit::recovered(&broken, Some(nonsense.clone()));
            broken["metadata"] = nonsense;
            let _ = (Edit::recovered(&broken, None), dev_workload_reference(&broken));
        }
    }

    #[test]
    fn without_an_annotation_or_a_dev_workload_nothing_is_recovered() {
        let elsewhere = json!({"nhd.dev/origin": "secret"});
        for kind in ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Unknown"] {
            let mut object = json!({"kind": kind, "metadata": {"name": "web"}, "spec": {}});
            assert_eq!(Edit::recovered(&object, None), None, "{kind}");
            object["metadata"]["annotations"] = elsewhere.clone();
            assert_eq!(Edit::recovered(&object, None), None, "{kind}");
        }
    }

    #[test]
    fn the_pod_that_is_there_is_not_taken_for_the_original() {
        let origin = yaml(
            "{kind: Pod, metadata: {name: web, uid: u1}, spec: {restartPolicy: Never, containers: [{name: web}]}}",
        );
        let entered = enter(&origin, &options()).expect("it can enter").object.expect("it is edited");
        let mut current = entered;
        current["metadata"]["uid"] = json!("u2");
        let edit = Edit::recovered(&current, None).expect("its annotation has the original");
        assert_ne!(edit.workload_uid(), "u2");
        assert_eq!(crate::recreation(&edit.origin, &[])["spec"], origin["spec"]);
    }

    #[test]
    fn only_a_pinned_autoscaler_of_this_workload_is_recovered() {
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
        let free = json!({"metadata": {"name": "web"}, "spec": {"scaleTargetRef": target}});
        let of =
            |name: &str| json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}});
        let pinned = pin(&free, "lost");
        assert_eq!(PinnedAutoscaler::recovered(&free, &of("web")), None);
        assert_eq!(PinnedAutoscaler::recovered(&pinned, &of("db")), None);
        let recovered = PinnedAutoscaler::recovered(&pinned, &of("web")).expect("it is kept from it");
        assert_eq!((recovered.origin, recovered.pinned), (free, pinned));
    }
}
