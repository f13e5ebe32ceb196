//! The configuration as the rest of the daemon uses it.

use std::collections::BTreeMap;

use nhd_plan::{ConfigPlace, DEFAULT_CAPACITY, EnvSource, EnvSourceKind, Folder, Patch, PatchKind};
use nhd_protocol::forward::{ForwardReason, PortPair};

use super::model::{CONFIG_MAPS, CONTAINER, Entry, PATCHES, Resolved, SECRETS, Setting, SourceKind};
use super::settings::{DevSettings, WantedForward};
use crate::sync::Selection;

const PORT_FORWARD: &str = "portForward";
const DEBUG_PORT: &str = "debug.remoteDebugPort";

const FOLDERS: &str = "persistentVolumeDirs";

const SECURITY_CONTEXT: &str = "securityContext";

/// What the request itself says, which wins over every text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    pub image: Option<String>,
    pub container: Option<String>,
    pub work_dir: Option<String>,
    pub sidecar_image: Option<String>,
    pub env: BTreeMap<String, String>,
    pub keep_security_context: bool,
    /// Instead of those of every text, where there are any.
    pub port_forward: Vec<PortPair>,
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
        let keep = self.keep_security_context.then(|| (SECURITY_CONTEXT.to_owned(), "keep".to_owned()));
        let ports: Vec<String> = self.port_forward.iter().map(PortPair::to_string).collect();
        let ports = (!ports.is_empty()).then(|| (PORT_FORWARD.to_owned(), Setting::List(ports)));
        named.chain(keep).chain(env).map(|(key, value)| (key, Setting::Text(value))).chain(ports)
    }
}

/// Every effective value that has an effect; `None` leaves the container its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    pub image: Option<String>,
    pub work_dir: Option<String>,
    pub container: Option<String>,
    pub sidecar_image: Option<String>,
    pub dev: DevSettings,
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
            work_dir: text("workDir"),
            container: text(CONTAINER),
            sidecar_image: text("sidecarImage"),
            dev: DevSettings {
                image_pull_policy: text("imagePullPolicy"),
                shell: text("shell"),
                env: texts(resolved, "env").collect(),
                env_from: sources(resolved, CONFIG_MAPS, EnvSourceKind::ConfigMap)
                    .chain(sources(resolved, SECRETS, EnvSourceKind::Secret))
                    .collect(),
                limits: texts(resolved, "resources.limits").collect(),
                requests: texts(resolved, "resources.requests").collect(),
                sidecar_limits: texts(resolved, "sidecarResources.limits").collect(),
                sidecar_requests: texts(resolved, "sidecarResources.requests").collect(),
                keep_security_context: text(SECURITY_CONTEXT).is_some(),
                selection: Selection {
                    git_ignore: text("sync.mode").as_deref() == Some("gitIgnore"),
                    files: list("sync.filePattern"),
                    ignored: list("sync.ignoreFilePattern"),
                    // Known once the work dir is.
                    apart: Vec::new(),
                },
                folders: list(FOLDERS).iter().map(|text| folder(text)).collect(),
                storage_class: text("storageClass"),
                patches: patches(resolved),
                two_way: text("sync.type").as_deref() == Some("sendReceive"),
                warnings: resolved.warnings.clone(),
                forwards: forwards(resolved),
            },
        }
    }
}

/// A colon is in no path.
fn folder(text: &str) -> Folder {
    let (path, capacity) = text.split_once(':').unwrap_or((text, DEFAULT_CAPACITY));
    Folder { path: path.to_owned(), capacity: capacity.to_owned() }
}

fn texts<'a>(resolved: &'a Resolved, path: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
    resolved.below(path).filter_map(|(name, value)| match value {
        Setting::Text(text) => Some((name.to_owned(), text.clone())),
        _ => None,
    })
}

/// Every patch with where it is written; that it can be read was checked when it was.
fn patches(resolved: &Resolved) -> Vec<Patch> {
    let patches = resolved.entries.iter().filter_map(|entry| {
        let number = entry.key.strip_prefix(PATCHES)?.strip_suffix(".patch")?;
        let kind = match resolved.get(&format!("{PATCHES}{number}.type")) {
            Some(Setting::Text(word)) => PatchKind::of_word(word)?,
            _ => PatchKind::default(),
        };
        let Some(Setting::Text(text)) = &entry.value else { return None };
        Some(Patch { kind, patch: kind.read(text).ok()?, place: place(entry) })
    });
    patches.collect()
}

fn sources<'a>(
    resolved: &'a Resolved,
    list: &'a str,
    kind: EnvSourceKind,
) -> impl Iterator<Item = EnvSource> + 'a {
    resolved.entries.iter().filter_map(move |entry| {
        let number = entry.key.strip_prefix(list)?.strip_suffix(".name")?;
        let Some(Setting::Text(name)) = &entry.value else { return None };
        let prefix = match resolved.get(&format!("{list}{number}.prefix")) {
            Some(Setting::Text(prefix)) => prefix.clone(),
            _ => String::new(),
        };
        Some(EnvSource { kind, name: name.clone(), prefix, place: place(entry) })
    })
}

fn place(entry: &Entry) -> ConfigPlace {
    let place = entry.origin.place.as_ref();
    place.map_or_else(ConfigPlace::default, |(file, at)| ConfigPlace {
        file: file.clone(),
        line: at.line,
        column: at.column,
    })
}

/// A port that is given for both is the debugger's, so that whoever looks for that finds it.
fn forwards(resolved: &Resolved) -> Vec<WantedForward> {
    let reason = match resolved.source(PORT_FORWARD) {
        Some(SourceKind::Flag) => ForwardReason::Request,
        _ => ForwardReason::PortForward,
    };
    let debug = pairs(resolved.get(DEBUG_PORT)).into_iter().map(|pair| (pair, ForwardReason::Debug));
    let listed = pairs(resolved.get(PORT_FORWARD)).into_iter().map(|pair| (pair, reason));
    let mut forwards: Vec<WantedForward> = Vec::new();
    for (pair, reason) in debug.chain(listed) {
        if forwards.iter().all(|known| known.pair() != pair) {
            forwards.push(WantedForward::new(pair, reason));
        }
    }
    forwards
}

/// What was checked when it was read.
fn pairs(setting: Option<&Setting>) -> Vec<PortPair> {
    let parsed = |text: &String| text.parse().ok();
    match setting {
        None => Vec::new(),
        Some(Setting::List(texts)) => texts.iter().filter_map(parsed).collect(),
        Some(Setting::Text(text)) => parsed(text).into_iter().collect(),
        Some(Setting::Number(port)) => parsed(&port.to_string()).into_iter().collect(),
    }
}
