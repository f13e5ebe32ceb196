//! Every third request fails: what changes nothing is asked again, and a write is looked at before it is repeated.

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use nhd_protocol::session::{SessionOutcome, StartParams};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::faulty_api::{Fault, FaultyApi};
use nhd_tests::stage::Stage;
use nhd_tests::workload::app_of;

use crate::shared_cluster;

async fn starts_and_ends(kind: WorkloadKind, fault: Fault) -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "faulty", app_of(kind, "reviews")).await?;
    let api = FaultyApi::before(stage.client.clone(), 3, fault).await?;
    let kubeconfig = Some(api.kubeconfig().display().to_string());
    let params = StartParams { kubeconfig, ..stage.params() };
    let status = stage.laptop.start_synced(&stage.nhd, params).await.context("start")?;
    let on_the_way_in = api.failures();
    ensure!(on_the_way_in > 5, "only {on_the_way_in} requests failed");
    stage.save_arrives(&status, "next.txt", "the next save").await?;
    let ended = stage.laptop.end(&stage.nhd, &status.session).await.context("end")?;
    ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
    ensure!(api.failures() > on_the_way_in + 2, "only {} requests failed", api.failures());
    stage.assert_untouched().await?;
    stage.close().await
}

async fn all_kinds_start_and_end(fault: Fault) -> Result<()> {
    let of = async |kind: WorkloadKind| {
        starts_and_ends(kind, fault).await.with_context(|| format!("{kind} {fault:?}"))
    };
    try_join_all(WorkloadKind::ALL.map(of)).await?;
    Ok(())
}

#[tokio::test]
async fn a_server_with_trouble_of_its_own_keeps_nobody_from_starting_and_ending() -> Result<()> {
    all_kinds_start_and_end(Fault::Answered(500)).await
}

#[tokio::test]
async fn an_overloaded_server_keeps_nobody_from_starting_and_ending() -> Result<()> {
    all_kinds_start_and_end(Fault::Answered(429)).await
}

#[tokio::test]
async fn connections_that_break_keep_nobody_from_starting_and_ending() -> Result<()> {
    all_kinds_start_and_end(Fault::Broken).await
}
