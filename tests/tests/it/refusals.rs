//! Starts that cannot succeed: each says why and what to do, in time, and leaves nothing behind.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::ResourceQuota;
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::methods::Plan;
use nhd_protocol::session::StartParams;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::Laptop;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::Stage;
use nhd_tests::workload::{Workload, app, app_of};
use serde_json::{Value, json};

use crate::shared_cluster;

/// What is found out without a write may take this long.
const AT_ONCE: Duration = Duration::from_secs(5);

/// What nobody answers may take this long.
const UNANSWERED: Duration = Duration::from_secs(15);

/// A pod in trouble may be watched for this long, and then the workload is given back.
const UNDONE: Duration = Duration::from_secs(30);

/// One reason to refuse: what is asked for, and what is answered.
struct Case {
    asked: fn(&mut StartParams),
    kind: ErrorKind,
    /// A piece of the message or of the hint.
    says: &'static str,
    limit: Duration,
}

fn at_once(asked: fn(&mut StartParams), kind: ErrorKind, says: &'static str) -> Case {
    Case { asked, kind, says, limit: AT_ONCE }
}

impl Case {
    fn check(&self, params: &StartParams, error: &ErrorInfo, took: Duration) -> Result<()> {
        ensure!(error.kind == self.kind, "{:?} was expected of {params:?}: {error:?}", self.kind);
        let hint = error.hint.as_deref().with_context(|| format!("no hint: {error:?}"))?;
        let said = format!("{} {hint}", error.message);
        ensure!(said.contains(self.says), "{:?} is not said: {said:?}", self.says);
        ensure!(took < self.limit, "{error:?} took {took:?}");
        Ok(())
    }
}

/// Asks for each case in turn, and asserts that the workload is not even written to.
async fn refused_without_a_write(stage: &Stage, params: &StartParams, cases: &[Case]) -> Result<()> {
    let version = stage.workload.version().await?;
    for case in cases {
        let mut params = params.clone();
        (case.asked)(&mut params);
        let began = Instant::now();
        let error = stage.refusal(params.clone()).await.with_context(|| format!("{params:?}"))?;
        case.check(&params, &error, began.elapsed())?;
        stage.assert_untouched().await.with_context(|| error.message.clone())?;
        ensure!(stage.workload.version().await? == version, "it was written to: {error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_start_that_makes_no_sense_is_refused_before_the_first_write() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "refused", app("web")).await?;
    let cases = [
        at_once(|it| it.namespace = Some("nowhere".into()), ErrorKind::NamespaceNotFound, "nowhere"),
        at_once(|it| it.name = "wep".into(), ErrorKind::WorkloadNotFound, "there are: web"),
        at_once(|it| it.kind = WorkloadKind::StatefulSet, ErrorKind::WorkloadNotFound, "no statefulset"),
        at_once(|it| it.container = Some("wep".into()), ErrorKind::ContainerNotFound, "one of app"),
        at_once(|it| it.source.push_str("/none"), ErrorKind::SourceMissing, "No such file"),
        at_once(|it| it.source.push_str("/first.txt"), ErrorKind::SourceMissing, "ot a directory"),
        at_once(|it| it.work_dir = Some("app".into()), ErrorKind::WorkDirUnsuitable, "absolute"),
        at_once(|it| it.work_dir = Some("/usr/bin".into()), ErrorKind::WorkDirUnsuitable, "/usr/bin"),
        at_once(
            |it| it.kubeconfig = Some(format!("{}/none", it.source)),
            ErrorKind::KubeconfigInvalid,
            "none",
        ),
        at_once(|it| it.image = Some("nhd-tests/Dev:1".into()), ErrorKind::InvalidRequest, "in lower case"),
        at_once(|it| it.sidecar_image = Some("dev:1@x".into()), ErrorKind::InvalidRequest, "digest"),
        at_once(|it| it.context = Some("elsewhere".into()), ErrorKind::ContextNotFound, "elsewhere"),
        at_once(
            |it| drop(it.environment.insert("PATH".into(), it.source.clone())),
            ErrorKind::SyncthingMissing,
            "install",
        ),
        at_once(
            |it| drop(it.environment.insert("NHD_SYNCTHING".into(), format!("{}/first.txt", it.source))),
            ErrorKind::SyncthingMissing,
            "not an executable",
        ),
    ];
    refused_without_a_write(&stage, &stage.params(), &cases).await?;
    stage.close().await
}

#[tokio::test]
async fn an_old_syncthing_is_refused_before_the_first_write() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "old", app("web")).await?;
    let program = stage.laptop.home().join("syncthing");
    std::fs::write(&program, "#!/bin/sh\necho 'syncthing v1.18.0 \"Fermium Flea\" (go1.16)'\n")?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    let mut params = stage.params();
    params.environment.insert("NHD_SYNCTHING".into(), program.display().to_string());
    let cases = [at_once(|_| {}, ErrorKind::SyncthingTooOld, "1.19")];
    refused_without_a_write(&stage, &params, &cases).await?;
    stage.close().await
}

