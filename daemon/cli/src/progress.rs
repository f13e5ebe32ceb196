//! What sessions are doing, step by step, while a command waits for them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use nhd_protocol::Timestamp;
use nhd_protocol::event::{Event, EventBody, StepOutcome};
use nhd_protocol::session::{Phase, SessionStatus, StepName};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::duration::elapsed_text;
use super::render::Screen;
use super::render::session::short_name;
use super::render::style::Tone;
use super::render::words;

/// The steps of the sessions that it was told of, as lines on standard error.
#[derive(Default)]
pub(crate) struct StepLines {
    sessions: BTreeMap<String, String>,
    /// The steps that began and did not end, with what they wait for.
    running: Vec<(String, StepName, Option<String>)>,
    /// What was said already and need not be said again.
    said: BTreeSet<String>,
    /// When the undo of each failed start began; `None` where it is not the failure of a start that ends the session.
    undone: BTreeMap<String, Option<Timestamp>>,
}

impl StepLines {
    /// Shows the steps of this session from now on.
    pub(crate) fn add(&mut self, status: &SessionStatus) {
        self.sessions.insert(status.session.clone(), short_name(&status.workload));
        self.running.extend(status.step.map(|step| (status.session.clone(), step, None)));
    }

    /// Whether a step or an undo is under way, as far as events tell.
    pub(crate) fn is_running(&self) -> bool {
        !self.running.is_empty() || self.undone.values().any(Option::is_some)
    }

    /// The session whose first sync is under way, of which no event says how far it is.
    pub(crate) fn syncing(&self) -> Option<&str> {
        let (session, _, _) = self.running.iter().rfind(|(_, step, _)| *step == StepName::AwaitSync)?;
        Some(session)
    }

    /// Shows how far a session is that was asked.
    pub(crate) fn update(&mut self, status: &SessionStatus, screen: &mut Screen) -> io::Result<()> {
        self.detail(status, screen)?;
        self.show_running(screen)
    }

    pub(crate) fn show(&mut self, event: &Event, screen: &mut Screen) -> io::Result<()> {
        match &event.body {
            EventBody::Step { session, step, outcome, elapsed_ms, error } if self.knows(session) => {
                self.running.retain(|(other, running, _)| (other, running) != (session, step));
                let words = words::step(*step);
                match outcome {
                    StepOutcome::Began => self.running.push((session.clone(), *step, None)),
                    StepOutcome::Done => {
                        let line = self.line(session, words.done, *elapsed_ms);
                        screen.note(Tone::Plain, &line)?;
                    }
                    StepOutcome::Failed => {
                        let why =
                            error.as_ref().map_or_else(String::new, |error| format!(": {}", error.message));
                        self.said.extend(error.as_ref().map(|error| error.message.clone()));
                        // It is tried again and again.
                        if self.said.insert(format!("{session}{}{why}", words.failed)) {
                            let line = self.line(session, words.failed, None);
                            screen.note(Tone::Bad, &(line + &why))?;
                        }
                    }
                }
            }
            EventBody::Session { status } if self.knows(&status.session) => {
                self.undo(status, &event.at, screen)?;
                self.detail(status, screen)?;
            }
            EventBody::Warning { session: Some(session), message } if self.knows(session) => {
                self.warn(std::slice::from_ref(message), screen)?;
            }
            _ => {}
        }
        self.show_running(screen)
    }

    /// Shows the warnings that were not shown yet.
    pub(crate) fn warn(&mut self, warnings: &[String], screen: &mut Screen) -> io::Result<()> {
        let fresh: Vec<String> =
            warnings.iter().filter(|warning| self.said.insert((*warning).clone())).cloned().collect();
        screen.warnings(&fresh)
    }

    fn knows(&self, session: &str) -> bool {
        self.sessions.contains_key(session)
    }

    /// Tells the undo of a start, and its time, apart from the start.
    fn undo(&mut self, status: &SessionStatus, at: &str, screen: &mut Screen) -> io::Result<()> {
        let session = &status.session;
        match status.phase {
            Phase::Ending if !self.undone.contains_key(session) => {
                self.undone.insert(session.clone(), status.error.is_some().then(|| at.to_owned()));
                let Some(error) = &status.error else { return Ok(()) };
                if self.said.insert(error.message.clone()) {
                    let line = self.line(session, &format!("the start failed: {}", error.message), None);
                    screen.note(Tone::Bad, &line)?;
                }
                screen.note(Tone::Plain, &self.line(session, "giving the workload back", None))
            }
            Phase::Failed => {
                let Some(Some(began)) = self.undone.remove(session) else { return Ok(()) };
                let what = format!("the workload {}", words::outcome(status.outcome));
                screen.note(Tone::Plain, &self.line(session, &what, milliseconds_between(&began, at)))
            }
            _ => Ok(()),
        }
    }

