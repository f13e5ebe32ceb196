//! Autoscalers: kept from their workload while it is in DevMode, and given back whatever happens meanwhile.

use anyhow::{Context, Result, ensure};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{Plan, Release, Start};
use nhd_protocol::session::{Phase, SessionStatus, StepName, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::autoscaler::{Autoscaler, autoscaler_of};
use nhd_tests::laptop::Laptop;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::Stage;
use nhd_tests::workload::{Workload, app_of};
use serde_json::{Value, json};

use crate::shared_cluster;

const NAME: &str = "web";

/// A workload whose autoscaler has raised it from one replica to its two, and a developer.
async fn scaled(kind: WorkloadKind, manifest: Value) -> Result<(Stage, Autoscaler)> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "scaled").await?;
    let workload = Workload::create(&client, namespace.name(), app_of(kind, NAME)).await?;
    let least = manifest["spec"]["minReplicas"].as_i64().unwrap_or(1);
    let autoscaler = Autoscaler::create(&client, namespace.name(), manifest).await?;
    has_replicas(&workload, least).await?;
    autoscaler.acts().await?;
    Ok((Stage::around(cluster, namespace, workload).await?, autoscaler))
}

async fn scaled_deployment() -> Result<(Stage, Autoscaler)> {
    scaled(WorkloadKind::Deployment, autoscaler_of(WorkloadKind::Deployment, NAME)).await
}

/// Waits until the workload has so many replicas, all of them ready.
async fn has_replicas(workload: &Workload, wanted: i64) -> Result<()> {
    let has = async |workload: &Workload| {
        Ok(workload.object().await?.pointer("/spec/replicas").and_then(Value::as_i64) == Some(wanted))
    };
    workload.until(&format!("scaled to {wanted}"), has).await?;
    workload.rolled_out().await
}

async fn told(stage: &Stage, status: &SessionStatus, words: &[&str]) -> Result<()> {
    let says = |warning: &String| words.iter().all(|word| warning.contains(word));
    stage.until(&status.session, |status| status.warnings.iter().any(says)).await.map(drop)
}

async fn is_as(autoscaler: &Autoscaler, expected: &Value) -> Result<()> {
    let now = autoscaler.portrait().await?;
    ensure!(now == *expected, "the autoscaler is to be {expected:#}\nand is {now:#}");
    Ok(())
}

#[tokio::test]
async fn a_scaled_workload_has_one_dev_pod_and_comes_back_with_its_autoscaler() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        for least in [Some(2), None] {
            let mut manifest = autoscaler_of(kind, NAME);
            manifest["spec"]["minReplicas"] = json!(least);
            let (stage, autoscaler) = scaled(kind, manifest).await?;
            let before = autoscaler.portrait().await?;
            let status = stage.start().await?;
            ensure!(autoscaler.is_pinned().await?, "{kind}: it is not pinned");
            autoscaler.acted_while_pinned().await?;
            let pods = stage.workload.live_pods().await?;
            ensure!(pods.len() == 1, "{kind}: {} dev pods", pods.len());
            stage.end(&status.session).await.with_context(|| kind.to_string())?;
            is_as(&autoscaler, &before).await.with_context(|| kind.to_string())?;
            autoscaler.acts().await?;
            stage.assert_untouched().await?;
            stage.close().await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_plan_shows_the_autoscaler_between_the_record_and_the_workload() -> Result<()> {
    let (stage, autoscaler) = scaled_deployment().await?;
    let before = autoscaler.portrait().await?;
    let plan = stage.nhd.call::<Plan>(stage.params()).await?;
    let kinds: Vec<&str> = plan.changes.iter().map(|change| change.kind.as_str()).collect();
    ensure!(kinds == ["Secret", "HorizontalPodAutoscaler", "Deployment"], "{kinds:?}");
    ensure!(plan.changes[1].diff.contains("+    name: web-in-DevMode-by-nhd"), "{}", plan.changes[1].diff);
    ensure!(autoscaler.portrait().await? == before, "a plan changed it");
    stage.close().await
}

#[tokio::test]
async fn the_owner_of_an_autoscaler_applies_without_a_conflict_after_the_end() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "scaled", app_of(WorkloadKind::Deployment, NAME)).await?;
    let mut manifest = autoscaler_of(WorkloadKind::Deployment, NAME);
    manifest["spec"]["minReplicas"] = json!(1);
    let (client, namespace) = (&stage.client, stage.namespace.name());
    let autoscaler = Autoscaler::create_applied(client, namespace, "argocd-controller", &manifest).await?;
    let (before, owners) = (autoscaler.portrait().await?, autoscaler.managers().await?);
    let status = stage.start().await?;
    stage.end(&status.session).await?;
    is_as(&autoscaler, &before).await?;
    ensure!(autoscaler.managers().await? == owners, "{:?}", autoscaler.managers().await?);
    manifest["spec"]["maxReplicas"] = json!(7);
    manifest["spec"]["scaleTargetRef"]["name"] = json!("another");
    autoscaler.apply("argocd-controller", &manifest).await?;
    stage.close().await
}

