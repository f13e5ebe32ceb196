//! What the dev configuration selects of a source folder, as it is stored.

use serde::{Deserialize, Serialize};

use super::pattern::significant;

/// What the dev configuration selects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// What git would ignore is left out; the patterns do not count then.
    pub git_ignore: bool,
    /// What is synced; everything where there are none.
    pub files: Vec<String>,
    /// What is left out of that. Written as in a `.gitignore`.
    pub ignored: Vec<String>,
    /// Paths below the top where the container has other volumes: never synced, whatever the patterns say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<String>,
}

impl Selection {
    pub fn is_everything(&self) -> bool {
        !self.git_ignore && self.ignored.is_empty() && self.apart.is_empty() && self.wanted().is_empty()
    }

    /// The patterns of what is synced, where they leave anything out.
    pub(super) fn wanted(&self) -> Vec<String> {
        let everything = |it: &String| [".", "./", "/", "*", "**"].contains(&it.as_str());
        if self.files.iter().any(everything) { Vec::new() } else { lines_of_config(&self.files) }
    }
}

/// A line of the configuration is not a comment, and `./` is the top.
pub(super) fn lines_of_config(lines: &[String]) -> Vec<String> {
    let anchored = |line: &String| match line.strip_prefix("./") {
        Some(rest) => format!("/{rest}"),
        None if line.starts_with('#') => format!("\\{line}"),
        None => line.clone(),
    };
    lines.iter().map(anchored).filter_map(|line| significant(&line)).collect()
}
