//! The names of the variables that a source folder's dev configuration refers to, so that those, and no others, go along. It
//! knows neither values nor YAML; what the text means is the daemon's to say.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Where a source folder has its dev configuration.
pub(crate) const CONFIGURATION: &str = ".nocalhost/config.yaml";
/// Nocalhost's name for an include.
const INCLUDE: &str = "_INCLUDE_";
/// The daemon takes no more.
const MOST_FILES: usize = 256;
const LONGEST: u64 = 1024 * 1024;

/// Every name in the configuration and in what it includes. What cannot be read names nothing; the daemon says so.
pub(crate) fn named(source: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut files: Vec<PathBuf> = vec![source.join(CONFIGURATION)];
    let mut next = 0;
    while let Some(file) = files.get(next).cloned() {
        next += 1;
        // Two dollars are one, which introduces nothing.
        let text = read(&file).unwrap_or_default().replace("$$", "");
        for (name, rest) in references(&text) {
            if name != INCLUDE {
                names.insert(name.to_owned());
            } else if let Some(folder) = file.parent() {
                let included = folder.join(included(rest));
                if files.len() < MOST_FILES && !files.contains(&included) {
                    files.push(included);
                }
            }
        }
    }
    names
}

fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    if !path.is_file() {
        return None;
    }
    std::fs::File::open(path).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whatever follows a dollar and looks like a name, and what follows that.
fn references(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('$').skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        (!name.is_empty()).then_some((name, rest))
    })
}

/// The path in `:-PATH | nindent 4}`; a bar of its own is written with a backslash.
fn included(rest: &str) -> String {
    let inner = rest.split('}').next().unwrap_or_default().trim_start_matches([':', '-', '=']);
    inner.replace("\\|", "\0").split('|').next().unwrap_or_default().trim().replace('\0', "|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_configuration_and_of_what_it_includes() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let save = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            std::fs::write(path, text).expect("file");
        };
        assert!(named(folder.path()).is_empty());
        save(
            ".nocalhost/config.yaml",
            "a: ${A:-${B-$C}} $$D $$${B} ${ $( $\n  ${_INCLUDE_:-../x/a|b.yaml | nindent 2}",
        );
        save(".nocalhost/unused.yaml", "$UNUSED");
        assert_eq!(named(folder.path()), ["A", "B", "C"].map(str::to_owned).into());
        save(
            ".nocalhost/config.yaml",
            "$A\n${_INCLUDE_:- ../x/a\\|b.yaml | nindent 2}\n${_INCLUDE_=config.yaml}",
        );
        save("x/a|b.yaml", "${E}${_INCLUDE_:-./y/c.yaml}${_INCLUDE_:-y}");
        save("x/y/c.yaml", "F: $G_1");
        assert_eq!(named(folder.path()), ["A", "E", "G_1"].map(str::to_owned).into());
    }
}