#[tokio::test]
async fn a_manifest_that_does_not_fit_is_refused_before_the_first_write() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut manifest = app("web");
    // Nothing has to run for it.
    manifest["spec"]["replicas"] = json!(0);
    let pod = &mut manifest["spec"]["template"]["spec"];
    pod["volumes"] = json!([
        {"name": "claim", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "node", "hostPath": {"path": "/tmp"}},
        {"name": "settings", "configMap": {"name": "settings"}},
    ]);
    pod["containers"][0]["volumeMounts"] = json!([
        {"name": "claim", "mountPath": "/claim"},
        {"name": "node", "mountPath": "/node"},
        {"name": "settings", "mountPath": "/settings"},
    ]);
    let second = json!({"name": "log", "image": "nhd-tests/pause:1"});
    pod["containers"].as_array_mut().context("containers")?.push(second);
    let stage = Stage::set(cluster, "unfit", manifest).await?;
    let params = StartParams { container: Some("app".into()), ..stage.params() };
    let cases = [
        at_once(|it| it.container = None, ErrorKind::ContainerAmbiguous, "one of app, log"),
        at_once(
            |it| it.work_dir = Some("/claim".into()),
            ErrorKind::WorkDirUnsuitable,
            "persistentVolumeClaim",
        ),
        at_once(|it| it.work_dir = Some("/node".into()), ErrorKind::WorkDirUnsuitable, "hostPath"),
        at_once(|it| it.work_dir = Some("/settings/src".into()), ErrorKind::WorkDirUnsuitable, "read-only"),
    ];
    refused_without_a_write(&stage, &params, &cases).await?;
    stage.close().await
}

#[tokio::test]
async fn an_api_server_that_is_down_is_said_in_time() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut laptop = Laptop::new(cluster.kubeconfig())?;
    let nhd = laptop.start_daemon().await?;
    let kubeconfig = laptop.home().join("down.kubeconfig");
    let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    write_with_server(cluster.kubeconfig(), &kubeconfig, &format!("https://{closed}"))?;
    let params = StartParams {
        kubeconfig: Some(kubeconfig.display().to_string()),
        ..laptop.start_params("default", "web")
    };
    let began = Instant::now();
    let error =
        nhd.call::<nhd_protocol::methods::Start>(params.clone()).await.err().context("it succeeded")?;
    let error = nhd_tests::stage::answered(error)?;
    let case = Case { asked: |_| {}, kind: ErrorKind::ClusterUnreachable, says: "VPN", limit: UNANSWERED };
    case.check(&params, &error, began.elapsed())?;
    let sessions = nhd.call::<nhd_protocol::methods::List>(Default::default()).await?.sessions;
    ensure!(sessions.is_empty(), "{sessions:?}");
    laptop.stop_daemon().await
}

/// Copies a kubeconfig with another server in it.
fn write_with_server(from: &Path, to: &Path, server: &str) -> Result<()> {
    let mut config: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(from)?)?;
    config["clusters"][0]["cluster"]["server"] = json!(server);
    std::fs::write(to, serde_yaml_ng::to_string(&config)?)?;
    Ok(())
}

