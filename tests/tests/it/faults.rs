//! The daemon is killed at every step and at any moment: the next one finishes what it began.

mod points;
mod rig;

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use nhd_client::Client;
use nhd_protocol::methods::Start;
use nhd_protocol::session::{Phase, StartParams};
use nhd_protocol::workload::WorkloadKind;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use self::points::{Point, SCALABLE, Way, alone, autoscaler_points, lives, points, undo_points};
use self::rig::Rig;
use crate::shared_cluster;

/// How many developers die side by side in one test.
const GROUPS: usize = 2;

/// The least number of lives to which the points of a start, or of an end, are dealt out: so a daemon has a few steps
/// to do between two deaths.
const LIVES: usize = 5;
/// As [`LIVES`], for the few points around an autoscaler.
const SCALED_LIVES: usize = 3;

/// Moments of a start, and of an end, at which a daemon is killed that expects nothing.
const RANDOM_KILLS: usize = 20;
const KILLS_IN_A_LIFE: usize = 2;
const LONGEST_RANDOM_DELAY: Duration = Duration::from_secs(3);

/// An image that no node has. Where it must not be pulled, a start fails as soon as its dev pod is there.
const ABSENT_IMAGE: &str = "nhd-tests/none:1";

/// Every point of a start and of an end for workloads of one kind.
async fn killed_at_every_point(kind: WorkloadKind) -> Result<()> {
    let ways = (points(kind, Way::Start), points(kind, Way::End));
    every_point("faults", kind, ways, LIVES, one_life).await
}

#[tokio::test]
async fn killed_at_any_point_with_a_deployment_the_next_daemon_finishes() -> Result<()> {
    killed_at_every_point(WorkloadKind::Deployment).await
}

#[tokio::test]
async fn killed_at_any_point_with_a_stateful_set_the_next_daemon_finishes() -> Result<()> {
    killed_at_every_point(WorkloadKind::StatefulSet).await
}

#[tokio::test]
async fn killed_at_any_point_with_a_daemon_set_the_next_daemon_finishes() -> Result<()> {
    killed_at_every_point(WorkloadKind::DaemonSet).await
}

#[tokio::test]
async fn killed_at_any_point_with_a_job_the_next_daemon_finishes() -> Result<()> {
    killed_at_every_point(WorkloadKind::Job).await
}

#[tokio::test]
async fn killed_at_any_point_with_a_cron_job_the_next_daemon_finishes() -> Result<()> {
    killed_at_every_point(WorkloadKind::CronJob).await
}

#[tokio::test]
async fn killed_at_any_point_with_a_pod_the_next_daemon_finishes() -> Result<()> {
    killed_at_every_point(WorkloadKind::Pod).await
}

/// Every point of an undo for workloads of one kind.
async fn killed_at_every_point_of_an_undo(kind: WorkloadKind) -> Result<()> {
    every_point("undo", kind, (Vec::new(), undo_points(kind)), LIVES, undone).await
}

#[tokio::test]
async fn killed_at_any_point_of_an_undo_the_next_daemon_completes_it() -> Result<()> {
    killed_at_every_point_of_an_undo(WorkloadKind::Deployment).await
}

#[tokio::test]
async fn killed_at_any_point_of_an_undo_with_a_stateful_set_the_next_daemon_completes_it() -> Result<()> {
    killed_at_every_point_of_an_undo(WorkloadKind::StatefulSet).await
}

