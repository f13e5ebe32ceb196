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
    let (idle, own_idle) = (resident(daemon)?, own(daemon)?);
    let status = stage.start().await?;
    tokio::time::sleep(SETTLE).await;
    let busy = resident(daemon)?;
    let mut helpers = 0.0;
    for process in stage.laptop.processes()? {
        let pid = process.split(' ').next().context("a pid")?;
        helpers += resident(pid.parse()?)?;
    }
    stage.end(&status.session).await?;
    tokio::time::sleep(SETTLE).await;
    let (after, own_after) = (resident(daemon)?, own(daemon)?);
    stage.close().await?;
    let megabytes = |number: f64| format!("{} MB", digits(number));
    Ok(vec![
        Figure::new("daemon idle, resident", megabytes(idle)).aiming("≤ 20 MB", idle <= 20.0),
        Figure::new("  of which its own", megabytes(own_idle)),
        Figure::new("daemon with one session, resident", megabytes(busy)),
        Figure::new("  with its syncthing", megabytes(busy + helpers)),
        Figure::new("daemon idle again, resident", megabytes(after)),
        Figure::new("  of which its own", megabytes(own_after)),
    ])
}

/// The resident memory of a process in megabytes. Most of it is the program's own file, as far as it has run: pages that the kernel
/// takes back when it wants to.
pub(super) fn resident(pid: u32) -> Result<f64> {
    megabytes_of(pid, "VmRSS:")
}

/// Without what is only read from files.
pub(super) fn own(pid: u32) -> Result<f64> {
    megabytes_of(pid, "RssAnon:")
}

fn megabytes_of(pid: u32, member: &'static str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(member)).context(member)?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}
