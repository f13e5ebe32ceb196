//! Commands.

use anyhow::{Context, Result, ensure};
use kube::api::DeleteParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{ExecAttach, ExecClose, ExecSignal, ExecStart, Execs};
use nhd_protocol::stream::{
    EndReason, ExecSignalParams, ExecStartParams, NamedCommand, Signal, StreamListParams, StreamParams,
    StreamState, StreamTarget,
};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::{app, app_of};

use super::rig::{Attached, command, exec, none_runs, of_session, pod_without_shell, processes, target};
use crate::shared_cluster;

#[tokio::test]
async fn bytes_of_every_kind_come_back_bit_for_bit() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let status = stage.start().await?;
    let seed: u64 = rand::random();
    for round in 0..6_u64 {
        let bytes =
            noise(seed.wrapping_add(round), [0, 1, 4_095, 70_000, 300_001, 2_000_003][round as usize]);
        let mut it = exec(&stage, command(of_session(&status), &["cat"])).await?;
        let (sent, mut input) = (bytes.clone(), std::mem::replace(&mut it.input, other_input(&stage).await?));
        let writing = tokio::spawn(async move {
            // Cut where it hurts: in the midst of characters, and in pieces of every size.
            let mut rest = sent.as_slice();
            let mut size = 1;
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(size.min(rest.len()));
                input.write(piece).await?;
                (rest, size) = (after, size * 3 + 1);
            }
            input.end().await?;
            std::io::Result::Ok(input)
        });
        let end = it.ended().await?;
        drop(writing.await??);
        ensure!((end.reason, end.exit_code) == (EndReason::Exited, Some(0)), "{end:?}");
        ensure!(it.stdout == bytes, "seed {seed}: {} bytes came of {}", it.stdout.len(), bytes.len());
    }
    stage.close().await
}

/// Half text with characters of several bytes, half anything.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    use rand::{Rng as _, SeedableRng as _};
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let mut bytes = Vec::with_capacity(length + 4);
    while bytes.len() < length {
        if random.random_bool(0.5) {
            bytes.extend("ä€𝄞\0\r\n".as_bytes());
        } else {
            bytes.push(random.random());
        }
    }
    bytes.truncate(length);
    bytes
}

/// Something to put in the place of an input that is used elsewhere.
async fn other_input(stage: &Stage) -> Result<nhd_client::stream::StreamInput> {
    let mut ticket = stage.nhd.call::<ExecStart>(command(target(stage), &["true"])).await?;
    ticket.token = "none".into();
    Ok(nhd_client::stream::open(&stage.laptop.paths(), &ticket).await?.0)
}

#[tokio::test]
async fn output_error_folder_variables_and_exit_code_are_those_of_the_command() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let status = stage.start().await?;
    let script = "echo out; echo \"$GREETING $LOG_DIR\" >&2; pwd; exit 42";
    let mut params = command(of_session(&status), &["sh", "-c", script]);
    params.env.insert("GREETING".into(), "good day".into());
    let mut it = exec(&stage, params.clone()).await?;
    let end = it.ended().await?;
    ensure!((end.reason, end.exit_code) == (EndReason::Exited, Some(42)), "{end:?}");
    ensure!(it.text() == "out\n/home/nocalhost-dev\n", "{:?}", it.text());
    ensure!(it.stderr == b"good day /tmp/logs\n", "{:?}", String::from_utf8_lossy(&it.stderr));
    params.work_dir = Some("/none".into());
    let mut it = exec(&stage, params).await?;
    ensure!(it.ended().await?.exit_code == Some(126) && it.stderr.starts_with(b"nhd: there is no folder"));
    let mut it = exec(&stage, command(of_session(&status), &["no-such-program"])).await?;
    ensure!(it.ended().await?.exit_code == Some(127), "as shells have it");
    let mut it = exec(&stage, command(of_session(&status), &["sh", "-c", "kill -9 $$"])).await?;
    let end = it.ended().await?;
    ensure!((end.reason, end.exit_code) == (EndReason::Exited, Some(137)), "{end:?}");
    stage.close().await
}

