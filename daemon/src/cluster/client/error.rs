//! Why no client could be made, and what the user can do about it. No text quotes a credential.

use std::{path::PathBuf, process::ExitStatus, time::Duration};

use kube::{Config, client::AuthError, config::KubeconfigError};

use crate::cluster::error::{PluginFailure, failed_plugin};

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("no kubeconfig found at {}", listed(paths))]
    KubeconfigMissing { paths: Vec<PathBuf> },

    #[error("failed to read kubeconfig {}", path.display())]
    KubeconfigRead { path: PathBuf, source: std::io::Error },

    #[error("failed to parse kubeconfig {}{}{place}", path.display(), if place.is_empty() { "" } else { ", " })]
    KubeconfigParse { path: PathBuf, place: String },

    #[error("failed to merge kubeconfig {} with those before it", path.display())]
    KubeconfigMerge { path: PathBuf, source: Box<KubeconfigError> },

    #[error("no current context in kubeconfig {}", listed(paths))]
    NoCurrentContext { paths: Vec<PathBuf>, contexts: Vec<String> },

    #[error("no context {context} in kubeconfig {}", listed(paths))]
    ContextMissing { context: String, paths: Vec<PathBuf>, contexts: Vec<String> },

    #[error("no cluster {cluster} in the kubeconfig, which context {context} names")]
    ClusterMissing { context: String, cluster: String },

    #[error("failed to read the certificate authority of context {context}")]
    CertificateAuthority { context: String, source: Box<KubeconfigError> },

    #[error("failed to use context {context}")]
    Context { context: String, source: Box<KubeconfigError> },

    #[error("the proxy {url} cannot be used")]
    Proxy { url: String },

    #[error("failed to find the exec plugin {command} of context {context}")]
    ExecPluginMissing { command: String, context: String, install_hint: Option<String> },

    #[error("the exec plugin {command} of context {context} wants a terminal, which a daemon has not")]
    ExecPluginInteractive { command: String, context: String },

    #[error("the exec plugin {command} of context {context} failed ({status}): {stderr}")]
    ExecPluginFailed { command: String, context: String, status: ExitStatus, stderr: String },

    #[error("the API server refuses the token that the exec plugin of context {context} gives")]
    TokenRefused { context: String },

    #[error("failed to obtain credentials for context {context}")]
    Credentials { context: String, source: Box<AuthError> },

    #[error("failed to read the token of context {context} from {}", path.display())]
    TokenFile { context: String, path: PathBuf, source: std::io::Error },

    #[error("failed to use the certificates of context {context}")]
    Certificate { context: String, source: Box<kube::Error> },

    #[error("failed to make a client for context {context}")]
    Client { context: String, source: Box<kube::Error> },

    #[error("no client for kubeconfig {} within {} s", listed(paths), limit.as_secs())]
    Timeout { paths: Vec<PathBuf>, limit: Duration },

    #[error("making a client was interrupted")]
    Interrupted { source: tokio::task::JoinError },
}

impl ConnectError {
    pub(super) fn config(context: &str, source: KubeconfigError) -> Self {
        let context = context.to_owned();
        match source {
            KubeconfigError::LoadCertificateAuthority(_) | KubeconfigError::ParseCertificates(_) => {
                Self::CertificateAuthority { context, source: Box::new(source) }
            }
            source => Self::Context { context, source: Box::new(source) },
        }
    }

    pub(super) fn client(context: &str, config: &Config, source: kube::Error) -> Self {
        let context = context.to_owned();
        if let Some(failure) = failed_plugin(&source) {
            return Self::plugin(&context, config, failure);
        }
        match source {
            kube::Error::Auth(source) => Self::Credentials { context, source: Box::new(source) },
            kube::Error::RustlsTls(_) | kube::Error::InferKubeconfig(_) => {
                Self::Certificate { context, source: Box::new(source) }
            }
            source => Self::Client { context, source: Box::new(source) },
        }
    }

    pub(super) fn plugin(context: &str, config: &Config, failure: PluginFailure) -> Self {
        let command = config.auth_info.exec.as_ref().and_then(|plugin| plugin.command.clone());
        let PluginFailure { status, stderr } = failure;
        Self::ExecPluginFailed {
            command: command.unwrap_or_default(),
            context: context.to_owned(),
            status,
            stderr,
        }
    }

    /// The files that it is about, joined for people; empty where it is not about any.
    pub fn kubeconfig(&self) -> String {
        match self {
            Self::KubeconfigMissing { paths }
            | Self::NoCurrentContext { paths, .. }
            | Self::ContextMissing { paths, .. }
            | Self::Timeout { paths, .. } => listed(paths),
            Self::KubeconfigRead { path, .. }
            | Self::KubeconfigParse { path, .. }
            | Self::KubeconfigMerge { path, .. } => path.display().to_string(),
            _ => String::new(),
        }
    }

    pub fn hint(&self) -> String {
        match self {
            Self::KubeconfigMissing { .. } => "name a kubeconfig, or set KUBECONFIG".to_owned(),
            Self::KubeconfigRead { .. } | Self::TokenFile { .. } => {
                "make the file readable for yourself".to_owned()
            }
            Self::KubeconfigParse { .. } | Self::KubeconfigMerge { .. } => {
                "check the file with `kubectl config view`".to_owned()
            }
            Self::NoCurrentContext { contexts, .. } => {
                format!("name one of its contexts: {}", contexts.join(", "))
            }
            Self::ContextMissing { contexts, .. } if contexts.is_empty() => {
                "the kubeconfig has no contexts at all".to_owned()
            }
            Self::ContextMissing { contexts, .. } => format!("there are: {}", contexts.join(", ")),
            Self::ClusterMissing { .. } | Self::Context { .. } | Self::Client { .. } => {
                "check the context with `kubectl config view --minify`".to_owned()
            }
            Self::CertificateAuthority { .. } | Self::Certificate { .. } => {
                "check the certificate entries of the context's cluster and user in the kubeconfig".to_owned()
            }
            Self::Proxy { .. } => "use an http, https or socks5 URL".to_owned(),
            Self::ExecPluginMissing { install_hint: Some(hint), .. } => hint.trim().to_owned(),
            Self::ExecPluginMissing { .. } => {
                "install it, or start the session from a shell whose PATH has it".to_owned()
            }
            Self::ExecPluginInteractive { .. }
            | Self::ExecPluginFailed { .. }
            | Self::TokenRefused { .. }
            | Self::Credentials { .. } => "sign in with the cloud's own tool first, then repeat".to_owned(),
            Self::Timeout { .. } => "an exec plugin may be waiting: try `kubectl get namespaces`".to_owned(),
            Self::Interrupted { .. } => "repeat; if it happens again it is a defect of nhd".to_owned(),
        }
    }
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
