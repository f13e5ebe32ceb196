//! `nhd-cli completion` and `nhd-cli man`: what a shell and a package have beside the program. They ask no daemon.

use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::arguments::{Arguments, with_examples};
use crate::failure::Failure;
use crate::render::Screen;

/// The command line with all that help shows.
pub(crate) fn command() -> Command {
    with_examples(Arguments::command())
}

/// Prints what the shell reads to complete arguments.
pub(crate) fn completion(shell: Shell, screen: &mut Screen) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "nhd-cli", &mut script);
    Ok(screen.raw(&script)?)
}

/// Writes a man page of every command into a folder, which is made where it is not there.
pub(crate) fn man(folder: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        let message = format!("failed to write man pages into {}: {error}", folder.display());
        Failure::internal(message).with_hint("name a folder of yours with room")
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(command(), folder).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;
    use crate::render::test_screen::screen;

    #[test]
    fn every_shell_completes_commands_and_flags() {
        for (shell, expected) in [
            (Shell::Bash, "complete -F _nhd"),
            (Shell::Zsh, "#compdef nhd-cli"),
            (Shell::Fish, "complete -c nhd-cli"),
        ] {
            let (mut screen, out, _) = screen(false, false);
            completion(shell, &mut screen).expect("prints");
            let script = out.text();
            for word in [expected, "takeover", "doctor", "rescan"] {
                assert!(script.contains(word), "{word} is not in that of {shell}");
            }
        }
    }

    #[test]
    fn every_command_has_a_man_page_with_its_examples() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let pages = folder.path().join("man1");
        man(&pages).expect("writes");
        for name in ["nhd-cli.1", "nhd-cli-start.1", "nhd-cli-forward-start.1", "nhd-cli-doctor.1"] {
            let page = std::fs::read_to_string(pages.join(name)).expect(name);
            assert!(page.contains("Example") && page.contains(".SH OPTIONS"), "{name}: {page}");
        }
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("file");
        let failure = man(&file.join("below")).expect_err("it is a file");
        assert_eq!(failure.exit, Exit::Failed);
    }
}
