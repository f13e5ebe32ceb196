//! `nhd-cli shell`, `exec`, `logs` and `run`, as people and scripts use them.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nhd_protocol::methods::Terminals;
use nhd_protocol::stream::StreamListParams;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::app;
use rustix::process::{Pid, Signal, kill_process};

use super::rig::none_runs;
use crate::shared_cluster;

fn words<'a>(command: &'a str, stage: &'a Stage, more: &[&'a str]) -> Vec<&'a str> {
    let place = ["deployment/reviews", "-n", stage.namespace.name()];
    command.split(' ').chain(place).chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn a_shell_is_a_terminal_with_its_size_keys_and_exit_code_and_leaves_it_as_it_was() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "streamscli", app("reviews")).await?;
    let status = stage.start().await?;
    let mut pty = stage.laptop.cli_on_terminal(101, 37, &words("shell", &stage, &[]))?;
    pty.until("/home/nocalhost-dev #").await?;
    ensure!(!pty.is_cooked()?, "keys go through");
    pty.press("stty size\r")?;
    pty.until("37 101").await?;
    pty.resize(64, 20)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    pty.press("stty size\r")?;
    pty.until("20 64").await?;
    pty.press("sleep 98781; echo code $?\r")?;
    stage.workload.prints(pod_of(&status)?, "ps | grep -c 'sleep 98781$'", "1").await?;
    pty.press("\u{3}")?;
    none_runs(&stage, pod_of(&status)?, "sleep 98781").await?;
    pty.press("exit 42\r")?;
    let ended = pty.ended().await?;
    ensure!(ended.code() == Some(42), "{ended:?} {:?}", pty.text());
    ensure!(pty.is_cooked()?, "the terminal is as it was");
    let left = stage.nhd.call::<Terminals>(StreamListParams::default()).await?.streams;
    ensure!(left.is_empty(), "{left:?}");
    stage.close().await
}

#[tokio::test]
async fn a_shell_that_is_ended_from_outside_leaves_the_terminal_as_it_was_and_nothing_running() -> Result<()>
{
    let stage = Stage::set(shared_cluster().await, "streamscli", app("reviews")).await?;
    let status = stage.start().await?;
    for signal in [Signal::TERM, Signal::HUP] {
        let mut pty = stage.laptop.cli_on_terminal(80, 24, &words("shell", &stage, &[]))?;
        pty.until("/home/nocalhost-dev #").await?;
        pty.press("sleep 98782\r")?;
        stage.workload.prints(pod_of(&status)?, "ps | grep -c 'sleep 98782$'", "1").await?;
        pty.signal(signal)?;
        let ended = pty.ended().await?;
        ensure!(ended.code() == Some(128 + signal.as_raw()), "{ended:?}");
        ensure!(pty.is_cooked()?, "the terminal is as it was");
        none_runs(&stage, pod_of(&status)?, "sleep 98782").await?;
    }
    // A pod that goes away, too.
    let mut pty = stage.laptop.cli_on_terminal(80, 24, &words("shell", &stage, &[]))?;
    pty.until("/home/nocalhost-dev #").await?;
    stage.workload.pods().delete(pod_of(&status)?, &kube::api::DeleteParams::default()).await?;
    ensure!(pty.ended().await?.code() == Some(1));
    pty.until("its pod is gone").await?;
    ensure!(pty.is_cooked()?, "the terminal is as it was");
    stage.close().await
}

#[tokio::test]
async fn exec_passes_on_pipes_signals_and_the_exit_code() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "streamscli", app("reviews")).await?;
    let status = stage.start().await?;
    let script = ["--", "sh", "-c", "cat; echo trouble >&2; exit 9"];
    let mut child = stage.laptop.cli_piped(&words("exec", &stage, &script))?;
    let bytes: Vec<u8> = (0..1_500_000_u32).map(|n| (n * 7 % 253) as u8).collect();
    let (mut stdin, sent) = (child.stdin.take().context("a pipe")?, bytes.clone());
    let writing = std::thread::spawn(move || stdin.write_all(&sent));
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await??;
    writing.join().expect("no panic")?;
    ensure!(output.status.code() == Some(9), "{:?}", String::from_utf8_lossy(&output.stderr));
    ensure!(output.stdout == bytes && output.stderr == b"trouble\n", "bit for bit, and apart");
    let script = ["--", "sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; while true; do sleep 0.1; done"];
    let mut child = stage.laptop.cli_piped(&words("exec", &stage, &script))?;
    let mut stdout = child.stdout.take().context("a pipe")?;
    let pid = Pid::from_raw(i32::try_from(child.id())?).context("a pid")?;
    let reading = tokio::task::spawn_blocking(move || {
        let mut up = [0; 3];
        stdout.read_exact(&mut up)?;
        kill_process(pid, Signal::TERM)?;
        let mut rest = String::new();
        stdout.read_to_string(&mut rest)?;
        anyhow::Ok((rest, child.wait()?))
    });
    let (rest, ended) = reading.await??;
    ensure!(rest == "bye\n" && ended.code() == Some(5), "{rest:?} {ended:?}");
    // One that is killed takes its command along.
    let mut child = stage.laptop.cli_piped(&words("exec", &stage, &["--", "sleep", "98783"]))?;
    stage.workload.prints(pod_of(&status)?, "ps | grep -c 'sleep 98783$'", "1").await?;
    child.kill()?;
    child.wait()?;
    none_runs(&stage, pod_of(&status)?, "sleep 98783").await?;
    let outcome = stage.laptop.cli(&words("exec", &stage, &["--", "no-such-program"])).await?;
    ensure!(outcome.code == Some(127), "{outcome:?}");
    stage.close().await
}

#[tokio::test]
async fn logs_and_run_print_what_is_written_and_exit_as_it_ends() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "streamscli", app("reviews")).await?;
    let config = "name: reviews\ncontainers:\n- dev: {command: {build: [cat, first.txt, '&&', exit, '4']}}\n";
    stage.laptop.save(".nocalhost/config.yaml", config)?;
    let status = stage.start().await?;
    let outcome = stage.laptop.cli(&words("run build", &stage, &[])).await?;
    ensure!((outcome.code, outcome.stdout.as_str()) == (Some(4), "first"), "{outcome:?}");
    let outcome = stage.laptop.cli(&words("run debug", &stage, &[])).await?;
    ensure!(outcome.code == Some(1) && outcome.stderr.contains("command.debug"), "{outcome:?}");
    let script = "echo from the dev container > /proc/1/fd/1";
    stage.workload.exec(pod_of(&status)?, script).await?;
    let outcome = stage.laptop.cli(&words("logs", &stage, &["--tail", "1"])).await?;
    ensure!(outcome.code == Some(0) && outcome.stdout == "from the dev container\n", "{outcome:?}");
    let outcome = stage.laptop.cli(&words("logs", &stage, &["-c", "none"])).await?;
    ensure!(outcome.code == Some(1) && outcome.stderr.contains("nocalhost-dev"), "{outcome:?}");
    let outcome = stage.laptop.cli(&words("shell", &stage, &[])).await?;
    ensure!(outcome.code == Some(2) && outcome.stderr.contains("terminal"), "{outcome:?}");
    stage.close().await
}
