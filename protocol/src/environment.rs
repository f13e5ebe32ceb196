//! New variables for a session that runs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::selector::SessionSelector;

/// Gives the one session that matches other variables: a token that was renewed, a PATH with the exec plugin on it. Those
/// that are not named stay. What may be secret of them is in memory only, as in `session.start`, and the variables of the
/// dev configuration keep what they stood for at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetEnvironmentParams {
    #[serde(flatten)]
    pub selector: SessionSelector,
    /// Values by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Names of variables that are to be there no longer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
}
