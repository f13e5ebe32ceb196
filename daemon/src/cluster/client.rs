//! How a session reaches its cluster: from the kubeconfig that it pinned to a client that is ready for use. Knows
//! nothing of workloads, and sends no request of its own: a session resumes without a network.

mod buffered;
pub mod environment;
mod error;
pub mod exec;
pub mod kubeconfig;
mod plugin_gate;
mod proxy;
mod retry;
mod stack;
pub mod survey;
mod token_file;

use std::{path::PathBuf, time::Duration};

use data_encoding::HEXLOWER;
use kube::Config;
use sha2::{Digest as _, Sha256};

pub use self::environment::Environment;
pub use self::error::ConnectError;
pub use self::plugin_gate::PluginGate;
use self::plugin_gate::Refusal;
use self::token_file::TokenFile;

/// How long making a client may take; only an exec plugin (a sign-in, a cloud's metadata service) takes long.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// What a session remembers of where its cluster is and who the user is there.
#[derive(Clone, PartialEq, Eq)]
pub struct ClusterAddress {
    /// Absolute paths; several are merged as kubectl merges those of `KUBECONFIG`: the first to name a thing wins.
    pub kubeconfig: Vec<PathBuf>,
    /// The current context of the kubeconfig where none is named.
    pub context: Option<String>,
    /// Of the client that asked last: exec plugins are looked up and run in it, and proxies come from it. Where it is
    /// empty, the daemon's own is used.
    pub environment: Environment,
}

/// A client of one cluster as one user, and what it was resolved from.
#[derive(Clone)]
pub struct ClusterClient {
    /// Has no time limit on reads, because watches and forwards are silent for hours: plain requests go through
    /// [`bounded`](super::error::bounded).
    pub client: kube::Client,
    pub context: String,
    /// The URL of the API server.
    pub server: String,
    pub default_namespace: String,
    /// SHA-256 in hexadecimal of the certificate authorities that the kubeconfig pins; `None` where it names none.
    pub certificate_authority: Option<String>,
}

/// What an address leads to, and as whom, as the kubeconfig says it: nobody was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub context: String,
    /// The URL of the API server.
    pub server: String,
    /// The context's own.
    pub namespace: String,
    /// A hash of cluster, user and what else credentials come from: where it is equal, so is what may be seen.
    pub credentials: String,
}

impl ClusterAddress {
    /// Reads the kubeconfig, and no more.
    pub async fn identify(&self) -> Result<Identity, ConnectError> {
        let address = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            kubeconfig::identify(&address.kubeconfig, address.context.as_deref(), &address.environment)
        });
        match tokio::time::timeout(CONNECT_LIMIT, reading).await {
            Ok(Ok(identity)) => identity,
            Ok(Err(source)) => Err(ConnectError::Interrupted { source }),
            Err(_) => Err(self.too_slow()),
        }
    }

    /// Reads the kubeconfig and the credentials again and makes a client. To be called again after a 401: tokens of
    /// exec plugins that name no expiry, and client certificates, are never renewed by the client itself.
    pub async fn connect(&self) -> Result<ClusterClient, ConnectError> {
        self.connect_through(&PluginGate::default()).await
    }

    /// The same by somebody who does so again and again, and whose plugin then rests.
    pub async fn connect_through(&self, gate: &PluginGate) -> Result<ClusterClient, ConnectError> {
        #[cfg(test)]
        if let Some(modelled) = crate::modelled::cluster() {
            return Ok(modelled);
        }
        let (address, own_gate) = (self.clone(), gate.clone());
        // kube reads files and waits for exec plugins on the thread that asks.
        let building = tokio::task::spawn_blocking(move || address.build(&own_gate));
        match tokio::time::timeout(CONNECT_LIMIT, building).await {
            Ok(Ok(built)) => built,
            Ok(Err(source)) => Err(ConnectError::Interrupted { source }),
            Err(_) => {
                gate.refused(Refusal::Slow);
                Err(self.too_slow())
            }
        }
    }

    fn too_slow(&self) -> ConnectError {
        ConnectError::Timeout { paths: self.kubeconfig.clone(), limit: CONNECT_LIMIT }
    }

    fn build(&self, gate: &PluginGate) -> Result<ClusterClient, ConnectError> {
        let chosen = kubeconfig::choose(&self.kubeconfig, self.context.as_deref())?;
        let context = chosen.context;
        let mut config =
            Config::try_from(chosen.kubeconfig).map_err(|source| ConnectError::config(&context, source))?;
        let proxy = proxy::choose(chosen.proxy_url.as_deref(), &config.cluster_url, &self.environment)?;
        if let Some(plugin) = &mut config.auth_info.exec {
            exec::prepare(plugin, &self.environment, &context)?;
            match gate.closed() {
                Some(Refusal::Failed(failure)) => {
                    return Err(ConnectError::plugin(&context, &config, failure));
                }
                Some(Refusal::Token) => return Err(ConnectError::TokenRefused { context }),
                Some(Refusal::Slow) => return Err(self.too_slow()),
                None => {}
            }
        }
        let token_file = token_file(&mut config, &context)?;
        Ok(ClusterClient {
            client: stack::client(&config, token_file, proxy.as_ref(), gate, &context)?,
            server: config.cluster_url.to_string().trim_end_matches('/').to_owned(),
            default_namespace: config.default_namespace,
            certificate_authority: config.root_cert.as_deref().map(fingerprint),
            context,
        })
    }
}

/// The token file, where it is the credential that counts, taken out of kube's sight.
fn token_file(config: &mut Config, context: &str) -> Result<Option<TokenFile>, ConnectError> {
    let user = &mut config.auth_info;
    if user.token.is_some() || (user.username.is_some() && user.password.is_some()) {
        return Ok(None);
    }
    let Some(path) = user.token_file.take().map(PathBuf::from) else { return Ok(None) };
    let opened = TokenFile::open(&path);
    opened.map(Some).map_err(|source| ConnectError::TokenFile { context: context.to_owned(), path, source })
}

/// Names and paths only: an environment holds secrets.
impl std::fmt::Debug for ClusterAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ClusterAddress")
            .field("kubeconfig", &self.kubeconfig)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

fn fingerprint(certificates: &[Vec<u8>]) -> String {
    let digest =
        certificates.iter().fold(Sha256::new(), |digest, certificate| digest.chain_update(certificate));
    HEXLOWER.encode(&digest.finalize())
}

#[cfg(test)]
mod tests;
