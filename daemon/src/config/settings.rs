//! The dev settings of a session: what its configuration came to. Filled here, stored as they are, and read by whoever
//! acts.

use std::collections::BTreeMap;

use nhd_plan::{EnvSource, Folder, Patch};
use nhd_protocol::forward::{ForwardReason, PortPair};
use serde::{Deserialize, Serialize};

use crate::sync::Selection;

/// The dev configuration beyond image, container, folder and sidecar, which every request has. Later edits of the files
/// do not change it. The names of the fields are those in the store; what an earlier version did not write is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DevSettings {
    pub image_pull_policy: Option<String>,
    pub shell: Option<String>,
    /// Names with values, in the order in which they were written: a later one may refer to an earlier one.
    pub env: Vec<(String, String)>,
    /// The ConfigMaps and Secrets that further variables come from; a later one counts before an earlier one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_from: Vec<EnvSource>,
    /// Quantities by the names of their resources.
    pub limits: BTreeMap<String, String>,
    pub requests: BTreeMap<String, String>,
    /// The same of the sidecar, in the place of those that are fitted to the namespace.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sidecar_limits: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sidecar_requests: BTreeMap<String, String>,
    pub keep_security_context: bool,
    /// The folders of the dev container that outlive its pod.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<Folder>,
    /// Of their volume claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// The last word about the object that has the dev pod, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<Patch>,
    /// What is synced.
    pub selection: Selection,
    /// What the pod changes comes back.
    pub two_way: bool,
    /// What was configured and has no effect.
    pub warnings: Vec<String>,
    /// What a session begins with, none twice; a client may start and end others.
    pub forwards: Vec<WantedForward>,
}

/// A forward that the user wants for as long as the session lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedForward {
    /// `None` stands for whichever local port is free.
    pub local: Option<u16>,
    pub remote: u16,
    pub reason: ForwardReason,
    /// The free port that was chosen, so that the next daemon asks for the same one.
    #[serde(default)]
    pub chosen: Option<u16>,
}

impl WantedForward {
    #[must_use]
    pub fn new(pair: PortPair, reason: ForwardReason) -> Self {
        Self { local: pair.local, remote: pair.remote, reason, chosen: None }
    }

    /// What was asked for.
    #[must_use]
    pub fn pair(&self) -> PortPair {
        PortPair { local: self.local, remote: self.remote }
    }

    /// The local port, once it is known.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.local.or(self.chosen)
    }
}
