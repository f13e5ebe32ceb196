//! The CLI is a client like any other: tests that it does not reach into the daemon, nor the daemon's words into it.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::arguments::Arguments;

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

/// The lines of code that name the CLI or one of its flags, which other clients do not have.
fn words_of_the_cli<'a>(source: &'a str, flags: &[String]) -> Vec<&'a str> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| line.contains("nhd-cli") || flags.iter().any(|flag| line.contains(flag.as_str())))
        .collect()
}

fn flags_of(command: &clap::Command) -> Vec<String> {
    let own =
        command.get_arguments().filter_map(|argument| argument.get_long().map(|long| format!("--{long}")));
    own.chain(command.get_subcommands().flat_map(flags_of)).collect()
}

#[test]
fn the_daemon_speaks_to_every_client_alike() {
    let flags = flags_of(&Arguments::command());
    assert!(flags.iter().any(|flag| flag == "--takeover"), "{flags:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_the_cli =
        |file: &PathBuf| ["cli", "cli.rs", "bin"].iter().any(|own| file.starts_with(root.join(own)));
    for file in sources(&root).into_iter().filter(|file| !of_the_cli(file)) {
        let source = std::fs::read_to_string(&file).expect("a source");
        assert_eq!(words_of_the_cli(&source, &flags), [""; 0], "in {file:?}");
    }
}

#[test]
fn a_word_of_the_cli_is_found() {
    let flags = ["--takeover".to_owned()];
    let source = "// --takeover\n\"end it with --takeover\"\n\"see `nhd-cli status`\"\n\"end it\"";
    assert_eq!(words_of_the_cli(source, &flags).len(), 2);
}
