//! What an error holds for a client to act on: a button, a list to choose from, a place to jump to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::listing::DevModeOwner;
use crate::workload::WorkloadRef;

/// What there is to act on. Each member is there where the error is about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorData {
    /// What `choices` are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices_of: Option<Choices>,
    /// What could be named instead, as far as it can be listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What the user must be allowed and is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingPermission>,
    /// Where in a file it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<ErrorLocation>,
    /// Who has the workload in DevMode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<DevModeOwner>,
    /// What has the local port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<PortHolder>,
}

/// What there is to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Choices {
    /// Names of containers of the workload, or of its dev configuration.
    Container,
    /// Names of contexts of the kubeconfig.
    Context,
    /// Names of namespaces.
    Namespace,
    /// Kinds of workloads.
    Kind,
    /// Names of workloads of the kind, in the namespace.
    Workload,
    /// Ids of sessions.
    Session,
}

impl ErrorData {
    /// Something to choose from; nothing where there is no choice.
    #[must_use]
    pub fn choices(of: Choices, choices: Vec<String>) -> Self {
        let choices_of = (!choices.is_empty()).then_some(of);
        Self { choices_of, choices, ..Self::default() }
    }

    #[must_use]
    pub fn owner(owner: Option<DevModeOwner>) -> Self {
        Self { owner, ..Self::default() }
    }
}

/// One thing that must be allowed, as a rule of a Role names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MissingPermission {
    /// What is to be allowed: `get`, `list`, `create`.
    pub verb: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// In the plural, as in a rule: `pods`.
    pub resource: String,
    /// Such as `portforward`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
    /// Where; absent for what is not in a namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The one object that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorLocation {
    /// The file's path, or whose annotation it is.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// What has a local port: another forward of this daemon, or a program of this machine as far as it can be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortHolder {
    /// The port on 127.0.0.1.
    pub port: u16,
    /// The process, where it is one of the user's own and the system says so (Linux).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The name of its program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The session whose forward it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The workload of that session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadRef>,
    /// The port in the pod to which that forward leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_port: Option<u16>,
}
