//! Records of which the data is lost, or that are gone or something else: no workload stays in DevMode for that.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::session::{Phase, SessionOutcome};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::autoscaler::{Autoscaler, autoscaler_of};
use nhd_tests::laptop::Laptop;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app_of;
use serde_json::{Value, json};

use crate::shared_cluster;

const LIMIT: Duration = Duration::from_secs(60);

const DATA: &str = "nhd.json.gz";

fn secrets(stage: &Stage) -> Api<Secret> {
    Api::namespaced(stage.client.clone(), stage.namespace.name())
}

/// The record of the stage's workload.
async fn record(stage: &Stage) -> Result<Secret> {
    let all = secrets(stage).list(&Default::default()).await?.items;
    let is_record =
        |secret: &&Secret| secret.metadata.name.as_ref().is_some_and(|name| name.contains("nocalhost"));
    all.iter().find(is_record).cloned().context("there is no record")
}

async fn patch(stage: &Stage, patch: Value) -> Result<()> {
    let name = record(stage).await?.metadata.name.context("a name")?;
    secrets(stage).patch(&name, &PatchParams::default(), &Patch::Merge(patch)).await?;
    Ok(())
}

async fn in_dev_mode(kind: WorkloadKind, prefix: &str) -> Result<(Stage, String)> {
    let stage = Stage::set(shared_cluster().await, prefix, app_of(kind, "reviews")).await?;
    let session = stage.start().await.context("start")?.session;
    Ok((stage, session))
}

/// For every kind, at once.
async fn of_every_kind(test: impl AsyncFn(WorkloadKind) -> Result<()>) -> Result<()> {
    try_join_all(WorkloadKind::ALL.map(async |kind| test(kind).await.with_context(|| kind.to_string())))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_record_whose_data_is_lost_is_written_again_and_the_workload_given_back() -> Result<()> {
    of_every_kind(async |kind| {
        let (mut stage, session) = in_dev_mode(kind, "unreadable").await?;
        let whole = record(&stage).await?.data;
        patch(&stage, json!({"data": {DATA: null}})).await?;
        let deadline = Instant::now() + LIMIT;
        while record(&stage).await?.data != whole {
            ensure!(Instant::now() < deadline, "the record was not written again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stage.until(&session, |status| status.phase == Phase::Synced && status.error.is_none()).await?;

        // The end is the first that the next daemon does with one that is damaged.
        stage.laptop.kill_daemon()?;
        patch(&stage, json!({"data": {DATA: "bm8gZ3ppcA=="}})).await?;
        stage.nhd = stage.laptop.start_daemon().await?;
        let ended = stage.laptop.end(&stage.nhd, &session).await?;
        ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
        stage.assert_untouched().await?;
        stage.close().await
    })
    .await
}

#[tokio::test]
async fn a_takeover_without_a_readable_record_goes_by_what_the_workload_itself_has() -> Result<()> {
    for gone in [false, true] {
        of_every_kind(async |kind| {
            let (mut stage, session) = in_dev_mode(kind, "lost").await?;
            stage.laptop.stop_daemon().await?;
            if gone {
                let name = record(&stage).await?.metadata.name.context("a name")?;
                secrets(&stage).delete(&name, &DeleteParams::default()).await?;
            } else {
                patch(&stage, json!({"data": {DATA: null}})).await?;
            }
            let other = Laptop::new(shared_cluster().await.kubeconfig())?;
            let (target, namespace) = (format!("{}/reviews", kind.word()), stage.namespace.name());
            let refused = other.cli(&["end", &target, "-n", namespace]).await?;
            ensure!(refused.code == Some(1) && refused.stderr.contains("is in DevMode by "), "{refused:?}");
            let ended = other.cli(&["end", &target, "-n", namespace, "--takeover"]).await?;
            ensure!(ended.code == Some(0) && ended.stdout.contains("is as it was"), "gone {gone}: {ended:?}");
            let mut before = stage.before.clone();
            if kind == WorkloadKind::Pod {
                before = stage.workload.portrait().await?;
                ensure!(before.spec == stage.before.spec, "{:#}\nnot\n{:#}", before.spec, stage.before.spec);
            }
            stage.workload.assert_restored(&before).await?;
            ensure!(other.cli(&["daemon", "stop"]).await?.code == Some(0));

            // The first laptop's session has lost it, and ends in peace.
            stage.nhd = stage.laptop.start_daemon().await?;
            stage.until(&session, |status| status.phase == Phase::Blocked).await?;
            stage.laptop.end(&stage.nhd, &session).await?;
            stage.workload.assert_restored(&before).await?;
            stage.close().await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_secret_of_others_in_the_place_of_the_record_stops_no_end_and_is_left_alone() -> Result<()> {
    of_every_kind(async |kind| {
        let (stage, session) = in_dev_mode(kind, "replaced").await?;
        let name = record(&stage).await?.metadata.name.context("a name")?;
        secrets(&stage).delete(&name, &DeleteParams::default()).await?;
        let theirs = json!({"metadata": {"name": name}, "stringData": {"theirs": "kept"}});
        secrets(&stage).create(&PostParams::default(), &serde_json::from_value(theirs)?).await?;
        let blocked = stage.until(&session, |status| status.phase == Phase::Blocked).await?;
        let error = blocked.error.context("an error")?;
        ensure!(error.kind == ErrorKind::InDevModeElsewhere, "{error:?}");
        let ended = stage.laptop.end(&stage.nhd, &session).await?;
        ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
        ensure!(ended.warnings.iter().any(|warning| warning.contains(&name)), "{:?}", ended.warnings);
        let left = secrets(&stage).get(&name).await?;
        ensure!(left.data.is_some_and(|data| data.contains_key("theirs")), "it was written over");
        secrets(&stage).delete(&name, &DeleteParams::default()).await?;
        stage.assert_untouched().await?;
        stage.close().await
    })
    .await
}

#[tokio::test]
async fn a_takeover_without_a_readable_record_gives_autoscalers_back_too() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        let stage = Stage::set(shared_cluster().await, "pinned", app_of(kind, "reviews")).await?;
        let mut manifest = autoscaler_of(kind, "reviews");
        manifest["spec"]["minReplicas"] = json!(1);
        let autoscaler = Autoscaler::create(&stage.client, stage.namespace.name(), manifest).await?;
        let before = autoscaler.portrait().await?;
        let mut stage = stage;
        stage.start().await?;
        ensure!(autoscaler.is_pinned().await?, "it is not pinned");
        stage.laptop.stop_daemon().await?;
        patch(&stage, json!({"data": {DATA: null}})).await?;
        let other = Laptop::new(shared_cluster().await.kubeconfig())?;
        let target = format!("{}/reviews", kind.word());
        let ended = other.cli(&["end", &target, "-n", stage.namespace.name(), "--takeover"]).await?;
        ensure!(ended.code == Some(0), "{ended:?}");
        ensure!(autoscaler.portrait().await? == before, "{:#}", autoscaler.object().await?);
        stage.workload.assert_restored(&stage.before).await?;
        stage.nhd = stage.laptop.start_daemon().await?;
        stage.close().await?;
    }
    Ok(())
}
