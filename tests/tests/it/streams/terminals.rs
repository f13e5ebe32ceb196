//! Terminals.

use anyhow::{Context, Result, ensure};
use kube::api::DeleteParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{TerminalAttach, TerminalClose, TerminalOpen, TerminalResize, Terminals};
use nhd_protocol::stream::{
    EndReason, StreamListParams, StreamParams, StreamState, StreamTarget, TerminalOpenParams,
    TerminalResizeParams, TerminalSize,
};
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::app;

use super::rig::{Attached, none_runs, of_session, pod_without_shell, target, terminal};
use crate::shared_cluster;

#[tokio::test]
async fn a_terminal_outlives_its_client_and_is_offered_again_with_what_it_wrote() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "terminals", app("reviews")).await?;
    let status = stage.start().await?;
    let mut first = terminal(&stage, of_session(&status)).await?;
    first.send("stty size; pwd; echo $TERM; cat first.txt; echo\n").await?;
    first.until("24 80").await?;
    first.until("/home/nocalhost-dev").await?;
    first.until("xterm-256color").await?;
    first.until("first").await?;
    let size = TerminalSize { columns: 132, rows: 43 };
    first.input.resize(size).await?;
    first.send("sleep 0.3; stty size\n").await?;
    first.until("43 132").await?;
    let id = first.id.clone();
    drop(first);
    let listed = stage.nhd.call::<Terminals>(StreamListParams::default()).await?.streams;
    ensure!(listed.len() == 1 && listed[0].state == StreamState::Running, "{listed:?}");
    let known = stage.status(&status.session).await?.streams;
    ensure!(known.len() == 1 && known[0].stream == id, "it is in the session's status: {known:?}");
    let params = StreamParams { stream: id.clone() };
    let ticket = stage.nhd.call::<TerminalAttach>(params.clone()).await?;
    let mut second = Attached::to(&stage, &ticket).await?;
    ensure!(second.opened.replayed > 0 && !second.opened.cut, "{:?}", second.opened);
    second.until("43 132").await?;
    let resized = TerminalResizeParams { stream: id.clone(), size: TerminalSize { columns: 90, rows: 30 } };
    stage.nhd.call::<TerminalResize>(resized).await?;
    second.send("sleep 0.3; stty size\n").await?;
    second.until("30 90").await?;
    second.send("exit 7\n").await?;
    let end = second.ended().await?;
    ensure!((end.reason, end.exit_code) == (EndReason::Exited, Some(7)), "{end:?}");
    let listed = stage.nhd.call::<Terminals>(StreamListParams::default()).await?.streams;
    ensure!(listed[0].end == Some(end), "{listed:?}");
    stage.nhd.call::<TerminalClose>(params).await?;
    let listed = stage.nhd.call::<Terminals>(StreamListParams::default()).await?.streams;
    ensure!(listed.is_empty(), "closed, it leaves the list: {listed:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_terminal_that_is_closed_leaves_nothing_running() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "terminals", app("reviews")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let mut it = terminal(&stage, of_session(&status)).await?;
    it.send("(trap '' HUP TERM; sleep 98761) & sleep 98762 & sleep 98763\n").await?;
    stage.workload.prints(pod, "ps | grep -c 'sleep 9876[123]$'", "3").await?;
    let closed = stage.nhd.call::<TerminalClose>(StreamParams { stream: it.id.clone() }).await?;
    ensure!(closed.end.as_ref().map(|end| end.reason) == Some(EndReason::Closed), "{closed:?}");
    none_runs(&stage, pod, "sleep 9876").await?;
    let end = it.ended().await?;
    ensure!(end.reason == EndReason::Closed, "{end:?}");
    stage.close().await
}

