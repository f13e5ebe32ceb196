//! The workload on the command line: `KIND/NAME` or `KIND NAME`, with kubectl's words for the kinds.

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};
use nhd_protocol::workload::WorkloadKind;

/// The argument's id, for groups.
pub(crate) const TARGET: &str = "workload";

/// A workload that must be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) kind: WorkloadKind,
    pub(crate) name: String,
}

/// A workload that may be given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OptionalTarget(pub(crate) Option<Target>);

impl Target {
    fn from_words(words: &[&str]) -> Result<Self, String> {
        let (kind, name) = match words {
            [word] => {
                word.split_once('/').ok_or_else(|| format!("{word:?} names no kind; write KIND/NAME"))?
            }
            [kind, name] => (*kind, *name),
            _ => return Err("name one workload, as KIND/NAME".to_owned()),
        };
        let kind = kind.parse()?;
        if name.is_empty() || name.contains('/') {
            return Err(format!("{name:?} is not the name of a workload; write KIND/NAME"));
        }
        Ok(Self { kind, name: name.to_owned() })
    }
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::from_words(&[word])
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind.word(), self.name)
    }
}

fn argument() -> Arg {
    Arg::new(TARGET)
        .value_name("KIND/NAME")
        .num_args(1..=2)
        .help("The workload, as deployment/NAME or deployment NAME; kubectl's short names will do")
}

fn optional(matches: &ArgMatches) -> Result<Option<Target>, Error> {
    let Some(words) = matches.get_many::<String>(TARGET) else { return Ok(None) };
    let words: Vec<&str> = words.map(String::as_str).collect();
    Target::from_words(&words).map(Some).map_err(|why| Error::raw(ErrorKind::ValueValidation, why))
}

impl Args for Target {
    fn augment_args(command: Command) -> Command {
        command.arg(argument().required(true))
    }
    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Target {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        optional(matches)?.ok_or_else(|| Error::new(ErrorKind::MissingRequiredArgument))
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for OptionalTarget {
    fn augment_args(command: Command) -> Command {
        command.arg(argument())
    }
    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OptionalTarget {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        optional(matches).map(Self)
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
