//! What goes on inside the dev container: what listens there, what a debugger needs to know, files to look at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::forward::ForwardReason;
use crate::selector::SessionSelector;

/// Waits until something listens on a port in the dev pod of the one session that matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardWaitParams {
    #[serde(flatten)]
    pub selector: SessionSelector,
    /// The port in the pod.
    pub remote_port: u16,
    /// How long to wait; 30,000 without it, at most 3,600,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// A port of the dev pod on which something listens, in whichever of its containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListeningPort {
    /// The port in the pod.
    pub port: u16,
    /// It listens on the pod's loopback address alone. A forward reaches it all the same; other pods do not.
    pub loopback_only: bool,
}

/// Ports of the dev pod that may be worth a forward.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortSuggestions {
    /// By number. Those of nhd's own are not among them.
    pub ports: Vec<PortSuggestion>,
    /// What could not be asked, and why: the suggestions are without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A port with everything that speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortSuggestion {
    /// The port in the pod.
    pub port: u16,
    /// Why it is suggested, in the order of the sources.
    pub reasons: Vec<PortReason>,
    /// The local port that leads to it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_port: Option<u16>,
}

/// Why a port is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PortReason {
    /// The dev configuration, or the start, names it.
    Configured {
        /// What it is for.
        reason: ForwardReason,
    },
    /// A container of the pod declares it.
    Container {
        /// The container's name.
        container: String,
        /// The port's name there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A Service leads to it.
    Service {
        /// The Service's name.
        service: String,
        /// The port of the Service.
        port: u16,
    },
    /// Something listens on it now.
    Listening {
        /// On the pod's loopback address alone.
        loopback_only: bool,
    },
}

/// What a debugger needs to know of the dev container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DebugDescription {
    /// The language of the program, in lower case: `go`, `java`, `node`, `python`, `php`, `ruby`, `rust`, `dotnet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What says so; absent where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_from: Option<LanguageSource>,
    /// `debug.remoteDebugPort` of the dev configuration, else the port on which a debugger was found to listen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The line of `command.debug` in the dev configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The source folder on this machine.
    pub local_folder: String,
    /// The same folder in the container.
    pub remote_folder: String,
    /// The dev pod; absent while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The dev container in it.
    pub container: String,
    /// What debuggers are in the container, or listen there. Empty says that there are none only where `unknown` is
    /// absent.
    pub debuggers: Vec<Debugger>,
    /// Why the container could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// What tells a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LanguageSource {
    /// `debug.language` of the dev configuration.
    Config,
    /// A file in the source folder, such as `go.mod`.
    Source,
    /// The name of the dev image.
    Image,
}

/// A debugger in the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Debugger {
    /// `dlv`, `debugpy`, `node`, `jdwp`, `gdb`, `lldb-server`, `rdbg`, `vsdbg`, …
    pub name: String,
    /// Where the program is, or the version of a module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The port that a running process was told to listen on for a debugger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// Names a path in the dev container of the one session that matches: in one of the two forms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileParams {
    #[serde(flatten)]
    pub selector: SessionSelector,
    /// An absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The same in base64, for one that is not Unicode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
}

/// What a file holds. Links are followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileContent {
    /// How many bytes.
    pub size: u64,
    /// The bytes in base64.
    pub data: String,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileList {
    /// In the order of their bytes.
    pub entries: Vec<FileEntry>,
    /// There are more than the 2,000 that are told.
    pub cut: bool,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// What is not Unicode of it is replaced.
    pub name: String,
    /// The name in base64, where it is not Unicode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_base64: Option<String>,
    /// What it is itself.
    pub kind: FileKind,
    /// Where a symbolic link leads, as it is written in the link; what is not Unicode of it is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What a symbolic link leads to in the end; absent where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_kind: Option<FileKind>,
}

/// What something in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FileKind {
    File,
    Directory,
    Symlink,
    /// A device, a socket, a pipe.
    Other,
}
