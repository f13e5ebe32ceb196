//! What a failed step means for its session: an error for the user, and whether trying again can help.

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::WorkloadRef;

use crate::cluster::record::RecordError;
use crate::cluster::{ClusterError, ConnectError, Reason};
use crate::forward::ForwardError;
use crate::store::StoreError;
use crate::sync::{BinaryError, IdentityError, SyncError};
use nhd_plan::PlanError;
use nhd_protocol::error::error_chain;

/// A step that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub info: ErrorInfo,
    /// The same step may succeed later without anybody changing anything.
    pub transient: bool,
}

impl Failure {
    pub fn fatal(info: ErrorInfo) -> Self {
        Self { info, transient: false }
    }

    pub fn transient(info: ErrorInfo) -> Self {
        Self { info, transient: true }
    }

    pub fn plan(workload: &WorkloadRef, error: &PlanError) -> Self {
        let kind = match error {
            PlanError::UnsupportedKind { .. } => ErrorKind::UnsupportedKind,
            PlanError::NoSuchContainer { .. } => ErrorKind::ContainerNotFound,
            PlanError::AmbiguousContainer { .. } => ErrorKind::ContainerAmbiguous,
            PlanError::AlreadyInDevMode { .. } => ErrorKind::InDevModeElsewhere,
            PlanError::InvalidWorkDir { .. }
            | PlanError::WorkDirMounted { .. }
            | PlanError::InsideReadOnlyMount { .. } => ErrorKind::WorkDirUnsuitable,
            _ => ErrorKind::WorkloadUnsuitable,
        };
        let mut info =
            ErrorInfo::new(kind, format!("cannot put {workload} into DevMode: {}", error_chain(error)));
        info.hint = error.hint();
        Self::fatal(info)
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let (kind, hint) = match error.reason {
            Reason::Unreachable => {
                (ErrorKind::ClusterUnreachable, "check the network, the VPN and the server in the kubeconfig")
            }
            Reason::Unauthorized => (ErrorKind::Unauthorized, "sign in to the cluster again"),
            Reason::Forbidden => {
                (ErrorKind::PermissionDenied, "ask the cluster's administrator for this permission")
            }
            Reason::Invalid => (
                ErrorKind::WorkloadUnsuitable,
                "an admission policy or the API server refuses it; see the message",
            ),
            Reason::NotFound | Reason::AlreadyExists | Reason::Conflict | Reason::Other => {
                (ErrorKind::ClusterError, "try again; the log of the daemon has more")
            }
        };
        let transient = error.is_transient();
        Self { info: ErrorInfo::new(kind, error_chain(&error)).with_hint(hint), transient }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let kind = match &error {
            ConnectError::NoCurrentContext { .. } | ConnectError::ContextMissing { .. } => {
                ErrorKind::ContextNotFound
            }
            // As when it fails later, in the midst of a request.
            ConnectError::ExecPluginFailed { .. } | ConnectError::Credentials { .. } => {
                ErrorKind::Unauthorized
            }
            _ => ErrorKind::KubeconfigInvalid,
        };
        Self::fatal(ErrorInfo::new(kind, error_chain(&error)).with_hint(error.hint()))
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Cluster(error) => error.into(),
            RecordError::TooLarge { .. } => {
                Self::fatal(ErrorInfo::new(ErrorKind::WorkloadUnsuitable, error_chain(&error)))
            }
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let info = ErrorInfo::new(ErrorKind::StoreFailed, error_chain(&error));
        Self::transient(info.with_hint("check that the disk of the daemon's home is not full"))
    }
}

impl From<ForwardError> for Failure {
    fn from(error: ForwardError) -> Self {
        let kind = match &error {
            ForwardError::Own { .. } => ErrorKind::LocalPortTaken,
            ForwardError::Listen { source, .. } => match source.kind() {
                std::io::ErrorKind::AddrInUse => ErrorKind::LocalPortTaken,
                std::io::ErrorKind::PermissionDenied => ErrorKind::LocalPortDenied,
                _ => ErrorKind::ForwardFailed,
            },
        };
        Self::transient(ErrorInfo::new(kind, error_chain(&error)).with_hint(error.hint()))
    }
}

impl From<BinaryError> for Failure {
    fn from(error: BinaryError) -> Self {
        let kind = match &error {
            BinaryError::TooOld { .. } => ErrorKind::SyncthingTooOld,
            _ => ErrorKind::SyncthingMissing,
        };
        let mut info = ErrorInfo::new(kind, error_chain(&error));
        info.hint = error.hint();
        Self::fatal(info)
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        let kind = match &error {
            SyncError::SourceLost(_) => ErrorKind::SourceMissing,
            SyncError::Paused => ErrorKind::SyncPaused,
            SyncError::Stopped => ErrorKind::Cancelled,
            _ => ErrorKind::SyncFailed,
        };
        let mut info = ErrorInfo::new(kind, error_chain(&error));
        info.hint = error.hint();
        Self::fatal(info)
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        let mut info = ErrorInfo::new(ErrorKind::Internal, error_chain(&error));
        info.hint = error.hint();
        Self::fatal(info)
    }
}
