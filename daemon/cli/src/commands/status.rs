//! `nhd-cli status`: what is in DevMode, once or at every change.

use std::time::Duration;

use nhd_protocol::event::EventBody;
use nhd_protocol::methods;
use nhd_protocol::session::{Phase, SessionList, SessionSelector};
use time::OffsetDateTime;

use crate::arguments::StatusArguments;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::session::sessions;
use nhd_client::Client;

/// How often a watched table is drawn again, for "since when" alone.
const AGING: Duration = Duration::from_secs(10);

pub(crate) async fn run(
    arguments: &StatusArguments,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let selector = selector(arguments);
    if arguments.watch {
        return watch(&selector, client, screen).await;
    }
    let list = client.call::<methods::List>(selector).await?;
    Ok(screen.result(&list, |style| sessions(style, &list, OffsetDateTime::now_utc()))?)
}

fn selector(arguments: &StatusArguments) -> SessionSelector {
    let target = arguments.target.0.as_ref();
    SessionSelector {
        kind: target.map(|target| target.kind),
        name: target.map(|target| target.name.clone()),
        namespace: arguments.namespace.clone(),
        context: arguments.context.clone(),
        ..SessionSelector::default()
    }
}

/// Shows the sessions at every change, until Ctrl-C or the end of the daemon.
async fn watch(selector: &SessionSelector, client: &Client, screen: &mut Screen) -> Result<(), Failure> {
    let mut events = client.events(None).await?;
    let mut aging = tokio::time::interval(AGING);
    let mut list = SessionList::default();
    loop {
        tokio::select! {
            event = events.next() => {
                if changed(&mut list, event?.body, selector) {
                    show(&list, screen)?;
                    let over = list.sessions.extract_if(.., |status| status.phase.is_final());
                    list.failed.extend(over.filter(|status| status.phase == Phase::Failed));
                }
            }
            _ = aging.tick(), if screen.is_live() => show(&list, screen)?,
        }
    }
}

fn show(list: &SessionList, screen: &mut Screen) -> Result<(), Failure> {
    let text = |style| sessions(style, list, OffsetDateTime::now_utc());
    if screen.is_live() {
        let text = text(screen.style);
        return Ok(screen.redraw(&text)?);
    }
    Ok(screen.item(list, |style| text(style) + "\n")?)
}

/// Takes in what happened; tells whether the list is another one now.
fn changed(list: &mut SessionList, body: EventBody, selector: &SessionSelector) -> bool {
    match body {
        EventBody::Snapshot { sessions } => {
            list.sessions = sessions.into_iter().filter(|status| selector.matches(status)).collect();
            true
        }
        EventBody::Session { status } if selector.matches(&status) => {
            list.failed.retain(|failed| failed.workload != status.workload);
            match list.sessions.iter_mut().find(|known| known.session == status.session) {
                Some(known) => *known = *status,
                None => list.sessions.push(*status),
            }
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::session::tests::{status, synced};

    #[test]
    fn a_watch_follows_the_sessions_that_it_was_asked_for() {
        let selector = SessionSelector { name: Some("reviews".to_owned()), ..SessionSelector::default() };
        let mut list = SessionList::default();
        let snapshot =
            EventBody::Snapshot { sessions: vec![synced("s1", "reviews"), synced("s2", "ratings")] };
        assert!(changed(&mut list, snapshot, &selector));
        assert_eq!(list.sessions, [synced("s1", "reviews")]);

        let other = EventBody::Session { status: Box::new(synced("s3", "details")) };
        assert!(!changed(&mut list, other, &selector));
        let ending = status("s1", "reviews", Phase::Ending);
        assert!(changed(&mut list, EventBody::Session { status: Box::new(ending.clone()) }, &selector));
        assert_eq!(list.sessions, [ending]);
    }
}