#[tokio::test]
async fn a_terminal_says_that_its_pod_was_replaced_and_is_opened_anew() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "terminals", app("reviews")).await?;
    let status = stage.start().await?;
    let mut it = terminal(&stage, of_session(&status)).await?;
    it.send("export A=1; echo in $((40 + 2))\n").await?;
    it.until("in 42").await?;
    let pod = pod_of(&status)?.to_owned();
    stage.workload.pods().delete(&pod, &DeleteParams::default()).await?;
    let end = it.ended().await?;
    ensure!(end.reason == EndReason::PodGone, "{end:?}");
    ensure!(end.message.as_ref().is_some_and(|it| it.contains(&pod)), "{end:?}");
    stage
        .until(&status.session, |now| {
            now.pod.as_ref().is_some_and(|it| it.ready && it.name.as_deref() != Some(&pod))
        })
        .await?;
    let again = TerminalOpenParams { again: Some(it.id.clone()), ..TerminalOpenParams::default() };
    let ticket = stage.nhd.call::<TerminalOpen>(again).await?;
    ensure!(ticket.stream.pod.as_ref().is_some_and(|now| *now != pod), "{ticket:?}");
    let mut next = Attached::to(&stage, &ticket).await?;
    next.send("echo A=$A in $((40 + 2))\n").await?;
    next.until("A= in 42").await?;
    let listed = stage.nhd.call::<Terminals>(StreamListParams::default()).await?.streams;
    ensure!(listed.len() == 1, "the earlier one has left the list: {listed:?}");
    stage.end(&status.session).await?;
    let end = next.ended().await?;
    ensure!(end.reason == EndReason::SessionEnded, "{end:?}");
    stage.close().await
}

#[tokio::test]
async fn a_terminal_says_that_its_container_was_restarted() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "terminals", pod_with_shell()).await?;
    let mut it = terminal(&stage, target(&stage)).await?;
    ensure!(it.opened.stream.session.is_none() && it.opened.stream.pod.as_deref() == Some("shell"));
    it.send("echo in $((40 + 2))\n").await?;
    it.until("in 42").await?;
    it.send("kill -9 $(pidof sleep)\n").await?;
    let end = it.ended().await?;
    ensure!(end.reason == EndReason::ContainerRestarted, "{end:?}");
    stage.close().await
}

/// A pod with the tools of busybox whose first process can be killed from within.
fn pod_with_shell() -> serde_json::Value {
    let script = "sleep 99999 & wait; exit 1";
    serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shell", "labels": {"app": "shell"}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "main", "image": "nhd-tests/dev:1",
            "imagePullPolicy": "IfNotPresent", "command": ["/bin/sh", "-c", script]}]}})
}

#[tokio::test]
async fn where_there_is_no_shell_it_says_so() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "terminals", pod_without_shell()).await?;
    let params = TerminalOpenParams { target: target(&stage), ..TerminalOpenParams::default() };
    let error = answered(stage.nhd.call::<TerminalOpen>(params).await.err().context("there is none")?)?;
    ensure!(error.kind == ErrorKind::CommandFailed && error.message.contains("no shell"), "{error:?}");
    stage.close().await
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_with_the_reason() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "terminals", app("reviews")).await?;
    let good = target(&stage);
    let named = |change: fn(&mut StreamTarget)| {
        let mut target = good.clone();
        change(&mut target);
        TerminalOpenParams { target, ..TerminalOpenParams::default() }
    };
    for (params, expect) in [
        (named(|it| it.name = Some("none".into())), ErrorKind::WorkloadNotFound),
        (named(|it| it.name = None), ErrorKind::InvalidRequest),
        (named(|it| it.pod = Some("none".into())), ErrorKind::NoPod),
        (named(|it| it.container = Some("none".into())), ErrorKind::ContainerNotFound),
        (named(|it| it.session = Some("none".into())), ErrorKind::SessionNotFound),
        (TerminalOpenParams { again: Some("none".into()), ..Default::default() }, ErrorKind::StreamNotFound),
    ] {
        let error = stage.nhd.call::<TerminalOpen>(params.clone()).await.err().context("it is refused")?;
        let error = answered(error)?;
        ensure!(error.kind == expect && error.hint.is_some(), "{params:?}: {error:?}");
    }
    stage.close().await
}
