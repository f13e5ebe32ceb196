//! What went wrong, as data: a closed list of kinds, a message and a hint.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::handles::{Choices, ErrorData, ErrorLocation, MissingPermission, PortHolder};
use crate::message::{Arguments, Message};

macro_rules! error_kinds {
    ($($(#[doc = $doc:expr])+ $name:ident = $code:literal, $remedy:literal;)+) => {
        /// The kind of an error, which clients branch on. The list only ever grows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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

            /// What to do about it in general. The `hint` of an error is about the case at hand and comes first.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(ErrorKind::$name => $remedy,)+ }
            }
        }
    };
}

error_kinds! {
    /// The request itself is wrong: a member is missing, empty or not what it must be.
    InvalidRequest = 1, "Mend the request; the message names the member. The same request fails again.";
    /// Client and daemon speak different versions of the protocol.
    ProtocolMismatch = 2, "Update the older of the two; `nhd-cli daemon stop` ends a daemon and keeps its sessions.";
    /// No session has this id or belongs to this workload.
    SessionNotFound = 3, "Ask `session.list`. What ended long ago is forgotten.";
    /// The workload already has a session on this machine, started with other parameters.
    SessionExists = 4, "End that session first, or start with its parameters; the message names what differs.";
    /// The session is being ended and can take no other request.
    SessionEnding = 5, "Wait for its end with `session.wait` until `ended`, then ask again.";
    /// What was awaited was given up, because the session was ended meanwhile or the client cancelled the request.
    Cancelled = 6, "Nothing, where that was intended; `session.status` says how far the session came.";
    /// What was awaited did not come within the time that the client gave.
    Timeout = 7, "Wait again: what was awaited goes on. The message says what it waits for.";
    /// No daemon answers. Clients say this; a daemon never does.
    DaemonUnreachable = 8, "Start the daemon: `nhd-cli daemon start`, or spawn `nhd-cli stdio`.";
    /// A dev configuration cannot be read, or a value in it is not what it must be.
    ConfigInvalid = 9, "Mend the value; the message begins with file, line and column.";
    /// A kubeconfig is missing, cannot be read, or does not say what it must.
    KubeconfigInvalid = 20, "Mend the kubeconfig that the message names, or name another: a session goes on by the one that comes with the next `session.start` or `session.end`.";
    /// The kubeconfig has no such context.
    ContextNotFound = 21, "Name one of the contexts that the hint lists; a session goes on by the one that comes with the next `session.start` or `session.end`.";
    /// The API server cannot be reached or does not answer.
    ClusterUnreachable = 22, "Check network, VPN and the server's address. A session tries again by itself.";
    /// The API server does not accept who we say we are.
    Unauthorized = 23, "Log in to the cluster again. A session goes on by itself once the credentials are good, or by those that come with the next `session.start` or `session.end`.";
    /// The user lacks a permission that DevMode needs, to start or to end.
    PermissionDenied = 24, "Ask the cluster's administrator for the verbs that the message names; `docs/permissions.md` has a role.";
    /// The API server answered with an error that is none of the others.
    ClusterError = 25, "Read the API server's words in the message.";
    /// The kubeconfig's context leads to another cluster than the one in which the session was started.
    AnotherCluster = 26, "Point the context at the session's own cluster again, or name another in `session.start` or `session.end`; nothing is done in the other one. The session then goes on by itself.";
    /// There is no such workload.
    WorkloadNotFound = 40, "Check kind, name, namespace and context.";
    /// There is no such namespace.
    NamespaceNotFound = 41, "Check the namespace and the context.";
    /// DevMode does not know this kind of workload.
    UnsupportedKind = 42, "Name a workload of one of the kinds that the message lists.";
    /// The workload has no container of this name.
    ContainerNotFound = 43, "Name one of the containers that the message lists.";
    /// The workload has several containers and none was named.
    ContainerAmbiguous = 44, "Name in `container` one of those that the message lists.";
    /// The workload cannot be put into DevMode as it is.
    WorkloadUnsuitable = 45, "Change what the message names in the workload, or choose another.";
    /// The folder in the container cannot be shared with the sidecar.
    WorkDirUnsuitable = 46, "Name another `workDir`.";
    /// Somebody else has the workload in DevMode.
    InDevModeElsewhere = 47, "Ask whom the message names to end the session.";
    /// Others took the workload out of DevMode by overwriting it.
    WorkloadOverwritten = 49, "End the session, and start again where DevMode is still wanted.";
    /// An image of the dev pod cannot be pulled.
    ImageNotPullable = 60, "Check the image's name and tag, and the pull secrets of the workload.";
    /// No node takes the dev pod.
    PodUnschedulable = 61, "Free what the scheduler misses, in its words in the message, or ask for less.";
    /// A container of the dev pod ends as soon as it starts, or cannot be made.
    PodCrashing = 62, "Read the container's words in the message and its log.";
    /// The cluster refuses to create the dev pod: a quota, an admission policy or a limit.
    PodRefused = 63, "Raise the quota or mend what the policy refuses, both in the message.";
    /// The dev pod did not become ready in time.
    PodNotReady = 64, "Look at the pod's events; where it is only slow, start with a longer `timeoutMs`.";
    /// The volume of a persistent folder cannot be had: its claim is refused, another's or lost, has no volume, or one that
    /// the dev pod cannot reach.
    VolumeUnavailable = 65, "Do what the hint says of the storage class, the claim or the quota, or take the folder out of `persistentVolumeDirs`.";
    /// There is no such volume claim, or it is not one of a persistent folder.
    VolumeNotFound = 66, "Ask `volume.list`.";
    /// A pod or a session uses the volume claim.
    VolumeInUse = 67, "End the session that the message names, or delete the claim with `force`.";
    /// The source folder is missing or is not a folder.
    SourceMissing = 80, "Name an existing folder. A session goes on when the folder is back.";
    /// There is no syncthing on this machine.
    SyncthingMissing = 81, "Install syncthing, or name it in `NHD_SYNCTHING`.";
    /// The syncthing on this machine is too old.
    SyncthingTooOld = 82, "Update syncthing to the version that the message asks for.";
    /// Files cannot be synced.
    SyncFailed = 83, "Read `sync.lastError` of the session's status. The daemon starts syncthing again by itself.";
    /// The port-forward cannot be opened.
    ForwardFailed = 84, "Check the permission for `pods/portforward` and the way to the cluster. The daemon tries again.";
    /// The sync is held, so that what is awaited does not come.
    SyncPaused = 85, "Let it go on with `sync.resume`.";
    /// Another program of this machine has the local port, or another forward.
    LocalPortTaken = 90, "Name another `localPort` or none, or end what has it; the message names the port.";
    /// The user may not open this local port.
    LocalPortDenied = 91, "Name a `localPort` of 1024 or above, or none.";
    /// No terminal, command or log has this id.
    StreamNotFound = 120, "Ask `terminal.list` or `exec.list`. What ended long ago is forgotten.";
    /// So many terminals, commands and logs are open that there is room for no other.
    TooManyStreams = 121, "Close some of those that `terminal.list` and `exec.list` name.";
    /// The workload has no pod that runs, or not the one that was named.
    NoPod = 122, "Wait until a pod runs, or name another `pod`; the message names those that there are.";
    /// A command cannot be started, signalled or ended in its container.
    CommandFailed = 123, "Read the container runtime's words in the message.";
    /// The dev container has no shell, or not the tool that is needed to look into it.
    ToolsMissing = 130, "Use a dev image that has a shell and the usual tools.";
    /// There is no such file or folder in the dev container.
    FileNotFound = 131, "Check the path.";
    /// A path in the dev container is not a folder, or goes through what is not one.
    NotADirectory = 132, "Read it as a file, or check the path.";
    /// A path in the dev container is not a file that can be read: a folder, a device, a socket or a pipe.
    NotAFile = 133, "List it, where it is a folder.";
    /// The user of the dev container may not look at a file or folder there.
    FileForbidden = 134, "Look at it as a user who may.";
    /// A file in the dev container is too large to be read in one piece.
    FileTooLarge = 135, "Look at a part of it in a terminal.";
    /// The daemon's store cannot be read or written.
    StoreFailed = 100, "Check that the disk is not full and that the home belongs to the user.";
    /// A fault of nhd itself.
    Internal = 101, "Report it with the daemon's log. A restart of the daemon goes on with every session.";
}

