//! What kubeconfig files say, for somebody who looks for what is wrong with them. Runs no plugin, sends no request, and
//! tells no credential.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use kube::config::{ExecInteractiveMode, Kubeconfig, KubeconfigError, NamedAuthInfo};

use super::environment::search_path;
use super::kubeconfig::without_password;
use super::{ClusterAddress, ConnectError, exec, kubeconfig};

/// The files of an address, and what is chosen in them.
#[derive(Debug)]
pub struct Survey {
    pub files: Vec<FileSeen>,
    pub chosen: Result<ContextSeen, ConnectError>,
    /// Of all contexts; a plugin that several use counts once.
    pub plugins: Vec<PluginSeen>,
}

#[derive(Debug)]
pub struct FileSeen {
    pub path: PathBuf,
    pub content: Content,
    /// Whether others than its owner can read it.
    pub open_to_others: bool,
}

#[derive(Debug)]
pub enum Content {
    Missing,
    Unreadable(io::Error),
    /// It is no kubeconfig. The parser's own words are left out, since they may quote a credential.
    Malformed,
    Contexts(usize),
}

/// The context that a request would use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSeen {
    pub name: String,
    pub cluster: String,
    pub server: Option<String>,
    pub namespace: Option<String>,
    pub user: Option<String>,
    /// How the user proves who they are.
    pub credentials: &'static str,
}

/// An exec plugin, as it is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginSeen {
    pub command: String,
    pub found: Option<PathBuf>,
    /// It wants a terminal, which a daemon has not.
    pub interactive: bool,
    pub install_hint: Option<String>,
    /// The contexts whose user is signed in by it.
    pub contexts: Vec<String>,
    pub is_chosen: bool,
}

impl ClusterAddress {
    /// Reads files: not for an async worker.
    pub fn survey(&self) -> Survey {
        let read: Vec<(FileSeen, Option<Kubeconfig>)> =
            self.kubeconfig.iter().map(|path| read_one(path)).collect();
        let merged = read.iter().filter_map(|(_, kubeconfig)| kubeconfig.clone()).reduce(|first, next| {
            let before = first.clone();
            first.merge(next).unwrap_or(before)
        });
        let chosen = kubeconfig::choose(&self.kubeconfig, self.context.as_deref())
            .map(|chosen| context_seen(&chosen.kubeconfig, &chosen.context));
        let name = chosen.as_ref().ok().map(|chosen| chosen.name.as_str());
        let plugins = merged.map(|merged| self.plugins(&merged, name)).unwrap_or_default();
        Survey { files: read.into_iter().map(|(file, _)| file).collect(), chosen, plugins }
    }

    fn plugins(&self, kubeconfig: &Kubeconfig, chosen: Option<&str>) -> Vec<PluginSeen> {
        let path = search_path(&self.environment);
        let mut plugins: Vec<PluginSeen> = Vec::new();
        for context in &kubeconfig.contexts {
            let user = context.context.as_ref().and_then(|context| context.user.as_ref());
            let user = user.and_then(|name| named_user(kubeconfig, name));
            let Some(exec) = user.and_then(|user| user.auth_info.as_ref()?.exec.as_ref()) else { continue };
            let command = exec.command.clone().unwrap_or_default();
            let is_chosen = chosen == Some(context.name.as_str());
            let interactive = exec.interactive_mode == Some(ExecInteractiveMode::Always);
            let there = plugins.iter_mut().find(|it| it.command == command && it.interactive == interactive);
            if let Some(there) = there {
                there.contexts.push(context.name.clone());
                there.is_chosen |= is_chosen;
                continue;
            }
            plugins.push(PluginSeen {
                found: exec::find(&command, &path),
                command,
                interactive,
                install_hint: exec.install_hint.clone(),
                contexts: vec![context.name.clone()],
                is_chosen,
            });
        }
        plugins
    }
}

fn read_one(path: &Path) -> (FileSeen, Option<Kubeconfig>) {
    let (content, kubeconfig) = match Kubeconfig::read_from(path) {
        Ok(kubeconfig) => (Content::Contexts(kubeconfig.contexts.len()), Some(kubeconfig)),
        Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == io::ErrorKind::NotFound => {
            (Content::Missing, None)
        }
        Err(KubeconfigError::ReadConfig(error, _)) => (Content::Unreadable(error), None),
        Err(_) => (Content::Malformed, None),
    };
    let mode = path.metadata().map_or(0, |metadata| metadata.permissions().mode());
    (FileSeen { path: path.to_owned(), content, open_to_others: mode & 0o077 != 0 }, kubeconfig)
}

fn named_user<'a>(kubeconfig: &'a Kubeconfig, name: &str) -> Option<&'a NamedAuthInfo> {
    kubeconfig.auth_infos.iter().find(|user| user.name == name)
}

fn context_seen(kubeconfig: &Kubeconfig, name: &str) -> ContextSeen {
    let named = kubeconfig.contexts.iter().find(|named| named.name == name);
    let context = named.and_then(|named| named.context.clone()).unwrap_or_default();
    let cluster = kubeconfig.clusters.iter().find(|named| named.name == context.cluster);
    let server = cluster.and_then(|named| named.cluster.as_ref()?.server.clone());
    ContextSeen {
        name: name.to_owned(),
        server: server.map(|server| without_password(&server)),
        namespace: context.namespace,
        credentials: credentials(context.user.as_deref().and_then(|user| named_user(kubeconfig, user))),
        user: context.user,
        cluster: context.cluster,
    }
}

fn credentials(user: Option<&NamedAuthInfo>) -> &'static str {
    let Some(user) = user.and_then(|user| user.auth_info.as_ref()) else { return "no credentials" };
    if user.exec.is_some() {
        "an exec plugin"
    } else if user.token.is_some() {
        "a token"
    } else if user.token_file.is_some() {
        "a token file"
    } else if user.client_certificate.is_some() || user.client_certificate_data.is_some() {
        "a client certificate"
    } else if user.username.is_some() {
        "a user name and password"
    } else if user.auth_provider.is_some() {
        "an auth provider"
    } else {
        "no credentials"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (server, expect) in [
            ("https://127.0.0.1:6443", "https://127.0.0.1:6443"),
            ("https://ann:hidden@host:6443/p@th", "https://host:6443/p@th"),
            ("https://ann:hid@den@host", "https://host"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(without_password(server), expect);
        }
    }
}
