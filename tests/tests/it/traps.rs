//! Workloads on which an edit in place goes wrong in a naive tool, and changes by others while one is in DevMode.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim, Pod};
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::session::Phase;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{Workload, app};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::join;

use crate::shared_cluster;

/// An `app` with other members in its spec.
fn app_with(name: &str, spec: &Value) -> Value {
    let mut manifest = app(name);
    for (field, value) in spec.as_object().into_iter().flatten() {
        manifest["spec"][field] = value.clone();
    }
    manifest
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions.into_iter().any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

#[tokio::test]
async fn a_paused_deployment_rolls_out_in_devmode_and_is_paused_again() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "paused").await?;
    let workload = Workload::create(&client, namespace.name(), app("web")).await?;
    workload.patch(&json!({"spec": {"paused": true}})).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let status = stage.start().await?;
    ensure!(status.warnings.iter().any(|warning| warning.contains("paused")), "{:?}", status.warnings);
    stage.end(&status.session).await?;
    let pods = stage.workload.live_pods().await?;
    ensure!(pods.len() == 1 && pods.iter().all(is_ready), "the original does not run: {pods:#?}");
    stage.close().await
}

#[tokio::test]
async fn no_undo_of_a_rollout_leads_back_into_devmode_whatever_the_history_limit() -> Result<()> {
    let cluster = shared_cluster().await;
    let histories: [(u32, u32); 3] = [(0, 1), (1, 1), (2, 3)];
    try_join_all(histories.map(async |(limit, updates)| {
        let client = cluster.client().await?;
        let namespace = Namespace::create(&client, &format!("history-{limit}")).await?;
        let manifest = app_with("web", &json!({"revisionHistoryLimit": limit}));
        let workload = Workload::create(&client, namespace.name(), manifest).await?;
        for update in 0..updates {
            let annotations = json!({"revision": update.to_string()});
            workload
                .patch(&json!({"spec": {"template": {"metadata": {"annotations": annotations}}}}))
                .await?;
            workload.rolled_out().await?;
        }
        let kept = usize::try_from(limit)? + 1;
        workload.until("cleaned up", async |it| Ok(it.replica_sets().await?.len() == kept)).await?;
        let before = revisions(&workload).await?;

        let stage = Stage::around(cluster, namespace, workload).await?;
        let status = stage.start().await?;
        let during = revisions(&stage.workload).await?;
        ensure!(before.is_subset(&during), "revisions were lost: {before:?} became {during:?}");
        stage.end(&status.session).await?;
        let after = revisions(&stage.workload).await?;
        ensure!(after == before, "{before:?} became {after:?}");
        stage.close().await.with_context(|| format!("limit {limit}"))
    }))
    .await
    .map(drop)
}

async fn revisions(workload: &Workload) -> Result<BTreeSet<String>> {
    Ok(workload.replica_sets().await?.into_iter().filter_map(|set| set.metadata.uid).collect())
}

#[tokio::test]
async fn pods_that_exclude_each_other_are_replaced_one_after_the_other() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "exclusive").await?;
    let folder = TempDir::with_prefix("nhd-tests-volume-")?;
    let volume = exclusive_claim(&client, namespace.name(), "data", folder.path()).await?;
    let mut port = app("port");
    // Nothing listens there; the scheduler alone minds it.
    let taken = 20_000 + rand::random::<u16>() % 10_000;
    port["spec"]["template"]["spec"]["containers"][0]["ports"][0]["hostPort"] = json!(taken);
    let mut claim = app("claim");
    let pod = &mut claim["spec"]["template"]["spec"];
    pod["volumes"] = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]);
    pod["containers"][0]["volumeMounts"] = json!([{"name": "data", "mountPath": "/data"}]);

    let workload = Workload::create(&client, namespace.name(), port).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let other = Workload::create(&client, stage.namespace.name(), claim).await?;
    let before = other.portrait().await?;
    let mut params = stage.params();
    params.name = "claim".into();
    let (port, claim) = join!(stage.start(), stage.laptop.start_synced(&stage.nhd, params));
    let (port, claim) = (port?, claim?);
    for workload in [&stage.workload, &other] {
        let strategy = workload.object().await?["spec"]["strategy"].clone();
        ensure!(strategy == json!({"type": "Recreate"}), "{}: {strategy}", workload.name());
    }
    stage.laptop.end(&stage.nhd, &claim.session).await?;
    other.assert_restored(&before).await?;
    stage.end(&port.session).await?;
    stage.close().await?;
    Api::<PersistentVolume>::all(client).delete(&volume, &Default::default()).await?;
    Ok(())
}