/// What any request to the daemon can meet.
pub const REQUEST_ERRORS: &[ErrorKind] =
    &[ErrorKind::InvalidRequest, ErrorKind::Cancelled, ErrorKind::Internal];

/// What can stand between the daemon and a cluster.
pub const CLUSTER_ERRORS: &[ErrorKind] = &[
    ErrorKind::KubeconfigInvalid,
    ErrorKind::ContextNotFound,
    ErrorKind::ClusterUnreachable,
    ErrorKind::Unauthorized,
    ErrorKind::PermissionDenied,
    ErrorKind::ClusterError,
    ErrorKind::AnotherCluster,
];

/// Why a workload cannot be put into DevMode.
pub const WORKLOAD_ERRORS: &[ErrorKind] = &[
    ErrorKind::WorkloadNotFound,
    ErrorKind::NamespaceNotFound,
    ErrorKind::UnsupportedKind,
    ErrorKind::ContainerNotFound,
    ErrorKind::ContainerAmbiguous,
    ErrorKind::WorkloadUnsuitable,
    ErrorKind::WorkDirUnsuitable,
    ErrorKind::InDevModeElsewhere,
];

/// Why the dev container cannot be looked into.
pub const INSIDE_ERRORS: &[ErrorKind] = &[
    ErrorKind::SessionNotFound,
    ErrorKind::SessionEnding,
    ErrorKind::Timeout,
    ErrorKind::PodNotReady,
    ErrorKind::ClusterUnreachable,
    ErrorKind::Unauthorized,
    ErrorKind::PermissionDenied,
    ErrorKind::ClusterError,
    ErrorKind::ToolsMissing,
];

