//! DevMode of every kind from start to end: files arrive, the workload comes back untouched.

use anyhow::{Context, Result};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app_of;
use serde_json::{Value, json};

use crate::shared_cluster;

/// From the original into DevMode, where a saved file arrives, and back.
async fn there_and_back(manifest: Value) -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "kinds", manifest).await?;
    let status = stage.start().await.context("start")?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.end(&status.session).await.context("end")?;
    stage.workload.rolled_out().await?;
    stage.close().await
}

fn with(kind: WorkloadKind, fields: Value) -> Value {
    let mut manifest = app_of(kind, "reviews");
    let spec = manifest["spec"].as_object_mut().expect("is an object");
    spec.extend(fields.as_object().expect("is an object").clone());
    manifest
}

#[tokio::test]
async fn a_stateful_set_of_three_comes_back_as_three() -> Result<()> {
    there_and_back(with(WorkloadKind::StatefulSet, json!({"replicas": 3}))).await
}

#[tokio::test]
async fn a_daemon_set_is_on_its_nodes_again() -> Result<()> {
    there_and_back(app_of(WorkloadKind::DaemonSet, "reviews")).await
}

#[tokio::test]
async fn a_running_job_runs_on() -> Result<()> {
    there_and_back(app_of(WorkloadKind::Job, "reviews")).await
}

#[tokio::test]
async fn a_cron_job_has_its_schedule_again() -> Result<()> {
    there_and_back(app_of(WorkloadKind::CronJob, "reviews")).await
}

#[tokio::test]
async fn a_pod_is_made_again() -> Result<()> {
    there_and_back(app_of(WorkloadKind::Pod, "reviews")).await
}
