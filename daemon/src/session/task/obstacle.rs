//! What stands in a session's way, in words, and what becomes of the session.

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, error as said};
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
        let arguments: Arguments<'_> =
            &[("step", &step.word()), ("times", &times), ("workload", &self.stored.workload)];
        let error = ErrorInfo::of(&said::STEP_IN_VAIN, arguments);
        ErrorInfo { session: Some(self.stored.id.clone()), ..error }
    }

    pub(super) fn obstacle_error(&self, obstacle: Obstacle) -> ErrorInfo {
        let workload = &self.stored.workload;
        let secret = record_name(workload);
        let error = match obstacle {
            Obstacle::TakenByOthers | Obstacle::RecordOfLater => {
                match self.sight.as_ref().and_then(|sight| sight.record.as_ref()) {
                    Some(seen) => taken(workload, &secret, seen),
                    None => ErrorInfo::of(&said::TAKEN_OVER, &[("workload", workload)]),
                }
            }
            Obstacle::RecordUnreadable => {
                ErrorInfo::of(&said::RECORD_REPLACED, &[("secret", &secret), ("workload", workload)])
            }
            Obstacle::RecordGone => ErrorInfo::of(&said::RECORD_GONE, &[("workload", workload)]),
            Obstacle::Gone if self.sight.as_ref().is_some_and(|sight| sight.namespace_gone) => {
                let arguments: Arguments<'_> = &[("namespace", &workload.namespace), ("workload", workload)];
                ErrorInfo::of(&said::NAMESPACE_REPLACED, arguments)
            }
            Obstacle::Gone => ErrorInfo::of(&said::WORKLOAD_REPLACED, &[("workload", workload)]),
            Obstacle::Overwritten => {
                let arguments: Arguments<'_> = &[("writers", &self.overwriters()), ("workload", workload)];
                ErrorInfo::of(&said::WORKLOAD_OVERWRITTEN, arguments)
            }
        };
        ErrorInfo { session: Some(self.stored.id.clone()), ..error }
    }

    /// The field managers that wrote to the workload since our edit.
    fn overwriters(&self) -> String {
        let (Some(sight), Some(plan)) = (&self.sight, &self.stored.plan) else { return "others".to_owned() };
        sight.writers(plan, &[])
    }
}
