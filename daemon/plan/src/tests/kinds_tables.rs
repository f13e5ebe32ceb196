//! The cases of each kind that were seen to go wrong, as manifests in and out.

use serde_json::{Value, json};

use super::samples::{edit_of, options, yaml};
use crate::*;

fn template(pod_spec: &str) -> Value {
    json!({ "metadata": { "labels": { "app": "web" } }, "spec": yaml(pod_spec) })
}

fn workload(kind: &str, spec: &str) -> Value {
    let mut spec = yaml(spec);
    let template = template("containers: [{name: web, image: 'web:1'}]");
    match kind {
        "CronJob" => spec["jobTemplate"] = json!({ "spec": { "template": template } }),
        "Pod" => spec["containers"] = template["spec"]["containers"].clone(),
        _ => spec["template"] = template,
    }
    json!({ "kind": kind, "metadata": { "name": "web", "namespace": "ns", "uid": "u" }, "spec": spec })
}

fn refused(object: &Value, force: bool) -> Option<String> {
    enter(object, &DevOptions { force, ..options() }).err().map(|error| error.to_string())
}

#[test]
fn a_daemon_set_gets_its_node_selector_back() {
    for selector in ["{}", "{nodeSelector: {disk: fast}}", "{nodeSelector: {}}"] {
        let mut origin = workload("DaemonSet", "{}");
        let pod_spec = origin["spec"]["template"]["spec"].as_object_mut().unwrap();
        pod_spec.extend(yaml(selector).as_object().unwrap().clone());
        let entered = enter(&origin, &options()).unwrap();
        let edited = entered.object.unwrap();
        let parked = &edited["spec"]["template"]["spec"]["nodeSelector"];
        assert_eq!(parked["nhd.dev/no-such-node"], "true", "{selector}");
        assert_eq!(settle(&restore(&edited, &origin, &edited), &origin), origin, "{selector}");
        let dev = &entered.dev_workload.unwrap()["spec"]["template"]["spec"];
        assert_eq!(dev.get("nodeSelector"), origin["spec"]["template"]["spec"].get("nodeSelector"));
    }
}

#[test]
fn the_deployment_of_a_daemon_set_keeps_its_host_settings_and_goes_with_it() {
    let mut origin = workload("DaemonSet", "{}");
    origin["metadata"]["labels"] = json!({ "app.kubernetes.io/instance": "argo" });
    origin["spec"]["template"]["spec"]["tolerations"] = json!([{ "operator": "Exists" }]);
    origin["spec"]["template"]["spec"]["hostPID"] = true.into();
    let dev_workload = enter(&origin, &options()).unwrap().dev_workload.unwrap();
    let pod_spec = &dev_workload["spec"]["template"]["spec"];
    assert_eq!(
        (&pod_spec["tolerations"], &pod_spec["hostPID"]),
        (&json!([{ "operator": "Exists" }]), &json!(true))
    );
    let hash = &dev_workload["metadata"]["labels"]["nhd.dev/dev-of"];
    let expect = json!({
        "name": "web-daemonset-dev", "namespace": "ns",
        "labels": { "app.kubernetes.io/managed-by": "nhd", "nhd.dev/dev-of": hash },
        "annotations": { "nhd.dev/dev-of": "daemonset/web" },
        "ownerReferences":
            [{ "apiVersion": "apps/v1", "kind": "DaemonSet", "name": "web", "uid": "u", "controller": false }],
    });
    assert_eq!(dev_workload["metadata"], expect);
    assert_eq!(dev_workload["spec"]["replicas"], 1);
    assert_eq!(dev_workload["spec"]["selector"]["matchLabels"], json!({ "nhd.dev/dev-of": hash }));
    assert_eq!(
        dev_workload["spec"]["template"]["metadata"]["labels"],
        json!({ "app": "web", "nhd.dev/dev-of": hash })
    );
}

#[test]
fn a_dev_job_is_one_pod_that_lasts_and_nobodys() {
    let mut origin = workload(
        "Job",
        "
        completions: 9
        parallelism: 3
        completionMode: Indexed
        backoffLimitPerIndex: 1
        maxFailedIndexes: 1
        backoffLimit: 6
        manualSelector: true
        selector: {matchLabels: {app: web}}
        podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {containerName: web, operator: In, values: [1]}}]}
        podReplacementPolicy: Failed
        successPolicy: {rules: [{succeededCount: 1}]}
        managedBy: kueue.x-k8s.io/multikueue
        suspend: true
        activeDeadlineSeconds: 10
        ttlSecondsAfterFinished: 0",
    );
    let labels = "{app: web, controller-uid: u, job-name: web, batch.kubernetes.io/controller-uid: u,
                   batch.kubernetes.io/job-name: web}";
    origin["spec"]["template"]["metadata"]["labels"] = yaml(labels);
    origin["spec"]["template"]["spec"]["restartPolicy"] = "Never".into();
    origin["spec"]["template"]["spec"]["activeDeadlineSeconds"] = 5.into();
    let entered = enter(&origin, &options()).unwrap();
    assert_eq!(entered.object, None);
    let mut job = entered.dev_workload.unwrap();
    let template = job["spec"]["template"].take();
    assert_eq!(
        job["spec"],
        json!({ "completions": 1, "parallelism": 1, "backoffLimit": 2_147_483_647, "template": null })
    );
    assert_eq!(template["spec"]["restartPolicy"], "OnFailure");
    assert_eq!(template["spec"].get("activeDeadlineSeconds"), None);
    assert_eq!(template["metadata"]["labels"].as_object().unwrap().len(), 2);
    assert_eq!(job["metadata"].get("ownerReferences"), None);
    assert!(annotation::origin_spec(&job).is_some());
}

