//! Why there is no client for a cluster, for the user.

use nhd_protocol::error::{Choices, ErrorData, ErrorInfo};
use nhd_protocol::message::{Arguments, error as said};

use super::cause_of;
use crate::cluster::ConnectError;
use crate::session::failure::Failure;

impl From<ConnectError> for Failure {
    fn from(failed: ConnectError) -> Self {
        let choices = match &failed {
            ConnectError::NoCurrentContext { contexts, .. }
            | ConnectError::ContextMissing { contexts, .. } => {
                ErrorData::choices(Choices::Context, contexts.clone())
            }
            _ => ErrorData::default(),
        };
        Self::fatal(in_words(&failed).with_hint(failed.hint()).with_data(choices))
    }
}

fn in_words(failed: &ConnectError) -> ErrorInfo {
    let cause = cause_of(failed);
    let kubeconfig = failed.kubeconfig();
    let (message, arguments): (_, Arguments<'_>) = match failed {
        ConnectError::KubeconfigMissing { .. } => (said::KUBECONFIG_MISSING, &[("kubeconfig", &kubeconfig)]),
        ConnectError::KubeconfigRead { .. } => {
            (said::KUBECONFIG_UNREADABLE, &[("kubeconfig", &kubeconfig), ("cause", &cause)])
        }
        ConnectError::KubeconfigParse { place, .. } => {
            (said::KUBECONFIG_MALFORMED, &[("kubeconfig", &kubeconfig), ("place", place)])
        }
        ConnectError::KubeconfigMerge { .. } => {
            (said::KUBECONFIG_UNMERGEABLE, &[("kubeconfig", &kubeconfig), ("cause", &cause)])
        }
        ConnectError::NoCurrentContext { .. } => (said::NO_CURRENT_CONTEXT, &[("kubeconfig", &kubeconfig)]),
        ConnectError::ContextMissing { context, .. } => {
            (said::CONTEXT_NOT_FOUND, &[("context", context), ("kubeconfig", &kubeconfig)])
        }
        ConnectError::ClusterMissing { context, cluster } => {
            (said::CLUSTER_NOT_IN_KUBECONFIG, &[("cluster", cluster), ("context", context)])
        }
        ConnectError::CertificateAuthority { context, .. } => {
            (said::CERTIFICATE_AUTHORITY_UNREADABLE, &[("context", context), ("cause", &cause)])
        }
        ConnectError::Context { context, .. } => {
            (said::CONTEXT_UNUSABLE, &[("context", context), ("cause", &cause)])
        }
        ConnectError::Proxy { url } => (said::PROXY_UNUSABLE, &[("proxy", url)]),
        ConnectError::ExecPluginMissing { command, context, .. } => {
            (said::EXEC_PLUGIN_MISSING, &[("command", command), ("context", context)])
        }
        ConnectError::ExecPluginInteractive { command, context } => {
            (said::EXEC_PLUGIN_INTERACTIVE, &[("command", command), ("context", context)])
        }
        ConnectError::ExecPluginFailed { command, context, status, stderr } => (
            said::EXEC_PLUGIN_FAILED,
            &[("command", command), ("context", context), ("status", status), ("output", stderr)],
        ),
        ConnectError::TokenRefused { context } => (said::TOKEN_REFUSED, &[("context", context)]),
        ConnectError::Credentials { context, .. } => {
            (said::CREDENTIALS_UNOBTAINABLE, &[("context", context), ("cause", &cause)])
        }
        ConnectError::TokenFile { context, path, .. } => {
            let file = path.display();
            let arguments: Arguments<'_> = &[("context", context), ("file", &file), ("cause", &cause)];
            return ErrorInfo::of(&said::TOKEN_FILE_UNREADABLE, arguments);
        }
        ConnectError::Certificate { context, .. } => {
            (said::CERTIFICATE_UNUSABLE, &[("context", context), ("cause", &cause)])
        }
        ConnectError::Client { context, .. } => {
            (said::CLIENT_UNMAKEABLE, &[("context", context), ("cause", &cause)])
        }
        ConnectError::Timeout { limit, .. } => {
            let seconds = limit.as_secs();
            let arguments: Arguments<'_> = &[("kubeconfig", &kubeconfig), ("seconds", &seconds)];
            return ErrorInfo::of(&said::CLIENT_TIMED_OUT, arguments);
        }
        ConnectError::Interrupted { .. } => (said::CLIENT_INTERRUPTED, &[("cause", &cause)]),
    };
    ErrorInfo::of(&message, arguments)
}
