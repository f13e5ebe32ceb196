//! The contexts of a kubeconfig, for people to choose from: what each leads to, how its user signs in, and why it will not
//! work. It asks no cluster, runs no plugin and writes nothing; no credential leaves it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{AuthInfo, Cluster, Context, Kubeconfig};
use nhd_protocol::browse::contexts::{
    ContextEntry, ContextList, ContextListParams, ContextProblem, ContextProblemKind, ContextWarning,
    Credential, CredentialKind,
};
use nhd_protocol::error::{ErrorInfo, ErrorKind, error_chain};

use crate::cluster::client::environment::search_path;
use crate::cluster::client::exec;
use crate::cluster::client::kubeconfig::{read_one, without_password};
use crate::session::requests::check::kubeconfig_files;

/// A kubeconfig on a network disk that hangs must not hold a client for ever.
const READ_LIMIT: Duration = Duration::from_secs(10);

pub async fn list(params: ContextListParams) -> Result<ContextList, ErrorInfo> {
    let files = kubeconfig_files(params.kubeconfig.as_deref(), &params.environment)?;
    let path = search_path(&params.environment);
    let names = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ");
    let reading = tokio::task::spawn_blocking(move || read(&files, &path));
    match tokio::time::timeout(READ_LIMIT, reading).await {
        Ok(Ok(list)) => Ok(list),
        Ok(Err(_)) => {
            Err(ErrorInfo::new(ErrorKind::Internal, format!("reading kubeconfig {names} was interrupted"))
                .with_hint("repeat; if it happens again it is a defect of nhd"))
        }
        Err(_) => {
            let message = format!("kubeconfig {names} could not be read within {} s", READ_LIMIT.as_secs());
            Err(ErrorInfo::new(ErrorKind::KubeconfigInvalid, message)
                .with_hint("check the disk that it is on, or name another kubeconfig"))
        }
    }
}

/// What is merged of several files: the first to name a thing wins.
#[derive(Default)]
struct Merged {
    contexts: Vec<Found>,
    clusters: BTreeMap<String, Cluster>,
    users: BTreeMap<String, AuthInfo>,
    current: Option<String>,
}

struct Found {
    name: String,
    context: Context,
    file: PathBuf,
    /// The files of later entries with the same name.
    again: Vec<PathBuf>,
}

/// The contexts of these files, with programs looked for on this `PATH`.
fn read(files: &[PathBuf], path: &std::ffi::OsStr) -> ContextList {
    let (mut merged, mut warnings) = (Merged::default(), Vec::new());
    for file in files {
        let warn = |message: String| ContextWarning { file: file.display().to_string(), message };
        if !file.is_absolute() {
            let message =
                "it is no absolute path, and nobody knows from which folder it counts; name it in full";
            warnings.push(warn(message.to_owned()));
            continue;
        }
        match read_one(file) {
            Ok(Some(kubeconfig)) => merged.add(kubeconfig, file),
            Ok(None) => warnings.push(warn("there is no such file".to_owned())),
            Err(error) => warnings.push(warn(format!("{}; {}", error_chain(&error), error.hint()))),
        }
    }
    let contexts = merged.contexts.iter().map(|found| merged.entry(found, path)).collect();
    let files = files.iter().map(|file| file.display().to_string()).collect();
    ContextList { contexts, current: merged.current, files, warnings }
}

impl Merged {
    fn add(&mut self, kubeconfig: Kubeconfig, file: &Path) {
        for named in kubeconfig.contexts {
            match self.contexts.iter_mut().find(|found| found.name == named.name) {
                Some(first) => first.again.push(file.to_owned()),
                None => self.contexts.push(Found {
                    name: named.name,
                    context: named.context.unwrap_or_default(),
                    file: file.to_owned(),
                    again: Vec::new(),
                }),
            }
        }
        for named in kubeconfig.clusters {
            self.clusters.entry(named.name).or_insert(named.cluster.unwrap_or_default());
        }
        for named in kubeconfig.auth_infos {
            self.users.entry(named.name).or_insert(named.auth_info.unwrap_or_default());
        }
        self.current = self.current.take().or(kubeconfig.current_context);
    }

