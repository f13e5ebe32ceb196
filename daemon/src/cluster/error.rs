//! What a request to the API server came to, as far as the rest of the daemon acts on it.

use std::process::ExitStatus;
use std::time::Duration;

use kube::client::AuthError;

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
    /// Apart from `Transport` because kube's own text quotes the plugin's whole environment.
    #[error(transparent)]
    ExecPlugin(PluginFailure),
    #[error("the answer is not what the API promises")]
    Malformed(#[source] serde_json::Error),
}

/// How an exec plugin of a kubeconfig ended that gave no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the exec plugin of the kubeconfig failed ({status}): {stderr}")]
pub struct PluginFailure {
    pub status: ExitStatus,
    pub stderr: String,
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
        if let Some(failure) = failed_plugin(&error) {
            let source = RequestError::ExecPlugin(failure);
            return Self { action, object: object.into(), reason: Reason::Unauthorized, source };
        }
        let (reason, source) = match error {
            kube::Error::Api(status) => {
                let reason = classify(status.code, &status.reason, &status.message);
                (reason, RequestError::Answer(status.message))
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
                let text = nhd_protocol::error::error_chain(&other);
                (reason, RequestError::Transport { text, source: Box::new(other) })
            }
        };
        Self { action, object: object.into(), reason, source }
    }

    /// An answer that is older than one before.
    pub(super) fn stale(action: &'static str, object: String) -> Self {
        let text = "the API server answered with an older state than before; it lags behind".to_owned();
        Self { action, object, reason: Reason::Unreachable, source: RequestError::Answer(text) }
    }

    /// What somebody else than the API server's own answer says of a request.
    pub fn told(action: &'static str, object: String, reason: Reason, text: String) -> Self {
        Self { action, object, reason, source: RequestError::Answer(text) }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.reason, Reason::Unreachable | Reason::Conflict)
    }

    /// Whether the API server failed with trouble of its own, or the connection to it did: the next request may get
    /// through. One that has been silent for as long as a request may take is not asked at once again.
    #[must_use]
    pub fn is_passing_trouble(&self) -> bool {
        self.reason == Reason::Unreachable && !matches!(self.source, RequestError::Silence)
    }
}

/// Gives a plain request its bound. It cannot be a layer of the client, where it would also cut watches and forwards.
pub async fn bounded<T>(
    action: &'static str,
    object: impl Into<String>,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<T, ClusterError> {
    match tokio::time::timeout(REQUEST_LIMIT, request).await {
        Ok(result) => result.map_err(|error| ClusterError::new(action, object, error)),
        Err(_) => Err(ClusterError {
            action,
            object: object.into(),
            reason: Reason::Unreachable,
            source: RequestError::Silence,
        }),
    }
}

/// How an exec plugin failed, when that is why a request failed.
pub(super) fn failed_plugin(error: &(dyn std::error::Error + 'static)) -> Option<PluginFailure> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(failure) = error.downcast_ref::<PluginFailure>() {
            return Some(failure.clone());
        }
        if let Some(AuthError::AuthExecRun { out, .. }) = error.downcast_ref::<AuthError>() {
            let stderr = String::from_utf8_lossy(&out.stderr).trim().to_owned();
            return Some(PluginFailure { status: out.status, stderr });
        }
        cause = match error.downcast_ref::<kube::Error>() {
            // A boxed service error is not named as a source by every variant.
            Some(kube::Error::Service(boxed)) => Some(&**boxed),
            Some(kube::Error::Auth(inner)) => Some(inner),
            _ => error.source(),
        };
    }
    None
}

/// HTTP codes and reasons of the API conventions. 5xx and 429 are the server's trouble and pass.
fn classify(code: u16, reason: &str, message: &str) -> Reason {
    match (code, reason) {
        (404, _) => Reason::NotFound,
        (409, "AlreadyExists") => Reason::AlreadyExists,
        (409, _) => Reason::Conflict,
        (401, _) => Reason::Unauthorized,
        // A full quota is refused as Forbidden like a missing permission; it is the object that is refused.
        (403, _) if message.contains("exceeded quota") => Reason::Invalid,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_never_answered_ends_with_its_name() {
        let error = bounded("read", "pod a/b", std::future::pending::<kube::Result<()>>()).await.unwrap_err();
        assert_eq!(
            nhd_protocol::error::error_chain(&error),
            "failed to read pod a/b: the API server did not answer within 10 s"
        );
        assert!(error.is_transient());
    }

    #[test]
    fn a_failing_plugin_never_shows_its_environment() {
        use std::os::unix::process::ExitStatusExt as _;
        let out = std::process::Output {
            status: ExitStatus::from_raw(256),
            stdout: Vec::new(),
            stderr: b"token expired\n".to_vec(),
        };
        let run = AuthError::AuthExecRun { cmd: "SECRET=1 aws".into(), out: Box::new(out) };
        let error = ClusterError::new("read", "pod a/b", kube::Error::Service(Box::new(run)));
        let shown = format!("{} {error:?}", nhd_protocol::error::error_chain(&error));
        assert!(shown.contains("token expired") && !shown.contains("SECRET"), "{shown}");
        assert_eq!(error.reason, Reason::Unauthorized);
    }
}
