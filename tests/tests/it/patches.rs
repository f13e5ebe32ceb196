//! Patches of the dev configuration on the real node: what they come to is what the API server says, they are in the plan
//! and in the dev pod of every kind, and the end takes them back.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{DeleteParams, DynamicObject, Patch as ApiPatch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use nhd_plan::{ConfigPlace, Patch, PatchKind};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{Plan, Release, Resolve};
use nhd_protocol::session::{StartParams, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::{DEV_IMAGE, Laptop};
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{app, app_of};
use serde_json::{Value, json};

use crate::shared_cluster;

const FILE: &str = ".nocalhost/config.yaml";

/// A Deployment with two of whatever a strategic merge patch tells apart.
fn manifold() -> Value {
    let mut manifest = app("web");
    manifest["spec"]["replicas"] = json!(0);
    let pod_spec = &mut manifest["spec"]["template"]["spec"];
    pod_spec["containers"] = json!([
        {"name": "one", "image": "one:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81}],
            "volumeMounts": [{"name": "x", "mountPath": "/x"}, {"name": "y", "mountPath": "/y"}],
            "envFrom": [{"configMapRef": {"name": "a"}}], "command": ["a"],
            "resources": {"limits": {"cpu": "1"}}},
        {"name": "two", "image": "two:1"},
        {"name": "three", "image": "three:1"},
    ]);
    pod_spec["initContainers"] = json!([{"name": "before", "image": "before:1"}]);
    pod_spec["volumes"] = json!([{"name": "x", "emptyDir": {}}, {"name": "y", "hostPath": {"path": "/y"}}]);
    pod_spec["tolerations"] = json!([{"key": "a", "operator": "Exists"}]);
    pod_spec["hostAliases"] = json!([{"ip": "10.0.0.1", "hostnames": ["a"]}]);
    pod_spec["imagePullSecrets"] = json!([{"name": "a"}, {"name": "b"}]);
    pod_spec["nodeSelector"] = json!({"a": "1", "b": "2"});
    pod_spec["topologySpreadConstraints"] = json!([
        {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"},
        {"topologyKey": "node", "maxSkew": 2, "whenUnsatisfiable": "ScheduleAnyway"},
    ]);
    manifest
}

/// Patches of its pod spec.
fn strategic() -> Vec<Value> {
    let of_container = |fields: Value| {
        let mut container = json!({"name": "one"});
        container
            .as_object_mut()
            .into_iter()
            .for_each(|it| it.extend(fields.as_object().cloned().unwrap_or_default()));
        json!({"containers": [container]})
    };
    vec![
        json!({"containers": [{"name": "four", "image": "four:1"}]}),
        json!({"containers": [{"name": "three", "image": "three:2"}, {"name": "one", "image": "one:2"}]}),
        json!({"containers": [{"name": "two", "$patch": "delete"}, {"name": "five", "image": "five:1"}]}),
        json!({"containers": [{"$patch": "replace"}, {"name": "six", "image": "six:1"}]}),
        json!({"$setElementOrder/containers": [{"name": "three"}, {"name": "seven"}, {"name": "one"}],
            "containers": [{"name": "seven", "image": "seven:1"}]}),
        of_container(json!({"env": [{"name": "N", "value": "n"}, {"name": "B", "value": null,
            "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]})),
        of_container(json!({"ports": [{"containerPort": 81, "name": "other"}, {"containerPort": 82}]})),
        of_container(
            json!({"volumeMounts": [{"mountPath": "/y", "name": "x"}, {"mountPath": "/z", "name": "y"}]}),
        ),
        of_container(json!({"envFrom": [{"secretRef": {"name": "b"}}], "command": ["b", "c"]})),
        of_container(json!({"resources": {"limits": {"memory": "1Gi", "cpu": null}}})),
        of_container(json!({"resources": {"$patch": "replace", "requests": {"cpu": "1m"}}})),
        of_container(json!({"resources": {"$patch": "delete"}, "securityContext": {"privileged": true}})),
        json!({"initContainers": [{"name": "first", "image": "first:1"}]}),
        json!({"volumes": [{"name": "y", "$retainKeys": ["name", "emptyDir"], "emptyDir": {}}]}),
        json!({"volumes": [{"name": "y", "hostPath": null, "configMap": {"name": "c"}}, {"name": "w", "emptyDir": {}}]}),
        json!({"tolerations": [{"key": "b", "operator": "Exists"}]}),
        json!({"hostAliases": [{"ip": "10.0.0.2", "hostnames": ["b"]}, {"ip": "10.0.0.1", "hostnames": ["c"]}]}),
        json!({"imagePullSecrets": [{"name": "c"}, {"name": "a", "$patch": "delete"}]}),
        json!({"nodeSelector": {"b": null, "c": "3"}, "hostname": "h"}),
        json!({"nodeSelector": {"$patch": "replace", "d": "4"}}),
        json!({"topologySpreadConstraints": [{"topologyKey": "node", "maxSkew": 3}]}),
        json!({"affinity": {"nodeAffinity": {"$patch": "delete"}}, "securityContext": {"fsGroup": 7}}),
    ]
}

/// The API server is asked for both, as dry runs: for what it makes of the patch, and of what we made of it.
#[tokio::test]
async fn a_strategic_patch_comes_to_what_the_api_server_makes_of_it() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "strategic", manifold()).await?;
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("apps", "v1", "Deployment"));
    let api: Api<DynamicObject> = Api::namespaced_with(stage.client.clone(), stage.namespace.name(), &kind);
    for (index, pod_spec) in strategic().into_iter().enumerate() {
        let patch = json!({"spec": {"template": {"spec": pod_spec}}});
        let params = PatchParams { dry_run: true, ..PatchParams::default() };
        let theirs = api.patch("web", &params, &ApiPatch::Strategic(&patch)).await;
        let theirs = serde_json::to_value(theirs.with_context(|| patch.to_string())?)?;
        let mut ours = stage.workload.object().await?;
        ours["metadata"].as_object_mut().context("metadata")?.remove("resourceVersion");
        let applied =
            Patch { kind: PatchKind::Strategic, patch: patch.clone(), place: ConfigPlace::default() };
        applied.apply(&mut ours).map_err(anyhow::Error::msg).with_context(|| patch.to_string())?;
        let params = PostParams { dry_run: true, ..PostParams::default() };
        let ours: DynamicObject = serde_json::from_value(ours)?;
        let ours = serde_json::to_value(
            api.replace("web", &params, &ours).await.with_context(|| patch.to_string())?,
        )?;
        let differences = nhd_plan::diff(&theirs["spec"], &ours["spec"]);
        ensure!(differences.is_empty(), "{index} {patch}: {differences:#?}");
        ensure!(ours["spec"] == theirs["spec"], "{index} {patch}: another order");
    }
    stage.close().await
}

/// Every list below a definition of the API's OpenAPI document, with its merge key where it is merged.
fn lists_below(
    document: &Value,
    name: &str,
    seen: &mut BTreeSet<String>,
    into: &mut BTreeSet<(String, Option<String>)>,
) {
    if !seen.insert(name.to_owned()) {
        return;
    }
    let properties = document["definitions"][name]["properties"].as_object();
    for (field, schema) in properties.into_iter().flatten().filter(|(field, _)| *field != "status") {
        let merged = schema["x-kubernetes-patch-strategy"].as_str().is_some_and(|it| it.contains("merge"));
        if schema["type"] == "array" {
            let key = schema["x-kubernetes-patch-merge-key"].as_str().map(str::to_owned);
            into.insert((if merged { field.clone() } else { format!("{field} as a whole") }, key));
        }
        for reference in [&schema["$ref"], &schema["items"]["$ref"], &schema["additionalProperties"]["$ref"]]
        {
            if let Some(below) = reference.as_str().and_then(|it| it.strip_prefix("#/definitions/")) {
                lists_below(document, below, seen, into);
            }
        }
    }
}

#[tokio::test]
async fn the_lists_that_are_merged_are_those_of_the_apis_own_document() -> Result<()> {
    let client = shared_cluster().await.client().await?;
    let request = http::Request::get("/openapi/v2").header("Accept", "application/json").body(Vec::new())?;
    let document: Value = client.request(request).await?;
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    for kind in ["apps.v1.Deployment", "apps.v1.StatefulSet", "batch.v1.Job", "core.v1.Pod"] {
        lists_below(&document, &format!("io.k8s.api.{kind}"), &mut seen, &mut found);
    }
    ensure!(found.len() > 40, "{found:?}");
    let ours: BTreeSet<(String, Option<String>)> =
        nhd_plan::merged_lists().map(|(list, key)| (list.to_owned(), key.map(str::to_owned))).collect();
    let is_whole = |list: &str| list.ends_with(" as a whole");
    let merged: BTreeSet<_> = found.iter().filter(|(list, _)| !is_whole(list)).cloned().collect();
    ensure!(merged == ours, "{:?}", merged.symmetric_difference(&ours).collect::<Vec<_>>());
    for (list, _) in ours {
        let elsewhere = format!("{list} as a whole");
        ensure!(found.iter().all(|(found, _)| *found != elsewhere), "{list} is not always merged");
    }
    Ok(())
}

/// The configuration of a workload with these patches, and the line of the first one.
fn configured(kind: WorkloadKind, patches: &[(&str, Value)]) -> String {
    let mut text = format!(
        "name: web\nserviceType: {}\ncontainers:\n  - name: app\n    dev:\n      image: {DEV_IMAGE}\n      patches:\n",
        kind.word()
    );
    for (type_, patch) in patches {
        text += &format!("        - type: {type_}\n          patch: '{patch}'\n");
    }
    text
}

/// A patch of the pod template, or the pod, of the object that has the dev pod.
fn of_template(kind: WorkloadKind, template: Value) -> Value {
    if kind == WorkloadKind::Pod { template } else { json!({"spec": {"template": template}}) }
}

#[tokio::test]
async fn patches_are_in_the_plan_and_in_the_dev_pod_of_every_kind_and_go_with_the_end() -> Result<()> {
    for kind in WorkloadKind::ALL {
        check_kind(kind).await.with_context(|| kind.to_string())?;
    }
    Ok(())
}

async fn check_kind(kind: WorkloadKind) -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "with-patches", app_of(kind, "web")).await?;
    let path = if kind == WorkloadKind::Pod { "" } else { "/spec/template" };
    let dev = json!({"name": "nocalhost-dev", "env": [{"name": "PATCHED", "value": "yes"}],
        "volumeMounts": [{"name": "cache", "mountPath": "/cache"}]});
    let strategic = of_template(
        kind,
        json!({"metadata": {"labels": {"patched": "yes"}},
        "spec": {"containers": [dev], "volumes": [{"name": "cache", "emptyDir": {}}]}}),
    );
    let merge =
        of_template(kind, json!({"spec": {"hostAliases": [{"ip": "10.1.2.3", "hostnames": ["patched"]}]}}));
    let json_patch =
        json!([{"op": "add", "path": format!("{path}/spec/enableServiceLinks"), "value": false}]);
    let patches = [("strategic", strategic), ("merge", merge), ("json", json_patch)];
    stage.laptop.save(FILE, &configured(kind, &patches))?;
    let params = StartParams { image: None, ..stage.params() };

    let entries = stage.nhd.call::<Resolve>(params.clone()).await?.entries;
    let types =
        entries.iter().filter(|entry| entry.key.starts_with("patches.") && entry.key.ends_with(".type"));
    ensure!(types.filter(|entry| entry.source.line.is_some()).count() == 3, "{entries:#?}");
    let plan = stage.nhd.call::<Plan>(params.clone()).await?;
    ensure!(plan.warnings.iter().all(|it| !it.contains("patches")), "{:?}", plan.warnings);
    let diffs: String = plan.changes.iter().map(|change| change.diff.as_str()).collect();
    for said in ["PATCHED", "/cache", "10.1.2.3", "enableServiceLinks: false", "patched: "] {
        ensure!(diffs.contains(said), "{said} is not in the plan:\n{diffs}");
    }

    let status = stage.laptop.start_synced(&stage.nhd, params).await?;
    let pod = pod_of(&status)?;
    let script = "echo $PATCHED $(grep -c patched /etc/hosts) $(test -d /cache && echo mounted)";
    stage.workload.prints(pod, script, "yes 1 mounted").await?;
    let pod = stage.workload.pods().get(pod).await?;
    ensure!(
        pod.spec.and_then(|spec| spec.enable_service_links) == Some(false),
        "the JSON patch is not there"
    );
    let labels = pod.metadata.labels.unwrap_or_default();
    ensure!(labels.get("patched").is_some_and(|it| it == "yes"), "{labels:?}");
    if ![WorkloadKind::Job, WorkloadKind::Pod].contains(&kind) {
        // A merge at the end takes back what patches did as well, and keeps what others did to the same lists.
        let template = |template: Value| match kind {
            WorkloadKind::CronJob => json!({"spec": {"jobTemplate": {"spec": {"template": template}}}}),
            _ => json!({"spec": {"template": template}}),
        };
        let theirs = json!({"spec": {"tolerations": [{"key": "theirs", "operator": "Exists"}]}});
        stage.workload.patch_by("somebody", &template(theirs)).await?;
        stage.laptop.end(&stage.nhd, &status.session).await?;
        let object = stage.workload.object().await?;
        let text = object["spec"].to_string();
        ensure!(!text.contains("PATCHED") && !text.contains("patched"), "ours is left: {object:#}");
        ensure!(text.contains("\"theirs\""), "theirs is gone: {object:#}");
        let mut whole = stage.before.clone();
        whole.spec = object["spec"].clone();
        stage.workload.assert_restored(&whole).await?;
        stage.workload.rolled_out().await?;
        return stage.namespace.delete(&stage.client).await;
    }
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_patch_that_cannot_be_is_refused_with_its_line_before_any_write() -> Result<()> {
    let kind = WorkloadKind::Deployment;
    let stage = Stage::set(shared_cluster().await, "unpatched", app("web")).await?;
    let params = StartParams { image: None, ..stage.params() };
    let version = stage.workload.version().await?;
    let harmless = ("strategic", of_template(kind, json!({"spec": {"hostname": "h"}})));
    let of_spec = |spec: Value| of_template(kind, json!({"spec": spec}));
    for (type_, patch, says) in [
        ("strategic", json!([]), "must be a mapping, as its type is strategic"),
        (
            "merge",
            of_spec(json!({"containers": [{"name": "app", "image": "x"}]})),
            "takes container nocalhost-dev away",
        ),
        ("json", json!([{"op": "remove", "path": "/spec/template/spec/none"}]), "does not apply"),
        ("strategic", json!({"spec": {"replicas": 3}}), "changes spec.replicas"),
        (
            "strategic",
            of_spec(json!({"volumes": [{"name": "nothing"}], "restartPolicy": "Never"})),
            "restartPolicy",
        ),
    ] {
        stage.laptop.save(FILE, &configured(kind, &[harmless.clone(), (type_, patch.clone())]))?;
        let error = stage.refusal(params.clone()).await.with_context(|| patch.to_string())?;
        ensure!(error.kind == ErrorKind::ConfigInvalid && error.message.contains(says), "{error:?}");
        let place = error.data.as_ref().and_then(|data| data.location.clone()).context("a location")?;
        ensure!(place.line == 11 && place.file.ends_with("config.yaml"), "{place:?}");
        stage.assert_untouched().await.with_context(|| error.message.clone())?;
    }
    // A field that nobody knows is in vain, which the plan says.
    let typed = of_spec(json!({"containers": [{"name": "nocalhost-dev", "evn": [{"name": "A"}]}]}));
    stage.laptop.save(FILE, &configured(kind, &[("strategic", typed)]))?;
    let plan = stage.nhd.call::<Plan>(params.clone()).await?;
    let told = plan.notices.iter().find(|notice| notice.code.as_deref() == Some("patchWithoutEffect"));
    ensure!(
        told.is_some_and(|it| it.message.contains("spec.containers[nocalhost-dev].evn")),
        "{:?}",
        plan.notices
    );
    // What only the API server knows to be wrong, it refuses; the patches are named.
    let unknown = of_spec(json!({"containers": [{"name": "nocalhost-dev", "volumeMounts": [
        {"name": "nowhere", "mountPath": "/nowhere"}]}]}));
    stage.laptop.save(FILE, &configured(kind, &[("strategic", unknown)]))?;
    let error = stage.refusal(params).await?;
    ensure!(error.message.contains("nowhere"), "{error:?}");
    ensure!(error.hint.as_deref().is_some_and(|hint| hint.contains("config.yaml:9")), "{error:?}");
    ensure!(stage.workload.version().await? == version, "it was written to");
    stage.assert_untouched().await?;
    stage.close().await
}

/// Nothing but the workload itself tells then what was patched.
#[tokio::test]
async fn patches_are_taken_back_where_the_record_is_lost() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        let mut stage = Stage::set(cluster, "lost-patches", app_of(kind, "web")).await?;
        let patch = json!({"metadata": {"labels": {"more": "yes"}}, "spec": {
            "containers": [{"name": "beside", "image": DEV_IMAGE, "command": ["sleep", "100000"]}],
            "hostAliases": [{"ip": "10.1.2.3", "hostnames": ["more"]}]}});
        stage.laptop.save(FILE, &configured(kind, &[("strategic", of_template(kind, patch))]))?;
        let params = StartParams { image: None, ..stage.params() };
        stage.laptop.start_synced(&stage.nhd, params).await?;
        stage.laptop.kill_daemon()?;
        let secrets: Api<Secret> = Api::namespaced(stage.client.clone(), stage.namespace.name());
        for name in stage.workload.secrets().await? {
            secrets.delete(&name, &DeleteParams::default()).await?;
        }
        let mut other = Laptop::new(cluster.kubeconfig())?;
        let nhd = other.start_daemon().await?;
        let ending = nhd.call::<Release>(stage.release_params()).await?;
        other.wait(&nhd, &ending.session, WaitUntil::Ended).await.with_context(|| kind.to_string())?;
        stage.workload.assert_restored(&stage.before).await.with_context(|| kind.to_string())?;
        stage.workload.rolled_out().await?;
        other.stop_daemon().await?;
        stage.namespace.delete(&stage.client).await?;
    }
    Ok(())
}
