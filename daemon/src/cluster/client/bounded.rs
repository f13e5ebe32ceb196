//! A bound for plain requests. It cannot be a layer of the client, where it would also cut watches and forwards.

use std::{borrow::Cow, time::Duration};

use kube::client::AuthError;

/// Enough for an API server under load; a dead connection is given up after it, and the next request opens a new one.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error("the API server did not answer within {} s: {what}", limit.as_secs())]
    Timeout { what: Cow<'static, str>, limit: Duration },

    #[error("failed to {what}")]
    Request { what: Cow<'static, str>, source: Box<kube::Error> },

    /// Apart from `Request` because kube's own text quotes the plugin's whole environment.
    #[error("failed to {what}: the exec plugin of the kubeconfig failed ({status}): {stderr}")]
    ExecPlugin { what: Cow<'static, str>, status: std::process::ExitStatus, stderr: String },
}

/// `what` completes "failed to …": "read deployment default/reviews".
pub async fn bounded<T>(
    what: impl Into<Cow<'static, str>>,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<T, RequestError> {
    bounded_by(REQUEST_LIMIT, what, request).await
}

pub async fn bounded_by<T>(
    limit: Duration,
    what: impl Into<Cow<'static, str>>,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<T, RequestError> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(source)) => Err(RequestError::new(what.into(), source)),
        Err(_) => Err(RequestError::Timeout { what: what.into(), limit }),
    }
}

impl RequestError {
    fn new(what: Cow<'static, str>, source: kube::Error) -> Self {
        match failed_plugin(&source) {
            Some((status, stderr)) => Self::ExecPlugin { what, status, stderr },
            None => Self::Request { what, source: Box::new(source) },
        }
    }

    /// The API server's own answer, where it was one.
    pub fn status(&self) -> Option<&kube::core::Status> {
        match self {
            Self::Request { source, .. } => match &**source {
                kube::Error::Api(status) => Some(status),
                _ => None,
            },
            Self::Timeout { .. } | Self::ExecPlugin { .. } => None,
        }
    }

    pub fn is_not_found(&self) -> bool {
        self.status().is_some_and(|status| status.code == 404)
    }

    pub fn is_conflict(&self) -> bool {
        self.status().is_some_and(|status| status.code == 409)
    }

    /// The credentials are not, or no longer, good: connect again to renew them.
    pub fn is_unauthorized(&self) -> bool {
        self.status().is_some_and(|status| status.code == 401)
    }

    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Timeout { .. } => Some("check the network, the VPN and that the API server is up"),
            Self::ExecPlugin { .. } => Some("sign in again with the cloud's own tool, then repeat"),
            Self::Request { .. } => match self.status().map(|status| status.code) {
                None => Some("check the network, the VPN and the server and certificates in the kubeconfig"),
                Some(401) => Some("sign in to the cluster again"),
                Some(403) => Some("ask for the permission that the message names"),
                Some(_) => None,
            },
        }
    }
}

/// Exit status and standard error of an exec plugin, when its failure is why a request failed.
pub(super) fn failed_plugin(error: &kube::Error) -> Option<(std::process::ExitStatus, String)> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(AuthError::AuthExecRun { out, .. }) = error.downcast_ref::<AuthError>() {
            return Some((out.status, String::from_utf8_lossy(&out.stderr).trim().to_owned()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_never_answered_ends_with_its_name() {
        let error = bounded("read pod a/b", std::future::pending::<kube::Result<()>>()).await.unwrap_err();
        assert_eq!(error.to_string(), "the API server did not answer within 10 s: read pod a/b");
    }

    #[test]
    fn a_failing_plugin_never_shows_its_environment() {
        use std::os::unix::process::ExitStatusExt as _;
        let out = std::process::Output {
            status: std::process::ExitStatus::from_raw(256),
            stdout: Vec::new(),
            stderr: b"token expired\n".to_vec(),
        };
        let run = AuthError::AuthExecRun { cmd: "SECRET=1 aws".into(), out: Box::new(out) };
        let error = RequestError::new("read pod a/b".into(), kube::Error::Service(Box::new(run)));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("token expired") && !shown.contains("SECRET"), "{shown}");
    }
}
