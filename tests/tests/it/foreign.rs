//! Others write to a workload in DevMode: what they did stays, what nhd did goes, and who did it is told.

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::Api;
use kube::api::ListParams;
use nhd_protocol::methods::End;
use nhd_protocol::session::{Phase, SessionOutcome, SessionSelector, SessionStatus};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::Stage;
use nhd_tests::workload::{Workload, app, app_of};
use serde_json::{Value, json};

use crate::shared_cluster;

/// One change of others: what is written to the object in DevMode, and what of the spec then stays.
struct Foreign {
    manager: &'static str,
    patch: Value,
    /// What is at these places of the spec after the end.
    stays: Vec<(&'static str, Value)>,
}

fn of_containers(containers: Value) -> Value {
    json!({"spec": {"template": {"spec": {"containers": containers}}}})
}

/// What users do to a Deployment, as their tools write it.
fn changes() -> Vec<Foreign> {
    vec![
        Foreign {
            manager: "kubectl-scale",
            patch: json!({"spec": {"replicas": 3}}),
            stays: vec![("/replicas", json!(3))],
        },
        Foreign {
            manager: "kubectl-set-env",
            patch: of_containers(json!([
                {"name": "nocalhost-dev", "env": [{"name": "ADDED", "value": "yes"}]},
                {"name": "nocalhost-sidecar", "env": [{"name": "ADDED", "value": "yes"}]},
            ])),
            stays: vec![(
                "/template/spec/containers/0/env",
                json!([{"name": "LOG_DIR", "value": "/tmp/logs"}, {"name": "ADDED", "value": "yes"}]),
            )],
        },
        Foreign {
            manager: "kubectl-set-image",
            patch: of_containers(json!([{"name": "nocalhost-dev", "image": "nhd-tests/app:1"}])),
            stays: vec![("/template/spec/containers/0/image", json!("nhd-tests/app:1"))],
        },
        Foreign {
            manager: "kubectl-edit",
            patch: json!({"spec": {"progressDeadlineSeconds": 77,
                "template": {"metadata": {"annotations": {"restarted": "now"}}}}}),
            stays: vec![
                ("/progressDeadlineSeconds", json!(77)),
                ("/template/metadata/annotations/restarted", json!("now")),
            ],
        },
    ]
}

#[tokio::test]
async fn what_others_change_in_dev_mode_is_told_and_stays() -> Result<()> {
    let cluster = shared_cluster().await;
    for Foreign { manager, patch, stays } in changes() {
        let stage = Stage::set(cluster, "foreign", app("web")).await?;
        let status = stage.start().await?;
        stage.workload.patch_by(manager, &patch).await?;
        told(&stage, &status, manager).await?;
        let mut expected = stage.before.spec.clone();
        for (pointer, value) in stays {
            put(&mut expected, pointer, value);
        }
        stage.laptop.end(&stage.nhd, &status.session).await?;
        let after = stage.workload.portrait().await?;
        ensure!(after.uid == stage.before.uid, "{manager}: another uid");
        ensure!(after.spec == expected, "{manager}:\nexpected {expected:#}\nbut it is {:#}", after.spec);
        stage.workload.assert_restored(&after).await.with_context(|| manager.to_owned())?;
        stage.workload.rolled_out().await?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn whoever_scales_is_told_apart_from_whoever_annotates() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "told-apart", app("web")).await?;
    let status = stage.start().await?;
    let annotation = json!({"metadata": {"annotations": {"note": "of theirs"}}});
    stage.workload.patch_by("kubectl-annotate", &annotation).await?;
    stage.workload.scale("kubectl", 2).await?;
    let told = |status: &SessionStatus| status.warnings.iter().any(|it| it.contains("spec.replicas"));
    let status = stage.until(&status.session, told).await?;
    let warning = status.warnings.iter().find(|it| it.contains("spec.replicas")).context("a warning")?;
    ensure!(warning.starts_with("kubectl changed spec.replicas: 1 → 2"), "{warning}");
    stage.laptop.end(&stage.nhd, &status.session).await?;
    stage.close().await
}

/// Waits until the status names who changed the workload.
async fn told(stage: &Stage, status: &SessionStatus, manager: &str) -> Result<()> {
    let names = |status: &SessionStatus| status.warnings.iter().any(|warning| warning.contains(manager));
    stage.until(&status.session, names).await.map(drop)
}

/// Sets what is at a pointer, whose objects are made where they are missing.
fn put(value: &mut Value, pointer: &str, new: Value) {
    let (parent, last) = pointer.rsplit_once('/').expect("is a pointer");
    let mut place = value;
    for step in parent.split('/').skip(1) {
        place = match step.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[step],
        };
        if place.is_null() {
            *place = json!({});
        }
    }
    place[last] = new;
}

