//! What stands in a session's way, in words, and what becomes of the session.

use nhd_protocol::error::{ErrorInfo, ErrorKind};

use super::super::next::{Next, Obstacle};
use super::super::prepare::{record_name, taken};
use super::{QUIET_LOOK, SessionTask, Turn};
use crate::store::session::Desired;

impl SessionTask {
    /// Something stands in the way that only somebody else can move.
    pub(super) fn obstructed(&mut self, obstacle: Obstacle, now: Next) -> Turn {
        let error = self.obstacle_error(obstacle);
        if self.is_starting() {
            return self.undo(error);
        }
        if self.stored.desired == Desired::Original && self.stored.failure.is_none() {
            // The end is refused and the session goes on as before.
            self.stored.desired = Desired::DevMode;
            self.answer_end(Err(error));
            return match self.environment.store.put_session(&self.stored) {
                Ok(()) => Turn::Again,
                Err(error) => self.stumble(error.into()),
            };
        }
        self.answer_end(Err(error.clone()));
        self.error = Some(error);
        self.show(now);
        Turn::Rest(QUIET_LOOK)
    }

    fn obstacle_error(&self, obstacle: Obstacle) -> ErrorInfo {
        let workload = &self.stored.workload;
        let error = match obstacle {
            Obstacle::TakenByOthers => {
                let record = self.sight.as_ref().and_then(|sight| sight.record.as_ref());
                let record = record.and_then(|seen| seen.record.as_ref());
                taken(workload, &record_name(workload), record)
            }
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
        sight.writers(plan)
    }
}
