//! How requests name sessions. It does not know what a session is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::workload::WorkloadKind;

/// Names sessions: one by its id, or those of a workload. A workload named without a namespace matches in every one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionSelector {
    /// The session's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<WorkloadKind>,
    /// The workload's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The workload's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The kubeconfig context that the session was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Every session that the other members leave. `session.end` wants it said, so that a member forgotten or
    /// misspelled does not end everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
}