    /// Notes what the running step waits for; says it on a line of its own where lines are not overwritten.
    fn detail(&mut self, status: &SessionStatus, screen: &mut Screen) -> io::Result<()> {
        let waited = self.running.iter_mut().find(|(session, _, _)| *session == status.session);
        let Some((_, step, detail)) = waited else { return Ok(()) };
        let (step, news) = (*step, waiting_for(*step, status));
        if *detail == news {
            return Ok(());
        }
        detail.clone_from(&news);
        let Some(news) = news else { return Ok(()) };
        if step == StepName::AwaitSync && !screen.overwrites() {
            return self.quarter(status, screen);
        }
        let text = format!("{}: {news}", words::step(step).running);
        if step == StepName::AwaitPod && !screen.overwrites() && self.said.insert(text.clone()) {
            let line = self.line(&status.session, &text, None);
            screen.note(Tone::Plain, &line)?;
        }
        Ok(())
    }

    /// A line for each quarter of the first sync, where lines are not overwritten.
    fn quarter(&mut self, status: &SessionStatus, screen: &mut Screen) -> io::Result<()> {
        let done = status.sync.as_ref().map_or(0.0, |sync| sync.completion);
        let Some(quarter) = [75, 50, 25].into_iter().find(|quarter| done >= f64::from(*quarter)) else {
            return Ok(());
        };
        let text = format!("{}: {quarter} %", words::step(StepName::AwaitSync).running);
        if done < 100.0 && self.said.insert(format!("{} {text}", status.session)) {
            let line = self.line(&status.session, &text, None);
            screen.note(Tone::Plain, &line)?;
        }
        Ok(())
    }

    fn show_running(&self, screen: &mut Screen) -> io::Result<()> {
        let Some((session, step, detail)) = self.running.last() else { return Ok(()) };
        let running = words::step(*step).running;
        let text =
            detail.as_ref().map_or_else(|| format!("{running} …"), |detail| format!("{running}: {detail}"));
        screen.live(&self.line(session, &text, None))
    }

    /// `  created the record                12 ms`, with the workload in front where there are several.
    fn line(&self, session: &str, text: &str, elapsed_ms: Option<u64>) -> String {
        let name = match self.sessions.get(session) {
            Some(name) if self.sessions.len() > 1 => format!("{name}: "),
            _ => String::new(),
        };
        let text = format!("  {name}{text}");
        match elapsed_ms {
            Some(ms) => format!("{text:<34}{:>9}", elapsed_text(ms)),
            None => text,
        }
    }
}

fn milliseconds_between(from: &str, to: &str) -> Option<u64> {
    let moment = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    u64::try_from((moment(to)? - moment(from)?).whole_milliseconds()).ok()
}

/// What a step waits for, as far as the session's status tells.
fn waiting_for(step: StepName, status: &SessionStatus) -> Option<String> {
    match step {
        StepName::AwaitPod => status.pod.as_ref()?.waiting_for.clone(),
        StepName::AwaitSync => {
            let sync = status.sync.as_ref()?;
            Some(format!(
                "{} {:.0} %, {} files to go",
                bar(sync.completion),
                sync.completion.floor(),
                sync.need_files
            ))
        }
        _ => None,
    }
}

/// How much of a hundred, for the eye.
fn bar(percent: f64) -> String {
    const CELLS: usize = 20;
    // Never more full than it is: the last cell is that of the end.
    let full = (1..=CELLS).filter(|cell| *cell as f64 * 100.0 / CELLS as f64 <= percent).count();
    format!("[{}{}]", "#".repeat(full), "·".repeat(CELLS - full))
}

#[cfg(test)]
mod tests {
    use nhd_protocol::error::{ErrorInfo, ErrorKind};
    use nhd_protocol::event::Cursor;
    use nhd_protocol::session::{Phase, PodStatus};

    use super::*;
    use crate::render::session::tests::status;
    use crate::render::test_screen::screen;

    fn event(body: EventBody) -> Event {
        let cursor = Cursor { epoch: "e".to_owned(), seq: 1 };
        Event { cursor, at: "2026-11-23T08:00:00.000Z".to_owned(), body }
    }

    fn step(session: &str, step: StepName, outcome: StepOutcome, elapsed_ms: Option<u64>) -> Event {
        event(EventBody::Step { session: session.to_owned(), step, outcome, elapsed_ms, error: None })
    }

    fn failed(message: &str) -> Event {
        event(EventBody::Step {
            session: "s1".to_owned(),
            step: StepName::CreateRecord,
            outcome: StepOutcome::Failed,
            elapsed_ms: Some(3),
            error: Some(ErrorInfo::new(ErrorKind::ClusterError, message)),
        })
    }

    fn waiting(for_what: &str) -> Event {
        let mut status = status("s1", "reviews", Phase::Starting);
        status.pod = Some(PodStatus { waiting_for: Some(for_what.to_owned()), ..PodStatus::default() });
        event(EventBody::Session { status: Box::new(status) })
    }

    /// What standard error carries after these events of session s1, or of s1 and s2.
    fn shown(sessions: &[(&str, &str)], live: bool, events: &[Event]) -> String {
        let (mut screen, _, errors) = screen(false, live);
        let mut progress = StepLines::default();
        sessions.iter().for_each(|(session, name)| progress.add(&status(session, name, Phase::Starting)));
        events.iter().try_for_each(|event| progress.show(event, &mut screen)).expect("prints");
        errors.text()
    }

