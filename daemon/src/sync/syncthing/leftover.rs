//! Tells and ends a syncthing that a killed daemon left behind, before another one starts on the same home. It
//! signals only what it can prove to be ours: the process id written down with its start time, whose command line
//! names the home, a process of this user whose `--home` is that very folder, or whatever answers on the session's
//! socket to the session's key.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use super::process::ProcessError;
use super::process::file::{LOOK_EVERY, PATIENCE, ProcessFile};
use super::rest::Rest;

/// Ends the syncthing that an earlier daemon started on `home`, if it still runs. `rest` leads to the socket that
/// the session uses, for the case that the daemon was killed before it could write its file.
pub(in crate::sync) async fn end_leftover(home: &Path, rest: &Rest) -> Result<(), ProcessError> {
    let path = ProcessFile::path(home);
    let process = match ProcessFile::read(&path) {
        Some(process) => Some(process),
        None => without_file(home, rest).await,
    };
    let Some(process) = process else {
        // Yet something may listen on our socket and know our key: then it is ours.
        if rest.socket().exists() && rest.ping().await.is_ok() {
            let _ = rest.shutdown().await;
            wait_silent(rest).await;
        }
        return Ok(());
    };
    if process.still_runs().await {
        end(&process).await?;
    }
    let _ = std::fs::remove_file(&path);
    Ok(())
}

/// A syncthing whose daemon was killed before it could write its file: it may be starting still, so that its socket
/// says nothing. Its home is a folder that only our session has; elsewhere than on Linux nobody tells arguments apart.
async fn without_file(home: &Path, rest: &Rest) -> Option<ProcessFile> {
    let ours = rustix::process::getuid().as_raw();
    let pids = std::fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let mine = entry.metadata().is_ok_and(|metadata| metadata.uid() == ours);
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let arguments: Vec<&[u8]> = line.split(|&byte| byte == 0).collect();
        let with_home = arguments.windows(2).any(|pair| pair == [b"--home", home.as_os_str().as_bytes()]);
        (mine && with_home && arguments.contains(&b"serve".as_slice())).then_some(pid)
    });
    let pid = pids.collect::<Vec<_>>().first().copied()?;
    Some(ProcessFile::of(pid, home, rest).await)
}

async fn end(process: &ProcessFile) -> Result<(), ProcessError> {
    tracing::info!(pid = process.pid, "ending the syncthing of an earlier daemon");
    let rest = Rest::new(process.socket.clone(), process.api_key.clone());
    if rest.shutdown().await.is_ok() && process.gone_within(PATIENCE).await {
        return Ok(());
    }
    for signal in [Signal::TERM, Signal::KILL] {
        if !process.still_runs().await {
            return Ok(());
        }
        if let Some(pid) = Pid::from_raw(process.pid.cast_signed()) {
            let _ = kill_process(pid, signal);
        }
        if process.gone_within(PATIENCE).await {
            return Ok(());
        }
    }
    Err(ProcessError::Unending { pid: process.pid })
}

async fn wait_silent(rest: &Rest) {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && rest.ping().await.is_ok() {
        sleep(LOOK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::identity::ApiKey;
    use super::*;

    #[tokio::test]
    async fn a_stale_file_is_removed_and_signals_nobody() {
        let home = tempfile::tempdir().unwrap();
        let path = ProcessFile::path(home.path());
        let rest = Rest::new(home.path().join("none.sock"), ApiKey::generate());
        // This test's own process, which is not a syncthing on this home.
        ProcessFile::of(std::process::id(), home.path(), &rest).await.write(&path).unwrap();
        end_leftover(home.path(), &rest).await.unwrap();
        assert!(!path.exists());
        end_leftover(home.path(), &rest).await.unwrap();
    }
}
