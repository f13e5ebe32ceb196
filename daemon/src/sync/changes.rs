//! What changed and is not scanned yet: collects paths, says when the next scan is due and what it covers. Pure: it
//! knows neither the file system nor the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

/// A file that is written but not closed is scanned this long after the first write: hashing it at every write
/// would be wasted, and would read it half-written.
pub const OPEN_FILE_DELAY: Duration = Duration::from_secs(1);
/// Beyond this a scan names common parents, and then the whole folder.
const PATHS_PER_SCAN: usize = 128;
const PATHS_HELD: usize = 4096;

/// Something that was noticed about a path, relative to the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Complete as it is: scan it at once.
    Settled(PathBuf),
    /// Being written: wait for its close, but not for ever.
    Open(PathBuf),
    /// Anything may have changed.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    Paths(Vec<String>),
    Everything,
}

#[derive(Debug, Default)]
pub struct Changes {
    settled: BTreeSet<PathBuf>,
    open: BTreeMap<PathBuf, Instant>,
    everything: bool,
}

impl Changes {
    /// Returns whether something is due now that was not before.
    pub fn note(&mut self, notice: Notice, now: Instant) -> bool {
        match notice {
            Notice::Unknown => self.everything = true,
            Notice::Settled(path) if path.as_os_str().is_empty() => self.everything = true,
            Notice::Settled(path) => {
                self.open.remove(&path);
                self.settled.insert(path);
            }
            Notice::Open(path) => {
                self.open.entry(path).or_insert(now + OPEN_FILE_DELAY);
                if self.open.len() > PATHS_HELD {
                    self.settle(|_| true);
                }
            }
        }
        if self.settled.len() > PATHS_HELD {
            self.everything = true;
        }
        if self.everything {
            self.settled.clear();
        }
        self.everything || !self.settled.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        !self.everything && self.settled.is_empty() && self.open.is_empty()
    }

    /// When the next scan is due: at once, later, or not at all.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        if self.everything || !self.settled.is_empty() {
            return Some(now);
        }
        self.open.values().min().copied()
    }

    /// What is due at `now`, in one batch.
    pub fn take_due(&mut self, now: Instant) -> Option<Batch> {
        self.settle(|due| due <= now);
        if std::mem::take(&mut self.everything) {
            self.settled.clear();
            return Some(Batch::Everything);
        }
        if self.settled.is_empty() {
            return None;
        }
        Some(collapse(std::mem::take(&mut self.settled)))
    }

    /// Everything that was noted, also what is not due yet.
    pub fn take_all(&mut self, now: Instant) -> Option<Batch> {
        self.settle(|_| true);
        self.take_due(now)
    }

    fn settle(&mut self, ready: impl Fn(Instant) -> bool) {
        let settled = &mut self.settled;
        self.open.retain(|path, due| {
            let settles = ready(*due);
            if settles {
                settled.insert(path.clone());
            }
            !settles
        });
    }
}

fn collapse(mut paths: BTreeSet<PathBuf>) -> Batch {
    while paths.len() > PATHS_PER_SCAN {
        let depth = paths.iter().map(|path| path.components().count()).max().unwrap_or_default();
        // The deepest give way to their parents first: those name the smallest part of the tree.
        paths = paths
            .into_iter()
            .map(|path| match path.parent() {
                Some(parent) if path.components().count() == depth => parent.to_owned(),
                _ => path,
            })
            .collect();
        if paths.contains(Path::new("")) {
            return Batch::Everything;
        }
    }
    let mut named: Vec<String> = Vec::with_capacity(paths.len());
    let mut covering: Option<&Path> = None;
    for path in &paths {
        // Sorted by component, what lies below a named folder follows it.
        if covering.is_some_and(|folder| path.starts_with(folder)) {
            continue;
        }
        covering = Some(path);
        // Syncthing refuses names that are not UTF-8 as well.
        named.extend(path.to_str().map(str::to_owned));
    }
    Batch::Paths(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(path: &str) -> Notice {
        Notice::Settled(path.into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_saved_file_is_due_at_once_and_once() {
        let now = Instant::now();
        let mut changes = Changes::default();
        assert_eq!(changes.due(now), None);
        assert!(!changes.note(Notice::Open("a".into()), now));
        assert!(changes.note(settled("a"), now));
        assert_eq!(changes.due(now), Some(now));
        assert_eq!(changes.take_due(now), Some(Batch::Paths(vec!["a".into()])));
        assert!(changes.is_empty());
        assert_eq!(changes.take_due(now), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_stays_open_is_scanned_after_a_while() {
        let now = Instant::now();
        let mut changes = Changes::default();
        changes.note(Notice::Open("log".into()), now);
        changes.note(Notice::Open("log".into()), now + OPEN_FILE_DELAY / 2);
        assert_eq!(changes.take_due(now), None);
        let due = changes.due(now).unwrap();
        assert_eq!(due, now + OPEN_FILE_DELAY);
        assert_eq!(changes.take_due(due), Some(Batch::Paths(vec!["log".into()])));
    }

    #[tokio::test(start_paused = true)]
    async fn a_barrier_takes_open_files_along() {
        let now = Instant::now();
        let mut changes = Changes::default();
        changes.note(Notice::Open("log".into()), now);
        assert_eq!(changes.take_all(now), Some(Batch::Paths(vec!["log".into()])));
    }

    #[tokio::test(start_paused = true)]
    async fn many_paths_become_their_folders_and_then_everything() {
        let check = |paths: Vec<String>, expect: Batch| {
            let (now, mut changes) = (Instant::now(), Changes::default());
            for path in paths {
                changes.note(Notice::Settled(path.into()), now);
            }
            assert_eq!(changes.take_due(now), Some(expect));
        };
        let named = |names: &[&str]| Batch::Paths(names.iter().map(|name| (*name).to_owned()).collect());
        check((0..128).map(|at| format!("d/{at:03}")).collect(), {
            Batch::Paths((0..128).map(|at| format!("d/{at:03}")).collect())
        });
        check((0..500).map(|at| format!("d/{at}")).chain(["top".into()]).collect(), named(&["d", "top"]));
        check((0..500).map(|at| format!("f{at}")).collect(), Batch::Everything);
        check((0..5000).map(|at| format!("d/{at}")).collect(), Batch::Everything);
        check(vec!["a/b/c".into(), "a-b".into(), "a".into(), "a/b".into()], named(&["a", "a-b"]));
        check(vec!["a".into(), String::new()], Batch::Everything);
    }
}
