//! The daemon is killed at every step and at any moment: the next one finishes what it began.

mod points;
mod rig;

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use nhd_protocol::session::Phase;
use nhd_protocol::workload::WorkloadKind;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use self::points::{Point, SCALABLE, Way, autoscaler_points, points, undo_points};
use self::rig::Rig;
use crate::shared_cluster;

/// How many developers die side by side in one test.
const GROUPS: usize = 2;

/// Moments of a start, and of an end, at which a daemon is killed that expects nothing.
const RANDOM_KILLS: usize = 20;
const LONGEST_RANDOM_DELAY: Duration = Duration::from_secs(3);

/// No container runtime takes an upper-case image name, so that a start fails as soon as its dev pod is there.
const IMPOSSIBLE_IMAGE: &str = "NHD-TESTS/dev:1";

/// Every point of a start and of an end for workloads of one kind.
async fn killed_at_every_point(kind: WorkloadKind) -> Result<()> {
    let (starts, ends) = (points(kind, Way::Start), points(kind, Way::End));
    eprintln!("{kind}: {} fault points of a start, {} of an end", starts.len(), ends.len());
    let lives = (0..starts.len().max(ends.len())).map(|index| (starts.get(index), ends.get(index)));
    in_groups("faults", kind, lives, async |rig, (start, end)| {
        one_life(rig, start, end).await.with_context(|| format!("{kind} killed at {start:?} and {end:?}"))
    })
    .await
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
    let points = undo_points(kind);
    eprintln!("{kind}: {} fault points of an undo", points.len());
    in_groups("undo", kind, points, async |rig, point| {
        undone(rig, &point).await.with_context(|| format!("{kind} killed at {point}"))
    })
    .await
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
        let (starts, ends) = (autoscaler_points(kind, Way::Pin), autoscaler_points(kind, Way::Release));
        eprintln!(
            "{kind} with an autoscaler: {} fault points of a start, {} of an end",
            starts.len(),
            ends.len()
        );
        let lives = (0..starts.len().max(ends.len())).map(|index| (starts.get(index), ends.get(index)));
        in_groups("scaled", kind, lives, async |rig, (start, end)| {
            rig.scale().await?;
            one_life(rig, start, end).await.with_context(|| format!("{kind} killed at {start:?} and {end:?}"))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_while_an_undo_gives_an_autoscaler_back_the_next_daemon_completes_it() -> Result<()> {
    for kind in SCALABLE.iter().copied() {
        let points = points(kind, Way::Release);
        eprintln!("{kind} with an autoscaler: {} fault points of an undo", points.len());
        in_groups("scaled-undo", kind, points, async |rig, point| {
            rig.scale().await?;
            undone(rig, &point).await.with_context(|| format!("{kind} killed at {point}"))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_while_it_merges_the_next_daemon_does_so() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::CronJob] {
        let points = points(kind, Way::Merge);
        eprintln!("{kind}: {} fault points of a merge", points.len());
        in_groups("merge", kind, points, async |rig, point| {
            merged(rig, &point).await.with_context(|| format!("{kind} killed at {point}"))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_while_it_brings_the_record_up_to_date_the_next_daemon_does_so() -> Result<()> {
    let points = points(WorkloadKind::Deployment, Way::Replan);
    eprintln!("{} fault points of a second plan", points.len());
    in_groups("replan", WorkloadKind::Deployment, points, async |rig, point| {
        replanned(rig, &point).await.with_context(|| format!("killed at {point}"))
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
    let mut delay = || random.random_range(Duration::ZERO..LONGEST_RANDOM_DELAY);
    let delays: Vec<_> = (0..RANDOM_KILLS).map(|_| (delay(), delay())).collect();
    in_groups("random", WorkloadKind::Deployment, delays, async |rig, (start, end)| {
        random_life(rig, start, end).await.with_context(|| format!("killed after {start:?} and {end:?}"))
    })
    .await
}

/// Goes through all lives, several at a time, each group with a rig of its own.
async fn in_groups<T>(
    prefix: &str,
    kind: WorkloadKind,
    lives: impl IntoIterator<Item = T>,
    live: impl AsyncFn(&mut Rig, T) -> Result<()>,
) -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let lives = std::sync::Mutex::new(lives.into_iter().collect::<VecDeque<T>>());
    let next = || lives.lock().expect("no holder panics").pop_front();
    let groups = (0..GROUPS).map(async |_| {
        let mut rig = Rig::create(cluster, &client, prefix, kind).await?;
        while let Some(life) = next() {
            live(&mut rig, life).await?;
        }
        rig.delete(&client).await
    });
    try_join_all(groups).await.map(drop)
}

/// From the original into DevMode and back, with a death on each way.
async fn one_life(rig: &mut Rig, start: Option<&Point>, end: Option<&Point>) -> Result<()> {
    let mut durable = false;
    if let Some(point) = start {
        let nhd = rig.daemon(Some(point)).await?;
        match point.is_unsynced() {
            true => rig.start_until_death_unsynced(&nhd).await?,
            false => rig.start_until_death(&nhd, rig.params()).await?,
        }
        durable = !point.is_unheard();
    }
    let nhd = rig.daemon(end).await?;
    let found = rig.session(&nhd).await?;
    ensure!(found.is_some() == durable, "the next daemon finds {found:?}");
    let session = rig.finish_start(&nhd).await?.session;
    let nhd = match end {
        Some(point) => {
            rig.end_until_death(&nhd, &session).await?;
            let nhd = rig.daemon(None).await?;
            if point.is_unheard() {
                rig.ask_to_end(&nhd, &session).await?;
            }
            nhd
        }
        None => {
            rig.ask_to_end(&nhd, &session).await?;
            nhd
        }
    };
    let phase = rig.finish_end(&nhd).await?;
    ensure!(matches!(phase, None | Some(Phase::Ended)), "{phase:?}");
    Ok(())
}

async fn undone(rig: &mut Rig, point: &Point) -> Result<()> {
    let nhd = rig.daemon(Some(point)).await?;
    let mut params = rig.params();
    params.image = Some(IMPOSSIBLE_IMAGE.to_owned());
    rig.start_until_death(&nhd, params).await?;
    let nhd = rig.daemon(None).await?;
    let phase = rig.finish_end(&nhd).await?;
    ensure!(matches!(phase, None | Some(Phase::Failed)), "{phase:?}");
    Ok(())
}

/// The workload changes in DevMode, and the daemon dies as it takes that over into the original.
async fn merged(rig: &mut Rig, point: &Point) -> Result<()> {
    let nhd = rig.daemon(Some(point)).await?;
    let session = rig.finish_start(&nhd).await?.session;
    rig.change_in_dev_mode().await?;
    rig.end_until_death(&nhd, &session).await?;
    let nhd = rig.daemon(None).await?;
    rig.finish_end(&nhd).await.map(drop)
}

/// The workload changes between its plan and its edit, while the daemon is dead: the record has to follow.
async fn replanned(rig: &mut Rig, point: &Point) -> Result<()> {
    let before_the_edit = Point { name: "enterDevMode".into(), moment: "before" };
    let nhd = rig.daemon(Some(&before_the_edit)).await?;
    rig.start_until_death(&nhd, rig.params()).await?;
    rig.change_workload().await?;
    let nhd = rig.daemon(Some(point)).await?;
    rig.start_until_death(&nhd, rig.params()).await?;
    let restored = Point { name: "restoreWorkload".into(), moment: "after" };
    let nhd = rig.daemon(Some(&restored)).await?;
    let status = rig.finish_start(&nhd).await?;
    rig.end_until_death(&nhd, &status.session).await?;
    let nhd = rig.daemon(None).await?;
    rig.finish_end(&nhd).await.map(drop)
}

async fn random_life(rig: &mut Rig, start: Duration, end: Duration) -> Result<()> {
    let nhd = rig.daemon(None).await?;
    rig.start_and_kill(&nhd, start).await?;
    let nhd = rig.daemon(None).await?;
    let status = rig.finish_start(&nhd).await?;
    rig.end_and_kill(&nhd, &status.session, end).await?;
    let nhd = rig.daemon(None).await?;
    // Whether the wish to end was heard before the death, the user would look and repeat it.
    if rig.session(&nhd).await?.is_some() {
        rig.ask_to_end(&nhd, &status.session).await?;
    }
    rig.finish_end(&nhd).await.map(drop)
}
