//! The dev configuration as editors need it: what is wrong where, what may be written, and writing it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::ConfigValue;
use crate::workload::WorkloadKind;

/// A place in a text as LSP has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextPosition {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in units of UTF-16.
    pub character: u32,
}

/// A stretch of a text as LSP has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextRange {
    /// Where it begins.
    pub start: TextPosition,
    /// Where it is over; what stands there is not part of it.
    pub end: TextPosition,
}

/// What is to stand in the place of a stretch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextEdit {
    pub range: TextRange,
    /// The new text.
    pub new_text: String,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// A start with this text fails.
    Error,
    /// It has no effect, or another than may be meant.
    Warning,
}

/// What mends a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigFix {
    /// What it does, in a few words.
    pub title: String,
    /// In the text that was checked.
    pub edits: Vec<TextEdit>,
}

/// Something wrong with a dev configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigProblem {
    pub severity: Severity,
    /// What it is, for programs: `configSyntax`, `configInclude`, `configWrong`, `configVariable`, `configEnvFile`,
    /// `configWithoutEffect`, or
    /// the code of a warning.
    pub code: String,
    /// What is wrong, in English.
    pub message: String,
    /// The path of the key from the top of the file: `services[0].containers[0].dev.sync.type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Where, in the file below. What comes of a variable is where the variable is named.
    pub range: TextRange,
    /// The line as messages have it, from 1.
    pub line: u32,
    /// The column as messages have it, from 1, in characters.
    pub column: u32,
    /// The included file that has it; absent for the text itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What mends it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<ConfigFix>,
}

/// Looks through a text that may not be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigCheckParams {
    /// The absolute path of the file, from which includes and the file of variables are found. It need not be there. One
    /// that is named `.nocalhost/config.yaml` is that of the source folder around it, the daemon's own `config.yaml` the
    /// daemon's; another one is taken for one of the former form.
    pub path: String,
    /// The text; without it, that of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The workload that is meant, with `name`: then it also counts whether anything is said about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<WorkloadKind>,
    /// The workload's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The container that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// What the variables of the text stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// What is wrong with a text: the first 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigCheckResult {
    /// In the order of the text, then those of included files.
    pub problems: Vec<ConfigProblem>,
}

/// Which schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigSchemaParams {
    /// That of the daemon's own `config.yaml`; without it, that of `.nocalhost/config.yaml`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub daemon: bool,
}

/// A JSON Schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigSchemaResult {
    /// The schema of draft 7, as JSON text to hand to an editor.
    pub schema: String,
}

/// Writes a first configuration for a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigScaffoldParams {
    /// The workload's kind.
    pub kind: WorkloadKind,
    /// The workload's name.
    pub name: String,
    /// Without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// The absolute path of the source folder, whose files say which image is of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The image to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Asks no cluster.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
}

/// A first configuration, with comments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigScaffoldResult {
    /// The text.
    pub text: String,
    /// Whether the workload's own containers are in it.
    pub from_cluster: bool,
    /// Why the cluster could not be asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Writes one key of the dev configuration of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigSetParams {
    /// As in `config.check`.
    pub path: String,
    /// The text; without it, that of the file, or an empty one where there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The workload's kind.
    pub kind: WorkloadKind,
    /// The workload's name.
    pub name: String,
    /// The container; without it the only one, or that without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The path of the key below `dev`, as `config.resolve` has it: `image`, `sync.mode`, `env.LOG_LEVEL`.
    pub key: String,
    /// Its value.
    pub value: ConfigValue,
    /// What the variables of the text stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Writes the file, which is replaced as a whole and keeps its mode. Without it nothing is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub write: bool,
}

/// The text with the key written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigSetResult {
    /// The whole new text. Outside of the edits it is the old one, byte for byte.
    pub text: String,
    /// What changed in the old text; empty where it said so already.
    pub edits: Vec<TextEdit>,
    /// Whether the file was written.
    pub written: bool,
}
