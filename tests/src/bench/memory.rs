//! What the daemon keeps in memory.

use std::time::Duration;

use anyhow::{Context, Result};

use super::figures::{Figure, digits};
use crate::shared::SharedCluster;
use crate::stage::Stage;
use crate::workload::app;

/// Until what was needed only to begin has been given back.
const SETTLE: Duration = Duration::from_secs(3);

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-memory", app("bench")).await?;
    let daemon = stage.laptop.daemon_pid().context("a daemon")?;
    tokio::time::sleep(SETTLE).await;
    let idle = Look::at(daemon)?;
    let status = stage.start().await?;
    tokio::time::sleep(SETTLE).await;
    let busy = resident(daemon)?;
    let helpers: f64 = helpers(&stage)?.into_iter().map(resident).sum::<Result<_>>()?;
    stage.end(&status.session).await?;
    tokio::time::sleep(SETTLE).await;
    let after = Look::at(daemon)?;
    stage.close().await?;
    let megabytes = |number: f64| format!("{} MB", digits(number));
    Ok(vec![
        Figure::new("daemon idle, resident", megabytes(idle.resident))
            .aiming("≤ 20 MB", idle.resident <= 20.0),
        Figure::new("  of which its own", megabytes(idle.own)),
        Figure::new("daemon with one session, resident", megabytes(busy)),
        Figure::new("  with its syncthing", megabytes(busy + helpers)),
        Figure::new("daemon idle again, resident", megabytes(after.resident)),
        Figure::new("  of which its own", megabytes(after.own)),
    ])
}

/// What a process takes at one moment, in megabytes.
pub(super) struct Look {
    pub(super) resident: f64,
    /// Without what is only read from files.
    pub(super) own: f64,
}

impl Look {
    pub(super) fn at(pid: u32) -> Result<Self> {
        Ok(Self { resident: resident(pid)?, own: megabytes_of(pid, "RssAnon:")? })
    }
}

/// The processes that the daemon has started.
pub(super) fn helpers(stage: &Stage) -> Result<Vec<u32>> {
    let processes = stage.laptop.processes()?;
    let pids = processes.iter().map(|process| process.split(' ').next().context("a pid"));
    pids.map(|pid| Ok(pid?.parse()?)).collect()
}

/// The resident memory of a process in megabytes. Most of it is the program's own file, as far as it has run: pages that the kernel
/// takes back when it wants to.
pub(super) fn resident(pid: u32) -> Result<f64> {
    megabytes_of(pid, "VmRSS:")
}

fn megabytes_of(pid: u32, member: &'static str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(member)).context(member)?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}
