//! What the doctor finds on a real cluster, machine and home, and that its remedies are remedies.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::Api;
use kube::api::PostParams;
use nhd_client::Client;
use nhd_protocol::doctor::{DoctorCheck, DoctorParams, DoctorReport, DoctorState};
use nhd_protocol::methods::{Doctor, Release};
use nhd_protocol::session::WaitUntil;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::Laptop;
use nhd_tests::process::{Outcome, run};
use nhd_tests::stage::Stage;
use nhd_tests::workload::{app, app_of};
use serde::Deserialize as _;

use crate::shared_cluster;

fn check<'a>(report: &'a DoctorReport, id: &str) -> Result<&'a DoctorCheck> {
    report.checks.iter().find(|check| check.id == id).with_context(|| format!("{id} is not in {report:#?}"))
}

fn is(report: &DoctorReport, id: &str, state: DoctorState) -> Result<()> {
    let check = check(report, id)?;
    ensure!(check.state == state, "{check:#?}");
    ensure!(!check.detail.is_empty(), "{check:?} says nothing");
    Ok(())
}

fn params(laptop: &Laptop, namespace: &str) -> DoctorParams {
    let start = laptop.start_params(namespace, "web");
    DoctorParams {
        namespace: start.namespace,
        kubeconfig: start.kubeconfig,
        context: None,
        environment: start.environment,
    }
}

async fn examine(nhd: &Client, params: DoctorParams) -> Result<DoctorReport> {
    Ok(nhd.call::<Doctor>(params).await?)
}

/// Everything that is of the cluster.
const OF_CLUSTER: [&str; 14] = [
    "cluster.reachable",
    "cluster.version",
    "cluster.clock",
    "cluster.user",
    "cluster.namespace",
    "permissions.deployment",
    "permissions.statefulset",
    "permissions.daemonset",
    "permissions.job",
    "permissions.cronjob",
    "permissions.pod",
    "permissions.more",
    "leftovers.records",
    "leftovers.workloads",
];

#[tokio::test]
async fn a_sound_place_is_found_sound_before_a_session_in_it_and_after_it() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "doctor", app("web")).await?;
    let asked = params(&stage.laptop, stage.namespace.name());
    let sound = async |sessions: &str, record: &str| {
        let report = examine(&stage.nhd, asked.clone()).await?;
        for id in OF_CLUSTER.into_iter().chain([
            "daemon.sessions",
            "machine.syncthing",
            "machine.disk",
            "machine.socket",
            "kubeconfig.context",
            "leftovers.damaged",
            "leftovers.folders",
            "leftovers.processes",
        ]) {
            is(&report, id, DoctorState::Ok)?;
        }
        ensure!(check(&report, "daemon.sessions")?.detail.contains(sessions), "{report:#?}");
        ensure!(check(&report, "leftovers.records")?.detail.contains(record), "{report:#?}");
        ensure!(report.namespace.as_deref() == Some(stage.namespace.name()), "{report:#?}");
        ensure!(check(&report, "cluster.version")?.detail.starts_with("v1."), "{report:#?}");
        anyhow::Ok(())
    };
    sound("0 sessions", "0 records of sessions here").await?;
    let session = stage.start().await?.session;
    sound("1 session", "1 record of sessions here").await?;
    stage.end(&session).await?;
    sound("0 sessions", "0 records of sessions here").await?;
    stage.close().await
}

