//! Runs a test cluster in the foreground until it is told to stop: for tests, the demo and developers; it knows
//! nothing but the library's cluster.
#![expect(clippy::print_stdout, reason = "lines on standard output are this program's interface")]

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use nhd_tests::cluster::{Cluster, StartOptions};
use nhd_tests::shared::{Answer, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A real one-node Kubernetes cluster on this machine.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Start a cluster, print {"kubeconfig":…,"root":…} when it is ready, run until SIGTERM or SIGINT, tear it down.
    Up {
        /// Also write the admin's kubeconfig to this file.
        #[arg(long, value_name = "FILE")]
        kubeconfig_out: Option<PathBuf>,
        /// Stop as well when standard input closes, and read commands from it.
        #[arg(long)]
        until_stdin_closes: bool,
        /// Start one even where NHD_TEST_KUBECONFIG names another.
        #[arg(long)]
        apart: bool,
    },
}

fn main() {
    let Action::Up { kubeconfig_out, until_stdin_closes, apart } = Arguments::parse().action;
    let runtime = tokio::runtime::Runtime::new().expect("the system allows a few threads");
    let ended = runtime.block_on(up(StartOptions { kubeconfig_out, apart }, until_stdin_closes));
    let code = match ended {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("error: {error:#}");
            1
        }
    };
    // An installation may still block a thread of the runtime, which must not hold us.
    std::process::exit(code);
}

async fn up(options: StartOptions, until_stdin_closes: bool) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (lines, mut commands) = mpsc::channel(1);
    let closed = CancellationToken::new();
    if until_stdin_closes {
        // Read from the start: a caller that goes away while the cluster starts must end it, too.
        let closing = closed.clone().drop_guard();
        std::thread::spawn(move || {
            let _closing = closing;
            for line in std::io::stdin().lines().map_while(Result::ok) {
                if lines.blocking_send(line).is_err() {
                    break;
                }
            }
        });
    }

    let mut cluster = None;
    let serving = async {
        let cluster = cluster.insert(Cluster::start(options).await?);
        println!("{}", serde_json::to_string(cluster.access())?);
        while let Some(line) = commands.recv().await {
            let answer = match obey(cluster, &line).await {
                Ok(()) => Answer::Done,
                Err(error) => Answer::Failed(format!("{error:#}")),
            };
            println!("{}", serde_json::to_string(&answer)?);
        }
        std::future::pending().await
    };
    let ended = tokio::select! {
        ended = serving => ended,
        () = closed.cancelled() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };
    if let Some(cluster) = cluster {
        cluster.stop().await?;
    }
    ended
}

async fn obey(cluster: &mut Cluster, line: &str) -> Result<()> {
    match serde_json::from_str(line).with_context(|| format!("understand {line:?}"))? {
        Command::PauseApiserver => cluster.pause_apiserver(),
        Command::ResumeApiserver => cluster.resume_apiserver(),
        Command::RestartApiserver => cluster.restart_apiserver().await,
    }
}
