//! Random rules on random trees: what syncthing makes of our lines is what git leaves out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use proptest::prelude::*;

use super::files::Tree;
use super::*;

const SOURCE: &str = "/src";

/// Files with their texts, folders with none.
#[derive(Debug, Clone)]
struct Grown(BTreeMap<PathBuf, Option<String>>);

impl Tree for Grown {
    fn entries(&self, folder: &Path) -> Vec<(PathBuf, bool)> {
        let within = self.0.iter().filter(|(path, _)| path.parent() == Some(folder));
        within.map(|(path, text)| (path.clone(), text.is_none())).collect()
    }

    fn text(&self, file: &Path) -> Option<String> {
        self.0.get(file)?.clone()
    }

    fn is_folder(&self, path: &Path) -> Option<bool> {
        self.0.get(path).map(Option::is_none)
    }
}

/// Syncthing's reading of its lines, from its lib/ignore.
struct Syncthing(Vec<(bool, GlobMatcher)>);

impl Syncthing {
    fn read(lines: &[String]) -> Self {
        let mut patterns = Vec::new();
        for line in lines {
            match line.strip_suffix('/') {
                _ if line.ends_with("/**") => Self::add(&mut patterns, line),
                Some(_) => Self::add(&mut patterns, &format!("{line}**")),
                None => {
                    Self::add(&mut patterns, line);
                    Self::add(&mut patterns, &format!("{line}/**"));
                }
            }
        }
        Self(patterns)
    }

    fn add(patterns: &mut Vec<(bool, GlobMatcher)>, line: &str) {
        let (ignored, line) = match line.strip_prefix('!') {
            Some(rest) => (false, rest),
            None => (true, line),
        };
        let glob = |text: &str| {
            // Its `**/` stands for one folder at least.
            let text = text.replace("**/", "*/**/");
            let glob = GlobBuilder::new(&text).literal_separator(true).backslash_escape(true).build();
            glob.expect(&text).compile_matcher()
        };
        if let Some(rooted) = line.strip_prefix('/') {
            patterns.push((ignored, glob(rooted)));
        } else {
            let rest = line.strip_prefix("**/").expect("our lines are rooted, or begin so");
            patterns.extend([(ignored, glob(line)), (ignored, glob(rest))]);
        }
    }

    fn ignores(&self, path: &Path) -> bool {
        self.0.iter().find(|(_, glob)| glob.is_match(path)).is_some_and(|(ignored, _)| *ignored)
    }
}

/// Git's own words: a path is ignored with a folder above it, else by the last line of the deepest file about it.
fn git_ignores(tree: &Grown) -> impl Fn(&Path) -> bool + '_ {
    let files = tree.0.iter().filter(|(path, _)| path.ends_with(GIT_IGNORE));
    let files: BTreeMap<PathBuf, Gitignore> = files
        .filter_map(|(path, text)| {
            let folder = path.parent()?;
            Some((folder.to_owned(), matcher(folder, text.as_ref()?.lines())))
        })
        .collect();
    move |path| {
        let mut at = PathBuf::from(SOURCE);
        path.strip_prefix(SOURCE).unwrap().components().any(|name| {
            at.push(name);
            let is_folder = tree.is_folder(&at).unwrap();
            let about = at.ancestors().skip(1).filter_map(|folder| files.get(folder));
            let mut said = about.map(|file| file.matched(&at, is_folder)).filter(|it| !it.is_none());
            said.next().is_some_and(|it| it.is_ignore())
        })
    }
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c.o", "d.txt", "ab", "b{c}"]).prop_map(str::to_owned)
}

fn line() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "*", "*.o", "?", "c.*", "**", "[ab]", "[!a]", "a*", "\\{c\\}", "b\\{c\\}",
    ]);
    let pieces = prop::collection::vec(piece, 1..4);
    (any::<bool>(), any::<bool>(), pieces, any::<bool>(), 0..3).prop_map(
        |(negated, rooted, pieces, folder, _)| {
            let sign = if negated { "!" } else { "" };
            let root = if rooted { "/" } else { "" };
            let end = if folder { "/" } else { "" };
            format!("{sign}{root}{}{end}", pieces.join("/"))
        },
    )
}

fn grown() -> impl Strategy<Value = Grown> {
    let paths = prop::collection::vec(prop::collection::vec(name(), 1..4), 1..14);
    let rules = prop::collection::vec((0_usize..4, prop::collection::vec(line(), 1..5)), 1..4);
    (paths, rules).prop_map(|(paths, rules)| {
        let mut tree = BTreeMap::from([(PathBuf::from(SOURCE), None)]);
        for names in paths {
            let mut at = PathBuf::from(SOURCE);
            let (last, folders) = names.split_last().unwrap();
            for folder in folders {
                at.push(folder);
                tree.insert(at.clone(), None);
            }
            tree.entry(at.join(last)).or_insert(Some(String::new()));
        }
        let folders: Vec<_> = tree.iter().filter(|(_, it)| it.is_none()).map(|(it, _)| it.clone()).collect();
        for (at, lines) in rules {
            tree.insert(folders[at % folders.len()].join(GIT_IGNORE), Some(lines.join("\n")));
        }
        // A file in whose place a folder was made later is that folder.
        let parents: HashSet<_> = tree.keys().filter_map(|it| it.parent().map(Path::to_owned)).collect();
        tree.iter_mut().filter(|(path, _)| parents.contains(*path)).for_each(|(_, text)| *text = None);
        Grown(tree)
    })
}

