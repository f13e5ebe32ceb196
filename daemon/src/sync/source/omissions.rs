//! Keeps syncthing, watcher and scanner to the rules of what is left out, as the rules and the tree change. Blocking.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

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
}

#[derive(Debug, Default)]
struct State {
    rules: Option<Arc<Rules>>,
    survey: Survey,
    by: LeftOutBy,
}

impl Omissions {
    pub(in crate::sync) fn new(source: &Path, session: &str, selection: Selection) -> Self {
        let source = source.canonicalize().unwrap_or_else(|_| source.to_owned());
        Self { source, session: session.to_owned(), selection, state: Mutex::default() }
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
        let mut state = self.state();
        if !self.are_asked_for() {
            let theirs = self.source.join(stignore::NAME).symlink_metadata().is_ok();
            state.by = if theirs { LeftOutBy::OwnFile } else { LeftOutBy::Nothing };
            return Ok(false);
        }
        let rules = Rules::gather(&self.source, &self.selection, &Disk);
        state.survey = rules.survey(&self.source, &Disk);
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
            let path = self.source.join(&name);
            let is_folder = Disk.is_folder(&path);
            let outdated = is_folder == Some(true) && rules.are_outdated_below(&path, &Disk);
            if (outdated || rules.is_about_rules(&path)) && self.refresh()? {
                return Ok((Batch::Everything, true));
            }
            found.merge(rules.survey(&path, &Disk));
            // What is gone may have been either: a folder takes along what was wanted in it.
            let left_out = match is_folder {
                Some(is_folder) => rules.leaves_out(&path, is_folder),
                None => rules.leaves_out(&path, false) && rules.leaves_out(&path, true),
            };
            if !left_out {
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
        let written = stignore::put(&self.source, &self.session, &rules.lines(&state.survey))?;
        (state.rules, state.by) = match written {
            Written::Foreign => (None, LeftOutBy::OwnFile),
            Written::Ours | Written::Shared if self.selection.git_ignore => (Some(rules), LeftOutBy::Git),
            Written::Ours | Written::Shared => (Some(rules), LeftOutBy::Patterns),
        };
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Takes away what told syncthing what to leave out, if it is as we left it.
pub fn end_omissions(source: &Path, session: &str) -> io::Result<()> {
    stignore::remove(source, session)
}
