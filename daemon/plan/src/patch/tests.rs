//! Patches by themselves, and as the last word of a plan.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::tests::samples::kinds::patched;
use crate::tests::samples::{edit_of, options, yaml};
use crate::{Standing, enter, restore, settle, standing};

#[track_caller]
fn check_strategic(there: &str, patch: &str, expect: Result<&str, &str>) {
    let mut object = yaml(there);
    let merged = strategic::merge(&mut object, &yaml(patch)).map(|()| object);
    match expect {
        Ok(expect) => assert_eq!(merged, Ok(yaml(expect)), "{patch}"),
        Err(expect) => {
            let problem = merged.expect_err(patch);
            assert!(problem.contains(expect), "{patch}: {problem}");
        }
    }
}

/// The API server's answers to the same are compared with these on the node.
#[test]
fn a_strategic_patch_is_merged_as_the_api_says() {
    for (there, patch, expect) in [
        ("{a: {b: 1, c: 2}}", "{a: {b: null, d: 3}, e: {f: null}}", "{a: {c: 2, d: 3}, e: {}}"),
        ("{a: [1, 2]}", "{a: [3]}", "{a: [3]}"),
        ("{tolerations: [{key: a}]}", "{tolerations: [{key: b}]}", "{tolerations: [{key: b}]}"),
        // What is new comes first.
        (
            "{containers: [{name: a, image: x}]}",
            "{containers: [{name: b}]}",
            "{containers: [{name: b}, {name: a, image: x}]}",
        ),
        (
            "{volumes: [{name: a}, {name: b}, {name: c}]}",
            "{volumes: [{name: c, emptyDir: {}}, {name: a, x: 1}]}",
            "{volumes: [{name: b}, {name: c, emptyDir: {}}, {name: a, x: 1}]}",
        ),
        (
            "{env: [{name: A, valueFrom: {x: y}}, {name: B}]}",
            "{env: [{name: A, value: a, valueFrom: null}, {name: N, value: null}]}",
            "{env: [{name: A, value: a}, {name: N}, {name: B}]}",
        ),
        (
            "{ports: [{containerPort: 80, name: a}]}",
            "{ports: [{containerPort: 80, protocol: TCP}]}",
            "{ports: [{containerPort: 80, name: a, protocol: TCP}]}",
        ),
        (
            "{containers: [{name: a}, {name: b}, {name: c}]}",
            "{containers: [{name: b, $patch: delete}, {name: none, $patch: delete}]}",
            "{containers: [{name: a}, {name: c}]}",
        ),
        (
            "{containers: [{name: a}, {name: b}]}",
            "{containers: [{$patch: replace}, {name: c}]}",
            "{containers: [{name: c}]}",
        ),
        ("{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", "{a: {c: 2}}"),
        ("{a: {b: 1}, c: 1}", "{a: {$patch: delete}}", "{a: {}, c: 1}"),
        ("{c: 1}", "{a: {$patch: delete}, b: {d: 1, $retainKeys: [d]}}", "{b: {d: 1}, c: 1}"),
        (
            "{volumes: [{name: a, hostPath: {path: /x}}]}",
            "{volumes: [{name: a, emptyDir: {}, $retainKeys: [name, emptyDir]}]}",
            "{volumes: [{name: a, emptyDir: {}}]}",
        ),
        (
            "{containers: [{name: a}, {name: b}, {name: c}]}",
            "{$setElementOrder/containers: [{name: c}, {name: a}], containers: [{name: a, image: x}]}",
            "{containers: [{name: b}, {name: c}, {name: a, image: x}]}",
        ),
        (
            "{metadata: {finalizers: [a, b]}}",
            "{metadata: {$deleteFromPrimitiveList/finalizers: [a], finalizers: [c, b]}}",
            "{metadata: {finalizers: [c, b]}}",
        ),
        ("{a: 1}", "{a: {b: 1}}", "{a: {b: 1}}"),
    ] {
        check_strategic(there, patch, Ok(expect));
    }
    for (patch, expect) in [
        ("[]", "must be a mapping"),
        ("{containers: [{image: x}]}", "has an item of containers without name"),
        ("{containers: [{name: a, $patch: merge}]}", "must be delete or replace"),
        ("{spec: {$patch: 1}}", "must be delete or replace"),
        ("{spec: {$retainKeys: [a], b: 1}}", "sets b, which its $retainKeys does not name"),
        ("{spec: {$retainKeys: a}}", "$retainKeys, which is not a list"),
        (
            "{$setElementOrder/containers: [{name: a}], containers: [{name: b}]}",
            "has an item of containers that $setElementOrder/containers does not name",
        ),
        ("{$deleteFromPrimitiveList/finalizers: a}", "which is not a list"),
    ] {
        check_strategic("{containers: [{name: a}], spec: {a: 1}}", patch, Err(expect));
    }
}

