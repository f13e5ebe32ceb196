//! Makes an exec plugin of a kubeconfig run as it would in the shell of the client that started the session. Running
//! it, and asking again when its token expires, is kube's work.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use kube::config::{ExecConfig, ExecInteractiveMode};

use super::ConnectError;
use super::environment::search_path;
use crate::executable::{is_executable, on_path};

pub(super) fn prepare(
    plugin: &mut ExecConfig,
    environment: &BTreeMap<String, String>,
    context: &str,
) -> Result<(), ConnectError> {
    let command = plugin.command.clone().unwrap_or_default();
    if plugin.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err(ConnectError::ExecPluginInteractive { command, context: context.to_owned() });
    }
    // A daemon has no terminal, and kube would hand down the daemon's own standard input and error.
    plugin.interactive_mode = Some(ExecInteractiveMode::Never);
    match find(&command, &search_path(environment)) {
        Some(found) => plugin.command = Some(found.to_string_lossy().into_owned()),
        None => {
            return Err(ConnectError::ExecPluginMissing {
                command,
                context: context.to_owned(),
                install_hint: plugin.install_hint.clone(),
            });
        }
    }
    if !environment.is_empty() {
        set_environment(plugin, environment);
    }
    Ok(())
}

/// The client's environment instead of the daemon's; the kubeconfig's own entries win over both.
fn set_environment(plugin: &mut ExecConfig, environment: &BTreeMap<String, String>) {
    let own = plugin.env.take().unwrap_or_default();
    let named = |name: &str| own.iter().any(|entry| entry.get("name").is_some_and(|own| own == name));
    let foreign = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    plugin.drop_env = Some(foreign.filter(|name| !environment.contains_key(name) && !named(name)).collect());
    let inherited = environment.iter().map(|(name, value)| {
        HashMap::from([("name".to_owned(), name.clone()), ("value".to_owned(), value.clone())])
    });
    plugin.env = Some(inherited.chain(own.iter().cloned()).collect());
}

/// A command with a separator has been made absolute by its kubeconfig's folder; others are looked up.
pub fn find(command: &str, path: &std::ffi::OsStr) -> Option<PathBuf> {
    if command.is_empty() {
        return None;
    }
    if command.contains(std::path::MAIN_SEPARATOR) {
        return Some(PathBuf::from(command)).filter(|file| is_executable(file));
    }
    on_path(command, path)
}
