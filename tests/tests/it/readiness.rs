//! How far pods are, and what counts as ready: pods that have finished, init containers that fail at first, and what
//! pods wait for, in the cluster's words.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::event::StepOutcome;
use nhd_protocol::methods::{List, Start, Status};
use nhd_protocol::session::{
    Phase, SessionOutcome, SessionSelector, SessionStatus, StartParams, StepName, WaitUntil,
};
use nhd_protocol::workload::WorkloadKind;
use nhd_protocol::workload::WorkloadKind::{CronJob, DaemonSet, Deployment, Job, StatefulSet};
use nhd_tests::namespace::Namespace;
use nhd_tests::process::tail;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{Workload, app_of, companion};
use serde_json::{Value, json};

use crate::shared_cluster;

/// The pod's spec in the manifest of a workload of this kind.
fn pod_spec(kind: WorkloadKind, manifest: &mut Value) -> Result<&mut Value> {
    let pointer = match kind {
        WorkloadKind::Pod => "/spec",
        CronJob => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    manifest.pointer_mut(pointer).context("a pod spec")
}

fn phase_of(pod: &Pod) -> &str {
    pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default()
}

/// Has the kubelet fail a pod, as it does with one that it evicts.
async fn evict(workload: &Workload, pod: &str) -> Result<()> {
    let patch = Patch::Merge(json!({"spec": {"activeDeadlineSeconds": 1}}));
    let uid = workload.pods().patch(pod, &PatchParams::default(), &patch).await?.metadata.uid;
    workload
        .until("rid of the evicted pod", async |it| {
            // Some controllers make another one under its name at once.
            let pod = it.pods().get_opt(pod).await?.filter(|pod| pod.metadata.uid == uid);
            Ok(pod.is_none_or(|pod| phase_of(&pod) == "Failed"))
        })
        .await
}

#[tokio::test]
async fn pods_that_were_evicted_before_and_in_dev_mode_count_for_nothing() -> Result<()> {
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        let stage = Stage::set(shared_cluster().await, "evicted", app_of(kind, "reviews")).await?;
        // A bare pod that has failed is refused, and a schedule has no pods.
        if !matches!(kind, WorkloadKind::Pod | CronJob) {
            let pods = stage.workload.live_pods().await?;
            let name = pods.first().and_then(|pod| pod.metadata.name.clone()).context("a pod")?;
            evict(&stage.workload, &name).await.with_context(|| kind.to_string())?;
            stage.workload.rolled_out().await?;
        }
        let began = Instant::now();
        let status = stage.start().await.with_context(|| format!("start {kind}"))?;
        ensure!(began.elapsed() < Duration::from_secs(90), "{kind}: {:?}", began.elapsed());
        ensure!(status.warnings.iter().all(|it| !it.contains("scaled")), "{kind}: {:?}", status.warnings);

        let evicted = pod_of(&status)?.to_owned();
        let uid = stage.workload.pods().get(&evicted).await?.metadata.uid;
        evict(&stage.workload, &evicted).await.with_context(|| format!("{kind} in DevMode"))?;
        let is_back = |status: &SessionStatus| {
            status.phase == Phase::Synced && status.pod.as_ref().is_some_and(|pod| pod.ready)
        };
        let status = loop {
            let status = stage.until(&status.session, is_back).await.with_context(|| kind.to_string())?;
            let now = stage.workload.pods().get_opt(pod_of(&status)?).await?;
            if now.is_some_and(|pod| pod.metadata.uid != uid) {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        ensure!(status.warnings.iter().all(|it| !it.contains("scaled")), "{kind}: {:?}", status.warnings);
        stage.save_arrives(&status, "saved.txt", "saved").await.with_context(|| kind.to_string())?;
        stage.end(&status.session).await.with_context(|| format!("end {kind}"))?;
        stage.close().await
    }))
    .await
    .map(drop)
}

/// Fails twice, with what it has counted on the pod's own volume, and then ends well.
fn fails_twice() -> Value {
    let script = "echo . >> /count/failed; [ $(wc -l < /count/failed) -gt 2 ]";
    json!([{"name": "prepare", "image": "nhd-tests/dev:1", "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", script], "volumeMounts": [{"name": "count", "mountPath": "/count"}]}])
}