/// Why a session cannot go on.
pub const SESSION_ERRORS: &[ErrorKind] = &[
    ErrorKind::WorkloadOverwritten,
    ErrorKind::ImageNotPullable,
    ErrorKind::PodUnschedulable,
    ErrorKind::PodCrashing,
    ErrorKind::PodRefused,
    ErrorKind::PodNotReady,
    ErrorKind::VolumeUnavailable,
    ErrorKind::SourceMissing,
    ErrorKind::SyncthingMissing,
    ErrorKind::SyncthingTooOld,
    ErrorKind::SyncFailed,
    ErrorKind::ForwardFailed,
    ErrorKind::StoreFailed,
];

/// Why nothing can be run or read in a pod.
pub const STREAM_ERRORS: &[ErrorKind] = &[
    ErrorKind::SessionNotFound,
    ErrorKind::SessionEnding,
    ErrorKind::WorkloadNotFound,
    ErrorKind::NamespaceNotFound,
    ErrorKind::UnsupportedKind,
    ErrorKind::ContainerNotFound,
    ErrorKind::ContainerAmbiguous,
    ErrorKind::TooManyStreams,
    ErrorKind::NoPod,
    ErrorKind::CommandFailed,
    ErrorKind::Timeout,
];

/// An error as clients see it: the JSON-RPC error's `data`, and the `error` of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Which text `message` is, finer than `kind`, for clients that translate; see the list of codes. The list only ever
    /// grows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Box<str>>,
    /// What stands in the places of that text's arguments.
    #[serde(default, skip_serializing_if = "no_arguments")]
    pub arguments: Box<BTreeMap<String, String>>,
    /// What a client can act on: what there is to choose from, which permission is missing, where, who, which program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<ErrorData>>,
}

fn no_arguments(arguments: &BTreeMap<String, String>) -> bool {
    arguments.is_empty()
}

impl ErrorInfo {
    /// An error in words of its own; one that users commonly meet has a code, by [`ErrorInfo::of`].
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let arguments = Box::default();
        Self { kind, message: message.into(), hint: None, session: None, code: None, arguments, data: None }
    }

    /// One of the known errors.
    #[must_use]
    pub fn of(message: &Message, arguments: Arguments<'_>) -> Self {
        Self::new(message.kind.unwrap_or(ErrorKind::Internal), "").said(message, arguments)
    }

    /// The same error in other words, which mostly have the present ones as their `cause`.
    #[must_use]
    pub fn said(self, message: &Message, arguments: Arguments<'_>) -> Self {
        let arguments = message.collected(arguments);
        let hint = message.render_hint(&arguments).or(self.hint);
        let text = message.render(&arguments);
        Self { message: text, hint, code: Some(message.code.into()), arguments: Box::new(arguments), ..self }
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With one thing more to do, beside what the hint says already.
    #[must_use]
    pub fn with_more_hint(mut self, more: &str) -> Self {
        self.hint = Some(self.hint.map_or_else(|| more.to_owned(), |hint| format!("{hint}; {more}")));
        self
    }

    #[must_use]
    pub fn with_data(mut self, data: ErrorData) -> Self {
        self.data = (data != ErrorData::default()).then(|| Box::new(data));
        self
    }
}

impl std::fmt::Display for ErrorInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ErrorInfo {}

/// What led to an error, nearest first. Causes that the texts before them repeat are left out, as some libraries do so.
pub fn error_causes(error: &dyn std::error::Error) -> Vec<String> {
    let (mut said, mut causes) = (error.to_string(), Vec::new());
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.contains(&text) {
            said.push_str(&text);
            causes.push(text);
        }
        next = cause.source();
    }
    causes
}

/// An error with its causes, joined by colons, as [`ErrorInfo::message`] has it.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    parts.extend(error_causes(error));
    parts.join(": ")
}

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
