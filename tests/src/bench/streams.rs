//! Terminals, commands and logs beside `kubectl exec` and `kubectl logs`, what a flood does to a call, and what 20
//! terminals take.

use std::io::{Read as _, Write as _};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nhd_client::stream::{StreamEvent, StreamInput, StreamOutput, open};
use nhd_protocol::methods::{ExecStart, LogFollow, TerminalOpen};
use nhd_protocol::stream::{
    ExecStartParams, LogFollowParams, StreamTarget, StreamTicket, TerminalOpenParams,
};

use super::figures::{Figure, Samples, digits};
use super::memory::resident;
use crate::process::{on_path, start_piped};
use crate::shared::SharedCluster;
use crate::stage::{Stage, pod_of};
use crate::workload::app;

const TRIPS: usize = 300;
const CALLS: usize = 1000;
const FLOOD: usize = 200_000_000;
/// Whole lines of 41 bytes. With what the container runtime adds to each it must not come to 10 MiB, where the kubelet
/// rotates it.
const LOG: usize = 73_000 * 41;
const TERMINALS: usize = 20;
const SETTLE: Duration = Duration::from_secs(3);

/// One command with pipes, by nhd or by kubectl.
enum Peer {
    Nhd(StreamInput, StreamOutput),
    Kubectl(Child),
}

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let kubectl = on_path("kubectl").context("kubectl is not on the PATH")?;
    let stage = Stage::set(cluster, "bench-streams", app("bench")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?.to_owned();
    let bench = Bench { stage: &stage, session: status.session.clone(), pod, kubectl, cluster };
    let mut figures = bench.exec().await?;
    figures.extend(bench.logs().await?);
    figures.extend(bench.calls().await?);
    figures.push(bench.memory().await?);
    stage.end(&status.session).await?;
    stage.close().await?;
    Ok(figures)
}

struct Bench<'a> {
    stage: &'a Stage,
    session: String,
    pod: String,
    kubectl: std::path::PathBuf,
    cluster: &'a SharedCluster,
}

