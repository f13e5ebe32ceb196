//! The dev configuration: every effective value and where it came from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::message::Notice;
use crate::workload::WorkloadRef;

/// A value of the dev configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ConfigValue {
    Text(String),
    Number(u32),
    List(Vec<String>),
}

/// The kinds of source, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConfigSourceKind {
    /// A member of the request.
    Flag,
    /// `.nocalhost/config.yaml` in the source folder.
    File,
    /// The annotation `dev.nocalhost` of the workload.
    Annotation,
    /// The daemon's own `config.yaml`.
    Daemon,
    /// Nobody said otherwise.
    Default,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigSource {
    pub kind: ConfigSourceKind,
    /// The file's path, or whose annotation it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of the value in it, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// One key with its effective value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigEntry {
    /// The path of the key below `dev`: `image`, `sync.mode`, `env.LOG_LEVEL`.
    pub key: String,
    /// Left out where nothing is set: the container keeps its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ConfigValue>,
    pub source: ConfigSource,
}

/// What a start with the same parameters would use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigResult {
    pub workload: WorkloadRef,
    pub entries: Vec<ConfigEntry>,
    /// What was found and has no effect, each with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The same as codes with arguments, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}
