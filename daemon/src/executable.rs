//! Programs of this machine, found as a shell finds them. It does not start them.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The first program of this name on a `PATH`.
#[must_use]
pub fn on_path(name: &str, path: &OsStr) -> Option<PathBuf> {
    // A relative entry would mean another file in every folder that a client is started from.
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|candidate| is_executable(candidate))
}

#[must_use]
pub fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