#[tokio::test]
async fn the_role_that_is_shown_grants_all_that_is_missing() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "doctor-role", app("web")).await?;
    let namespace = stage.namespace.name();
    let user = format!("stranger@{namespace}");
    let kubeconfig = cluster.kubeconfig_for(&user, &[])?;
    let asked = DoctorParams {
        kubeconfig: Some(kubeconfig.display().to_string()),
        ..params(&stage.laptop, namespace)
    };
    let report = examine(&stage.nhd, asked.clone()).await?;
    ensure!(check(&report, "cluster.user")?.detail == user, "{report:#?}");
    let kinds = OF_CLUSTER.into_iter().filter(|id| id.starts_with("permissions.") && !id.ends_with("more"));
    for id in kinds.clone() {
        is(&report, id, DoctorState::Failed)?;
    }
    is(&report, "leftovers.records", DoctorState::Skipped)?;
    let remedies: Vec<_> = report.checks.iter().flat_map(|check| &check.remedies).collect();
    let role = remedies.iter().find_map(|remedy| remedy.manifest.as_deref()).context("shows a Role")?;
    let mut documents = serde_yaml_ng::Deserializer::from_str(role).map(serde_json::Value::deserialize);
    let (role, binding) = (documents.next().context("a Role")??, documents.next().context("a RoleBinding")??);
    let roles = Api::<Role>::namespaced(stage.client.clone(), namespace);
    roles.create(&PostParams::default(), &serde_json::from_value(role)?).await?;
    let bindings = Api::<RoleBinding>::namespaced(stage.client.clone(), namespace);
    bindings.create(&PostParams::default(), &serde_json::from_value(binding)?).await?;
    // The API server takes a moment to know of it.
    stage
        .workload
        .until("allowed to its stranger", async |_| {
            let report = examine(&stage.nhd, asked.clone()).await?;
            Ok(kinds.clone().all(|id| check(&report, id).is_ok_and(|it| it.state == DoctorState::Ok)))
        })
        .await?;
    stage.close().await
}

/// As by a laptop of the same name whose home is another: it knows nothing of the session.
#[tokio::test]
async fn what_a_lost_home_left_of_every_kind_is_found_and_given_back_by_its_remedy() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in [WorkloadKind::Deployment, WorkloadKind::DaemonSet, WorkloadKind::Job] {
        let stage = Stage::set(cluster, "doctor-left", app_of(kind, "web")).await?;
        stage.start().await?;
        let mut other = Laptop::new(cluster.kubeconfig())?;
        let nhd = other.start_daemon().await?;
        let asked = params(&other, stage.namespace.name());
        let report = examine(&nhd, asked.clone()).await?;
        is(&report, "leftovers.records", DoctorState::Warning)?;
        is(&report, "leftovers.workloads", DoctorState::Ok)?;
        let remedies = &check(&report, "leftovers.records")?.remedies;
        let workload = remedies.iter().find_map(|remedy| remedy.release.clone()).context("a workload")?;
        ensure!((workload.kind, workload.name.as_str()) == (kind, "web"), "{workload:?}");
        let mut release = stage.release_params();
        (release.kind, release.name) = (workload.kind, workload.name);
        let session = nhd.call::<Release>(release).await?.session;
        other.wait(&nhd, &session, WaitUntil::Ended).await?;
        is(&examine(&nhd, asked).await?, "leftovers.records", DoctorState::Ok)?;
        stage.workload.assert_restored(&stage.before).await?;
        stage.namespace.delete(&stage.client).await?;
    }
    Ok(())
}

fn report_of(outcome: &Outcome, code: i32) -> Result<DoctorReport> {
    ensure!(outcome.code == Some(code), "{outcome:?}");
    serde_json::from_str(&outcome.stdout).with_context(|| format!("{outcome:?}"))
}

#[tokio::test]
async fn without_a_cluster_or_a_daemon_the_rest_is_found_all_the_same() -> Result<()> {
    let mut laptop = Laptop::new(shared_cluster().await.kubeconfig())?;
    let nowhere = laptop.source().join("kubeconfig");
    let text = "current-context: x\ncontexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {}}]\n\
                clusters: [{name: x, cluster: {server: 'https://127.0.0.1:1'}}]\n";
    std::fs::write(&nowhere, text)?;
    std::fs::set_permissions(&nowhere, std::fs::Permissions::from_mode(0o600))?;
    laptop.set("KUBECONFIG", &nowhere);
    let report = report_of(&laptop.cli(&["doctor", "--json"]).await?, 1)?;
    ensure!(report.checks[0].id == "daemon.running" && report.checks[0].state == DoctorState::Ok);
    is(&report, "kubeconfig.context", DoctorState::Ok)?;
    is(&report, "cluster.reachable", DoctorState::Failed)?;
    for id in &OF_CLUSTER[1..] {
        is(&report, id, DoctorState::Skipped)?;
    }
    is(&report, "machine.syncthing", DoctorState::Ok)?;
    let shown = laptop.cli(&["doctor"]).await?;
    ensure!(shown.code == Some(1) && shown.stdout.contains("✗ failed   API server: "), "{shown:?}");
    ensure!(shown.stderr.is_empty(), "{shown:?}");

    // No daemon can have its socket among everybody's files.
    ensure!(laptop.cli(&["daemon", "stop"]).await?.code == Some(0));
    let shared = laptop.source().join("shared");
    std::fs::create_dir(&shared)?;
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o777))?;
    laptop.set("NHD_SOCKET", shared.join("nhd.sock"));
    let report = report_of(&laptop.cli(&["doctor", "--json"]).await?, 1)?;
    let first = &report.checks[0];
    ensure!(first.id == "daemon.running" && first.state == DoctorState::Failed, "{first:#?}");
    ensure!(first.detail.contains("others can write to it"), "{first:#?}");
    is(&report, "machine.socket", DoctorState::Failed)?;
    is(&report, "machine.syncthing", DoctorState::Ok)?;
    is(&report, "daemon.sessions", DoctorState::Skipped)?;
    ensure!(laptop.processes()?.is_empty(), "{:?}", laptop.processes()?);
    Ok(())
}