#[tokio::test]
async fn a_start_that_fails_gives_the_autoscaler_back() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        let (stage, autoscaler) = scaled(kind, autoscaler_of(kind, NAME)).await?;
        let before = autoscaler.portrait().await?;
        let mut params = stage.params();
        // No container runtime takes an upper-case image name.
        params.image = Some("NHD-TESTS/dev:1".into());
        let session = stage.nhd.call::<Start>(params).await?.session;
        let failed = stage.laptop.wait(&stage.nhd, &session, WaitUntil::Ended).await?;
        ensure!(failed.phase == Phase::Failed, "{failed:?}");
        ensure!(stage.times_begun(&session, StepName::PinAutoscalers).await? == 1, "it was never pinned");
        is_as(&autoscaler, &before).await.with_context(|| kind.to_string())?;
        stage.assert_untouched().await.with_context(|| kind.to_string())?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_others_change_of_an_autoscaler_is_told_and_stays() -> Result<()> {
    let (stage, autoscaler) = scaled_deployment().await?;
    let mut expect = autoscaler.portrait().await?;
    let status = stage.start().await?;
    autoscaler.patch_by("fluxcd", &json!({"spec": {"maxReplicas": 9}})).await?;
    told(&stage, &status, &["fluxcd changed the autoscaler web", "spec.maxReplicas: 5 → 9"]).await?;
    stage.end(&status.session).await?;
    expect["spec"]["maxReplicas"] = json!(9);
    is_as(&autoscaler, &expect).await?;
    stage.close().await
}

#[tokio::test]
async fn who_gives_an_autoscaler_its_workload_back_in_dev_mode_has_it_their_way() -> Result<()> {
    let (stage, autoscaler) = scaled_deployment().await?;
    let mut expect = autoscaler.portrait().await?;
    let status = stage.start().await?;
    let theirs = json!({"spec": {"scaleTargetRef": {"name": NAME}, "minReplicas": 3}});
    autoscaler.patch_by("fluxcd", &theirs).await?;
    told(&stage, &status, &["fluxcd changed the autoscaler web", "it scales the dev pods"]).await?;
    told(&stage, &status, &["3 dev pods"]).await?;
    stage.laptop.end(&stage.nhd, &status.session).await?;
    expect["spec"]["minReplicas"] = json!(3);
    is_as(&autoscaler, &expect).await?;
    let mut restored = stage.before.clone();
    restored.spec["replicas"] = json!(3);
    stage.workload.assert_restored(&restored).await?;
    stage.close().await
}

