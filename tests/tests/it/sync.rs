//! What is synced with a real pod, which way, and what a user does with it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kube::api::DeleteParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{SyncPause, SyncRescan, SyncResume, SyncState as SyncStatusOf};
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus, StartParams, WaitUntil};
use nhd_protocol::sync::{LeftOutBy, RescanParams, SyncState, SyncType};
use nhd_tests::stage::{Stage, answer_in, pod_of};
use nhd_tests::workload::app;

use crate::shared_cluster;

const CONFIG: &str = ".nocalhost/config.yaml";
const OWN: &str = ".stignore";

fn configured(sync: &str) -> String {
    format!("name: web\ncontainers:\n  - dev:\n      sync: {sync}\n")
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        ensure!(Instant::now() < end, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_configured_is_left_out_and_no_trace_of_that_stays() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "left-out", app("web")).await?;
    stage.laptop.save(CONFIG, &configured("{ignoreFilePattern: [\"*.log\", ./build, .nocalhost]}"))?;
    for name in ["a.log", "build/x", "deep/build/x"] {
        stage.laptop.save(name, name)?;
    }
    let status = stage.start().await?;
    let list = "find . -type f | sort | xargs";
    stage.workload.prints(pod_of(&status)?, list, "./deep/build/x ./first.txt").await?;
    let report = stage
        .nhd
        .call::<SyncStatusOf>(SessionSelector::of_session(&status.session))
        .await?
        .sync
        .context("a sync")?;
    ensure!(report.left_out_by == LeftOutBy::Patterns && report.last_synced.is_some(), "{report:?}");
    ensure!(stage.laptop.source().join(OWN).exists(), "syncthing was told nothing");

    // The daemon after one that was killed takes it away.
    stage.laptop.kill_daemon()?;
    stage.nhd = stage.laptop.start_daemon().await?;
    stage.end(&status.session).await?;
    ensure!(!stage.laptop.source().join(OWN).exists(), "it is left");
    stage.close().await
}

#[tokio::test]
async fn what_a_wait_answers_says_that_all_is_there() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "waited-for", app("web")).await?;
    let status = stage.start().await?;
    for number in 0..50 {
        stage.laptop.save("first.txt", &format!("save {number}"))?;
        let waited = stage.laptop.wait(&stage.nhd, &status.session, WaitUntil::Synced).await?;
        let sync = waited.sync.context("a sync")?;
        ensure!(sync.state == SyncState::InSync && sync.need_files == 0, "save {number}: {sync:?}");
    }
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn both_ways_files_come_back_and_a_new_pod_or_a_deletion_there_loses_nothing() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "both-ways", app("web")).await?;
    stage.laptop.save("kept/original.txt", "the original")?;
    let params = StartParams { sync_type: Some(SyncType::SendReceive), ..stage.params() };
    let status = stage.laptop.start_synced(&stage.nhd, params).await?;
    let receives = |status: &SessionStatus| {
        status.phase == Phase::Synced && status.sync.as_ref().is_some_and(|sync| sync.receives)
    };
    stage.until(&status.session, receives).await?;
    let source = stage.laptop.source();
    let is = |name: &str, text: &str| std::fs::read_to_string(source.join(name)).is_ok_and(|it| it == text);
    stage.workload.exec(pod_of(&status)?, "printf generated > made.txt").await?;
    until("the pod's file is here", || is("made.txt", "generated")).await?;

    let old = pod_of(&status)?.to_owned();
    stage.workload.pods().delete(&old, &DeleteParams::default().grace_period(1)).await?;
    let another = |now: &SessionStatus| receives(now) && pod_of(now).is_ok_and(|pod| pod != old);
    let status = stage.until(&status.session, another).await?;
    let pod = pod_of(&status)?;
    stage.workload.prints(pod, "cat made.txt kept/original.txt", "generatedthe original").await?;
    ensure!(is("made.txt", "generated") && is("kept/original.txt", "the original"), "a new pod took it");

    stage.workload.exec(pod, "rm -rf kept").await?;
    until("it is gone here", || !source.join("kept").exists()).await?;
    let ended = stage.laptop.end(&stage.nhd, &status.session).await?;
    stage.assert_untouched().await?;
    let folder = stage.laptop.home().join("kept").join(&status.session).join("kept");
    let kept: Vec<_> = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    ensure!(kept.len() == 1 && std::fs::read_to_string(&kept[0])? == "the original", "{kept:?}");
    let told = ended.warnings.iter().any(|it| it.contains(&status.session) && it.contains("kept in"));
    ensure!(told, "{:?}", ended.warnings);
    stage.close().await
}

#[tokio::test]
async fn a_held_sync_stays_held_by_the_next_daemon_until_it_goes_on() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "held", app("web")).await?;
    let status = stage.start().await?;
    for _ in 0..2 {
        let report = stage
            .nhd
            .call::<SyncPause>(SessionSelector::of_session(&status.session))
            .await?
            .sync
            .context("a sync")?;
        ensure!(report.paused && report.state == SyncState::Paused, "{report:?}");
    }
    stage.laptop.kill_daemon()?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let paused = |status: &SessionStatus| status.sync.as_ref().is_some_and(|sync| sync.paused);
    stage.until(&status.session, paused).await?;
    let waited = stage.laptop.wait(&stage.nhd, &status.session, WaitUntil::Synced).await;
    let error = answer_in(waited.err().context("it is held")?)?;
    ensure!(error.kind == ErrorKind::SyncPaused, "{error:?}");
    stage.laptop.save("later.txt", "later")?;
    stage.workload.prints(pod_of(&status)?, "ls later.txt 2>/dev/null || echo none", "none").await?;
    for _ in 0..2 {
        stage.nhd.call::<SyncResume>(SessionSelector::of_session(&status.session)).await?;
    }
    stage
        .nhd
        .call::<SyncRescan>(RescanParams {
            of: SessionSelector::of_session(&status.session),
            paths: vec!["later.txt".to_owned()],
        })
        .await?;
    let status = stage.laptop.wait(&stage.nhd, &status.session, WaitUntil::Synced).await?;
    stage.workload.prints(pod_of(&status)?, "cat later.txt", "later").await?;
    let outcome = stage.laptop.cli(&["sync", "status", "deployment/web"]).await?;
    ensure!(format!("{outcome:?}").contains("in sync"), "{outcome:?}");
    stage.end(&status.session).await?;
    stage.close().await
}