impl Bench<'_> {
    async fn exec(&self) -> Result<Vec<Figure>> {
        let (mut ours, mut theirs) = (self.nhd(&["cat"]).await?, self.exec_by_kubectl(&["cat"])?);
        let (mut nhd, mut kubectl) = (Samples::default(), Samples::default());
        for _ in 0..TRIPS {
            nhd.add(ours.round_trip().await?);
            kubectl.add(theirs.round_trip().await?);
        }
        drop((ours, theirs));
        let size = FLOOD.to_string();
        let flood = ["head", "-c", &size, "/dev/zero"];
        let ours = self.nhd(&flood).await?.megabytes_a_second(FLOOD).await?;
        let theirs = self.exec_by_kubectl(&flood)?.megabytes_a_second(FLOOD).await?;
        Ok(vec![
            Figure::new("exec, a byte there and back, p50", nhd.spread("ms"))
                .beside(format!("kubectl exec {}", kubectl.spread("ms")), nhd.median() / kubectl.median()),
            Figure::new("exec, a flood", format!("{} MB/s", digits(ours)))
                .beside(format!("kubectl exec {} MB/s", digits(theirs)), ours / theirs),
        ])
    }

    /// What the dev container writes to its log is read by both.
    async fn logs(&self) -> Result<Vec<Figure>> {
        let script = format!("yes 0123456789012345678901234567890123456789 | head -c {LOG} > /proc/1/fd/1");
        self.stage.workload.exec(&self.pod, &script).await?;
        let params = LogFollowParams { target: self.target(), once: true, ..LogFollowParams::default() };
        let ticket = self.stage.nhd.call::<LogFollow>(params).await?;
        let ours = self.attached(&ticket).await?.megabytes_a_second(LOG).await?;
        let theirs = self.by_kubectl(&["logs", &self.pod, "-c", "nocalhost-dev"])?;
        let theirs = theirs.megabytes_a_second(LOG).await?;
        Ok(vec![
            Figure::new("a log, read once", format!("{} MB/s", digits(ours)))
                .beside(format!("kubectl logs {} MB/s", digits(theirs)), ours / theirs),
        ])
    }

    /// Calls alone, and while four floods are read as fast as they come.
    async fn calls(&self) -> Result<Vec<Figure>> {
        let alone = self.ask().await?;
        let mut readers = Vec::new();
        for _ in 0..4 {
            let mut flood = self.nhd(&["yes"]).await?;
            readers.push(tokio::spawn(async move {
                if let Peer::Nhd(_, output) = &mut flood {
                    while let Ok(Some(_)) = output.next().await {}
                }
            }));
        }
        tokio::time::sleep(SETTLE).await;
        let beside = self.ask().await?;
        readers.iter().for_each(tokio::task::JoinHandle::abort);
        Ok(vec![
            Figure::new(
                "session.status while 4 floods are read, p99",
                format!("{} ms", digits(beside.percentile(99))),
            )
            .beside(
                format!("alone {} ms", digits(alone.percentile(99))),
                beside.percentile(99) / alone.percentile(99),
            ),
            Figure::new("  p50", format!("{} ms", digits(beside.median())))
                .beside(format!("alone {} ms", digits(alone.median())), beside.median() / alone.median()),
        ])
    }

    async fn ask(&self) -> Result<Samples> {
        let mut calls = Samples::default();
        for _ in 0..CALLS {
            let began = Instant::now();
            self.stage.status(&self.session).await?;
            calls.add(began.elapsed());
        }
        Ok(calls)
    }

    async fn memory(&self) -> Result<Figure> {
        tokio::time::sleep(SETTLE).await;
        let daemon = self.stage.laptop.daemon_pid().context("a daemon")?;
        let before = resident(daemon)?;
        let mut open = Vec::new();
        for _ in 0..TERMINALS {
            let params = TerminalOpenParams { target: self.target(), ..TerminalOpenParams::default() };
            let ticket = self.stage.nhd.call::<TerminalOpen>(params).await?;
            open.push(self.attached(&ticket).await?);
        }
        tokio::time::sleep(SETTLE).await;
        let after = resident(daemon)?;
        let each = (after - before) / TERMINALS as f64;
        let value = format!("{} MB", digits(after - before));
        Ok(Figure::new("20 terminals, resident", format!("{value}, {} MB each", digits(each))))
    }

    fn target(&self) -> StreamTarget {
        StreamTarget { session: Some(self.session.clone()), ..StreamTarget::default() }
    }

    async fn nhd(&self, command: &[&str]) -> Result<Peer> {
        let command = command.iter().map(|&word| word.to_owned()).collect();
        let params = ExecStartParams { target: self.target(), command, stdin: true, ..Default::default() };
        self.attached(&self.stage.nhd.call::<ExecStart>(params).await?).await
    }

    async fn attached(&self, ticket: &StreamTicket) -> Result<Peer> {
        let (input, output) = open(&self.stage.laptop.paths(), ticket).await?;
        Ok(Peer::Nhd(input, output))
    }

    fn exec_by_kubectl(&self, command: &[&str]) -> Result<Peer> {
        let words = ["exec", "-i", &self.pod, "-c", "nocalhost-dev", "--"];
        self.by_kubectl(&words.into_iter().chain(command.iter().copied()).collect::<Vec<_>>())
    }

    fn by_kubectl(&self, words: &[&str]) -> Result<Peer> {
        let kubeconfig = self.cluster.kubeconfig().display().to_string();
        let place = ["--kubeconfig", &kubeconfig, "-n", self.stage.namespace.name()];
        let words: Vec<String> = place.iter().chain(words).map(|&word| word.to_owned()).collect();
        Ok(Peer::Kubectl(start_piped(&self.kubectl, &words, &[].into(), std::path::Path::new("/"))?))
    }
}

impl Peer {
    async fn round_trip(&mut self) -> Result<Duration> {
        let began = Instant::now();
        match self {
            Self::Nhd(input, output) => {
                input.write(b"x").await?;
                loop {
                    match output.next().await?.context("it goes on")? {
                        StreamEvent::Stdout(_) => break,
                        StreamEvent::End(end) => bail!("it ended: {end:?}"),
                        _ => {}
                    }
                }
            }
            Self::Kubectl(child) => {
                child.stdin.as_mut().context("a pipe")?.write_all(b"x")?;
                child.stdout.as_mut().context("a pipe")?.read_exact(&mut [0])?;
            }
        }
        Ok(began.elapsed())
    }

    /// Reads to the end, and counts from the first byte on.
    async fn megabytes_a_second(mut self, least: usize) -> Result<f64> {
        let (mut total, mut began) = (0, None);
        match &mut self {
            Self::Nhd(_, output) => loop {
                match output.next().await?.context("it goes on")? {
                    StreamEvent::Stdout(bytes) => {
                        began.get_or_insert_with(Instant::now);
                        total += bytes.len();
                    }
                    StreamEvent::End(_) => break,
                    _ => {}
                }
            },
            Self::Kubectl(child) => {
                let mut stdout = child.stdout.take().context("a pipe")?;
                (total, began) = tokio::task::spawn_blocking(move || {
                    let (mut total, mut began, mut chunk) = (0, None, vec![0; 64 << 10]);
                    while let Ok(length @ 1..) = stdout.read(&mut chunk) {
                        began.get_or_insert_with(Instant::now);
                        total += length;
                    }
                    (total, began)
                })
                .await?;
            }
        }
        ensure!(total >= least, "only {total} bytes came");
        let took = began.context("something came")?.elapsed();
        Ok(total as f64 / 1e6 / took.as_secs_f64())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Self::Kubectl(child) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
