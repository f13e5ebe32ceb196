//! What a start takes along from where the CLI runs: folder, kubeconfig, and the environment that exec plugins need.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;
use crate::variables::CONFIGURATION;

/// Variables that go along: to find and run exec plugins, to reach the cluster, to log in again.
const NAMES: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "TMPDIR",
    "NHD_SYNCTHING",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    // Plugins that open a browser or ask a keyring.
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK",
];

/// Families of variables of the clouds' own plugins.
const PREFIXES: &[&str] = &[
    "AWS_",
    "GOOGLE_",
    "CLOUDSDK_",
    "USE_GKE_",
    "AZURE_",
    "AAD_",
    "ARM_",
    "OCI_",
    "ALIBABA_CLOUD_",
    "DIGITALOCEAN_",
    "TELEPORT_",
    "VAULT_",
];

const KUBECONFIG: &str = "KUBECONFIG";

/// The CLI's own folder and environment.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    folder: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

impl Caller {
    pub(crate) fn of_this_process() -> Result<Self, Failure> {
        let folder = std::env::current_dir().map_err(|error| {
            let text = if error.kind() == io::ErrorKind::NotFound {
                "the current folder is gone".to_owned()
            } else {
                format!("the current folder cannot be told: {error}")
            };
            Failure::usage(text).with_hint("change to a folder that is there, then try again")
        })?;
        Ok(Self { folder, variables: std::env::vars_os().collect() })
    }

    /// The folder of the dev configuration around where the CLI runs: this one or the nearest above that has one.
    pub(crate) fn source(&self) -> Option<PathBuf> {
        let has_one = |folder: &&Path| folder.join(CONFIGURATION).is_file();
        self.folder.ancestors().find(has_one).map(Path::to_owned)
    }

    /// Whether a folder is the user's home, or one around it such as the root: nobody means to sync that by saying
    /// nothing.
    pub(crate) fn holds_home(&self, folder: &Path) -> bool {
        let resolved = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = resolved(folder);
        let home = self.variable("HOME").filter(|home| !home.is_empty());
        folder.parent().is_none() || home.is_some_and(|home| resolved(Path::new(home)).starts_with(&folder))
    }

    /// A path as the daemon, which runs elsewhere, must have it: absolute, without `.` and a final slash. A folder
    /// that is not there stays as written; the daemon says so.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        let path = self.folder.join(path);
        if path.components().any(|part| part == Component::ParentDir)
            && let Ok(resolved) = path.canonicalize()
        {
            return resolved;
        }
        path.components().collect()
    }

    /// `KUBECONFIG` with every path absolute, if it is set.
    pub(crate) fn kubeconfig(&self) -> Option<OsString> {
        let value = self.variable(KUBECONFIG)?;
        let paths = std::env::split_paths(value).filter(|path| !path.as_os_str().is_empty());
        let joined = std::env::join_paths(paths.map(|path| self.absolute(&path))).ok()?;
        (!joined.is_empty()).then_some(joined)
    }

    /// The variables that go along; those that are not Unicode stay behind.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        self.environment_with(&BTreeSet::new())
    }

    /// The same, and those that a dev configuration names.
    pub(crate) fn environment_with(&self, named: &BTreeSet<String>) -> BTreeMap<String, String> {
        let passes = |name: &str| {
            NAMES.contains(&name)
                || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
                || named.contains(name)
        };
        let mut environment: BTreeMap<String, String> = self
            .variables
            .iter()
            .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned())))
            .filter(|(name, _)| passes(name))
            .collect();
        if let Some(kubeconfig) = self.kubeconfig().and_then(|value| value.into_string().ok()) {
            environment.insert(KUBECONFIG.to_owned(), kubeconfig);
        }
        environment
    }

    /// All variables that are Unicode.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
    }

    /// Whether a variable says where something is, and is no secret.
    pub(crate) fn is_harmless(name: &str, value: &str) -> bool {
        (NAMES.contains(&name) || name == KUBECONFIG) && !value.contains('@')
    }

    fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_os_str())
    }

    #[cfg(test)]
    pub(crate) fn of_test(folder: &str, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { folder: folder.into(), variables }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_absolute() {
        let here = Caller::of_test("/projects", &[]);
        for (path, expect) in
            [("src", "/projects/src"), (".", "/projects"), ("./a/", "/projects/a"), ("/b/./c/", "/b/c")]
        {
            assert_eq!(here.absolute(Path::new(path)).to_str(), Some(expect), "{path}");
        }
    }

    #[test]
    fn every_kubeconfig_of_the_list_becomes_absolute() {
        for (value, expect) in
            [("config", Some("/projects/config")), ("/a::b", Some("/a:/projects/b")), ("", None), (":", None)]
        {
            let here = Caller::of_test("/projects", &[("KUBECONFIG", value)]);
            assert_eq!(here.kubeconfig(), expect.map(OsString::from), "{value:?}");
            assert_eq!(here.environment().get("KUBECONFIG").map(String::as_str), expect, "{value:?}");
        }
    }

    #[test]
    fn exec_plugins_get_what_they_need_and_no_more() {
        let variables = [
            ("PATH", "/bin"),
            ("AWS_PROFILE", "dev"),
            ("https_proxy", "http://p"),
            ("PS1", "$ "),
            ("GITHUB_TOKEN", "secret"),
        ];
        let environment = Caller::of_test("/projects", &variables).environment();
        assert_eq!(environment.keys().collect::<Vec<_>>(), ["AWS_PROFILE", "PATH", "https_proxy"]);
        let named = ["PS1", "UNSET"].map(str::to_owned).into();
        let environment = Caller::of_test("/projects", &variables).environment_with(&named);
        assert_eq!(environment.keys().collect::<Vec<_>>(), ["AWS_PROFILE", "PATH", "PS1", "https_proxy"]);
    }
}