#[test]
fn a_patch_is_read_in_json_and_in_yaml_and_must_be_of_its_type() {
    use PatchKind::{Json, Merge, Strategic};
    let read = PatchKind::read;
    assert_eq!(read(Strategic, "{\"spec\": {\"a\": 1}}"), Ok(json!({"spec": {"a": 1}})));
    assert_eq!(read(Merge, "spec:\n  a: 1\n"), Ok(json!({"spec": {"a": 1}})));
    assert!(read(Json, "[{op: remove, path: /a}]").is_ok());
    for (kind, text, expect) in [
        (Strategic, "{", "is not read"),
        (Strategic, "[]", "must be a mapping, as its type is strategic"),
        (Merge, "7", "must be a mapping, as its type is merge"),
        (Json, "{spec: {}}", "must be a list of JSON patch operations"),
        (Json, "[{op: put, path: /a}]", "must be a list of JSON patch operations"),
        (Json, "[{op: add, path: a, value: 1}]", "must be a list of JSON patch operations"),
    ] {
        let problem = read(kind, text).expect_err(text);
        assert!(problem.contains(expect), "{text}: {problem}");
    }
}

fn workload(kind: &str) -> Value {
    let template = "metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}, {name: db, image: \
                    'db:1'}], volumes: [{name: data, emptyDir: {}}]}";
    let spec = match kind {
        "Pod" => {
            return yaml(
                &format!("{{kind: Pod, apiVersion: v1, {template}}}").replace("labels", "name: web, labels"),
            );
        }
        "CronJob" => format!("schedule: '* * * * *', jobTemplate: {{spec: {{template: {{{template}}}}}}}"),
        "Job" => format!("template: {{{template}}}"),
        _ => format!("replicas: 2, selector: {{matchLabels: {{app: web}}}}, template: {{{template}}}"),
    };
    yaml(&format!("{{kind: {kind}, apiVersion: x/v1, metadata: {{name: web, uid: u}}, spec: {{{spec}}}}}"))
}

fn patched_with(kind: &str, patch: Patch) -> Result<Value, PlanError> {
    let options = DevOptions { container: Some("web".to_owned()), patches: vec![patch], ..options() };
    let entered = enter(&workload(kind), &options)?;
    Ok(entered.dev_workload.or(entered.object).expect("there is a dev pod"))
}

fn patch(kind: PatchKind, text: &str) -> Patch {
    let place = ConfigPlace { file: "c.yaml".to_owned(), line: 7, column: 9 };
    Patch { kind, patch: kind.read(text).expect(text), place }
}

const DEPLOYED: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

#[test]
fn a_patch_of_each_type_is_the_last_word_about_the_dev_pod_of_every_kind() {
    use PatchKind::{Json, Merge, Strategic};
    let of_pod = "{containers: [{name: nocalhost-dev, tty: true}], tolerations: [{operator: Exists}]}";
    for kind in DEPLOYED.into_iter().chain(["Pod"]) {
        let path = if kind == "Pod" { "" } else { "/spec/template" };
        let wrap = |spec: &str| match kind {
            "Pod" => format!("{{spec: {spec}}}"),
            _ => format!("{{spec: {{template: {{spec: {spec}}}}}}}"),
        };
        let tty = format!(
            "[{{op: add, path: {path}/spec/containers/0/tty, value: true}}, {{op: test, path: {path}/spec/containers/1/name, value: db}}, {{op: add, path: {path}/spec/tolerations, value: [{{operator: Exists}}]}}]"
        );
        for patch in [
            patch(Strategic, &wrap(of_pod)),
            patch(Json, &tty),
            patch(Merge, &wrap("{terminationGracePeriodSeconds: 3, tolerations: [{operator: Exists}]}")),
        ] {
            let type_ = patch.kind;
            let object =
                patched_with(kind, patch).unwrap_or_else(|error| panic!("{kind} {type_:?}: {error}"));
            let spec = object.pointer(&format!("{path}/spec")).expect("a pod spec");
            assert_eq!(spec["tolerations"], json!([{"operator": "Exists"}]), "{kind} {type_:?}");
            let dev = spec["containers"]
                .as_array()
                .and_then(|all| all.iter().find(|it| it["name"] == "nocalhost-dev"));
            assert_eq!(dev.expect("a dev container").get("tty").is_some(), type_ != Merge, "{kind}");
        }
    }
}

