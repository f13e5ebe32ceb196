//! The daemon's binary: logs to standard error, runs in the foreground, stops on SIGTERM and SIGINT.

use std::io::Read as _;
use std::process::ExitCode;
use std::time::Duration;

use listenfd::ListenFd;
use nhd::daemon;
use nhd::log::Log;
use nhd_client::paths::{Paths, PathsError};
use nhd_protocol::doctor::DoctorParams;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[derive(clap::Parser)]
#[command(
    version,
    about = "Puts Kubernetes workloads into DevMode and keeps them there. IDEs and nhd-cli talk to it."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Look at what sessions stand on without a daemon: takes the params of `daemon.doctor` on standard input, and
    /// answers as it does
    #[command(hide = true)]
    Doctor,
}

/// More than the params of a request.
const PARAMS_LIMIT: u64 = 16 << 20;

/// What is logged where `NHD_LOG` does not say: the file watcher's library has a line for each folder that is removed.
const LOGGED: &str = "info,notify=error";

/// How long after everything should have stopped the process ends all the same: a disk that hangs holds up whoever
/// waits for it.
const LAST_GRACE: Duration = Duration::from_secs(2);

/// More than a daemon ever needs: macOS takes no more.
const MOST_FILES: u64 = 10_240;

fn main() -> ExitCode {
    let Arguments { command } = clap::Parser::parse();
    // Before there are threads: what says that there is a socket is taken out of the environment of all processes to come.
    let listeners = ListenFd::from_env();
    let paths = Paths::from_environment();
    if matches!(command, Some(Command::Doctor)) {
        return doctor(paths);
    }
    let log = match Log::to_stderr(paths.as_ref().ok().map(Paths::log).as_deref()) {
        Ok(log) => log,
        Err(error) => {
            eprintln!("failed to begin the log: {error}");
            return ExitCode::FAILURE;
        }
    };
    let filter = EnvFilter::try_from_env("NHD_LOG").unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .init();
    let result = paths.map_err(Into::into).and_then(|paths| run(paths, listeners));
    if let Err(error) = &result {
        tracing::error!("{error:#}");
    }
    Log::flush(&log);
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A thousand forwarded connections are a thousand files; many systems allow 1024 at first, and far more to whoever asks.
fn raise_file_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(MOST_FILES, |most| most.min(MOST_FILES));
    if current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
    {
        tracing::warn!(%error, ?current, "failed to raise the limit of open files");
    }
}

fn run(paths: Paths, mut listeners: ListenFd) -> anyhow::Result<()> {
    raise_file_limit();
    let inherited = listeners.take_unix_listener(0)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let shutdown = CancellationToken::new();
    runtime.spawn(end_in_time(shutdown.clone()));
    let result = runtime.block_on(async {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stop = shutdown.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.cancel();
        });
        Ok(daemon::run(paths, inherited, shutdown).await?)
    });
    runtime.shutdown_background();
    result
}

/// For whoever cannot start a daemon. It locks and writes nothing, and no thread that hangs keeps it.
fn doctor(paths: Result<Paths, PathsError>) -> ExitCode {
    let examined = || -> anyhow::Result<()> {
        let params = std::io::read_to_string(std::io::stdin().take(PARAMS_LIMIT))?;
        let params: DoctorParams = serde_json::from_str(&params)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let report = runtime.block_on(nhd::doctor::examine(&paths?, None, params));
        runtime.shutdown_background();
        Ok(serde_json::to_writer(std::io::stdout(), &report)?)
    };
    match examined() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Sees to it that the process ends.
async fn end_in_time(shutdown: CancellationToken) {
    shutdown.cancelled().await;
    std::thread::spawn(|| {
        std::thread::sleep(daemon::STOP_LIMIT + LAST_GRACE);
        std::process::exit(1);
    });
}
