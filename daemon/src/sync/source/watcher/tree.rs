//! The folders that are watched: follows the tree as folders appear, move and go.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    lost: bool,
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
            lost: false,
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn watch_all(&mut self, cookie_folder: &Path) -> Coverage {
        // Without the cookies a barrier falls back to a full scan: nothing is lost.
        let _ = self.watcher.watch(cookie_folder, RecursiveMode::NonRecursive);
        if cfg!(target_os = "linux") {
            self.add(self.root.clone(), &mut BTreeSet::new());
        } else if let Err(error) = self.watcher.watch(&self.root, RecursiveMode::Recursive) {
            self.coverage = Coverage::Partial(Gap::of(&error));
        }
        self.coverage.clone()
    }

    /// Everything is for whoever can start anew. All that is told has happened already: what has gone is forgotten first,
    /// and then each folder is read once, however often it is told.
    pub(super) fn follow(&mut self, changes: Vec<TreeChange>) -> Coverage {
        let mut told = BTreeSet::new();
        for change in changes {
            match change {
                TreeChange::Gone(path) => {
                    self.remove(&path);
                    told.insert(path);
                }
                TreeChange::Appeared(path) => drop(told.insert(path)),
                TreeChange::Everything => {}
            }
        }
        // Sorted by component, what is above comes first.
        let mut read = BTreeSet::new();
        for path in told {
            if !read.contains(&path) && self.is_folder(&path) && !self.leaves_out(&path) {
                self.add(path, &mut read);
            }
        }
        self.coverage.clone()
    }

    /// Whether a watch may have been set through a link, on a folder that has another name.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Watches a folder and all below it. A folder is watched before it is read: what is made in it meanwhile is seen
    /// by the one or the other.
    fn add(&mut self, top: PathBuf, read: &mut BTreeSet<PathBuf>) {
        let mut unread = vec![top];
        while let Some(folder) = unread.pop() {
            let Ok(metadata) = folder.symlink_metadata() else { continue };
            if !metadata.is_dir() {
                continue;
            }
            match self.watch(&folder, Identity::of(&metadata)) {
                Ok(()) => {}
                Err(error) if passes(&error) => continue,
                Err(error) => {
                    self.coverage = Coverage::Partial(Gap::of(&error));
                    return;
                }
            }
            let entries = match folder.read_dir() {
                Ok(entries) => entries,
                Err(error) if has_gone_or_is_closed(&error) => continue,
                Err(error) => {
                    self.coverage = Coverage::Partial(Gap::of(&notify::Error::io(error).add_path(folder)));
                    return;
                }
            };
            let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            unread.extend(folders.map(|entry| entry.path()).filter(|path| !self.leaves_out(path)));
            read.insert(folder);
        }
    }

    /// Also where it is watched, as far as is known: of what has gone from a place the system's watcher gives up whatever
    /// is watched there by then.
    fn watch(&mut self, folder: &Path, identity: Identity) -> Result<(), notify::Error> {
        // What moved here was watched under another name, and the end of what was here may yet be told.
        let elsewhere = self.paths.get(&identity).filter(|path| *path != folder).cloned();
        let before =
            self.watched.get(folder).filter(|before| **before != identity).map(|_| folder.to_owned());
        elsewhere.into_iter().chain(before).for_each(|path| self.forget(&path));
        self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
        self.watched.insert(folder.to_owned(), identity);
        self.paths.insert(identity, folder.to_owned());
        // Where a link came in between, another folder was given this name.
        self.lost |= self.is_beyond_a_link(folder);
        Ok(())
    }

    /// Whether this is a folder of the source, which nothing beyond a link is.
    pub(super) fn is_folder(&self, path: &Path) -> bool {
        path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) && !self.is_beyond_a_link(path)
    }

    fn is_beyond_a_link(&self, path: &Path) -> bool {
        let mut inside = path.ancestors().take_while(|folder| *folder != self.root);
        inside.any(|folder| folder.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()))
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
        ErrorKind::Io(error) => has_gone_or_is_closed(error),
        _ => false,
    }
}

fn has_gone_or_is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | NotADirectory | PermissionDenied)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use notify::Config;

    use super::*;

    const BOUND: Duration = Duration::from_secs(10);

    fn watched(root: &Path) -> (WatchedTree, mpsc::Receiver<PathBuf>) {
        let (sender, events) = mpsc::channel();
        let handler = move |event: notify::Result<notify::Event>| {
            event.expect("nothing fails").paths.into_iter().for_each(|path| drop(sender.send(path)));
        };
        let watcher = RecommendedWatcher::new(handler, Config::default()).expect("there is an inotify");
        let mut tree = WatchedTree::new(watcher, root.to_owned(), None);
        tree.watch_all(&root.join("no cookies"));
        (tree, events)
    }

    /// The system's watcher gives up what is watched at a path when it reads that something there has gone, also where
    /// another folder came into its place, and was found there and watched, before.
    #[test]
    fn a_folder_that_is_told_is_watched_whatever_is_believed() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/b");
        std::fs::create_dir_all(&folder).unwrap();
        let (mut tree, events) = watched(place.path());
        tree.watcher.unwatch(&folder).unwrap();
        tree.follow(vec![TreeChange::Appeared(place.path().join("a"))]);
        std::fs::write(folder.join("file"), "").unwrap();
        while events.recv_timeout(BOUND).expect("what is made is told") != folder.join("file") {}
    }

    #[test]
    fn a_watch_that_was_set_through_a_link_is_known_to_be() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(place.path().join("own/inner")).unwrap();
        std::os::unix::fs::symlink("own", place.path().join("link")).unwrap();
        let (mut tree, _events) = watched(place.path());
        tree.follow(vec![TreeChange::Gone(place.path().join("link/inner"))]);
        assert!(!tree.is_lost());
        // As if the link came after it was looked for.
        tree.add(place.path().join("link/inner"), &mut BTreeSet::new());
        assert!(tree.is_lost());
    }
}