/// Makes a claim that only one pod can use, with a folder of the node behind it. The volume's name is returned.
async fn exclusive_claim(
    client: &kube::Client,
    namespace: &str,
    name: &str,
    folder: &Path,
) -> Result<String> {
    let volume = format!("{namespace}-{name}");
    let common = json!({"accessModes": ["ReadWriteOncePod"], "storageClassName": ""});
    let mut volume_spec = common.clone();
    volume_spec["capacity"] = json!({"storage": "1Mi"});
    volume_spec["hostPath"] = json!({"path": folder, "type": "DirectoryOrCreate"});
    volume_spec["claimRef"] = json!({"namespace": namespace, "name": name});
    let mut claim_spec = common;
    claim_spec["resources"] = json!({"requests": {"storage": "1Mi"}});
    claim_spec["volumeName"] = json!(volume);
    let volumes = Api::<PersistentVolume>::all(client.clone());
    let object = json!({"metadata": {"name": volume}, "spec": volume_spec});
    volumes.create(&PostParams::default(), &serde_json::from_value(object)?).await?;
    let claims = Api::<PersistentVolumeClaim>::namespaced(client.clone(), namespace);
    let object = json!({"metadata": {"name": name}, "spec": claim_spec});
    claims.create(&PostParams::default(), &serde_json::from_value(object)?).await?;
    Ok(volume)
}

#[tokio::test]
async fn min_ready_seconds_hold_up_neither_start_nor_end() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "patient").await?;
    let manifest = app_with("web", &json!({"minReadySeconds": 120}));
    let workload = Workload::create_unready(&client, namespace.name(), manifest).await?;
    workload
        .until("ready", async |it| Ok(it.live_pods().await?.iter().filter(|pod| is_ready(pod)).count() == 1))
        .await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let began = Instant::now();
    let status = stage.start().await?;
    ensure!(stage.workload.live_pods().await?.len() == 1, "the old pod is in the Service beside the dev pod");
    stage.end(&status.session).await?;
    ensure!(began.elapsed() < Duration::from_secs(100), "{:?}", began.elapsed());
    stage.close().await
}

#[tokio::test]
async fn a_dev_container_that_ignores_the_request_to_stop_does_not_hold_up_the_end() -> Result<()> {
    let cluster = shared_cluster().await;
    // With Recreate the original waits until the dev pod is gone.
    try_join_all(["RollingUpdate", "Recreate"].map(async |strategy| {
        let mut manifest = app_with("web", &json!({"strategy": {"type": strategy}}));
        manifest["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = json!(120);
        let stage = Stage::set(cluster, "stubborn", manifest).await?;
        let status = stage.start().await?;
        let began = Instant::now();
        stage.end(&status.session).await?;
        ensure!(began.elapsed() < Duration::from_secs(60), "{strategy}: {:?}", began.elapsed());
        let pods = stage.workload.live_pods().await?;
        ensure!(pods.len() == 1 && pods.iter().all(is_ready), "{strategy}: the original does not run");
        stage.close().await
    }))
    .await
    .map(drop)
}

#[tokio::test]
async fn what_a_merge_would_lose_comes_back_verbatim() -> Result<()> {
    let mut manifest = app("web");
    manifest["metadata"]["annotations"]["note"] = json!("{\"json\": [1, 2]}\n");
    let pod = &mut manifest["spec"]["template"]["spec"];
    let container = &mut pod["containers"][0];
    // A later one of the same name wins, and an earlier one can be referred to in between.
    container["env"] = json!([
        {"name": "MODE", "value": "one"},
        {"name": "ALSO", "value": "$(MODE)"},
        {"name": "MODE", "value": "two"},
        {"name": "LIMIT", "valueFrom": {"resourceFieldRef": {"containerName": "app", "resource": "limits.cpu"}}},
    ]);
    container["lifecycle"] = json!({"preStop": {"exec": {"command": ["true"]}}});
    container["livenessProbe"] = json!({"tcpSocket": {"port": 9080}});
    pod["initContainers"] = json!([{"name": "app-init", "image": "nhd-tests/dev:1", "command": ["true"]}]);
    pod["securityContext"] = json!({"fsGroup": 1000, "sysctls": []});
    let stage = Stage::set(shared_cluster().await, "verbatim", manifest).await?;
    let status = stage.start().await?;
    let shell = "echo $MODE $ALSO; pwd";
    stage.workload.prints(pod_of(&status)?, shell, "two one\n/home/nocalhost-dev").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn replicas_become_one_and_come_back() -> Result<()> {
    let cluster = shared_cluster().await;
    try_join_all([0_usize, 3].map(async |replicas| {
        let manifest = app_with("web", &json!({"replicas": replicas}));
        let stage = Stage::set(cluster, &format!("replicas-{replicas}"), manifest).await?;
        let status = stage.start().await?;
        let pods = stage.workload.live_pods().await?;
        ensure!(pods.len() == 1, "{} pods in DevMode of {replicas}", pods.len());
        stage.end(&status.session).await?;
        let pods = stage.workload.live_pods().await?;
        ensure!(pods.len() == replicas && pods.iter().all(is_ready), "{} pods, not {replicas}", pods.len());
        stage.close().await
    }))
    .await
    .map(drop)
}

#[tokio::test]
async fn who_keeps_writing_to_the_workload_neither_stops_a_session_nor_is_undone() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "contended", app("web")).await?;
    let done = AtomicBool::new(false);
    let beats = async {
        let mut beat = 0_u32;
        while !done.load(Ordering::Relaxed) {
            beat += 1;
            let metadata = json!({"labels": {"beat": beat.to_string()}, "annotations": {"beat": "on"}});
            stage.workload.patch(&json!({"metadata": metadata})).await?;
        }
        anyhow::Ok(beat)
    };
    let session = async {
        let result = async {
            let status = stage.start().await?;
            stage.laptop.end(&stage.nhd, &status.session).await
        };
        let result = result.await;
        done.store(true, Ordering::Relaxed);
        result
    };
    let (beat, ended) = join!(beats, session);
    let (beat, ended) = (beat?, ended?);
    ensure!(ended.phase == Phase::Ended, "{ended:?}");
    ensure!(beat > 100, "only {beat} writes");
    let mut expected = stage.before.clone();
    expected.labels["beat"] = json!(beat.to_string());
    expected.annotations["beat"] = json!("on");
    stage.workload.assert_restored(&expected).await?;
    stage.close().await
}

