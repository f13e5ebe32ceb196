//! How long the first sync of a tree takes once the pod is ready, beside one `tar` of the same tree through an exec into the
//! same pod, onto the same disk.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kube::api::AttachParams;
use nhd_protocol::event::{Cursor, EventBody, EventsParams, StepOutcome};
use nhd_protocol::methods::EventsSince;
use nhd_protocol::session::StepName;
use rand::RngCore as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::figures::{Figure, Samples};
use crate::shared::SharedCluster;
use crate::stage::{Stage, pod_of};
use crate::workload::app;

/// Both sides meet the same machine in each of them.
const ROUNDS: usize = 3;
const FILES_PER_FOLDER: usize = 100;
/// A volume of the pod that is on the same disk as the work dir, and is not synced.
const BESIDE: &str = "/var/syncthing/bench";

struct Tree {
    what: &'static str,
    files: usize,
    bytes: usize,
    aim: (&'static str, f64),
}

const TREES: [Tree; 2] = [
    Tree {
        what: "first sync, 10,000 files of 1 KiB",
        files: 10_000,
        bytes: 1 << 10,
        aim: ("≤ 2 × tar", 2.0),
    },
    Tree {
        what: "first sync, 1 GiB in 100 files",
        files: 100,
        bytes: (1 << 30) / 100,
        aim: ("≤ 1.3 × tar", 1.3),
    },
];

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for tree in TREES {
        figures.push(tree.measure(cluster).await?);
    }
    Ok(figures)
}

impl Tree {
    async fn measure(&self, cluster: &SharedCluster) -> Result<Figure> {
        let stage = Stage::set(cluster, "bench-first", app("bench")).await?;
        self.make(&stage.laptop.source())?;
        let (mut ours, mut tar) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            let status = stage.start().await?;
            ours.add(sync_took(&stage, &status.session).await?);
            tar.add(tar_into(&stage, pod_of(&status)?).await?);
            stage.end(&status.session).await?;
        }
        stage.close().await?;
        let ratio = ours.median() / tar.median();
        Ok(Figure::new(self.what, ours.spread("ms"))
            .beside(format!("tar through exec {}", tar.spread("ms")), ratio)
            .aiming(self.aim.0, ratio <= self.aim.1))
    }

    /// Contents that nothing makes smaller and no two files share.
    fn make(&self, source: &Path) -> Result<()> {
        let mut text = vec![0; self.bytes];
        for number in 0..self.files {
            let folder = source.join(format!("folder-{}", number / FILES_PER_FOLDER));
            std::fs::create_dir_all(&folder)?;
            rand::rng().fill_bytes(&mut text);
            std::fs::write(folder.join(format!("file-{number}")), &text)?;
        }
        Ok(())
    }
}

/// How long the session waited for its first sync, once its pod was ready.
async fn sync_took(stage: &Stage, of: &str) -> Result<Duration> {
    let snapshot = stage.nhd.call::<EventsSince>(EventsParams::default()).await?;
    let epoch = snapshot.events.first().context("a snapshot")?.cursor.epoch.clone();
    let since = EventsParams { since: Some(Cursor { epoch, seq: 0 }) };
    let events = stage.nhd.call::<EventsSince>(since).await?.events;
    let took = events.into_iter().find_map(|event| match event.body {
        EventBody::Step {
            session,
            step: StepName::AwaitSync,
            outcome: StepOutcome::Done,
            elapsed_ms,
            ..
        } if session == of => elapsed_ms,
        _ => None,
    });
    Ok(Duration::from_millis(took.context("the first sync was waited for")?))
}

/// Streams the source into the dev container, as it is, and waits until all of it is there.
async fn tar_into(stage: &Stage, pod: &str) -> Result<Duration> {
    let script = format!("rm -rf {BESIDE}; mkdir {BESIDE} && exec tar -xf - -C {BESIDE}");
    let params = AttachParams::default().container("nocalhost-dev").stdin(true).stdout(false).stderr(false);
    let began = Instant::now();
    let mut reader = Command::new("tar")
        .arg("-C")
        .arg(stage.laptop.source())
        .args(["-cf", "-", "."])
        .stdout(Stdio::piped())
        .spawn()
        .context("start tar")?;
    let mut writer = stage.workload.pods().exec(pod, ["/bin/sh", "-c", &script], &params).await?;
    let ended = writer.take_status().context("has an end")?;
    let mut input = writer.stdin().context("has an input")?;
    let mut output = reader.stdout.take().context("has an output")?;
    tokio::io::copy(&mut output, &mut input).await?;
    input.shutdown().await?;
    drop(input);
    let status = ended.await.context("tar says how it ended")?;
    let took = began.elapsed();
    ensure!(status.status.as_deref() == Some("Success"), "tar in the pod: {status:?}");
    ensure!(reader.wait().await?.success(), "tar failed");
    Ok(took)
}
