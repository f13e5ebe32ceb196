//! What stands in a session's way, in words, and what becomes of the session.

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::StepName;

use crate::session::look::parts::record_name;
use crate::session::next::{Next, Obstacle};
use crate::session::prepare::taken;
use crate::session::task::{QUIET_LOOK, SessionTask, Turn};

impl SessionTask {
    /// Something stands in the way that only somebody else can move.
    pub(super) fn obstructed(&mut self, obstacle: Obstacle, now: Next) -> Turn {
        let error = self.obstacle_error(obstacle);
        if self.is_starting() {
            return self.undo(error);
        }
        self.error = Some(error);
        self.show(now);
        Turn::Rest(QUIET_LOOK)
    }

    /// A step that has been taken again and again and left everything as it was.
    pub(super) fn in_vain(&self, step: StepName, times: usize) -> ErrorInfo {
        let message = format!(
            "{} was done {times} times for {}, and each time the cluster was as before",
            step.word(),
            self.stored.workload
        );
        let error = ErrorInfo::new(ErrorKind::ClusterError, message).with_hint(
            "see what undoes it, such as an admission webhook or an operator; it is tried again, ever later",
        );
        ErrorInfo { session: Some(self.stored.id.clone()), ..error }
    }

    pub(super) fn obstacle_error(&self, obstacle: Obstacle) -> ErrorInfo {
        let workload = &self.stored.workload;
        let error = match obstacle {
            Obstacle::TakenByOthers | Obstacle::RecordOfLater => {
                match self.sight.as_ref().and_then(|sight| sight.record.as_ref()) {
                    Some(seen) => taken(workload, &record_name(workload), seen),
                    None => ErrorInfo::new(ErrorKind::InDevModeElsewhere, format!("{workload} was taken over")),
                }
            }
            Obstacle::RecordUnreadable => ErrorInfo::new(
                ErrorKind::InDevModeElsewhere,
                format!(
                    "Secret {} is not the record of {workload} any more, nor of another session of nhd",
                    record_name(workload)
                ),
            )
            .with_hint("end this session, which gives the workload back and leaves that Secret alone, then start again"),
            Obstacle::RecordGone => ErrorInfo::new(
                ErrorKind::InDevModeElsewhere,
                format!(
                    "the record of {workload} in the cluster is gone: somebody has ended its DevMode by it, or has deleted it"
                ),
            )
            .with_hint("end this session, which gives back what is left of DevMode, then start again"),
            Obstacle::Gone if self.sight.as_ref().is_some_and(|sight| sight.namespace_gone) => ErrorInfo::new(
                ErrorKind::NamespaceNotFound,
                format!(
                    "namespace {} was deleted, or deleted and made again, and {workload} with all that was in it",
                    workload.namespace
                ),
            )
            .with_hint("end this session, then start a new one on what is there"),
            Obstacle::Gone => ErrorInfo::new(
                ErrorKind::WorkloadNotFound,
                format!("{workload} was deleted, or deleted and made anew"),
            )
            .with_hint("end this session, then start a new one on what is there"),
            Obstacle::Overwritten => ErrorInfo::new(
                ErrorKind::WorkloadOverwritten,
                format!("{} overwrote {workload} while it was in DevMode", self.overwriters()),
            )
            .with_hint("end this session, which keeps what they wrote and takes back what is left of DevMode, then start again"),
        };
        ErrorInfo { session: Some(self.stored.id.clone()), ..error }
    }

    /// The field managers that wrote to the workload since our edit.
    fn overwriters(&self) -> String {
        let (Some(sight), Some(plan)) = (&self.sight, &self.stored.plan) else { return "others".to_owned() };
        sight.writers(plan, &[])
    }
}
