//! Why the sync of a session could not be started or waited for.

use std::io;
use std::path::PathBuf;

use super::source::guard::Loss;
use super::syncthing::identity::IdentityError;
use super::syncthing::process::ProcessError;

#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error("failed to prepare {}", path.display())]
    Home { path: PathBuf, source: io::Error },
    #[error("the socket path {} is longer than the {limit} bytes that the system allows", path.display())]
    SocketPath { path: PathBuf, limit: usize },
    #[error("failed to write what is left out of {} to .stignore in it", path.display())]
    Omissions { path: PathBuf, source: io::Error },
    #[error("the sync is paused")]
    Paused,
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    ProcessState(#[from] ProcessError),
    #[error("{0}")]
    SourceLost(Loss),
    #[error("the container does not take {need_files} paths")]
    Stuck { need_files: u64, only_deletions: bool },
    #[error("the sync of this session was stopped")]
    Stopped,
}

impl SyncError {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Home { .. } => {
                Some("check that the state folder is yours and that its disk is not full".into())
            }
            Self::Omissions { .. } => {
                Some("make the source folder writable, or configure no patterns".into())
            }
            Self::Paused => Some("resume it".into()),
            Self::SocketPath { .. } => Some("choose a shorter runtime folder".into()),
            Self::Identity(error) => error.hint(),
            Self::ProcessState(error) => error.hint(),
            Self::SourceLost(loss) => Some(loss.hint()),
            Self::Stuck { only_deletions, .. } => Some(super::progress::stuck_hint(*only_deletions).into()),
            Self::Stopped => None,
        }
    }
}
