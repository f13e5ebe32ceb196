//! An example or two of every command, shown below its help and in its man page. A test finds commands without one.

use clap::Command;

/// By the command's words.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("", &["nhd-cli start deployment/reviews -n bookinfo --image golang:1.24", "nhd-cli status"]),
    (
        "start",
        &[
            "nhd-cli start deployment/reviews -n bookinfo --image golang:1.24",
            "nhd-cli start sts/db --source ~/db --forward 5432 --wait ready",
        ],
    ),
    ("plan", &["nhd-cli plan deployment/reviews --image golang:1.24"]),
    ("config", &["nhd-cli config deployment/reviews -n bookinfo"]),
    ("config check", &["nhd-cli config check .nocalhost/config.yaml"]),
    ("config schema", &["nhd-cli config schema > schema.json"]),
    ("config init", &["nhd-cli config init deployment/reviews -n bookinfo"]),
    ("config set", &["nhd-cli config set deployment/reviews image golang:1.24"]),
    ("end", &["nhd-cli end deployment/reviews", "nhd-cli end --all"]),
    ("status", &["nhd-cli status", "nhd-cli status deployment/reviews --watch"]),
    ("workloads", &["nhd-cli workloads -n bookinfo", "nhd-cli workloads -A --json"]),
    ("volumes", &["nhd-cli volumes -n bookinfo", "nhd-cli volumes delete reviews-deployment-dev-0a1b2c3d4e"]),
    ("volumes list", &["nhd-cli volumes list -A"]),
    ("volumes delete", &["nhd-cli volumes delete reviews-deployment-dev-0a1b2c3d4e -n bookinfo"]),
    ("contexts", &["nhd-cli contexts"]),
    ("describe", &["nhd-cli describe deployment/reviews -n bookinfo"]),
    ("namespaces", &["nhd-cli namespaces --context dev"]),
    ("shell", &["nhd-cli shell deployment/reviews", "nhd-cli shell pod/reviews-1 -c app -- top"]),
    (
        "exec",
        &["nhd-cli exec deployment/reviews -- go test ./...", "nhd-cli exec sts/db -T -- psql < dump.sql"],
    ),
    ("logs", &["nhd-cli logs deployment/reviews -f --since 5m", "nhd-cli logs job/load --previous"]),
    ("run", &["nhd-cli run build deployment/reviews", "nhd-cli run debug deployment/reviews"]),
    ("forward", &["nhd-cli forward start 8080:80", "nhd-cli forward list"]),
    ("forward start", &["nhd-cli forward start 8080:80", "nhd-cli forward start :9229 deployment/reviews"]),
    ("forward end", &["nhd-cli forward end 8080", "nhd-cli forward end :9229 deployment/reviews"]),
    ("forward wait", &["nhd-cli forward wait 8080 deployment/reviews --timeout 2m"]),
    ("forward suggest", &["nhd-cli forward suggest deployment/reviews"]),
    ("forward list", &["nhd-cli forward list deployment/reviews"]),
    ("sync", &["nhd-cli sync status", "nhd-cli sync pause"]),
    ("sync status", &["nhd-cli sync status deployment/reviews"]),
    ("sync rescan", &["nhd-cli sync rescan --path generated"]),
    ("sync pause", &["nhd-cli sync pause deployment/reviews"]),
    ("sync resume", &["nhd-cli sync resume deployment/reviews"]),
    ("doctor", &["nhd-cli doctor -n bookinfo", "nhd-cli doctor --bundle report.tar.gz"]),
    ("daemon", &["nhd-cli daemon status", "nhd-cli daemon stop"]),
    ("daemon start", &["nhd-cli daemon start"]),
    ("daemon stop", &["nhd-cli daemon stop"]),
    ("daemon status", &["nhd-cli daemon status --json"]),
    ("daemon install", &["nhd-cli daemon install"]),
    ("daemon uninstall", &["nhd-cli daemon uninstall"]),
    ("call", &["nhd-cli call session.list", "nhd-cli call sync.status '{\"name\":\"reviews\"}'"]),
    ("events", &["nhd-cli events --follow --json"]),
    ("stdio", &["nhd-cli stdio"]),
    (
        "completion",
        &[
            "nhd-cli completion bash > ~/.local/share/bash-completion/completions/nhd-cli",
            "nhd-cli completion zsh > ~/.zfunc/_nhd-cli",
            "nhd-cli completion fish > ~/.config/fish/completions/nhd-cli.fish",
        ],
    ),
    ("man", &["nhd-cli man /tmp/man1"]),
];

/// The command with the examples below its help, after what stands there already, and below that of its subcommands.
pub(crate) fn with_examples(command: Command) -> Command {
    below(command, "")
}

fn below(mut command: Command, words: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in names {
        let words = format!("{words} {name}");
        command = command.mut_subcommand(&name, |it| below(it, words.trim()));
    }
    let Some((_, examples)) = EXAMPLES.iter().find(|(of, _)| *of == words) else { return command };
    let heading = if examples.len() == 1 { "Example" } else { "Examples" };
    let shown = format!("{heading}:\n  {}", examples.join("\n  "));
    let text = command.get_after_help().map(|there| format!("{shown}\n\n{there}")).unwrap_or(shown);
    command.after_help(text)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::arguments::Arguments;

    /// As narrow as terminals come.
    const WIDTH: usize = 80;

    fn all(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
        found.push((words.to_owned(), command.clone()));
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            all(below, format!("{words} {}", below.get_name()).trim(), found);
        }
    }

    fn commands() -> Vec<(String, Command)> {
        let mut command = with_examples(Arguments::command()).term_width(WIDTH);
        command.build();
        let mut found = Vec::new();
        all(&command, "", &mut found);
        found
    }

    #[test]
    fn every_commands_help_has_an_example_and_fits_the_terminal() {
        let commands = commands();
        assert!(commands.len() > 20);
        for (words, mut command) in commands {
            for help in [command.render_help(), command.render_long_help()] {
                let help = help.to_string();
                assert!(help.contains("Example"), "{words:?} has no example:\n{help}");
                let wide = help.lines().find(|line| line.chars().count() > WIDTH);
                assert_eq!(wide, None, "{words:?}");
            }
        }
    }

    #[test]
    fn every_example_is_of_its_command_and_parses() {
        let commands = commands();
        for (of, examples) in EXAMPLES {
            assert!(commands.iter().any(|(words, _)| words == of), "there is no {of:?}");
            for example in *examples {
                assert!(example.starts_with(format!("nhd-cli {of}").trim_end()), "{example}");
                let command = example.split(" > ").next().expect("a first part");
                let words = command.split_whitespace().map(|word| word.trim_matches('\''));
                Arguments::command()
                    .try_get_matches_from(words)
                    .unwrap_or_else(|error| panic!("{example}: {error}"));
            }
        }
    }
}
