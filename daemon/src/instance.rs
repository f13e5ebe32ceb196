//! One daemon per home, and one per socket: lock files held for life.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Proof that this process is the home's only daemon. Only its holder may remove a stale socket.
#[derive(Debug)]
pub struct Instance {
    _lock: Lock,
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
        match Lock::acquire(path, &std::process::id().to_string()) {
            Ok(lock) => Ok(Self { _lock: lock }),
            Err(LockError::Held { by: pid }) => Err(InstanceError::Running { pid }),
            Err(LockError::Failed(source)) => Err(InstanceError::Lock { path: path.to_path_buf(), source }),
        }
    }
}

/// A file that is locked for as long as this lives and says who locked it. It is left behind: whoever removed it could
/// remove another's.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

#[derive(Debug)]
pub(crate) enum LockError {
    Held { by: String },
    Failed(io::Error),
}

/// What is read of a lock that another has; more than that only where it is damaged.
const HOLDER_LENGTH: u64 = 4096;

impl Lock {
    pub(crate) fn acquire(path: &Path, holder: &str) -> Result<Self, LockError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(LockError::Failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = Vec::new();
                file.take(HOLDER_LENGTH).read_to_end(&mut by).map_err(LockError::Failed)?;
                return Err(LockError::Held { by: String::from_utf8_lossy(&by).trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(LockError::Failed(source)),
        }
        // On a full disk the holder is not told, and nothing else is amiss.
        if let Err(error) = tell(&mut file, holder) {
            tracing::warn!(%error, ?path, "failed to write who holds the lock");
        }
        Ok(Self { _file: file })
    }
}

fn tell(file: &mut File, holder: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{holder}")
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
        // A process that another test starts at this moment has all that is open here until it runs its program.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while let Err(error) = Instance::acquire(&path) {
            assert!(std::time::Instant::now() < deadline, "never free again: {error}");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}
