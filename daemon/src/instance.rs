//! One daemon per home: a lock file held for life.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

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
                let mut pid = String::new();
                file.read_to_string(&mut pid).map_err(failed)?;
                return Err(InstanceError::Running { pid: pid.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { _lock: file })
    }
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
