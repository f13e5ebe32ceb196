//! Watches the source folder and puts what changed into an [`Inbox`].
//!
//! On Linux every folder is watched by itself, and before its entries are read, so that nothing can appear in a new
//! folder unseen; a folder that we may not read is left out, as syncthing leaves it out. Elsewhere the system
//! watches whole trees.

mod reading;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{Config, RecommendedWatcher, Watcher};

use super::changes::Notice;
use super::guard::Identity;
use super::inbox::{Coverage, Inbox, TreeChange};
use super::rules::Rules;
use tree::WatchedTree;

/// What came of following the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    Kept(Coverage),
    /// It is not known which folders there are, or which of them are watched.
    Lost,
}

#[derive(Debug)]
pub struct SourceWatcher {
    tree: WatchedTree,
    /// The folder that is watched, whatever is at its path now.
    identity: Identity,
    inbox: Arc<Inbox>,
}

impl SourceWatcher {
    /// Watches `source`, without what the rules leave out. Blocking: it reads every folder of the tree.
    pub(in crate::sync) fn start(
        source: &Path,
        rules: Option<Arc<Rules>>,
        inbox: Arc<Inbox>,
    ) -> Result<(Self, Coverage), notify::Error> {
        // What the events name is relative to what is watched, and some systems name it without symbolic links.
        let root = source.canonicalize().map_err(notify::Error::io)?;
        let identity = Identity::of(&root.metadata().map_err(notify::Error::io)?);
        // About another watcher.
        inbox.take_tree();
        let (events, relative_to) = (inbox.clone(), root.clone());
        let handler = move |event: notify::Result<notify::Event>| handle(&events, &relative_to, event);
        let watcher = RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false))?;
        let mut tree = WatchedTree::new(watcher, root, rules);
        let coverage = tree.watch_all(inbox.cookie_folder());
        if tree.is_lost() {
            inbox.note(Vec::new(), vec![TreeChange::Everything]);
        }
        Ok((Self { tree, identity, inbox }, coverage))
    }

    /// Whether this is the folder that is watched.
    pub fn is_of(&self, identity: Identity) -> bool {
        self.identity == identity
    }

    /// Follows folders that came and went since the last call. Blocking.
    pub fn follow(&mut self) -> Followed {
        let changes = self.inbox.take_tree();
        let root = self.tree.root();
        let lost = |change: &TreeChange| match change {
            TreeChange::Everything => true,
            TreeChange::Gone(path) => path == root,
            TreeChange::Appeared(_) => false,
        };
        if changes.iter().any(lost) {
            return Followed::Lost;
        }
        let appeared: Vec<PathBuf> = changes.iter().filter_map(|change| self.appeared(change)).collect();
        let coverage = self.tree.follow(changes);
        if self.tree.is_lost() {
            return Followed::Lost;
        }
        // A scan may have taken the folder's own notice before its watch was there: what was made in between is found
        // by another one. Where none has, the two notices are one.
        self.inbox.note(appeared.into_iter().map(Notice::Altered).collect(), Vec::new());
        Followed::Kept(coverage)
    }

    /// The path, relative to the source, of what may be a new folder. What is said of the end of a folder may come when
    /// another has its name.
    fn appeared(&self, change: &TreeChange) -> Option<PathBuf> {
        let (TreeChange::Appeared(path) | TreeChange::Gone(path)) = change else { return None };
        path.strip_prefix(self.tree.root()).ok().filter(|_| self.tree.is_folder(path)).map(Path::to_owned)
    }
}

fn handle(inbox: &Inbox, root: &Path, event: notify::Result<notify::Event>) {
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(%error, "the watcher of the source folder failed");
            return inbox.note(vec![Notice::Unknown], vec![TreeChange::Everything]);
        }
    };
    if event.paths.first().is_some_and(|path| inbox.take_cookie(path)) {
        return;
    }
    let look = |path: &Path| path.symlink_metadata().ok();
    let (notices, tree) = reading::read(&event, root, cfg!(target_os = "linux"), look);
    if !notices.is_empty() {
        inbox.note(notices, tree);
    }
}

#[cfg(test)]
mod tests {
    use super::super::changes::Batch;
    use super::*;

    struct Bed {
        place: tempfile::TempDir,
        inbox: Arc<Inbox>,
        watcher: SourceWatcher,
    }

    impl Bed {
        fn new() -> Self {
            let place = tempfile::tempdir().unwrap();
            for folder in ["src", "cookies"] {
                std::fs::create_dir(place.path().join(folder)).unwrap();
            }
            let inbox = Inbox::new(place.path().join("cookies"));
            let (watcher, coverage) =
                SourceWatcher::start(&place.path().join("src"), None, inbox.clone()).unwrap();
            assert_eq!(coverage, Coverage::Whole);
            Self { place, inbox, watcher }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.place.path().join("src").join(name)
        }

