//! The JSON copy of the sessions: what the store is rebuilt from, and what a person can read.

use std::io;
use std::path::Path;

use serde_json::Value;

use super::StoreError;
use super::entries::{Entries, Entry};
use crate::replace::replace_durably;

/// What the copy holds.
#[derive(Debug, Default)]
pub(super) struct Copy {
    pub entries: Entries,
    /// Why not all of it counts.
    pub damage: Option<String>,
}

/// Replaces the copy: a crash, also of the machine, leaves the old one or the new one.
pub(super) fn write(path: &Path, entries: &Entries) -> Result<(), StoreError> {
    let values: Vec<&Value> = entries.values().map(|entry| &entry.value).collect();
    let json = serde_json::to_vec_pretty(&values)
        .map_err(|source| StoreError::Encode { what: "the copy of the sessions".to_owned(), source })?;
    replace_durably(path, &json).map_err(|source| StoreError::Export { path: path.to_path_buf(), source })
}

/// What can be read of the copy; nothing where there is no copy.
pub(super) fn read(path: &Path) -> Copy {
    let values: Vec<Value> = match std::fs::read(path).map(|json| serde_json::from_slice(&json)) {
        Ok(Ok(values)) => values,
        Ok(Err(error)) => return Copy { damage: Some(error.to_string()), ..Copy::default() },
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Copy::default(),
        Err(error) => return Copy { damage: Some(error.to_string()), ..Copy::default() },
    };
    let mut copy = Copy::default();
    for value in values {
        let name = value["id"].as_str().unwrap_or("of no name").to_owned();
        match Entry::read(value) {
            Some((id, entry)) => drop(copy.entries.insert(id, entry)),
            None => copy.damage = Some(format!("session {name} does not match its checksum")),
        }
    }
    copy
}
