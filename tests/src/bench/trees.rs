//! How long the sync of a whole tree takes, the first one and after all of it has changed, beside one `tar` of the same tree
//! through an exec into the same pod, onto the same disk.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use kube::api::AttachParams;
use nhd_protocol::session::{StepName, WaitUntil};
use rand::RngCore as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::ChildStdout;

use super::figures::{Figure, Samples};
use crate::process::converse;
use crate::shared::SharedCluster;
use crate::stage::{Stage, pod_of};
use crate::workload::app;

/// Both sides meet the same machine in each of them.
const ROUNDS: usize = 3;
const FILES_PER_FOLDER: usize = 100;
/// A volume of the pod that is on the same disk as the work dir, and is not synced.
const BESIDE: &str = "/var/syncthing/bench";

/// A tree, what is measured with it, and how many times as long as tar that may take.
pub struct Tree {
    pub(super) what: &'static str,
    files: usize,
    bytes: usize,
    /// Not the first sync, but that of a change of all files.
    changed: bool,
    aim: Option<(&'static str, f64)>,
}

pub const SMALL_FILES: Tree = Tree {
    what: "first sync, 10,000 files of 1 KiB",
    files: 10_000,
    bytes: 1 << 10,
    changed: false,
    aim: Some(("≤ 2 × tar", 2.0)),
};

pub const LARGE_FILES: Tree = Tree {
    what: "first sync, 1 GiB in 100 files",
    files: 100,
    bytes: (1 << 30) / 100,
    changed: false,
    aim: Some(("≤ 1.3 × tar", 1.3)),
};

pub const CHANGED_FILES: Tree = Tree {
    what: "5,000 files of 1 KiB changed at once",
    files: 5_000,
    bytes: 1 << 10,
    changed: true,
    aim: None,
};

/// Measured apart, with saves among them.
pub(super) const MANY_FILES: Tree = Tree {
    what: "first sync, 100,000 files of 100 bytes",
    files: 100_000,
    bytes: 100,
    changed: false,
    aim: None,
};

impl Tree {
    pub async fn measure(&self, cluster: &SharedCluster) -> Result<Vec<Figure>> {
        let stage = Stage::set(cluster, "bench-tree", app("bench")).await?;
        self.make(&stage.laptop.source())?;
        let (mut ours, mut tar) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            let status = stage.start().await?;
            let session = &status.session;
            ours.add(if self.changed {
                self.make(&stage.laptop.source())?;
                let began = Instant::now();
                stage.laptop.wait(&stage.nhd, session, WaitUntil::Synced).await?;
                began.elapsed()
            } else {
                first_sync_took(&stage, session).await?
            });
            tar.add(tar_into(&stage, pod_of(&status)?).await?);
            stage.end(&status.session).await?;
        }
        stage.close().await?;
        let ratio = ours.median() / tar.median();
        let figure = Figure::new(self.what, ours.spread("ms"))
            .beside(format!("tar through exec {}", tar.spread("ms")), ratio);
        Ok(vec![match self.aim {
            Some((aim, most)) => figure.aiming(aim, ratio <= most),
            None => figure,
        }])
    }

    /// Contents that nothing makes smaller and no two files share.
    pub(super) fn make(&self, source: &Path) -> Result<()> {
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

/// From when the dev pod was ready until the session said that everything is in it.
pub(super) async fn first_sync_took(stage: &Stage, session: &str) -> Result<Duration> {
    ensure!(stage.step_took(session, StepName::AwaitPod).await?.is_some(), "no pod was waited for");
    // Where everything is there by then, nothing is left to wait for.
    Ok(stage.step_took(session, StepName::AwaitSync).await?.unwrap_or_default())
}

/// Streams the source into the dev container, as it is, and waits until all of it is there.
pub(super) async fn tar_into(stage: &Stage, pod: &str) -> Result<Duration> {
    let script = format!("rm -rf {BESIDE}; mkdir {BESIDE} && exec tar -xf - -C {BESIDE}");
    let params = AttachParams::default().container("nocalhost-dev").stdin(true).stdout(false).stderr(false);
    let began = Instant::now();
    let source = stage.laptop.source();
    let folder = source.to_str().context("a path of our own")?;
    let (mut reader, _, output) = converse(Path::new("tar"), &["-C", folder, "-cf", "-", "."])?;
    let mut output = ChildStdout::from_std(output)?;
    let mut writer = stage.workload.pods().exec(pod, ["/bin/sh", "-c", &script], &params).await?;
    let ended = writer.take_status().context("has an end")?;
    let mut input = writer.stdin().context("has an input")?;
    tokio::io::copy(&mut output, &mut input).await?;
    input.shutdown().await?;
    drop(input);
    let status = ended.await.context("tar says how it ended")?;
    let took = began.elapsed();
    ensure!(status.status.as_deref() == Some("Success"), "tar in the pod: {status:?}");
    ensure!(reader.wait()?.success(), "tar failed");
    Ok(took)
}
