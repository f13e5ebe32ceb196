//! What stands in a session's way, in words, and what becomes of the session.

use nhd_protocol::error::{ErrorInfo, ErrorKind};

use super::super::next::{Next, Obstacle};
use super::super::prepare::{record_name, taken};
use super::{QUIET_LOOK, SessionTask, Turn};
use crate::plan::{Difference, Standing};
use crate::store::session::Desired;

/// Differences named in an error; more would not be read.
const NAMED_DIFFERENCES: usize = 5;

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
                format!("others overwrote {workload} while it was in DevMode"),
            )
            .with_hint("end this session, which leaves their manifest as it is, then start again"),
            Obstacle::Drifted => ErrorInfo::new(
                ErrorKind::WorkloadChanged,
                format!("others changed {workload} while it was in DevMode: {}", self.changes_of_others()),
            )
            .with_hint(
                "undo that change (the value before it comes first), then end again; nothing was written",
            ),
        };
        ErrorInfo { session: Some(self.stored.id.clone()), ..error }
    }

    fn changes_of_others(&self) -> String {
        let (Some(sight), Some(plan)) = (&self.sight, &self.stored.plan) else { return String::new() };
        let Some(Standing::Drifted(differences) | Standing::ReAdded(differences)) = sight.standing(plan)
        else {
            return String::new();
        };
        let named: Vec<String> =
            differences.iter().take(NAMED_DIFFERENCES).map(Difference::to_string).collect();
        let more = differences.len().saturating_sub(NAMED_DIFFERENCES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        named.join("; ") + &more
    }
}
