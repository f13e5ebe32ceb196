//! What went wrong, as data: a closed list of kinds, a message and a hint.

use serde::{Deserialize, Serialize};

macro_rules! error_kinds {
    ($($(#[doc = $doc:expr])+ $name:ident = $code:literal,)+) => {
        /// The kind of an error, which clients branch on. The list only ever grows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum ErrorKind { $($(#[doc = $doc])+ $name,)+ }

        impl ErrorKind {
            /// Every kind, in the order of their codes.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$name,)+];

            /// The JSON-RPC error code of this kind. Positive, so that it never meets the protocol's own negative ones.
            #[must_use]
            pub fn code(self) -> i32 {
                match self { $(ErrorKind::$name => $code,)+ }
            }

            /// What the kind means, in a sentence or two.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(ErrorKind::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

error_kinds! {
    /// The request itself is wrong: a member is missing, empty or not what it must be.
    InvalidRequest = 1,
    /// Client and daemon speak different versions of the protocol.
    ProtocolMismatch = 2,
    /// No session has this id or belongs to this workload.
    SessionNotFound = 3,
    /// The workload already has a session on this machine, started with other parameters.
    SessionExists = 4,
    /// The session is being ended and can take no other request.
    SessionEnding = 5,
    /// What was awaited was given up because the session was ended meanwhile.
    Cancelled = 6,
    /// What was awaited did not come within the time that the client gave.
    Timeout = 7,
    /// No daemon answers. Clients say this; a daemon never does.
    DaemonUnreachable = 8,
    /// A kubeconfig is missing, cannot be read, or does not say what it must.
    KubeconfigInvalid = 20,
    /// The kubeconfig has no such context.
    ContextNotFound = 21,
    /// The API server cannot be reached or does not answer.
    ClusterUnreachable = 22,
    /// The API server does not accept who we say we are.
    Unauthorized = 23,
    /// The user lacks a permission that DevMode needs, to start or to end.
    PermissionDenied = 24,
    /// The API server answered with an error that is none of the others.
    ClusterError = 25,
    /// There is no such workload.
    WorkloadNotFound = 40,
    /// There is no such namespace.
    NamespaceNotFound = 41,
    /// DevMode does not know this kind of workload.
    UnsupportedKind = 42,
    /// The workload has no container of this name.
    ContainerNotFound = 43,
    /// The workload has several containers and none was named.
    ContainerAmbiguous = 44,
    /// The workload cannot be put into DevMode as it is.
    WorkloadUnsuitable = 45,
    /// The folder in the container cannot be shared with the sidecar.
    WorkDirUnsuitable = 46,
    /// Somebody else has the workload in DevMode.
    InDevModeElsewhere = 47,
    /// Others changed the workload while it was in DevMode, so that it cannot be given back without losing their change.
    WorkloadChanged = 48,
    /// Others took the workload out of DevMode by overwriting it.
    WorkloadOverwritten = 49,
    /// An image of the dev pod cannot be pulled.
    ImageNotPullable = 60,
    /// No node takes the dev pod.
    PodUnschedulable = 61,
    /// A container of the dev pod ends as soon as it starts, or cannot be made.
    PodCrashing = 62,
    /// The cluster refuses to create the dev pod: a quota, an admission policy or a limit.
    PodRefused = 63,
    /// The dev pod did not become ready in time.
    PodNotReady = 64,
    /// The source folder is missing or is no folder.
    SourceMissing = 80,
    /// There is no syncthing on this machine.
    SyncthingMissing = 81,
    /// The syncthing on this machine is too old.
    SyncthingTooOld = 82,
    /// Files cannot be synced.
    SyncFailed = 83,
    /// The port-forward cannot be opened.
    ForwardFailed = 84,
    /// The daemon's store cannot be read or written.
    StoreFailed = 100,
    /// A fault of nhd itself.
    Internal = 101,
}

/// An error as clients see it: the JSON-RPC error's `data`, and the `error` of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorInfo {
    pub kind: ErrorKind,
    /// What was tried, on what, and what came of it; causes follow after colons.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The session that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

impl ErrorInfo {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, session: None }
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for ErrorInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ErrorInfo {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_positive_and_unique() {
        let mut codes: Vec<i32> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert!(codes[0] > 0);
    }
}
