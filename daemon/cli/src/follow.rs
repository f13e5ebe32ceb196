//! Waiting for the daemon while what it does is shown, until it is done or the user presses Ctrl-C.

use std::pin::pin;
use std::time::Duration;

use tokio::signal::ctrl_c;
use tokio::time::{Instant, MissedTickBehavior, timeout, timeout_at};

use super::failure::Failure;
use super::progress::StepLines;
use super::render::Screen;
use nhd_client::{Client, Events};
use nhd_protocol::methods;
use nhd_protocol::session::SessionSelector;

/// How long an answer may overtake the events that led to it.
const LAST_EVENTS_BOUND: Duration = Duration::from_millis(300);

/// Between two looks at a first sync, and how long one may take.
const LOOK_EVERY: Duration = Duration::from_millis(300);
const LOOK_BOUND: Duration = Duration::from_secs(2);

/// The result of `work`, or None after Ctrl-C.
pub(crate) async fn interruptible<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        Ok(()) = ctrl_c() => None,
    }
}

/// Shows how far a first sync is. What the daemon does not say is not shown.
async fn look(client: &Client, progress: &mut StepLines, screen: &mut Screen) -> Result<(), Failure> {
    let session = progress.syncing().map(str::to_owned);
    let status = client.call::<methods::Status>(SessionSelector { session, ..SessionSelector::default() });
    if let Ok(Ok(status)) = timeout(LOOK_BOUND, status).await {
        progress.update(&status, screen)?;
    }
    Ok(())
}

/// The result of `work`, or None after Ctrl-C, with the steps of the sessions that `progress` knows shown meanwhile.
pub(crate) async fn following<T>(
    work: impl Future<Output = T>,
    client: &Client,
    events: &mut Events<'_>,
    progress: &mut StepLines,
    screen: &mut Screen,
) -> Result<Option<T>, Failure> {
    let mut work = pin!(interruptible(work));
    let mut subscribed = true;
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            event = events.next(), if subscribed => match event {
                Ok(event) => progress.show(&event, screen)?,
                // What the daemon's loss means, `work` says.
                Err(_) => subscribed = false,
            },
            _ = looks.tick(), if progress.syncing().is_some() => look(client, progress, screen).await?,
        }
    };
    let deadline = Instant::now() + LAST_EVENTS_BOUND;
    while done.is_some() && subscribed && progress.is_running() {
        match timeout_at(deadline, events.next()).await {
            Ok(Ok(event)) => progress.show(&event, screen)?,
            Ok(Err(_)) | Err(_) => break,
        }
    }
    Ok(done)
}
