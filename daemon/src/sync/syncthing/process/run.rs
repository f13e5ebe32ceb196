//! Runs a program to its end, for what it prints.
#![expect(
    clippy::disallowed_methods,
    reason = "this is part of the module that owns starting and reaping processes"
)]

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("it could not be run")]
    Io(#[from] io::Error),
    #[error("it gave no answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("it ended with {0}")]
    Status(ExitStatus),
}

/// Runs a program to its end and gives back what it printed. It is killed when it takes longer than `bound`.
pub async fn run(program: &Path, arguments: &[&str], bound: Duration) -> Result<String, RunError> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = timeout(bound, command.output()).await.map_err(|_| RunError::Timeout(bound))??;
    if !output.status.success() {
        return Err(RunError::Status(output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
