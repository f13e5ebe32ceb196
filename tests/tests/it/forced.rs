//! What is refused because something may be lost or undone by others, and is done when the user insists.

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim};
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::Plan;
use nhd_protocol::session::{PlanResult, StartParams};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::{Stage, answered};
use nhd_tests::workload::{Workload, app, app_of, named};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::shared_cluster;

/// The plan of what is refused without force, which names what is at stake in both.
async fn insist(stage: &Stage, kind: ErrorKind, at_stake: &str) -> Result<(StartParams, PlanResult)> {
    let error = match stage.nhd.call::<Plan>(stage.params()).await {
        Ok(plan) => bail!("it was planned: {plan:?}"),
        Err(error) => answered(error)?,
    };
    ensure!(error.kind == kind && error.message.contains(at_stake), "{error:?}");
    ensure!(error.hint.as_ref().is_some_and(|hint| hint.contains("force")), "{error:?}");
    stage.assert_untouched().await?;
    let forced = StartParams { force: true, ..stage.params() };
    let plan = stage.nhd.call::<Plan>(forced.clone()).await?;
    ensure!(plan.warnings.iter().any(|it| it.contains(at_stake)), "{:?}", plan.warnings);
    Ok((forced, plan))
}

#[tokio::test]
async fn what_an_operator_controls_is_developed_in_when_forced() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "operated").await?;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace.name());
    let owner = ConfigMap { metadata: named("shop"), ..ConfigMap::default() };
    let owner = maps.create(&PostParams::default(), &owner).await?;
    let mut manifest = app("web");
    manifest["metadata"]["ownerReferences"] = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "shop",
        "uid": owner.metadata.uid.context("a uid")?, "controller": true}]);
    let workload = Workload::create(&client, namespace.name(), manifest).await?;
    let owners = workload.object().await?["metadata"]["ownerReferences"].clone();
    let stage = Stage::around(cluster, namespace, workload).await?;
    let (forced, _) = insist(&stage, ErrorKind::WorkloadUnsuitable, "ConfigMap shop").await?;
    let status = stage.laptop.start_synced(&stage.nhd, forced).await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.end(&status.session).await?;
    ensure!(stage.workload.object().await?["metadata"]["ownerReferences"] == owners, "its owner was lost");
    stage.close().await
}

#[tokio::test]
async fn data_at_the_work_dir_is_synced_over_when_forced_and_the_rest_of_it_stays() -> Result<()> {
    let cluster = shared_cluster().await;
    let folder = TempDir::with_prefix("nhd-tests-data-")?;
    std::fs::write(folder.path().join("theirs.txt"), "theirs")?;
    let mut manifest = app("web");
    let pod_spec = &mut manifest["spec"]["template"]["spec"];
    pod_spec["volumes"] = json!([{"name": "data", "hostPath": {"path": folder.path()}}]);
    pod_spec["containers"][0]["volumeMounts"] = json!([{"name": "data", "mountPath": "/home/nocalhost-dev"}]);
    let stage = Stage::set(cluster, "forced", manifest).await?;
    let (forced, _) = insist(&stage, ErrorKind::WorkDirUnsuitable, "data").await?;
    let status = stage.laptop.start_synced(&stage.nhd, forced).await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.end(&status.session).await?;
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name));
    ensure!(text("theirs.txt")? == "theirs" && text("saved.txt")? == "saved", "data was lost");
    stage.close().await
}

#[tokio::test]
async fn a_pod_whose_own_claims_go_with_it_is_developed_in_when_forced() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "ephemeral").await?;
    // One for each pod in turn: a volume that was let go is not claimed again.
    namespace.offer_volumes(&client, 3).await?;
    let mut manifest = app_of(WorkloadKind::Pod, "web");
    let claim = json!({"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": namespace.name(),
        "resources": {"requests": {"storage": "1Mi"}}}});
    manifest["spec"]["volumes"] = json!([{"name": "scratch", "ephemeral": {"volumeClaimTemplate": claim}}]);
    manifest["spec"]["containers"][0]["volumeMounts"] = json!([{"name": "scratch", "mountPath": "/scratch"}]);
    let workload = Workload::create(&client, namespace.name(), manifest).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client, stage.namespace.name());
    let claim = async || anyhow::Ok(claims.get("web-scratch").await?.metadata.uid);
    let before = claim().await?;
    let (forced, plan) = insist(&stage, ErrorKind::WorkloadUnsuitable, "scratch").await?;
    ensure!(plan.changes.iter().any(|change| change.kind == "Pod"), "{:?}", plan.changes);
    ensure!(claim().await? == before, "a plan took the claim away");

    let status = stage.laptop.start_synced(&stage.nhd, forced).await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    let during = claim().await?;
    ensure!(during.is_some() && during != before, "the claim is still the original pod's");
    stage.end(&status.session).await?;
    stage.close().await
}

/// On the node's network two sidecars would meet at any port that was always the same.
#[tokio::test]
async fn sidecars_on_one_nodes_network_do_not_meet() -> Result<()> {
    let cluster = shared_cluster().await;
    let on_the_node = |name: &str| -> Value {
        let mut manifest = app(name);
        let pod_spec = &mut manifest["spec"]["template"]["spec"];
        pod_spec["hostNetwork"] = json!(true);
        // The app's own port would be the node's, of which there is one.
        pod_spec["containers"][0] = json!({"name": "app", "image": "nhd-tests/dev:1",
            "imagePullPolicy": "IfNotPresent", "command": ["/bin/sh", "-c", "trap 'exit 0' TERM; tail -f /dev/null & wait"]});
        manifest
    };
    let stage = Stage::set(cluster, "host-network", on_the_node("one")).await?;
    let other = Workload::create(&stage.client, stage.namespace.name(), on_the_node("two")).await?;
    let before = other.portrait().await?;
    let params = StartParams { name: "two".into(), ..stage.params() };
    let (one, two) = tokio::join!(stage.start(), stage.laptop.start_synced(&stage.nhd, params));
    let (one, two) = (one?, two?);
    stage.save_arrives(&one, "saved.txt", "saved").await?;
    let pod = two.pod.as_ref().and_then(|pod| pod.name.as_deref()).context("a pod")?;
    other.prints(pod, "cat saved.txt", "saved").await?;
    // Nobody reaches them from outside: every listener of theirs is on loopback.
    let port = one.forward.context("a forward")?.remote_port;
    let listening = format!("netstat -ltn | grep ':{port} ' | grep -vc '127.0.0.1:' || true");
    other.prints(pod, &listening, "0").await?;
    stage.laptop.end(&stage.nhd, &two.session).await?;
    other.assert_restored(&before).await?;
    stage.end(&one.session).await?;
    stage.close().await
}
