//! One daemon per home: a lock file held for life.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What is read of a lock that another has: a pid, unless the file is damaged.
const PID_LENGTH: u64 = 32;

/// Proof that this process is the home's only daemon. Only its holder may remove a stale socket.
#[derive(Debug)]
pub struct Instance {
    _lock: File,
}

#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    #[error("a daemon already runs in this home, pid {pid}")]
    Running { pid: String },
    #[error("failed to lock {path:?}")]
    Lock { path: PathBuf, source: io::Error },
}

impl Instance {
    pub fn acquire(path: &Path) -> Result<Self, InstanceError> {
        let failed = |source| InstanceError::Lock { path: path.to_path_buf(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = Vec::new();
                file.take(PID_LENGTH).read_to_end(&mut pid).map_err(failed)?;
                let pid = String::from_utf8_lossy(&pid).trim().to_owned();
                return Err(InstanceError::Running { pid });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // On a full disk the pid is not told, and nothing else is amiss.
        if let Err(error) = tell_pid(&mut file) {
            tracing::warn!(%error, ?path, "failed to write this daemon's pid");
        }
        Ok(Self { _lock: file })
    }
}

fn tell_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_daemon_of_a_home_learns_the_first_ones_pid() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("nhd.lock");
        let first = Instance::acquire(&path).expect("free");
        match Instance::acquire(&path) {
            Err(InstanceError::Running { pid }) => assert_eq!(pid, std::process::id().to_string()),
            other => panic!("{other:?}"),
        }
        drop(first);
        Instance::acquire(&path).expect("free again");
    }
}
