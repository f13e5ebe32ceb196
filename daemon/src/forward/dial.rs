//! The seam between connections and how their bytes get into a pod: neither the listener nor the connections know
//! whether a stream is one of many in a tunnel or has a WebSocket of its own.

use http::StatusCode;

use super::{stream::PodStream, target::PodTarget};
use crate::cluster::{ClusterError, Reason};

pub(super) trait Dial: Send + Sync + 'static {
    /// A stream to `port` inside the pod. That something listens there is not known yet when it is returned.
    fn dial(&self, pod: &PodTarget, port: u16) -> impl Future<Output = Result<PodStream, OpenError>> + Send;
}

#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error(transparent)]
    Request(#[from] ClusterError),

    #[error("the API server refused a forward to pod {pod} ({status}): {message}")]
    Refused { pod: String, status: StatusCode, message: String },

    #[error("the API server opened a forward to pod {pod} that is not the expected {protocol}: {what}")]
    Handshake { pod: String, protocol: &'static str, what: &'static str },

    #[error("the upgrade of a forward to pod {pod} failed")]
    Upgrade { pod: String, source: hyper::Error },

    #[error("the tunnel to pod {pod} ended before anything was sent through it")]
    Gone { pod: String },

    #[error("{limit} forwarded connections are open, the most where each is a WebSocket of its own")]
    Full { limit: usize },
}

impl OpenError {
    /// Whether it is who we say we are that the API server does not accept.
    pub(super) fn is_unauthorized(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == StatusCode::UNAUTHORIZED,
            Self::Request(error) => error.reason == Reason::Unauthorized,
            _ => false,
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
            Self::Handshake { .. } | Self::Full { .. } => true,
            Self::Upgrade { .. } | Self::Gone { .. } => false,
        }
    }

    /// Whether this may be because of the protocol that was asked for. Servers and proxies that do not know one refuse
    /// it with any status there is; a permission to `create` is enough for one, and not for others. Of a pod that is
    /// gone, or of which the kubelet has not heard that it runs, whoever is asked says so in every protocol.
    pub(super) fn may_be_the_protocol(&self) -> bool {
        match self {
            Self::Refused { status, message, .. } => {
                !matches!(*status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS)
                    && !is_of_a_missing_pod(message)
            }
            Self::Handshake { .. } | Self::Upgrade { .. } => true,
            Self::Request(_) | Self::Gone { .. } | Self::Full { .. } => false,
        }
    }

    /// The same of a protocol that was known to work: then a pod that is gone and a server in trouble are likelier.
    pub(super) fn must_be_the_protocol(&self) -> bool {
        let is_ours = |status: StatusCode| status.is_client_error() && status != StatusCode::NOT_FOUND;
        match self {
            Self::Refused { status, .. } => self.may_be_the_protocol() && is_ours(*status),
            error => error.may_be_the_protocol(),
        }
    }
}

/// API servers say it with 404, and kubelets with 404 or 500 of a pod whose start they have not noticed yet.
fn is_of_a_missing_pod(message: &str) -> bool {
    let of_kubelet = ["pod not found", "pod does not exist"];
    of_kubelet.iter().any(|it| message.contains(it))
        || message.starts_with("pods \"") && message.ends_with("\" not found")
}
