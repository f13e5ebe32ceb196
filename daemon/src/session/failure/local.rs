//! What fails on this machine, for the user: the store, forwards, syncthing.

use nhd_protocol::error::{ErrorInfo, error_chain};
use nhd_protocol::message::{Arguments, error as said};

use super::cause_of;
use crate::forward::ForwardError;
use crate::session::failure::Failure;
use crate::store::StoreError;
use crate::sync::{BinaryError, IdentityError, OLDEST_SYNCTHING, SyncError};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::transient(ErrorInfo::of(&said::STORE_FAILED, &[("cause", &error_chain(&error))]))
    }
}

impl From<ForwardError> for Failure {
    fn from(error: ForwardError) -> Self {
        let info = match &error {
            ForwardError::Own { local, remote_port } => {
                ErrorInfo::of(&said::PORT_FORWARDED, &[("address", local), ("remotePort", remote_port)])
            }
            ForwardError::Listen { local, source } => {
                let message = match source.kind() {
                    std::io::ErrorKind::AddrInUse => &said::PORT_TAKEN,
                    std::io::ErrorKind::PermissionDenied => &said::PORT_DENIED,
                    _ => &said::LISTEN_FAILED,
                };
                ErrorInfo::of(message, &[("address", local), ("cause", &cause_of(&error))])
            }
        };
        Self::transient(info.with_hint(error.hint()))
    }
}

impl From<BinaryError> for Failure {
    fn from(error: BinaryError) -> Self {
        let cause = cause_of(&error);
        let mut info = match &error {
            BinaryError::NotExecutable { path } => {
                ErrorInfo::of(&said::SYNCTHING_NOT_EXECUTABLE, &[("path", &path.display())])
            }
            BinaryError::NotFound { path_variable } => {
                ErrorInfo::of(&said::SYNCTHING_NOT_FOUND, &[("searched", path_variable)])
            }
            BinaryError::Version { path, .. } => {
                ErrorInfo::of(&said::SYNCTHING_SILENT, &[("path", &path.display()), ("cause", &cause)])
            }
            BinaryError::Unreadable { path, said: answer } => {
                ErrorInfo::of(&said::SYNCTHING_UNKNOWN, &[("path", &path.display()), ("said", answer)])
            }
            BinaryError::TooOld { path, found } => {
                let arguments: Arguments<'_> =
                    &[("path", &path.display()), ("version", found), ("least", &OLDEST_SYNCTHING)];
                ErrorInfo::of(&said::SYNCTHING_TOO_OLD, arguments)
            }
        };
        info.hint = error.hint();
        Self::fatal(info)
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        let cause = error_chain(&error);
        let mut info = match &error {
            SyncError::SourceLost(_) => ErrorInfo::of(&said::SOURCE_LOST, &[("cause", &cause)]),
            SyncError::Paused => ErrorInfo::of(&said::SYNC_HELD, &[]),
            SyncError::Stopped => ErrorInfo::of(&said::SYNC_STOPPED, &[]),
            SyncError::Stuck { need_files, .. } => ErrorInfo::of(&said::SYNC_STUCK, &[("paths", need_files)]),
            _ => ErrorInfo::of(&said::SYNC_FAILED, &[("cause", &cause)]),
        };
        info.hint = error.hint();
        Self::fatal(info)
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        let mut info = ErrorInfo::of(&said::IDENTITY_FAILED, &[("cause", &error_chain(&error))]);
        info.hint = error.hint();
        Self::fatal(info)
    }
}