fn of_git() -> Selection {
    Selection { git_ignore: true, ..Selection::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn syncthing_leaves_out_what_git_ignores(tree in grown()) {
        let rules = Rules::gather(Path::new(SOURCE), &of_git(), &tree);
        let lines = rules.lines(&rules.survey(Path::new(SOURCE), &tree));
        let (syncthing, git_ignores) = (Syncthing::read(&lines), git_ignores(&tree));
        for (path, text) in &tree.0 {
            let Ok(relative) = path.strip_prefix(SOURCE) else { continue };
            if relative.as_os_str().is_empty() { continue }
            let ignored = git_ignores(path);
            prop_assert_eq!(syncthing.ignores(relative), ignored, "{} {:#?}", path.display(), &lines);
            prop_assert_eq!(rules.leaves_out(path, text.is_none()), ignored, "{}", path.display());
        }
        prop_assert!(lines.iter().all(|line| !line.starts_with('!')));
    }

    #[test]
    fn a_path_that_comes_later_is_left_out_as_if_it_had_been_there(tree in grown(), names in prop::collection::vec(name(), 1..4)) {
        let source = Path::new(SOURCE);
        let rules = Rules::gather(source, &of_git(), &tree);
        let mut survey = rules.survey(source, &tree);
        let (mut later, mut at) = (tree.clone(), PathBuf::from(SOURCE));
        for (index, name) in names.iter().enumerate() {
            at.push(name);
            prop_assume!(index + 1 == names.len() || later.is_folder(&at) != Some(false));
            let text = (index + 1 == names.len()).then(String::new);
            later.0.entry(at.clone()).or_insert(text);
        }
        for path in at.ancestors().take_while(|path| *path != source) {
            survey.merge(rules.survey(path, &later));
        }
        let lines = rules.lines(&survey);
        let syncthing = Syncthing::read(&lines);
        let relative = at.strip_prefix(SOURCE).unwrap();
        prop_assert_eq!(syncthing.ignores(relative), git_ignores(&later)(&at), "{} {:#?}", at.display(), &lines);
    }
}

#[test]
fn the_patterns_of_a_configuration_select() {
    let tree = Grown(BTreeMap::new());
    let check = |files: &[&str], ignored: &[&str], path: &str, is_folder, expect| {
        let owned = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
        let selection = Selection {
            git_ignore: false,
            files: owned(files),
            ignored: owned(ignored),
            ..Selection::default()
        };
        let rules = Rules::gather(Path::new(SOURCE), &selection, &tree);
        let path_there = Path::new(SOURCE).join(path);
        assert_eq!(rules.leaves_out(&path_there, is_folder), expect, "{files:?} {ignored:?} {path}");
        if !is_folder {
            let lines = rules.lines(&Survey::default());
            assert_eq!(Syncthing::read(&lines).ignores(Path::new(path)), expect, "{lines:?} {path}");
        }
    };
    check(&[], &["./build", "*.log"], "build/x", false, true);
    check(&[], &["./build", "*.log"], "a/build", false, false);
    check(&[], &["./build", "*.log"], "a/b.log", false, true);
    check(&["."], &[], "a", false, false);
    check(&["./src", "pom.xml"], &[], "src/a/b", false, false);
    check(&["./src", "pom.xml"], &[], "deep/pom.xml", false, false);
    check(&["./src", "pom.xml"], &[], "other", false, true);
    check(&["./src/main"], &["*.class"], "src/main/A.class", false, true);
    check(&["./src/main"], &[], "src/test/A", false, true);
    // On the way to what is wanted.
    check(&["./src/main"], &[], "src", true, false);
    check(&["./src/main"], &[], "target", true, true);
    check(&["*.java"], &[], "target", true, false);
    check(&["src/"], &["#odd"], "#odd", false, true);
}

/// What lies in a volume of its own in the container is left out of everything, whatever else is configured or git says.
#[test]
fn what_has_a_volume_of_its_own_is_left_out_whatever_takes_it_back() {
    let ignore = PathBuf::from(SOURCE).join(GIT_IGNORE);
    let tree = Grown(BTreeMap::from([(ignore, Some("*\n!/cache\n!*".to_owned()))]));
    for git_ignore in [true, false] {
        let apart = vec!["cache".to_owned(), "a b/[c]".to_owned()];
        let files = vec!["./".to_owned()];
        let selection = Selection { git_ignore, apart, files, ignored: vec!["!cache".to_owned()] };
        assert!(!selection.is_everything());
        let rules = Rules::gather(Path::new(SOURCE), &selection, &tree);
        let lines = rules.lines(&Survey::default());
        for (path, expect) in [
            ("cache", true),
            ("cache/x/y", true),
            ("a b/[c]/d", true),
            ("a b/d", false),
            ("sub/cache", false),
        ] {
            let there = Path::new(SOURCE).join(path);
            assert_eq!(rules.leaves_out(&there, false), expect, "{git_ignore} {path}");
            assert_eq!(Syncthing::read(&lines).ignores(Path::new(path)), expect, "{lines:?} {path}");
        }
    }
}
