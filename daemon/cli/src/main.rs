//! `nhd-cli`: the daemon's client for terminals and scripts.
//!
//! It speaks only through nhd-protocol and nhd-client, and links nothing of the daemon.

mod arguments;
mod target;
mod variables;
mod caller;
mod params;
mod commands;
mod launch;
mod follow;
mod progress;
mod terminal;
mod threads;
mod render;
mod duration;
mod failure;

#[cfg(test)]
mod boundary;

use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::arguments::{Arguments, Command, DaemonCommand};
use crate::caller::Caller;
use crate::commands::streams::Link;
use crate::failure::{Exit, Failure};
use crate::render::Screen;
use nhd_client::paths::Paths;

/// How the daemon is told who speaks, and how this program names itself.
const CLIENT: &str = concat!("nhd-cli ", env!("CARGO_PKG_VERSION"));

/// Runs this process' command line; the exit code is what scripts branch on.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let matches = commands::packaging::command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    // Standard output belongs to the plugin alone.
    let json = arguments.json && !matches!(arguments.command, Command::Stdio);
    let mut screen = Screen::of_this_process(json);
    let exit = match Box::pin(dispatch(&arguments.command, &mut screen)).await {
        Ok(()) => Exit::Done as u8,
        Err(failure) => {
            // Where the error itself cannot be written, the exit code says all that can be said.
            let _ = screen.failure(&failure);
            failure.code()
        }
    };
    ExitCode::from(exit)
}

async fn dispatch(command: &Command, screen: &mut Screen) -> Result<(), Failure> {
    match command {
        Command::Completion { shell } => return commands::packaging::completion((*shell).into(), screen),
        Command::Man { folder } => return commands::packaging::man(folder),
        _ => {}
    }
    let paths = Paths::from_environment()?;
    match command {
        // Wrong usage starts no daemon.
        Command::Start(arguments) => {
            let params = params::of_start(arguments, &Caller::of_this_process()?)?;
            params::say_source(arguments, &params, screen)?;
            commands::start::run(arguments, params, &launch::connect(&paths).await?, screen).await
        }
        Command::Plan(arguments) => {
            let params = params::of_start(arguments, &Caller::of_this_process()?)?;
            params::say_source(arguments, &params, screen)?;
            commands::plan::run(params, &launch::connect(&paths).await?, screen).await
        }
        Command::End(arguments) => {
            let here = Caller::of_this_process()?;
            commands::end::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Workloads(arguments) => {
            let here = Caller::of_this_process()?;
            commands::workloads::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Volumes(arguments) => {
            let here = Caller::of_this_process()?;
            commands::volumes::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Describe(arguments) => {
            let here = Caller::of_this_process()?;
            commands::describe::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Contexts(arguments) => {
            let here = Caller::of_this_process()?;
            commands::contexts::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Namespaces(arguments) => {
            let here = Caller::of_this_process()?;
            commands::namespaces::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Config(arguments) => {
            let here = Caller::of_this_process()?;
            if let Some(command) = &arguments.file {
                return commands::config_file::run(command, &here, &launch::connect(&paths).await?, screen)
                    .await;
            }
            commands::config::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Status(arguments) => {
            commands::status::run(arguments, &launch::connect(&paths).await?, screen).await
        }
        Command::Shell(_) | Command::Exec(_) | Command::Logs(_) | Command::Run(_) => {
            let (here, client) = (Caller::of_this_process()?, launch::connect(&paths).await?);
            let link = Link { paths: &paths, client: &client, here: &here };
            match command {
                Command::Shell(arguments) => commands::streams::shell(arguments, &link, screen).await,
                Command::Exec(arguments) => commands::streams::exec(arguments, &link, screen).await,
                Command::Logs(arguments) => commands::streams::logs(arguments, &link, screen).await,
                Command::Run(arguments) => commands::streams::run(arguments, &link, screen).await,
                _ => Ok(()),
            }
        }
        Command::Forward(command) => {
            commands::forward::run(command, &launch::connect(&paths).await?, screen).await
        }
        Command::Sync(arguments) => {
            commands::sync::run(arguments, &launch::connect(&paths).await?, screen).await
        }
        Command::Doctor(arguments) => {
            let here = Caller::of_this_process()?;
            commands::doctor::run(arguments, &here, &paths, screen).await
        }
        Command::Daemon(DaemonCommand::Start) => commands::daemon::start(&paths, screen).await,
        Command::Daemon(DaemonCommand::Stop) => commands::daemon::stop(&paths, screen).await,
        Command::Daemon(DaemonCommand::Status) => commands::daemon::status(&paths, screen).await,
        Command::Daemon(DaemonCommand::Install) => commands::service::install(&paths, screen).await,
        Command::Daemon(DaemonCommand::Uninstall) => commands::service::uninstall(screen),
        Command::Call(arguments) => {
            screen.set_json();
            commands::call::run(arguments, &launch::connect(&paths).await?, screen).await
        }
        Command::Stdio => commands::stdio::run(&paths).await,
        Command::Completion { .. } | Command::Man { .. } => Ok(()),
        Command::Events(arguments) => {
            commands::events::run(arguments, &launch::connect(&paths).await?, screen).await
        }
    }
}
