//! `nhd-cli status`: what is in DevMode, once or at every change.

use std::time::Duration;

use nhd_protocol::event::EventBody;
use nhd_protocol::methods;
use nhd_protocol::session::{Phase, SessionList, SessionSelector, SessionStatus};
use time::OffsetDateTime;

use crate::arguments::StatusArguments;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::session::{sessions, sessions_or};
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
    let list = client.call::<methods::List>(selector.clone()).await?;
    let now = OffsetDateTime::now_utc();
    if list.sessions.is_empty() && selector != SessionSelector::default() {
        let others = client.call::<methods::List>(SessionSelector::default()).await?.sessions;
        if !others.is_empty() {
            let nothing = none_of_those(arguments, &others);
            return Ok(screen.result(&list, |style| sessions_or(style, &list, &nothing, now))?);
        }
    }
    Ok(screen.result(&list, |style| sessions(style, &list, now))?)
}

/// Says that nothing is in DevMode of what was asked for, though others are.
fn none_of_those(arguments: &StatusArguments, others: &[SessionStatus]) -> String {
    let (asked, not) = match &arguments.target.0 {
        Some(target) => (target.to_string(), "is not in DevMode"),
        None => ("no workload".to_owned(), "is in DevMode"),
    };
    let place = [("namespace", &arguments.namespace), ("context", &arguments.context)];
    let place: String =
        place.iter().filter_map(|(word, name)| Some(format!(" in {word} {}", name.as_ref()?))).collect();
    let names: Vec<String> = others.iter().map(|status| status.workload.to_string()).collect();
    format!(
        "{asked}{place} {not}; there {}: {}\n",
        if names.len() == 1 { "is" } else { "are" },
        names.join(", ")
    )
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

    #[test]
    fn a_workload_that_is_not_in_dev_mode_is_named_beside_those_that_are() {
        use clap::Parser as _;
        let said = |line: &str, others: &[SessionStatus]| {
            let words = ["nhd-cli", "status"].into_iter().chain(line.split_whitespace());
            match crate::arguments::Arguments::try_parse_from(words).expect("parses").command {
                crate::arguments::Command::Status(arguments) => none_of_those(&arguments, others),
                other => panic!("{other:?}"),
            }
        };
        let (one, two) = ([synced("s1", "reviews")], [synced("s1", "reviews"), synced("s2", "ratings")]);
        assert_eq!(
            said("deployment/typo", &one),
            "deployment/typo is not in DevMode; there is: deployment/reviews in namespace bookinfo\n"
        );
        assert_eq!(
            said("-n test", &two),
            "no workload in namespace test is in DevMode; there are: deployment/reviews in namespace bookinfo, \
             deployment/ratings in namespace bookinfo\n"
        );
    }
}
