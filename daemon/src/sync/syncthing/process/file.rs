//! What is written down about a started syncthing, and whether it still runs: a process id alone proves nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::run::run;
use crate::replace::replace;
use crate::sync::syncthing::identity::ApiKey;
use crate::sync::syncthing::rest::Rest;

const FILE_NAME: &str = "process.json";
pub(in crate::sync::syncthing) const PATIENCE: Duration = Duration::from_secs(3);
pub(in crate::sync::syncthing) const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is written down about a started syncthing: enough to recognise it, and to ask it to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sync::syncthing) struct ProcessFile {
    pub(in crate::sync::syncthing) pid: u32,
    /// Ticks since boot on Linux, a date elsewhere: only ever compared.
    started: Option<String>,
    home: PathBuf,
    pub(in crate::sync::syncthing) socket: PathBuf,
    pub(in crate::sync::syncthing) api_key: ApiKey,
}

impl ProcessFile {
    pub(in crate::sync::syncthing) fn path(home: &Path) -> PathBuf {
        home.join(FILE_NAME)
    }

    pub(in crate::sync::syncthing) async fn of(pid: u32, home: &Path, rest: &Rest) -> Self {
        Self {
            pid,
            started: started_at(pid).await,
            home: home.to_owned(),
            socket: rest.socket().to_owned(),
            api_key: rest.api_key().clone(),
        }
    }

    pub(in crate::sync::syncthing) fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_vec(self).expect("strings are JSON");
        replace(path, &text)
    }

    pub(in crate::sync::syncthing) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// Whether the process with the id is still the one that was written down: ids are given out again.
    async fn still_there(&self) -> bool {
        self.started.is_some() && started_at(self.pid).await == self.started
    }

    /// The same, and it is a syncthing on our home. A process that is just beginning or ending has no command line:
    /// that is waited out.
    pub(in crate::sync::syncthing) async fn still_runs(&self) -> bool {
        let end = Instant::now() + PATIENCE;
        while self.still_there().await && Instant::now() < end {
            if let Some(line) = command_line(self.pid).await.filter(|line| !line.is_empty()) {
                return line.contains("serve") && line.contains(self.home.to_string_lossy().as_ref());
            }
            sleep(LOOK_EVERY).await;
        }
        false
    }

    pub(in crate::sync::syncthing) async fn gone_within(&self, bound: Duration) -> bool {
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
    let said = run(Path::new("/bin/ps"), &arguments, PATIENCE).await.ok()?;
    Some(said.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(started: Option<String>, home: &Path) -> ProcessFile {
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
        assert!(!file(Some("1".into()), home.path()).still_runs().await);
        assert!(!file(started_at(std::process::id()).await, home.path()).still_runs().await);
        assert!(!file(None, home.path()).still_runs().await);
    }
}
