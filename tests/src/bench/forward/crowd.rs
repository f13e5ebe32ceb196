//! A thousand connections through one forward, kept open; it does not know whose forward it is.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::figures::{Figure, digits};
use super::super::memory::resident;

/// Where the pod says back what it hears.
pub(super) const PORT: u16 = 8101;
const CONNECTIONS: usize = 1000;
/// Whoever listens in the pod has a short queue.
const AT_ONCE: usize = 8;
const LIMIT: Duration = Duration::from_secs(120);

/// A forward to [`PORT`], and the process that it is in.
pub(super) struct Forwarder {
    pub(super) port: u16,
    pub(super) pid: u32,
}

struct Crowd {
    opened: Duration,
    exchanged: Duration,
    megabytes: f64,
}

pub(super) fn serve() -> String {
    format!("nc -ll -p {PORT} -e cat </dev/null >/dev/null 2>&1 &")
}

pub(super) async fn measure(own: &Forwarder, kubectl: Option<&Forwarder>) -> Result<Vec<Figure>> {
    let own = gather(own).await.context("through nhd")?;
    let kubectl = match kubectl {
        Some(kubectl) => Some(gather(kubectl).await.context("through kubectl")?),
        None => None,
    };
    let beside = |what, value: fn(&Crowd) -> f64, unit: &str| {
        let shown = |crowd: &Crowd| format!("{} {unit}", digits(value(crowd)));
        let figure = Figure::new(what, shown(&own));
        match &kubectl {
            Some(peer) => figure.beside(format!("kubectl {}", shown(peer)), value(&own) / value(peer)),
            None => figure,
        }
    };
    Ok(vec![
        beside("1,000 connections, opened 8 at a time", |it| it.opened.as_secs_f64(), "s"),
        beside("  then 1 KiB there and back by each at once", |it| it.exchanged.as_secs_f64(), "s"),
        beside("  resident with them more than before", |it| it.megabytes, "MB"),
    ])
}

async fn gather(forwarder: &Forwarder) -> Result<Crowd> {
    let before = resident(forwarder.pid)?;
    let began = Instant::now();
    let opening = stream::iter(0..CONNECTIONS)
        .map(|_| async {
            let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, forwarder.port)).await?;
            exchange(&mut connection, b"!").await?;
            anyhow::Ok(connection)
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>();
    let mut crowd = tokio::time::timeout(LIMIT, opening).await.context("not all are open in time")??;
    let opened = began.elapsed();
    let began = Instant::now();
    let all = try_join_all(crowd.iter_mut().map(|connection| exchange(connection, &[7; 1024])));
    tokio::time::timeout(LIMIT, all).await.context("not all are answered in time")??;
    let exchanged = began.elapsed();
    let megabytes = resident(forwarder.pid)? - before;
    Ok(Crowd { opened, exchanged, megabytes })
}

async fn exchange(connection: &mut TcpStream, bytes: &[u8]) -> Result<()> {
    connection.write_all(bytes).await?;
    let mut echo = vec![0; bytes.len()];
    connection.read_exact(&mut echo).await?;
    ensure!(echo == bytes, "a connection got other bytes");
    Ok(())
}
