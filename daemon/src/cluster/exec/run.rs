//! A command that ends by itself: what it wrote and how it ended, within bounds.

use std::time::Duration;

use super::{ContainerRef, ExecCommand, ExecEnd, ExecEvent, exec};
use crate::cluster::connection::Connection;
use crate::cluster::error::{ClusterError, Reason};

/// How long a command may take, its start included, and how much it may write to each of its two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLimits {
    pub time: Duration,
    pub bytes: usize,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOutput {
    pub end: ExecEnd,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// It wrote more than it may. The rest was read to its end and dropped, so that the exit code is known.
    pub cut: bool,
}

impl RunOutput {
    /// Standard output of a command that succeeded.
    #[must_use]
    pub fn success(&self) -> Option<&[u8]> {
        (self.end == ExecEnd::Exited(0)).then_some(self.stdout.as_slice())
    }
}

/// Runs a command without standard input. One that takes longer than it may is an error and is not ended by it: what may
/// hang has to be given a limit of its own.
pub async fn run(
    cluster: &Connection,
    container: &ContainerRef,
    command: &[&str],
    limits: RunLimits,
) -> Result<RunOutput, ClusterError> {
    let command = command.iter().map(|&word| word.to_owned()).collect();
    let command = ExecCommand { command, tty: false, stdin: false };
    let Ok(ran) =
        tokio::time::timeout(limits.time, collect(cluster, container, &command, limits.bytes)).await
    else {
        let why = format!("it did not end within {} s", limits.time.as_secs_f32());
        return Err(ClusterError::told("run a command in", container.to_string(), Reason::Other, why));
    };
    ran
}

async fn collect(
    cluster: &Connection,
    container: &ContainerRef,
    command: &ExecCommand,
    most: usize,
) -> Result<RunOutput, ClusterError> {
    let (input, mut output) = exec(cluster, container, command).await?;
    let mut ran = RunOutput { end: ExecEnd::Exited(0), stdout: Vec::new(), stderr: Vec::new(), cut: false };
    loop {
        let (data, into) = match output.next().await? {
            ExecEvent::Stdout(data) => (data, &mut ran.stdout),
            ExecEvent::Stderr(data) => (data, &mut ran.stderr),
            ExecEvent::End(end) => {
                ran.end = end;
                input.close().await;
                return Ok(ran);
            }
        };
        let taken = data.len().min(most - into.len());
        into.extend_from_slice(&data[..taken]);
        ran.cut |= taken < data.len();
    }
}
