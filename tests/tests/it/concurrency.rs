//! Several askers at once, on one machine and on two: one session for a workload, and one ending.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::methods::{End, List, Start};
use nhd_protocol::session::{
    Phase, SessionSelector, SessionStatus, StartParams, StepName, WaitParams, WaitUntil,
};
use nhd_tests::laptop::Laptop;
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::{Workload, app};
use tokio::join;

use crate::shared_cluster;

#[tokio::test]
async fn two_starts_at_once_are_one_session() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "two-starts", app("web")).await?;
    let other = stage.laptop.connect().await?;
    let (one, two) = join!(stage.nhd.call::<Start>(stage.params()), other.call::<Start>(stage.params()));
    let (one, two) = (one?.session, two?.session);
    ensure!(one == two, "{one} and {two}");
    let status = stage.laptop.wait(&other, &one, WaitUntil::Synced).await?;
    ensure!(stage.times_begun(&one, StepName::EnterDevMode).await? == 1, "it was edited twice");
    ensure!(other.call::<List>(SessionSelector::default()).await?.sessions.len() == 1);

    let again = stage.start().await?;
    ensure!(again.session == one && again.pod == status.pod, "another session: {again:?}");
    let longer = StartParams { timeout_ms: Some(90_000), ..stage.params() };
    ensure!(stage.nhd.call::<Start>(longer).await?.session == one, "a timeout is no property of a session");
    stage.end(&one).await?;
    stage.close().await
}

#[tokio::test]
async fn a_start_with_other_parameters_names_them() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "others", app("web")).await?;
    let status = stage.start().await?;
    let other_source = tempfile::tempdir()?;
    let elsewhere = other_source.path().display().to_string();
    let asked = StartParams {
        image: Some("nhd-tests/app:1".into()),
        source: elsewhere.clone(),
        work_dir: Some("/src".into()),
        ..stage.params()
    };
    let error = stage.refusal(asked).await?;
    ensure!(error.kind == ErrorKind::SessionExists, "{error:?}");
    ensure!(error.session.as_deref() == Some(&status.session), "{error:?}");
    for named in ["image is nhd-tests/dev:1, not nhd-tests/app:1", &elsewhere, "/src"] {
        ensure!(error.message.contains(named), "{named:?} is not in {error:?}");
    }
    ensure!(error.hint.is_some(), "no hint");
    ensure!(!error.message.contains("sidecar"), "what is equal is named: {error:?}");
    let after = stage.status(&status.session).await?;
    ensure!(after.phase == Phase::Synced && after.pod == status.pod, "{after:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn an_end_during_the_start_cancels_and_undoes_it() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "cancelled", app("web")).await?;
    type Moment = (&'static str, fn(&SessionStatus) -> bool);
    let moments: [Moment; 5] = [
        ("at once", |_| true),
        ("as it is planned", |it| it.step.is_some()),
        ("as it enters", |it| matches!(it.step, Some(StepName::EnterDevMode)) || it.forward.is_some()),
        ("as the pod is awaited", |it| it.step == Some(StepName::AwaitPod)),
        ("as the pod is ready", |it| matches!(it.phase, Phase::Ready | Phase::Synced)),
    ];
    for (moment, is_now) in moments {
        let session = stage.nhd.call::<Start>(stage.params()).await?.session;
        stage.until(&session, is_now).await?;
        let (awaited, ended) = join!(
            stage.laptop.wait(&stage.nhd, &session, WaitUntil::Synced),
            stage.laptop.end(&stage.nhd, &session)
        );
        ensure!(ended?.phase == Phase::Ended, "{moment}");
        if let Err(error) = awaited {
            let error = nhd_tests::stage::answer_in(error)?;
            ensure!(error.kind == ErrorKind::Cancelled, "{moment}: {error:?}");
        }
        stage.assert_untouched().await.context(moment)?;
    }
    stage.close().await
}

#[tokio::test]
async fn ending_twice_is_one_ending_and_a_start_can_follow_at_once() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "two-ends", app("web")).await?;
    let session = stage.start().await?.session;
    let other = stage.laptop.connect().await?;
    let (one, two) = join!(
        stage.nhd.call::<End>(SessionSelector::of_session(&session).into()),
        other.call::<End>(SessionSelector::of_session(&session).into())
    );
    ensure!(one?.sessions.len() == 1 && two?.sessions.len() == 1);
    let during = stage.nhd.call::<Start>(stage.params()).await.err().map(answered).transpose()?;
    ensure!(during.as_ref().map(|error| error.kind) == Some(ErrorKind::SessionEnding), "{during:?}");
    let ended = stage.laptop.wait(&stage.nhd, &session, WaitUntil::Ended).await?;
    ensure!(ended.phase == Phase::Ended, "{ended:?}");
    let next = stage.nhd.call::<Start>(stage.params()).await.context("start right after the end")?.session;
    ensure!(next != session);
    for step in [StepName::RestoreWorkload, StepName::DeleteRecord] {
        ensure!(stage.times_begun(&session, step).await? == 1, "{step:?} was done twice");
    }

    // What has ended can be asked for, waited for and ended again.
    let late = stage.laptop.wait(&stage.nhd, &session, WaitUntil::Ended).await?;
    ensure!(late.phase == Phase::Ended && stage.status(&session).await?.phase == Phase::Ended);
    ensure!(stage.nhd.call::<End>(SessionSelector::of_session(&session).into()).await?.sessions.is_empty());
    ensure!(stage.nhd.call::<End>(SessionSelector::of_session("none").into()).await?.sessions.is_empty());
    let error = wait(&stage, &session, WaitUntil::Synced, 5_000).await?;
    ensure!(error.kind == ErrorKind::Cancelled, "{error:?}");

    stage.laptop.wait(&stage.nhd, &next, WaitUntil::Synced).await?;
    stage.end(&next).await?;
    stage.close().await
}

