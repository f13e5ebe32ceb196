//! Many connections through one forward on a real pod: each has its own bytes, its own pace and its own end, whichever
//! way the API server offers.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures::future::try_join_all;
use kube::api::DeleteParams;
use nhd_protocol::forward::ForwardStartParams;
use nhd_protocol::methods::ForwardStart;
use nhd_protocol::session::{Phase, SessionSelector, SessionStatus, StartParams};
use nhd_tests::faulty_api::FaultyApi;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::app;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::shared_cluster;

/// Says back what it hears.
const ECHO: u16 = 8101;
/// Says something for ever, and hears nothing.
const FLOOD: u16 = 8102;
/// Answers a line after three seconds, which is longer than a container runtime leaves to a connection that was ended.
const SLOW: u16 = 8103;
/// Answers only after the end of what it hears.
const COUNT: u16 = 8104;
const CLOSED: u16 = 8105;

const CONNECTIONS: usize = 250;
const LIMIT: Duration = Duration::from_secs(60);

/// Whoever listens has a short queue, and nobody is to be turned away from it.
const AT_ONCE: usize = 10;

async fn serve(stage: &Stage, status: &SessionStatus) -> Result<()> {
    let programs = [
        (ECHO, "exec cat"),
        (FLOOD, "exec yes"),
        (SLOW, "read line; sleep 3; echo answer to $line"),
        (COUNT, "exec wc -c"),
    ];
    let mut script = String::new();
    for (port, program) in programs {
        script += &format!(
            "printf '#!/bin/sh\\n{program}\\n' >/tmp/{port}; chmod +x /tmp/{port}; \
             nc -ll -p {port} -e /tmp/{port} </dev/null >/dev/null 2>&1 & "
        );
    }
    stage.workload.exec(pod_of(status)?, &script).await?;
    Ok(())
}

async fn forward(stage: &Stage, status: &SessionStatus, remote_port: u16) -> Result<u16> {
    let selector = SessionSelector::of_session(&status.session);
    let params = ForwardStartParams { selector, remote_port, local_port: None };
    stage.nhd.call::<ForwardStart>(params).await?.forward.local_port.context("a local port")
}

