//! Patches of the dev configuration: the last word about the object that has the dev pod, as far as DevMode can do with
//! it. It does not know where they are written, only what to say of that.

mod lists;
mod needs;
mod strategic;

pub use lists::merged_lists;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DevOptions, PlanError, diff, kinds, warning};

/// A change of the object that has the dev pod: the workload itself, or the dev workload beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    #[serde(rename = "type")]
    pub kind: PatchKind,
    pub patch: Value,
    #[serde(default, skip_serializing_if = "ConfigPlace::is_nowhere")]
    pub place: ConfigPlace,
}

/// How a patch is to be read; the words are those of `kubectl patch --type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchKind {
    /// A strategic merge patch of Kubernetes: as `Merge`, but items of lists are told apart by their keys.
    #[default]
    Strategic,
    /// A JSON merge patch (RFC 7386): lists take the place of lists.
    Merge,
    /// A JSON patch (RFC 6902): a list of operations.
    Json,
}

/// Where in a configuration something is written; line and column from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigPlace {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

impl ConfigPlace {
    fn is_nowhere(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for ConfigPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl PatchKind {
    pub const WORDS: [&str; 3] = ["strategic", "merge", "json"];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Strategic => Self::WORDS[0],
            Self::Merge => Self::WORDS[1],
            Self::Json => Self::WORDS[2],
        }
    }

    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Strategic, Self::Merge, Self::Json].into_iter().find(|kind| kind.word() == word)
    }

    /// Reads a patch of this kind, in JSON or YAML; what is wrong with it is told as what it must be or why it is not read.
    pub fn read(self, text: &str) -> Result<Value, String> {
        let patch: Value = serde_yaml_ng::from_str(text).map_err(|error| format!("is not read: {error}"))?;
        match self {
            Self::Json => operations(&patch).map(drop)?,
            Self::Strategic | Self::Merge if !patch.is_object() => {
                return Err(format!("must be a mapping, as its type is {}", self.word()));
            }
            Self::Strategic | Self::Merge => {}
        }
        Ok(patch)
    }
}

fn operations(patch: &Value) -> Result<json_patch::Patch, String> {
    serde_json::from_value(patch.clone())
        .map_err(|error| format!("must be a list of JSON patch operations, as its type is json: {error}"))
}

impl Patch {
    /// Changes `object` as the API server would; what is wrong is told as the rest of a sentence about the patch.
    pub fn apply(&self, object: &mut Value) -> Result<(), String> {
        match self.kind {
            PatchKind::Strategic => strategic::merge(object, &self.patch),
            PatchKind::Merge => {
                json_patch::merge(object, &self.patch);
                Ok(())
            }
            PatchKind::Json => json_patch::patch(object, &operations(&self.patch)?)
                .map_err(|error| format!("does not apply: {error}")),
        }
    }
}

/// Applies every patch to `object`, whose pod template is at `template`, and holds each to what DevMode needs.
pub(crate) fn apply(
    object: &mut Value,
    template: &str,
    options: &DevOptions,
    warnings: &mut Vec<String>,
) -> Result<(), PlanError> {
    let made = object.clone();
    for patch in &options.patches {
        let applied = patch.apply(object).and_then(|()| needs::check(&made, object, template));
        applied.map_err(|problem| PlanError::PatchRefused { place: patch.place.clone(), problem })?;
    }
    let on_node =
        |object: &Value| object.pointer(&format!("{template}/spec/hostNetwork")) == Some(&Value::Bool(true));
    if on_node(object) && !on_node(&made) {
        warnings.push(warning::HOST_NETWORK.to_owned());
    }
    Ok(())
}

/// The fields of the pod template of `sent` that are not in the API server's `answer`: it does not know them.
pub fn left_out(sent: &Value, answer: &Value) -> Vec<String> {
    let (Some(before), Some(after)) = (kinds::pod_template(sent), kinds::pod_template(answer)) else {
        return Vec::new();
    };
    let differences = diff(before, after);
    let gone =
        differences.into_iter().filter(|it| it.after.is_none() && it.before.as_ref().is_some_and(says));
    gone.map(|it| it.path).collect()
}

/// Whether a value is other than that of a field which is not there.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.values().any(says),
    }
}

#[cfg(test)]
mod tests;
