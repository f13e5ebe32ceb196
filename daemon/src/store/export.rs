//! The JSON copy of the sessions: what the store is rebuilt from, and what a person can read.

use std::io;
use std::path::Path;

use super::{StoreError, StoredSession};
use crate::replace::replace_durably;

/// Replaces the copy: a crash, also of the machine, leaves the old one or the new one.
pub(super) fn write(path: &Path, sessions: &[StoredSession]) -> Result<(), StoreError> {
    let json = serde_json::to_vec_pretty(sessions)
        .map_err(|source| StoreError::Encode { what: "the copy of the sessions".to_owned(), source })?;
    replace_durably(path, &json).map_err(|source| StoreError::Export { path: path.to_path_buf(), source })
}

/// The sessions of the copy; none where there is no copy.
pub(super) fn read(path: &Path) -> Result<Vec<StoredSession>, StoreError> {
    match std::fs::read(path) {
        Ok(json) => serde_json::from_slice(&json)
            .map_err(|source| StoreError::Decode { what: path.display().to_string(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(StoreError::Import { path: path.to_path_buf(), source }),
    }
}
