//! How long a saved file takes to be complete in the pod, seen on the node itself.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nhd_protocol::session::SessionStatus;
use rand::Rng as _;

use super::figures::{Figure, Samples, digits};
use crate::shared::SharedCluster;
use crate::stage::{Stage, pod_of};
use crate::workload::app;

/// Half of them by write and rename, as editors do, half in place.
const SAVES: usize = 100;
/// Syncthing rests for 250 ms after each update that it has sent, to gather what comes next: a save by itself does not
/// meet that rest, one of a rapid succession is brought by the courier.
const PAUSE: Pause = Duration::from_millis(300)..Duration::from_millis(400);
const SHORT_PAUSE: Pause = Duration::from_millis(50)..Duration::from_millis(150);
const LOOK_EVERY: Duration = Duration::from_micros(200);
const LIMIT: Duration = Duration::from_secs(10);

type Pause = std::ops::Range<Duration>;

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-save", app("bench")).await?;
    let status = stage.start().await?;
    let (local, remote) = (stage.laptop.source(), volume(cluster, &stage, &status).await?);
    let saving = tokio::task::spawn_blocking(move || {
        anyhow::Ok((saves(&local, &remote, PAUSE, 1000)?, saves(&local, &remote, SHORT_PAUSE, 2000)?))
    });
    let ((all, renamed, written), (rapid, ..)) = saving.await??;
    stage.end(&status.session).await?;
    stage.close().await?;
    let (median, p95) = (all.median(), all.percentile(95));
    let both =
        format!("renamed {} ms, written in place {} ms", digits(renamed.median()), digits(written.median()));
    Ok(vec![
        Figure::new("save → remote, p50 of 100", all.spread("ms")).aiming("≤ 10 ms", median <= 10.0),
        Figure::new("save → remote, p95 of 100", format!("{} ms", digits(p95))),
        Figure::new("  of which, p50", both),
        Figure::new("100 saves 50–150 ms apart, p50", rapid.spread("ms"))
            .aiming("≤ 20 ms", rapid.median() <= 20.0),
    ])
}

/// Saves that do not meet each other, in a session that another measurement has started.
pub(super) async fn apart(cluster: &SharedCluster, stage: &Stage, status: &SessionStatus) -> Result<Samples> {
    let (local, remote) = (stage.laptop.source(), volume(cluster, stage, status).await?);
    let saving = tokio::task::spawn_blocking(move || saves(&local, &remote, PAUSE, 1000));
    Ok(saving.await??.0)
}

/// The folder of the dev pod's volume on the node.
async fn volume(cluster: &SharedCluster, stage: &Stage, status: &SessionStatus) -> Result<PathBuf> {
    let pod = stage.workload.pods().get(pod_of(status)?).await?;
    let uid = pod.metadata.uid.context("a uid")?;
    let volume = "volumes/kubernetes.io~empty-dir/nocalhost-shared-volume";
    Ok(cluster.kubelet_root()?.join("pods").join(uid).join(volume))
}

/// Saves a file again and again, each time longer by one from `least` on, by which it is known on the other side.
fn saves(local: &Path, remote: &Path, pause: Pause, least: usize) -> Result<(Samples, Samples, Samples)> {
    let (mut all, mut renamed, mut written) = (Samples::default(), Samples::default(), Samples::default());
    for number in 0..SAVES {
        std::thread::sleep(rand::rng().random_range(pause.clone()));
        let name = format!("saved-{}.txt", number % 10);
        let text = "x".repeat(least + number);
        let (file, by_rename) = (local.join(&name), number % 2 == 0);
        let began = Instant::now();
        if by_rename {
            let aside: PathBuf = local.join(format!(".{name}.new"));
            std::fs::write(&aside, &text)?;
            std::fs::rename(&aside, &file)?;
        } else {
            std::fs::write(&file, &text)?;
        }
        let took = until_long(&remote.join(&name), text.len() as u64, began)?;
        all.add(took);
        if by_rename { &mut renamed } else { &mut written }.add(took);
    }
    Ok((all, renamed, written))
}

fn until_long(file: &Path, length: u64, began: Instant) -> Result<Duration> {
    loop {
        match file.metadata() {
            Ok(metadata) if metadata.len() == length => return Ok(began.elapsed()),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ if began.elapsed() > LIMIT => bail!("{file:?} does not arrive"),
            _ => std::thread::sleep(LOOK_EVERY),
        }
    }
}
