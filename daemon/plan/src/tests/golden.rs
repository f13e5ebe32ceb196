//! The seed's own example, both ways.

use serde_json::Value;

use super::samples::{self, yaml};
use crate::manifest::without_nulls;
use crate::*;

fn before() -> Value {
    yaml(include_str!("../../fixtures/reviews.before.yaml"))
}

fn after() -> Value {
    yaml(include_str!("../../fixtures/reviews.after.yaml"))
}

fn as_in_the_seed() -> DevOptions {
    DevOptions {
        image: "codingcorp-docker.pkg.coding.net/nocalhost/dev-images/java:latest".to_owned(),
        sidecar: Sidecar { preset: SidecarPreset::Nocalhost, ..samples::options().sidecar },
        secret_name: secret_name("Deployment", "reviews"),
        ..samples::options()
    }
}

/// Without what the controller and the cluster write, and with the original in the annotation as data.
fn comparable(mut object: Value) -> Value {
    let metadata = &mut object["metadata"];
    manifest::remove(metadata, "generation");
    manifest::remove(metadata, "namespace");
    manifest::remove(&mut metadata["annotations"], "deployment.kubernetes.io/revision");
    if let Some(origin) = metadata["annotations"].get_mut("nocalhost.origin.spec.json") {
        *origin = serde_json::from_str(origin.as_str().unwrap()).unwrap();
    }
    without_nulls(&object)
}

#[test]
fn entering_makes_the_seeds_after_of_its_before() {
    let entered = enter(&before(), &as_in_the_seed()).unwrap();
    let object = entered.object.unwrap();
    assert_eq!(diff(&comparable(after()), &comparable(object.clone())), []);
    assert_eq!(comparable(object), comparable(after()));
    assert_eq!(entered.container, "reviews");
    assert_eq!(entered.warnings, Vec::<String>::new());
}

#[test]
fn the_seeds_after_is_in_dev_mode_and_leads_back_to_its_before() {
    let (before, after) = (before(), after());
    assert_eq!(standing(&after, &samples::edit_of(&before, &after)), Standing::Dev);
    let restored = restore(&after, &before, &after);
    let settled = settle(&restored, &before);
    assert_eq!(comparable(settled.clone()), comparable(before.clone()));
    assert_eq!(standing(&settled, &samples::edit_of(&before, &after)), Standing::Original);
}

#[test]
fn entering_what_nocalhost_left_with_the_same_options_changes_nothing() {
    assert_eq!(enter(&after(), &as_in_the_seed()).unwrap().object, Some(after()));
}

fn check_refused(edit: impl Fn(&mut Value, &mut DevOptions), expect: &str) {
    let (mut object, mut options) = (after(), as_in_the_seed());
    edit(&mut object, &mut options);
    assert_eq!(enter(&object, &options).unwrap_err().to_string(), expect);
}

#[test]
fn dev_mode_of_others_is_refused() {
    let already = "the workload is already in DevMode";
    check_refused(|_, options| options.image = "another".to_owned(), already);
    check_refused(|object, _| object["spec"]["replicas"] = 2.into(), already);
    check_refused(
        |object, _| object["metadata"]["annotations"]["nocalhost.origin.spec.json"] = "?".into(),
        already,
    );
    check_refused(|object, _| object["metadata"]["annotations"] = yaml("{nhd.dev/origin: secret}"), already);
    check_refused(
        |object, _| {
            object["metadata"]["annotations"]["dev.nocalhost/origin-workload-definition"] = "{}".into()
        },
        "the workload is already in DevMode, started by Nocalhost",
    );
    check_refused(
        |object, _| object["metadata"]["annotations"] = yaml("{}"),
        "the workload already has a container nocalhost-dev, which DevMode needs for itself",
    );
}

#[test]
fn what_is_not_a_workload_is_refused() {
    let check = |text: &str, expect: &str| {
        assert_eq!(enter(&yaml(text), &as_in_the_seed()).unwrap_err().to_string(), expect, "{text}");
    };
    check("{}", "the manifest is malformed at kind");
    check("[]", "the manifest is malformed at kind");
    check("{kind: Service}", "cannot develop in a Service");
    check("{kind: Deployment, metadata: {}}", "the manifest is malformed at spec");
    check(
        "{kind: Deployment, metadata: {}, spec: {template: 1}}",
        "the manifest is malformed at spec.template",
    );
    check(
        "{kind: Deployment, metadata: {}, spec: {template: {spec: {containers: []}}}}",
        "the manifest is malformed at spec.template.spec.containers",
    );
}

#[test]
fn an_original_too_large_for_an_annotation_is_left_to_the_secret() {
    let mut origin = before();
    origin["metadata"]["annotations"]["large"] = "x".repeat(256 * 1024 - 300).into();
    let entered = enter(&origin, &as_in_the_seed()).unwrap();
    let object = entered.object.unwrap();
    assert_eq!(object["metadata"]["annotations"]["nhd.dev/origin"], "secret");
    assert_eq!(object["metadata"]["annotations"].get("nocalhost.origin.spec.json"), None);
    assert_eq!(entered.warnings.len(), 1);
    let settled = settle(&restore(&object, &origin, &object), &origin);
    assert_eq!(settled, origin);
}
