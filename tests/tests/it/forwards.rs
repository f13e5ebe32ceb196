//! The user's own forwards on a real pod: asked for or configured, they lead there for as long as the session lasts.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use kube::api::DeleteParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::event::EventBody;
use nhd_protocol::event::EventsParams;
use nhd_protocol::forward::{
    ForwardEndParams, ForwardList, ForwardReason, ForwardStartParams, ForwardState, PortForward,
};
use nhd_protocol::methods::{EventsSince, ForwardEnd, ForwardStart, Forwards};
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus};
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::app;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::shared_cluster;

/// The port of the program that is developed.
const PORT: u16 = 8000;

const LIMIT: Duration = Duration::from_secs(30);

/// Runs an HTTP server in the dev container.
async fn serve(stage: &Stage, status: &SessionStatus, answer: &str) -> Result<()> {
    let script = format!(
        "mkdir -p /tmp/www; echo {answer} > /tmp/www/index.html; httpd -p {PORT} -h /tmp/www </dev/null >/dev/null 2>&1"
    );
    stage.workload.exec(pod_of(status)?, &script).await?;
    Ok(())
}

/// What a GET through a local port is answered.
async fn fetch(port: u16) -> Result<String> {
    let fetched = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let (head, body) = text.split_once("\r\n\r\n").with_context(|| format!("no HTTP: {text:?}"))?;
        ensure!(head.contains(" 200 "), "{head}");
        Ok(body.trim_end().to_owned())
    };
    tokio::time::timeout(LIMIT, fetched).await.context("no answer in time")?
}

async fn answers(port: u16, expected: &str) -> Result<()> {
    let answer = fetch(port).await.with_context(|| format!("through port {port}"))?;
    ensure!(answer == expected, "{answer:?}, not {expected:?}");
    Ok(())
}

async fn refuses(address: SocketAddr) -> Result<()> {
    match TcpStream::connect(address).await {
        Ok(_) => bail!("{address} takes connections"),
        Err(error) => ensure!(error.kind() == std::io::ErrorKind::ConnectionRefused, "{address}: {error}"),
    }
    Ok(())
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// A port that another program has, until this is dropped.
fn taken() -> Result<(TcpListener, u16)> {
    let listener = TcpListener::bind(local(0))?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

fn all_listen(status: &SessionStatus) -> bool {
    status.forwards.iter().all(|forward| forward.state == ForwardState::Listening)
}

fn to_local(status: &SessionStatus, port: u16) -> Result<&PortForward> {
    let mut forwards = status.forwards.iter();
    forwards.find(|it| it.local_port == Some(port)).with_context(|| format!("{port} is not in {status:#?}"))
}

fn to(session: &str, local_port: Option<u16>, remote_port: u16) -> ForwardStartParams {
    ForwardStartParams { selector: SessionSelector::of_session(session), remote_port, local_port }
}

#[tokio::test]
async fn configured_ports_lead_into_each_dev_pod_whatever_becomes_of_daemon_and_pod() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "ports", app("web")).await?;
    let (_, free) = taken()?;
    let (holder, held) = taken()?;
    let dev =
        format!("{{portForward: ['{free}:{PORT}', '{held}:{PORT}'], debug: {{remoteDebugPort: ':{PORT}'}}}}");
    stage.laptop.save(".nocalhost/config.yaml", &format!("{{name: web, containers: [{{dev: {dev}}}]}}"))?;

    // The port that is taken stands in the way of nothing.
    let status = stage.start().await?;
    ensure!(status.warnings.is_empty() && status.error.is_none(), "{status:#?}");
    let blocked = to_local(&status, held)?;
    let error = blocked.error.as_ref().context("an error")?;
    ensure!(blocked.state == ForwardState::Blocked && error.kind == ErrorKind::LocalPortTaken, "{blocked:?}");
    ensure!(error.message.contains(&held.to_string()) && error.hint.is_some(), "{error:?}");
    ensure!(to_local(&status, free)?.reason == ForwardReason::PortForward, "{status:#?}");
    let debug =
        status.forwards.iter().find(|it| it.reason == ForwardReason::Debug).context("a debugger's")?;
    let chosen = debug.local_port.context("a port was chosen")?;
    serve(&stage, &status, "first").await?;
    answers(free, "first").await?;
    answers(chosen, "first").await?;
    refuses(SocketAddr::from(([127, 0, 0, 2], free))).await?;

    drop(holder);
    let freed = Instant::now();
    let healed = stage.until(&status.session, all_listen).await?;
    ensure!(healed.phase == Phase::Synced, "a forward is no matter of the phase: {healed:#?}");
    // The quiet look after 30 s would find it, too.
    ensure!(freed.elapsed() < Duration::from_secs(15), "it took {:?}", freed.elapsed());
    answers(held, "first").await?;

    stage.laptop.kill_daemon()?;
    refuses(local(free)).await?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let resumed = stage.until(&status.session, |it| it.forwards.len() == 3 && all_listen(it)).await?;
    for port in [free, held, chosen] {
        to_local(&resumed, port)?;
        answers(port, "first").await?;
    }

    let pod = pod_of(&status)?;
    stage.workload.pods().delete(pod, &DeleteParams::default().grace_period(1)).await?;
    let another = |it: &SessionStatus| it.phase == Phase::Synced && pod_of(it).is_ok_and(|new| new != pod);
    let status = stage.until(&status.session, another).await?;
    serve(&stage, &status, "second").await?;
    for port in [free, held, chosen] {
        answers(port, "second").await?;
    }

    stage.end(&status.session).await?;
    for port in [free, held, chosen] {
        refuses(local(port)).await?;
    }
    stage.close().await
}

