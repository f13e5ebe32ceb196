//! What is left out of the sync: by the patterns of the dev configuration, or by what git ignores.
//!
//! Git lets a later line take back an earlier one, and never looks into a folder that is left out; for syncthing the
//! first line counts, with all below it, and a line that takes back makes it walk through what is left out. So nothing
//! is ever taken back: lines that no later one can contradict are written as they are and hold for whatever will be
//! made; of the others the paths are written that they leave out now (`Survey`). Only `files` reads a disk.

mod selection;
mod files;
mod pattern;
mod survey;
mod hidden;

pub(in crate::sync) mod stignore;

#[cfg(test)]
mod properties;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, Glob};

pub(in crate::sync) use files::{Disk, GIT, Tree};
pub use selection::Selection;
pub(in crate::sync) use survey::Survey;

use files::{GIT_IGNORE, RuleFile, matcher};
use pattern::{Pattern, literal_line};
use selection::lines_of_config;

/// The rules of one source folder, as they stood when they were gathered.
#[derive(Debug)]
pub(in crate::sync) struct Rules {
    source: PathBuf,
    git: bool,
    /// What the container has other volumes for.
    apart: Vec<PathBuf>,
    /// The weakest first, those of a folder before those below it.
    read: Vec<RuleFile>,
    outer: Vec<Gitignore>,
    nested: HashMap<PathBuf, Gitignore>,
    wanted: Option<(Gitignore, Vec<Pattern>)>,
    /// Lines that later ones may contradict, or that syncthing has no words for.
    contested: HashSet<(PathBuf, String)>,
    /// What is only left out if it is a folder, as if it said nothing of folders.
    named_as_folders: Vec<Gitignore>,
    /// Patterns that hold whatever there is and comes.
    fixed: Vec<Pattern>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Kept,
    LeftOut,
    /// By a line for folders only.
    FolderLeftOut,
    /// By a line that is not among the fixed ones.
    Singled,
}

impl Rules {
    /// Reads the rules that hold in `source`.
    pub(in crate::sync) fn gather(source: &Path, selection: &Selection, tree: &impl Tree) -> Self {
        let mut rules = Self {
            source: source.to_owned(),
            git: selection.git_ignore,
            apart: selection.apart.iter().map(|path| source.join(path)).collect(),
            read: Vec::new(),
            outer: Vec::new(),
            nested: HashMap::new(),
            wanted: None,
            contested: HashSet::new(),
            named_as_folders: Vec::new(),
            fixed: Vec::new(),
        };
        if selection.git_ignore {
            rules.take_outer(files::around(source, tree));
            rules.gather_below(source, tree);
        } else {
            let lines = lines_of_config(&selection.ignored);
            rules.take_outer(vec![RuleFile { folder: source.to_owned(), lines }]);
            let wanted: Vec<String> =
                selection.wanted().into_iter().map(|it| it.trim_end_matches('/').to_owned()).collect();
            rules.wanted = (!wanted.is_empty()).then(|| {
                let patterns = wanted.iter().map(|line| Pattern::parse(line, Some(Path::new(""))));
                (matcher(source, wanted.iter().map(String::as_str)), patterns.collect())
            });
        }
        rules.weigh();
        rules
    }

    fn take_outer(&mut self, files: Vec<RuleFile>) {
        self.outer = files.iter().map(RuleFile::matcher).collect();
        self.read = files;
    }

    fn gather_below(&mut self, folder: &Path, tree: &impl Tree) {
        if let Some(text) = tree.text(&folder.join(GIT_IGNORE)) {
            let file = RuleFile::read(folder, &text);
            self.nested.insert(folder.to_owned(), file.matcher());
            self.read.push(file);
        }
        for (path, is_folder) in tree.entries(folder) {
            if is_folder && self.decide(&path, true) == Decision::Kept {
                self.gather_below(&path, tree);
            }
        }
    }

    /// Tells the lines that always hold from those that depend.
    fn weigh(&mut self) {
        let mut lines = Vec::new();
        for file in &self.read {
            let folder = file.folder.strip_prefix(&self.source).ok();
            for line in &file.lines {
                lines.push((file, line, Pattern::parse(line, folder)));
            }
        }
        let mut fixed = Vec::new();
        let mut contested = HashSet::new();
        for (at, (file, line, pattern)) in lines.iter().enumerate().filter(|(_, it)| !it.2.negated) {
            let taken_back = lines[at..].iter().any(|(_, _, later)| later.negated && later.may_meet(pattern));
            if taken_back || pattern.lines(false).is_none() {
                contested.insert((file.folder.clone(), (*line).clone()));
            } else {
                fixed.push(pattern.clone());
            }
        }
        self.named_as_folders = self
            .read
            .iter()
            .map(|file| {
                let names = file.lines.iter().filter(|line| !line.starts_with('!'));
                let names = names.filter(|line| !contested.contains(&(file.folder.clone(), (*line).clone())));
                let names = names.filter_map(|line| line.strip_suffix('/'));
                // Without its slash a path would no longer be one from this folder.
                let names: Vec<String> = names
                    .map(|it| {
                        if it.contains('/') && !it.starts_with('/') {
                            format!("/{it}")
                        } else {
                            it.to_owned()
                        }
                    })
                    .collect();
                matcher(&file.folder, names.iter().map(String::as_str))
            })
            .filter(|names| !names.is_empty())
            .collect();
        (self.fixed, self.contested) = (fixed, contested);
    }

