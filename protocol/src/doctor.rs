//! What the doctor looks at, what it finds, and what to do about it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::workload::WorkloadRef;

/// Where to look. All of it is as in `session.start`, so that what is found is what a start would meet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorParams {
    /// Without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// As in `session.start`: exec plugins and syncthing are looked up on its `PATH`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// Everything that was looked at. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorReport {
    /// The version of the nhd that looked.
    pub version: String,
    /// When it looked.
    pub at: Timestamp,
    /// The kubeconfig's context, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The address of the API server, where the kubeconfig says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The namespace that was looked at, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// In the order in which people read them.
    pub checks: Vec<DoctorCheck>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorCheck {
    /// What it is for programs, such as `cluster.reachable`; one of each in a report. The list only ever grows.
    pub id: String,
    pub group: DoctorGroup,
    /// What it is for people, in a few words.
    pub title: String,
    pub state: DoctorState,
    /// What was found, or why it was not looked at. Lines are separated by `\n`.
    pub detail: String,
    /// What to do about it, the most useful first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<DoctorRemedy>,
    /// How long it took to look, in milliseconds.
    pub elapsed_ms: u64,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DoctorGroup {
    /// The daemon and its sessions.
    Daemon,
    /// This machine: programs, limits, disk, socket.
    Machine,
    /// The kubeconfig and the credentials in it.
    Kubeconfig,
    /// The API server.
    Cluster,
    /// What the user may do in the namespace.
    Permissions,
    /// What earlier sessions left, here and in the namespace.
    Leftovers,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DoctorState {
    Ok,
    /// It works, with less or not for long.
    Warning,
    /// Sessions cannot be started, or cannot go on, before this is mended.
    Failed,
    /// It could not be looked at; `detail` says why.
    Skipped,
}

/// Something to do about what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRemedy {
    /// What to do, as a sentence.
    pub text: String,
    /// A command line for a POSIX shell that does it. Nobody but the user may decide to run it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The Kubernetes manifest that `command` reads from its standard input, as YAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// A workload to give back with `session.release`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<WorkloadRef>,
}

impl DoctorRemedy {
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    #[must_use]
    pub fn command(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..Self::text(text) }
    }
}
