//! The arguments of `nhd-cli forward`.

use std::time::Duration;

use clap::{Args, Subcommand};
use nhd_protocol::forward::PortPair;

use super::SessionArguments;
use crate::duration::parse_duration;

#[derive(Debug, Subcommand)]
pub(crate) enum ForwardCommand {
    /// Lead a local port into the dev pod until the session ends
    Start(ForwardStartArguments),
    /// End a forward, one of the dev configuration included
    End(ForwardEndArguments),
    /// Wait until something listens on a port in the dev pod
    Wait(ForwardWaitArguments),
    /// Show what is forwarded
    List(SessionArguments),
    /// Show the ports of the dev pod that may be worth a forward, and why
    Suggest(SessionArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ForwardStartArguments {
    /// LOCAL:REMOTE, :REMOTE for whichever local port is free, or PORT for the same on both sides
    #[arg(value_name = "PORTS")]
    pub(crate) ports: PortPair,
    #[command(flatten)]
    pub(crate) session: SessionArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ForwardWaitArguments {
    /// The port in the pod
    #[arg(value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,
    #[command(flatten)]
    pub(crate) session: SessionArguments,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct ForwardEndArguments {
    /// The local port, or :REMOTE, or LOCAL:REMOTE
    #[arg(value_name = "PORT", value_parser = parse_ended)]
    pub(crate) port: EndedPort,
    #[command(flatten)]
    pub(crate) session: SessionArguments,
}

/// A forward to end, by one of its ports or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndedPort {
    pub(crate) local: Option<u16>,
    pub(crate) remote: Option<u16>,
}

pub(super) fn parse_ended(text: &str) -> Result<EndedPort, &'static str> {
    let PortPair { local, remote } = text.parse()?;
    let remote = text.contains(':').then_some(remote);
    Ok(EndedPort { local, remote })
}
