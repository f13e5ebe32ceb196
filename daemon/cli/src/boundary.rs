//! The CLI is a client like any other: tests that its words do not reach into the daemon's.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::arguments::Arguments;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
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
    let daemon = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let rooms = ["src", "plan/src"].map(|room| sources(&daemon.join(room)));
    assert!(rooms.iter().all(|files| files.len() > 20), "{rooms:?}");
    // Its help may name the program that people use.
    let spoken = |file: &PathBuf| !file.ends_with("src/main.rs");
    for file in rooms.into_iter().flatten().filter(spoken) {
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
