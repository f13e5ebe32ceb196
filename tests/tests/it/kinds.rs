//! DevMode of every kind from start to end: files arrive, the workload comes back untouched.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{Plan, Start};
use nhd_protocol::session::{Phase, StartParams, StepName};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{Workload, app_of};
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

/// A StatefulSet of three with a claim each.
fn with_claims(class: &str, when_scaled: &str) -> Value {
    let mut manifest = with(
        WorkloadKind::StatefulSet,
        json!({
            "replicas": 3,
            "persistentVolumeClaimRetentionPolicy": {"whenScaled": when_scaled, "whenDeleted": "Retain"},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
                "accessModes": ["ReadWriteOnce"], "storageClassName": class,
                "resources": {"requests": {"storage": "1Mi"}}}}],
        }),
    );
    manifest["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] =
        json!([{"name": "data", "mountPath": "/data"}]);
    manifest
}

#[tokio::test]
async fn the_claims_of_a_stateful_set_survive_whatever_its_retention_policy() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "claims").await?;
    namespace.offer_volumes(&client, 3).await?;
    let manifest = with_claims(namespace.name(), "Delete");
    let workload = Workload::create(&client, namespace.name(), manifest).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client, stage.namespace.name());
    let uids = async || -> Result<Vec<Option<String>>> {
        let list = claims.list(&ListParams::default()).await?;
        Ok(list.items.into_iter().map(|claim| claim.metadata.uid).collect())
    };
    let before = uids().await?;
    let status = stage.start().await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.end(&status.session).await?;
    stage.workload.rolled_out().await?;
    ensure!(uids().await? == before && before.len() == 3, "the claims are others: {before:?}");
    stage.close().await
}

/// What a set without pods has of claims, beside the rule for those of pods that are scaled away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    AClaim,
}

/// What happens between start and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    Nothing,
    TheStartFails,
    OthersScaleItUp,
    AnotherClaimTakesTheName,
}

#[tokio::test]
async fn the_claim_that_a_set_without_pods_gets_in_dev_mode_goes_where_its_policy_says_so() -> Result<()> {
    use Before::AClaim;
    use Meanwhile::{AnotherClaimTakesTheName, OthersScaleItUp, TheStartFails};
    let cases = [
        ("Delete", Before::Nothing, Meanwhile::Nothing, false),
        ("Delete", Before::Nothing, TheStartFails, false),
        ("Delete", Before::Nothing, OthersScaleItUp, true),
        ("Delete", Before::Nothing, AnotherClaimTakesTheName, true),
        ("Delete", AClaim, Meanwhile::Nothing, true),
        ("Retain", Before::Nothing, Meanwhile::Nothing, true),
        ("Retain", Before::Nothing, TheStartFails, true),
    ];
    for (policy, before, meanwhile, stays) in cases {
        claim_of_a_set_without_pods(policy, before, meanwhile, stays)
            .await
            .with_context(|| format!("{policy} {before:?} {meanwhile:?}"))?;
    }
    Ok(())
}

