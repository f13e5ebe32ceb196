//! The steps of a start or an end as a list with a place in it, for whoever shows how far it is.

use nhd_protocol::session::{PlannedStep, StepName, StepState};

/// What has been done since it began, and what is yet to come.
#[derive(Debug, Default)]
pub(super) struct PlannedSteps {
    done: Vec<StepName>,
    ahead: Vec<StepName>,
}

impl PlannedSteps {
    /// What was done before is over with whatever it was done for.
    pub(super) fn begin_anew(&mut self) {
        *self = Self::default();
    }

    pub(super) fn done(&mut self, step: StepName) {
        if !self.done.contains(&step) {
            self.done.push(step);
        }
    }

    /// Takes the steps that are foreseen now. Where none is, all is done.
    pub(super) fn foresee(&mut self, ahead: Vec<StepName>) {
        if ahead.is_empty() {
            self.done.clear();
        }
        self.ahead = ahead;
    }

    /// Each step once: one that has to be done again is not done.
    pub(super) fn show(&self) -> Vec<PlannedStep> {
        let done = self.done.iter().filter(|step| !self.ahead.contains(step));
        let done = done.map(|step| PlannedStep { step: *step, state: StepState::Done });
        let ahead = self.ahead.iter().enumerate().map(|(index, step)| PlannedStep {
            step: *step,
            state: if index == 0 { StepState::Current } else { StepState::Ahead },
        });
        if self.ahead.is_empty() { Vec::new() } else { done.chain(ahead).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(steps: &PlannedSteps) -> Vec<(StepName, StepState)> {
        steps.show().into_iter().map(|it| (it.step, it.state)).collect()
    }

    #[test]
    fn steps_move_from_ahead_to_done_and_the_list_stays() {
        use StepName::{AwaitPod, CreateRecord, EnterDevMode, Plan};
        use StepState::{Ahead, Current, Done};
        let mut steps = PlannedSteps::default();
        assert_eq!(shown(&steps), []);
        steps.foresee(vec![Plan, EnterDevMode, AwaitPod]);
        assert_eq!(shown(&steps), [(Plan, Current), (EnterDevMode, Ahead), (AwaitPod, Ahead)]);
        steps.done(Plan);
        steps.foresee(vec![CreateRecord, EnterDevMode, AwaitPod]);
        let expect = [(Plan, Done), (CreateRecord, Current), (EnterDevMode, Ahead), (AwaitPod, Ahead)];
        assert_eq!(shown(&steps), expect);
        steps.done(CreateRecord);
        steps.foresee(vec![Plan, AwaitPod]);
        assert_eq!(shown(&steps), [(CreateRecord, Done), (Plan, Current), (AwaitPod, Ahead)]);
        steps.foresee(Vec::new());
        steps.foresee(vec![AwaitPod]);
        assert_eq!(shown(&steps), [(AwaitPod, Current)]);
        steps.begin_anew();
        assert_eq!(shown(&steps), []);
    }
}
