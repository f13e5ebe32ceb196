//! What syncthing answers, as far as it is read. Fields that a version from 1.19 to 2 lacks have defaults.

use std::collections::HashMap;

use serde::Deserialize;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Completion {
    /// Percent, by bytes; 95 when only deletions are missing.
    pub completion: f64,
    pub need_bytes: u64,
    /// Files, folders and links that the device lacks, deletions not counted.
    pub need_items: u64,
    pub need_deletes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FolderStatus {
    /// `idle`, `scanning`, `scan-waiting`, `error`, …
    pub state: String,
    pub error: Option<String>,
    /// How many paths could not be read.
    pub errors: u64,
    pub global_files: u64,
    pub global_bytes: u64,
    pub global_total_items: u64,
    /// What this side lacks.
    pub need_total_items: u64,
    /// How many paths could not be written.
    pub pull_errors: u64,
    /// Counts every change of the folder that this side has scanned or taken.
    pub sequence: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Connection {
    pub connected: bool,
}

#[derive(Deserialize)]
pub(super) struct Connections {
    pub(super) connections: HashMap<String, Connection>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FileError {
    pub path: String,
    pub error: String,
}

#[derive(Deserialize)]
pub(super) struct FolderErrors {
    pub(super) errors: Option<Vec<FileError>>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct KnownHere {
    pub(super) local: KnownFile,
}

/// What an index says of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KnownFile {
    pub name: String,
    #[serde(rename = "type")]
    kind: String,
    pub size: u64,
    /// RFC 3339, to the nanosecond.
    pub modified: String,
    pub modified_by: String,
    /// In octal digits.
    pub permissions: String,
    /// `DEVICE:COUNT` each.
    pub version: Vec<String>,
    deleted: bool,
    invalid: bool,
    ignored: bool,
    must_rescan: bool,
    no_permissions: bool,
    local_flags: u32,
}

impl KnownFile {
    /// Whether it is a regular file that others may have as it is.
    pub fn is_sound_file(&self) -> bool {
        let unsound = self.deleted || self.invalid || self.ignored || self.must_rescan || self.no_permissions;
        self.kind == "FILE_INFO_TYPE_FILE" && !unsound && self.local_flags == 0
    }
}

#[derive(Deserialize)]
pub(super) struct Lacking {
    pub(super) files: Option<Vec<LackingEntry>>,
}

/// An entry that a device lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LackingEntry {
    pub name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl LackingEntry {
    pub fn is_folder(&self) -> bool {
        self.kind.ends_with("DIRECTORY")
    }
}

#[derive(Deserialize)]
pub(super) struct Shared {
    pub(super) availability: Option<Vec<Holder>>,
}

#[derive(Deserialize)]
pub(super) struct Holder {
    pub(super) id: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SyncthingEvent {
    pub id: u64,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub data: serde_json::Value,
}