/// The error of a wait that fails.
async fn wait(stage: &Stage, session: &str, until: WaitUntil, timeout_ms: u64) -> Result<ErrorInfo> {
    let params = WaitParams { session: session.to_owned(), until, timeout_ms: Some(timeout_ms) };
    answered(stage.nhd.wait(params).await.err().context("the wait succeeded")?)
}

#[tokio::test]
async fn a_wait_that_is_too_short_is_a_typed_error_and_disturbs_nothing() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "waits", app("web")).await?;
    let session = stage.nhd.call::<Start>(stage.params()).await?.session;
    let error = wait(&stage, &session, WaitUntil::Synced, 50).await?;
    ensure!(error.kind == ErrorKind::Timeout && error.hint.is_some(), "{error:?}");
    stage.laptop.wait(&stage.nhd, &session, WaitUntil::Synced).await?;
    let began = Instant::now();
    let error = wait(&stage, &session, WaitUntil::Ended, 200).await?;
    ensure!(error.kind == ErrorKind::Timeout && error.session.as_deref() == Some(&session), "{error:?}");
    ensure!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let error = wait(&stage, "none", WaitUntil::Ended, 200).await?;
    ensure!(error.kind == ErrorKind::SessionNotFound && error.hint.is_some(), "{error:?}");
    stage.end(&session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_second_developer_is_told_who_was_first() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "second", app("web")).await?;
    let status = stage.start().await?;
    let version = stage.workload.version().await?;
    let mut second = Laptop::new(cluster.kubeconfig())?;
    let nhd = second.start_daemon().await?;
    let params = second.start_params(stage.namespace.name(), "web");
    let session = nhd.call::<Start>(params).await?.session;
    let error = second.wait(&nhd, &session, WaitUntil::Synced).await.err().context("it succeeded")?;
    let error = nhd_tests::stage::answer_in(error)?;
    ensure!(error.kind == ErrorKind::InDevModeElsewhere && error.hint.is_some(), "{error:?}");
    let first = format!("tester@{}", host_name()?);
    ensure!(error.message.contains(&first), "{first:?} is not in {error:?}");

    ensure!(stage.workload.version().await? == version, "it was written to");
    ensure!(nhd.call::<List>(SessionSelector::default()).await?.sessions.is_empty());
    ensure!(second.processes()?.is_empty(), "{:?}", second.processes()?);
    let after = stage.status(&status.session).await?;
    ensure!(after.phase == Phase::Synced && after.pod == status.pod, "{after:?}");
    stage.save_arrives(&status, "later.txt", "still the first one's").await?;
    stage.end(&status.session).await?;

    let status = second.start_synced(&nhd, second.start_params(stage.namespace.name(), "web")).await?;
    second.end(&nhd, &status.session).await?;
    stage.workload.assert_restored(&stage.before).await?;
    second.stop_daemon().await?;
    stage.close().await
}

fn host_name() -> Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/hostname")?.trim().to_owned())
}

#[tokio::test]
async fn two_workloads_in_one_daemon_do_not_meet() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "two", app("web")).await?;
    let other = Workload::create(&stage.client, stage.namespace.name(), app("api")).await?;
    let before = other.portrait().await?;
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("api-source");
    std::fs::create_dir(&source)?;
    let params = StartParams {
        name: "api".into(),
        source: source.display().to_string(),
        work_dir: Some("/src".into()),
        ..stage.params()
    };
    let (web, api) = join!(stage.start(), stage.laptop.start_synced(&stage.nhd, params));
    let (web, api) = (web?, api?);
    let ports: BTreeMap<u16, &str> = [(&web, "web"), (&api, "api")]
        .into_iter()
        .filter_map(|(status, name)| Some((status.forward.as_ref()?.local_port, name)))
        .collect();
    ensure!(ports.len() == 2, "they share a port: {ports:?}");
    stage.save_arrives(&web, "mine.txt", "web").await?;
    std::fs::write(source.join("mine.txt"), "api")?;
    other.prints(pod_of(&api)?, "cat mine.txt; ls first.txt 2>/dev/null", "api").await?;

    let named = |name: &str| SessionSelector { name: Some(name.into()), ..SessionSelector::default() };
    ensure!(stage.nhd.call::<List>(named("api")).await?.sessions.len() == 1);
    stage.laptop.end(&stage.nhd, &web.session).await?;
    stage.workload.assert_restored(&stage.before).await?;
    let after = stage.status(&api.session).await?;
    ensure!(after.phase == Phase::Synced && after.pod == api.pod, "the other one noticed: {after:?}");
    std::fs::write(source.join("mine.txt"), "api again")?;
    other.prints(pod_of(&api)?, "cat mine.txt", "api again").await?;
    stage.end(&api.session).await?;
    other.assert_restored(&before).await?;
    stage.close().await
}
