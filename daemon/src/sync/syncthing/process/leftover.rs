//! Tells and ends a syncthing that a killed daemon left behind, before another one starts on the same home. It
//! signals only what it can prove to be ours: the recorded process id with the recorded start time, whose command line
//! names the home, a process of this user whose `--home` is that very folder, or whatever answers on the session's
//! socket to the session's key.

use std::io::Write;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::ProcessError;
use crate::sync::syncthing::identity::ApiKey;
use crate::sync::syncthing::rest::Rest;

const RECORD_NAME: &str = "process.json";
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is written down about a started syncthing: enough to recognise it, and to ask it to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProcessFile {
    pid: u32,
    /// Ticks since boot on Linux, a date elsewhere: only ever compared.
    started: Option<String>,
    home: PathBuf,
    socket: PathBuf,
    api_key: ApiKey,
}

impl ProcessFile {
    pub(super) fn path(home: &Path) -> PathBuf {
        home.join(RECORD_NAME)
    }

    pub(super) async fn of(pid: u32, home: &Path, rest: &Rest) -> Self {
        Self {
            pid,
            started: started_at(pid).await,
            home: home.to_owned(),
            socket: rest.socket().to_owned(),
            api_key: rest.api_key().clone(),
        }
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), ProcessError> {
        let text = serde_json::to_vec(self).expect("a record of strings is JSON");
        std::fs::OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .and_then(|mut file| file.write_all(&text))
            .map_err(|source| ProcessError::Write { path: path.to_owned(), source })
    }

    fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// Whether the process with the recorded id is still the one that was recorded: ids are given out again.
    async fn still_there(&self) -> bool {
        self.started.is_some() && started_at(self.pid).await == self.started
    }

    /// The same, and it is a syncthing on our home. A process that is just beginning or ending has no command line:
    /// that is waited out.
    async fn still_runs(&self) -> bool {
        let end = Instant::now() + PATIENCE;
        while self.still_there().await && Instant::now() < end {
            if let Some(line) = command_line(self.pid).await.filter(|line| !line.is_empty()) {
                return line.contains("serve") && line.contains(self.home.to_string_lossy().as_ref());
            }
            sleep(LOOK_EVERY).await;
        }
        false
    }

    async fn gone_within(&self, bound: Duration) -> bool {
        let end = Instant::now() + bound;
        while self.still_there().await {
            if Instant::now() >= end {
                return false;
            }
            sleep(LOOK_EVERY).await;
        }
        true
    }
}

/// Ends the syncthing that an earlier daemon started on `home`, if it still runs. `rest` leads to the socket that
/// the session uses, for the case that the daemon was killed before it could write the record.
pub async fn end_leftover(home: &Path, rest: &Rest) -> Result<(), ProcessError> {
    let path = ProcessFile::path(home);
    let record = match ProcessFile::read(&path) {
        Some(record) => Some(record),
        None => without_record(home, rest).await,
    };
    let Some(record) = record else {
        // Yet something may listen on our socket and know our key: then it is ours.
        if rest.socket().exists() && rest.ping().await.is_ok() {
            let _ = rest.shutdown().await;
            wait_silent(rest).await;
        }
        return Ok(());
    };
    if record.still_runs().await {
        end(&record).await?;
    }
    let _ = std::fs::remove_file(&path);
    Ok(())
}

/// A syncthing whose daemon was killed before it could write the record: it may be starting still, so that its socket
/// says nothing. Its home is a folder that only our session has; elsewhere than on Linux nobody tells arguments apart.
async fn without_record(home: &Path, rest: &Rest) -> Option<ProcessFile> {
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

async fn end(record: &ProcessFile) -> Result<(), ProcessError> {
    tracing::info!(pid = record.pid, "ending the syncthing of an earlier daemon");
    let rest = Rest::new(record.socket.clone(), record.api_key.clone());
    if rest.shutdown().await.is_ok() && record.gone_within(PATIENCE).await {
        return Ok(());
    }
    for signal in [Signal::TERM, Signal::KILL] {
        if !record.still_runs().await {
            return Ok(());
        }
        if let Some(pid) = Pid::from_raw(record.pid.cast_signed()) {
            let _ = kill_process(pid, signal);
        }
        if record.gone_within(PATIENCE).await {
            return Ok(());
        }
    }
    Err(ProcessError::Unending { pid: record.pid })
}

async fn wait_silent(rest: &Rest) {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && rest.ping().await.is_ok() {
        sleep(LOOK_EVERY).await;
    }
}

/// When the process started, or none when there is no such process (any more, a zombie included).
async fn started_at(pid: u32) -> Option<String> {
    if !cfg!(target_os = "linux") {
        let alive = Pid::from_raw(pid.cast_signed()).is_some_and(|pid| test_kill_process(pid).is_ok());
        return if alive { ps(pid, "lstart=").await } else { None };
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the name in parentheses, which may itself hold spaces and parentheses.
    let mut fields = stat.get(stat.rfind(')')? + 2..)?.split(' ');
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

async fn command_line(pid: u32) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return ps(pid, "command=").await;
    }
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(String::from_utf8_lossy(&line).replace('\0', " "))
}

async fn ps(pid: u32, column: &str) -> Option<String> {
    let arguments = ["-ww", "-o", column, "-p", &pid.to_string()];
    let said = super::run(Path::new("/bin/ps"), &arguments, PATIENCE).await.ok()?;
    Some(said.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(started: Option<String>, home: &Path) -> ProcessFile {
        ProcessFile {
            pid: std::process::id(),
            started,
            home: home.to_owned(),
            socket: home.join("none.sock"),
            api_key: ApiKey::generate(),
        }
    }

    #[tokio::test]
    async fn a_process_id_that_was_given_out_again_is_not_ours() {
        let home = tempfile::tempdir().unwrap();
        // This test's own process: alive, and neither started then nor a syncthing on this home.
        assert!(!record(Some("1".into()), home.path()).still_runs().await);
        assert!(!record(started_at(std::process::id()).await, home.path()).still_runs().await);
        assert!(!record(None, home.path()).still_runs().await);
    }

    #[tokio::test]
    async fn a_stale_record_is_removed_and_signals_nobody() {
        let home = tempfile::tempdir().unwrap();
        let path = ProcessFile::path(home.path());
        record(Some("1".into()), home.path()).write(&path).unwrap();
        let rest = Rest::new(home.path().join("none.sock"), ApiKey::generate());
        end_leftover(home.path(), &rest).await.unwrap();
        assert!(!path.exists());
        end_leftover(home.path(), &rest).await.unwrap();
    }
}