#[tokio::test]
async fn an_init_container_that_fails_at_first_is_waited_for() -> Result<()> {
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        let mut manifest = app_of(kind, "reviews");
        let pod = pod_spec(kind, &mut manifest)?;
        pod["initContainers"] = fails_twice();
        pod["volumes"] = json!([{"name": "count", "emptyDir": {}}]);
        if matches!(kind, Job | CronJob) {
            pod["restartPolicy"] = json!("OnFailure");
        }
        let stage = Stage::set(shared_cluster().await, "prepared", manifest).await?;
        let params = StartParams { timeout_ms: Some(80_000), ..stage.params() };
        let status = stage.laptop.start_synced(&stage.nhd, params).await;
        let status = status.with_context(|| format!("start {kind}"))?;
        stage.end(&status.session).await.with_context(|| format!("end {kind}"))?;
        stage.close().await
    }))
    .await
    .map(drop)
}

#[tokio::test]
async fn an_init_container_that_fails_for_ever_is_named_when_the_time_is_over() -> Result<()> {
    let mut manifest = app_of(Deployment, "reviews");
    manifest["spec"]["replicas"] = json!(0);
    let pod = pod_spec(Deployment, &mut manifest)?;
    pod["initContainers"] = json!([{"name": "prepare", "image": "nhd-tests/dev:1",
        "imagePullPolicy": "IfNotPresent", "command": ["/bin/sh", "-c", "exit 7"]}]);
    let stage = Stage::set(shared_cluster().await, "unprepared", manifest).await?;
    let began = Instant::now();
    let params = StartParams { timeout_ms: Some(20_000), ..stage.params() };
    let error = stage.refusal(params).await?;
    ensure!(began.elapsed() >= Duration::from_secs(20), "after {:?}: {error:?}", began.elapsed());
    ensure!(error.kind == ErrorKind::PodCrashing, "{error:?}");
    ensure!(error.message.contains("init container prepare"), "{error:?}");
    ensure!(error.message.contains("exit code 7"), "{error:?}");
    let hint = error.hint.context("no hint")?;
    ensure!(hint.contains("prepare") && !hint.contains("/bin/sh"), "{hint}");
    stage.assert_untouched().await?;
    stage.close().await
}

/// What a pod may lack, and how the cluster names it.
const LACKED: [(&str, &str, &str); 3] = [
    ("settings", "configmap \"absent\" not found", "FailedMount"),
    ("keys", "secret \"absent\" not found", "FailedMount"),
    ("data", "persistentvolumeclaim \"absent\" not found", ""),
];

fn volume_of(what: &str) -> Value {
    match what {
        "settings" => json!({"name": what, "configMap": {"name": "absent"}}),
        "keys" => json!({"name": what, "secret": {"secretName": "absent"}}),
        _ => json!({"name": what, "persistentVolumeClaim": {"claimName": "absent"}}),
    }
}

/// A start of a workload that lacks something quotes that while it waits and when it is given up, and what to do.
async fn lacks(kind: WorkloadKind, what: &str, said: &str, reason: &str) -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "lacking").await?;
    let mut manifest = app_of(kind, "reviews");
    let pod = pod_spec(kind, &mut manifest)?;
    pod["volumes"] = json!([volume_of(what)]);
    pod["containers"][0]["volumeMounts"] = json!([{"name": what, "mountPath": "/lacking"}]);
    let workload = Workload::create_unready(&client, namespace.name(), manifest).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let params = StartParams { timeout_ms: Some(40_000), ..stage.params() };
    let session = stage.nhd.call::<Start>(params.clone()).await?.session;
    let quotes = |status: &SessionStatus| {
        let pod = status.pod.as_ref();
        let quoted = pod.and_then(|pod| pod.waiting_for.as_ref()).is_some_and(|why| why.contains(said));
        quoted || status.phase.is_final()
    };
    let status = stage.until(&session, quotes).await?;
    ensure!(!status.phase.is_final(), "it was not said while the pod was waited for: {status:#?}");
    let hint = status.pod.and_then(|pod| pod.hint).context("no hint in the status")?;
    ensure!(hint.contains("ConfigMap"), "{hint}");
    let failed = stage.until(&session, |status| status.phase.is_final()).await?;
    let error = failed.error.context("no error")?;
    ensure!(error.message.contains(said) && error.message.contains(reason), "{error:?}");
    ensure!(error.message.contains("after 40 s"), "{error:?}");
    ensure!(error.hint.as_deref().is_some_and(|hint| hint.contains("ConfigMap")), "{error:?}");
    stage.assert_untouched().await?;
    stage.close().await
}

