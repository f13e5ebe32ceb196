//! What changed and is not scanned yet: collects paths, says when the next scan is due and what it covers. Pure: it
//! knows neither the file system nor the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

/// A file that is written but not closed is scanned this long after the first write: hashing it at every write
/// would be wasted, and would read it half-written.
pub const OPEN_FILE_DELAY: Duration = Duration::from_secs(1);
/// What is not a plain save waits this long for its other half: editors save by writing a new file and renaming it, or
/// rename the old one and write anew. A scan of the first half would show a file that is not there, and have syncthing
/// rest, which keeps back the second.
const HOLD: Duration = Duration::from_millis(4);
const LONGEST_HOLD: Duration = Duration::from_millis(40);
/// What is deleted waits until nothing more is: if it is the whole folder that goes, that is seen by then, and was no wish.
/// A few deletions wait less than many, and those less than what may be a whole tree; whoever waits for the container less
/// than others, and nobody for ever.
const FEW_REMOVALS: usize = 16;
const FEW_REMOVALS_QUIET: Duration = Duration::from_millis(50);
const REMOVALS_QUIET: Duration = Duration::from_millis(500);
const TREE_REMOVALS: usize = 256;
const TREE_REMOVALS_QUIET: Duration = Duration::from_secs(2);
const LONGEST_REMOVALS: Duration = Duration::from_secs(30);
/// Beyond this a scan names common parents, and then the whole folder.
const PATHS_PER_SCAN: usize = 128;
const PATHS_HELD: usize = 4096;

/// Something that was noticed about a path, relative to the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A new file, to be written and closed.
    Made(PathBuf),
    /// Written, and not closed yet.
    Written(PathBuf),
    /// Written and closed: saved.
    Closed(PathBuf),
    /// Renamed, linked or of another mode.
    Altered(PathBuf),
    /// Both were told as altered before.
    Renamed { from: PathBuf, to: PathBuf },
    /// Deleted.
    Removed(PathBuf),
    /// Anything may have changed.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    Paths(Vec<String>),
    Everything,
}

#[derive(Debug, Default)]
pub struct SourceChanges {
    /// How long a file that was saved in place is held: the tick of the clock that stamps files.
    tick: Duration,
    settled: BTreeSet<PathBuf>,
    /// The last new file among them that was written and closed: half of a save by rename.
    written_aside: Option<PathBuf>,
    /// When the settled paths are due, and when they are at the latest.
    hold: Option<Hold>,
    open: BTreeMap<PathBuf, OpenFile>,
    removed: Removals,
    everything: bool,
}

/// What was deleted and not made again.
#[derive(Debug, Default)]
struct Removals {
    paths: BTreeSet<PathBuf>,
    /// More than are held.
    everything: bool,
    hold: Option<Hold>,
}

impl Removals {
    fn note(&mut self, path: PathBuf, now: Instant) {
        if !self.everything {
            self.paths.insert(path);
        }
        if self.paths.len() > PATHS_HELD {
            self.paths.clear();
            self.everything = true;
        }
        let latest = self.hold.map_or(now + LONGEST_REMOVALS, |before| before.latest);
        // Whoever deletes slowly, as on a machine that is busy, pauses for longer, too.
        let lasted = (now + LONGEST_REMOVALS).duration_since(latest);
        let quiet = if self.may_be_all() {
            TREE_REMOVALS_QUIET.max(lasted)
        } else if self.are_many() {
            REMOVALS_QUIET.max(lasted)
        } else {
            FEW_REMOVALS_QUIET
        };
        self.hold = Some(Hold { due: (now + quiet).min(latest), latest });
    }

    fn are_many(&self) -> bool {
        self.everything || self.paths.len() >= FEW_REMOVALS
    }

    fn may_be_all(&self) -> bool {
        self.everything || self.paths.len() >= TREE_REMOVALS
    }

    fn due(&self) -> Option<Instant> {
        self.hold.filter(|_| self.everything || !self.paths.is_empty()).map(|hold| hold.due)
    }
}

#[derive(Clone, Copy, Debug)]
struct Hold {
    due: Instant,
    latest: Instant,
}

#[derive(Clone, Copy, Debug)]
struct OpenFile {
    due: Instant,
    made: bool,
}

