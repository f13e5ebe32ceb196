//! The seam between connections and how their bytes get into a pod. Today each stream is a WebSocket of its own; a
//! tunnel that carries many streams can take its place without the listener or the connections noticing.

use http::StatusCode;

use super::{stream::PodStream, target::PodTarget};
use crate::cluster::{ClusterError, Reason};

pub(super) trait Tunnel: Send + Sync + 'static {
    /// A stream to `port` inside the pod. That something listens there is not known yet when it is returned.
    fn open(&self, pod: &PodTarget, port: u16) -> impl Future<Output = Result<PodStream, OpenError>> + Send;
}

#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error(transparent)]
    Request(#[from] ClusterError),

    #[error("the API server refused a forward to pod {pod} ({status}): {message}")]
    Refused { pod: String, status: StatusCode, message: String },

    #[error("the API server opened a forward to pod {pod} that is not the expected WebSocket: {what}")]
    Handshake { pod: String, what: &'static str },

    #[error("the upgrade of a forward to pod {pod} failed")]
    Upgrade { pod: String, source: hyper::Error },
}

impl OpenError {
    /// Whether it is who we say we are that the API server does not accept.
    pub(super) fn is_unauthorized(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == StatusCode::UNAUTHORIZED,
            Self::Request(error) => error.reason == Reason::Unauthorized,
            Self::Handshake { .. } | Self::Upgrade { .. } => false,
        }
    }

    /// Whether asking again in a moment is useless: a pod that is gone or still starting is soon another or ready, and
    /// an API server that restarts comes back, but permissions stay as they are.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Refused { status, .. } => {
                matches!(
                    *status,
                    StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED
                )
            }
            Self::Request(error) => error.reason == Reason::Unauthorized,
            Self::Handshake { .. } => true,
            Self::Upgrade { .. } => false,
        }
    }
}