#[tokio::test]
async fn a_container_without_a_shell_runs_its_own_programs_and_says_what_cannot_be_done() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", pod_without_shell()).await?;
    let mut it = exec(&stage, command(target(&stage), &["cat"])).await?;
    it.send("no shell needed").await?;
    it.until("no shell needed").await?;
    let asked = ExecSignalParams { stream: it.id.clone(), signal: Signal::Term };
    let error = answered(stage.nhd.call::<ExecSignal>(asked).await.err().context("there is no shell")?)?;
    ensure!(error.kind == ErrorKind::CommandFailed && error.message.contains("no shell"), "{error:?}");
    it.input.end().await?;
    let end = it.ended().await?;
    ensure!((end.reason, end.exit_code) == (EndReason::Exited, Some(0)), "{end:?}");
    let mut it = exec(&stage, command(target(&stage), &["no-such-program"])).await?;
    let end = it.ended().await?;
    ensure!((end.reason, end.exit_code) == (EndReason::NotStarted, Some(127)), "{end:?}");
    ensure!(end.message.as_ref().is_some_and(|it| it.contains("no-such-program")), "{end:?}");
    let mut params = command(target(&stage), &["cat"]);
    params.env.insert("A".into(), "b".into());
    let error = answered(stage.nhd.call::<ExecStart>(params).await.err().context("nobody can set it")?)?;
    ensure!(error.kind == ErrorKind::CommandFailed && error.message.contains("no shell"), "{error:?}");
    stage.close().await
}

#[tokio::test]
async fn signals_reach_what_was_started_and_only_that() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let script = "trap 'echo usr1' USR1; trap 'echo term; exit 9' TERM; sleep 98711 & echo up; \
                  while true; do sleep 0.1; done";
    let mut it = exec(&stage, command(of_session(&status), &["sh", "-c", script])).await?;
    let mut other = exec(&stage, command(of_session(&status), &["sleep", "98712"])).await?;
    it.until("up").await?;
    let signal = |stream: &str, signal| ExecSignalParams { stream: stream.to_owned(), signal };
    stage.nhd.call::<ExecSignal>(signal(&it.id, Signal::Usr1)).await?;
    it.until("usr1").await?;
    ensure!(processes(&stage, pod, "sleep 98711").await?.len() == 1, "it was not meant, and dies of it");
    it.input.signal(Signal::Term).await?;
    let end = it.ended().await?;
    ensure!((end.reason, end.exit_code) == (EndReason::Exited, Some(9)), "{end:?}");
    none_runs(&stage, pod, "sleep 98711").await?;
    ensure!(processes(&stage, pod, "sleep 98712").await?.len() == 1, "it is another's");
    stage.nhd.call::<ExecSignal>(signal(&other.id, Signal::Term)).await?;
    let end = other.ended().await?;
    ensure!((end.reason, end.exit_code) == (EndReason::Exited, Some(143)), "{end:?}");
    let error = stage.nhd.call::<ExecSignal>(signal(&other.id, Signal::Term)).await.err();
    ensure!(answered(error.context("it has ended")?)?.kind == ErrorKind::CommandFailed);
    stage.close().await
}

#[tokio::test]
async fn a_client_that_is_killed_takes_its_command_along_and_leaves_a_detached_one() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let mut mine = exec(&stage, command(of_session(&status), &["sh", "-c", "echo up; sleep 98721"])).await?;
    let detached = ExecStartParams {
        detached: true,
        ..command(of_session(&status), &["sh", "-c", "echo up; sleep 98722"])
    };
    let mut other = exec(&stage, detached).await?;
    mine.until("up").await?;
    other.until("up").await?;
    let (gone, stays) = (mine.id.clone(), other.id.clone());
    drop((mine, other));
    none_runs(&stage, pod, "sleep 98721").await?;
    ensure!(!processes(&stage, pod, "sleep 98722").await?.is_empty(), "it outlives its client");
    let listed = stage.nhd.call::<Execs>(StreamListParams::default()).await?.streams;
    let of = |id: &str| listed.iter().find(|it| it.stream == id).context("it is listed");
    ensure!(of(&gone)?.end.as_ref().map(|end| end.reason) == Some(EndReason::Closed), "{listed:?}");
    ensure!(of(&stays)?.state == StreamState::Running, "{listed:?}");
    let params = StreamParams { stream: stays };
    let ticket = stage.nhd.call::<ExecAttach>(params.clone()).await?;
    let mut again = Attached::to(&stage, &ticket).await?;
    again.until("up").await?;
    stage.nhd.call::<ExecClose>(params).await?;
    ensure!(again.ended().await?.reason == EndReason::Closed);
    none_runs(&stage, pod, "sleep 98722").await?;
    stage.close().await
}