    fn entry(&self, found: &Found, path: &std::ffi::OsStr) -> ContextEntry {
        let Context { cluster, user, namespace, .. } = &found.context;
        let user_name = user.clone().filter(|user| !user.is_empty());
        let there = self.clusters.get(cluster);
        let server = there.and_then(|cluster| cluster.server.as_deref()).filter(|server| !server.is_empty());
        let (credential, user) = match &user_name {
            None => (Some(Credential { kind: CredentialKind::None, name: None }), None),
            Some(name) => {
                let user = self.users.get(name);
                (user.map(credential), user)
            }
        };
        let mut problems = Vec::new();
        let mut problem = |kind, message| problems.push(ContextProblem { kind, message });
        for file in &found.again {
            let message = format!("{} has a context of this name too, which does not count", file.display());
            problem(ContextProblemKind::Duplicate, message);
        }
        match (there, server) {
            (None, _) => {
                problem(ContextProblemKind::ClusterMissing, format!("there is no cluster {cluster:?}"))
            }
            (Some(_), None) => {
                problem(ContextProblemKind::ClusterMissing, format!("cluster {cluster:?} has no server"));
            }
            (Some(_), Some(_)) => {}
        }
        if let (Some(name), None) = (&user_name, user) {
            problem(ContextProblemKind::UserMissing, format!("there is no user {name:?}"));
        }
        for (what, file) in
            there.into_iter().flat_map(files_of_cluster).chain(user.into_iter().flat_map(files_of_user))
        {
            if let Some(why) = missing(&file) {
                problem(ContextProblemKind::FileMissing, format!("the {what} {}: {why}", file.display()));
            }
        }
        if let Some(message) = user.and_then(|user| plugin_problem(user, path)) {
            problem(ContextProblemKind::PluginMissing, message);
        }
        ContextEntry {
            name: found.name.clone(),
            current: self.current.as_ref() == Some(&found.name),
            cluster: cluster.clone(),
            server: server.map(without_password),
            namespace: namespace.clone().filter(|namespace| !namespace.is_empty()),
            user: user_name,
            credential,
            file: found.file.display().to_string(),
            problems,
        }
    }
}

/// What counts of a user's credentials, in the order in which a client of the API looks at them.
fn credential(user: &AuthInfo) -> Credential {
    let certificate = user.client_certificate.is_some() || user.client_certificate_data.is_some();
    let (kind, name) = if let Some(provider) = &user.auth_provider {
        (CredentialKind::AuthProvider, Some(provider.name.clone()))
    } else if user.username.is_some() && user.password.is_some() {
        (CredentialKind::Basic, None)
    } else if user.token.is_some() || user.token_file.is_some() {
        (CredentialKind::Token, None)
    } else if let Some(plugin) = &user.exec {
        let command = plugin.command.as_deref().map(Path::new);
        let program = command.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        (CredentialKind::Exec, program)
    } else if certificate {
        (CredentialKind::ClientCertificate, None)
    } else {
        (CredentialKind::None, None)
    };
    Credential { kind, name }
}

/// Files that count: what is written in the kubeconfig itself wins over one.
fn files_of_cluster(cluster: &Cluster) -> Option<(&'static str, PathBuf)> {
    let file =
        cluster.certificate_authority.as_ref().filter(|_| cluster.certificate_authority_data.is_none())?;
    Some(("certificate authority", PathBuf::from(file)))
}

fn files_of_user(user: &AuthInfo) -> Vec<(&'static str, PathBuf)> {
    let certificate = user.client_certificate.as_ref().filter(|_| user.client_certificate_data.is_none());
    let key = user.client_key.as_ref().filter(|_| user.client_key_data.is_none());
    let token = user.token_file.as_ref().filter(|_| user.token.is_none());
    let files = [("client certificate", certificate), ("client key", key), ("token file", token)];
    files.into_iter().filter_map(|(what, file)| Some((what, PathBuf::from(file?)))).collect()
}

fn missing(file: &Path) -> Option<String> {
    match file.metadata() {
        Ok(metadata) if metadata.is_file() => None,
        Ok(_) => Some("it is no file".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("there is no such file".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

fn plugin_problem(user: &AuthInfo, path: &std::ffi::OsStr) -> Option<String> {
    let plugin = user.exec.as_ref().filter(|_| credential(user).kind == CredentialKind::Exec)?;
    let command = plugin.command.as_deref().unwrap_or_default();
    if command.is_empty() {
        return Some("the exec plugin names no program".to_owned());
    }
    if exec::find(command, path).is_some() {
        return None;
    }
    let is_path = command.contains(std::path::MAIN_SEPARATOR);
    let what = if is_path { "is no program" } else { "is not on the PATH" };
    let hint = plugin.install_hint.as_deref().map(|hint| format!("; {}", hint.trim())).unwrap_or_default();
    Some(format!("the exec plugin {command} {what}{hint}"))
}

#[cfg(test)]
mod tests;
