//! Answers that a client can act on: steps that are foreseen, progress, whole plans, errors as data, credentials that are
//! renewed, sessions that ended while nobody looked.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nhd_protocol::error::{Choices, ErrorKind};
use nhd_protocol::event::{Event, EventBody, EventsParams, StepOutcome};
use nhd_protocol::forward::ForwardStartParams;
use nhd_protocol::methods::{ForwardStart, List, Plan, Start};
use nhd_protocol::session::{
    PlannedStep, SessionOutcome, SessionSelector, StartParams, StepName, StepState, WaitUntil,
};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::stage::{Stage, answered};
use nhd_tests::workload::{app, app_of};
use tokio::time::{Instant, timeout_at};

use crate::shared_cluster;

/// Longer than any session of these tests takes.
const PATIENCE: Duration = Duration::from_secs(120);

fn names(steps: &[PlannedStep]) -> Vec<StepName> {
    steps.iter().map(|it| it.step).collect()
}

/// The last list of steps that was announced before the session was quiet or over, and the steps that were done.
fn told(events: &[Event], session: &str) -> (Vec<StepName>, Vec<StepName>) {
    let (mut announced, mut done) = (Vec::new(), Vec::new());
    for event in events {
        match &event.body {
            EventBody::Session { status } if status.session == session && !status.steps.is_empty() => {
                announced = names(&status.steps);
            }
            EventBody::Step { session: of, step, outcome: StepOutcome::Done, .. }
                if of == session && !done.contains(step) =>
            {
                done.push(*step);
            }
            _ => {}
        }
    }
    (announced, done)
}

async fn events_of(stage: &Stage, since: Option<nhd_protocol::event::Cursor>) -> Result<Vec<Event>> {
    let params = EventsParams { since, ..EventsParams::default() };
    Ok(stage.nhd.call::<nhd_protocol::methods::EventsSince>(params).await?.events)
}

/// On the real node, for every kind: what is announced is what is done, in a start and in an end.
#[tokio::test]
async fn the_steps_of_every_kind_are_those_that_were_announced() -> Result<()> {
    for kind in WorkloadKind::ALL {
        let stage = Stage::set(shared_cluster().await, "steps", app_of(kind, "web")).await?;
        let beginning = events_of(&stage, None).await?.pop().context("a place")?.cursor;
        let status = stage.start().await?;
        ensure!(status.steps.is_empty(), "{kind}: nothing is to be done any more: {:?}", status.steps);
        let events = events_of(&stage, Some(beginning)).await?;
        let (announced, done) = told(&events, &status.session);
        // A pod that has to go first, and the first sync, are waited for, which may take no time at all.
        let at_once = [StepName::AwaitRelease, StepName::AwaitSync];
        let certain = |steps: Vec<StepName>| -> Vec<StepName> {
            steps.into_iter().filter(|step| !at_once.contains(step)).collect()
        };
        ensure!(certain(announced.clone()) == certain(done.clone()), "{kind}: {announced:?} {done:?}");

        let synced = events.last().context("events")?.cursor.clone();
        stage.end(&status.session).await?;
        let events = events_of(&stage, Some(synced)).await?;
        let first = events.iter().find_map(|event| match &event.body {
            EventBody::Session { status } if !status.steps.is_empty() => Some(status.steps.clone()),
            _ => None,
        });
        let first = first.with_context(|| format!("{kind}: no steps of the end"))?;
        ensure!(first[0].state == StepState::Current, "{kind}: {first:?}");
        let (announced, done) = told(&events, &status.session);
        // The session is taken out of the store last, of which no event tells.
        let unforeseen: Vec<_> = done.iter().filter(|step| !announced.contains(step)).collect();
        ensure!(
            unforeseen.is_empty() && announced.last() == Some(&StepName::Forget),
            "{kind}: {announced:?}"
        );
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_plan_has_every_object_whole_and_no_secret() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "whole", app("web")).await?;
    let plan = stage.nhd.call::<Plan>(stage.params()).await?;
    let secret = plan.changes.iter().find(|it| it.kind == "Secret").context("the record")?;
    let after = secret.after.as_deref().context("a text")?;
    ensure!(secret.before.is_none() && after.contains(" bytes)") && !after.contains("PRIVATE"), "{after}");
    let edit = plan.changes.iter().find(|it| it.kind == "Deployment").context("the edit")?;
    let (before, after) =
        (edit.before.as_deref().unwrap_or_default(), edit.after.as_deref().unwrap_or_default());
    ensure!(before.contains("name: app") && !before.contains("nocalhost-dev"), "{before}");
    ensure!(after.contains("name: nocalhost-dev") && !after.contains("managedFields"), "{after}");
    ensure!(!edit.truncated && plan.notices.len() == plan.warnings.len(), "{plan:?}");
    ensure!(plan.notices.iter().all(|notice| notice.code.is_some()), "{:?}", plan.notices);
    stage.close().await
}