#[tokio::test]
async fn a_daemon_that_stops_ends_what_it_started_in_the_container() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?.to_owned();
    let detached = ExecStartParams {
        detached: true,
        ..command(of_session(&status), &["sh", "-c", "echo up; sleep 98731 & sleep 98732"])
    };
    let mut it = exec(&stage, detached).await?;
    it.until("up").await?;
    stage.workload.prints(&pod, "ps | grep -c 'sleep 9873[12]$'", "2").await?;
    stage.laptop.stop_daemon().await?;
    ensure!(it.ended().await?.reason == EndReason::DaemonStopped);
    ensure!(processes(&stage, &pod, "sleep 9873").await?.is_empty(), "they are left");
    stage.nhd = stage.laptop.start_daemon().await?;
    stage.close().await
}

#[tokio::test]
async fn a_pod_that_is_deleted_in_the_midst_ends_its_command_with_the_reason() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let status = stage.start().await?;
    let mut it = exec(&stage, command(of_session(&status), &["sh", "-c", "echo up; sleep 98741"])).await?;
    it.until("up").await?;
    stage.workload.pods().delete(pod_of(&status)?, &DeleteParams::default()).await?;
    ensure!(it.ended().await?.reason == EndReason::PodGone);
    stage.close().await
}

#[tokio::test]
async fn a_token_opens_one_connection_and_no_more() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let status = stage.start().await?;
    let params = command(of_session(&status), &["cat"]);
    let ticket = stage.nhd.call::<ExecStart>(params).await?;
    let first = Attached::to(&stage, &ticket).await?;
    let error = Attached::to(&stage, &ticket).await.err().context("it was used")?.to_string();
    ensure!(error.contains("Refused"), "{error}");
    drop(first);
    stage.close().await
}

#[tokio::test]
async fn a_workload_of_any_kind_runs_commands_in_a_session_and_out_of_it() -> Result<()> {
    let shared = shared_cluster().await;
    let kinds = WorkloadKind::ALL.map(|kind| async move {
        let stage = Stage::set(shared, "commands", app_of(kind, "reviews")).await?;
        let not_in_devmode = exec(&stage, command(target(&stage), &["no-such-program"])).await;
        match kind {
            // It has no pod before its time.
            WorkloadKind::CronJob => {
                let error = answered(not_in_devmode.err().context("no pod")?.downcast()?)?;
                ensure!(error.kind == ErrorKind::NoPod, "{error:?}");
            }
            _ => ensure!(not_in_devmode?.ended().await?.exit_code == Some(127), "{kind:?}"),
        }
        let status = stage.start().await?;
        // By the workload's own name its session is found.
        let mut it = exec(&stage, command(target(&stage), &["cat", "first.txt"])).await?;
        ensure!(it.ended().await?.exit_code == Some(0) && it.text() == "first", "{kind:?}: {:?}", it.text());
        ensure!(it.opened.stream.session.as_ref() == Some(&status.session), "{kind:?}");
        stage.end(&status.session).await?;
        stage.close().await
    });
    futures::future::try_join_all(kinds).await?;
    Ok(())
}

#[tokio::test]
async fn configured_commands_run_after_what_was_saved_before_is_there() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "commands", app("reviews")).await?;
    let config = "name: reviews\ncontainers:\n- dev:\n    command:\n      build: [cat, saved.txt, '&&', echo, built]\n";
    stage.laptop.save(".nocalhost/config.yaml", config)?;
    let status = stage.start().await?;
    let named = |run| ExecStartParams { target: of_session(&status), run: Some(run), ..Default::default() };
    for round in 0..5 {
        let text = format!("round {round}");
        stage.laptop.save("saved.txt", &text)?;
        let mut it = exec(&stage, named(NamedCommand::Build)).await?;
        let end = it.ended().await?;
        ensure!(end.exit_code == Some(0), "{end:?} {}", String::from_utf8_lossy(&it.stderr));
        ensure!(it.text() == format!("{text}built\n"), "{:?}", it.text());
        ensure!(it.opened.stream.named == Some(NamedCommand::Build));
    }
    let error = stage.nhd.call::<ExecStart>(named(NamedCommand::Debug)).await.err().context("none")?;
    let error = answered(error)?;
    ensure!(error.kind == ErrorKind::ConfigInvalid && error.message.contains("build"), "{error:?}");
    // What is written into the file counts for the next run.
    stage.laptop.save(".nocalhost/config.yaml", &config.replace("build:", "debug:"))?;
    let mut it = exec(&stage, named(NamedCommand::Debug)).await?;
    ensure!(it.ended().await?.exit_code == Some(0));
    let target = StreamTarget { session: None, ..target(&stage) };
    stage.end(&status.session).await?;
    let error = stage.nhd.call::<ExecStart>(ExecStartParams { target, ..named(NamedCommand::Debug) }).await;
    ensure!(answered(error.err().context("no session")?)?.kind == ErrorKind::SessionNotFound);
    stage.close().await
}
