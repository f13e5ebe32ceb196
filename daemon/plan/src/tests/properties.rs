//! What holds for every Deployment, tried on samples.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::edits::{foreign_metadata, overwrite, visit};
use super::samples::{deployment, edit_of, nonsense};
use crate::manifest::{items, name};
use crate::*;

fn entered(origin: &Value, options: &DevOptions) -> Value {
    enter(origin, options).expect("every sample can enter DevMode").object.expect("a Deployment is edited")
}

fn pod_spec(object: &Value) -> &Value {
    &object["spec"]["template"]["spec"]
}

/// One edit of a kind that others make: with kubectl, by a controller, by hand.
fn foreign_edit(object: &mut Value, which: usize, at: &Index) {
    let spec = &mut object["spec"];
    let containers = spec["template"]["spec"]["containers"].as_array_mut().unwrap();
    let position = at.index(containers.len());
    let several = containers.len() > 1;
    let container = &mut containers[position];
    match which {
        0 => spec["replicas"] = 4.into(),
        1 => manifest::push(container, "env", json!({ "name": "A", "value": "foreign" })),
        2 => container["image"] = "foreign:1".into(),
        3 if several => drop(containers.remove(position)),
        4 => containers.push(json!({ "name": "foreign", "image": "foreign:1" })),
        5 => spec["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] = "now".into(),
        6 => spec["paused"] = true.into(),
        7 => spec["revisionHistoryLimit"] = 99.into(),
        8 => container["livenessProbe"] = json!({ "tcpSocket": { "port": 1 } }),
        9 => containers.reverse(),
        10 => manifest::push(&mut spec["template"]["spec"], "tolerations", json!({ "operator": "Exists" })),
        11 => spec["strategy"] = json!({ "type": "Foreign" }),
        12 => container["resources"] = json!({ "limits": { "cpu": "7" } }),
        _ => container["name"] = "foreign".into(),
    }
}
const FOREIGN_EDITS: usize = 14;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn leaving_gives_back_what_was_before_entering((origin, options) in deployment()) {
        let edited = entered(&origin, &options);
        let restored = restore(&edited, &origin, &edited);
        prop_assert_eq!(&settle(&restored, &origin), &origin);
        prop_assert_eq!(restore(&restored, &origin, &edited), restored);
    }

    #[test]
    fn entering_twice_is_entering_once((origin, options) in deployment()) {
        let once = enter(&origin, &options).expect("it can enter");
        let twice = enter(once.object.as_ref().expect("it is edited"), &options).expect("it can enter again");
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn the_dev_pod_is_as_the_seed_says((origin, options) in deployment()) {
        let edited = entered(&origin, &options);
        let containers = items(pod_spec(&edited), "containers");
        let dev = containers.iter().find(|it| name(it) == DEV_CONTAINER).expect("there is a dev container");
        prop_assert_eq!(name(containers.last().expect("there are containers")), SIDECAR_CONTAINER);
        prop_assert_eq!(containers.len(), items(pod_spec(&origin), "containers").len() + 1);
        prop_assert_eq!(&edited["spec"]["replicas"], 1);
        prop_assert_eq!(&dev["image"], &options.image);
        for gone in ["args", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            prop_assert_eq!(dev.get(gone), None);
        }
        let chosen = |it: &&Value| Some(name(it)) == options.container.as_deref();
        let before = items(pod_spec(&origin), "containers").iter().find(chosen).expect("a container is chosen");
        for kept in ["envFrom", "ports", "terminationMessagePolicy"] {
            prop_assert_eq!(dev.get(kept), before.get(kept));
        }
        if options.limits.is_empty() && options.requests.is_empty() {
            prop_assert_eq!(dev.get("resources"), before.get("resources"));
        }
        match &options.image_pull_policy {
            Some(policy) => prop_assert_eq!(&dev["imagePullPolicy"], policy),
            None => prop_assert_eq!(dev.get("imagePullPolicy"), before.get("imagePullPolicy")),
        }
        for (variable, value) in &options.env {
            let values: Vec<_> = items(dev, "env").iter().filter(|it| name(it) == variable).collect();
            prop_assert_eq!(values, [&json!({ "name": variable, "value": value })]);
        }
        prop_assert_eq!(dev.get("someFieldOfTheFuture"), before.get("someFieldOfTheFuture"));
        for container in [dev, containers.last().expect("there are containers")] {
            let at_work_dir: Vec<&Value> = items(container, "volumeMounts")
                .iter()
                .filter(|mount| mount["mountPath"] == options.work_dir)
                .collect();
            prop_assert_eq!(at_work_dir.len(), 1);
        }
        for mount in containers.iter().flat_map(|it| items(it, "volumeMounts")) {
            prop_assert!(items(pod_spec(&edited), "volumes").iter().any(|volume| name(volume) == name(mount)));
        }
    }

    #[test]
    fn other_containers_lose_their_probes_and_nothing_else((origin, options) in deployment()) {
        let edited = entered(&origin, &options);
        let old = options.container.as_deref().expect("a container is chosen");
        for list in ["initContainers", "containers"] {
            for before in items(pod_spec(&origin), list).iter().filter(|it| name(it) != old) {
                let mut expect = before.clone();
                for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                    manifest::remove(&mut expect, probe);
                }
                visit(&mut expect, &mut |field, value| {
                    if field == "containerName" && value == old {
                        *value = DEV_CONTAINER.into();
                    }
                });
                let after = items(pod_spec(&edited), list).iter().find(|it| name(it) == name(before));
                prop_assert_eq!(after, Some(&expect));
            }
        }
    }

    #[test]
    fn nothing_refers_to_the_old_name((origin, options) in deployment()) {
        let mut template = entered(&origin, &options)["spec"]["template"].take();
        let old = options.container.as_deref().expect("a container is chosen");
        let mut dangling = Vec::new();
        visit(&mut template, &mut |field, value| {
            let names = ["containerName", "kubectl.kubernetes.io/default-container"].contains(&field);
            if (names && value == old) || field.ends_with(&format!("kubernetes.io/{old}")) {
                dangling.push(field.to_owned());
            }
        });
        prop_assert_eq!(dangling, Vec::<String>::new());
    }

    #[test]
    fn each_form_is_recognised_whatever_others_do_to_its_metadata((origin, options) in deployment()) {
        let edited = entered(&origin, &options);
        let restored = restore(&edited, &origin, &edited);
        let one_write = restored["spec"] == origin["spec"];
        for (mut object, expect) in [
            (origin.clone(), Standing::Original),
            (edited.clone(), Standing::Dev),
            (restored.clone(), if one_write { Standing::Original } else { Standing::Settling }),
            (settle(&restored, &origin), Standing::Original),
        ] {
            prop_assert_eq!(&standing(&object, &edit_of(&origin, &edited)), &expect);
            foreign_metadata(&mut object);
            prop_assert_eq!(&standing(&object, &edit_of(&origin, &edited)), &expect);
        }
    }

    #[test]
    fn what_others_wrote_into_the_metadata_survives((origin, options) in deployment()) {
        let edited = entered(&origin, &options);
        let (mut current, mut expect) = (edited.clone(), origin.clone());
        foreign_metadata(&mut current);
        foreign_metadata(&mut expect);
        prop_assert_eq!(settle(&restore(&current, &origin, &edited), &origin), expect);
    }

    #[test]
    fn an_edit_of_others_is_never_taken_for_ours(
        (origin, options) in deployment(),
        edits in proptest::collection::vec((0..FOREIGN_EDITS, any::<Index>()), 1..4),
    ) {
        let edited = entered(&origin, &options);
        let mut current = edited.clone();
        for (which, at) in &edits {
            foreign_edit(&mut current, *which, at);
        }
        prop_assume!(current["spec"] != edited["spec"]);
        match standing(&current, &edit_of(&origin, &edited)) {
            Standing::Drifted(found) | Standing::ReAdded(found) | Standing::Overwritten(found) => {
                prop_assert!(!found.is_empty());
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn an_edit_of_others_after_the_restore_is_never_taken_for_ours(
        (origin, options) in deployment(),
        which in 0..FOREIGN_EDITS,
        at in any::<Index>(),
    ) {
        let edited = entered(&origin, &options);
        let restored = restore(&edited, &origin, &edited);
        let mut current = restored.clone();
        foreign_edit(&mut current, which, &at);
        prop_assume!(current["spec"] != restored["spec"] && current["spec"] != origin["spec"]);
        let standing = standing(&current, &edit_of(&origin, &edited));
        prop_assert!(matches!(standing, Standing::Overwritten(_)), "{:?}", standing);
    }

    #[test]
    fn there_is_no_difference_exactly_between_equals(
        (one, _) in deployment(),
        edits in proptest::collection::vec((0..FOREIGN_EDITS, any::<Index>()), 0..3),
    ) {
        let mut other = one.clone();
        for (which, at) in &edits {
            foreign_edit(&mut other, *which, at);
        }
        let equal = manifest::without_nulls(&one) == manifest::without_nulls(&other);
        prop_assert_eq!(diff(&one, &other).is_empty(), equal);
        prop_assert_eq!(render_diff(&one, &other).is_empty(), one["spec"] == other["spec"]);
    }

    /// Whatever stands where the API has a list, an object or a text: an answer, not a panic.
    #[test]
    fn nonsense_is_answered(
        (origin, options) in deployment(),
        at in any::<Index>(),
        nonsense in nonsense(),
    ) {
        let mut broken = origin.clone();
        overwrite(&mut broken, &at, &nonsense);
        if let Ok(entered) = enter(&broken, &options) {
            let edited = entered.object.expect("a Deployment is edited");
            prop_assert_eq!(standing(&edited, &edit_of(&broken, &edited)), Standing::Dev);
            prop_assert_eq!(&settle(&restore(&edited, &broken, &edited), &broken)["spec"], &broken["spec"]);
        }
        let _ = standing(&broken, &edit_of(&origin, &origin));
    }
}
