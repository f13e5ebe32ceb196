//! What the end of a process means: its own doing, or that of what it ran in.

use std::time::Duration;

use nhd_protocol::error::error_chain;
use nhd_protocol::stream::{EndReason, StreamEnd};
use tokio::time::Instant;

use super::Process;
use crate::cluster::exec::ExecEnd;
use crate::cluster::{ClusterError, Objects, workload_pods};

/// The exit code of what was killed, as everything is when its container ends.
const KILLED: i32 = 137;
/// The status of a pod may be behind its containers by so much.
const STATUS_LAG: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(250);

impl Process {
    pub(super) async fn judge(&self, over: Result<ExecEnd, ClusterError>) -> StreamEnd {
        match over {
            Ok(ExecEnd::Exited(code)) if code != KILLED => end(EndReason::Exited, Some(code), None),
            Ok(ExecEnd::Exited(code)) => match self.fate().await {
                Some(reason) => end(reason, None, Some(self.what_now(reason))),
                None => end(EndReason::Exited, Some(code), None),
            },
            // As shells have it.
            Ok(ExecEnd::Failed(text)) if self.interpreter.is_none() => {
                end(EndReason::NotStarted, Some(127), Some(text))
            }
            Ok(ExecEnd::Failed(text)) => match self.fate().await {
                Some(reason) => end(reason, None, Some(self.what_now(reason))),
                None => end(EndReason::NotStarted, None, Some(text)),
            },
            Err(lost) => match self.fate().await {
                Some(reason) => end(reason, None, Some(self.what_now(reason))),
                None => {
                    self.kill().await;
                    end(EndReason::ConnectionLost, None, Some(error_chain(&lost)))
                }
            },
        }
    }

    /// What has become of the pod and the container, if it is that which ended the process. The status of a pod follows
    /// its containers after a moment.
    async fn fate(&self) -> Option<EndReason> {
        let deadline = Instant::now() + STATUS_LAG;
        loop {
            if let Ok(Some(reason)) = self.look().await {
                return Some(reason);
            }
            if Instant::now() >= deadline || self.shared.shutdown.is_cancelled() {
                return None;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn look(&self) -> Result<Option<EndReason>, ClusterError> {
        let place = &self.place;
        let objects = Objects::new(place.connection.borrow().client);
        let pod = workload_pods::pod(&objects, &place.container.namespace, &place.container.pod).await?;
        let Some(pod) = pod.filter(|pod| pod.uid == place.pod_uid && !pod.terminating) else {
            return Ok(Some(EndReason::PodGone));
        };
        let same = |id: &str, running| id == place.container_id && running;
        let seen = pod.container(&place.container.container);
        let runs = seen.is_some_and(|seen| same(&seen.id, seen.running));
        Ok((!runs).then_some(EndReason::ContainerRestarted))
    }

    fn what_now(&self, reason: EndReason) -> String {
        let (pod, container) = (&self.place.container.pod, &self.place.container.container);
        match reason {
            EndReason::PodGone => format!("pod {pod} was deleted or replaced; open it anew in the next one"),
            _ => format!("container {container} of pod {pod} was restarted or has ended; open it anew"),
        }
    }
}

fn end(reason: EndReason, exit_code: Option<i32>, message: Option<String>) -> StreamEnd {
    StreamEnd { reason, exit_code, message }
}
