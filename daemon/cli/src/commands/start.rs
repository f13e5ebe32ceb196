//! `nhd-cli start`: puts a workload into DevMode and waits until files are synced.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::event::EventBody;
use nhd_protocol::listing::ReleaseParams;
use nhd_protocol::methods;
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus, StartParams, WaitParams, WaitUntil};

use crate::arguments::{StartArguments, Wait};
use crate::failure::{Exit, Failure};
use crate::follow::{following, interruptible};
use crate::params::milliseconds;
use crate::progress::StepLines;
use crate::render::Screen;
use crate::render::session::{end_command, short_name, summary};
use crate::render::style::Tone;
use nhd_client::{Client, ClientError, Events};

/// How long the undo of a start that failed is waited for, on top of the start's own time.
const UNDO_LIMIT: Duration = Duration::from_secs(120);

pub(crate) async fn run(
    arguments: &StartArguments,
    params: StartParams,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = StartParams { timeout_ms: Some(milliseconds(arguments.timeout)), ..params };
    if arguments.takeover {
        take_over(&params, arguments, client, screen).await?;
    }
    let mut events = client.events(None).await?;
    let before = sessions_before(&mut events).await?;
    let started = interruptible(client.call::<methods::Start>(params)).await;
    let started = started.ok_or_else(|| not_yet_started(arguments))??;
    let existed = before.contains(&started.session);
    if existed {
        let state = if started.phase == Phase::Starting { "being put into" } else { "in" };
        screen.note(Tone::Plain, &format!("{} is already {state} DevMode", started.workload))?;
    }
    let mut progress = StepLines::default();
    progress.add(&started);
    let until = match arguments.wait {
        Wait::Synced => WaitUntil::Synced,
        Wait::Ready => WaitUntil::Ready,
        Wait::None => {
            progress.warn(&started.warnings, screen)?;
            return Ok(screen.result(&started, |style| summary(style, &started))?);
        }
    };
    let timeout_ms = Some(milliseconds(arguments.timeout));
    let wait = WaitParams { session: started.session.clone(), until, timeout_ms };
    let waited = following(client.wait(wait), client, &mut events, &mut progress, screen).await?;
    let status = match waited.ok_or_else(|| goes_on(&started))? {
        Ok(status) => status,
        Err(ClientError::Answered(info))
            if info.kind == ErrorKind::Timeout && !existed && is_undone(client, &started).await? =>
        {
            let failed = until_undone(client, &started, &mut events, &mut progress, screen).await?;
            progress.warn(&failed.warnings, screen)?;
            return Err(unfinished(failed.error.unwrap_or(info).into(), &started));
        }
        Err(error) => return Err(unfinished(error.into(), &started)),
    };
    progress.warn(&status.warnings, screen)?;
    Ok(screen.result(&status, |style| summary(style, &status))?)
}

/// Whether the time of the start is over for the daemon, too, which then undoes it. One whose dev pod was ready goes on.
async fn is_undone(client: &Client, started: &SessionStatus) -> Result<bool, Failure> {
    let selector = SessionSelector::of_session(&started.session);
    let status = client.call::<methods::Status>(selector).await?;
    Ok(matches!(status.phase, Phase::Starting | Phase::Ending | Phase::Failed))
}

/// Waits for the undo of a start that failed, which takes its own time.
async fn until_undone(
    client: &Client,
    started: &SessionStatus,
    events: &mut Events<'_>,
    progress: &mut StepLines,
    screen: &mut Screen,
) -> Result<SessionStatus, Failure> {
    let timeout_ms = Some(milliseconds(UNDO_LIMIT));
    let wait = WaitParams { session: started.session.clone(), until: WaitUntil::Ended, timeout_ms };
    let waited = following(client.wait(wait), client, events, progress, screen).await?;
    waited.ok_or_else(|| goes_on(started))?.map_err(|error| unfinished(error.into(), started))
}

/// Ends what another daemon has the workload in, and waits until it is as it was.
async fn take_over(
    params: &StartParams,
    arguments: &StartArguments,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let release = ReleaseParams {
        kind: params.kind,
        name: params.name.clone(),
        namespace: params.namespace.clone(),
        kubeconfig: params.kubeconfig.clone(),
        context: params.context.clone(),
        environment: params.environment.clone(),
    };
    let ending = match client.call::<methods::Release>(release).await {
        Ok(status) => status,
        // Nobody has it, or this daemon itself.
        Err(ClientError::Answered(info))
            if matches!(info.kind, ErrorKind::SessionNotFound | ErrorKind::SessionExists) =>
        {
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let timeout_ms = Some(milliseconds(arguments.timeout));
    let wait = WaitParams { session: ending.session, until: WaitUntil::Ended, timeout_ms };
    client.wait(wait).await?;
    Ok(screen.note(Tone::Plain, &format!("{} was taken over", ending.workload))?)
}

/// The sessions that there were before, from the snapshot that a subscription begins with.
async fn sessions_before(events: &mut Events<'_>) -> Result<Vec<String>, Failure> {
    match events.next().await?.body {
        EventBody::Snapshot { sessions } => Ok(sessions.into_iter().map(|status| status.session).collect()),
        _ => Ok(Vec::new()),
    }
}

fn not_yet_started(arguments: &StartArguments) -> Failure {
    let message = format!("interrupted; the daemon may yet start {}", arguments.target);
    let hint = format!("see `nhd-cli status`; end it with `nhd-cli end {}`", arguments.target);
    Failure::new(Exit::Interrupted, ErrorInfo::new(ErrorKind::Cancelled, message).with_hint(hint))
}

fn goes_on(status: &SessionStatus) -> Failure {
    let message = format!("interrupted; the session of {} goes on", status.workload);
    let hint = format!("see `nhd-cli status`; end it with `{}`", end_command(status));
    let mut info = ErrorInfo::new(ErrorKind::Cancelled, message).with_hint(hint);
    info.session = Some(status.session.clone());
    Failure::new(Exit::Interrupted, info)
}

fn unfinished(failure: Failure, status: &SessionStatus) -> Failure {
    let name = short_name(&status.workload);
    failure.with_hint(format!("see `nhd-cli status {name}` and `nhd-cli events`"))
}