#[tokio::test]
async fn a_forward_that_is_asked_for_listens_until_it_is_ended() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "forward", app("web")).await?;
    let status = stage.start().await?;
    let session = status.session.as_str();
    serve(&stage, &status, "hello").await?;
    let started = stage.nhd.call::<ForwardStart>(to(session, None, PORT)).await?;
    ensure!(started.forward.reason == ForwardReason::Request, "{started:?}");
    let port = started.forward.local_port.context("a local port")?;
    answers(port, "hello").await?;
    for again in [to(session, None, PORT), to(session, Some(0), PORT), to(session, Some(port), PORT)] {
        let repeated = stage.nhd.call::<ForwardStart>(again).await?;
        ensure!(repeated.forward.local_port == Some(port), "{repeated:?}");
    }
    ensure!(stage.status(session).await?.forwards.len() == 1, "repeated, it is still one");
    is_told_by_an_event(&stage, port).await?;

    what_cannot_be_says_why_and_leaves_nothing(&stage, &status, port).await?;
    a_port_on_which_nothing_listens_is_named(&stage, session).await?;

    let ended = stage.nhd.call::<ForwardEnd>(ending(session, Some(port), None)).await?;
    ensure!(ended.forwards.len() == 1, "{ended:?}");
    refuses(local(port)).await?;
    let ended = stage.nhd.call::<ForwardEnd>(ending(session, Some(port), None)).await?;
    ensure!(ended.forwards.is_empty(), "{ended:?}");

    // What was started is there after a crash, what was ended is not.
    stage.laptop.kill_daemon()?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let resumed = stage.until(session, |it| it.phase == Phase::Synced && all_listen(it)).await?;
    let remotes: Vec<u16> = resumed.forwards.iter().map(|it| it.remote_port).collect();
    ensure!(remotes == [PORT + 1], "{resumed:#?}");
    refuses(local(port)).await?;
    the_command_line_does_the_same(&stage).await?;
    stage.end(session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_daemon_killed_while_it_starts_or_ends_a_forward_leaves_all_of_it_or_nothing() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "halfway", app("web")).await?;
    let status = stage.start().await?;
    let session = status.session.as_str();
    for (point, starts, expect) in [
        ("forward:before", true, 0),
        ("forward:after", true, 1),
        ("endForward:before", false, 1),
        ("endForward:after", false, 0),
    ] {
        stage.laptop.stop_daemon().await?;
        stage.laptop.set("NHD_FAULT", point);
        stage.nhd = stage.laptop.start_daemon().await?;
        let before = stage.until(session, all_listen).await?;
        let died = if starts {
            stage.nhd.call::<ForwardStart>(to(session, None, PORT)).await.is_err()
        } else {
            stage.nhd.call::<ForwardEnd>(ending(session, None, Some(PORT))).await.is_err()
        };
        ensure!(died, "{point} is not come by");
        stage.laptop.daemon_died().await?;
        stage.laptop.unset("NHD_FAULT");
        stage.nhd = stage.laptop.start_daemon().await?;
        let after = stage.until(session, |it| it.phase == Phase::Synced && all_listen(it)).await?;
        ensure!(after.forwards.len() == expect, "{point}: {after:#?}");
        for gone in before.forwards.iter().filter(|_| expect == 0).filter_map(|it| it.local_port) {
            refuses(local(gone)).await?;
        }
    }
    stage.end(session).await?;
    stage.close().await
}

fn ending(session: &str, local_port: Option<u16>, remote_port: Option<u16>) -> ForwardEndParams {
    ForwardEndParams { selector: SessionSelector::of_session(session), local_port, remote_port }
}

