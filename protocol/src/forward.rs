//! Port-forwards as clients see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The forward from this machine to the sidecar's syncthing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardStatus {
    /// The port on 127.0.0.1.
    pub local_port: u16,
    /// The port in the pod.
    pub remote_port: u16,
    /// Connections open now.
    pub open_connections: u32,
    /// Connections accepted since the forward was opened.
    pub connections: u64,
    /// The last connection that failed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}