    /// Whether a folder, or one below it, has other rules than were gathered.
    pub(in crate::sync) fn are_outdated_below(&self, folder: &Path, tree: &impl Tree) -> bool {
        if !self.git || self.leaves_out(folder, true) {
            return false;
        }
        let there = tree.text(&folder.join(GIT_IGNORE)).map(|text| RuleFile::read(folder, &text));
        let known = self.read.iter().find(|file| file.folder == folder);
        let below = || tree.entries(folder).into_iter().filter(|(_, is_folder)| *is_folder);
        self.nested.contains_key(folder) != there.is_some()
            || there.is_some_and(|there| known != Some(&there))
            || below().any(|(folder, _)| self.are_outdated_below(&folder, tree))
    }

    /// Whether a path is a file of rules.
    pub(in crate::sync) fn is_about_rules(&self, path: &Path) -> bool {
        self.git && path.file_name().is_some_and(|name| name == GIT_IGNORE)
    }

    pub(in crate::sync) fn source(&self) -> &Path {
        &self.source
    }

    /// Whether both say the same of every path.
    pub(in crate::sync) fn is_same(&self, other: &Self) -> bool {
        self.git == other.git && self.read == other.read
    }

    /// What these rules leave out of `top`, which lies in the source, that fixed lines do not.
    pub(in crate::sync) fn survey(&self, top: &Path, tree: &impl Tree) -> Survey {
        let mut survey = Survey::default();
        let above = top.parent().filter(|parent| parent.starts_with(&self.source));
        if top != self.source && above.is_some_and(|above| self.leaves_out(above, true)) {
            return survey;
        }
        let Some(is_folder) = tree.is_folder(top) else { return survey };
        self.survey_path(top, is_folder, tree, &mut survey);
        survey
    }

    fn survey_path(&self, path: &Path, is_folder: bool, tree: &impl Tree, survey: &mut Survey) {
        let relative = || path.strip_prefix(&self.source).unwrap_or(path).to_owned();
        let decision = if path == self.source { Decision::Kept } else { self.decide(path, is_folder) };
        match decision {
            Decision::Singled => drop(survey.left_out.insert(relative())),
            Decision::FolderLeftOut => drop(survey.folders.insert(relative())),
            Decision::LeftOut => {}
            Decision::Kept if is_folder && !self.leads_nowhere(path) => {
                for (path, is_folder) in tree.entries(path) {
                    self.survey_path(&path, is_folder, tree, survey);
                }
            }
            Decision::Kept if !is_folder => {
                let named = |names: &Gitignore| {
                    path.starts_with(names.path()) && names.matched(path, false).is_ignore()
                };
                survey.files_named_as_folders |= self.named_as_folders.iter().any(named);
            }
            Decision::Kept => {}
        }
    }

    /// Whether a path in the source is left out, by itself or by a folder above it.
    pub(in crate::sync) fn leaves_out(&self, path: &Path, is_folder: bool) -> bool {
        let Ok(relative) = path.strip_prefix(&self.source) else { return false };
        let mut at = self.source.clone();
        let mut names = relative.components().peekable();
        while let Some(name) = names.next() {
            at.push(name);
            if self.decide(&at, is_folder || names.peek().is_some()) != Decision::Kept {
                return true;
            }
        }
        match &self.wanted {
            Some(_) if relative.as_os_str().is_empty() => false,
            Some(_) if is_folder => self.leads_nowhere(path),
            Some((wanted, _)) => !wanted.matched_path_or_any_parents(path, false).is_ignore(),
            None => false,
        }
    }

    /// Whether neither a folder nor anything in it is wanted.
    fn leads_nowhere(&self, folder: &Path) -> bool {
        let Some((wanted, patterns)) = &self.wanted else { return false };
        let relative = folder.strip_prefix(&self.source).unwrap_or(folder);
        !wanted.matched_path_or_any_parents(folder, true).is_ignore()
            && !patterns.iter().any(|pattern| pattern.may_match_below(relative))
    }

    /// What the rules say of a path itself, in a folder that is not left out.
    fn decide(&self, path: &Path, is_folder: bool) -> Decision {
        if self.git && path.file_name().is_some_and(|name| name == GIT) {
            return Decision::LeftOut;
        }
        if self.apart.iter().any(|apart| apart == path) {
            return Decision::LeftOut;
        }
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.source));
        let nested = folders.filter_map(|folder| self.nested.get(folder));
        for matcher in nested.chain(self.outer.iter().rev()) {
            match matcher.matched(path, is_folder) {
                Match::None => {}
                Match::Whitelist(_) => return Decision::Kept,
                Match::Ignore(glob) => return self.decision(glob),
            }
        }
        Decision::Kept
    }

    fn decision(&self, glob: &Glob) -> Decision {
        let folder = glob.from().unwrap_or(&self.source).to_owned();
        if self.contested.contains(&(folder, glob.original().to_owned())) {
            Decision::Singled
        } else if glob.is_only_dir() {
            Decision::FolderLeftOut
        } else {
            Decision::LeftOut
        }
    }

    /// The lines for syncthing.
    pub(in crate::sync) fn lines(&self, survey: &Survey) -> Vec<String> {
        let split = survey.files_named_as_folders;
        let mut lines: Vec<String> = self.git.then(|| format!("**/{GIT}")).into_iter().collect();
        let apart = self.apart.iter().filter_map(|path| path.strip_prefix(&self.source).ok());
        lines.extend(apart.map(literal_line));
        for pattern in &self.fixed {
            lines.extend(pattern.lines(split && pattern.folders_only).unwrap_or_default());
        }
        lines.extend(survey.left_out.iter().map(|path| literal_line(path)));
        if split {
            lines.extend(survey.folders.iter().map(|path| literal_line(path)));
        }
        if let Some((_, patterns)) = &self.wanted {
            let wanted = patterns.iter().filter_map(|pattern| pattern.lines(false)).flatten();
            lines.extend(wanted.map(|line| format!("!{line}")));
            lines.push("**/*".to_owned());
        }
        lines
    }
}
