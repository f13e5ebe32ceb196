//! Reads and merges kubeconfig files and settles on one context. Knows nothing of credentials.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use kube::config::{Kubeconfig, KubeconfigError};
use sha2::{Digest as _, Sha256};

use super::{ConnectError, Identity, environment::is_proxy};

pub(super) struct Chosen {
    /// With `current_context` set to the chosen one.
    pub(super) kubeconfig: Kubeconfig,
    pub(super) context: String,
    pub(super) proxy_url: Option<String>,
}

/// What is reached, and as whom, told from the kubeconfig alone.
pub(super) fn identify(
    paths: &[PathBuf],
    context: Option<&str>,
    environment: &BTreeMap<String, String>,
) -> Result<Identity, ConnectError> {
    let Chosen { kubeconfig, context, .. } = choose(paths, context)?;
    let named = kubeconfig.contexts.iter().find(|named| named.name == context);
    let chosen = named.and_then(|named| named.context.clone()).unwrap_or_default();
    let cluster = kubeconfig.clusters.iter().find(|named| named.name == chosen.cluster);
    let cluster = cluster.and_then(|named| named.cluster.as_ref());
    let Some(server) = cluster.and_then(|cluster| cluster.server.as_deref()) else {
        let source = Box::new(KubeconfigError::MissingClusterUrl);
        return Err(ConnectError::Context { context, source });
    };
    let user = kubeconfig.auth_infos.iter().find(|named| Some(&named.name) == chosen.user.as_ref());
    let user = user.and_then(|named| named.auth_info.as_ref());
    // A plugin may give each of its callers other credentials.
    let by_plugin = user.is_some_and(|user| user.exec.is_some());
    let environment: Vec<_> = environment.iter().filter(|(name, _)| by_plugin || is_proxy(name)).collect();
    // Maps that are made of it are sorted, so that equal things are equal texts.
    let whole = serde_json::json!([cluster, user, environment]).to_string();
    Ok(Identity {
        server: server.trim_end_matches('/').to_owned(),
        namespace: chosen.namespace.filter(|it| !it.is_empty()).unwrap_or_else(|| "default".to_owned()),
        credentials: HEXLOWER.encode(&Sha256::digest(whole)),
        context,
    })
}

pub(super) fn choose(paths: &[PathBuf], context: Option<&str>) -> Result<Chosen, ConnectError> {
    let mut kubeconfig = read(paths)?;
    let contexts: Vec<String> = kubeconfig.contexts.iter().map(|named| named.name.clone()).collect();
    let context = match context.or(kubeconfig.current_context.as_deref()).filter(|name| !name.is_empty()) {
        Some(context) => context.to_owned(),
        None => return Err(ConnectError::NoCurrentContext { paths: paths.to_vec(), contexts }),
    };
    let named = kubeconfig.contexts.iter().find(|named| named.name == context);
    let Some(cluster) = named.and_then(|named| named.context.as_ref()).map(|found| found.cluster.clone())
    else {
        return Err(ConnectError::ContextMissing { context, paths: paths.to_vec(), contexts });
    };
    let named = kubeconfig.clusters.iter().find(|named| named.name == cluster);
    let Some(found) = named.and_then(|named| named.cluster.as_ref()) else {
        return Err(ConnectError::ClusterMissing { context, cluster });
    };
    let proxy_url = found.proxy_url.clone().filter(|url| !url.is_empty());
    kubeconfig.current_context = Some(context.clone());
    Ok(Chosen { kubeconfig, context, proxy_url })
}

/// As kubectl does, a file of the list that is missing is passed over, as long as there is one.
fn read(paths: &[PathBuf]) -> Result<Kubeconfig, ConnectError> {
    let mut merged: Option<Kubeconfig> = None;
    for path in paths {
        let Some(next) = read_one(path)? else { continue };
        merged = Some(match merged {
            None => next,
            Some(first) => first.merge(next).map_err(|source| ConnectError::KubeconfigMerge {
                path: path.clone(),
                source: Box::new(source),
            })?,
        });
    }
    merged.ok_or_else(|| ConnectError::KubeconfigMissing { paths: paths.to_vec() })
}

/// One file with its relative paths made absolute; `None` where there is none.
pub fn read_one(path: &Path) -> Result<Option<Kubeconfig>, ConnectError> {
    match Kubeconfig::read_from(path) {
        Ok(mut kubeconfig) => {
            // An empty one is what `kubectl config unset` leaves, and names none.
            kubeconfig.current_context = kubeconfig.current_context.filter(|context| !context.is_empty());
            Ok(Some(kubeconfig))
        }
        Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(KubeconfigError::ReadConfig(source, _)) => {
            Err(ConnectError::KubeconfigRead { path: path.to_owned(), source })
        }
        // Not the error itself: it quotes the lines around the mistake, and a token may be in them.
        Err(error) => Err(ConnectError::KubeconfigParse { path: path.to_owned(), place: place(&error) }),
    }
}

/// An address as people may see it: a name and a password may stand before the host.
pub fn without_password(server: &str) -> String {
    let Some((scheme, rest)) = server.split_once("://") else { return server.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Where in its file a mistake is.
fn place(error: &KubeconfigError) -> String {
    let location = match error {
        KubeconfigError::Parse(error) => error.location(),
        _ => None,
    };
    location.map(|it| format!("line {}, column {}", it.line(), it.column())).unwrap_or_default()
}