#[tokio::test]
async fn what_a_dev_pod_lacks_is_quoted_while_it_waits_and_at_the_end() -> Result<()> {
    let kinds = [Deployment, StatefulSet, DaemonSet, Job, CronJob, WorkloadKind::Pod];
    for (what, said, reason) in LACKED {
        try_join_all(kinds.map(async |kind| {
            lacks(kind, what, said, reason).await.with_context(|| format!("{kind} without its {what}"))
        }))
        .await?;
    }
    Ok(())
}

/// Whose own pods are not ready before DevMode is given back at once, and that is said.
async fn unready_before(kind: WorkloadKind, image: &str, said: &str) -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "unready").await?;
    let mut manifest = app_of(kind, "reviews");
    let container = &mut pod_spec(kind, &mut manifest)?["containers"][0];
    container["image"] = json!(image);
    // Whether there is an image is not to depend on a registry.
    container["imagePullPolicy"] = json!("Never");
    if kind != WorkloadKind::Pod {
        container["readinessProbe"] = json!({"tcpSocket": {"port": 1}, "periodSeconds": 1});
    }
    if matches!(kind, Deployment | StatefulSet) {
        manifest["spec"]["replicas"] = json!(2);
    }
    let workload = Workload::create_unready(&client, namespace.name(), manifest).await?;
    if kind != CronJob {
        let has_pods = async |it: &Workload| Ok(!it.live_pods().await?.is_empty());
        workload.until("there", has_pods).await?;
    }
    let stage = Stage::around(cluster, namespace, workload).await?;
    let status = stage.start().await.context("start")?;
    let began = Instant::now();
    let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
    let took = began.elapsed();
    ensure!(
        took < Duration::from_secs(60),
        "the end took {took:?}: {:?}\n{}",
        ended.warnings,
        tail(&stage.laptop.log())
    );
    if matches!(kind, Job | CronJob) {
        ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
    } else {
        ensure!(ended.outcome == Some(SessionOutcome::NotReady), "{ended:#?}");
        let warning = ended.warnings.iter().find(|it| it.contains("not before DevMode"));
        let warning = warning.with_context(|| format!("it is not said: {:?}", ended.warnings))?;
        // The kubelet may not have come to the image yet.
        let on_its_way = [": Pending", "ContainerCreating"].iter().any(|word| warning.contains(word));
        ensure!(warning.contains(said) || on_its_way, "{warning}");
        let steps = stage.outcomes(&status.session, StepName::AwaitRollout).await?;
        ensure!(!steps.contains(&StepOutcome::Done), "its pods are said to be ready: {steps:?}");
    }
    stage.assert_untouched().await?;
    stage.close().await
}

#[tokio::test]
async fn an_original_that_was_not_ready_before_is_not_waited_for() -> Result<()> {
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        unready_before(kind, "nhd-tests/none:1", "nhd-tests/none:1")
            .await
            .with_context(|| format!("{kind} without its image"))
    }))
    .await?;
    let probed = WorkloadKind::ALL.into_iter().filter(|kind| *kind != WorkloadKind::Pod);
    try_join_all(probed.map(async |kind| {
        unready_before(kind, "nhd-tests/app:1", "").await.with_context(|| format!("{kind} with a probe"))
    }))
    .await
    .map(drop)
}

#[tokio::test]
async fn an_original_that_was_ready_before_is_waited_for_and_said_to_be_ready() -> Result<()> {
    let kinds = [Deployment, StatefulSet, DaemonSet, WorkloadKind::Pod];
    try_join_all(kinds.map(async |kind| {
        let mut manifest = app_of(kind, "reviews");
        let container = &mut pod_spec(kind, &mut manifest)?["containers"][0];
        // Longer than anything is waited for that was not ready before.
        container["readinessProbe"] =
            json!({"tcpSocket": {"port": 9080}, "initialDelaySeconds": 6, "periodSeconds": 1});
        let stage = Stage::set(shared_cluster().await, "ready", manifest).await?;
        let status = stage.start().await.with_context(|| kind.to_string())?;
        let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
        ensure!(ended.outcome == Some(SessionOutcome::Restored), "{kind}: {ended:#?}");
        let steps = stage.outcomes(&status.session, StepName::AwaitRollout).await?;
        ensure!(steps.contains(&StepOutcome::Done), "{kind}: {steps:?}");
        let pods = stage.workload.live_pods().await?;
        let ready = |pod: &Pod| {
            let conditions = pod.status.iter().flat_map(|it| it.conditions.iter().flatten());
            conditions.into_iter().any(|it| it.type_ == "Ready" && it.status == "True")
        };
        ensure!(!pods.is_empty() && pods.iter().all(ready), "{kind}: {pods:#?}");
        stage.assert_untouched().await?;
        stage.close().await
    }))
    .await
    .map(drop)
}

