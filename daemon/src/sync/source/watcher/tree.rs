//! The folders that are watched: follows the tree as folders appear, move and go.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::sync::source::guard::Identity;
use crate::sync::source::inbox::{Coverage, Gap, TreeChange};
use crate::sync::source::rules::Rules;

#[derive(Debug)]
pub(super) struct WatchedTree {
    watcher: RecommendedWatcher,
    root: PathBuf,
    rules: Option<Arc<Rules>>,
    watched: BTreeMap<PathBuf, Identity>,
    /// The same by what is watched. The system has one watch for a folder under whatever names it was watched: to give
    /// up an old one takes the watch from the new one, too.
    paths: HashMap<Identity, PathBuf>,
    coverage: Coverage,
}

impl WatchedTree {
    pub(super) fn new(watcher: RecommendedWatcher, root: PathBuf, rules: Option<Arc<Rules>>) -> Self {
        Self {
            watcher,
            root,
            rules,
            watched: BTreeMap::new(),
            paths: HashMap::new(),
            coverage: Coverage::Whole,
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn watch_all(&mut self, cookie_folder: &Path) -> Coverage {
        // Without the cookies a barrier falls back to a full scan: nothing is lost.
        let _ = self.watcher.watch(cookie_folder, RecursiveMode::NonRecursive);
        if cfg!(target_os = "linux") {
            self.add(self.root.clone());
        } else if let Err(error) = self.watcher.watch(&self.root, RecursiveMode::Recursive) {
            self.coverage = Coverage::Partial(Gap::of(&error));
        }
        self.coverage.clone()
    }

    /// Everything is for whoever can start anew.
    pub(super) fn follow(&mut self, changes: Vec<TreeChange>) -> Coverage {
        for change in changes {
            let (TreeChange::Appeared(path) | TreeChange::Gone(path)) = &change else { continue };
            if matches!(change, TreeChange::Gone(_)) {
                self.remove(path);
            }
            let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
            if is_folder && !self.leaves_out(path) {
                self.add(path.clone());
            }
        }
        self.coverage.clone()
    }

    /// Watches a folder and all below it. A folder is watched before it is read: what is made in it meanwhile is seen
    /// by the one or the other.
    fn add(&mut self, top: PathBuf) {
        let mut unread = vec![top];
        while let Some(folder) = unread.pop() {
            let Ok(metadata) = folder.symlink_metadata() else { continue };
            let identity = Identity::of(&metadata);
            if self.watched.get(&folder) != Some(&identity) {
                // What moved here was watched under another name, and the end of what was here may yet be told.
                let elsewhere = self.paths.get(&identity).filter(|path| **path != folder).cloned();
                elsewhere.into_iter().chain([folder.clone()]).for_each(|path| self.forget(&path));
                match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                    Ok(()) => {
                        self.watched.insert(folder.clone(), identity);
                        self.paths.insert(identity, folder.clone());
                    }
                    Err(error) if passes(&error) => continue,
                    Err(error) => {
                        self.coverage = Coverage::Partial(Gap::of(&error));
                        return;
                    }
                }
            }
            let Ok(entries) = folder.read_dir() else { continue };
            let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            unread.extend(folders.map(|entry| entry.path()).filter(|path| !self.leaves_out(path)));
        }
    }

    fn leaves_out(&self, folder: &Path) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.leaves_out(folder, true))
    }

    /// Forgets a folder and all below it. The watches of a folder that moved would otherwise go on under its old name.
    fn remove(&mut self, top: &Path) {
        let below = self.watched.range(top.to_owned()..).map(|(folder, _)| folder);
        let below: Vec<PathBuf> = below.take_while(|folder| folder.starts_with(top)).cloned().collect();
        below.iter().for_each(|folder| self.forget(folder));
    }

    fn forget(&mut self, folder: &Path) {
        let Some(identity) = self.watched.remove(folder) else { return };
        let _ = self.watcher.unwatch(folder);
        if self.paths.get(&identity).is_some_and(|path| path == folder) {
            self.paths.remove(&identity);
        }
    }
}

/// A folder that has gone again, or that we may not read: syncthing does not read it either.
fn passes(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
        }
        _ => false,
    }
}
