//! Logs.

use anyhow::{Context, Result, ensure};
use kube::api::DeleteParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::LogFollow;
use nhd_protocol::stream::frame::NoticeKind;
use nhd_protocol::stream::{EndReason, LogFollowParams, StreamTarget};
use nhd_tests::stage::{Stage, answered};
use nhd_tests::workload::app;
use serde_json::{Value, json};

use super::rig::{log, target};
use crate::shared_cluster;

/// A Deployment whose containers say who they are, then count.
fn talker(name: &str, replicas: u32, script: &str) -> Value {
    let mut object = app(name);
    object["spec"]["replicas"] = replicas.into();
    object["spec"]["template"]["spec"]["containers"] = json!([{"name": "talker", "image": "nhd-tests/dev:1",
        "imagePullPolicy": "IfNotPresent", "command": ["/bin/sh", "-c", script]}]);
    object
}

const COUNT: &str = "n=0; while true; do echo \"line $n of $HOSTNAME\"; n=$((n + 1)); sleep 0.2; done";

fn params(stage: &Stage) -> LogFollowParams {
    LogFollowParams { target: target(stage), ..LogFollowParams::default() }
}

#[tokio::test]
async fn all_pods_are_followed_and_those_that_come_in_their_place() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "logs", talker("reviews", 2, COUNT)).await?;
    let pods = stage.workload.live_pods().await?;
    let names: Vec<String> = pods.into_iter().filter_map(|pod| pod.metadata.name).collect();
    let mut it = log(&stage, params(&stage)).await?;
    for name in &names {
        it.until(&format!("line 0 of {name}\n")).await?;
        ensure!(it.origins.iter().any(|origin| origin.pod == *name && origin.container == "talker"));
    }
    stage.workload.pods().delete(&names[0], &DeleteParams::default()).await?;
    it.until_true("the next is followed", |it| {
        let others = |origin: &&nhd_protocol::stream::frame::StreamOrigin| !names.contains(&origin.pod);
        it.origins
            .iter()
            .find(others)
            .is_some_and(|it_is| it.text().contains(&format!("line 1 of {}\n", it_is.pod)))
    })
    .await?;
    it.until_true("it says who has gone", |it| {
        it.notices.iter().any(|notice| notice.kind == NoticeKind::Left && notice.message.contains(&names[0]))
    })
    .await?;
    let text = it.text();
    for (number, line) in text.lines().enumerate() {
        ensure!(
            line.starts_with("line ") && line.contains(" of reviews-"),
            "line {number} is torn: {line:?}"
        );
        ensure!(text.matches(&format!("{line}\n")).count() == 1, "{line:?} comes twice");
    }
    let one = LogFollowParams {
        target: StreamTarget { pod: Some(names[1].clone()), ..target(&stage) },
        tail: Some(2),
        ..Default::default()
    };
    let mut it = log(&stage, one).await?;
    it.until(&format!(" of {}\n", names[1])).await?;
    ensure!(!it.text().contains("line 0 of"), "{:?}", it.text());
    ensure!(it.origins.iter().all(|origin| origin.pod == names[1]));
    stage.close().await
}

#[tokio::test]
async fn a_log_is_read_once_with_times_from_a_moment_on_and_of_the_container_before() -> Result<()> {
    let script = "echo begun; sleep 1; echo over; sleep 1; exit 1";
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "talker", "labels": {"app": "talker"}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [
            {"name": "a", "image": "nhd-tests/dev:1", "imagePullPolicy": "IfNotPresent",
                "command": ["/bin/sh", "-c", script]},
            {"name": "b", "image": "nhd-tests/dev:1", "imagePullPolicy": "IfNotPresent",
                "command": ["/bin/sh", "-c", "echo other; sleep 100000"]}]}});
    let stage = Stage::set(shared_cluster().await, "logs", pod).await?;
    let of = |container: &str| LogFollowParams {
        target: StreamTarget { container: Some(container.to_owned()), ..target(&stage) },
        once: true,
        ..LogFollowParams::default()
    };
    let error = stage.nhd.call::<LogFollow>(params(&stage)).await.err().context("there are two")?;
    ensure!(answered(error)?.kind == ErrorKind::ContainerAmbiguous);
    let mut it = log(&stage, of("b")).await?;
    let end = it.ended().await?;
    ensure!(end.reason == EndReason::Exited && it.text() == "other\n", "{end:?} {:?}", it.text());
    let mut it = log(&stage, LogFollowParams { timestamps: true, ..of("b") }).await?;
    it.ended().await?;
    let text = it.text();
    let (time, rest) = text.split_once(' ').context("a time")?;
    ensure!(time.starts_with("20") && time.ends_with('Z') && rest == "other\n", "{text:?}");
    let both =
        LogFollowParams { target: target(&stage), all_containers: true, once: true, ..Default::default() };
    let mut it = log(&stage, both).await?;
    it.ended().await?;
    ensure!(it.origins.len() == 2 && it.text().contains("other\n") && it.text().contains("begun\n"));
    // Over its restarts.
    let mut it = log(&stage, LogFollowParams { once: false, ..of("a") }).await?;
    it.until_true("it has begun three times", |it| it.text().matches("begun\n").count() == 3).await?;
    drop(it);
    let mut it = log(&stage, LogFollowParams { previous: true, once: false, ..of("a") }).await?;
    it.ended().await?;
    ensure!(it.text() == "begun\nover\n", "{:?}", it.text());
    stage.close().await
}

#[tokio::test]
async fn the_log_of_a_workload_that_has_no_pod_yet_waits_for_one() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "logs", talker("reviews", 1, COUNT)).await?;
    stage.workload.scale("kubectl", 0).await?;
    stage.workload.until("scaled down", async |it| Ok(it.live_pods().await?.is_empty())).await?;
    let mut it = log(&stage, params(&stage)).await?;
    it.until_true("it says that it waits", |it| !it.notices.is_empty()).await?;
    stage.workload.scale("kubectl", 1).await?;
    it.until("line 0 of reviews-").await?;
    stage.close().await
}
