//! What is there that only its own path tells apart. It does not know the rules.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// What must be known of the paths that there are to leave out exactly what the rules leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sync) struct Survey {
    /// Paths that no fixed line leaves out.
    pub(super) left_out: BTreeSet<PathBuf>,
    /// Folders that a line for folders only leaves out, and whether a file has the name of such a one.
    pub(super) folders: BTreeSet<PathBuf>,
    pub(super) files_named_as_folders: bool,
}

impl Survey {
    /// Adds what was found; says whether it was news.
    pub(in crate::sync) fn merge(&mut self, found: Self) -> bool {
        let before = (self.left_out.len(), self.files_named_as_folders);
        self.left_out.extend(found.left_out);
        self.files_named_as_folders |= found.files_named_as_folders;
        let known = self.folders.len();
        self.folders.extend(found.folders);
        before != (self.left_out.len(), self.files_named_as_folders)
            || self.files_named_as_folders && known != self.folders.len()
    }
}
