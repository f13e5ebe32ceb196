//! Several laptops and one workload: who has it is seen from the cluster, and another laptop can give it back.

use anyhow::{Context, Result, ensure};
use nhd_client::Client;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::listing::{WorkloadListParams, WorkloadSummary};
use nhd_protocol::methods::{Release, Workloads};
use nhd_protocol::session::{Phase, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::Laptop;
use nhd_tests::stage::{Stage, answered};
use nhd_tests::workload::{app, app_of};
use serde_json::json;

use crate::shared_cluster;

async fn listed(stage: &Stage, nhd: &Client) -> Result<Vec<WorkloadSummary>> {
    let params = stage.params();
    let params = WorkloadListParams {
        namespace: params.namespace,
        kubeconfig: params.kubeconfig,
        environment: params.environment,
        ..WorkloadListParams::default()
    };
    Ok(nhd.call::<Workloads>(params).await?.workloads)
}

#[tokio::test]
async fn everybody_sees_who_has_a_workload_of_any_kind_in_dev_mode() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut other = Laptop::new(cluster.kubeconfig())?;
    let elsewhere = other.start_daemon().await?;
    for kind in WorkloadKind::ALL {
        let stage = Stage::set(cluster, "listed", app_of(kind, "web")).await?;
        let before = listed(&stage, &stage.nhd).await?;
        ensure!(before.len() == 1 && before[0].dev_mode.is_none(), "{kind}: {before:?}");
        ensure!(before[0].containers == ["app"], "{kind}: {before:?}");
        let status = stage.start().await?;
        for (nhd, here) in [(&stage.nhd, true), (&elsewhere, false)] {
            let seen = listed(&stage, nhd).await?;
            ensure!(seen.len() == 1, "{kind}: what nhd made is listed as a workload: {seen:?}");
            let dev_mode = seen[0].dev_mode.as_ref().with_context(|| format!("{kind}: not in DevMode"))?;
            ensure!(dev_mode.here == here, "{kind}: {dev_mode:?}");
            ensure!(dev_mode.session.as_ref() == Some(&status.session), "{kind}: {dev_mode:?}");
            ensure!(dev_mode.owner.is_some(), "{kind}: {dev_mode:?}");
        }
        stage.end(&status.session).await?;
        let after = listed(&stage, &stage.nhd).await?;
        ensure!(after.len() == 1 && after[0].dev_mode.is_none(), "{kind}: {after:?}");
        stage.close().await?;
    }
    other.stop_daemon().await
}

#[tokio::test]
async fn another_laptop_gives_back_a_workload_of_any_kind_by_the_record_alone() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in WorkloadKind::ALL {
        let mut stage = Stage::set(cluster, "left", app_of(kind, "web")).await?;
        stage.start().await?;
        // The laptop is gone, with all that it knew.
        stage.laptop.kill_daemon()?;
        let mut other = Laptop::new(cluster.kubeconfig())?;
        let nhd = other.start_daemon().await?;
        let ending = nhd.call::<Release>(stage.release_params()).await?;
        let ended =
            other.wait(&nhd, &ending.session, WaitUntil::Ended).await.with_context(|| kind.to_string())?;
        ensure!(ended.phase == Phase::Ended, "{kind}: {ended:?}");
        stage.workload.assert_restored(&stage.before).await.with_context(|| kind.to_string())?;
        stage.workload.rolled_out().await?;
        ensure!(other.processes()?.is_empty(), "still running: {:?}", other.processes()?);
        other.stop_daemon().await?;
        stage.namespace.delete(&stage.client).await?;
    }
    Ok(())
}

#[tokio::test]
async fn who_was_taken_over_is_told_so_and_leaves_the_taker_alone() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut stage = Stage::set(cluster, "taken", app("web")).await?;
    let mine = stage.start().await?;
    let mut other = Laptop::new(cluster.kubeconfig())?;
    other.save("theirs.txt", "theirs")?;
    let nhd = other.start_daemon().await?;
    let ending = nhd.call::<Release>(stage.release_params()).await?;
    other.wait(&nhd, &ending.session, WaitUntil::Ended).await?;
    let theirs = other.start_synced(&nhd, other.start_params(stage.namespace.name(), "web")).await?;
    let status = stage.until(&mine.session, |status| status.phase == Phase::Blocked).await?;
    let error = status.error.context("an error")?;
    ensure!(
        matches!(error.kind, ErrorKind::InDevModeElsewhere | ErrorKind::WorkloadOverwritten),
        "{error:?}"
    );
    stage.laptop.end(&stage.nhd, &mine.session).await?;
    let still = other.status(&nhd, &theirs.session).await?;
    ensure!(still.phase == Phase::Synced, "{still:?}");
    other.end(&nhd, &theirs.session).await?;
    stage.assert_untouched().await?;
    other.stop_daemon().await?;
    stage.laptop.stop_daemon().await?;
    stage.namespace.delete(&stage.client).await
}

#[tokio::test]
async fn there_is_nothing_to_release_where_nobody_is() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "free", app("web")).await?;
    let error = answered(stage.nhd.call::<Release>(stage.release_params()).await.err().context("an error")?)?;
    ensure!(error.kind == ErrorKind::SessionNotFound, "{error:?}");
    let status = stage.start().await?;
    let error = answered(stage.nhd.call::<Release>(stage.release_params()).await.err().context("an error")?)?;
    ensure!(error.kind == ErrorKind::SessionExists, "{error:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn dev_mode_of_nocalhosts_own_tool_is_shown_and_refused() -> Result<()> {
    let mut manifest = app("web");
    manifest["metadata"]["annotations"]["dev.nocalhost/origin-workload-definition"] = json!("{}");
    let stage = Stage::set(shared_cluster().await, "nocalhost", manifest).await?;
    let seen = listed(&stage, &stage.nhd).await?;
    ensure!(seen[0].dev_mode.as_ref().is_some_and(|dev_mode| dev_mode.by_nocalhost), "{seen:?}");
    let refusal = stage.refusal(stage.params()).await?;
    ensure!(refusal.kind == ErrorKind::InDevModeElsewhere, "{refusal:?}");
    ensure!(refusal.hint.as_deref().is_some_and(|hint| hint.contains("nhctl dev end")), "{refusal:?}");
    stage.assert_untouched().await?;
    stage.close().await
}
