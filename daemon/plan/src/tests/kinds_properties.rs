//! What holds for every workload of every kind, tried on samples.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::edits::{foreign_metadata, overwrite, visit};
use super::samples::kinds::{of_kind, workload};
use super::samples::{edit_of, nonsense, yaml};
use crate::manifest::{items, name, text};
use crate::names::dev_workload_name;
use crate::*;

fn entered(origin: &Value, options: &DevOptions) -> Entered {
    enter(origin, options).expect("every sample can enter DevMode")
}

/// What the session calls the edited object: the original itself where it is never written to.
fn edited(origin: &Value, entered: &Entered) -> Value {
    entered.object.clone().unwrap_or_else(|| origin.clone())
}

fn is_pod(object: &Value) -> bool {
    object["kind"] == "Pod"
}

/// The template that has the dev container, and the one that it was made from.
fn templates<'a>(origin: &'a Value, entered: &'a Entered) -> (&'a Value, &'a Value) {
    let kind = kinds::of(origin).expect("it can be developed in");
    let dev = match &entered.dev_workload {
        Some(dev_workload) => dev_workload.pointer("/spec/template"),
        None => entered.object.as_ref().expect("it is edited").pointer(kind.template),
    };
    (dev.expect("there is a template"), origin.pointer(kind.template).expect("there is a template"))
}

/// What the API server, the scheduler and the kubelet make of a pod that was created.
fn as_created(pod: &Value) -> Value {
    let mut pod = pod.clone();
    pod["metadata"]["uid"] = "new".into();
    pod["metadata"]["resourceVersion"] = "7".into();
    pod["spec"]["nodeName"] = "node-2".into();
    pod["spec"]["priority"] = 0.into();
    let token = "{name: kube-api-access-vwxyz, projected: {sources: [{serviceAccountToken: {path: token}}]}}";
    manifest::push(&mut pod["spec"], "volumes", yaml(token));
    for container in manifest::items_mut(&mut pod["spec"], "containers") {
        manifest::push(
            container,
            "volumeMounts",
            json!({ "name": "kube-api-access-vwxyz", "mountPath": "/t" }),
        );
    }
    pod["status"] = json!({ "phase": "Running" });
    pod
}

