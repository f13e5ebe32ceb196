//! The CLI is a client like any other: a test that it does not reach into the daemon.

use std::path::{Path, PathBuf};

/// What the CLI may use of this crate.
const ALLOWED: &[&str] = &["cli::", "paths::", "VERSION", "error_chain"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// What a source uses of the crate beside what is allowed. The crate's name is taken apart so as not to find this file.
fn trespasses(source: &str) -> Vec<&str> {
    let root = concat!("crate", "::");
    let uses = source.match_indices(root).map(|(at, _)| &source[at + root.len()..]);
    let foreign = uses.filter(|used| !ALLOWED.iter().any(|allowed| used.starts_with(allowed)));
    foreign.filter_map(|used| used.lines().next()).collect()
}

#[test]
fn the_cli_uses_nothing_of_the_daemon() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = sources(&root.join("cli"));
    files.push(root.join("cli.rs"));
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a source");
        assert_eq!(trespasses(&source), [""; 0], "in {file:?}");
    }
}

#[test]
fn a_trespass_is_found() {
    let root = concat!("crate", "::");
    assert_eq!(trespasses(&format!("use {root}store::Store;")), ["store::Store;"]);
    assert_eq!(trespasses(&format!("use {root}{{paths, store}};")), ["{paths, store};"]);
    assert_eq!(trespasses(&format!("use {root}paths::Paths; {root}VERSION")), [""; 0]);
}
