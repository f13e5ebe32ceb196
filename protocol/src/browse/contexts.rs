//! The contexts of a kubeconfig, and the namespaces that one of them leads to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::ErrorInfo;

/// Which kubeconfig to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextListParams {
    /// As in `session.start`: one file, or several as in `KUBECONFIG`. Without it `KUBECONFIG` of the `environment`, else
    /// `~/.kube/config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// As in `session.start`. `PATH` in it is where exec plugins are looked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// The contexts of a kubeconfig, merged as kubectl merges several files: the first to name a thing wins. Nothing was asked
/// of any cluster, no plugin was run, nothing was written, and no credential is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextList {
    /// In the order of the files.
    pub contexts: Vec<ContextEntry>,
    /// The name of the current context, which may be none of those that are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The files that were looked at, in their order: those to watch for changes.
    pub files: Vec<String>,
    /// Files that gave nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ContextWarning>,
}

/// One context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextEntry {
    /// The context's name, which `context` takes everywhere.
    pub name: String,
    /// Whether it is the current one.
    pub current: bool,
    /// The name of its cluster.
    pub cluster: String,
    /// The address of the API server, without what may be a password in it; absent where the cluster is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The namespace that it names; without one it is `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name of its user; absent where it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How the user signs in; absent where the user is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Credential>,
    /// The file that it comes from.
    pub file: String,
    /// Why it will not work as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ContextProblem>,
}

/// How the user of a context signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    pub kind: CredentialKind,
    /// The name of the exec plugin's program, or of the auth provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The kinds of credentials, of which the first that a user has counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CredentialKind {
    /// A provider that is built into clients, as older kubeconfigs name them.
    AuthProvider,
    /// A name and a password.
    Basic,
    /// A bearer token, in the kubeconfig or in a file.
    Token,
    /// A program that gives credentials.
    Exec,
    ClientCertificate,
    /// Nobody in particular.
    None,
}

/// Why a context will not work as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextProblem {
    pub kind: ContextProblemKind,
    /// What is wrong, and with what.
    pub message: String,
}

/// What can be wrong with a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ContextProblemKind {
    /// There is no cluster of the name that it has, or the cluster has no server.
    ClusterMissing,
    /// There is no user of the name that it has.
    UserMissing,
    /// A later entry has the same name, and does not count.
    Duplicate,
    /// A file with a certificate, a key or a token is not there.
    FileMissing,
    /// The program of the exec plugin is not there, or not on the `PATH` of the `environment`.
    PluginMissing,
}

/// A file of the kubeconfig that gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextWarning {
    /// The file.
    pub file: String,
    /// Why it gave nothing; no line of it is quoted.
    pub message: String,
}

/// Where to look for namespaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceListParams {
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

/// The namespaces of a cluster; for a user who may not list them those that are known all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceList {
    /// The kubeconfig's context.
    pub context: String,
    /// The address of the API server.
    pub server: String,
    /// The namespace of the context, which is meant where none is named.
    pub own: String,
    /// By name.
    pub namespaces: Vec<NamespaceEntry>,
    /// Why they could not be listed: `permissionDenied`. Then `namespaces` has those that contexts of the kubeconfig for
    /// this cluster name and those of this daemon's sessions there, whether they exist or not; the user may know more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<ErrorInfo>,
}

/// One namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceEntry {
    /// Its name.
    pub name: String,
    /// It is being deleted (phase `Terminating`): nothing can be made in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub terminating: bool,
}
