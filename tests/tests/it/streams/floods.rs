//! Floods: whoever does not read waits by itself.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use nhd_protocol::methods::{ExecClose, ExecStart, List, Terminals};
use nhd_protocol::session::SessionSelector;
use nhd_protocol::stream::{EndReason, ExecStartParams, StreamListParams, StreamParams};
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::app;

use super::rig::{Attached, command, exec, none_runs, of_session, terminal};
use crate::shared_cluster;

#[tokio::test]
async fn a_client_that_does_not_read_stops_its_own_flood_and_no_call() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "floods", app("reviews")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let script = "while true; do head -c 1000000 /dev/zero; echo x >> /tmp/rounds; done";
    let mut idle = Vec::new();
    for _ in 0..4 {
        idle.push(exec(&stage, command(of_session(&status), &["sh", "-c", script])).await?);
    }
    // It comes to a stand when everything between is full, and stays there.
    let rounds = || stage.workload.exec(pod, "wc -l < /tmp/rounds 2>/dev/null || echo 0");
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut before = rounds().await?;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = rounds().await?;
        if now == before {
            break;
        }
        ensure!(Instant::now() < deadline, "{now} MB are somewhere");
        before = now;
    }
    let begun = Instant::now();
    for _ in 0..100 {
        stage.nhd.call::<List>(SessionSelector::default()).await?;
        stage.nhd.call::<Terminals>(StreamListParams::default()).await?;
    }
    ensure!(begun.elapsed() < Duration::from_secs(20), "200 calls took {:?}", begun.elapsed());
    // Nothing is lost of what waits.
    let mut it = idle.remove(0);
    it.until_true("it goes on", |it| it.stdout.len() > 20_000_000).await?;
    ensure!(it.stdout.iter().all(|byte| *byte == 0));
    stage.nhd.call::<ExecClose>(StreamParams { stream: it.id.clone() }).await?;
    ensure!(it.ended().await?.reason == EndReason::Closed);
    drop(idle);
    none_runs(&stage, pod, "sh -c while true").await?;
    stage.close().await
}

#[tokio::test]
async fn what_nobody_comes_for_is_ended() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "floods", app("reviews")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    stage.nhd.call::<ExecStart>(command(of_session(&status), &["sleep", "98771"])).await?;
    stage.workload.prints(pod, "ps | grep -c 'sleep 98771$'", "1").await?;
    none_runs(&stage, pod, "sleep 98771").await?;
    stage.close().await
}

#[tokio::test]
async fn without_a_client_the_last_of_a_flood_is_kept() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "floods", app("reviews")).await?;
    let status = stage.start().await?;
    let script = "seq 1 2000000; echo over; sleep 98772";
    let params = ExecStartParams { detached: true, ..command(of_session(&status), &["sh", "-c", script]) };
    let ticket = stage.nhd.call::<ExecStart>(params).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut it = Attached::to(&stage, &ticket).await?;
    it.until("2000000\nover\n").await?;
    ensure!(it.opened.cut && it.opened.replayed <= 256 << 10, "{:?}", it.opened);
    let size = it.stdout.len();
    ensure!(size > 200_000, "only {size} bytes were kept");
    // A terminal, too.
    let mut it = terminal(&stage, of_session(&status)).await?;
    it.send("seq 1 100000; echo in $((40 + 2))\n").await?;
    it.until("in 42").await?;
    stage.close().await
}