impl SourceChanges {
    pub fn new(tick: Duration) -> Self {
        Self { tick, ..Self::default() }
    }

    pub fn note(&mut self, notice: Notice, now: Instant) {
        if let Notice::Made(path) | Notice::Written(path) | Notice::Closed(path) | Notice::Altered(path) =
            &notice
        {
            self.removed.paths.remove(path);
        }
        match notice {
            Notice::Unknown => self.everything = true,
            Notice::Made(path) => self.opened(path, true, now),
            Notice::Written(path) => self.opened(path, false, now),
            Notice::Closed(path) => {
                let made = self.open.remove(&path).is_some_and(|file| file.made);
                self.written_aside = made.then(|| path.clone());
                self.settled(path, if made { HOLD } else { self.tick }, now);
            }
            Notice::Altered(path) => {
                self.open.remove(&path);
                self.settled(path, HOLD, now);
            }
            Notice::Renamed { from, to } => self.renamed(&from, &to, now),
            Notice::Removed(path) => {
                self.open.remove(&path);
                self.settled.remove(&path);
                self.removed.note(path, now);
            }
        }
        if self.settled.len() > PATHS_HELD {
            self.everything = true;
        }
        if self.everything {
            self.settled.clear();
        }
    }

    /// A new file that took the place of another is a whole save, and waits for nothing more where nothing else is held.
    fn renamed(&mut self, from: &Path, to: &Path, now: Instant) {
        let is_whole = self.written_aside.as_deref() == Some(from)
            && self.settled.iter().all(|path| path == from || path == to);
        if let Some(hold) = self.hold.as_mut().filter(|_| is_whole) {
            hold.due = hold.due.min(now + self.tick);
        }
    }

    fn opened(&mut self, path: PathBuf, made: bool, now: Instant) {
        self.open.entry(path).or_insert(OpenFile { due: now + OPEN_FILE_DELAY, made });
        if self.open.len() > PATHS_HELD {
            self.settle(|_| true);
            self.hold = Some(Hold { due: now, latest: now });
        }
    }

    fn settled(&mut self, path: PathBuf, hold: Duration, now: Instant) {
        if path.as_os_str().is_empty() {
            self.everything = true;
            return;
        }
        self.settled.insert(path);
        let latest = self.hold.map_or(now + LONGEST_HOLD, |before| before.latest);
        // What is saved in place takes along what is held, and is itself not held up by what follows it.
        let overdue = self.hold.is_some_and(|before| before.due <= now);
        let due = if overdue { now } else { (now + hold).min(latest) };
        self.hold = Some(Hold { due, latest });
    }

    pub fn is_empty(&self) -> bool {
        !self.everything && self.settled.is_empty() && self.open.is_empty() && self.removed.due().is_none()
    }

