//! What the watcher noted and the scanner has not taken yet. It knows neither of them.

mod clock;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::changes::{Batch, Notice, SourceChanges};

const COOKIE_BOUND: Duration = Duration::from_secs(1);
const TREE_CHANGES_HELD: usize = 4096;
/// How Linux says that a user has no more watchers to give.
const EMFILE: i32 = 24;

/// How much of the source folder is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    Whole,
    /// Changes elsewhere are found by scanning only.
    Partial(Gap),
}

/// Why a folder is not watched, and which setting of the system would let it be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub error: String,
    pub setting: Option<&'static str>,
}

impl Gap {
    pub(in crate::sync) fn of(error: &notify::Error) -> Self {
        let out_of_instances = |error: &std::io::Error| error.raw_os_error() == Some(EMFILE);
        let setting = match &error.kind {
            notify::ErrorKind::MaxFilesWatch => Some("fs.inotify.max_user_watches=524288"),
            notify::ErrorKind::Io(error) if out_of_instances(error) => {
                Some("fs.inotify.max_user_instances=1024")
            }
            _ => None,
        };
        Self { error: error.to_string(), setting: setting.filter(|_| cfg!(target_os = "linux")) }
    }
}

/// Where the watcher puts what it sees, and the scanner takes it from.
#[derive(Debug)]
pub struct Inbox {
    noted: Mutex<Noted>,
    wake: Notify,
    cookies: Cookies,
}

/// A change of what there is to watch, by absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TreeChange {
    /// Perhaps a folder: look.
    Appeared(PathBuf),
    Gone(PathBuf),
    Everything,
}

#[derive(Debug)]
struct Noted {
    changes: SourceChanges,
    tree: Vec<TreeChange>,
}

/// Files of our own that are made to see when all earlier events have arrived: the kernel keeps their order.
#[derive(Debug)]
struct Cookies {
    folder: PathBuf,
    seen: watch::Sender<u64>,
    last: Mutex<u64>,
}

impl Inbox {
    pub fn new(cookie_folder: PathBuf) -> Arc<Self> {
        let cookies = Cookies { folder: cookie_folder, seen: watch::Sender::new(0), last: Mutex::new(0) };
        let noted = Noted { changes: SourceChanges::new(clock::tick()), tree: Vec::new() };
        Arc::new(Self { noted: Mutex::new(noted), wake: Notify::new(), cookies })
    }

    /// Anything may have changed.
    pub fn note_unknown(&self) {
        self.note(vec![Notice::Unknown], Vec::new());
    }

    /// These may have changed, or what is below them.
    pub fn note_paths(&self, paths: Vec<PathBuf>) {
        self.note(paths.into_iter().map(Notice::Altered).collect(), Vec::new());
    }

    pub fn has_due(&self) -> bool {
        let now = Instant::now();
        self.noted().changes.due(now).is_some_and(|due| due <= now)
    }

    /// Whether something is due, or held although it is complete.
    pub fn has_news(&self) -> bool {
        self.has_due() || self.has_unknown() || self.noted().changes.has_removals()
    }

    /// Whether everything is to be scanned for a reason.
    pub fn has_unknown(&self) -> bool {
        self.noted().changes.is_unknown()
    }

    /// Until when many deletions that may go on are held.
    pub fn removals_held(&self) -> Option<Instant> {
        self.noted().changes.removals_held()
    }

    /// Resolves when many deletions do not go on, or after `longest`.
    pub async fn removals_rest(&self, longest: Duration) {
        let latest = Instant::now() + longest;
        loop {
            let Some(until) =
                self.removals_held().filter(|until| *until > Instant::now() && latest > Instant::now())
            else {
                return;
            };
            tokio::time::sleep_until(until.min(latest)).await;
        }
    }

    /// Resolves when something is due. Safe to drop and call again.
    pub async fn due(&self) {
        loop {
            let woken = self.wake.notified();
            let due = self.noted().changes.due(Instant::now());
            match due {
                Some(due) if due <= Instant::now() => return,
                Some(due) => drop(tokio::time::timeout_at(due, woken).await),
                None => woken.await,
            }
        }
    }

    pub fn take_due(&self) -> Option<Batch> {
        self.noted().changes.take_due(Instant::now())
    }

    pub fn take_all(&self) -> Option<Batch> {
        self.noted().changes.take_all(Instant::now())
    }

    /// Whether everything that was saved before this call has been noted: true once the event of a file that is
    /// made now has come in, false where that cannot be told and only a full scan is certain.
    pub async fn caught_up(&self) -> bool {
        if !cfg!(target_os = "linux") {
            return false;
        }
        let mut seen = self.cookies.seen.subscribe();
        let (number, path) = {
            let mut last = self.cookies.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            *last += 1;
            (*last, self.cookies.folder.join(last.to_string()))
        };
        let made = std::fs::write(&path, "");
        let arrived =
            made.is_ok() && timeout(COOKIE_BOUND, seen.wait_for(|seen| *seen >= number)).await.is_ok();
        let _ = std::fs::remove_file(&path);
        arrived
    }

    /// The folder that is watched for cookies.
    pub(super) fn cookie_folder(&self) -> &Path {
        &self.cookies.folder
    }

    /// Whether an event was about a cookie, which then has been seen.
    pub(super) fn take_cookie(&self, path: &Path) -> bool {
        let number = self.cookies.number(path);
        number.is_some_and(|number| {
            self.cookies.saw(number);
            true
        })
    }

    pub(super) fn note(&self, notices: Vec<Notice>, tree: Vec<TreeChange>) {
        let now = Instant::now();
        let mut noted = self.noted();
        noted.tree.extend(tree);
        if noted.tree.len() > TREE_CHANGES_HELD {
            noted.tree = vec![TreeChange::Everything];
        }
        for notice in notices {
            noted.changes.note(notice, now);
        }
        drop(noted);
        self.wake.notify_one();
    }

    pub fn tree_changed(&self) -> bool {
        !self.noted().tree.is_empty()
    }

    pub(super) fn take_tree(&self) -> Vec<TreeChange> {
        std::mem::take(&mut self.noted().tree)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Cookies {
    fn number(&self, path: &Path) -> Option<u64> {
        path.strip_prefix(&self.folder).ok()?.to_str()?.parse().ok()
    }

    fn saw(&self, number: u64) {
        self.seen.send_if_modified(|seen| {
            let newer = number > *seen;
            *seen = number.max(*seen);
            newer
        });
    }
}