async fn is_told_by_an_event(stage: &Stage, port: u16) -> Result<()> {
    let snapshot = stage.nhd.call::<EventsSince>(EventsParams::default()).await?;
    let mut since = snapshot.events.first().context("a snapshot")?.cursor.clone();
    since.seq = 0;
    let events = stage
        .nhd
        .call::<EventsSince>(EventsParams { since: Some(since), ..EventsParams::default() })
        .await?
        .events;
    let told = events.iter().any(|event| match &event.body {
        EventBody::Session { status } => to_local(status, port).is_ok(),
        _ => false,
    });
    ensure!(told, "no event says that {port} is forwarded: {events:#?}");
    Ok(())
}

async fn what_cannot_be_says_why_and_leaves_nothing(
    stage: &Stage,
    status: &SessionStatus,
    ours: u16,
) -> Result<()> {
    let session = status.session.as_str();
    let (_holder, held) = taken()?;
    let own = status.forward.as_ref().context("the session's own forward")?.local_port;
    for (params, kind, said) in [
        (to(session, Some(held), PORT), ErrorKind::LocalPortTaken, held.to_string()),
        (to(session, Some(ours), PORT + 5), ErrorKind::LocalPortTaken, ours.to_string()),
        (to(session, Some(own), PORT), ErrorKind::LocalPortTaken, own.to_string()),
        (to(session, None, 0), ErrorKind::InvalidRequest, "remotePort".to_owned()),
        (to("nobody", None, PORT), ErrorKind::SessionNotFound, "nobody".to_owned()),
    ] {
        let error = stage.nhd.call::<ForwardStart>(params).await.err().context("it cannot be")?;
        let error = answered(error)?;
        ensure!(error.kind == kind && error.message.contains(&said) && error.hint.is_some(), "{error:?}");
    }
    for params in [ending(session, None, None), ending(session, Some(own), None)] {
        let error = answered(stage.nhd.call::<ForwardEnd>(params).await.err().context("it cannot be")?)?;
        ensure!(error.kind == ErrorKind::InvalidRequest && error.hint.is_some(), "{error:?}");
    }
    let after = stage.status(session).await?;
    ensure!(after.forwards.len() == 1 && after.forward.is_some(), "{after:#?}");
    Ok(())
}

async fn a_port_on_which_nothing_listens_is_named(stage: &Stage, session: &str) -> Result<()> {
    let idle = stage.nhd.call::<ForwardStart>(to(session, None, PORT + 1)).await?;
    let port = idle.forward.local_port.context("a local port")?;
    ensure!(fetch(port).await.is_err(), "something answered");
    let failed = |it: &SessionStatus| to_local(it, port).is_ok_and(|forward| forward.last_error.is_some());
    let status = stage.until(session, failed).await?;
    let error = to_local(&status, port)?.last_error.clone().unwrap_or_default();
    ensure!(error.contains(&(PORT + 1).to_string()), "{error}");
    Ok(())
}

async fn the_command_line_does_the_same(stage: &Stage) -> Result<()> {
    let cli = async |line: &str| {
        let outcome = stage.laptop.cli(&line.split_whitespace().collect::<Vec<_>>()).await?;
        ensure!(outcome.code == Some(0), "{line}: {outcome:?}");
        Ok(outcome.stdout)
    };
    let started = cli(&format!("forward start :{PORT}")).await?;
    let port = started.split([':', ' ']).nth(1).context("a port")?.parse()?;
    answers(port, "hello").await?;
    let status = cli("status").await?;
    ensure!(status.contains(&format!("port: 127.0.0.1:{port} → {PORT}\n")), "{status}");
    let list: ForwardList = serde_json::from_str(&cli("forward list deployment/web --json").await?)?;
    let reasons: Vec<ForwardReason> = list.forwards.iter().map(|it| it.forward.reason).collect();
    ensure!(reasons == [ForwardReason::Sync, ForwardReason::Request, ForwardReason::Request], "{list:#?}");
    let shown = cli("forward list").await?;
    ensure!(shown.lines().count() >= 4 && shown.contains("sync") && shown.contains("asked for"), "{shown}");
    let ended = cli(&format!("forward end :{PORT}")).await?;
    ensure!(ended == format!("ended 127.0.0.1:{port} → {PORT} of deployment/web\n"), "{ended}");
    refuses(local(port)).await?;
    ensure!(
        stage.nhd.call::<Forwards>(SessionSelector::default()).await?.forwards.len() == 2,
        "two are left"
    );
    Ok(())
}