#[test]
fn a_cron_job_starts_nothing_and_its_schedule_can_be_put_back() {
    for (schedule, parked) in [
        ("'*/5 * * * *'", "1 1 1 1 1"),
        ("'@hourly'", "1 1 1 1 1"),
        ("'TZ=Asia/Tokyo 0 * * * *'", "TZ=Asia/Tokyo 1 1 1 1 1"),
        ("'CRON_TZ=UTC 0 * * * *'", "CRON_TZ=UTC 1 1 1 1 1"),
    ] {
        for (suspend, fires) in [("", true), (", suspend: false", true), (", suspend: true", false)] {
            let origin = workload("CronJob", &format!("{{schedule: {schedule}{suspend}}}"));
            let entered = enter(&origin, &options()).unwrap();
            let edited = entered.object.unwrap();
            assert_eq!(
                (&edited["spec"]["schedule"], &edited["spec"]["suspend"]),
                (&json!(parked), &json!(true))
            );
            assert_eq!(may_fire(&origin), fires, "{schedule} {suspend}");
            assert!(!may_fire(&edited));
            assert_eq!(settle(&restore(&edited, &origin, &edited), &origin), origin);
            let job = entered.dev_workload.unwrap();
            assert_eq!((&job["kind"], &job["metadata"]["name"]), (&json!("Job"), &json!("web-cronjob-dev")));
            assert_eq!(job["metadata"].get("ownerReferences"), None);
        }
    }
}

#[test]
fn half_a_parked_cron_job_is_still_ours() {
    let origin = workload("CronJob", "schedule: '0 * * * *'");
    let edited = enter(&origin, &options()).unwrap().object.unwrap();
    let mut current = edited.clone();
    current["spec"]["schedule"] = origin["spec"]["schedule"].clone();
    assert!(matches!(standing(&current, &edit_of(&origin, &edited)), Standing::Drifted(_)));
    current["spec"]["suspend"] = false.into();
    assert!(matches!(
        standing(&current, &edit_of(&origin, &edited)),
        Standing::Overwritten(_) | Standing::Settling
    ));
}

#[test]
fn what_a_controller_controls_is_refused_unless_forced() {
    for kind in ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"] {
        let mut origin = workload(kind, "{}");
        let owner =
            |controller: bool| json!([{ "kind": "Shop", "name": "s", "uid": "o", "controller": controller }]);
        origin["metadata"]["ownerReferences"] = owner(false);
        assert_eq!(refused(&origin, false), None, "{kind}");
        origin["metadata"]["ownerReferences"] = owner(true);
        let expect = (kind != "Job").then(|| "Shop s controls it and would undo every change".to_owned());
        assert_eq!(refused(&origin, false), expect, "{kind}");
        assert_eq!(refused(&origin, true), None, "{kind}");
        let warned = enter(&origin, &DevOptions { force: true, ..options() }).unwrap().warnings;
        assert_eq!(warned.iter().any(|it| it.contains("Shop s")), kind != "Job", "{kind}");
    }
}

#[test]
fn pods_that_cannot_be_given_back_are_refused() {
    let check = |pointer: &str, value: &str, expect: &str, forced: bool| {
        let mut origin = workload("Pod", "{}");
        origin[pointer.split('/').next().unwrap()][pointer.split('/').nth(1).unwrap()] = yaml(value);
        let error = refused(&origin, false).unwrap_or_default();
        assert!(error.contains(expect), "{pointer} {value}: {error}");
        assert_eq!(refused(&origin, true).is_none(), forced, "{pointer} {value}");
    };
    let owner = |kind: &str| format!("[{{kind: {kind}, name: web-abc, uid: o, controller: true}}]");
    check("metadata/ownerReferences", &owner("ReplicaSet"), "belongs to ReplicaSet web-abc", false);
    check("metadata/ownerReferences", &owner("Node"), "static", false);
    check("metadata/annotations", "{kubernetes.io/config.mirror: x}", "static", false);
    check("metadata/deletionTimestamp", "'2026-01-01T00:00:00Z'", "being deleted", false);
    check("spec/volumes", "[{name: scratch, ephemeral: {}}]", "own volumes (scratch)", true);
    check("status/phase", "Succeeded", "has finished (Succeeded)", true);
    let error = PlanError::PodOwned { kind: "ReplicaSet".into(), name: "web-abc".into() };
    assert_eq!(error.hint().as_deref(), Some("develop in its Deployment instead, most likely web"));
}

