//! Fifty sessions on one daemon, all of them real, and a source of 100,000 files.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use nhd_protocol::methods::List;
use nhd_protocol::session::{SessionSelector, StartParams};

use super::figures::{Figure, Samples, digits};
use super::memory::{Look, helpers, resident};
use super::{save, trees};
use crate::shared::SharedCluster;
use crate::stage::{Stage, pod_of};
use crate::workload::{Workload, app};

const SESSIONS: usize = 50;
/// So many start or end beside each other: the node has other things to do.
const AT_ONCE: usize = 4;
const CALLS: usize = 1000;
/// Until what was needed only to begin has been given back.
const SETTLE: Duration = Duration::from_secs(10);
/// As long as the quiet looks of a session are apart, twice.
const REST: Duration = Duration::from_secs(60);
/// The kernel counts the time of a process in hundredths of a second, whatever its own clock is.
const TICKS_A_SECOND: f64 = 100.0;

pub async fn sessions(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-scale", app("bench-0")).await?;
    for number in 1..SESSIONS {
        Workload::create(&stage.client, stage.namespace.name(), app(&format!("bench-{number}"))).await?;
    }
    let daemon = stage.laptop.daemon_pid().context("a daemon")?;
    // The first session brings in what all others share.
    let first = start(&stage, 0).await?;
    stage.laptop.end(&stage.nhd, &first).await?;
    tokio::time::sleep(SETTLE).await;
    let before = Look::at(daemon)?;
    let sessions: Vec<String> = stream::iter(0..SESSIONS)
        .map(|number| start(&stage, number))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    tokio::time::sleep(SETTLE).await;
    let with = Look::at(daemon)?;
    let theirs = helpers(&stage)?;
    let syncthings: f64 = theirs.iter().map(|&pid| resident(pid)).sum::<Result<_>>()?;
    let (ours, peers) = at_rest(daemon, &theirs).await?;
    let watches = watches(daemon)?;
    let (statuses, lists) = calls(&stage, &sessions).await?;
    stream::iter(&sessions)
        .map(|session| stage.laptop.end(&stage.nhd, session))
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    tokio::time::sleep(SETTLE).await;
    let after = Look::at(daemon)?;
    stage.close().await?;
    let each = (with.own - before.own) / SESSIONS as f64;
    let syncthing = syncthings / SESSIONS as f64;
    let percent = |share: f64| format!("{} % of a core", digits(share * 100.0));
    Ok(vec![
        Figure::new("50 sessions, the daemon's own for each", format!("{} MB", digits(each)))
            .beside(format!("its syncthing {} MB", digits(syncthing)), each / syncthing)
            .aiming("≤ 1 MB", each <= 1.0),
        Figure::new("  resident", format!("{} MB", digits(with.resident))),
        Figure::new("  at rest for a minute", percent(ours))
            .beside(format!("their syncthings {}", percent(peers)), ours / peers)
            .aiming("≤ 0.5 %", ours <= 0.005),
        Figure::new("  watched folders", watches.to_string()),
        Figure::new("  session.status, p99 of 1,000", format!("{} ms", digits(statuses.percentile(99)))),
        Figure::new("  session.list of all, p99 of 1,000", format!("{} ms", digits(lists.percentile(99)))),
        Figure::new("after the last end, the daemon's own", format!("{} MB", digits(after.own)))
            .beside(format!("before {} MB", digits(before.own)), after.own / before.own),
    ])
}

/// Starts a session from a folder of its own, and answers with its id.
async fn start(stage: &Stage, number: usize) -> Result<String> {
    let source = stage.laptop.source().with_file_name(format!("source-{number}"));
    std::fs::create_dir_all(&source)?;
    std::fs::write(source.join("first.txt"), "first")?;
    let name = format!("bench-{number}");
    let params = StartParams {
        source: source.display().to_string(),
        ..stage.laptop.start_params(stage.namespace.name(), &name)
    };
    let status = stage.laptop.start_synced(&stage.nhd, params).await;
    Ok(status.with_context(|| format!("start {name}"))?.session)
}

/// The share of a core that the daemon and its syncthings take while nothing happens.
async fn at_rest(daemon: u32, syncthings: &[u32]) -> Result<(f64, f64)> {
    let together = || syncthings.iter().map(|&pid| processor_time(pid)).sum::<Result<f64>>();
    let before = (processor_time(daemon)?, together()?);
    let began = Instant::now();
    tokio::time::sleep(REST).await;
    let (after, took) = ((processor_time(daemon)?, together()?), began.elapsed().as_secs_f64());
    Ok(((after.0 - before.0) / took, (after.1 - before.1) / took))
}

/// The seconds of a processor that a process has taken.
fn processor_time(pid: u32) -> Result<f64> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name of the program, in brackets, may have spaces; user and system time are the 14th and 15th.
    let (_, rest) = line.rsplit_once(')').context("a name in brackets")?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS_A_SECOND)
}

/// How many folders a process watches with inotify.
fn watches(pid: u32) -> Result<usize> {
    let mut count = 0;
    for descriptor in std::fs::read_dir(format!("/proc/{pid}/fdinfo"))? {
        // One may be closed meanwhile.
        let text = std::fs::read_to_string(descriptor?.path()).unwrap_or_default();
        count += text.lines().filter(|line| line.starts_with("inotify ")).count();
    }
    Ok(count)
}

async fn calls(stage: &Stage, sessions: &[String]) -> Result<(Samples, Samples)> {
    let (mut statuses, mut lists) = (Samples::default(), Samples::default());
    for session in sessions.iter().cycle().take(CALLS) {
        let began = Instant::now();
        stage.status(session).await?;
        statuses.add(began.elapsed());
        let began = Instant::now();
        stage.nhd.call::<List>(SessionSelector::default()).await?;
        lists.add(began.elapsed());
    }
    Ok((statuses, lists))
}

pub async fn files(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-files", app("bench")).await?;
    trees::MANY_FILES.make(&stage.laptop.source())?;
    let daemon = stage.laptop.daemon_pid().context("a daemon")?;
    let before = Look::at(daemon)?;
    let status = stage.start().await?;
    let first = trees::first_sync_took(&stage, &status.session).await?;
    let tar = trees::tar_into(&stage, pod_of(&status)?).await?;
    let saves = save::apart(cluster, &stage, &status).await?;
    let with = Look::at(daemon)?;
    let syncthing = resident(*helpers(&stage)?.first().context("a syncthing")?)?;
    stage.end(&status.session).await?;
    stage.close().await?;
    let seconds = |took: Duration| format!("{} s", digits(took.as_secs_f64()));
    Ok(vec![
        Figure::new(trees::MANY_FILES.what, seconds(first))
            .beside(format!("tar through exec {}", seconds(tar)), first.as_secs_f64() / tar.as_secs_f64()),
        Figure::new("  a save among them → remote, p50", saves.spread("ms")),
        Figure::new("  the daemon's own for them", format!("{} MB", digits(with.own - before.own)))
            .beside(format!("syncthing {} MB", digits(syncthing)), (with.own - before.own) / syncthing),
    ])
}