    /// When the next scan is due: at once, later, or not at all.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        if self.everything {
            return Some(self.removals_held().unwrap_or(now));
        }
        let open = self.open.values().map(|file| file.due).min();
        let held = self.hold.filter(|_| !self.settled.is_empty()).map(|hold| hold.due);
        [open, held, self.removed.due()].into_iter().flatten().min()
    }

    pub fn is_unknown(&self) -> bool {
        self.everything
    }

    pub fn has_removals(&self) -> bool {
        self.removed.due().is_some()
    }

    /// Until when many deletions that may go on are held.
    pub fn removals_held(&self) -> Option<Instant> {
        self.removed.due().filter(|_| self.removed.are_many())
    }

    /// What is due at `now`, in one batch.
    pub fn take_due(&mut self, now: Instant) -> Option<Batch> {
        if self.due(now).is_none_or(|due| due > now) {
            return None;
        }
        self.settle(|due| due <= now);
        self.hold = None;
        self.written_aside = None;
        if self.everything || self.removed.due().is_some_and(|due| due <= now) {
            let removed = std::mem::take(&mut self.removed);
            self.everything |= removed.everything;
            self.settled.extend(removed.paths);
        }
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
        self.hold = Some(Hold { due: now, latest: now });
        if let Some(hold) = &mut self.removed.hold {
            hold.due = now;
        }
        self.take_due(now)
    }

    fn settle(&mut self, ready: impl Fn(Instant) -> bool) {
        let settled = &mut self.settled;
        self.open.retain(|path, file| {
            let settles = ready(file.due);
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

    fn closed(path: &str) -> Notice {
        Notice::Closed(path.into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_saved_in_place_is_due_at_once_and_once() {
        let now = Instant::now();
        let mut changes = SourceChanges::default();
        assert_eq!(changes.due(now), None);
        changes.note(Notice::Written("a".into()), now);
        assert_eq!(changes.take_due(now), None);
        changes.note(closed("a"), now);
        assert_eq!(changes.due(now), Some(now));
        // What comes right after does not hold it up.
        changes.note(Notice::Altered("a".into()), now);
        assert_eq!(changes.take_due(now), Some(Batch::Paths(vec!["a".into()])));
        assert!(changes.is_empty());
        assert_eq!(changes.take_due(now), None);
    }

    #[tokio::test(start_paused = true)]
    async fn where_clocks_tick_a_save_is_held_for_a_tick() {
        let (now, tick) = (Instant::now(), Duration::from_millis(3));
        let mut changes = SourceChanges::new(tick);
        changes.note(closed("a"), now);
        assert_eq!(changes.due(now), Some(now + tick));
    }

    #[tokio::test(start_paused = true)]
    async fn both_halves_of_a_save_by_rename_are_one_batch() {
        let (now, mut changes) = (Instant::now(), SourceChanges::default());
        changes.note(Notice::Made("a.tmp".into()), now);
        changes.note(closed("a.tmp"), now);
        assert_eq!(changes.take_due(now), None);
        let later = now + HOLD / 2;
        changes.note(Notice::Altered("a.tmp".into()), later);
        changes.note(Notice::Altered("a".into()), later);
        assert_eq!(changes.due(later), Some(later + HOLD));
        assert_eq!(changes.take_due(later + HOLD), Some(Batch::Paths(vec!["a".into(), "a.tmp".into()])));
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_file_that_took_the_place_of_another_is_due_at_once_unless_more_is_held() {
        let renamed = |changes: &mut SourceChanges, now, from: &str, to: &str| {
            changes.note(Notice::Altered(from.into()), now);
            changes.note(Notice::Altered(to.into()), now);
            changes.note(Notice::Renamed { from: from.into(), to: to.into() }, now);
        };
        let written = |changes: &mut SourceChanges, now, path: &str| {
            changes.note(Notice::Made(path.into()), now);
            changes.note(closed(path), now);
        };
        let (now, tick) = (Instant::now(), Duration::from_millis(3));
        for tick in [Duration::ZERO, tick] {
            let mut whole = SourceChanges::new(tick);
            written(&mut whole, now, "a.tmp");
            renamed(&mut whole, now, "a.tmp", "a");
            assert_eq!(whole.due(now), Some(now + tick));
            assert!(whole.take_due(now + tick).is_some());
            // The next rename is no save.
            renamed(&mut whole, now, "a.tmp", "a");
            assert_eq!(whole.due(now), Some(now + HOLD));
        }
        // The old file was moved aside, and is about to be deleted.
        let mut with_backup = SourceChanges::default();
        written(&mut with_backup, now, "a.tmp");
        renamed(&mut with_backup, now, "a", "a.old");
        renamed(&mut with_backup, now, "a.tmp", "a");
        assert_eq!(with_backup.due(now), Some(now + HOLD));
        // The second half is still to come.
        let mut half = SourceChanges::default();
        renamed(&mut half, now, "a", "a~");
        assert_eq!(half.due(now), Some(now + HOLD));
    }

    #[tokio::test(start_paused = true)]
    async fn an_unending_burst_is_held_for_a_bounded_time() {
        let (start, mut changes) = (Instant::now(), SourceChanges::default());
        let mut now = start;
        while now < start + 2 * LONGEST_HOLD && changes.take_due(now).is_none() {
            changes.note(Notice::Altered("a".into()), now);
            now += HOLD / 2;
        }
        assert_eq!(now, start + LONGEST_HOLD);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_stays_open_is_scanned_after_a_while() {
        let now = Instant::now();
        let mut changes = SourceChanges::default();
        changes.note(Notice::Written("log".into()), now);
        changes.note(Notice::Written("log".into()), now + OPEN_FILE_DELAY / 2);
        assert_eq!(changes.take_due(now), None);
        let due = changes.due(now).unwrap();
        assert_eq!(due, now + OPEN_FILE_DELAY);
        assert_eq!(changes.take_due(due), Some(Batch::Paths(vec!["log".into()])));
    }

    #[tokio::test(start_paused = true)]
    async fn deletions_wait_for_one_another_and_saves_do_not_wait_for_them() {
        let (start, mut changes) = (Instant::now(), SourceChanges::default());
        let removed = |at: usize| Notice::Removed(format!("d/{at}").into());
        changes.note(removed(0), start);
        assert_eq!(changes.due(start), Some(start + FEW_REMOVALS_QUIET));
        assert_eq!(changes.removals_held(), None);
        changes.note(closed("saved"), start);
        assert_eq!(changes.take_due(start), Some(Batch::Paths(vec!["saved".into()])));
        // A file that is saved by deleting and making it was not deleted.
        changes.note(closed("d/0"), start);
        assert_eq!(changes.take_due(start), Some(Batch::Paths(vec!["d/0".into()])));
        assert!(changes.is_empty());

        let mut now = start;
        for at in 0..FEW_REMOVALS {
            changes.note(removed(at), now);
            now += FEW_REMOVALS_QUIET / 2;
        }
        let last = now - FEW_REMOVALS_QUIET / 2;
        assert_eq!(changes.removals_held(), Some(last + REMOVALS_QUIET));
        // Nor is a scan of everything made while a folder goes.
        changes.note(Notice::Unknown, now);
        assert_eq!(changes.take_due(now), None);
        assert_eq!(changes.take_due(last + REMOVALS_QUIET), Some(Batch::Everything));
        assert!(changes.is_empty());

        // What may be the whole tree may pause for longer.
        let start = last + REMOVALS_QUIET;
        let mut now = start;
        for at in 0..TREE_REMOVALS {
            changes.note(removed(at), now);
        }
        assert_eq!(changes.removals_held(), Some(now + TREE_REMOVALS_QUIET));
        for at in TREE_REMOVALS.. {
            if changes.take_due(now).is_some() {
                break;
            }
            changes.note(removed(at), now);
            now += REMOVALS_QUIET / 4;
        }
        assert_eq!(now, start + LONGEST_REMOVALS);

        // What has gone on for long may pause for as long.
        let (start, lasted) = (now, REMOVALS_QUIET * 4);
        let mut changes = SourceChanges::default();
        for at in 0..FEW_REMOVALS {
            changes.note(removed(at), start);
        }
        changes.note(removed(FEW_REMOVALS), start + lasted);
        assert_eq!(changes.removals_held(), Some(start + lasted * 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_barrier_takes_open_files_along() {
        let now = Instant::now();
        let mut changes = SourceChanges::default();
        changes.note(Notice::Written("log".into()), now);
        assert_eq!(changes.take_all(now), Some(Batch::Paths(vec!["log".into()])));
        assert_eq!(changes.take_all(now), None);
    }

    #[tokio::test(start_paused = true)]
    async fn many_paths_become_their_folders_and_then_everything() {
        let check = |paths: Vec<String>, expect: Batch| {
            let (now, mut changes) = (Instant::now(), SourceChanges::default());
            for path in paths {
                changes.note(Notice::Closed(path.into()), now);
            }
            assert_eq!(changes.take_due(now), Some(expect));
        };
        let named = |names: &[&str]| Batch::Paths(names.iter().map(|name| (*name).to_owned()).collect());
        let files = |count| (0..count).map(|at| format!("d/{at:03}")).collect::<Vec<_>>();
        check(files(128), Batch::Paths(files(128)));
        check(files(500).into_iter().chain(["top".into()]).collect(), named(&["d", "top"]));
        check((0..500).map(|at| format!("f{at}")).collect(), Batch::Everything);
        check(files(5000), Batch::Everything);
        check(vec!["a/b/c".into(), "a-b".into(), "a".into(), "a/b".into()], named(&["a", "a-b"]));
        check(vec!["a".into(), String::new()], Batch::Everything);
    }
}
