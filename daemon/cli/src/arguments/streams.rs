//! The arguments of what runs and reads in pods: `shell`, `exec`, `logs`, `run`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::place::NamespaceArguments;
use crate::duration::parse_duration;
use crate::target::Target;

/// Which container of which pod is meant.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) at: NamespaceArguments,
    /// A pod of the workload [default: the dev pod, or one that is ready]
    #[arg(long)]
    pub(crate) pod: Option<String>,
    /// The container [default: the dev container, or the only one]
    #[arg(short, long)]
    pub(crate) container: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ShellArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// What to run in the terminal [default: the first shell that there is]
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExecArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    #[command(flatten)]
    pub(crate) terminal: TerminalArguments,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// Whether a command has a terminal.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TerminalArguments {
    /// Give it a terminal
    #[arg(short = 't', long, conflicts_with = "no_tty")]
    pub(crate) tty: bool,
    /// Give it none, though this is one
    #[arg(short = 'T', long)]
    pub(crate) no_tty: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogsArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Go on with what is written, also by pods that come later
    #[arg(short, long, conflicts_with = "previous")]
    pub(crate) follow: bool,
    /// Those of every container
    #[arg(long, conflicts_with = "container")]
    pub(crate) all_containers: bool,
    /// Only what was written within this time
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) since: Option<Duration>,
    /// Only the last lines of each container
    #[arg(long, value_name = "LINES")]
    pub(crate) tail: Option<u32>,
    /// Those of the containers that ran before the present ones
    #[arg(short, long)]
    pub(crate) previous: bool,
    /// Begin each line with when it was written
    #[arg(long)]
    pub(crate) timestamps: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Which command of the dev configuration
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Named,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Give it a terminal
    #[arg(short = 't', long)]
    pub(crate) tty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Named {
    Build,
    /// With hot reload again after each completed sync
    Run,
    /// With hot reload again after each completed sync
    Debug,
}
