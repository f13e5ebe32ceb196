//! A node with room for one pod of a workload and no more: the old one goes before the dev pod comes, and at the end the
//! dev pod before the original.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::session::{SessionOutcome, StartParams};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::node_share::NodeShare;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app_of;
use serde_json::{Value, json};

use crate::shared_cluster;

/// Long before an end gives the original's pods up.
const SOON: Duration = Duration::from_secs(40);

/// A workload whose pod wants a share of the node.
fn sharing(kind: WorkloadKind, share: &NodeShare) -> Result<Value> {
    let mut manifest = app_of(kind, "web");
    let at = match kind {
        WorkloadKind::Pod => "/spec/containers/0",
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template/spec/containers/0",
        _ => "/spec/template/spec/containers/0",
    };
    manifest.pointer_mut(at).context("a container")?["resources"] = share.one();
    Ok(manifest)
}

async fn fits_one_at_a_time(kind: WorkloadKind) -> Result<()> {
    let cluster = shared_cluster().await;
    let share = NodeShare::advertise(&cluster.client().await?, 1).await?;
    let stage = Stage::set(cluster, "room", sharing(kind, &share)?).await?;
    let began = Instant::now();
    let status = stage.start().await.context("start")?;
    ensure!(began.elapsed() < SOON, "the start took {:?}", began.elapsed());
    let said = status.warnings.iter().any(|it| it.contains("no room for the old pod and the dev pod"));
    ensure!(said == (kind == WorkloadKind::Deployment), "{:?}", status.warnings);
    let drift = status.warnings.iter().find(|it| it.contains("strategy.type"));
    ensure!(drift.is_none(), "{drift:?}");
    stage.save_arrives(&status, "next.txt", "the next save").await?;
    let began = Instant::now();
    stage.end(&status.session).await.context("end")?;
    ensure!(began.elapsed() < SOON, "the end took {:?}", began.elapsed());
    stage.close().await?;
    share.withdraw().await
}

#[tokio::test]
async fn a_node_without_room_for_two_pods_has_room_for_dev_mode() -> Result<()> {
    use WorkloadKind::{CronJob, DaemonSet, Deployment, Pod, StatefulSet};
    let kinds = [Deployment, StatefulSet, DaemonSet, CronJob, Pod];
    try_join_all(kinds.map(async |kind| fits_one_at_a_time(kind).await.with_context(|| kind.to_string())))
        .await?;
    Ok(())
}

#[tokio::test]
async fn several_replicas_make_room_and_come_back() -> Result<()> {
    let cluster = shared_cluster().await;
    let share = NodeShare::advertise(&cluster.client().await?, 2).await?;
    let mut manifest = sharing(WorkloadKind::Deployment, &share)?;
    manifest["spec"]["replicas"] = json!(2);
    manifest["spec"]["minReadySeconds"] = json!(1);
    let stage = Stage::set(cluster, "replicas", manifest).await?;
    let status = stage.start().await.context("start")?;
    let ended = stage.laptop.end(&stage.nhd, &status.session).await.context("end")?;
    ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
    stage.assert_untouched().await?;
    ensure!(stage.workload.live_pods().await?.len() == 2, "not two pods");
    stage.close().await?;
    share.withdraw().await
}

#[tokio::test]
async fn a_node_that_has_become_full_in_dev_mode_keeps_no_original_away() -> Result<()> {
    let cluster = shared_cluster().await;
    let share = NodeShare::advertise(&cluster.client().await?, 2).await?;
    let stage = Stage::set(cluster, "full", sharing(WorkloadKind::Deployment, &share)?).await?;
    let status = stage.start().await.context("start")?;
    ensure!(!status.warnings.iter().any(|it| it.contains("no room")), "{:?}", status.warnings);
    share.resize(1).await?;
    let began = Instant::now();
    let ended = stage.laptop.end(&stage.nhd, &status.session).await.context("end")?;
    ensure!(began.elapsed() < SOON, "the end took {:?}", began.elapsed());
    ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
    stage.assert_untouched().await?;
    stage.close().await?;
    share.withdraw().await
}

/// A Job's own pod goes on whatever happens, and keeps its share.
#[tokio::test]
async fn what_the_jobs_own_pod_holds_is_said_and_left_to_it() -> Result<()> {
    let cluster = shared_cluster().await;
    let share = NodeShare::advertise(&cluster.client().await?, 1).await?;
    let stage = Stage::set(cluster, "held", sharing(WorkloadKind::Job, &share)?).await?;
    let error = stage.refusal(StartParams { timeout_ms: Some(5_000), ..stage.params() }).await?;
    ensure!(error.kind == ErrorKind::PodUnschedulable, "{error:?}");
    ensure!(error.message.contains("Insufficient tests.nhd.dev/share-"), "{error:?}");
    stage.assert_untouched().await?;
    ensure!(stage.workload.live_pods().await?.len() == 1, "the Job's pod is gone");
    stage.close().await?;
    share.withdraw().await
}