#[tokio::test]
async fn an_autoscaler_that_others_delete_or_make_anew_is_not_ours_any_more() -> Result<()> {
    let (stage, autoscaler) = scaled_deployment().await?;
    let status = stage.start().await?;
    autoscaler.delete().await?;
    let mut anew = autoscaler_of(WorkloadKind::Deployment, NAME);
    anew["spec"]["minReplicas"] = json!(3);
    let autoscaler = Autoscaler::create(&stage.client, stage.namespace.name(), anew).await?;
    let before = autoscaler.portrait().await?;
    told(&stage, &status, &["the autoscaler web appeared in DevMode"]).await?;
    stage.laptop.end(&stage.nhd, &status.session).await?;
    is_as(&autoscaler, &before).await?;
    let status = stage.start().await?;
    autoscaler.delete().await?;
    let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
    ensure!(ended.phase == Phase::Ended, "{ended:?}");
    ensure!(autoscaler.object().await.is_err(), "it was made again");
    stage.close().await
}

#[tokio::test]
async fn an_autoscaler_is_given_back_although_its_workload_is_gone() -> Result<()> {
    let (stage, autoscaler) = scaled_deployment().await?;
    let before = autoscaler.portrait().await?;
    let status = stage.start().await?;
    stage.workload.delete().await?;
    stage.until(&status.session, |status| status.phase == Phase::Blocked).await?;
    stage.laptop.end(&stage.nhd, &status.session).await?;
    is_as(&autoscaler, &before).await?;
    stage.close().await
}

#[tokio::test]
async fn another_laptop_gives_an_autoscaler_back_by_the_record_alone() -> Result<()> {
    let (mut stage, autoscaler) = scaled_deployment().await?;
    let before = autoscaler.portrait().await?;
    stage.start().await?;
    stage.laptop.kill_daemon()?;
    let mut other = Laptop::new(shared_cluster().await.kubeconfig())?;
    let nhd = other.start_daemon().await?;
    let ending = nhd.call::<Release>(stage.release_params()).await?;
    other.wait(&nhd, &ending.session, WaitUntil::Ended).await?;
    is_as(&autoscaler, &before).await?;
    stage.workload.assert_restored(&stage.before).await?;
    other.stop_daemon().await?;
    stage.namespace.delete(&stage.client).await
}

/// Starts with a daemon that dies at a fault point.
async fn start_until_death(stage: &mut Stage, fault: &str) -> Result<()> {
    stage.laptop.stop_daemon().await?;
    stage.laptop.set("NHD_FAULT", fault);
    let nhd = stage.laptop.start_daemon().await?;
    // The daemon may die before it answers.
    let _ = nhd.call::<Start>(stage.params()).await;
    stage.laptop.daemon_died().await?;
    stage.laptop.unset("NHD_FAULT");
    Ok(())
}

#[tokio::test]
async fn nothing_scales_an_original_whose_autoscaler_is_pinned_while_the_daemon_is_dead() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        let (mut stage, autoscaler) = scaled(kind, autoscaler_of(kind, NAME)).await?;
        let mut before = autoscaler.portrait().await?;
        start_until_death(&mut stage, "pinAutoscalers:after").await?;
        ensure!(autoscaler.is_pinned().await?, "{kind}: it is not pinned");
        autoscaler.acted_while_pinned().await?;
        ensure!(stage.workload.portrait().await? == stage.before, "{kind}: the original was scaled");
        ensure!(stage.workload.live_pods().await?.len() == 2, "{kind}: the original was scaled");
        // Others go on meanwhile, so that the next daemon plans again.
        autoscaler.patch_by("fluxcd", &json!({"spec": {"maxReplicas": 9}})).await?;
        stage.workload.patch_by("helm", &json!({"spec": {"revisionHistoryLimit": 7}})).await?;
        before["spec"]["maxReplicas"] = json!(9);
        stage.before.spec["revisionHistoryLimit"] = json!(7);
        stage.nhd = stage.laptop.start_daemon().await?;
        let status = stage.start().await?;
        ensure!(autoscaler.is_pinned().await?, "{kind}: it is not pinned any more");
        stage.end(&status.session).await.with_context(|| kind.to_string())?;
        is_as(&autoscaler, &before).await.with_context(|| kind.to_string())?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_autoscaler_that_appears_before_the_edit_is_recorded_and_pinned() -> Result<()> {
    let mut stage =
        Stage::set(shared_cluster().await, "scaled", app_of(WorkloadKind::Deployment, NAME)).await?;
    start_until_death(&mut stage, "enterDevMode:before").await?;
    let manifest = autoscaler_of(WorkloadKind::Deployment, NAME);
    let autoscaler = Autoscaler::create(&stage.client, stage.namespace.name(), manifest).await?;
    has_replicas(&stage.workload, 2).await?;
    let before = autoscaler.portrait().await?;
    stage.before = stage.workload.portrait().await?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let status = stage.start().await?;
    ensure!(stage.times_begun(&status.session, StepName::UpdateRecord).await? == 1, "not recorded");
    ensure!(autoscaler.is_pinned().await?, "it is not pinned");
    stage.end(&status.session).await?;
    is_as(&autoscaler, &before).await?;
    stage.close().await
}