/// A connection through which something has gone there and back.
async fn connected(port: u16) -> Result<TcpStream> {
    let connecting = async {
        loop {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
            let mut echo = [0];
            // What listens in the pod has only just been started.
            if stream.write_all(b"!").await.is_ok() && matches!(stream.read(&mut echo).await, Ok(1)) {
                return anyhow::Ok(stream);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LIMIT, connecting).await.context("no connection in time")?
}

/// Bytes that no other connection has.
fn own_bytes(number: usize) -> Vec<u8> {
    (0..40_000u32).flat_map(|at| (at * 7919 + number as u32).to_le_bytes()).collect()
}

async fn echoes(stream: &mut TcpStream, number: usize) -> Result<()> {
    let bytes = own_bytes(number);
    let (mut reader, mut writer) = stream.split();
    let mut echo = vec![0; bytes.len()];
    let exchange = async { tokio::try_join!(writer.write_all(&bytes), reader.read_exact(&mut echo)) };
    tokio::time::timeout(LIMIT, exchange)
        .await
        .with_context(|| format!("connection {number} is stuck"))??;
    ensure!(echo == bytes, "connection {number} got other bytes");
    Ok(())
}

#[tokio::test]
async fn each_of_many_connections_has_its_own_bytes_and_one_that_fails_or_stalls_touches_no_other()
-> Result<()> {
    let stage = Stage::set(shared_cluster().await, "tunnels", app("web")).await?;
    let status = stage.start().await?;
    serve(&stage, &status).await?;
    let echo = forward(&stage, &status, ECHO).await?;
    let mut open = Vec::new();
    while open.len() < CONNECTIONS {
        open.extend(try_join_all((0..AT_ONCE).map(|_| connected(echo))).await?);
    }
    let exchange = async |open: &mut Vec<TcpStream>| {
        try_join_all(open.iter_mut().enumerate().map(|(number, stream)| echoes(stream, number))).await
    };
    exchange(&mut open).await.context("all at once")?;

    let stalled = stalls(&stage, &status).await?;
    is_closed(&stage, &status).await?;
    exchange(&mut open).await.context("beside one that stalls and one that failed")?;
    is_where_it_was(stalled).await?;

    // The programs in the pod are ended with it, and so their connections are, well or badly, but all of them.
    let pod = pod_of(&status)?;
    stage.workload.pods().delete(pod, &DeleteParams::default().grace_period(1)).await?;
    let another = |it: &SessionStatus| it.phase == Phase::Synced && pod_of(it).is_ok_and(|new| new != pod);
    let status = stage.until(&status.session, another).await?;
    for stream in &mut open {
        let end = tokio::time::timeout(LIMIT, stream.read(&mut [0; 1])).await.context("it never ends")?;
        ensure!(!matches!(end, Ok(1)), "nobody has said anything");
    }
    serve(&stage, &status).await?;
    echoes(&mut connected(echo).await?, 1).await?;
    stage.end(&status.session).await?;
    stage.close().await
}

/// Opens a connection to what never stops to talk, and does not read it.
async fn stalls(stage: &Stage, status: &SessionStatus) -> Result<TcpStream> {
    let port = forward(stage, status, FLOOD).await?;
    let stream = connected_to_flood(port).await?;
    let daemon = stage.laptop.daemon_pid().context("a daemon")?;
    let before = resident(daemon)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let grown = resident(daemon)?.saturating_sub(before);
    ensure!(grown < 32 << 10, "the daemon has {grown} KiB more");
    Ok(stream)
}

async fn connected_to_flood(port: u16) -> Result<TcpStream> {
    let connecting = async {
        loop {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
            if matches!(stream.read(&mut [0; 2]).await, Ok(2)) {
                return anyhow::Ok(stream);
            }
        }
    };
    tokio::time::timeout(LIMIT, connecting).await.context("no flood in time")?
}

/// What it had not read is still there, without a gap.
async fn is_where_it_was(mut stalled: TcpStream) -> Result<()> {
    let mut bytes = vec![0; 16 << 20];
    tokio::time::timeout(LIMIT, stalled.read_exact(&mut bytes)).await.context("it is stuck")??;
    let whole = bytes.chunks(2).all(|line| line == b"y\n");
    ensure!(whole, "bytes are missing");
    Ok(())
}

/// Resident memory in KiB.
fn resident(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

async fn is_closed(stage: &Stage, status: &SessionStatus) -> Result<()> {
    let port = forward(stage, status, CLOSED).await?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(b"anybody?").await?;
    let end = tokio::time::timeout(LIMIT, stream.read(&mut [0; 1])).await.context("it never ends")?;
    ensure!(end.is_err(), "nothing listens, and yet it ends well: {end:?}");
    let told = |it: &SessionStatus| {
        let forward = it.forwards.iter().find(|forward| forward.remote_port == CLOSED);
        let error = forward.and_then(|forward| forward.last_error.as_ref());
        error.is_some_and(|error| error.contains(&CLOSED.to_string()) && error.contains("refused"))
    };
    stage.until(&status.session, told).await?;
    Ok(())
}

/// Sends, says that it has finished, and reads to the end.
async fn half_closed(port: u16, question: &[u8]) -> Result<std::io::Result<String>> {
    let asking = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(question).await?;
        stream.shutdown().await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.map(|_| answer)
    };
    tokio::time::timeout(LIMIT, asking).await.context("no end in time")
}

/// That is how far it goes with containerd and CRI-O, which never end one direction of a connection alone: they cut both
/// a second after a client's end, before which the program in the pod hears of none.
#[tokio::test]
async fn whoever_has_finished_sending_gets_a_slow_answer_and_none_is_never_taken_for_an_empty_one()
-> Result<()> {
    let stage = Stage::set(shared_cluster().await, "halfclose", app("web")).await?;
    let status = stage.start().await?;
    serve(&stage, &status).await?;
    let ports = [SLOW, COUNT, ECHO];
    let [slow, count, echo] = try_join_all(ports.map(|port| forward(&stage, &status, port))).await?[..]
    else {
        bail!("three forwards");
    };
    connected(echo).await?;
    let (slow, counted) = tokio::try_join!(half_closed(slow, b"this\n"), half_closed(count, b"four"))?;
    ensure!(slow.as_deref().ok() == Some("answer to this\n"), "{slow:?}");
    match counted {
        Ok(answer) => ensure!(answer.trim() == "4", "{answer:?} is not the answer"),
        Err(error) => ensure!(error.kind() == std::io::ErrorKind::ConnectionReset, "{error}"),
    }
    stage.end(&status.session).await?;
    stage.close().await
}

const SPDY_IN_WEBSOCKET: &str = "SPDY/3.1+portforward.k8s.io";
const SPDY: &str = "SPDY/3.1";
const WEBSOCKET: &str = "v4.channel.k8s.io";

/// Whatever the API server does not know, connections go their way without being lost, and what it does not know is
/// not asked for again once a way was found. Until a kubelet has noticed that the pod runs, none is.
async fn finds_its_way(unknown: &'static [&'static str], found: &str) -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "ways", app("web")).await?;
    let api = FaultyApi::without(stage.client.clone(), unknown).await?;
    let kubeconfig = Some(api.kubeconfig().display().to_string());
    let params = StartParams { kubeconfig, ..stage.params() };
    let status = stage.laptop.start_synced(&stage.nhd, params).await.context("start")?;
    ensure!(status.forward.as_ref().is_some_and(|it| it.last_error.is_none()), "{status:#?}");
    let when_found = api.upgrades();
    serve(&stage, &status).await?;
    let echo = forward(&stage, &status, ECHO).await?;
    let mut open = try_join_all((0..AT_ONCE).map(|_| connected(echo))).await?;
    try_join_all(open.iter_mut().enumerate().map(|(number, stream)| echoes(stream, number))).await?;
    is_closed(&stage, &status).await?;
    let upgrades = api.upgrades();
    for refused in unknown {
        let times = |all: &[String]| all.iter().filter(|it| it == refused).count();
        ensure!(times(&when_found) > 0, "{refused} was not tried: {upgrades:?}");
        ensure!(times(&upgrades) == times(&when_found), "{refused} was tried again: {upgrades:?}");
    }
    ensure!(upgrades.iter().any(|it| it == found), "{upgrades:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn the_newest_way_is_taken_where_there_is_one() -> Result<()> {
    finds_its_way(&[], SPDY_IN_WEBSOCKET).await
}

#[tokio::test]
async fn a_server_without_tunnels_in_websockets_is_reached_by_spdy() -> Result<()> {
    finds_its_way(&[SPDY_IN_WEBSOCKET], SPDY).await
}

#[tokio::test]
async fn a_server_without_tunnels_is_reached_by_a_websocket_for_each_connection() -> Result<()> {
    finds_its_way(&[SPDY_IN_WEBSOCKET, SPDY], WEBSOCKET).await
}