#[tokio::test]
async fn errors_say_what_there_is_to_choose_from_and_who_has_what() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "choices", app("web")).await?;
    let fails = |params: StartParams| async {
        answered(stage.nhd.call::<Plan>(params).await.err().context("it fails")?)
    };
    let error = fails(StartParams { container: Some("none".to_owned()), ..stage.params() }).await?;
    let data = error.data.context("choices")?;
    ensure!(error.code.as_deref() == Some("containerNotFound"), "{:?}", error.code);
    ensure!(error.arguments["container"] == "none" && error.message.contains("no container none"));
    ensure!(data.choices_of == Some(Choices::Container) && data.choices == ["app"], "{data:?}");

    let error = fails(StartParams { name: "none".to_owned(), ..stage.params() }).await?;
    let data = error.data.context("choices")?;
    ensure!(data.choices_of == Some(Choices::Workload) && data.choices == ["web"], "{data:?}");

    let error = fails(StartParams { context: Some("none".to_owned()), ..stage.params() }).await?;
    ensure!(error.kind == ErrorKind::ContextNotFound, "{error:?}");
    ensure!(error.data.context("choices")?.choices_of == Some(Choices::Context));

    let error = fails(StartParams { namespace: Some("no-such-one".to_owned()), ..stage.params() }).await?;
    let data = error.data.context("choices")?;
    ensure!(data.choices_of == Some(Choices::Namespace) && data.choices.contains(&"kube-system".to_owned()));

    stage.laptop.save(".nocalhost/config.yaml", "name: web\ncontainers:\n- dev:\n    workDir: here\n")?;
    let error = fails(stage.params()).await?;
    let place = error.data.context("a place")?.location.context("a place")?;
    ensure!(error.kind == ErrorKind::ConfigInvalid && (place.line, place.column) == (4, 14), "{place:?}");
    ensure!(place.file.ends_with(".nocalhost/config.yaml"), "{place:?}");
    stage.close().await
}

#[tokio::test]
async fn who_has_a_workload_and_what_has_a_port_is_data() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "owner", app("web")).await?;
    let status = stage.start().await?;
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    let params = ForwardStartParams {
        selector: SessionSelector::of_session(&status.session),
        remote_port: 80,
        local_port: Some(port),
    };
    let error = answered(stage.nhd.call::<ForwardStart>(params).await.err().context("it is taken")?)?;
    let holder = error.data.context("a holder")?.holder.context("a holder")?;
    ensure!(error.kind == ErrorKind::LocalPortTaken && holder.port == port, "{holder:?}");
    ensure!(holder.pid == Some(std::process::id()), "this test has it: {holder:?}");

    let own = status.forward.as_ref().context("the sync's own forward")?.local_port;
    let params = ForwardStartParams {
        selector: SessionSelector::of_session(&status.session),
        remote_port: 80,
        local_port: Some(own),
    };
    let error = answered(stage.nhd.call::<ForwardStart>(params).await.err().context("it is taken")?)?;
    let holder = error.data.context("a holder")?.holder.context("a holder")?;
    ensure!(holder.session.as_ref() == Some(&status.session), "{holder:?}");

    let mut other = nhd_tests::laptop::Laptop::new(shared_cluster().await.kubeconfig())?;
    let nhd = other.start_daemon().await?;
    let params = StartParams { source: other.source().display().to_string(), ..stage.params() };
    let error = answered(nhd.call::<Plan>(params).await.err().context("it is taken")?)?;
    let owner = error.data.context("an owner")?.owner.context("an owner")?;
    ensure!(error.kind == ErrorKind::InDevModeElsewhere && error.code.as_deref() == Some("taken"));
    ensure!(!owner.user.is_empty() && !owner.host.is_empty() && owner.since.ends_with('Z'), "{owner:?}");
    other.stop_daemon().await?;
    stage.end(&status.session).await?;
    stage.close().await
}

/// A first sync of many files is told as it moves, to whoever asks; and what has ended is there for a while.
#[tokio::test]
async fn a_sync_tells_how_far_it_is_and_an_ended_session_what_became_of_it() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "progress", app("web")).await?;
    let text = "x".repeat(64 * 1024);
    for number in 0..300 {
        stage.laptop.save(&format!("files/{number}.txt"), &format!("{number} {text}"))?;
    }
    let mut events = stage.nhd.events_of(EventsParams { progress: true, ..EventsParams::default() }).await?;
    let session = stage.nhd.call::<Start>(stage.params()).await?.session;
    let deadline = Instant::now() + PATIENCE;
    let (mut moved, mut complete) = (0, false);
    while !(complete && moved > 1) {
        let event = timeout_at(deadline, events.next()).await.context("it is told in time")??;
        let EventBody::Progress { session: of, sync, .. } = event.body else { continue };
        ensure!(of == session, "{of}");
        let Some(sync) = sync else { continue };
        moved += 1;
        complete = sync.need_files == 0 && sync.total_files >= 300;
    }
    drop(events);
    stage.laptop.wait(&stage.nhd, &session, WaitUntil::Synced).await?;
    stage.end(&session).await?;
    let list = stage.nhd.call::<List>(SessionSelector::default()).await?;
    let ended = list.ended.iter().find(|status| status.session == session).context("it is kept")?;
    ensure!(ended.outcome == Some(SessionOutcome::Restored) && list.failed.is_empty(), "{ended:?}");
    stage.close().await
}
