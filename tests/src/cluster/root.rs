//! The cluster's folder, the names derived from it, and the sweep of what dead owners left; it does not know what
//! the folder holds.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{cgroup, network};

const PREFIX: &str = "nhd-tests-";

/// How long processes that were just killed may still hold files and groups.
const RELEASE: Duration = Duration::from_secs(5);

/// Who owns a root: a process is told from a later one with the same id by its start time.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Owner {
    pid: u32,
    /// In clock ticks since boot, from /proc/PID/stat.
    started: u64,
}

impl Owner {
    fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name and may hold blanks; the fields after it do not. The start time is field 22.
        let started = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
        Some(Self { pid, started })
    }

    fn lives(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }
}

/// One cluster's folder; dropping it removes the folder, the bridge and the cgroups that carry its id.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    id: String,
}

impl Root {
    /// Makes a new root after sweeping those of dead owners.
    pub(super) fn create() -> Result<Self> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let id = format!("{:08x}", rand::random::<u32>());
        let path = parent.join(format!("{PREFIX}{id}"));
        // It holds keys: nobody else may look.
        fs::DirBuilder::new().mode(0o700).create(&path).with_context(|| format!("make {path:?}"))?;
        let root = Self { path, id };
        let owner = Owner::of(std::process::id()).context("read our own start time")?;
        fs::write(root.path.join("owner.json"), serde_json::to_vec(&owner)?)?;
        for folder in ["logs", "pki"] {
            fs::create_dir(root.path.join(folder))?;
        }
        Ok(root)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Eight hexadecimal digits that no other cluster on the machine has.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.path.join("logs").join(format!("{name}.log"))
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        remove(&self.path, &self.id);
    }
}

/// The folder of the running cluster on this machine whose admin's kubeconfig this is, if it is one's.
pub(super) fn of(kubeconfig: &Path) -> Option<&Path> {
    let folder = kubeconfig.parent()?;
    let owner = fs::read(folder.join("owner.json")).ok()?;
    serde_json::from_slice::<Owner>(&owner).is_ok_and(|owner| owner.lives()).then_some(folder)
}

/// Removes the roots whose owners are dead, with their bridges and cgroups.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let owner = fs::read(entry.path().join("owner.json")).ok();
        // Without an owner it is not ours, or being made at this moment.
        let Some(owner) = owner.and_then(|bytes| serde_json::from_slice::<Owner>(&bytes).ok()) else {
            continue;
        };
        if !owner.lives() {
            remove(&entry.path(), id);
        }
    }
}

/// Best effort, bounded: what cannot be removed now is left to the next sweep, which the owner record allows.
fn remove(path: &Path, id: &str) {
    network::delete_bridge(id);
    let deadline = Instant::now() + RELEASE;
    while !cgroup::remove(id) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    while path.exists() && Instant::now() < deadline {
        let owner = path.join("owner.json");
        for entry in fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if entry != owner {
                let _ = if entry.is_dir() { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) };
            }
        }
        // The owner record goes last, so that a half removed root is still known as one.
        if fs::read_dir(path).is_ok_and(|entries| entries.count() <= 1) {
            let _ = fs::remove_dir_all(path);
        } else {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
