//! `nhd-cli start`: puts a workload into DevMode and waits until files are synced.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::event::EventBody;
use nhd_protocol::listing::ReleaseParams;
use nhd_protocol::methods;
use nhd_protocol::session::{Phase, SessionStatus, StartParams, WaitParams, WaitUntil};

use crate::arguments::{StartArguments, Wait};
use crate::caller::Caller;
use crate::failure::{Exit, Failure};
use crate::follow::{following, interruptible};
use crate::params::{milliseconds, start_params};
use crate::progress::StepLines;
use crate::render::Screen;
use crate::render::session::{end_command, short_name, summary};
use crate::render::style::Tone;
use nhd_client::{Client, ClientError, Events};

/// How much longer than the start itself its undoing may take, before the wait for it is given up.
const UNDO_GRACE: Duration = Duration::from_secs(30);

pub(crate) async fn run(
    arguments: &StartArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = StartParams {
        timeout_ms: Some(milliseconds(arguments.timeout)),
        ..start_params(&arguments.target, &arguments.source, &arguments.dev, here)?
    };
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
    // The daemon bounds a new start itself and says more about it; an old session has no such bound.
    let bound = if existed { arguments.timeout } else { arguments.timeout + UNDO_GRACE };
    let wait = WaitParams { session: started.session.clone(), until, timeout_ms: Some(milliseconds(bound)) };
    let waited = following(client.wait(wait), &mut events, &mut progress, screen).await?;
    let status =
        waited.ok_or_else(|| goes_on(&started))?.map_err(|error| unfinished(error.into(), &started))?;
    progress.warn(&status.warnings, screen)?;
    Ok(screen.result(&status, |style| summary(style, &status))?)
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