async fn claim_of_a_set_without_pods(
    policy: &str,
    before: Before,
    meanwhile: Meanwhile,
    stays: bool,
) -> Result<()> {
    use Meanwhile::{AnotherClaimTakesTheName, OthersScaleItUp, TheStartFails};
    const CLAIM: &str = "data-reviews-0";
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "no-pods").await?;
    namespace.offer_volumes(&client, 3).await?;
    let mut manifest = with_claims(namespace.name(), policy);
    manifest["spec"]["replicas"] = json!(0);
    let mut claim = manifest["spec"]["volumeClaimTemplates"][0].clone();
    claim["metadata"]["name"] = CLAIM.into();
    let claim: PersistentVolumeClaim = serde_json::from_value(claim)?;
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), namespace.name());
    if before == Before::AClaim {
        claims.create(&PostParams::default(), &claim).await?;
    }
    let workload = Workload::create(&client, namespace.name(), manifest).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let uid = async || anyhow::Ok(claims.get_opt(CLAIM).await?.and_then(|claim| claim.metadata.uid));
    let first = uid().await?;

    let plan = stage.nhd.call::<Plan>(stage.params()).await?;
    let said = plan.warnings.iter().find(|warning| warning.contains(CLAIM));
    match (before, policy) {
        (Before::AClaim, _) => ensure!(said.is_none(), "{said:?}"),
        (_, "Delete") => ensure!(said.is_some_and(|it| it.contains("are deleted when it ends")), "{plan:?}"),
        _ => ensure!(said.is_some_and(|it| it.contains("stay when it ends")), "{plan:?}"),
    }
    ensure!(uid().await? == first, "a plan made it");

    let mut kept = first;
    let ended = if meanwhile == TheStartFails {
        stage.laptop.save(
            ".nocalhost/config.yaml",
            "{name: reviews, containers: [{dev: {imagePullPolicy: Never}}]}",
        )?;
        let params = StartParams { image: Some("nhd-tests/absent:1".to_owned()), ..stage.params() };
        let session = stage.nhd.call::<Start>(params).await?.session;
        stage.until(&session, |status| status.phase.is_final()).await?
    } else {
        let status = stage.start().await?;
        kept = uid().await?;
        ensure!(kept.is_some(), "the dev pod has no claim");
        match meanwhile {
            OthersScaleItUp => {
                stage.workload.patch_by("kubectl-scale", &json!({"spec": {"replicas": 2}})).await?;
                stage.until(&status.session, |status| !status.warnings.is_empty()).await?;
            }
            AnotherClaimTakesTheName => {
                // It is deleted for good once the pod is; somebody's own is there sooner than the controller's.
                claims.delete(CLAIM, &DeleteParams::default()).await?;
                stage.workload.patch_by("tests", &json!({"spec": {"replicas": 0}})).await?;
                let deadline = Instant::now() + Duration::from_secs(60);
                while uid().await? == kept {
                    ensure!(Instant::now() < deadline, "the claim does not go");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                kept = claims.create(&PostParams::default(), &claim).await?.metadata.uid;
            }
            _ => {}
        }
        stage.laptop.end(&stage.nhd, &status.session).await?
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while !stays && uid().await?.is_some() {
        ensure!(Instant::now() < deadline, "the claim stays: {ended:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let left = uid().await?;
    ensure!(left.is_some() == stays && (kept.is_none() || !stays || left == kept), "{left:?}, not {kept:?}");
    let told = ended.warnings.iter().any(|warning| warning.contains("is kept"));
    let is_told = stays && before == Before::Nothing && meanwhile != OthersScaleItUp;
    ensure!(told == is_told, "{:?}", ended.warnings);
    if meanwhile != OthersScaleItUp {
        stage.assert_untouched().await?;
    }
    stage.close().await
}

#[tokio::test]
async fn stateful_sets_of_every_policy_come_back() -> Result<()> {
    let cases = [
        json!({"replicas": 2, "podManagementPolicy": "Parallel"}),
        json!({"replicas": 2, "updateStrategy": {"type": "OnDelete"}}),
        json!({"replicas": 2, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}),
        json!({"replicas": 0}),
        json!({"replicas": 1, "ordinals": {"start": 3}}),
    ];
    for case in cases {
        there_and_back(with(WorkloadKind::StatefulSet, case.clone()))
            .await
            .with_context(|| case.to_string())?;
    }
    Ok(())
}

#[tokio::test]
async fn a_stateful_set_whose_dev_image_cannot_be_had_comes_back() -> Result<()> {
    let manifest = with(WorkloadKind::StatefulSet, json!({"replicas": 2}));
    let stage = Stage::set(shared_cluster().await, "broken", manifest).await?;
    let mut params = stage.params();
    params.image = Some("NHD-TESTS/none:1".to_owned());
    let refusal = stage.refusal(params).await?;
    ensure!(refusal.kind == ErrorKind::ImageNotPullable, "{refusal:?}");
    stage.assert_untouched().await?;
    stage.workload.rolled_out().await?;
    stage.close().await
}

#[tokio::test]
async fn a_stateful_set_whose_own_pods_are_broken_can_be_developed_in() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "broken").await?;
    let mut manifest = with(WorkloadKind::StatefulSet, json!({"replicas": 2}));
    manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "NHD-TESTS/none:1".into();
    let workload = Workload::create_unready(&client, namespace.name(), manifest).await?;
    workload.until("broken", async |it| Ok(!it.live_pods().await?.is_empty())).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let status = stage.start().await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_daemon_set_gets_its_node_selector_back() -> Result<()> {
    let mut manifest = app_of(WorkloadKind::DaemonSet, "reviews");
    let pod_spec = &mut manifest["spec"]["template"]["spec"];
    pod_spec["nodeSelector"] = json!({"kubernetes.io/os": "linux"});
    pod_spec["tolerations"] = json!([{"operator": "Exists"}]);
    pod_spec["hostNetwork"] = true.into();
    pod_spec["dnsPolicy"] = "ClusterFirstWithHostNet".into();
    pod_spec["containers"][0].as_object_mut().context("a container")?.remove("ports");
    pod_spec["containers"][0].as_object_mut().context("a container")?.remove("readinessProbe");
    there_and_back(manifest).await
}

#[tokio::test]
async fn jobs_of_every_state_are_left_alone() -> Result<()> {
    let finished = json!({"ttlSecondsAfterFinished": 600, "backoffLimit": 0});
    for case in
        [json!({"suspend": true}), json!({"completions": 3, "completionMode": "Indexed"}), finished.clone()]
    {
        let mut manifest = with(WorkloadKind::Job, case.clone());
        if case == finished {
            let container = &mut manifest["spec"]["template"]["spec"]["containers"][0];
            container["command"] = json!(["/bin/sh", "-c", "exit 0"]);
            container.as_object_mut().context("a container")?.remove("readinessProbe");
        }
        there_and_back(manifest).await.with_context(|| case.to_string())?;
    }
    Ok(())
}

#[tokio::test]
async fn a_dev_container_that_has_finished_is_replaced() -> Result<()> {
    for kind in [WorkloadKind::Job, WorkloadKind::Pod] {
        let mut manifest = app_of(kind, "reviews");
        if kind == WorkloadKind::Pod {
            manifest["spec"]["restartPolicy"] = "Never".into();
        }
        let stage = Stage::set(shared_cluster().await, "finished", manifest).await?;
        let status = stage.start().await?;
        let first = pod_uid(&stage, pod_of(&status)?).await?;
        stage.workload.exec(pod_of(&status)?, "kill -TERM 1").await?;
        let deadline = Instant::now() + Duration::from_secs(90);
        loop {
            let now = stage.status(&status.session).await?;
            if now.phase == Phase::Synced && pod_uid(&stage, pod_of(&now)?).await.ok() != Some(first.clone())
            {
                stage.save_arrives(&now, "again.txt", "again").await?;
                break;
            }
            ensure!(Instant::now() < deadline, "{kind}: the pod was not replaced: {now:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stage.end(&status.session).await?;
        stage.close().await?;
    }
    Ok(())
}

async fn pod_uid(stage: &Stage, name: &str) -> Result<Option<String>> {
    Ok(stage.workload.pods().get(name).await?.metadata.uid)
}

#[tokio::test]
async fn a_schedule_that_was_missed_does_not_fire_at_the_end() -> Result<()> {
    let spec =
        json!({"schedule": "* * * * *", "concurrencyPolicy": "Allow", "startingDeadlineSeconds": 3600});
    let mut manifest = with(WorkloadKind::CronJob, spec);
    manifest["spec"]["timeZone"] = "Europe/Berlin".into();
    let stage = Stage::set(shared_cluster().await, "missed", manifest).await?;
    let jobs: Api<Job> = Api::namespaced(stage.client.clone(), stage.namespace.name());
    let status = stage.start().await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    let own = |job: &Job| {
        job.metadata.owner_references.as_deref().unwrap_or_default().iter().any(|it| it.kind == "CronJob")
    };
    let started = async || -> Result<usize> {
        Ok(jobs.list(&ListParams::default()).await?.items.iter().filter(|job| own(job)).count())
    };
    let before = started().await?;
    // Over the full minute at which the schedule would have started a job.
    let into_the_minute = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() % 60;
    tokio::time::sleep(Duration::from_secs(62 - into_the_minute)).await;
    ensure!(started().await? == before, "a job was started in DevMode");
    stage.end(&status.session).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    ensure!(started().await? == before, "a missed job was started at the end");
    stage.close().await
}

#[tokio::test]
async fn a_cron_job_whose_schedule_names_its_zone_comes_back() -> Result<()> {
    there_and_back(with(WorkloadKind::CronJob, json!({"suspend": true, "schedule": "0 3 1 1 *"}))).await
}

#[tokio::test]
async fn a_pod_that_does_not_go_is_waited_for_and_comes_back() -> Result<()> {
    let mut manifest = app_of(WorkloadKind::Pod, "reviews");
    manifest["metadata"]["finalizers"] = json!(["tests.nhd.dev/hold"]);
    let stage = Stage::set(shared_cluster().await, "held", manifest).await?;
    let session = stage.nhd.call::<Start>(stage.params()).await?.session;
    stage.until(&session, |status| status.step == Some(StepName::AwaitRelease)).await?;
    let release = json!({"metadata": {"finalizers": null}});
    stage.workload.pods().patch("reviews", &PatchParams::default(), &Patch::Merge(release)).await?;
    let status = stage.until(&session, |status| status.phase == Phase::Synced).await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.end(&session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_dev_pod_that_others_delete_is_made_again() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "deleted", app_of(WorkloadKind::Pod, "reviews")).await?;
    let status = stage.start().await?;
    let first = pod_uid(&stage, "reviews").await?;
    stage.workload.pods().delete("reviews", &DeleteParams::default().grace_period(0)).await?;
    let deadline = Instant::now() + Duration::from_secs(60);
    while pod_uid(&stage, "reviews").await.ok().is_none_or(|uid| uid == first) {
        ensure!(Instant::now() < deadline, "the pod was not made again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let status = stage.until(&status.session, |status| status.phase == Phase::Synced).await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn pods_that_are_not_ours_to_replace_are_refused() -> Result<()> {
    let stage =
        Stage::set(shared_cluster().await, "owned", app_of(WorkloadKind::Deployment, "reviews")).await?;
    let pod = stage.workload.live_pods().await?.remove(0).metadata.name.context("a name")?;
    let params = StartParams { kind: WorkloadKind::Pod, name: pod, ..stage.params() };
    let refusal = stage.refusal(params).await?;
    ensure!(refusal.kind == ErrorKind::WorkloadUnsuitable, "{refusal:?}");
    ensure!(refusal.to_string().contains("ReplicaSet"), "{refusal:?}");
    stage.assert_untouched().await?;
    stage.close().await
}
