//! Starts the daemon when none runs, detached from this terminal, and waits until it answers.
#![expect(clippy::disallowed_methods, reason = "starting the daemon is this module's purpose")]

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use nhd_protocol::doctor::{DoctorParams, DoctorReport};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use super::failure::{Exit, Failure};
use crate::CLIENT;
use nhd_client::paths::Paths;
use nhd_client::{Client, ClientError};

/// How large the daemon's log may be when the next daemon starts.
const LOG_LIMIT: u64 = 8 << 20;
/// How long a daemon may take from its start until it answers.
const START_BOUND: Duration = Duration::from_secs(10);
/// How long a daemon may take to stop: a little longer than it gives itself.
const STOP_BOUND: Duration = Duration::from_secs(25);
/// A little longer than the doctor gives itself.
const EXAMINE_BOUND: Duration = Duration::from_secs(60);
const FIRST_DELAY: Duration = Duration::from_millis(5);
const LONGEST_DELAY: Duration = Duration::from_millis(200);
/// glibc gives each thread a heap of its own, up to eight for each processor, and each keeps what it once needed. With two for all
/// the daemon holds 6.4 MB of its own after two sessions instead of 8.5; one for all would make it 5.8, and threads wait for one
/// another. Other C libraries do not look at it.
pub(crate) const HEAPS: (&str, &str) = ("MALLOC_ARENA_MAX", "2");
/// How much of the log a failed start shows.
const SHOWN_LOG_LINES: usize = 8;
const READ_LOG_BYTES: u64 = 16 * 1024;

/// Connects to the daemon, which is started first when none runs.
pub(crate) async fn connect(paths: &Paths) -> Result<Client, Failure> {
    match Client::connect(paths, CLIENT).await {
        Err(error) if error.is_passing() => {}
        result => return Ok(result?),
    }
    paths.prepare()?;
    start(paths, &daemon_binary()).await
}

/// What the daemon's program finds by itself, where none can be started.
pub(crate) async fn examine(params: &DoctorParams) -> Result<DoctorReport, Failure> {
    let binary = daemon_binary();
    let failed = |why: String| {
        let message = format!("failed to look by {} alone: {why}", binary.display());
        Failure::new(Exit::Failed, ErrorInfo::new(ErrorKind::DaemonUnreachable, message))
    };
    let mut command = tokio::process::Command::new(&binary);
    command
        .arg("doctor")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let (stdin, params) = (child.stdin.take(), serde_json::to_vec(params).expect("params are JSON"));
    let work = async {
        if let Some(mut stdin) = stdin {
            stdin.write_all(&params).await?;
        }
        child.wait_with_output().await
    };
    let output = match tokio::time::timeout(EXAMINE_BOUND, work).await {
        Ok(output) => output.map_err(|error| failed(error.to_string()))?,
        Err(_) => return Err(failed(format!("no answer within {} s", EXAMINE_BOUND.as_secs()))),
    };
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        failed(format!("{}: {}", output.status, said.trim()))
    })
}

/// The daemon beside this executable, else the one that `PATH` has.
pub(crate) fn daemon_binary() -> OsString {
    let beside = std::env::current_exe()
        .and_then(|executable| executable.canonicalize())
        .map(|executable| executable.with_file_name("nhd"))
        .ok()
        .filter(|path| path.is_file());
    beside.map_or_else(|| "nhd".into(), Into::into)
}

/// Starts `binary` until a daemon answers, be it this one or one that another CLI started at the same moment.
async fn start(paths: &Paths, binary: &OsString) -> Result<Client, Failure> {
    let deadline = Instant::now() + START_BOUND;
    rotate(&paths.log());
    let log_start = std::fs::metadata(paths.log()).map_or(0, |metadata| metadata.len());
    let mut child = Some(spawn(paths, binary)?);
    let mut delay = FIRST_DELAY;
    loop {
        tokio::time::sleep(delay).await;
        delay = (delay * 3 / 2).min(LONGEST_DELAY);
        match tokio::time::timeout_at(deadline, Client::connect(paths, CLIENT)).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) if !error.is_passing() => return Err(error.into()),
            Ok(Err(_)) if Instant::now() < deadline => {}
            Ok(Err(_)) | Err(_) => return Err(unanswered(paths, log_start)),
        }
        match &mut child {
            Some(started) => {
                // It gave way to another daemon, or it failed. Its state cannot be unknown: nobody else reaps it.
                if let Ok(Some(status)) = started.try_wait() {
                    if !another_daemon_lives(paths, started.id()) {
                        return Err(ended_early(paths, log_start, status));
                    }
                    child = None;
                }
            }
            // The other one was on its way out.
            None if !another_daemon_lives(paths, 0) => child = Some(spawn(paths, binary)?),
            None => {}
        }
    }
}