#[tokio::test]
async fn who_puts_the_original_container_back_beside_ours_has_it_their_way() -> Result<()> {
    let cluster = shared_cluster().await;
    // What `kubectl apply` sends is a patch of what it knows; a deployment tool forces its whole manifest.
    for forced in [false, true] {
        let stage = Stage::set(cluster, "re-added", app("web")).await?;
        let status = stage.start().await?;
        let mut theirs = app("web");
        theirs["spec"]["replicas"] = json!(2);
        theirs["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = json!("/theirs");
        let manager = if forced { "argocd-controller" } else { "kubectl-client-side-apply" };
        if forced {
            stage.workload.apply(manager, true, &theirs).await?;
        } else {
            stage.workload.patch_by(manager, &json!({"spec": theirs["spec"]})).await?;
        }
        told(&stage, &status, manager).await?;
        stage.laptop.end(&stage.nhd, &status.session).await?;
        let mut expected = stage.before.spec.clone();
        expected["replicas"] = json!(2);
        expected["template"]["spec"]["containers"][0]["env"][0]["value"] = json!("/theirs");
        let after = stage.workload.portrait().await?;
        ensure!(after.spec == expected, "{manager}:\nexpected {expected:#}\nbut it is {:#}", after.spec);
        stage.workload.assert_restored(&after).await?;
        stage.close().await?;
    }
    Ok(())
}

/// A workload whose original comes back in two writes, and with more than one pod.
fn with_controls(kind: WorkloadKind) -> Value {
    let mut manifest = app_of(kind, "web");
    manifest["spec"]["revisionHistoryLimit"] = json!(0);
    if kind != WorkloadKind::DaemonSet {
        manifest["spec"]["replicas"] = json!(2);
    }
    manifest
}

/// Waits until the session says by name who overwrote the workload.
async fn blocked_by(stage: &Stage, status: &SessionStatus, manager: &str) -> Result<()> {
    let blocked = stage.until(&status.session, |status| status.phase == Phase::Blocked).await?;
    let error = blocked.error.context("an error")?;
    ensure!(error.message.contains(manager), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn who_takes_our_containers_away_is_named_and_leaves_the_rest_to_us() -> Result<()> {
    let stage =
        Stage::set(shared_cluster().await, "removed", with_controls(WorkloadKind::Deployment)).await?;
    let status = stage.start().await?;
    let mut theirs = stage.before.spec["template"]["spec"]["containers"].clone();
    theirs.as_array_mut().context("containers")?.insert(0, json!({"$patch": "replace"}));
    stage.workload.patch_by("helm", &of_containers(theirs)).await?;
    blocked_by(&stage, &status, "helm").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn an_undo_of_the_rollout_in_dev_mode_leaves_the_rest_to_us() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet] {
        let stage = Stage::set(cluster, "undone", with_controls(kind)).await?;
        let status = stage.start().await?;
        // That of a Deployment takes the annotations of the old revision too, and with them our mark away.
        let mut undone =
            json!([{"op": "replace", "path": "/spec/template", "value": stage.before.spec["template"]}]);
        if kind == WorkloadKind::Deployment {
            let annotations =
                json!({"op": "replace", "path": "/metadata/annotations", "value": stage.before.annotations});
            undone.as_array_mut().context("operations")?.push(annotations);
        }
        stage.workload.patch_json("kubectl-rollout", &undone).await?;
        // Who only takes fields away, as from a DaemonSet the node selector, comes to own none.
        let who = if kind == WorkloadKind::DaemonSet { "others" } else { "kubectl-rollout" };
        blocked_by(&stage, &status, who).await.with_context(|| kind.to_string())?;
        stage.end(&status.session).await.with_context(|| kind.to_string())?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_others_change_while_the_original_comes_back_stays_too() -> Result<()> {
    let mut stage =
        Stage::set(shared_cluster().await, "late", with_controls(WorkloadKind::Deployment)).await?;
    let status = stage.start().await?;
    stage.laptop.kill_daemon()?;
    stage.laptop.set("NHD_FAULT", "restoreWorkload:written");
    let dying = stage.laptop.start_daemon().await?;
    let selector = SessionSelector::of_session(&status.session);
    // The daemon may die before it answers.
    let _ = dying.call::<End>(selector.into()).await;
    stage.laptop.daemon_died().await?;
    stage.workload.patch_by("kubectl-edit", &json!({"spec": {"progressDeadlineSeconds": 77}})).await?;
    stage.laptop.unset("NHD_FAULT");
    stage.before.spec["progressDeadlineSeconds"] = json!(77);
    stage.nhd = stage.laptop.start_daemon().await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_scale_through_its_subresource_stays() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        let mut stage = Stage::set(cluster, "scaled", app_of(kind, "web")).await?;
        let status = stage.start().await?;
        stage.workload.scale("kubectl", 2).await?;
        told(&stage, &status, "kubectl").await?;
        stage.before.spec["replicas"] = json!(2);
        stage.end(&status.session).await.with_context(|| kind.to_string())?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_owner_of_a_workload_applies_without_a_conflict_after_the_end() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    for kind in
        [WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet, WorkloadKind::CronJob]
    {
        let namespace = Namespace::create(&client, "owned").await?;
        let manifest = app_of(kind, "web");
        let workload =
            Workload::create_applied(&client, namespace.name(), "argocd-controller", &manifest).await?;
        let before = workload.managers().await?;
        let stage = Stage::around(cluster, namespace, workload).await?;
        let status = stage.start().await?;
        stage.end(&status.session).await.with_context(|| kind.to_string())?;
        let after = stage.workload.managers().await?;
        ensure!(after == before, "{kind}: the managers were {before:?} and are {after:?}");
        let mut next = manifest;
        next["metadata"]["annotations"]["release"] = json!("2");
        let template =
            if kind == WorkloadKind::CronJob { "/spec/jobTemplate/spec/template" } else { "/spec/template" };
        let container = next.pointer_mut(template).context("a template")?;
        container["spec"]["containers"][0]["env"][0]["value"] = json!("/next");
        stage.workload.apply("argocd-controller", false, &next).await.with_context(|| kind.to_string())?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_deleted_namespace_ends_in_peace() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "gone", app("web")).await?;
    let status = stage.start().await?;
    stage.namespace.clone().delete(&stage.client).await?;
    stage.until(&status.session, |status| status.phase == Phase::Blocked).await?;
    let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
    ensure!(ended.phase == Phase::Ended, "{ended:?}");
    ensure!(stage.laptop.processes()?.is_empty(), "{:?}", stage.laptop.processes()?);
    stage.laptop.stop_daemon().await
}

/// Of a Pod alone nothing is left that would tell it by its uid: it is owed when its name is free.
#[tokio::test]
async fn nothing_is_made_in_a_namespace_that_was_deleted_and_made_again() -> Result<()> {
    for kind in [WorkloadKind::Pod, WorkloadKind::Job] {
        let mut stage = Stage::set(shared_cluster().await, "again", app_of(kind, "web")).await?;
        let status = stage.start().await?;
        stage.namespace.clone().delete(&stage.client).await?;
        let again = stage.namespace.make_again(&stage.client).await?;
        let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
        ensure!(ended.outcome == Some(SessionOutcome::Gone), "{kind}: {ended:?}");
        let pods = Api::<Pod>::namespaced(stage.client.clone(), again.name());
        let pods = pods.list(&ListParams::default()).await?.items;
        ensure!(pods.is_empty(), "{kind}: {pods:?}");
        let secrets = Api::<Secret>::namespaced(stage.client.clone(), again.name());
        let secrets = secrets.list(&ListParams::default()).await?.items;
        ensure!(secrets.is_empty(), "{kind}: {secrets:?}");
        again.delete(&stage.client).await?;
        stage.laptop.stop_daemon().await?;
    }
    Ok(())
}
