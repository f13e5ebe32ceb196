//! `nhd-cli shell`, `exec`, `logs` and `run`: what runs and writes in pods, on this terminal.

mod relay;

use nhd_protocol::methods;
use nhd_protocol::stream::{
    ExecStartParams, LogFollowParams, NamedCommand, StreamTarget, TerminalOpenParams,
};

use self::relay::{Relay, Signals};
use crate::arguments::streams::{
    ExecArguments, LogsArguments, Named, PlaceArguments, RunArguments, ShellArguments,
};
use crate::caller::Caller;
use crate::failure::Failure;
use crate::params::milliseconds;
use crate::render::Screen;
use crate::terminal;
use nhd_client::Client;
use nhd_client::paths::Paths;

/// Where this process reaches the daemon.
pub(crate) struct Link<'a> {
    pub(crate) paths: &'a Paths,
    pub(crate) client: &'a Client,
    pub(crate) here: &'a Caller,
}

pub(crate) async fn shell(
    arguments: &ShellArguments,
    link: &Link<'_>,
    screen: &mut Screen,
) -> Result<(), Failure> {
    plain(screen)?;
    if !terminal::is_interactive() {
        return Err(Failure::usage("a shell needs a terminal, and this is none")
            .with_hint("run a command without one: nhd-cli exec KIND/NAME -- COMMAND"));
    }
    let params = TerminalOpenParams {
        target: target(&arguments.place, link.here)?,
        command: arguments.command.clone(),
        size: terminal::size(),
        ..TerminalOpenParams::default()
    };
    let ticket = link.client.call::<methods::TerminalOpen>(params).await?;
    Relay { link, ticket, raw: true, signals: Signals::OfTerminal }.run(screen).await
}

pub(crate) async fn exec(
    arguments: &ExecArguments,
    link: &Link<'_>,
    screen: &mut Screen,
) -> Result<(), Failure> {
    plain(screen)?;
    let asked = arguments.terminal;
    let tty = asked.tty || (terminal::is_interactive() && !asked.no_tty);
    let params = ExecStartParams {
        target: target(&arguments.place, link.here)?,
        command: arguments.command.clone(),
        tty,
        stdin: true,
        size: terminal::size().filter(|_| tty),
        ..ExecStartParams::default()
    };
    let ticket = link.client.call::<methods::ExecStart>(params).await?;
    let raw = tty && terminal::is_interactive();
    Relay { link, ticket, raw, signals: Signals::PassedOn }.run(screen).await
}

pub(crate) async fn run(
    arguments: &RunArguments,
    link: &Link<'_>,
    screen: &mut Screen,
) -> Result<(), Failure> {
    plain(screen)?;
    let params = ExecStartParams {
        target: target(&arguments.place, link.here)?,
        run: Some(match arguments.command {
            Named::Build => NamedCommand::Build,
            Named::Run => NamedCommand::Run,
            Named::Debug => NamedCommand::Debug,
        }),
        tty: arguments.tty,
        stdin: true,
        size: terminal::size().filter(|_| arguments.tty),
        ..ExecStartParams::default()
    };
    let ticket = link.client.call::<methods::ExecStart>(params).await?;
    let raw = arguments.tty && terminal::is_interactive();
    // With hot reload its command's end is not its own: a Ctrl-C is meant for both.
    let signals = if ticket.stream.hot_reload { Signals::Close } else { Signals::PassedOn };
    Relay { link, ticket, raw, signals }.run(screen).await
}

pub(crate) async fn logs(
    arguments: &LogsArguments,
    link: &Link<'_>,
    screen: &mut Screen,
) -> Result<(), Failure> {
    plain(screen)?;
    let params = LogFollowParams {
        target: target(&arguments.place, link.here)?,
        all_containers: arguments.all_containers,
        since_ms: arguments.since.map(milliseconds),
        tail: arguments.tail,
        previous: arguments.previous,
        timestamps: arguments.timestamps,
        once: !arguments.follow,
    };
    let ticket = link.client.call::<methods::LogFollow>(params).await?;
    Relay { link, ticket, raw: false, signals: Signals::Leave }.run(screen).await
}

/// What is written there is not the protocol's JSON.
fn plain(screen: &Screen) -> Result<(), Failure> {
    if screen.json() {
        return Err(Failure::usage("--json has no meaning here: what is written in the pod comes as it is")
            .with_hint("leave it out, or use the protocol: nhd-cli call exec.start"));
    }
    Ok(())
}

fn target(place: &PlaceArguments, here: &Caller) -> Result<StreamTarget, Failure> {
    Ok(StreamTarget {
        session: None,
        kind: Some(place.target.kind),
        name: Some(place.target.name.clone()),
        namespace: place.at.namespace.clone(),
        kubeconfig: place.at.cluster.kubeconfig.named(here)?,
        context: place.at.cluster.context.clone(),
        environment: here.environment(),
        pod: place.pod.clone(),
        container: place.container.clone(),
    })
}