        async fn expect(&mut self, names: &[&str]) {
            assert!(self.inbox.caught_up().await);
            self.watcher.follow();
            let expect = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(self.inbox.take_all(), Some(Batch::Paths(expect)));
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_folder_that_was_scanned_before_it_was_watched_is_scanned_again() {
        let mut bed = Bed::new();
        std::fs::create_dir(bed.path("a")).unwrap();
        assert!(bed.inbox.caught_up().await);
        assert_eq!(bed.inbox.take_all(), Some(Batch::Paths(vec!["a".to_owned()])));
        std::fs::write(bed.path("a/unseen"), "1").unwrap();
        bed.watcher.follow();
        assert_eq!(bed.inbox.take_all(), Some(Batch::Paths(vec!["a".to_owned()])));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn folders_that_appear_and_move_are_watched_at_their_place() {
        let mut bed = Bed::new();
        std::fs::create_dir_all(bed.path("a/b")).unwrap();
        bed.expect(&["a"]).await;
        std::fs::write(bed.path("a/b/file"), "1").unwrap();
        bed.expect(&["a/b/file"]).await;
        std::fs::rename(bed.path("a"), bed.path("c")).unwrap();
        bed.expect(&["a", "c"]).await;
        std::fs::write(bed.path("c/b/file"), "2").unwrap();
        bed.expect(&["c/b/file"]).await;
        // A folder in the old place must not take the watch of the moved one along when it goes.
        std::fs::create_dir_all(bed.path("a/b")).unwrap();
        bed.expect(&["a"]).await;
        std::fs::remove_dir_all(bed.path("a")).unwrap();
        bed.expect(&["a"]).await;
        std::fs::write(bed.path("c/b/file"), "3").unwrap();
        bed.expect(&["c/b/file"]).await;
    }

    /// The new one is read before the end of the old place is told, and the system knows but one watch of it.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_folder_that_moved_into_one_that_is_not_watched_yet_is_watched_there() {
        let mut bed = Bed::new();
        std::fs::create_dir(bed.path("old")).unwrap();
        bed.expect(&["old"]).await;
        std::fs::create_dir(bed.path("new")).unwrap();
        std::fs::rename(bed.path("old"), bed.path("new/inner")).unwrap();
        bed.expect(&["new", "old"]).await;
        std::fs::write(bed.path("new/inner/file"), "1").unwrap();
        bed.expect(&["new/inner/file"]).await;
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_was_not_held_makes_a_new_watcher_and_files_are_not_held() {
        let mut bed = Bed::new();
        std::fs::create_dir(bed.path("a")).unwrap();
        bed.expect(&["a"]).await;
        for at in 0..5000 {
            std::fs::write(bed.path("a/file"), at.to_string()).unwrap();
            std::fs::remove_file(bed.path("a/file")).unwrap();
        }
        assert!(bed.inbox.caught_up().await);
        assert!(!bed.inbox.tree_changed());
        std::fs::remove_dir(bed.path("a")).unwrap();
        for _ in 0..5000 {
            std::fs::create_dir(bed.path("passing")).unwrap();
            std::fs::remove_dir(bed.path("passing")).unwrap();
        }
        std::fs::create_dir(bed.path("a")).unwrap();
        assert!(bed.inbox.caught_up().await);
        assert_eq!(bed.watcher.follow(), Followed::Lost);
        bed.inbox.take_all();
        bed.watcher = SourceWatcher::start(&bed.path(""), None, bed.inbox.clone()).unwrap().0;
        std::fs::write(bed.path("a/file"), "1").unwrap();
        bed.expect(&["a/file"]).await;
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_folder_whose_end_is_told_late_is_watched() {
        let mut bed = Bed::new();
        std::fs::create_dir(bed.path("a")).unwrap();
        bed.expect(&["a"]).await;
        let held = std::fs::File::open(bed.path("a")).unwrap();
        std::fs::remove_dir(bed.path("a")).unwrap();
        std::fs::create_dir(bed.path("a")).unwrap();
        bed.expect(&["a"]).await;
        drop(held);
        // Some kernels tell it now.
        assert!(bed.inbox.caught_up().await);
        bed.watcher.follow();
        bed.inbox.take_all();
        std::fs::write(bed.path("a/file"), "1").unwrap();
        bed.expect(&["a/file"]).await;
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_source_that_was_moved_and_came_back_is_watched_anew() {
        let mut bed = Bed::new();
        let (here, away) = (bed.path(""), bed.place.path().join("away"));
        let identity = Identity::of(&here.metadata().unwrap());
        assert!(bed.watcher.is_of(identity));
        std::fs::rename(&here, &away).unwrap();
        std::fs::rename(&away, &here).unwrap();
        assert!(bed.inbox.caught_up().await);
        assert_eq!(bed.watcher.follow(), Followed::Lost);
        std::fs::rename(&here, &away).unwrap();
        std::fs::create_dir(&here).unwrap();
        assert!(!bed.watcher.is_of(Identity::of(&here.metadata().unwrap())));
    }

    /// What is said of the end of a folder may come when a link has the name of one above it.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_folder_is_not_watched_under_a_name_that_leads_through_a_link() {
        let mut bed = Bed::new();
        for folder in ["old/inner", "own/inner/deep"] {
            std::fs::create_dir_all(bed.path(folder)).unwrap();
        }
        bed.expect(&["old", "own"]).await;
        std::fs::remove_dir_all(bed.path("old")).unwrap();
        std::os::unix::fs::symlink("own", bed.path("old")).unwrap();
        assert!(bed.inbox.caught_up().await);
        bed.watcher.follow();
        bed.inbox.take_all();
        for file in ["own/inner/file", "own/inner/deep/file"] {
            std::fs::write(bed.path(file), "1").unwrap();
            bed.expect(&[file]).await;
        }
        std::fs::remove_file(bed.path("old")).unwrap();
        bed.expect(&["old"]).await;
        std::fs::write(bed.path("own/inner/file"), "2").unwrap();
        bed.expect(&["own/inner/file"]).await;
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_link_out_of_the_tree_is_noted_and_not_followed() {
        let mut bed = Bed::new();
        let outside = bed.place.path().join("outside");
        std::fs::create_dir(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, bed.path("link")).unwrap();
        bed.expect(&["link"]).await;
        std::fs::write(outside.join("file"), "").unwrap();
        std::fs::write(bed.path("own"), "").unwrap();
        bed.expect(&["own"]).await;
    }
}