/// A workload whose other container is not ready in DevMode comes into it all the same, and says so.
async fn accompanied(kind: WorkloadKind, companion: Value, replicas: usize) -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "accompanied").await?;
    let mut manifest = app_of(kind, "reviews");
    let pod = pod_spec(kind, &mut manifest)?;
    pod["containers"].as_array_mut().context("containers")?.push(companion.clone());
    if matches!(kind, Job | CronJob) {
        pod["restartPolicy"] = json!("OnFailure");
    }
    if matches!(kind, Deployment | StatefulSet) {
        manifest["spec"]["replicas"] = json!(replicas);
    }
    let workload = Workload::create_unready(&client, namespace.name(), manifest).await?;
    if companion["imagePullPolicy"] == "Never" {
        let is_there = async |it: &Workload| Ok(kind == CronJob || !it.live_pods().await?.is_empty());
        workload.until("there", is_there).await?;
    } else {
        workload.rolled_out().await?;
    }
    let stage = Stage::around(cluster, namespace, workload).await?;
    let params = StartParams { container: Some("app".into()), ..stage.params() };
    let began = Instant::now();
    let status = stage.laptop.start_synced(&stage.nhd, params).await.context("start")?;
    ensure!(began.elapsed() < Duration::from_secs(90), "the start took {:?}", began.elapsed());
    let named = |status: &SessionStatus| status.warnings.iter().any(|it| it.contains("container gauge"));
    let status = stage.until(&status.session, named).await?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    if matches!(kind, Deployment | StatefulSet) {
        let pods = stage.workload.live_pods().await?;
        ensure!(pods.len() == 1, "{} pods are there", pods.len());
        for strategy in ["strategy", "updateStrategy"] {
            let own = |spec: &Value| spec[strategy].clone();
            let now = stage.workload.portrait().await?;
            ensure!(own(&now.spec) == own(&stage.before.spec), "{strategy} is {}", own(&now.spec));
        }
        let changed = status.warnings.iter().find(|it| it.contains("changed"));
        ensure!(changed.is_none(), "our own change is taken for others': {changed:?}");
    }
    stage.end(&status.session).await.context("end")?;
    stage.close().await
}

#[tokio::test]
async fn a_container_beside_the_dev_container_holds_up_no_start_and_is_named() -> Result<()> {
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        accompanied(kind, companion(), 1).await.with_context(|| format!("{kind} with one that crashes"))
    }))
    .await?;
    let mut absent = companion();
    absent["image"] = json!("nhd-tests/none:1");
    absent["imagePullPolicy"] = json!("Never");
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        accompanied(kind, absent.clone(), 1)
            .await
            .with_context(|| format!("{kind} with one without an image"))
    }))
    .await?;
    try_join_all([Deployment, StatefulSet].map(async |kind| {
        accompanied(kind, companion(), 3).await.with_context(|| format!("three of a {kind}"))
    }))
    .await
    .map(drop)
}

/// The parameters of a start whose local syncthing does not begin before the file `go` is there.
fn held(stage: &Stage, timeout_ms: u64) -> Result<StartParams> {
    let folder = stage.laptop.home().parent().context("has a parent")?.to_path_buf();
    let script = folder.join("held-syncthing");
    let go = folder.join("go");
    let wait = format!("[ \"$1\" = --version ] || while [ ! -e {} ]; do sleep 0.05; done", go.display());
    std::fs::write(&script, format!("#!/bin/sh\n{wait}\nexec syncthing \"$@\"\n"))?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
    let mut params = StartParams { timeout_ms: Some(timeout_ms), ..stage.params() };
    params.environment.insert("NHD_SYNCTHING".into(), script.display().to_string());
    Ok(params)
}