#[test]
fn what_dev_mode_needs_is_not_patched_away() {
    use PatchKind::{Json, Merge, Strategic};
    let of_template = |template: &str| format!("{{spec: {{template: {template}}}}}");
    let of_containers = |items: &str| of_template(&format!("{{spec: {{containers: [{items}]}}}}"));
    for (kind, text, expect) in [
        (Merge, of_containers("{name: web, image: x}"), "takes container nocalhost-dev away"),
        (
            Strategic,
            of_containers("{name: nocalhost-dev, $patch: delete}"),
            "takes container nocalhost-dev away",
        ),
        (
            Strategic,
            of_containers("{name: nocalhost-sidecar, $patch: delete}"),
            "takes container nocalhost-sidecar away",
        ),
        (
            Strategic,
            of_containers("{name: nocalhost-dev, image: x}"),
            "changes image of container nocalhost-dev",
        ),
        (Strategic, of_containers("{name: nocalhost-dev, command: [x]}"), "changes command of"),
        (Strategic, of_containers("{name: nocalhost-dev, args: [x]}"), "changes args of"),
        (Strategic, of_containers("{name: nocalhost-dev, workingDir: /}"), "changes workingDir of"),
        (
            Strategic,
            of_containers("{name: nocalhost-sidecar, image: x}"),
            "changes the sidecar (nocalhost-sidecar.image)",
        ),
        (
            Strategic,
            of_containers(
                "{name: nocalhost-dev, volumeMounts: [{mountPath: /home/nocalhost-dev, name: data}]}",
            ),
            "changes the mount of nocalhost-shared-volume at /home/nocalhost-dev",
        ),
        (
            Strategic,
            of_containers("{name: nocalhost-dev, volumeMounts: null}"),
            "changes the mount of nocalhost-syncthing at",
        ),
        (
            Strategic,
            of_template("{spec: {volumes: [{name: nocalhost-syncthing-secret, $patch: delete}]}}"),
            "changes volume nocalhost-syncthing-secret",
        ),
        (
            Strategic,
            of_template("{spec: {initContainers: [{name: nocalhost-dev}]}}"),
            "makes a second container nocalhost-dev",
        ),
        (Strategic, of_template("{spec: {restartPolicy: Never}}"), "changes restartPolicy of the pod"),
        (
            Strategic,
            of_template("{spec: {activeDeadlineSeconds: 5}}"),
            "changes activeDeadlineSeconds of the pod",
        ),
        (Strategic, of_template("{spec: null}"), "takes the pod template away"),
        (Strategic, of_template("null"), "takes the pod template away"),
        (Strategic, "{kind: Other}".to_owned(), "changes kind, and only the pod template"),
        (Strategic, "{apiVersion: other/v1}".to_owned(), "changes apiVersion, and"),
        (Strategic, "{metadata: {name: other}}".to_owned(), "changes metadata.name, and"),
        (Strategic, "{metadata: {namespace: other}}".to_owned(), "changes metadata.namespace, and"),
        (Strategic, "{metadata: {resourceVersion: '1'}}".to_owned(), "changes metadata.resourceVersion, and"),
        (Strategic, "{metadata: {annotations: null}}".to_owned(), "changes metadata.annotations, and"),
        (Strategic, "{status: {replicas: 1}}".to_owned(), "changes status, and"),
        (Json, "[{op: remove, path: /spec/template/spec/none}]".to_owned(), "does not apply"),
        (Json, "[{op: test, path: /kind, value: x}]".to_owned(), "does not apply"),
        (Json, "[{op: replace, path: '', value: 7}]".to_owned(), "takes the pod template away"),
        (Json, "[{op: replace, path: /spec/template, value: 7}]".to_owned(), "takes the pod template away"),
    ] {
        for workload in DEPLOYED {
            let error = patched_with(workload, patch(kind, &text)).expect_err(&text).to_string();
            assert!(error.starts_with("the patch at c.yaml:7:9 "), "{error}");
            assert!(error.contains(expect), "{workload} {text}: {error}");
        }
    }
    // What only some kinds have.
    for (workload, text, expect) in [
        ("Deployment", "{spec: {replicas: 3}}", "changes spec.replicas, and"),
        ("Deployment", "{spec: {paused: true}}", "changes spec.paused, and"),
        (
            "Deployment",
            "{spec: {selector: {matchLabels: {a: b}}}}",
            "changes spec.selector.matchLabels.a, and",
        ),
        ("Deployment", "{spec: {template: {metadata: {labels: {app: x}}}}}", "changes the label app"),
        (
            "StatefulSet",
            "{spec: {updateStrategy: {rollingUpdate: {partition: 2}}}}",
            "changes spec.updateStrategy",
        ),
        ("StatefulSet", "{spec: {ordinals: {start: 2}}}", "changes spec.ordinals, and"),
        (
            "DaemonSet",
            "{spec: {template: {metadata: {labels: {nhd.dev/dev-of: x}}}}}",
            "changes the label nhd.dev/dev-of",
        ),
        ("Job", "{spec: {template: {metadata: {labels: null}}}}", "changes the label nhd.dev/dev-of"),
        ("CronJob", "{spec: {backoffLimit: 1}}", "changes spec.backoffLimit, and"),
        ("Pod", "{metadata: {name: other}}", "changes metadata.name, and"),
        ("Pod", "{metadata: {annotations: null}}", "changes the annotation that holds the original"),
        ("Pod", "{$patch: replace}", "takes the pod template away"),
        ("Pod", "{spec: null}", "takes the pod template away"),
        ("Pod", "{spec: {restartPolicy: Never}}", "changes restartPolicy of the pod"),
    ] {
        let error = patched_with(workload, patch(Strategic, text)).expect_err(text).to_string();
        assert!(error.contains(expect), "{workload} {text}: {error}");
    }
}