#[test]
fn a_pod_keeps_the_node_that_its_author_chose_and_the_owners_that_are_there() {
    let mut origin = workload("Pod", "nodeName: node-1");
    assert_eq!(recreation(&origin, &[])["spec"].get("nodeName"), None);
    origin["metadata"]["managedFields"] = yaml("[{manager: kubectl, fieldsV1: {f:spec: {f:nodeName: {}}}}]");
    origin["metadata"]["ownerReferences"] =
        yaml("[{kind: A, name: a, uid: ua}, {kind: B, name: b, uid: ub}]");
    let again = recreation(&origin, &["ua".to_owned()]);
    assert_eq!(again["spec"]["nodeName"], "node-1");
    assert_eq!(again["metadata"]["ownerReferences"], yaml("[{kind: B, name: b, uid: ub}]"));
    assert_eq!(
        recreation(&origin, &["ua".to_owned(), "ub".to_owned()])["metadata"].get("ownerReferences"),
        None
    );
}

/// The pod with an annotation, which some manager has written in the pod itself or with its status.
fn annotated(pod: &Value, key: &str, by: &[Option<&str>]) -> Value {
    let mut pod = pod.clone();
    pod["metadata"]["annotations"][key] = "10.0.0.7".into();
    let fields = json!({ "f:metadata": { "f:annotations": { ".": {}, format!("f:{key}"): {} } } });
    let entries = by.iter().map(|subresource| match subresource {
        Some(subresource) => json!({ "manager": "m", "subresource": subresource, "fieldsV1": fields }),
        None => json!({ "manager": "m", "fieldsV1": fields }),
    });
    pod["metadata"]["managedFields"] = entries.collect();
    pod
}

#[test]
fn a_pod_is_made_again_without_what_was_noted_of_its_network_and_with_what_is_asked_of_it() {
    let origin = workload("Pod", "{}");
    let (pod, status) = (None, Some("status"));
    for (key, by, stays) in [
        ("k8s.v1.cni.cncf.io/network-status", &[][..], false),
        ("k8s.v1.cni.cncf.io/networks-status", &[status], false),
        ("k8s.ovn.org/pod-networks", &[pod], false),
        ("cni.projectcalico.org/podIP", &[pod], false),
        ("cni.projectcalico.org/podIPs", &[], false),
        ("cni.projectcalico.org/containerID", &[status], false),
        ("cni.projectcalico.org/ipAddrs", &[pod], true),
        ("k8s.v1.cni.cncf.io/networks", &[pod], true),
        ("a.network/of-which-nobody-has-heard", &[status], false),
        ("a.network/of-which-nobody-has-heard", &[status, pod], true),
        ("a.network/of-which-nobody-has-heard", &[], true),
        ("owner", &[pod], true),
    ] {
        let origin = annotated(&origin, key, by);
        let has = |object: &Value| object["metadata"]["annotations"].get(key).is_some();
        assert_eq!(has(&recreation(&origin, &[])), stays, "{key} {by:?}");
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        assert_eq!(has(&edited), stays, "{key} {by:?}");
        // The dev pod has interfaces, too, and what is noted of them is nobody's change.
        let mut edit = edit_of(
            &workload("Pod", "{}"),
            &enter(&workload("Pod", "{}"), &options()).unwrap().object.unwrap(),
        );
        let mut current = annotated(&edit.edited, key, by);
        assert_eq!(standing(&current, &edit), Standing::Dev, "{key} {by:?}");
        current["spec"]["terminationGracePeriodSeconds"] = 7.into();
        edit.take_over(&current);
        assert_eq!(has(&edit.origin), stays, "{key} {by:?}");
    }
}

#[test]
fn a_dev_pod_starts_again_after_a_failure() {
    for (policy, expect) in [("Never", "OnFailure"), ("OnFailure", "OnFailure"), ("Always", "Always")] {
        let origin = workload("Pod", &format!("{{restartPolicy: {policy}, activeDeadlineSeconds: 9}}"));
        let dev = enter(&origin, &options()).unwrap().object.unwrap();
        assert_eq!(dev["spec"]["restartPolicy"], expect);
        assert_eq!(dev["spec"].get("activeDeadlineSeconds"), None);
        assert_eq!(recreation(&origin, &[])["spec"]["restartPolicy"], policy);
        assert_eq!(recreation(&origin, &[])["spec"]["activeDeadlineSeconds"], 9);
    }
}

#[test]
fn daemon_sets_whose_pods_are_of_two_revisions_are_refused() {
    for (strategy, updated, expect) in
        [("OnDelete", 1, true), ("OnDelete", 2, false), ("RollingUpdate", 1, false)]
    {
        let mut origin = workload("DaemonSet", &format!("updateStrategy: {{type: {strategy}}}"));
        origin["status"] = json!({ "currentNumberScheduled": 2, "updatedNumberScheduled": updated });
        assert_eq!(refused(&origin, false).is_some(), expect, "{strategy} {updated}");
    }
}

#[test]
fn an_original_without_a_name_has_no_dev_workload() {
    let mut origin = workload("DaemonSet", "{}");
    origin["metadata"] = json!({});
    assert_eq!(refused(&origin, false).as_deref(), Some("the manifest is malformed at metadata.name"));
}
