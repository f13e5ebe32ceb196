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
mod render;
mod duration;
mod failure;

#[cfg(test)]
mod boundary;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command, DaemonCommand};
use crate::caller::Caller;
use crate::failure::{Exit, Failure};
use crate::render::Screen;
use nhd_client::paths::Paths;

/// How the daemon is told who speaks, and how this program names itself.
const CLIENT: &str = concat!("nhd-cli ", env!("CARGO_PKG_VERSION"));

/// Runs this process' command line; the exit code is what scripts branch on.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Standard output belongs to the plugin alone.
    let json = arguments.json && !matches!(arguments.command, Command::Stdio);
    let mut screen = Screen::of_this_process(json);
    let exit = match dispatch(&arguments.command, &mut screen).await {
        Ok(()) => Exit::Done,
        Err(failure) => {
            // Where the error itself cannot be written, the exit code says all that can be said.
            let _ = screen.failure(&failure);
            failure.exit
        }
    };
    ExitCode::from(exit as u8)
}

async fn dispatch(command: &Command, screen: &mut Screen) -> Result<(), Failure> {
    let paths = Paths::from_environment()?;
    match command {
        // Wrong usage starts no daemon.
        Command::Start(arguments) => {
            let params = params::of_start(arguments, &Caller::of_this_process()?)?;
            commands::start::run(arguments, params, &launch::connect(&paths).await?, screen).await
        }
        Command::Plan(arguments) => {
            let params = params::of_start(arguments, &Caller::of_this_process()?)?;
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
        Command::Forward(command) => {
            commands::forward::run(command, &launch::connect(&paths).await?, screen).await
        }
        Command::Sync(arguments) => {
            commands::sync::run(arguments, &launch::connect(&paths).await?, screen).await
        }
        Command::Daemon(DaemonCommand::Start) => commands::daemon::start(&paths, screen).await,
        Command::Daemon(DaemonCommand::Stop) => commands::daemon::stop(&paths, screen).await,
        Command::Daemon(DaemonCommand::Status) => commands::daemon::status(&paths, screen).await,
        Command::Call(arguments) => {
            screen.set_json();
            commands::call::run(arguments, &launch::connect(&paths).await?, screen).await
        }
        Command::Stdio => commands::stdio::run(&paths).await,
        Command::Events(arguments) => {
            commands::events::run(arguments, &launch::connect(&paths).await?, screen).await
        }
    }
}
