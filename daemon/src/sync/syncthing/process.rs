//! Starts, stops and reaps the syncthing of a session. With `run`, which it owns, the only module of the daemon that
//! starts processes. It does not know what a daemon that was killed left behind.
#![expect(clippy::disallowed_methods, reason = "this is the module that owns starting and reaping processes")]

pub mod run;

pub(super) mod file;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::log;
use super::rest::Rest;
use crate::fault;
use file::ProcessFile;

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

/// A running syncthing that is our child.
#[derive(Debug)]
pub struct Syncthing {
    child: Child,
    pid: u32,
    file: PathBuf,
}

impl Syncthing {
    /// Starts syncthing on `home` (which holds config.xml and the keys) in a process group of its own, and writes down
    /// who it is, so that a daemon after this one can find it.
    pub async fn start(binary: &Path, home: &Path, rest: &Rest) -> Result<Self, ProcessError> {
        let output = log::open(home).map_err(unwritable(log::path(home)))?;
        let errors = output.try_clone().map_err(unwritable(log::path(home)))?;
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
        let file = ProcessFile::path(home);
        let started = Self { child, pid, file };
        fault::point("startSync", "spawned");
        let written = ProcessFile::of(pid, home, rest).await.write(&started.file);
        written.map_err(unwritable(started.file.clone()))?;
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
        let _ = std::fs::remove_file(&self.file);
    }
}

fn unwritable(path: PathBuf) -> impl FnOnce(io::Error) -> ProcessError {
    move |source| ProcessError::Write { path, source }
}
