//! `nhd-cli`: the daemon's client for terminals and scripts.
//!
//! It speaks only through nhd-protocol and its own client, and knows nothing of the daemon's modules.

mod arguments;
mod call;
pub mod client;
mod config;
mod daemon;
mod duration;
mod end;
mod events;
mod failure;
mod follow;
mod forward;
mod launch;
mod plan;
mod progress;
mod render;
mod start;
mod status;
mod stdio;
mod surroundings;
mod sync;
mod target;
mod workloads;

#[cfg(test)]
mod boundary;

use std::process::ExitCode;

use clap::Parser as _;

use self::arguments::{Arguments, Command, DaemonCommand};
use self::failure::{Exit, Failure};
use self::render::Screen;
use self::surroundings::Surroundings;
use crate::paths::Paths;

/// Runs this process' command line; the exit code is what scripts branch on.
pub async fn main() -> ExitCode {
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
        Command::Start(arguments) => {
            let here = Surroundings::of_this_process()?;
            start::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Plan(arguments) => {
            let here = Surroundings::of_this_process()?;
            plan::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::End(arguments) => {
            let here = Surroundings::of_this_process()?;
            end::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Workloads(arguments) => {
            let here = Surroundings::of_this_process()?;
            workloads::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Config(arguments) => {
            let here = Surroundings::of_this_process()?;
            config::run(arguments, &here, &launch::connect(&paths).await?, screen).await
        }
        Command::Status(arguments) => status::run(arguments, &launch::connect(&paths).await?, screen).await,
        Command::Forward(command) => forward::run(command, &launch::connect(&paths).await?, screen).await,
        Command::Sync(arguments) => sync::run(arguments, &launch::connect(&paths).await?, screen).await,
        Command::Daemon(DaemonCommand::Start) => daemon::start(&paths, screen).await,
        Command::Daemon(DaemonCommand::Stop) => daemon::stop(&paths, screen).await,
        Command::Daemon(DaemonCommand::Status) => daemon::status(&paths, screen).await,
        Command::Call(arguments) => {
            screen.set_json();
            call::run(arguments, &launch::connect(&paths).await?, screen).await
        }
        Command::Stdio => stdio::run(&paths).await,
        Command::Events(arguments) => events::run(arguments, &launch::connect(&paths).await?, screen).await,
    }
}