fn is_dns_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let outer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    (1..=63).contains(&name.len())
        && name.chars().all(inner)
        && name.split('.').all(|part| outer(part.chars().next()) && outer(part.chars().last()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn leaving_gives_back_what_was_before_entering((origin, options) in workload()) {
        let edited = edited(&origin, &entered(&origin, &options));
        prop_assume!(!is_pod(&origin));
        let restored = restore(&edited, &origin, &edited);
        prop_assert_eq!(&settle(&restored, &origin), &origin);
        prop_assert_eq!(restore(&restored, &origin, &edited), restored);
    }

    #[test]
    fn a_pod_is_made_again_as_it_was((origin, options) in of_kind("Pod")) {
        let dev = entered(&origin, &options).object.expect("a pod is edited");
        let again = recreation(&origin, &[]);
        prop_assert_eq!(&recreation(&again, &[]), &again);
        for object in [&dev, &again] {
            for gone in ["uid", "resourceVersion", "finalizers", "generation"] {
                prop_assert_eq!(object["metadata"].get(gone), None);
            }
            for gone in ["nodeName", "priority", "overhead", "ephemeralContainers"] {
                prop_assert_eq!(object["spec"].get(gone), None);
            }
            prop_assert!(!object["spec"].to_string().contains("kube-api-access"));
        }
        prop_assert_eq!(&again["metadata"]["annotations"], &origin["metadata"]["annotations"]);
        prop_assert_eq!(annotation::origin_spec(&dev), Some(origin["spec"].clone()));
        prop_assert_eq!(standing(&as_created(&again), &edit_of(&origin, &dev)), Standing::Original);
        prop_assert_eq!(standing(&as_created(&dev), &edit_of(&origin, &dev)), Standing::Dev);
        let twice = enter(&as_created(&dev), &options).expect("it can enter again");
        prop_assert_eq!(twice.object, Some(as_created(&dev)));
    }

    #[test]
    fn entering_twice_is_entering_once((origin, options) in workload()) {
        let once = entered(&origin, &options);
        prop_assert_eq!(&entered(&edited(&origin, &once), &options), &once);
        if let Some(dev_workload) = once.dev_workload {
            let refused = enter(&dev_workload, &options);
            prop_assert_eq!(refused, Err(PlanError::AlreadyInDevMode { by_nocalhost: false }));
        }
    }

    /// Claims are deleted by a write that scales down while the policy says so, and by none else.
    #[test]
    fn no_write_deletes_a_claim((origin, options) in of_kind("StatefulSet")) {
        let edited = edited(&origin, &entered(&origin, &options));
        let restored = restore(&edited, &origin, &edited);
        let settled = settle(&restored, &origin);
        let replicas = |object: &Value| object["spec"].get("replicas").and_then(Value::as_u64).unwrap_or(1);
        for (before, after) in [(&origin, &edited), (&edited, &restored), (&restored, &settled)] {
            let deletes = after["spec"]["persistentVolumeClaimRetentionPolicy"]["whenScaled"] == "Delete";
            prop_assert!(!deletes || replicas(after) >= replicas(before));
            prop_assert!(!deletes || replicas(after) >= replicas(&origin));
        }
    }

    #[test]
    fn the_dev_pod_has_both_containers_and_dangling_names_are_nowhere((origin, options) in workload()) {
        let entered = entered(&origin, &options);
        let (dev, before) = templates(&origin, &entered);
        let old = options.container.as_deref().expect("a container is chosen");
        let containers = items(&dev["spec"], "containers");
        prop_assert!(containers.iter().any(|it| name(it) == DEV_CONTAINER));
        prop_assert_eq!(containers.last().map(name), Some(SIDECAR_CONTAINER));
        prop_assert_eq!(containers.len(), items(&before["spec"], "containers").len() + 1);
        let mut whole = entered.dev_workload.clone().unwrap_or_else(|| dev.clone());
        manifest::remove(&mut whole["metadata"], "annotations");
        let mut dangling = Vec::new();
        visit(&mut whole, &mut |field, value| {
            let names = ["containerName", "kubectl.kubernetes.io/default-container"].contains(&field);
            if (names && value == old) || field.ends_with(&format!("kubernetes.io/{old}")) {
                dangling.push(field.to_owned());
            }
        });
        prop_assert_eq!(dangling, Vec::<String>::new());
        for mount in containers.iter().flat_map(|it| items(it, "volumeMounts")) {
            prop_assert!(items(&dev["spec"], "volumes").iter().any(|volume| name(volume) == name(mount)));
        }
        let labels = |template: &Value| template["metadata"]["labels"].as_object().cloned().unwrap_or_default();
        for (key, value) in labels(before) {
            prop_assert_eq!(labels(dev).get(&key).cloned(), Some(value));
        }
    }

    #[test]
    fn a_dev_workload_is_valid_and_finds_only_its_own_pods((origin, options) in workload()) {
        let entered = entered(&origin, &options);
        let (dev, before) = templates(&origin, &entered);
        let Some(dev_workload) = &entered.dev_workload else { return Ok(()) };
        let own_name = text(&dev_workload["metadata"], "name").expect("it has a name");
        prop_assert!(is_dns_label(own_name), "{}", own_name);
        let kind = text(&origin, "kind").unwrap_or_default();
        prop_assert_eq!(own_name, dev_workload_name(kind, name(&origin["metadata"])));
        prop_assert_eq!(&dev_workload["metadata"]["labels"]["app.kubernetes.io/managed-by"], "nhd");
        if dev_workload["kind"] == "Deployment" {
            let selector = dev_workload["spec"]["selector"]["matchLabels"].as_object().expect("it selects");
            for (key, value) in selector {
                prop_assert_eq!(&dev["metadata"]["labels"][key], value);
                prop_assert_eq!(before["metadata"]["labels"].get(key), None);
            }
        } else {
            prop_assert_eq!(dev_workload["spec"].get("selector"), None);
        }
    }

    #[test]
    fn each_form_is_recognised_whatever_others_do_to_its_metadata((origin, options) in workload()) {
        prop_assume!(!is_pod(&origin));
        let stays = shape(text(&origin, "kind").unwrap_or_default()) == Some(Shape::Untouched);
        let edited = edited(&origin, &entered(&origin, &options));
        let restored = restore(&edited, &origin, &edited);
        let one_write = restored["spec"] == origin["spec"];
        for (mut object, expect) in [
            (origin.clone(), Standing::Original),
            (edited.clone(), if stays { Standing::Original } else { Standing::Dev }),
            (restored.clone(), if one_write { Standing::Original } else { Standing::Settling }),
            (settle(&restored, &origin), Standing::Original),
        ] {
            prop_assert_eq!(&standing(&object, &edit_of(&origin, &edited)), &expect);
            foreign_metadata(&mut object);
            prop_assert_eq!(&standing(&object, &edit_of(&origin, &edited)), &expect);
        }
    }

    /// Whatever stands where the API has a list, an object or a text: an answer, not a panic.
    #[test]
    fn nonsense_is_answered(
        (origin, options) in workload(),
        at in any::<Index>(),
        nonsense in nonsense(),
    ) {
        let mut broken = origin.clone();
        overwrite(&mut broken, &at, &nonsense);
        if let Ok(entered) = enter(&broken, &options)
            && let Some(edited) = entered.object
            && !is_pod(&broken)
        {
            prop_assert_eq!(standing(&edited, &edit_of(&broken, &edited)), Standing::Dev);
            prop_assert_eq!(&settle(&restore(&edited, &broken, &edited), &broken)["spec"], &broken["spec"]);
        }
        let _ = standing(&broken, &edit_of(&origin, &origin));
        let _ = recreation(&broken, &["u".to_owned()]);
    }
}
