use clap::Parser as _;
use jsonrpsee::RpcModule;
use nhd_protocol::event::{Cursor, Event, StepOutcome};
use nhd_protocol::methods::{EventSubscription, Method as _, Subscription as _};
use nhd_protocol::session::{SidecarPreset, StepName};
use nhd_protocol::workload::WorkloadKind;

use super::*;
use crate::CLIENT;
use crate::arguments::{Arguments, Command};
use crate::caller::Caller;
use crate::params::of_start;
use crate::render::session::tests::{status, synced};
use crate::render::test_screen::screen;
use nhd_client::fake::{hello_module, on, serve};

const LINE: &str = "deployment/reviews --image golang:1.25 --source src";

fn arguments(line: &str) -> StartArguments {
    let words = ["nhd-cli", "start"].into_iter().chain(line.split_whitespace());
    match Arguments::try_parse_from(words).expect("parses").command {
        Command::Start(start) => start,
        other => panic!("{other:?}"),
    }
}

fn here() -> Caller {
    Caller::of_test("/projects", &[("PATH", "/bin"), ("KUBECONFIG", "config")])
}

fn event(seq: u64, body: EventBody) -> Event {
    Event { cursor: Cursor { epoch: "e".to_owned(), seq }, at: "2026-11-23T08:00:00.000Z".to_owned(), body }
}

/// A daemon that starts session s1 in two steps, which it tells of only after the wait has been answered.
fn module(before: Vec<SessionStatus>) -> RpcModule<()> {
    let mut module = hello_module();
    module
        .register_subscription(
            EventSubscription::SUBSCRIBE,
            EventSubscription::NOTIFICATION,
            EventSubscription::UNSUBSCRIBE,
            move |_, pending, _, _| {
                let snapshot = EventBody::Snapshot { sessions: before.clone() };
                async move {
                    let Ok(sink) = pending.accept().await else { return };
                    let step = |outcome, elapsed_ms| EventBody::Step {
                        session: "s1".to_owned(),
                        step: StepName::CreateRecord,
                        outcome,
                        elapsed_ms,
                        error: None,
                    };
                    let bodies =
                        [snapshot, step(StepOutcome::Began, None), step(StepOutcome::Done, Some(12))];
                    for (seq, body) in (1..).zip(bodies) {
                        let message = serde_json::value::to_raw_value(&event(seq, body)).expect("JSON");
                        if sink.send(message).await.is_err() {
                            return;
                        }
                    }
                    sink.closed().await;
                }
            },
        )
        .expect("a new subscription");
    on::<methods::Start>(&mut module, |params| {
        assert_eq!((params.kind, params.name.as_str()), (WorkloadKind::Deployment, "reviews"));
        Ok(status("s1", "reviews", Phase::Starting))
    });
    on::<methods::Wait>(&mut module, |wait| {
        let mut status = synced("s1", "reviews");
        status.warnings = vec![format!("waited {:?} {:?}", wait.until, wait.timeout_ms)];
        Ok(status)
    });
    module
}

/// What standard output and standard error carry.
async fn started(line: &str, json: bool, before: Vec<SessionStatus>) -> (String, String) {
    let daemon = serve(module(before));
    let client = Client::connect(&daemon.paths, CLIENT).await.expect("connects");
    let (mut screen, out, errors) = screen(json, false);
    let arguments = arguments(line);
    let params = of_start(&arguments, &here()).expect("params");
    run(&arguments, params, &client, &mut screen).await.expect("starts");
    (out.text(), errors.text())
}

#[test]
fn without_a_source_it_is_the_nearest_folder_with_a_configuration_else_the_current_one_and_never_the_home() {
    let home = tempfile::tempdir().expect("a folder");
    let (project, below) = (home.path().join("project"), home.path().join("project/cmd/server"));
    std::fs::create_dir_all(&below).expect("folders");
    std::fs::create_dir(project.join(".nocalhost")).expect("a folder");
    let asked = |from: &std::path::Path| {
        let here =
            Caller::of_test(from.to_str().expect("text"), &[("HOME", home.path().to_str().expect("text"))]);
        let arguments = arguments("deployment/reviews --image i");
        of_start(&arguments, &here)
    };
    assert_eq!(asked(&below).expect("params").source, below.to_str().expect("text"));
    for from in [home.path(), home.path().parent().expect("a folder"), std::path::Path::new("/")] {
        let refused = asked(from).expect_err("it holds everything");
        assert_eq!(refused.exit, Exit::WrongUsage);
        assert!(refused.info().message.contains("holds your home folder"), "{:?}", refused.info());
    }
    std::fs::write(project.join(".nocalhost/config.yaml"), "name: reviews").expect("writes");
    for from in [&below, &project] {
        assert_eq!(asked(from).expect("params").source, project.to_str().expect("text"));
    }
}

