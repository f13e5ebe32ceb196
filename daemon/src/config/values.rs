//! The configuration as the rest of the daemon uses it.

use std::collections::BTreeMap;

use super::layers::{CONTAINER, Resolved, Setting};

/// What the request itself says, which wins over every text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    pub image: Option<String>,
    pub container: Option<String>,
    pub work_dir: Option<String>,
    pub sidecar_image: Option<String>,
    pub env: BTreeMap<String, String>,
    pub sync_type: Option<String>,
}

impl Flags {
    pub(super) fn settings(&self) -> impl Iterator<Item = (String, Setting)> {
        let named = [
            ("image", &self.image),
            (CONTAINER, &self.container),
            ("workDir", &self.work_dir),
            ("sidecarImage", &self.sidecar_image),
            ("sync.type", &self.sync_type),
        ];
        let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
        let env = self.env.iter().map(|(name, value)| (format!("env.{name}"), value.clone()));
        named.chain(env).map(|(key, value)| (key, Setting::Text(value)))
    }
}

/// Quantities by the names of their resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    pub limits: BTreeMap<String, String>,
    pub requests: BTreeMap<String, String>,
}

/// Every effective value that has an effect; `None` leaves the container its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    pub image: Option<String>,
    pub image_pull_policy: Option<String>,
    pub shell: Option<String>,
    pub work_dir: Option<String>,
    pub container: Option<String>,
    pub sidecar_image: Option<String>,
    pub resources: Resources,
    /// In the order in which they were written: a later one may refer to an earlier one.
    pub env: Vec<(String, String)>,
    pub keep_security_context: bool,
    /// What the container changes is wanted, too.
    pub two_way: bool,
    /// Only what git does not ignore is synced.
    pub git_ignore: bool,
    pub file_patterns: Vec<String>,
    pub ignored_patterns: Vec<String>,
}

impl Values {
    pub fn of(resolved: &Resolved) -> Self {
        let text = |key: &str| match resolved.get(key) {
            Some(Setting::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let list = |key: &str| match resolved.get(key) {
            Some(Setting::List(items)) => items.clone(),
            _ => Vec::new(),
        };
        Self {
            image: text("image"),
            image_pull_policy: text("imagePullPolicy"),
            shell: text("shell"),
            work_dir: text("workDir"),
            container: text(CONTAINER),
            sidecar_image: text("sidecarImage"),
            resources: Resources {
                limits: texts(resolved, "resources.limits").collect(),
                requests: texts(resolved, "resources.requests").collect(),
            },
            env: texts(resolved, "env").collect(),
            keep_security_context: text("securityContext").is_some(),
            two_way: text("sync.type").as_deref() == Some("sendReceive"),
            git_ignore: text("sync.mode").as_deref() == Some("gitIgnore"),
            file_patterns: list("sync.filePattern"),
            ignored_patterns: list("sync.ignoreFilePattern"),
        }
    }
}

fn texts<'a>(resolved: &'a Resolved, path: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
    resolved.below(path).filter_map(|(name, value)| match value {
        Setting::Text(text) => Some((name.to_owned(), text.clone())),
        _ => None,
    })
}