    #[test]
    fn steps_are_lines_with_their_time_when_they_are_done() {
        let events = [
            step("s1", StepName::CreateRecord, StepOutcome::Began, None),
            step("s1", StepName::CreateRecord, StepOutcome::Done, Some(12)),
            step("s9", StepName::CreateRecord, StepOutcome::Done, Some(12)),
            step("s1", StepName::AwaitPod, StepOutcome::Began, None),
            waiting("ContainerCreating"),
            waiting("ContainerCreating"),
            step("s1", StepName::AwaitPod, StepOutcome::Done, Some(1_234)),
        ];
        let expect = "  created the record                  12 ms
  waiting for the dev pod: ContainerCreating
  the dev pod is ready                1.2 s
";
        assert_eq!(shown(&[("s1", "reviews")], false, &events), expect);
    }

    #[test]
    fn on_a_terminal_the_running_step_is_overwritten() {
        let events = [
            step("s1", StepName::AwaitPod, StepOutcome::Began, None),
            waiting("ErrImagePull: no\nsuch image"),
            step("s1", StepName::AwaitPod, StepOutcome::Done, Some(12)),
        ];
        let expect = "\r\u{1b}[K  waiting for the dev pod …\
                      \r\u{1b}[K  waiting for the dev pod: ErrImagePull: no such image\
                      \r\u{1b}[K  the dev pod is ready                12 ms\n";
        assert_eq!(shown(&[("s1", "reviews")], true, &events), expect);
    }

    fn syncing(completion: f64) -> Event {
        let mut status = status("s1", "reviews", Phase::Ready);
        let sync = serde_json::json!({
            "state": "syncing", "completion": completion, "needFiles": 3, "needBytes": 9, "totalFiles": 9,
            "totalBytes": 99, "connected": true, "restarts": 0,
        });
        status.sync = Some(serde_json::from_value(sync).expect("a status of a sync"));
        event(EventBody::Session { status: Box::new(status) })
    }

    #[test]
    fn the_first_sync_is_a_bar_on_a_terminal_and_lines_elsewhere() {
        let began = step("s1", StepName::AwaitSync, StepOutcome::Began, None);
        let events = [began, syncing(10.0), syncing(33.4), syncing(49.9), syncing(99.9), syncing(100.0)];
        let live = shown(&[("s1", "reviews")], true, &events);
        for bar in
            ["[##··················] 10 %", "[######··············] 33 %", "[###################·] 99 %"]
        {
            assert!(live.contains(bar), "{bar}: {live}");
        }
        assert!(live.contains(&format!("[{}] 100 %, 3 files to go", "#".repeat(20))), "{live}");
        let plain = shown(&[("s1", "reviews")], false, &events);
        let running = words::step(StepName::AwaitSync).running;
        assert_eq!(plain, format!("  {running}: 25 %\n  {running}: 75 %\n"));
    }

    #[test]
    fn several_sessions_are_told_apart() {
        let events = [step("s2", StepName::DeleteRecord, StepOutcome::Done, Some(5))];
        let text = shown(&[("s1", "reviews"), ("s2", "ratings")], false, &events);
        assert_eq!(text, "  deployment/ratings: deleted the record     5 ms\n");
    }

    #[test]
    fn a_failure_that_repeats_is_said_once() {
        let text = shown(&[("s1", "reviews")], false, &[failed("a"), failed("a"), failed("b")]);
        assert_eq!(text, "  could not create the record: a\n  could not create the record: b\n");
    }

    #[test]
    fn the_undo_of_a_start_is_told_apart_with_its_own_time() {
        let in_phase = |phase, error: Option<&str>, at: &str| {
            let mut status = status("s1", "reviews", phase);
            status.error = error.map(|error| ErrorInfo::new(ErrorKind::PodNotReady, error));
            Event { at: at.to_owned(), ..event(EventBody::Session { status: Box::new(status) }) }
        };
        let (begins, ends) = ("2026-11-23T08:00:40.000Z", "2026-11-23T08:00:43.200Z");
        let why = Some("not after 40 s");
        let undo = [
            in_phase(Phase::Ending, why, begins),
            in_phase(Phase::Ending, why, ends),
            in_phase(Phase::Failed, why, ends),
        ];
        let expect = "  the start failed: not after 40 s
  giving the workload back
  the workload is as it was           3.2 s
";
        assert_eq!(shown(&[("s1", "reviews")], false, &undo), expect);
        // The step that failed may have said why.
        let said = [&[failed("not after 40 s")], undo.as_slice()].concat();
        let text = shown(&[("s1", "reviews")], false, &said);
        assert_eq!(text.matches("not after 40 s").count(), 1, "{text}");
        // Whoever ends a session themselves is not told of a failure, whatever the end meets.
        let ended = [in_phase(Phase::Ending, None, begins), in_phase(Phase::Ending, why, ends)];
        assert_eq!(shown(&[("s1", "reviews")], false, &ended), "");
    }
}