#[tokio::test]
async fn an_autoscaler_that_a_lost_session_left_pinned_comes_back_with_the_next_one() -> Result<()> {
    let (stage, autoscaler) = scaled_deployment().await?;
    let before = autoscaler.portrait().await?;
    let left = json!({"metadata": {"annotations": {"nhd.dev/pinned-by": "lost"}},
        "spec": {"scaleTargetRef": {"name": "web-in-DevMode-by-nhd"}}});
    autoscaler.patch_by("nhd", &left).await?;
    let status = stage.start().await?;
    stage.end(&status.session).await?;
    is_as(&autoscaler, &before).await?;
    stage.close().await
}

#[tokio::test]
async fn an_autoscaler_that_something_else_drives_is_refused_by_name() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "driven", app_of(WorkloadKind::Deployment, NAME)).await?;
    let mut manifest = autoscaler_of(WorkloadKind::Deployment, NAME);
    manifest["spec"]["minReplicas"] = json!(1);
    manifest["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "Deployment",
        "name": NAME, "uid": stage.before.uid, "controller": true}]);
    let autoscaler = Autoscaler::create(&stage.client, stage.namespace.name(), manifest).await?;
    let before = autoscaler.portrait().await?;
    let error = stage.refusal(stage.params()).await?;
    ensure!(error.kind == ErrorKind::WorkloadUnsuitable, "{error:?}");
    ensure!(error.message.contains("Deployment web controls its autoscaler web"), "{error:?}");
    ensure!(autoscaler.portrait().await? == before, "it was changed");
    stage.assert_untouched().await?;
    stage.close().await
}

/// Saves stir the session again and again, and put no look at the cluster off.
#[tokio::test]
async fn an_autoscaler_that_appears_while_files_are_saved_is_noticed() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "appears", app_of(WorkloadKind::Deployment, NAME)).await?;
    let status = stage.start().await?;
    // Until the last events of the start are over; and it scales nothing yet, so that no watch tells of it.
    tokio::time::sleep(std::time::Duration::from_secs(15)).await;
    let mut manifest = autoscaler_of(WorkloadKind::Deployment, NAME);
    manifest["spec"]["minReplicas"] = json!(1);
    Autoscaler::create(&stage.client, stage.namespace.name(), manifest).await?;
    let says = |status: &SessionStatus| status.warnings.iter().any(|it| it.contains("appeared in DevMode"));
    // Longer than the time from one look to the next.
    let mut told = false;
    for number in 0..160 {
        stage.laptop.save("saved.txt", &number.to_string())?;
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        told = says(&stage.status(&status.session).await?);
        if told {
            break;
        }
    }
    ensure!(told, "the autoscaler is not noticed");
    stage.laptop.end(&stage.nhd, &status.session).await?;
    stage.close().await
}
