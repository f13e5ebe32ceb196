//! Images to work with, and what was chosen before.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::workload::WorkloadKind;

/// The workload and the source folder to suggest dev images for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageSuggestParams {
    pub kind: WorkloadKind,
    /// The workload's name.
    pub name: String,
    /// Without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The container to develop in; without it the only one that there is, or the one of last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The source folder, an absolute path. Its files tell the language; without it those of last time do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// Dev images, the best guess first and none twice. No registry was asked whether they are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageSuggestions {
    /// The best guess first.
    pub images: Vec<ImageSuggestion>,
    /// What was chosen when the workload was last put into DevMode from this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_choice: Option<LastChoice>,
    /// What could not be looked at, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// One dev image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageSuggestion {
    /// The image.
    pub image: String,
    pub reason: ImageReason,
    /// Why, for people: `go.mod asks for Go 1.24`.
    pub text: String,
}

/// Why an image is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ImageReason {
    /// The dev configuration names it.
    Configured,
    /// It was used for this workload the last time.
    LastUsed,
    /// The source folder is in its language.
    Language,
    /// The container runs it.
    Container,
}

/// What was chosen when a workload was last put into DevMode from this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastChoice {
    /// The dev image.
    pub image: String,
    /// The container that was developed in; absent where it was the only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The source folder.
    pub source: String,
    /// When that was.
    pub at: Timestamp,
}
