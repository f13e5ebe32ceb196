//! `nhd-cli events`: the daemon's log, what it holds or as it grows.

use std::collections::BTreeMap;

use nhd_protocol::event::{Cursor, Event, EventBody, EventsParams, StepOutcome};
use nhd_protocol::methods;
use nhd_protocol::session::SessionStatus;
use nhd_protocol::stream::StreamStatus;
use serde::Serialize;

use crate::arguments::EventsArguments;
use crate::duration::elapsed_text;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::session::short_name;
use crate::render::style::{Style, Tone};
use crate::render::words;
use nhd_client::Client;

pub(crate) async fn run(
    arguments: &EventsArguments,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let mut lines = Lines::default();
    let since = match (arguments.since, arguments.follow) {
        (None, true) => None,
        (since, _) => cursor(client, since.unwrap_or(0)).await?,
    };
    if !arguments.follow {
        let list =
            client.call::<methods::EventsSince>(EventsParams { since, ..EventsParams::default() }).await?;
        for event in &list.events {
            screen.item(event, |style| lines.text(style, event))?;
        }
        return Ok(());
    }
    let mut events = client.events(since).await?;
    loop {
        let event = events.next().await?;
        screen.item(&event, |style| lines.text(style, &event))?;
    }
}

/// A place in the current epoch, which the snapshot names.
async fn cursor(client: &Client, seq: u64) -> Result<Option<Cursor>, Failure> {
    let snapshot = client.call::<methods::EventsSince>(EventsParams::default()).await?;
    Ok(snapshot.events.into_iter().next().map(|event| Cursor { seq, ..event.cursor }))
}

/// Events as lines, with the workloads' names where they are known.
#[derive(Default)]
struct Lines {
    names: BTreeMap<String, String>,
}

impl Lines {
    fn text(&mut self, style: Style, event: &Event) -> String {
        let at = style.paint(Tone::Dim, &event.at);
        let head = format!("{:>6}  {at}  ", event.cursor.seq);
        match &event.body {
            EventBody::Snapshot { sessions } => {
                let phases: Vec<String> = sessions
                    .iter()
                    .map(|status| format!("{} {}", self.learn(status), words::phase(status.phase).1))
                    .collect();
                let phases = if phases.is_empty() { "none".to_owned() } else { phases.join(", ") };
                format!("{head}sessions: {phases}\n")
            }
            EventBody::Session { status } => format!("{head}{}\n", self.session(style, status)),
            EventBody::Step { session, step, outcome, elapsed_ms, error } => {
                let words = words::step(*step);
                let (tone, word) = match outcome {
                    StepOutcome::Began => (Tone::Dim, words.running),
                    StepOutcome::Done => (Tone::Plain, words.done),
                    StepOutcome::Failed => (Tone::Bad, words.failed),
                };
                let took = elapsed_ms.map_or_else(String::new, |ms| format!(" after {}", elapsed_text(ms)));
                let why = error.as_ref().map_or_else(String::new, |error| format!(": {}", error.message));
                format!("{head}{}  {}{took}{why}\n", self.name(session), style.paint(tone, word))
            }
            EventBody::Progress { session, sync, .. } => {
                let sync = sync.map_or_else(String::new, |sync| {
                    format!(": {:.0} %, {} files to go", sync.completion.floor(), sync.need_files)
                });
                format!("{head}{}  {}{sync}\n", self.name(session), style.paint(Tone::Dim, "moves"))
            }
            EventBody::Stream { stream } => format!("{head}{}\n", stream_text(stream)),
            EventBody::Warning { session, message } => {
                let name = session.as_ref().map_or_else(String::new, |session| self.name(session) + "  ");
                format!("{head}{name}{}: {message}\n", style.paint(Tone::Busy, "warning"))
            }
        }
    }

    fn session(&mut self, style: Style, status: &SessionStatus) -> String {
        let (tone, phase) = words::phase(status.phase);
        let mut text = format!("{}  {}", self.learn(status), style.paint(tone, phase));
        if let Some(pod) = &status.pod {
            text += &pod.name.as_ref().map_or_else(String::new, |name| format!(", pod {name}"));
            text += &pod.waiting_for.as_ref().map_or_else(String::new, |what| format!(", waits for {what}"));
        }
        text += &status.error.as_ref().map_or_else(String::new, |error| format!(": {}", error.message));
        text
    }

    fn learn(&mut self, status: &SessionStatus) -> String {
        let name = short_name(&status.workload);
        self.names.insert(status.session.clone(), name.clone());
        name
    }

    fn name(&self, session: &str) -> String {
        self.names.get(session).cloned().unwrap_or_else(|| format!("session {session}"))
    }
}

/// A word as the protocol writes it.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

/// `exec a1b2 of deployment/reviews  ended: exited, code 1`
fn stream_text(status: &StreamStatus) -> String {
    let (kind, state) = (word(&status.kind), word(&status.state));
    let how = status.end.as_ref().map_or_else(String::new, |end| {
        let code = end.exit_code.map_or_else(String::new, |code| format!(", code {code}"));
        format!(": {}{code}", word(&end.reason))
    });
    format!("{kind} {} of {}  {state}{how}", status.stream, short_name(&status.workload))
}

#[cfg(test)]
mod tests;
