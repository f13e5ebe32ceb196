//! Starts, stops and reaps the syncthing of a session; the only module of the daemon that starts processes. What is
//! left over from a daemon that was killed is told by [`leftover`].
#![expect(clippy::disallowed_methods, reason = "this is the module that owns starting and reaping processes")]

pub mod leftover;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::rest::Rest;
use crate::fault;
use leftover::ProcessFile;

const LOG_NAME: &str = "syncthing.log";
/// A log larger than this is put aside; one older log is kept.
const LOG_BYTES: u64 = 4 << 20;
/// How long syncthing may take after its REST API agreed to shut down, usually 0.2 s. While it dials a pod that is not
/// there it takes ten, whether asked or signalled: not worth waiting for, the database survives a kill.
const SHUTDOWN_BOUND: Duration = Duration::from_secs(1);
/// How long it may take after a signal.
const TERMINATE_BOUND: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("failed to start {}", binary.display())]
    Spawn { binary: PathBuf, source: io::Error },
    #[error("failed to write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("failed to wait for syncthing, process {pid}")]
    Wait { pid: u32, source: io::Error },
    #[error("syncthing of an earlier daemon, process {pid}, did not end")]
    Unending { pid: u32 },
}

impl ProcessError {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unending { pid } => Some(format!("end process {pid} by hand, then try again")),
            Self::Spawn { .. } | Self::Write { .. } | Self::Wait { .. } => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("it could not be run")]
    Io(#[from] io::Error),
    #[error("it gave no answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("it ended with {0}")]
    Status(ExitStatus),
}

/// Runs a program to its end and gives back what it printed. It is killed when it takes longer than `bound`.
pub async fn run(program: &Path, arguments: &[&str], bound: Duration) -> Result<String, RunError> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = timeout(bound, command.output()).await.map_err(|_| RunError::Timeout(bound))??;
    if !output.status.success() {
        return Err(RunError::Status(output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A running syncthing that is our child.
#[derive(Debug)]
pub struct Syncthing {
    child: Child,
    pid: u32,
    record: PathBuf,
}

impl Syncthing {
    /// Starts syncthing on `home` (which holds config.xml and the keys) in a process group of its own, and writes down
    /// who it is, so that a daemon after this one can find it.
    pub async fn start(binary: &Path, home: &Path, rest: &Rest) -> Result<Self, ProcessError> {
        let log = home.join(LOG_NAME);
        let output = open_log(&log).map_err(|source| ProcessError::Write { path: log.clone(), source })?;
        let errors =
            output.try_clone().map_err(|source| ProcessError::Write { path: log.clone(), source })?;
        let mut command = Command::new(binary);
        command
            .args(["serve", "--no-browser", "--no-restart", "--home"])
            .arg(home)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .kill_on_drop(true);
        // The user's own syncthing may be configured through these; STGUIADDRESS would open our API to the network.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"ST")) {
            command.env_remove(name);
        }
        // Without STMONITORED syncthing starts itself a second time and supervises that. Without STHASHING version 1
        // measures which implementation is faster: 0.9 of the 1.4 seconds of its start.
        command.env("STMONITORED", "yes").env("STNOUPGRADE", "1").env("STHASHING", "minio");
        let child =
            command.spawn().map_err(|source| ProcessError::Spawn { binary: binary.to_owned(), source })?;
        let pid = child.id().expect("a child that was not waited for has a pid");
        let record = ProcessFile::path(home);
        let started = Self { child, pid, record };
        fault::point("startSync", "spawned");
        ProcessFile::of(pid, home, rest).await.write(&started.record)?;
        Ok(started)
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Resolves when the process has ended by itself. Safe to drop and call again.
    pub async fn ended(&mut self) -> Result<ExitStatus, ProcessError> {
        let status =
            self.child.wait().await.map_err(|source| ProcessError::Wait { pid: self.pid, source })?;
        self.forget();
        Ok(status)
    }

    /// Ends the process, politely at first, and returns once it is reaped.
    pub async fn stop(mut self, rest: &Rest) -> Result<(), ProcessError> {
        let asked = rest.shutdown().await.is_ok();
        if asked && self.ended_within(SHUTDOWN_BOUND).await? {
            return Ok(());
        }
        // SIGTERM sets the same shutdown going, so it is for one that could not be asked.
        let signals = if asked { &[Signal::KILL][..] } else { &[Signal::TERM, Signal::KILL] };
        for &signal in signals {
            // The group is ours for as long as its leader, our child, has not been waited for.
            if let Some(group) = self.child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())) {
                let _ = kill_process_group(group, signal);
            }
            if self.ended_within(TERMINATE_BOUND).await? {
                return Ok(());
            }
        }
        Err(ProcessError::Unending { pid: self.pid })
    }

    async fn ended_within(&mut self, bound: Duration) -> Result<bool, ProcessError> {
        match timeout(bound, self.ended()).await {
            Ok(ended) => ended.map(|_| true),
            Err(_) => Ok(false),
        }
    }

    fn forget(&self) {
        let _ = std::fs::remove_file(&self.record);
    }
}

fn open_log(path: &Path) -> io::Result<File> {
    if path.metadata().is_ok_and(|metadata| metadata.len() > LOG_BYTES) {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Keeps the log of a home bounded while syncthing runs: it appends, so that the file may be cut under it.
pub fn trim_log(home: &Path) -> io::Result<()> {
    let log = home.join(LOG_NAME);
    if log.metadata()?.len() > LOG_BYTES {
        std::fs::copy(&log, log.with_extension("log.old"))?;
        OpenOptions::new().write(true).open(&log)?.set_len(0)?;
    }
    Ok(())
}

/// The last lines of the log of a home, for an error that says why syncthing ended.
pub fn log_tail(home: &Path) -> String {
    const LINES: usize = 3;
    let text = std::fs::read(home.join(LOG_NAME)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let telling =
        text.lines().filter(|line| !line.contains("INFO:") && !line.contains(" INF ")).collect::<Vec<_>>();
    telling[telling.len().saturating_sub(LINES)..].join("\n")
}