#[tokio::test]
async fn a_dev_pod_that_cannot_run_is_undone_and_says_why() -> Result<()> {
    let cluster = shared_cluster().await;
    let cases: Vec<(&str, Case)> = vec![
        (
            "absent",
            Case {
                asked: |it| it.image = Some("nhd-tests/none:1".into()),
                kind: ErrorKind::ImageNotPullable,
                says: "nhd-tests/none:1",
                limit: UNDONE,
            },
        ),
        (
            "shell-less",
            Case {
                asked: |it| it.image = Some("nhd-tests/bare:1".into()),
                kind: ErrorKind::PodCrashing,
                says: "/bin/sh",
                limit: UNDONE,
            },
        ),
        (
            "sidecar-less",
            Case {
                // A shell it has, and no syncthing.
                asked: |it| it.sidecar_image = Some("nhd-tests/dev:1".into()),
                kind: ErrorKind::PodCrashing,
                says: "nocalhost-sidecar",
                limit: UNDONE,
            },
        ),
        (
            "unschedulable",
            Case {
                asked: |it| it.timeout_ms = Some(4_000),
                kind: ErrorKind::PodUnschedulable,
                says: "node",
                limit: UNDONE,
            },
        ),
        (
            "slow",
            Case {
                asked: |it| it.timeout_ms = Some(3_000),
                kind: ErrorKind::PodNotReady,
                says: "longer timeout",
                limit: UNDONE,
            },
        ),
    ];
    // All at once in one daemon each: trouble takes its time, and sessions must not disturb each other.
    try_join_all(cases.iter().map(async |(name, case)| {
        let mut manifest = app(name);
        let pod = &mut manifest["spec"]["template"]["spec"];
        match *name {
            // An original that cannot run either is given back all the same.
            "unschedulable" => {
                pod["nodeSelector"] = json!({"nowhere": "at-all"});
                manifest["spec"]["replicas"] = json!(0);
            }
            "slow" => {
                let wait = json!([{
                    "name": "wait",
                    "image": "nhd-tests/pause:1",
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["/bin/sh", "-c", "trap 'exit 0' TERM; sleep 60 & wait"],
                }]);
                pod["initContainers"] = wait;
                manifest["spec"]["replicas"] = json!(0);
            }
            _ => {}
        }
        let stage = Stage::set(cluster, name, manifest).await?;
        let mut params = stage.params();
        (case.asked)(&mut params);
        let began = Instant::now();
        let error = stage.refusal(params.clone()).await.with_context(|| format!("{params:?}"))?;
        case.check(&params, &error, began.elapsed())?;
        stage.assert_untouched().await.with_context(|| format!("{error:?}"))?;
        stage.close().await
    }))
    .await
    .map(drop)
}

#[tokio::test]
async fn a_quota_that_refuses_the_dev_pod_is_quoted() -> Result<()> {
    try_join_all(WorkloadKind::ALL.map(refused_by_quota)).await?;
    Ok(())
}

async fn refused_by_quota(kind: WorkloadKind) -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "quota").await?;
    let mut manifest = app_of(kind, "web");
    let pod = match kind {
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template",
        WorkloadKind::Pod => "",
        _ => "/spec/template",
    };
    let container = manifest.pointer_mut(pod).context("a template")?.pointer_mut("/spec/containers/0");
    container.context("a container")?["resources"] = json!({"requests": {"memory": "20Mi"}});
    let workload = Workload::create(&client, namespace.name(), manifest).await?;
    let quotas = Api::<ResourceQuota>::namespaced(client.clone(), namespace.name());
    // Enough for the original, and not for the sidecar's 50 MiB beside it.
    let quota = json!({"metadata": {"name": "tight"}, "spec": {"hard": {"requests.memory": "40Mi"}}});
    quotas.create(&PostParams::default(), &serde_json::from_value(quota)?).await?;
    workload
        .until("watched by its quota", async |_| {
            let quota = quotas.get("tight").await?;
            Ok(quota.status.is_some_and(|status| status.used.is_some()))
        })
        .await?;
    let stage = Stage::around(cluster, namespace, workload).await?;
    let planned = stage.nhd.call::<Plan>(stage.params()).await?;
    let told = |it: &String| it.contains("quota tight has") && it.contains("of 70Mi; sidecarResources");
    ensure!(planned.warnings.iter().any(told), "{kind}: {:?}", planned.warnings);
    let began = Instant::now();
    let error = stage.refusal(stage.params()).await?;
    // Nobody but we makes a bare pod, and so it is we who are refused.
    let refused =
        if kind == WorkloadKind::Pod { ErrorKind::WorkloadUnsuitable } else { ErrorKind::PodRefused };
    let case = Case { asked: |_| {}, kind: refused, says: "exceeded quota", limit: UNDONE };
    case.check(&stage.params(), &error, began.elapsed()).with_context(|| kind.to_string())?;
    stage.assert_untouched().await.with_context(|| kind.to_string())?;
    stage.close().await
}
