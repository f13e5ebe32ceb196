//! The arguments of `nhd-cli volumes`.

use clap::{Args, Subcommand};

use super::place::{ListArguments, NamespaceArguments};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct VolumesArguments {
    #[command(subcommand)]
    pub(crate) command: Option<VolumesCommand>,
    #[command(flatten)]
    pub(crate) list: ListArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VolumesCommand {
    /// Show the volume claims of persistent folders, and what uses each
    List(ListArguments),
    /// Delete a volume claim, and with it what lies in its volume
    Delete(VolumesDeleteArguments),
}

#[derive(Debug, Args)]
pub(crate) struct VolumesDeleteArguments {
    /// The claim's name
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) name: String,
    /// Also where a pod or a session uses it: it goes with the last pod that does
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) at: NamespaceArguments,
}