/// Waits until a daemon answers that somebody else starts.
pub(crate) async fn await_answer(paths: &Paths) -> Result<Client, Failure> {
    let deadline = Instant::now() + START_BOUND;
    let log_start = std::fs::metadata(paths.log()).map_or(0, |metadata| metadata.len());
    loop {
        match tokio::time::timeout_at(deadline, Client::connect(paths, CLIENT)).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) if !error.is_passing() => return Err(error.into()),
            Ok(Err(_)) if Instant::now() < deadline => tokio::time::sleep(LONGEST_DELAY).await,
            Ok(Err(_)) | Err(_) => return Err(unanswered(paths, log_start)),
        }
    }
}

/// Starts the daemon in a process group of its own, so that a Ctrl-C in this terminal does not reach it.
fn spawn(paths: &Paths, binary: &OsString) -> Result<Child, Failure> {
    let open = |path| {
        let log = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        Ok((log.try_clone()?, log))
    };
    let (output, errors) = open(paths.log()).map_err(|error: io::Error| {
        let message = format!("failed to open the daemon's log {}: {error}", paths.log().display());
        Failure::new(Exit::Unreachable, ErrorInfo::new(ErrorKind::DaemonUnreachable, message))
    })?;
    let mut command = Command::new(binary);
    command.current_dir(&paths.home).process_group(0).stdin(Stdio::null()).stdout(output).stderr(errors);
    if std::env::var_os(HEAPS.0).is_none() {
        command.env(HEAPS.0, HEAPS.1);
    }
    command.spawn().map_err(|error| {
        let message = format!("failed to start the daemon {}: {error}", binary.display());
        let info = ErrorInfo::new(ErrorKind::DaemonUnreachable, message)
            .with_hint("put nhd beside nhd-cli or on PATH, and make it executable");
        Failure::new(Exit::Unreachable, info)
    })
}

/// Whether a process other than `own` is said to be the home's daemon, and lives.
fn another_daemon_lives(paths: &Paths, own: u32) -> bool {
    let Ok(text) = std::fs::read_to_string(paths.lock()) else { return false };
    // Taken, and its pid not yet written.
    if text.is_empty() {
        return true;
    }
    let pid = text.trim().parse::<i32>().ok();
    pid.filter(|pid| u32::try_from(*pid) != Ok(own)).is_some_and(process_lives)
}

/// Whether a process of this id runs; one that only waits to be reaped by its parent does not.
fn process_lives(pid: i32) -> bool {
    // Linux only: `pid (name) state …`, where the name can hold anything.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    if stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')) {
        return false;
    }
    rustix::process::Pid::from_raw(pid)
        .is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

fn ended_early(paths: &Paths, log_start: u64, status: ExitStatus) -> Failure {
    failed(paths, log_start, &format!("the daemon ended as soon as it started ({status})"))
}

/// Keeps the log of earlier daemons as one old file once it is large. A daemon that runs writes on to the old one.
fn rotate(log: &Path) {
    if std::fs::metadata(log).is_ok_and(|metadata| metadata.len() > LOG_LIMIT) {
        let _ = std::fs::rename(log, log.with_extension("log.1"));
    }
}

fn unanswered(paths: &Paths, log_start: u64) -> Failure {
    failed(paths, log_start, &format!("the daemon did not answer within {} s", START_BOUND.as_secs()))
}

fn failed(paths: &Paths, log_start: u64, what: &str) -> Failure {
    let log = paths.log();
    let words = last_words(&log, log_start).unwrap_or_default();
    let message = if words.is_empty() { what.to_owned() } else { format!("{what}:\n{words}") };
    let hint = format!("its log is {}", log.display());
    Failure::new(Exit::Unreachable, ErrorInfo::new(ErrorKind::DaemonUnreachable, message).with_hint(hint))
}

/// The last lines of a log, from a place in it on.
fn last_words(log: &Path, start: u64) -> io::Result<String> {
    let mut file = std::fs::File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(start.max(length.saturating_sub(READ_LOG_BYTES))))?;
    let mut bytes = Vec::new();
    file.take(READ_LOG_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(SHOWN_LOG_LINES)..];
    Ok(shown.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"))
}

/// Waits until the daemon's process is gone; without its id, until nothing answers on the socket.
pub(crate) async fn until_gone(paths: &Paths, pid: Option<i32>) -> Result<(), Failure> {
    let deadline = Instant::now() + STOP_BOUND;
    let mut delay = FIRST_DELAY;
    loop {
        let lives = match pid {
            Some(pid) => process_lives(pid),
            None => !matches!(Client::open(paths, CLIENT).await, Err(ClientError::NotRunning { .. })),
        };
        if !lives {
            return Ok(());
        }
        if Instant::now() >= deadline {
            let message =
                format!("the daemon still runs {} s after it was told to stop", STOP_BOUND.as_secs());
            let hint = format!("its log is {}", paths.log().display());
            return Err(ErrorInfo::new(ErrorKind::Timeout, message).with_hint(hint).into());
        }
        tokio::time::sleep(delay).await;
        delay = (delay * 3 / 2).min(LONGEST_DELAY);
    }
}
