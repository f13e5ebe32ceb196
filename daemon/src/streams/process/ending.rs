//! Signalling and ending what runs in a container, from inside it, by its mark.

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::stream::Signal;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::Process;
use crate::cluster::exec::{ContainerRef, ExecEnd, RunLimits, RunOutput, run};
use crate::cluster::{ClusterError, Connection, Reason};
use crate::streams::place::failed;
use crate::streams::script::{self, Manner, What};

const SIGNAL_LIMITS: RunLimits = RunLimits { time: Duration::from_secs(10), bytes: 4 << 10 };
const END_LIMITS: RunLimits = RunLimits { time: Duration::from_secs(10), bytes: 4 << 10 };
/// How long a process may take to end by itself, in tenths of a second.
const GRACE: u32 = 30;

/// What could not be ended because the cluster was away is looked for again so often and so long.
const REAP_EVERY: Duration = Duration::from_secs(5);
const REAP_TIMES: u32 = 60;

impl Process {
    /// Beside everything else: it takes a request, and the process is to be heard meanwhile.
    pub(super) fn spawn_signal(&self, signal: Signal, answer: oneshot::Sender<Result<(), ErrorInfo>>) {
        let Some(interpreter) = self.interpreter else {
            let message = "the container has no shell, and Kubernetes has no way to signal a process";
            let error = ErrorInfo::new(ErrorKind::CommandFailed, message);
            let _ = answer.send(Err(error.with_hint("close it, or delete the pod")));
            return;
        };
        let (connection, container) = (self.place.connection.clone(), self.place.container.clone());
        let command = script::signal(interpreter, &self.stream.id, signal);
        self.shared.tracker.spawn(async move {
            let ran = in_container(&connection, &container, &command, SIGNAL_LIMITS).await;
            let _ = answer.send(match ran.map(|ran| number(&ran)) {
                Ok(Some(count)) if count > 0 => Ok(()),
                Ok(_) => {
                    let message = "no process of it is found in the container: it has just ended, became another user, \
                                   or cleared its environment";
                    Err(ErrorInfo::new(ErrorKind::CommandFailed, message))
                }
                Err(error) => Err(failed(error)),
            });
        });
    }

    /// Ends it with everything that it has started. Answers whether nothing is left. Where the cluster cannot be reached
    /// it is tried again beside everything else, unless the daemon stops.
    pub(super) async fn kill(&self) -> bool {
        let Some(interpreter) = self.interpreter else { return false };
        let manner = match self.program.what {
            What::Shell(_) => Manner::Hangup,
            What::Command(_) | What::Line { .. } => Manner::Terminate,
        };
        let command = script::end(interpreter, &self.stream.id, manner, GRACE);
        let (connection, container) = (self.place.connection.clone(), self.place.container.clone());
        match in_container(&connection, &container, &command, END_LIMITS).await {
            Ok(ran) => number(&ran) == Some(0),
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "a process was not ended at once");
                if is_worth_another(&error) {
                    let stop = self.shared.shutdown.clone();
                    self.shared.tracker.spawn(reap(connection, container, command, stop));
                }
                false
            }
        }
    }
}

/// The cluster is away; the container may still be there when it is back.
fn is_worth_another(error: &ClusterError) -> bool {
    matches!(error.reason, Reason::Unreachable | Reason::Unauthorized | Reason::Other)
}

async fn reap(
    connection: Connection,
    container: ContainerRef,
    command: Vec<String>,
    stop: CancellationToken,
) {
    for _ in 0..REAP_TIMES {
        let pause = stop.run_until_cancelled(tokio::time::sleep(REAP_EVERY));
        if pause.await.is_none() {
            return;
        }
        match in_container(&connection, &container, &command, END_LIMITS).await {
            Err(error) if is_worth_another(&error) => {}
            _ => return,
        }
    }
}

async fn in_container(
    connection: &Connection,
    container: &ContainerRef,
    command: &[String],
    limits: RunLimits,
) -> Result<RunOutput, ClusterError> {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    run(connection, container, &words, limits).await
}

/// What a script counted.
fn number(ran: &RunOutput) -> Option<u32> {
    let text = match ran.end {
        ExecEnd::Exited(0) => std::str::from_utf8(&ran.stdout).ok()?,
        _ => return None,
    };
    text.trim().parse().ok()
}
