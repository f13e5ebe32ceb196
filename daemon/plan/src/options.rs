//! What a plan is made from: every choice resolved, every fact about the cluster looked up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::folder::Folder;
use crate::{ConfigPlace, Patch};

/// The folder that is synchronised, in the dev container and in the sidecar (the seed).
pub const DEFAULT_WORK_DIR: &str = "/home/nocalhost-dev";
/// What keeps the dev container alive while nothing is started in it (the seed).
pub const DEFAULT_COMMAND: [&str; 3] = ["/bin/sh", "-c", "tail -f /dev/null"];
/// The same, but gone at once when its pod is deleted: the first process of a container hears only those signals that
/// it asks for, and would be waited for until it is killed.
pub const PROMPT_COMMAND: [&str; 3] = ["/bin/sh", "-c", "trap 'exit 0' TERM; tail -f /dev/null & wait"];
/// The official image, for many architectures, pinned.
pub const DEFAULT_SIDECAR_IMAGE: &str = "docker.io/syncthing/syncthing:1.30.0";
/// The image of the seed's after-manifest.
pub const NOCALHOST_SIDECAR_IMAGE: &str =
    "codingcorp-docker.pkg.coding.net/nocalhost/public/nocalhost-sidecar:syncthing";

/// Everything that [`crate::enter()`] needs besides the workload itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DevOptions {
    /// The container to develop in; `None` stands for the only one.
    pub container: Option<String>,
    /// The image of the dev container.
    pub image: String,
    /// Takes the place of the container's own.
    pub image_pull_policy: Option<String>,
    /// Names with values that the dev container gets; each takes the place of all of its variables of that name.
    pub env: Vec<(String, String)>,
    /// ConfigMaps and Secrets whose entries the dev container gets besides those of its own.
    pub env_from: Vec<EnvSource>,
    /// Quantities by resource; each takes the place of the container's own of that name.
    pub limits: BTreeMap<String, String>,
    pub requests: BTreeMap<String, String>,
    /// The security contexts of pod and container stay as they are.
    pub keep_security_context: bool,
    /// An absolute, clean path.
    pub work_dir: String,
    pub command: Vec<String>,
    /// The folders of the dev container that outlive its pod, no path twice.
    pub folders: Vec<Folder>,
    /// Of the claims of those folders; the cluster's default without one.
    pub storage_class: Option<String>,
    pub sidecar: Sidecar,
    /// The Secret that the sidecar reads its identity and configuration from.
    pub secret_name: String,
    /// How many revisions (ReplicaSets) of the workload exist before the edit, the current one included.
    pub revisions: usize,
    /// A claim of the workload cannot be used by two pods at once (ReadWriteOnce, ReadWriteOncePod).
    pub exclusive_claims: bool,
    /// A quota of the namespace leaves no room for one more pod.
    pub tight_quota: bool,
    /// The LimitRanges of the namespace, as far as they can be read.
    pub limit_ranges: Vec<Value>,
    /// The API server lets nobody change the revisionHistoryLimit of a StatefulSet (before Kubernetes 1.33).
    pub fixed_history: bool,
    /// The last word about the object that has the dev pod, one after the other.
    pub patches: Vec<Patch>,
    /// What is refused because it may be lost or undone by others is done, with a warning.
    pub force: bool,
}

/// A ConfigMap or a Secret of the workload's namespace, each entry of which is a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvSource {
    pub kind: EnvSourceKind,
    pub name: String,
    /// What the names of the variables begin with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    pub place: ConfigPlace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EnvSourceKind {
    ConfigMap,
    Secret,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sidecar {
    pub preset: SidecarPreset,
    /// Takes the place of the preset's image; it is pulled only where it is missing.
    pub image: Option<String>,
    /// Quantities by resource, in the place of those that are fitted to the namespace and the pod.
    pub limits: BTreeMap<String, String>,
    pub requests: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SidecarPreset {
    /// The official syncthing image, its entrypoint bypassed.
    #[default]
    Syncthing,
    /// The seed's image, arguments and pull policy, character for character.
    Nocalhost,
}
