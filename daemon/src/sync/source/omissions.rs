//! Keeps syncthing, watcher and scanner to the rules of what is left out, as the rules and the tree change. Blocking.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::changes::Batch;
use super::rules::stignore::{self, Written};
use super::rules::{Disk, Rules, Selection, Survey, Tree as _};

/// What says what is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeftOutBy {
    #[default]
    Nothing,
    /// The patterns of the dev configuration.
    Patterns,
    /// What git ignores.
    Git,
    /// A `.stignore` that is not ours.
    OwnFile,
}

#[derive(Debug)]
pub(in crate::sync) struct Omissions {
    source: PathBuf,
    session: String,
    selection: Selection,
    state: Mutex<State>,
    /// Held by whoever reads the rules, which may take seconds; nobody else waits for that.
    refreshing: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    rules: Option<Arc<Rules>>,
    survey: Survey,
    by: LeftOutBy,
}

impl Omissions {
    pub(in crate::sync) fn new(source: &Path, session: &str, selection: Selection) -> Self {
        Self {
            source: source.to_owned(),
            session: session.to_owned(),
            selection,
            state: Mutex::default(),
            refreshing: Mutex::default(),
        }
    }

    pub(in crate::sync) fn by(&self) -> LeftOutBy {
        self.state().by
    }

    pub(in crate::sync) fn rules(&self) -> Option<Arc<Rules>> {
        self.state().rules.clone()
    }

    /// Whether something may be left out by us.
    pub(in crate::sync) fn are_asked_for(&self) -> bool {
        !self.selection.is_everything()
    }

    /// Reads the rules anew, looks at the whole tree and tells syncthing. Says whether the rules are others than
    /// before.
    pub(in crate::sync) fn refresh(&self) -> io::Result<bool> {
        let _refreshing = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.are_asked_for() {
            let theirs = self.source.join(stignore::NAME).symlink_metadata().is_ok();
            self.state().by = if theirs { LeftOutBy::OwnFile } else { LeftOutBy::Nothing };
            return Ok(false);
        }
        // A link above it may lead elsewhere by now.
        let source = self.source.canonicalize()?;
        let rules = Rules::gather(&source, &self.selection, &Disk);
        let mut state = self.state();
        state.survey = rules.survey(&source, &Disk);
        let before = state.rules.take();
        self.tell(&mut state, Arc::new(rules))?;
        Ok(match (&before, &state.rules) {
            (Some(before), Some(now)) => !before.is_same(now),
            (before, now) => before.is_some() != now.is_some(),
        })
    }

    /// What of a batch is to be scanned; everything where the rules have changed. Whatever it is, syncthing has been
    /// told before what to leave out of it.
    pub(in crate::sync) fn admit(&self, batch: Batch) -> io::Result<(Batch, bool)> {
        let Batch::Paths(paths) = batch else {
            return Ok((Batch::Everything, self.refresh()?));
        };
        let Some(rules) = self.rules() else { return Ok((Batch::Paths(paths), false)) };
        let mut admitted = Vec::with_capacity(paths.len());
        let mut found = Survey::default();
        for name in paths {
            let path = rules.source().join(&name);
            let is_folder = Disk.is_folder(&path);
            let outdated = is_folder == Some(true) && rules.are_outdated_below(&path, &Disk);
            if (outdated || rules.is_about_rules(&path)) && self.refresh()? {
                return Ok((Batch::Everything, true));
            }
            found.merge(rules.survey(&path, &Disk));
            // What is there may have been of the other kind, or both, before it was that.
            if !rules.leaves_out(&path, true) || !rules.leaves_out(&path, false) {
                admitted.push(name);
            }
        }
        let mut state = self.state();
        state.survey.merge(found);
        self.tell(&mut state, rules)?;
        let lost = state.rules.is_none();
        Ok(if lost { (Batch::Everything, true) } else { (Batch::Paths(admitted), false) })
    }

    fn tell(&self, state: &mut State, rules: Arc<Rules>) -> io::Result<()> {
        let selection = serde_json::to_string(&self.selection).map_err(io::Error::other)?;
        let key = stignore::digest(&selection);
        let written = stignore::put(&self.source, &self.session, &key, &rules.lines(&state.survey))?;
        (state.rules, state.by) = match written {
            Written::Foreign => (None, LeftOutBy::OwnFile),
            Written::Ours if self.selection.git_ignore => (Some(rules), LeftOutBy::Git),
            Written::Ours => (Some(rules), LeftOutBy::Patterns),
        };
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes away what told syncthing what to leave out, if it is as we left it.
pub fn end_omissions(source: &Path, session: &str) -> io::Result<()> {
    stignore::remove(source, session)
}
