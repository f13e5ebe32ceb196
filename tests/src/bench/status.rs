//! What asking for a session's status costs, over a connection and by a process for each.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net;
use std::time::Instant;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::figures::{Figure, Samples, digits};
use crate::shared::SharedCluster;
use crate::stage::Stage;
use crate::workload::app;

const CALLS: usize = 1000;
const PROCESSES: usize = 20;
/// As many bytes as a status has.
const ANSWER: usize = 1024;

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-status", app("bench")).await?;
    let session = stage.start().await?.session;
    let calls = by_connection(&stage, &session).await?;
    let processes = by_process(&stage).await?;
    let floor = by_bare_socket().await?;
    stage.end(&session).await?;
    stage.close().await?;
    let median = calls.median();
    Ok(vec![
        Figure::new("session.status, p50 of 1,000", calls.spread("ms"))
            .beside(format!("nhd-cli status --json {}", processes.spread("ms")), median / processes.median())
            .aiming("≤ 0.2 ms", median <= 0.2),
        Figure::new("  beside a bare Unix socket", calls.spread("ms"))
            .beside(format!("a byte there, 1 KiB back {}", floor.spread("ms")), median / floor.median()),
        Figure::new("session.status, p95 of 1,000", format!("{} ms", digits(calls.percentile(95)))),
    ])
}

/// Asks again and again over one connection.
pub async fn by_connection(stage: &Stage, session: &str) -> Result<Samples> {
    let mut calls = Samples::default();
    for _ in 0..CALLS {
        let began = Instant::now();
        stage.status(session).await?;
        calls.add(began.elapsed());
    }
    Ok(calls)
}

/// Asks again and again with a process for each time.
pub async fn by_process(stage: &Stage) -> Result<Samples> {
    let mut processes = Samples::default();
    for _ in 0..PROCESSES {
        let began = Instant::now();
        let outcome = stage.laptop.cli(&["status", "--json"]).await?;
        processes.add(began.elapsed());
        ensure!(outcome.code == Some(0), "{outcome:?}");
    }
    Ok(processes)
}

/// What a question and an answer cost between two threads that have nothing but a socket between them.
async fn by_bare_socket() -> Result<Samples> {
    let (here, there) = net::UnixStream::pair()?;
    here.set_nonblocking(true)?;
    let mut here = UnixStream::from_std(here)?;
    std::thread::spawn(move || answer(there));
    let mut calls = Samples::default();
    let mut reply = [0; ANSWER];
    for _ in 0..CALLS {
        let began = Instant::now();
        here.write_all(&[1]).await?;
        here.read_exact(&mut reply).await?;
        calls.add(began.elapsed());
    }
    Ok(calls)
}

/// Answers each byte until the other end is closed.
fn answer(mut socket: net::UnixStream) -> io::Result<()> {
    let mut question = [0];
    loop {
        socket.read_exact(&mut question)?;
        socket.write_all(&[1; ANSWER])?;
    }
}
