use clap::Parser as _;
use nhd_protocol::event::EventsParams;
use nhd_protocol::methods::{EventSubscription, Subscription as _};
use nhd_protocol::session::SessionList;

use super::*;
use crate::CLIENT;
use crate::arguments::{Arguments, Command};
use crate::render::session::tests::status;
use crate::render::test_screen::screen;
use nhd_client::fake::{hello_module, on, serve};

fn arguments(line: &str) -> EndArguments {
    let words = ["nhd-cli", "end"].into_iter().chain(line.split_whitespace());
    match Arguments::try_parse_from(words).expect("parses").command {
        Command::End(end) => end,
        other => panic!("{other:?}"),
    }
}

/// Runs against a daemon with these sessions of `reviews`, of which the last one's wait fails with `error` if there is one.
async fn ended(
    line: &str,
    sessions: &[&'static str],
    error: Option<ErrorKind>,
) -> (Result<(), Failure>, String) {
    let known: Vec<SessionStatus> =
        sessions.iter().map(|session| status(session, "reviews", Phase::Ending)).collect();
    let last = sessions.last().copied();
    let (listed, ending) = (known.clone(), known);
    let mut module = hello_module();
    on::<methods::List>(&mut module, move |_| {
        Ok(SessionList { sessions: listed.clone(), ..SessionList::default() })
    });
    on::<methods::End>(&mut module, move |_| Ok(EndResult { sessions: ending.clone() }));
    on::<methods::Wait>(&mut module, move |wait| {
        assert_eq!((wait.until, wait.timeout_ms), (WaitUntil::Ended, Some(120_000)));
        match error.filter(|_| Some(wait.session.as_str()) == last) {
            Some(kind) => Err(ErrorInfo::new(kind, "changed:\n  -a\n  +b").with_hint("put it back")),
            None => Ok(status(&wait.session, "reviews", Phase::Ended)),
        }
    });
    module
        .register_subscription(
            EventSubscription::SUBSCRIBE,
            EventSubscription::NOTIFICATION,
            EventSubscription::UNSUBSCRIBE,
            |params, pending, _, _| async move {
                let _: EventsParams = params.parse().expect("flat params");
                let Ok(sink) = pending.accept().await else { return };
                sink.closed().await;
            },
        )
        .expect("a new subscription");
    let daemon = serve(module);
    let client = Client::connect(&daemon.paths, CLIENT).await.expect("connects");
    let (mut screen, out, _) = screen(line.contains("--json"), false);
    let result = run(&arguments(line), &Caller::of_test("/projects", &[]), &client, &mut screen).await;
    (result, out.text())
}

#[tokio::test]
async fn an_end_waits_until_the_workload_is_as_it_was() {
    let (result, out) = ended("deployment/reviews", &["s1"], None).await;
    assert_eq!((result, out.as_str()), (Ok(()), "deployment/reviews in namespace bookinfo is as it was\n"));
}

#[tokio::test]
async fn a_session_that_is_not_found_any_more_has_ended() {
    let (result, out) = ended("--session s1", &["s1"], Some(ErrorKind::SessionNotFound)).await;
    assert_eq!((result, out.as_str()), (Ok(()), "deployment/reviews in namespace bookinfo is as it was\n"));
}

#[tokio::test]
async fn nothing_to_end_is_a_success() {
    let (result, out) = ended("deployment/reviews", &[], None).await;
    assert_eq!((result, out.as_str()), (Ok(()), "deployment/reviews is not in DevMode: nothing to end\n"));
    let (result, out) = ended("--all", &[], None).await;
    assert_eq!((result, out.as_str()), (Ok(()), "nothing to end\n"));
}

#[tokio::test]
async fn a_bare_name_that_several_sessions_bear_ends_none() {
    let (result, _) = ended("deployment/reviews", &["s1", "s2"], None).await;
    let failure = result.expect_err("ambiguous");
    assert_eq!(failure.exit, Exit::WrongUsage);
    assert!(failure.info().message.contains("session s2"), "{failure:?}");
    let (all, out) = ended("--all", &["s1", "s2"], None).await;
    all.expect("ends both");
    assert_eq!(out.lines().count(), 2);
}

#[tokio::test]
async fn a_refusal_is_shown_with_its_differences() {
    let (result, out) = ended("deployment/reviews", &["s1"], Some(ErrorKind::WorkloadOverwritten)).await;
    let failure = result.expect_err("refused");
    assert_eq!(
        (failure.exit, failure.info().kind, out.as_str()),
        (Exit::Failed, ErrorKind::WorkloadOverwritten, "")
    );
    assert_eq!(failure.lines()[1], ("hint", "put it back"));
}

#[tokio::test]
async fn with_json_what_has_ended_is_said_beside_what_has_not() {
    let (result, out) = ended("--all --json", &["s1", "s2"], Some(ErrorKind::WorkloadOverwritten)).await;
    let failure = result.expect_err("one has not ended");
    assert!(failure.exit == Exit::Failed && failure.unheard, "{failure:?}");
    let said: serde_json::Value = serde_json::from_str(&out).expect("one value");
    assert_eq!(said["sessions"][0]["session"], "s1");
    assert_eq!(said["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(said["errors"][0]["kind"], "workloadOverwritten");
    let (result, out) = ended("--all --json", &["s1"], None).await;
    result.expect("ends");
    assert!(!out.contains("errors"), "{out}");
}