#[tokio::test]
async fn who_overwrites_the_workload_keeps_what_they_wrote() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut newer = app("newer");
    newer["spec"]["replicas"] = json!(2);
    newer["metadata"]["labels"]["release"] = json!("2");
    newer["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = json!("/var/log");
    // The very manifest of before, and another one.
    try_join_all([("same", app("same")), ("newer", newer)].map(async |(name, manifest)| {
        let stage = Stage::set(cluster, name, app(name)).await?;
        let status = stage.start().await?;
        stage.workload.replace(manifest).await?;
        let blocked = stage.until(&status.session, |status| status.phase == Phase::Blocked).await?;
        let error = blocked.error.context("no error")?;
        ensure!(error.kind == ErrorKind::WorkloadOverwritten && error.hint.is_some(), "{error:?}");
        stage.workload.rolled_out().await?;
        let theirs = stage.workload.portrait().await?;
        let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
        ensure!(ended.phase == Phase::Ended, "{ended:?}");
        stage.workload.assert_restored(&theirs).await.context(name)?;
        ensure!(stage.laptop.processes()?.is_empty(), "{:?}", stage.laptop.processes()?);
        stage.close().await
    }))
    .await
    .map(drop)
}

#[tokio::test]
async fn a_workload_deleted_in_devmode_leaves_nothing_when_its_session_ends() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "deleted", app("web")).await?;
    let status = stage.start().await?;
    stage.workload.delete().await?;
    let blocked = stage.until(&status.session, |status| status.phase == Phase::Blocked).await?;
    let error = blocked.error.context("no error")?;
    ensure!(error.kind == ErrorKind::WorkloadNotFound && error.hint.is_some(), "{error:?}");
    let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
    ensure!(ended.phase == Phase::Ended, "{ended:?}");
    ensure!(stage.workload.secrets().await?.is_empty(), "{:?}", stage.workload.secrets().await?);
    ensure!(stage.laptop.processes()?.is_empty(), "{:?}", stage.laptop.processes()?);
    ensure!(stage.laptop.source().join("first.txt").exists(), "the local files are gone");
    stage.close().await
}

#[tokio::test]
async fn a_workload_made_anew_under_the_same_name_is_left_alone() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "anew", app("web")).await?;
    let status = stage.start().await?;
    stage.workload.delete().await?;
    let anew = Workload::create(&stage.client, stage.namespace.name(), app("web")).await?;
    stage.until(&status.session, |status| status.phase == Phase::Blocked).await?;
    let (portrait, version) = (anew.portrait().await?, anew.version().await?);
    ensure!(portrait.uid != stage.before.uid);
    let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
    ensure!(ended.phase == Phase::Ended, "{ended:?}");
    ensure!(anew.version().await? == version, "the new one was written to");
    anew.assert_restored(&portrait).await?;

    // A session on the new one is another matter.
    let status = stage.start().await?;
    stage.laptop.end(&stage.nhd, &status.session).await?;
    anew.assert_restored(&portrait).await?;
    stage.close().await
}
