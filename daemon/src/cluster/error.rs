//! What a request to the API server came to, as far as the rest of the daemon acts on it.

use std::time::Duration;

/// How long one request may take. Watches and upgraded connections are not bounded by it.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// A request that failed: what was tried on which object, and why.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} {object}")]
pub struct ClusterError {
    pub action: &'static str,
    pub object: String,
    pub reason: Reason,
    #[source]
    pub source: RequestError,
}

/// The cause of a failed request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error("{0}")]
    Answer(String),
    #[error("the API server did not answer within {} s", REQUEST_LIMIT.as_secs())]
    Silence,
    #[error("{text}")]
    Transport { text: String, source: Box<kube::Error> },
    #[error("the answer is not what the API promises")]
    Malformed(#[source] serde_json::Error),
}

/// The class of a failed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    NotFound,
    AlreadyExists,
    /// The object changed since it was read, or a precondition does not hold.
    Conflict,
    Forbidden,
    Unauthorized,
    /// The API server or an admission step refuses the object.
    Invalid,
    /// No answer, or one that says to come again later.
    Unreachable,
    Other,
}

impl ClusterError {
    pub fn new(action: &'static str, object: impl Into<String>, error: kube::Error) -> Self {
        let (reason, source) = match error {
            kube::Error::Api(status) => {
                (classify(status.code, &status.reason), RequestError::Answer(status.message))
            }
            kube::Error::SerdeError(source) => (Reason::Other, RequestError::Malformed(source)),
            other => {
                let reason = match &other {
                    kube::Error::Auth(_) => Reason::Unauthorized,
                    kube::Error::HyperError(_) | kube::Error::Service(_) | kube::Error::ReadEvents(_) => {
                        Reason::Unreachable
                    }
                    _ => Reason::Other,
                };
                let text = crate::error_chain(&other);
                (reason, RequestError::Transport { text, source: Box::new(other) })
            }
        };
        Self { action, object: object.into(), reason, source }
    }

    pub fn silence(action: &'static str, object: impl Into<String>) -> Self {
        Self { action, object: object.into(), reason: Reason::Unreachable, source: RequestError::Silence }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.reason, Reason::Unreachable | Reason::Conflict)
    }
}

/// HTTP codes and reasons of the API conventions. 5xx and 429 are the server's trouble and pass.
fn classify(code: u16, reason: &str) -> Reason {
    match (code, reason) {
        (404, _) => Reason::NotFound,
        (409, "AlreadyExists") => Reason::AlreadyExists,
        (409, _) => Reason::Conflict,
        // A full quota is refused as Forbidden like a missing permission; it is the object that is refused.
        (401, _) => Reason::Unauthorized,
        (403, _) => Reason::Forbidden,
        (400 | 413 | 422, _) => Reason::Invalid,
        (429 | 500..=599, _) => Reason::Unreachable,
        _ => Reason::Other,
    }
}

/// Turns an absent object into `None`.
pub trait OrAbsent<T> {
    fn or_absent(self) -> Result<Option<T>, ClusterError>;
}

impl<T> OrAbsent<T> for Result<T, ClusterError> {
    fn or_absent(self) -> Result<Option<T>, ClusterError> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.reason == Reason::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
