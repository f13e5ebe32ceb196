//! Namespaces and pods that leave little to the sidecar: it takes what there is, and what is configured counts.

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::LimitRange;
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{Workload, app_of};
use serde_json::{Value, json};

use crate::shared_cluster;

const FILE: &str = ".nocalhost/config.yaml";

fn pod_spec(kind: WorkloadKind, manifest: &mut Value) -> Result<&mut Value> {
    let at = match kind {
        WorkloadKind::Pod => "/spec",
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    manifest.pointer_mut(at).context("a pod spec")
}

/// Enough for the app, and for a smaller sidecar than there would be.
async fn limit(client: &kube::Client, namespace: &str) -> Result<()> {
    let ranges: Api<LimitRange> = Api::namespaced(client.clone(), namespace);
    let range = json!({"metadata": {"name": "narrow"}, "spec": {"limits": [
        {
            "type": "Container",
            "max": {"memory": "512Mi", "cpu": "1"},
            "min": {"memory": "64Mi"},
            "maxLimitRequestRatio": {"cpu": "4"},
            "default": {"memory": "128Mi", "cpu": "200m"},
            "defaultRequest": {"memory": "64Mi", "cpu": "50m"},
        },
        {"type": "Pod", "max": {"memory": "600Mi"}},
    ]}});
    ranges.create(&PostParams::default(), &serde_json::from_value(range)?).await?;
    Ok(())
}

/// Refused with words of its own where the configuration asks for too much, started where it asks for nothing.
async fn fits(stage: &Stage, expect: &Value) -> Result<()> {
    let kind = stage.workload.kind();
    let service = json!({"name": "reviews", "containers": [{"name": "app", "dev": {
        "sidecarResources": {"limits": {"memory": "2Gi"}}}}]});
    stage.laptop.save(FILE, &service.to_string())?;
    let version = stage.workload.version().await?;
    let error = stage.refusal(stage.params()).await?;
    ensure!(error.kind == ErrorKind::WorkloadUnsuitable, "{kind}: {error:?}");
    let hint = error.hint.as_deref().unwrap_or_default();
    ensure!(
        hint.contains("the sidecar (limits cpu")
            && hint.contains("memory 2Gi")
            && hint.contains("sidecarResources"),
        "{kind}: {error:?}"
    );
    ensure!(!hint.contains("dev container"), "{kind}: {error:?}");
    ensure!(stage.workload.version().await? == version, "{kind}: it was written to");

    stage.laptop.save(FILE, "{}")?;
    let status = stage.start().await.with_context(|| format!("start {kind}"))?;
    let pod = stage.workload.pods().get(pod_of(&status)?).await?;
    let sidecar =
        pod.spec.context("a spec")?.containers.into_iter().find(|it| it.name == "nocalhost-sidecar");
    let resources = serde_json::to_value(sidecar.context("a sidecar")?.resources)?;
    ensure!(resources == *expect, "{kind}: {resources}");
    ensure!(
        status.warnings.iter().any(|it| it.contains("the sidecar gets limits.")),
        "{kind}: {:?}",
        status.warnings
    );
    stage.end(&status.session).await.with_context(|| format!("end {kind}"))
}

#[tokio::test]
async fn a_sidecar_fits_into_the_limits_of_its_namespace() -> Result<()> {
    let expect = json!({
        "limits": {"cpu": "400m", "memory": "472Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"},
    });
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        let cluster = shared_cluster().await;
        let client = cluster.client().await?;
        let namespace = Namespace::create(&client, "narrow").await?;
        limit(&client, namespace.name()).await?;
        let workload = Workload::create(&client, namespace.name(), app_of(kind, "reviews")).await?;
        let stage = Stage::around(cluster, namespace, workload).await?;
        fits(&stage, &expect).await?;
        stage.close().await
    }))
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_sidecar_fits_into_what_a_pod_has_as_a_whole() -> Result<()> {
    let expect = json!({
        "limits": {"cpu": "200m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "50Mi"},
    });
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        let mut manifest = app_of(kind, "reviews");
        pod_spec(kind, &mut manifest)?["resources"] = json!({
            "requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "256Mi"},
        });
        let stage = Stage::set(shared_cluster().await, "whole", manifest).await?;
        fits(&stage, &expect).await?;
        stage.close().await
    }))
    .await?;
    Ok(())
}