#[tokio::test]
async fn once_the_dev_pod_was_ready_the_time_of_the_start_undoes_nothing() -> Result<()> {
    try_join_all([Deployment, Job].map(async |kind| {
        let mut stage = Stage::set(shared_cluster().await, "slow", app_of(kind, "reviews")).await?;
        let limit = Duration::from_secs(15);
        let params = held(&stage, u64::try_from(limit.as_millis())?)?;
        let began = Instant::now();
        let session = stage.nhd.call::<Start>(params).await?.session;
        stage.laptop.wait(&stage.nhd, &session, WaitUntil::Ready).await?;
        tokio::time::sleep((limit + Duration::from_secs(4)).saturating_sub(began.elapsed())).await;
        let status = stage.status(&session).await?;
        ensure!(status.phase == Phase::Ready, "{kind}: {status:#?}");
        // Nor does another daemon undo it, even where the pod is not ready at first.
        stage.laptop.kill_daemon()?;
        stage.nhd = stage.laptop.start_daemon().await?;
        let folder = stage.laptop.home().parent().context("has a parent")?.to_path_buf();
        std::fs::write(folder.join("go"), "")?;
        stage.laptop.wait(&stage.nhd, &session, WaitUntil::Synced).await.with_context(|| kind.to_string())?;
        stage.end(&session).await?;
        stage.close().await
    }))
    .await
    .map(drop)
}

#[tokio::test]
async fn a_first_sync_that_never_begins_is_undone_and_stays_to_be_seen_with_its_reason() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "halted", app_of(Deployment, "reviews")).await?;
    let began = Instant::now();
    let session = stage.nhd.call::<Start>(held(&stage, 5_000)?).await?.session;
    stage.laptop.wait(&stage.nhd, &session, WaitUntil::Ready).await?;
    let over = async |stage: &Stage| stage.until(&session, |status| status.phase.is_final()).await;
    let failed = over(&stage).await?;
    ensure!(began.elapsed() > Duration::from_secs(55), "{:?}: {failed:#?}", began.elapsed());
    let error = failed.error.context("no error")?;
    ensure!(error.kind == ErrorKind::SyncFailed && error.message.contains("no further"), "{error:?}");
    stage.assert_untouched().await?;

    let named = SessionSelector { name: Some("reviews".into()), ..SessionSelector::default() };
    let list = stage.nhd.call::<List>(named.clone()).await?;
    ensure!(list.failed.len() == 1 && list.failed[0].session == session, "{list:?}");
    let status = stage.nhd.call::<Status>(named.clone()).await?;
    ensure!(status.phase == Phase::Failed && status.error.is_some(), "{status:?}");
    let shown = stage.laptop.cli(&["status"]).await?;
    ensure!(shown.stdout.contains("failed lately") && shown.stdout.contains("no further"), "{shown:?}");
    // Until there is another session of the workload.
    let status = stage.start().await?;
    ensure!(
        stage.nhd.call::<List>(named.clone()).await?.failed.is_empty(),
        "it is shown beside its successor"
    );
    stage.end(&status.session).await?;
    ensure!(stage.nhd.call::<List>(named).await?.failed.is_empty(), "it is shown after its successor");
    stage.close().await
}

#[tokio::test]
async fn the_time_of_a_start_is_a_bound_and_the_undo_is_told_apart() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "bounded").await?;
    let nodes: Api<Node> = Api::all(client.clone());
    let node = nodes.list(&ListParams::default()).await?.items.remove(0).metadata.name.context("a name")?;
    let label = async |value: Value| {
        let patch = json!({"metadata": {"labels": {namespace.name(): value}}});
        nodes.patch(&node, &PatchParams::default(), &Patch::Merge(patch)).await
    };
    label(json!("here")).await?;
    let mut manifest = app_of(Deployment, "reviews");
    let mut selector = json!({});
    selector[namespace.name()] = json!("here");
    pod_spec(Deployment, &mut manifest)?["nodeSelector"] = selector;
    let workload = Workload::create(&client, namespace.name(), manifest).await?;
    // The original runs on, and no other pod gets the node.
    label(Value::Null).await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let source = stage.laptop.source().display().to_string();
    let began = Instant::now();
    let arguments = ["start", "deployment/reviews", "-n", stage.namespace.name(), "--timeout", "8s"];
    let more = ["--image", nhd_tests::laptop::DEV_IMAGE, "--source", &source];
    let outcome = stage.laptop.cli(&[&arguments[..], &more[..]].concat()).await?;
    let took = began.elapsed();
    ensure!(took > Duration::from_secs(8) && took < Duration::from_secs(40), "{took:?}: {outcome:?}");
    ensure!(outcome.code == Some(1), "{outcome:?}");
    for said in [
        "is not ready after 8 s",
        "0/1 nodes are available",
        "giving the workload back",
        "the workload is as it was",
        "hint: no node takes the pod",
    ] {
        ensure!(outcome.stderr.contains(said), "{said:?} is not said: {outcome:?}");
    }
    stage.assert_untouched().await?;
    stage.close().await
}
