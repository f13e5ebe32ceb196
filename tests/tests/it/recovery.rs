//! What dies under a running session, and comes back by itself: daemon, dev pod, syncthing, API server, socket, store.

use std::os::unix::fs::FileTypeExt as _;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::ResourceQuota;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use nhd_protocol::methods::List;
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{app, app_of};
use serde_json::json;

use crate::shared_cluster;

/// Starts the next daemon and waits until the session is synced again, with the pod that it had.
async fn resumed(stage: &mut Stage, before: &SessionStatus) -> Result<SessionStatus> {
    stage.nhd = stage.laptop.start_daemon().await?;
    let sessions = stage.nhd.call::<List>(SessionSelector::default()).await?.sessions;
    ensure!(sessions.len() == 1, "not one session: {sessions:?}");
    let status = stage.laptop.wait(&stage.nhd, &before.session, WaitUntil::Synced).await?;
    ensure!(pod_of(&status)? == pod_of(before)?, "another pod: {:?}", status.pod);
    ensure!(status.started_at == before.started_at, "it began anew: {status:?}");
    Ok(status)
}

#[tokio::test]
async fn a_killed_daemon_is_followed_by_one_with_the_same_session_and_pod() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "killed", app("web")).await?;
    let before = stage.start().await?;
    let version = stage.workload.version().await?;
    stage.laptop.kill_daemon()?;
    stage.laptop.save("meanwhile.txt", "saved while no daemon ran")?;
    let status = resumed(&mut stage, &before).await?;
    let pod = pod_of(&status)?;
    stage.workload.prints(pod, "cat meanwhile.txt", "saved while no daemon ran").await?;
    stage.save_arrives(&status, "next.txt", "the next save").await?;
    ensure!(stage.workload.version().await? == version, "it was written to");
    let daemons_and_syncthings = stage.laptop.processes()?;
    ensure!(daemons_and_syncthings.len() == 1, "not one syncthing: {daemons_and_syncthings:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_stopped_daemon_takes_its_processes_along_and_the_next_one_goes_on() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "stopped", app("web")).await?;
    let before = stage.start().await?;
    let began = Instant::now();
    stage.laptop.stop_daemon().await?;
    ensure!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    ensure!(stage.laptop.processes()?.is_empty(), "still running: {:?}", stage.laptop.processes()?);
    let left = std::fs::read_dir(stage.laptop.home().join("run"))?.collect::<Result<Vec<_>, _>>()?;
    let sockets = left.iter().filter(|it| it.file_type().is_ok_and(|kind| kind.is_socket())).count();
    ensure!(sockets == 0, "{sockets} sockets are left");
    let status = resumed(&mut stage, &before).await?;
    stage.save_arrives(&status, "next.txt", "the next save").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_deleted_dev_pod_is_followed_by_one_with_all_files() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "pod", app("web")).await?;
    for number in 0..50 {
        stage.laptop.save(&format!("many/{number}.txt"), &number.to_string())?;
    }
    let before = stage.start().await?;
    let pod = pod_of(&before)?;
    stage.workload.pods().delete(pod, &DeleteParams::default().grace_period(1)).await?;
    stage.until(&before.session, |status| status.phase == Phase::Reconnecting).await?;
    let status = stage
        .until(&before.session, |status| {
            status.phase == Phase::Synced && pod_of(status).is_ok_and(|new| new != pod)
        })
        .await?;
    stage.workload.prints(pod_of(&status)?, "cat first.txt; find many -type f | wc -l", "first50").await?;
    stage.save_arrives(&status, "next.txt", "the next save").await?;
    ensure!(stage.laptop.source().join("many/49.txt").exists(), "an empty pod emptied the source folder");
    ensure!(stage.laptop.processes()?.len() == 1, "not one syncthing: {:?}", stage.laptop.processes()?);
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_dev_pod_that_a_quota_keeps_away_says_so_and_comes_back_when_it_may() -> Result<()> {
    let stage =
        Stage::set(shared_cluster().await, "kept-away", app_of(WorkloadKind::StatefulSet, "web")).await?;
    let before = stage.start().await?;
    let quotas = Api::<ResourceQuota>::namespaced(stage.client.clone(), stage.namespace.name());
    let none = json!({"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}});
    quotas.create(&PostParams::default(), &serde_json::from_value(none)?).await?;
    let counted = async |_: &_| Ok(quotas.get("none").await?.status.is_some_and(|it| it.used.is_some()));
    stage.workload.until("watched by its quota", counted).await?;
    stage.workload.pods().delete(pod_of(&before)?, &DeleteParams::default().grace_period(1)).await?;
    let says = |status: &SessionStatus| {
        let waiting = status.pod.as_ref().and_then(|pod| pod.waiting_for.as_deref());
        status.phase == Phase::Reconnecting && waiting.is_some_and(|why| why.contains("exceeded quota"))
    };
    stage.until(&before.session, says).await?;
    quotas.delete("none", &DeleteParams::default()).await?;
    let status = stage.until(&before.session, |status| status.phase == Phase::Synced).await?;
    stage.save_arrives(&status, "next.txt", "the next save").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_killed_syncthing_is_started_again() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "syncthing", app("web")).await?;
    let before = stage.start().await?;
    for times in 1..=2 {
        stage.laptop.kill_syncthing()?;
        let again = |status: &SessionStatus| status.sync.as_ref().is_some_and(|sync| sync.restarts >= times);
        stage.until(&before.session, again).await?;
        stage.laptop.save("next.txt", &times.to_string())?;
        let status = stage.laptop.wait(&stage.nhd, &before.session, WaitUntil::Synced).await?;
        ensure!(status.pod == before.pod, "another pod: {:?}", status.pod);
        stage.workload.prints(pod_of(&status)?, "cat next.txt", &times.to_string()).await?;
    }
    stage.end(&before.session).await?;
    stage.close().await
}

#[tokio::test]
async fn an_api_server_that_hangs_or_is_restarted_holds_up_neither_status_nor_later_saves() -> Result<()> {
    let binary = env!("CARGO_BIN_EXE_nhd-test-cluster");
    let Some(cluster) = shared_cluster().await.apart(binary).await? else { return Ok(()) };
    let stage = Stage::set(&cluster, "hangs", app("web")).await?;
    let before = stage.start().await?;
    cluster.pause_apiserver().await?;
    let slowest = slowest_status(&stage, &before.session, Duration::from_secs(8)).await;
    cluster.resume_apiserver().await?;
    let slowest = slowest?;
    ensure!(slowest < Duration::from_millis(100), "a status took {slowest:?}");
    let status = stage.laptop.wait(&stage.nhd, &before.session, WaitUntil::Synced).await?;
    ensure!(status.pod == before.pod, "another pod: {:?}", status.pod);
    stage.save_arrives(&status, "hung.txt", "after the pause").await?;

    cluster.restart_apiserver().await?;
    stage.laptop.save("restarted.txt", "after the restart")?;
    let status = stage.laptop.wait(&stage.nhd, &before.session, WaitUntil::Synced).await?;
    ensure!(status.pod == before.pod, "another pod: {:?}", status.pod);
    stage.save_arrives(&status, "restarted.txt", "after the restart").await?;
    stage.end(&status.session).await?;
    stage.close().await?;
    cluster.stop().await
}

/// Asks for the status again and again, and says how long the slowest answer took.
async fn slowest_status(stage: &Stage, session: &str, during: Duration) -> Result<Duration> {
    let began = Instant::now();
    let mut slowest = Duration::ZERO;
    while began.elapsed() < during {
        let asked = Instant::now();
        stage.status(session).await?;
        slowest = slowest.max(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(slowest)
}

#[tokio::test]
async fn a_vanished_socket_is_bound_again_by_the_same_daemon() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut laptop = nhd_tests::laptop::Laptop::new(cluster.kubeconfig())?;
    let first = laptop.start_daemon().await?;
    std::fs::remove_dir_all(laptop.home().join("run"))?;
    let second = laptop.connect().await?;
    ensure!(second.daemon_pid() == first.daemon_pid(), "another daemon");
    first.call::<List>(SessionSelector::default()).await.context("the old connection is cut")?;
    laptop.stop_daemon().await
}

#[tokio::test]
async fn a_second_daemon_in_a_home_says_so_and_disturbs_nothing() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut laptop = nhd_tests::laptop::Laptop::new(cluster.kubeconfig())?;
    let nhd = laptop.start_daemon().await?;
    let outcome = laptop.second_daemon().await?;
    let pid = laptop.daemon_pid().context("a daemon runs")?;
    ensure!(outcome.code == Some(1), "{outcome:?}");
    let said = format!("already runs in this home, pid {pid}");
    ensure!(outcome.stderr.contains(&said), "{said:?} is not in {outcome:?}");
    nhd.call::<List>(SessionSelector::default()).await?;
    laptop.connect().await?;
    laptop.stop_daemon().await
}

#[tokio::test]
async fn a_damaged_store_costs_no_session() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "store", app("web")).await?;
    let before = stage.start().await?;
    let store = stage.laptop.home().join("store");
    for file in ["conf", "db"] {
        stage.laptop.kill_daemon()?;
        let length = usize::try_from(store.join(file).metadata()?.len())?;
        std::fs::write(store.join(file), b"garbage ".repeat(length / 8 + 1))?;
        let status = resumed(&mut stage, &before).await.with_context(|| format!("{file} damaged"))?;
        stage.save_arrives(&status, "next.txt", file).await?;
    }
    for number in 1..=2 {
        let aside = stage.laptop.home().join(format!("store.unreadable-{number}"));
        ensure!(aside.join("conf").is_file(), "{aside:?} was not kept");
    }
    stage.end(&before.session).await?;
    stage.close().await
}
