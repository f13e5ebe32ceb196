//! The environment of the client that a session is reached by, for proxies and exec plugins. What of it may be secret
//! is kept in memory only: a store, a log and an error never have it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::Deref;

use serde::{Deserialize, Serialize, Serializer};

/// Variables that say where things are, and what is chosen among several. Whatever is not here may be a secret: clouds
/// and companies name their tokens as they like.
const HARMLESS: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "TMPDIR",
    "KUBECONFIG",
    "NHD_SYNCTHING",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_ACTIVE_CONFIG_NAME",
    "CLOUDSDK_CORE_PROJECT",
    "USE_GKE_GCLOUD_AUTH_PLUGIN",
    "AZURE_CONFIG_DIR",
    "AAD_LOGIN_METHOD",
    "OCI_CLI_CONFIG_FILE",
    "OCI_CLI_PROFILE",
    "DIGITALOCEAN_CONTEXT",
    "VAULT_ADDR",
];

/// Addresses, which may have a password in them.
const PROXIES: &[&str] =
    &["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Variables of a client. What is serialised of them is only what is plainly no secret.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Environment(BTreeMap<String, String>);

/// Whether a variable can be written down.
pub fn is_harmless(name: &str, value: &str) -> bool {
    HARMLESS.contains(&name) || (PROXIES.contains(&name) && !value.contains('@'))
}

/// Where programs are looked up for a client; where it does not say, as for the daemon itself.
pub fn search_path(environment: &BTreeMap<String, String>) -> OsString {
    let own = || std::env::var_os("PATH").unwrap_or_default();
    environment.get("PATH").map_or_else(own, OsString::from)
}

/// Whether a variable says which proxy leads to a cluster.
pub fn is_proxy(name: &str) -> bool {
    PROXIES.contains(&name) || ["NO_PROXY", "no_proxy"].contains(&name)
}

impl From<BTreeMap<String, String>> for Environment {
    fn from(variables: BTreeMap<String, String>) -> Self {
        Self(variables)
    }
}

impl Deref for Environment {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Serialize for Environment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter(|(name, value)| is_harmless(name, value)))
    }
}

/// Names only.
impl std::fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_may_be_secret_is_neither_written_nor_shown() {
        let written = json!({
            "PATH": "/bin",
            "AWS_PROFILE": "dev",
            "HTTPS_PROXY": "http://proxy:3128",
        });
        let mut all = written.clone();
        let secrets = [
            ("AWS_SESSION_TOKEN", "hidden"),
            ("AWS_SECRET_ACCESS_KEY", "hidden"),
            ("VAULT_TOKEN", "hidden"),
            ("AZURE_CLIENT_SECRET", "hidden"),
            ("PATH_OF_MINE", "hidden"),
            ("path", "hidden"),
            ("DB_PASSWORD", "hidden"),
            ("https_proxy", "http://ann:hidden@proxy:3128"),
        ];
        for (name, value) in secrets {
            all[name] = value.into();
        }
        let environment: Environment = serde_json::from_value(all).expect("variables");
        assert_eq!(environment.get("VAULT_TOKEN").map(String::as_str), Some("hidden"));
        assert_eq!(serde_json::to_value(&environment).expect("JSON"), written);
        let shown = format!("{environment:?}");
        assert!(shown.contains("VAULT_TOKEN") && !shown.contains("hidden"), "{shown}");
    }
}