#[test]
fn what_dev_mode_can_do_with_is_patched() {
    for (workload, text) in [
        ("Deployment", "{spec: {template: {metadata: {labels: {extra: x}, annotations: {a: b}}}}}"),
        ("Deployment", "{spec: {template: {spec: {containers: [{name: db, $patch: delete}]}}}}"),
        ("Deployment", "{spec: {template: {spec: {containers: [{name: extra, image: x}]}}}}"),
        (
            "Deployment",
            "{spec: {template: {spec: {containers: [{name: nocalhost-sidecar, securityContext: {runAsUser: 0}}]}}}}",
        ),
        ("Pod", "{metadata: {labels: {extra: x}, annotations: {a: b}}, spec: {hostNetwork: true}}"),
        ("Job", "{spec: {template: {spec: {shareProcessNamespace: true}}}}"),
    ] {
        patched_with(workload, patch(PatchKind::Strategic, text))
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[test]
fn patches_are_applied_in_their_order_and_each_answers_for_itself() {
    let place = |line| ConfigPlace { file: "c.yaml".to_owned(), line, column: 1 };
    let patch = |line, text: &str| Patch {
        kind: PatchKind::Strategic,
        patch: yaml(&format!("{{spec: {{template: {{spec: {text}}}}}}}")),
        place: place(line),
    };
    let good = vec![patch(1, "{hostNetwork: true}"), patch(2, "{hostname: a}"), patch(3, "{hostname: b}")];
    let entered = |patches: Vec<Patch>| {
        enter(
            &workload("Deployment"),
            &DevOptions { container: Some("web".to_owned()), patches, ..options() },
        )
    };
    let plan = entered(good.clone()).expect("they apply");
    assert_eq!(plan.object.expect("it is edited")["spec"]["template"]["spec"]["hostname"], "b");
    assert_eq!(plan.warnings, [warning::HOST_NETWORK]);
    let bad = [good, vec![patch(4, "{containers: null}"), patch(5, "{containers: null}")]].concat();
    let Err(PlanError::PatchRefused { place: found, .. }) = entered(bad) else { panic!("it is refused") };
    assert_eq!(found, place(4));
}

#[test]
fn fields_that_the_api_server_does_not_know_are_told() {
    let sent = workload("Deployment");
    let mut answer = sent.clone();
    let mut typed = sent.clone();
    answer["spec"]["template"]["spec"]["dnsPolicy"] = json!("ClusterFirst");
    assert_eq!(left_out(&sent, &answer), [""; 0]);
    let spec = &mut typed["spec"]["template"]["spec"];
    spec["hostNetwrk"] = json!(true);
    spec["hostNetwork"] = json!(false);
    spec["containers"][0]["evn"] = json!([{"name": "A"}]);
    spec["containers"][0]["env"] = json!([]);
    spec["containers"][0]["resources"] = json!({"limits": {}});
    assert_eq!(left_out(&typed, &answer), ["spec.containers[web].evn", "spec.hostNetwrk"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// What patches did is taken back as all else is, and planning again comes to the same.
    #[test]
    fn a_patched_workload_comes_back_exactly((origin, options) in patched()) {
        let entered = enter(&origin, &options).expect("it can enter");
        let edited = entered.object.clone().unwrap_or_else(|| origin.clone());
        if let Some(again) = &entered.object {
            prop_assert_eq!(&enter(again, &options).expect("it can enter again"), &entered);
        }
        if origin["kind"] != "Pod" {
            let restored = restore(&edited, &origin, &edited);
            let settled = settle(&restored, &origin);
            prop_assert_eq!(standing(&settled, &edit_of(&origin, &edited)), Standing::Original);
            prop_assert_eq!(diff(&settled, &origin), []);
        }
        // The patches did something, or the sample has none.
        let without = enter(&origin, &DevOptions { patches: Vec::new(), ..options.clone() }).expect("it can enter");
        let same = (&without.object, &without.dev_workload) == (&entered.object, &entered.dev_workload);
        prop_assert_eq!(same, options.patches.is_empty());
        prop_assert!(kinds::of(&origin).is_some());
    }
}
