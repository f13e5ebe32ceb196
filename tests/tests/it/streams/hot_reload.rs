//! Hot reload: the configured command runs again after each completed sync, killed and restarted, never two at once.

use std::time::Duration;

use anyhow::{Result, ensure};
use nhd_protocol::methods::ExecClose;
use nhd_protocol::stream::frame::NoticeKind;
use nhd_protocol::stream::{EndReason, ExecStartParams, NamedCommand, StreamParams};
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::app;

use super::rig::{exec, none_runs, of_session, processes};
use crate::shared_cluster;

/// Says what it sees and whether another runs beside it, starts something else, and clears up when it is asked to end.
const SERVER: &str = "trap 'rmdir /tmp/lock; exit 0' TERM\nmkdir /tmp/lock || echo TWO-AT-ONCE\n\
                      echo serving $(cat version.txt)\n(sleep 98751) &\nwhile [ -d /tmp/lock ]; do sleep 0.1; done\n";

#[tokio::test]
async fn what_is_saved_restarts_the_command_cleanly() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "hotreload", app("reviews")).await?;
    let config = "name: reviews\ncontainers:\n- dev:\n    hotReload: true\n    command:\n      run: [echo, cold]\n      \
                  hotReloadRun: [sh, server.sh]\n";
    stage.laptop.save(".nocalhost/config.yaml", config)?;
    stage.laptop.save("server.sh", SERVER)?;
    stage.laptop.save("version.txt", "0")?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let params = ExecStartParams {
        target: of_session(&status),
        run: Some(NamedCommand::Run),
        detached: true,
        ..ExecStartParams::default()
    };
    let mut it = exec(&stage, params).await?;
    ensure!(it.opened.stream.hot_reload && it.opened.stream.named == Some(NamedCommand::HotReloadRun));
    it.until("serving 0").await?;
    for version in 1..=5 {
        stage.laptop.save("version.txt", &version.to_string())?;
        it.until(&format!("serving {version}")).await?;
    }
    // Several saves in a row come to the last of them.
    for version in 6..30 {
        stage.laptop.save("version.txt", &version.to_string())?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    it.until("serving 29").await?;
    ensure!(!it.text().contains("TWO-AT-ONCE"), "{:?}", it.text());
    ensure!(processes(&stage, pod, "sh server.sh").await?.len() == 1);
    none_but_one(&stage, pod).await?;
    stage.nhd.call::<ExecClose>(StreamParams { stream: it.id.clone() }).await?;
    ensure!(it.ended().await?.reason == EndReason::Closed);
    none_runs(&stage, pod, "sh server.sh").await?;
    none_runs(&stage, pod, "sleep 98751").await?;
    stage.close().await
}

/// What an earlier run had started is gone with it.
async fn none_but_one(stage: &Stage, pod: &str) -> Result<()> {
    let left = processes(stage, pod, "sleep 98751").await?;
    ensure!(left.len() <= 1, "{left:?}");
    Ok(())
}

#[tokio::test]
async fn a_command_that_ends_waits_for_the_next_sync_and_one_that_ignores_term_is_killed() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "hotreload", app("reviews")).await?;
    let config =
        "name: reviews\ncontainers:\n- dev:\n    hotReload: true\n    command:\n      debug: [sh, step.sh]\n";
    stage.laptop.save(".nocalhost/config.yaml", config)?;
    stage.laptop.save("step.sh", "echo broken; exit 3\n")?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let run = Some(NamedCommand::Debug);
    let params = ExecStartParams { target: of_session(&status), run, ..ExecStartParams::default() };
    let mut it = exec(&stage, params).await?;
    it.until_true("it has ended", |it| it.notices.iter().any(|it| it.exit_code == Some(3))).await?;
    stage.laptop.save("step.sh", "trap '' TERM HUP INT; echo stubborn; while true; do sleep 0.1; done\n")?;
    it.until("stubborn").await?;
    stage.laptop.save("step.sh", "echo mended; exec sleep 98752\n")?;
    it.until("mended").await?;
    none_runs(&stage, pod, "sh step.sh").await?;
    let started = it.notices.iter().filter(|it| it.kind == NoticeKind::Started).count();
    ensure!(started >= 3, "{:?}", it.notices);
    // It is its client's own, and goes with it.
    drop(it);
    none_runs(&stage, pod, "sleep 98752").await?;
    stage.close().await
}