/// Every file below a folder.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            let bytes = std::fs::read(&path)?;
            found.insert(path, bytes);
        }
    }
    Ok(found)
}

/// The secrets that a session really has, and some that its user has.
#[tokio::test]
async fn an_archive_for_a_bug_report_has_logs_and_no_secret() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut stage = Stage::set(cluster, "doctor-bundle", app("web")).await?;
    stage.laptop.set("DATABASE_LOGIN", "planted-in-the-environment");
    let dev = "name: web\ncontainers: [{name: '', dev: {env: [{name: LOGIN, value: planted-in-the-dev-configuration}]}}]\n";
    stage.laptop.save(".nocalhost/config.yaml", dev)?;
    let status = stage.start().await?;
    let home = stage.laptop.home().join("sessions").join(&status.session);
    let key = std::fs::read_to_string(home.join("key.pem"))?;
    let config = std::fs::read_to_string(home.join("config.xml"))?;
    let api_key = config.split("<apikey>").nth(1).and_then(|rest| rest.split('<').next()).context("a key")?;
    let kubeconfig = std::fs::read_to_string(cluster.kubeconfig())?;
    let datas = kubeconfig.lines().filter_map(|line| line.split_once("-data: ").map(|(_, data)| data));
    let mut secrets = vec!["planted-in-the-environment", "planted-in-the-dev-configuration", api_key];
    secrets.extend(key.lines().filter(|line| line.len() > 20 && !line.starts_with('-')));
    secrets.extend(datas.map(str::trim));
    ensure!(secrets.len() > 5, "{secrets:?}");

    let archive = stage.laptop.source().join("../bundle.tar.gz");
    let shown = archive.display().to_string();
    let outcome =
        stage.laptop.cli(&["doctor", "-n", stage.namespace.name(), "--bundle", &shown, "--json"]).await?;
    ensure!(outcome.code.is_some_and(|code| code < 2), "{outcome:?}");
    let unpacked = archive.with_file_name("unpacked");
    std::fs::create_dir(&unpacked)?;
    run("tar", ["-xzf", &shown, "-C", &unpacked.display().to_string()])?;
    let files = files(&unpacked)?;
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        let found: Vec<_> = secrets.iter().filter(|secret| text.contains(**secret)).collect();
        ensure!(found.is_empty(), "{found:?} in {path:?}");
    }
    let named = |name: &str| files.iter().find(|(path, _)| path.ends_with(name)).map(|(_, bytes)| bytes);
    for name in
        ["doctor.json", "sessions.json", "events.json", "config/dev-0.yaml", "config/kubeconfig-0.yaml"]
    {
        ensure!(named(name).is_some_and(|bytes| !bytes.is_empty()), "{name} is not in {:?}", files.keys());
    }
    let log = format!("sessions/{}/syncthing.log", status.session);
    ensure!(named(&log).is_some_and(|bytes| !bytes.is_empty()), "{log} is not in {:?}", files.keys());
    stage.end(&status.session).await?;
    stage.close().await
}