#[tokio::test]
async fn killed_around_the_pin_and_the_release_of_an_autoscaler_the_next_daemon_finishes() -> Result<()> {
    for kind in SCALABLE.iter().copied() {
        let ways = (autoscaler_points(kind, Way::Pin), autoscaler_points(kind, Way::Release));
        every_point("scaled", kind, ways, SCALED_LIVES, async |rig, life| {
            rig.scale().await?;
            one_life(rig, life).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_while_it_lets_old_pods_go_the_next_daemon_does_so_and_takes_that_back() -> Result<()> {
    let kind = WorkloadKind::Deployment;
    every_point("kept", kind, (points(kind, Way::Keep), Vec::new()), GROUPS, async |rig, life| {
        rig.accompany().await?;
        one_life(rig, life).await
    })
    .await
}

#[tokio::test]
async fn killed_while_an_undo_gives_an_autoscaler_back_the_next_daemon_completes_it() -> Result<()> {
    for kind in SCALABLE.iter().copied() {
        let ways = (Vec::new(), points(kind, Way::Release));
        every_point("scaled-undo", kind, ways, GROUPS, async |rig, life| {
            rig.scale().await?;
            undone(rig, life).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_while_it_deletes_the_dev_pods_claims_the_next_daemon_does_so() -> Result<()> {
    let kind = WorkloadKind::StatefulSet;
    every_point("claims", kind, (Vec::new(), points(kind, Way::Drop)), GROUPS, async |rig, life| {
        rig.empty().await?;
        one_life(rig, life).await
    })
    .await
}

#[tokio::test]
async fn killed_while_it_makes_the_claims_of_folders_the_next_daemon_does_so() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::Pod, WorkloadKind::Job] {
        every_point("folders", kind, (points(kind, Way::Folders), Vec::new()), GROUPS, async |rig, life| {
            rig.keep_a_folder().await?;
            one_life(rig, life).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_while_it_waits_for_a_volume_the_next_daemon_waits_on() -> Result<()> {
    let kind = WorkloadKind::Deployment;
    every_point("late", kind, (points(kind, Way::Unbound), Vec::new()), 1, async |rig, life| {
        rig.keep_a_folder_without_a_volume().await?;
        for point in &life.start {
            let nhd = rig.dying_daemon(point).await?;
            ensure!(rig.dies_towards_dev_mode(nhd, rig.params()).await?, "no daemon came by {point}");
        }
        rig.offer_the_volume().await?;
        let nhd = rig.daemon(None).await?;
        rig.finish_start(&nhd).await?;
        way_back(rig, nhd, &Life::default(), &mut Life::default()).await?;
        Ok(Life::default())
    })
    .await
}

#[tokio::test]
async fn killed_while_it_merges_the_next_daemon_does_so() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::CronJob] {
        every_point("merge", kind, (Vec::new(), points(kind, Way::Merge)), GROUPS, merged).await?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_while_it_brings_the_record_up_to_date_the_next_daemon_does_so() -> Result<()> {
    let ways = (points(WorkloadKind::Deployment, Way::Replan), Vec::new());
    every_point("replan", WorkloadKind::Deployment, ways, GROUPS, replanned).await
}

#[tokio::test]
async fn killed_while_it_makes_room_for_the_dev_pod_the_next_daemon_does_so() -> Result<()> {
    let ways = (points(WorkloadKind::Deployment, Way::Crowd), Vec::new());
    every_point("crowd", WorkloadKind::Deployment, ways, GROUPS, async |rig, life| {
        rig.crowd().await?;
        one_life(rig, life).await
    })
    .await
}

#[tokio::test]
async fn killed_at_random_moments_the_next_daemon_finishes() -> Result<()> {
    let seed = match std::env::var("NHD_TEST_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => rand::random::<u64>(),
    };
    eprintln!("NHD_TEST_SEED={seed} repeats these moments");
    let mut random = StdRng::seed_from_u64(seed);
    let mut delays = || -> Vec<_> {
        (0..RANDOM_KILLS).map(|_| random.random_range(Duration::ZERO..LONGEST_RANDOM_DELAY)).collect()
    };
    let (starts, ends) = (delays(), delays());
    let kills = if alone() { 1 } else { KILLS_IN_A_LIFE };
    let lives = starts.chunks(kills).zip(ends.chunks(kills));
    in_groups("random", WorkloadKind::Deployment, lives, async |rig, (starts, ends)| {
        random_life(rig, starts, ends).await.with_context(|| format!("killed after {starts:?} and {ends:?}"))
    })
    .await
    .map(drop)
}

/// The points of a way there, and of one back, at which daemons die one after the other: one life of a session.
#[derive(Debug, Clone, Default)]
struct Life {
    start: Vec<Point>,
    end: Vec<Point>,
}

impl Life {
    fn is_empty(&self) -> bool {
        self.start.is_empty() && self.end.is_empty()
    }

    /// A life for each of the points.
    fn apart(self) -> impl Iterator<Item = Self> {
        let starts = self.start.into_iter().map(|point| Self { start: vec![point], ..Self::default() });
        let ends = self.end.into_iter().map(|point| Self { end: vec![point], ..Self::default() });
        starts.chain(ends)
    }
}

/// Has a daemon die at every point of a way there and of one back, in few lives, and says how many. `live` says by
/// which points of a life no daemon came.
async fn every_point(
    prefix: &str,
    kind: WorkloadKind,
    (starts, ends): (Vec<Point>, Vec<Point>),
    at_least: usize,
    live: impl AsyncFn(&mut Rig, &Life) -> Result<Life>,
) -> Result<()> {
    let count = starts.len() + ends.len();
    let (mut starts, mut ends) = (lives(starts, at_least), lives(ends, at_least));
    let number = starts.len().max(ends.len());
    starts.resize(number, Vec::new());
    ends.resize(number, Vec::new());
    let first: Vec<Life> = starts.into_iter().zip(ends).map(|(start, end)| Life { start, end }).collect();
    let live = async |rig: &mut Rig, life: Life| {
        live(rig, &life).await.with_context(|| format!("{kind} killed at {life:?}"))
    };
    let passed = in_groups(prefix, kind, first, &live).await?;
    // A daemon that has died before may come too late for what lasts but a moment; the first of a life does not.
    let apart: Vec<Life> = passed.into_iter().flat_map(Life::apart).collect();
    let again = apart.len();
    if again > 0 {
        let passed = in_groups(prefix, kind, apart, &live).await?;
        let never: Vec<Life> = passed.into_iter().filter(|life| !life.is_empty()).collect();
        ensure!(never.is_empty(), "no daemon of a {kind} came by {never:?}");
    }
    // Not captured as the rest of a test's output is, which is shown only when it fails.
    let lives = number + again;
    writeln!(std::io::stderr(), "fault points: {count} in {lives} lives, {prefix} {kind}")
        .context("say how many")
}

/// Goes through all lives, several at a time, each group with a rig of its own.
async fn in_groups<T, R>(
    prefix: &str,
    kind: WorkloadKind,
    lives: impl IntoIterator<Item = T>,
    live: impl AsyncFn(&mut Rig, T) -> Result<R>,
) -> Result<Vec<R>> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let lives = Mutex::new(lives.into_iter().collect::<VecDeque<T>>());
    let next = || lives.lock().expect("no holder panics").pop_front();
    let groups = (0..GROUPS).map(async |_| {
        let mut results = Vec::new();
        let Some(first) = next() else { return Ok(results) };
        let mut rig = Rig::create(cluster, &client, prefix, kind).await?;
        let mut life = Some(first);
        while let Some(now) = life {
            results.push(live(&mut rig, now).await?);
            life = next();
        }
        rig.delete(&client).await?;
        anyhow::Ok(results)
    });
    Ok(try_join_all(groups).await?.into_iter().flatten().collect())
}

/// From the original into DevMode and back, with deaths on each way.
async fn one_life(rig: &mut Rig, life: &Life) -> Result<Life> {
    let (mut passed, mut durable) = (Life::default(), false);
    let held = life.start.iter().any(Point::is_unsynced);
    let params = if held { rig.held_params()? } else { rig.params() };
    for (index, point) in life.start.iter().enumerate() {
        let nhd = rig.dying_daemon(point).await?;
        if !rig.dies_towards_dev_mode(nhd, params.clone()).await? {
            passed.start = life.start[index..].to_vec();
            durable = true;
            break;
        }
        if point.is_unsynced() {
            rig.release_syncthing()?;
        }
        durable |= !point.is_unheard();
    }
    let nhd = rig.daemon(life.end.first()).await?;
    let found = rig.session(&nhd).await?;
    ensure!(found.is_some() == durable, "the next daemon finds {found:?}");
    rig.finish_start(&nhd).await?;
    let phase = way_back(rig, nhd, life, &mut passed).await?;
    ensure!(matches!(phase, None | Some(Phase::Ended)), "{phase:?}");
    Ok(passed)
}

/// Has a session in DevMode end; its daemon dies at the first of the points, if there are any.
async fn way_back(rig: &mut Rig, nhd: Client, life: &Life, passed: &mut Life) -> Result<Option<Phase>> {
    let (mut nhd, mut ask) = (Some(nhd), true);
    for (index, point) in life.end.iter().enumerate() {
        let dying = match nhd.take() {
            Some(nhd) => Some(nhd),
            None => rig.dying_daemon(point).await?,
        };
        if !rig.dies_towards_the_original(dying, ask).await? {
            passed.end = life.end[index..].to_vec();
            break;
        }
        ask = point.is_unheard();
    }
    let nhd = match nhd {
        Some(nhd) => nhd,
        None => rig.daemon(None).await?,
    };
    if ask && let Some(session) = rig.session(&nhd).await? {
        rig.ask_to_end(&nhd, &session).await?;
    }
    rig.finish_end(&nhd).await
}

/// A start fails, and daemons die while they undo it.
async fn undone(rig: &mut Rig, life: &Life) -> Result<Life> {
    let mut passed = Life::default();
    rig.never_pull()?;
    let mut params = Some(StartParams { image: Some(ABSENT_IMAGE.to_owned()), ..rig.params() });
    for (index, point) in life.end.iter().enumerate() {
        let nhd = rig.dying_daemon(point).await?;
        if let (Some(nhd), Some(params)) = (&nhd, params.take()) {
            // The daemon may die before it answers.
            let _ = nhd.call::<Start>(params).await;
        }
        if !rig.dies_towards_the_original(nhd, false).await? {
            passed.end = life.end[index..].to_vec();
            break;
        }
    }
    let nhd = rig.daemon(None).await?;
    let phase = rig.finish_end(&nhd).await?;
    ensure!(matches!(phase, None | Some(Phase::Failed)), "{phase:?}");
    Ok(passed)
}

/// The workload changes in DevMode, and daemons die as they take that over into the original.
async fn merged(rig: &mut Rig, life: &Life) -> Result<Life> {
    let mut passed = Life::default();
    let nhd = rig.daemon(life.end.first()).await?;
    rig.finish_start(&nhd).await?;
    rig.change_in_dev_mode().await?;
    way_back(rig, nhd, life, &mut passed).await?;
    Ok(passed)
}

/// The workload changes between its plan and its edit, while the daemon is dead: the record has to follow.
async fn replanned(rig: &mut Rig, life: &Life) -> Result<Life> {
    let before_the_edit = Point { name: "enterDevMode".into(), moment: "before" };
    let nhd = rig.daemon(Some(&before_the_edit)).await?;
    rig.start_until_death(&nhd, rig.params()).await?;
    rig.change_workload().await?;
    for point in &life.start {
        let nhd = rig.dying_daemon(point).await?;
        ensure!(rig.dies_towards_dev_mode(nhd, rig.params()).await?, "no daemon came by {point}");
    }
    let restored = Point { name: "restoreWorkload".into(), moment: "after" };
    let nhd = rig.daemon(Some(&restored)).await?;
    let status = rig.finish_start(&nhd).await?;
    rig.end_until_death(&nhd, &status.session).await?;
    let nhd = rig.daemon(None).await?;
    rig.finish_end(&nhd).await?;
    Ok(Life::default())
}

async fn random_life(rig: &mut Rig, starts: &[Duration], ends: &[Duration]) -> Result<()> {
    for delay in starts {
        let nhd = rig.daemon(None).await?;
        rig.start_and_kill(&nhd, *delay).await?;
    }
    let mut nhd = rig.daemon(None).await?;
    let session = rig.finish_start(&nhd).await?.session;
    for delay in ends {
        rig.end_and_kill(&nhd, &session, *delay).await?;
        nhd = rig.daemon(None).await?;
    }
    // Whether the wish to end was heard before the death, the user would look and repeat it.
    if rig.session(&nhd).await?.is_some() {
        rig.ask_to_end(&nhd, &session).await?;
    }
    rig.finish_end(&nhd).await.map(drop)
}