#[test]
fn params_say_what_the_command_line_and_its_surroundings_say() {
    let asked = |line: &str| {
        let arguments = arguments(line);
        of_start(&arguments, &here()).expect("params")
    };
    let params = asked(LINE);
    assert_eq!(params.source, "/projects/src");
    assert_eq!(params.kubeconfig.as_deref(), Some("/projects/config"));
    assert_eq!(params.image.as_deref(), Some("golang:1.25"));
    assert_eq!(params.environment["PATH"], "/bin");
    assert_eq!(params.sidecar_preset, None);

    let params =
        asked(&format!("{LINE} --kubeconfig other --sidecar-preset nocalhost --env A=1 --env B=x=y"));
    assert_eq!(params.kubeconfig.as_deref(), Some("/projects/other"));
    assert_eq!(params.sidecar_preset, Some(SidecarPreset::Nocalhost));
    assert_eq!(params.env, [("A", "1"), ("B", "x=y")].map(|(a, b)| (a.to_owned(), b.to_owned())).into());
}

#[tokio::test]
async fn a_start_shows_its_steps_and_ends_with_a_summary() {
    let (out, errors) = started(LINE, false, Vec::new()).await;
    assert!(out.starts_with("deployment/reviews in namespace bookinfo is in DevMode\n"), "{out}");
    let expect = "  created the record                  12 ms\nwarning: waited Synced Some(120000)\n";
    assert_eq!(errors, expect);
}

#[tokio::test]
async fn a_repeated_start_says_so_and_waits() {
    let line = format!("{LINE} --wait ready");
    let (_, errors) = started(&line, false, vec![synced("s1", "reviews")]).await;
    assert!(
        errors.starts_with("deployment/reviews in namespace bookinfo is already being put into DevMode\n"),
        "{errors}"
    );
    assert!(errors.ends_with("warning: waited Ready Some(120000)\n"), "{errors}");
}

#[tokio::test]
async fn with_json_the_result_is_the_status() {
    let (out, errors) = started(LINE, true, Vec::new()).await;
    let status: SessionStatus = serde_json::from_str(&out).expect("one value");
    assert_eq!((status.phase, errors.as_str()), (Phase::Synced, ""));
}

#[tokio::test]
async fn without_a_wait_the_answer_is_what_was_begun() {
    let (out, _) = started(&format!("{LINE} --wait none"), true, Vec::new()).await;
    let status: SessionStatus = serde_json::from_str(&out).expect("one value");
    assert_eq!(status.phase, Phase::Starting);
}

/// A start that is not done within its time, with the phase that the session is in then.
async fn out_of_time(phase: Phase) -> (ErrorInfo, String) {
    let mut module = module(Vec::new());
    on::<methods::Status>(&mut module, move |_| Ok(status("s1", "reviews", phase)));
    let mut waits = hello_module();
    on::<methods::Wait>(&mut waits, |wait| match wait.until {
        WaitUntil::Ended => {
            let mut failed = status("s1", "reviews", Phase::Failed);
            failed.error = Some(ErrorInfo::new(ErrorKind::PodNotReady, "not ready after 120 s"));
            failed.warnings = vec!["its pods are not ready either".to_owned()];
            Ok(failed)
        }
        _ => Err(ErrorInfo::new(ErrorKind::Timeout, "not synced after 120 s: 37 %").with_hint("it goes on")),
    });
    module.remove_method(methods::Wait::NAME);
    waits.remove_method(methods::Hello::NAME);
    module.merge(waits).expect("no method twice");
    let daemon = serve(module);
    let client = Client::connect(&daemon.paths, CLIENT).await.expect("connects");
    let (mut screen, _, errors) = screen(false, false);
    let arguments = arguments(LINE);
    let params = of_start(&arguments, &here()).expect("params");
    let failed = run(&arguments, params, &client, &mut screen).await.expect_err("it fails");
    (failed.info(), errors.text())
}

#[tokio::test]
async fn a_start_that_is_undone_is_followed_to_the_end_of_that_and_fails_with_its_own_error() {
    for phase in [Phase::Starting, Phase::Ending, Phase::Failed] {
        let (error, said) = out_of_time(phase).await;
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::PodNotReady, "not ready after 120 s"));
        assert!(said.ends_with("warning: its pods are not ready either\n"), "{said}");
    }
}

#[tokio::test]
async fn a_first_sync_that_goes_on_is_no_longer_waited_for_than_was_said() {
    let (error, _) = out_of_time(Phase::Ready).await;
    assert_eq!((error.kind, error.hint.as_deref()), (ErrorKind::Timeout, Some("it goes on")));
}
