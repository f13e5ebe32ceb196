//! Schedules whose every turn is chosen, of what chance comes by once in a million steps.

use std::cell::Cell;
use std::panic::resume_unwind;

use super::*;
use crate::session::model::api::Died;
use crate::session::model::{folder, others};

/// All that is waited for has come to rest within this time.
const A_WHILE: Duration = Duration::from_secs(600);

/// What happens at a fault point.
type AtMoment = Box<dyn Fn(&SharedWorld, &str, &str)>;

/// Plays `directions` with a workload that `change` has made of a sample, in a cluster where nothing else goes wrong.
fn direct<Played: Future<Output = Schedule>>(
    kind: WorkloadKind,
    scales: bool,
    change: impl FnOnce(&mut Value),
    at_moment: AtMoment,
    directions: impl FnOnce(Schedule) -> Played,
) {
    let seed = 7;
    let temporary = folder();
    let outcome = in_time_of_its_own(seed, temporary.path(), |folder| async move {
        let mut origin = origins::origin(kind, &mut Dice::new(seed));
        change(&mut origin);
        let world = World::new(kind, Dice::new(seed));
        let schedule = Schedule::of(Dice::new(seed), world, folder, at_moment);
        set_the_stage(&mut lock(&schedule.world), origin, scales);
        let mover = tokio::spawn(move_on(Arc::clone(&schedule.world), schedule.sync.clone()));
        let schedule = directions(schedule).await;
        mover.abort();
        let mut world = lock(&schedule.world);
        (std::mem::take(&mut world.violations), Vec::from(std::mem::take(&mut world.story)))
    });
    assert_eq!(outcome.0, Vec::<String>::new(), "{kind}\n{}", outcome.1.join("\n"));
}

impl Schedule {
    fn boot(&self, home: &str) -> Daemon {
        Daemon::boot(&self.folder.join(home))
    }

    fn meddle(&self, how: impl FnOnce(&mut World)) {
        how(&mut lock(&self.world));
    }

    /// The user ends whatever there is, and then nothing may be left of it.
    async fn close(&self, daemon: Daemon) {
        self.end(&daemon).await;
        sleep(A_WHILE).await;
        self.tell_status(&daemon);
        let selector = SessionSelector::of_session(self.session.clone().expect("one was begun"));
        let status = daemon.manager.status(&selector);
        let goes_on = daemon.status();
        daemon.stop().await;
        let mut world = lock(&self.world);
        if let Some(status) = goes_on {
            world.violate(format!("the end does not come: {:?} {:?}", status.phase, status.error));
        }
        match status {
            Ok(status) => check::over(&mut world, &status),
            Err(_) => check::nothing_left(&mut world),
        }
    }
}

/// What somebody asks for who takes a session over.
fn taker(kind: WorkloadKind) -> ReleaseParams {
    let params = json!({"kind": kind.as_str(), "name": NAME, "namespace": NAMESPACE, "kubeconfig": "/model"});
    serde_json::from_value(params).expect("are parameters")
}

fn nothing_at_any_moment() -> AtMoment {
    Box::new(|_, _, _| ())
}

/// Of what others set in DevMode nothing is left to see once a session has taken it over and begun to give the workload
/// back: whoever then takes the session over has it from the record alone.
#[test]
fn what_a_session_has_taken_over_from_others_goes_on_to_whoever_takes_over_the_session() {
    for (kind, field, value) in [
        (
            WorkloadKind::StatefulSet,
            "updateStrategy",
            json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}),
        ),
        (WorkloadKind::StatefulSet, "updateStrategy", json!({"type": "OnDelete"})),
        (WorkloadKind::StatefulSet, "minReadySeconds", json!(7)),
        (WorkloadKind::Deployment, "paused", json!(true)),
        (WorkloadKind::Deployment, "minReadySeconds", json!(7)),
        (WorkloadKind::Deployment, "revisionHistoryLimit", json!(9)),
        (WorkloadKind::DaemonSet, "revisionHistoryLimit", json!(9)),
    ] {
        let plain = |origin: &mut Value| {
            origin["spec"]["replicas"] = 3.into();
            origin["spec"]["revisionHistoryLimit"] = 1.into();
            if kind == WorkloadKind::StatefulSet {
                origin["spec"]["updateStrategy"] =
                    json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
            }
        };
        direct(kind, false, plain, nothing_at_any_moment(), |mut schedule| async move {
            let mut daemon = schedule.boot("home");
            daemon = schedule.start(daemon).await;
            sleep(A_WHILE).await;
            // Somebody has decided to take it over, and their daemon is away for now.
            let other = schedule.boot("other");
            release(&other.manager, taker(kind)).await.expect("it is in DevMode");
            other.stop().await;
            schedule.meddle(|world| {
                others::both(world, "sets a control", |it| it["spec"][field] = value.clone());
            });
            schedule.end(&daemon).await;
            let in_dev_mode = |schedule: &Schedule| {
                lock(&schedule.world).get(plural(kind), NAME).is_some_and(|it| nhd_plan::is_ours(it))
            };
            let began = tokio::time::Instant::now();
            while in_dev_mode(&schedule) && began.elapsed() < A_WHILE {
                sleep(Duration::from_millis(1)).await;
            }
            let other = schedule.boot("other");
            sleep(A_WHILE).await;
            schedule.close(daemon).await;
            let left = other.status();
            other.stop().await;
            if let Some(status) = left {
                lock(&schedule.world).violate(format!("the taker's end does not come: {:?}", status.error));
            }
            schedule
        });
    }
}

/// Between its first and its last write of the way back a session is away, and its record is lost: whoever starts then
/// must not take neutral controls for the original's.
#[test]
fn controls_that_are_still_owed_are_known_without_record_and_daemon() {
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet] {
        let controlled = |origin: &mut Value| {
            origin["spec"]["revisionHistoryLimit"] = 1.into();
            if kind != WorkloadKind::DaemonSet {
                origin["spec"]["minReadySeconds"] = 5.into();
            }
        };
        let died = Cell::new(false);
        let at_moment: AtMoment = Box::new(move |world, step, at| {
            if (step, at) == ("restoreWorkload", "after") && !died.replace(true) {
                let mut world = lock(world);
                world.tell(|| "the daemon dies, and the record is lost".to_owned());
                others::take_the_record(&mut world);
                world.death_in = Some(0);
                drop(world);
                resume_unwind(Box::new(Died));
            }
        });
        direct(kind, false, controlled, at_moment, |mut schedule| async move {
            let mut daemon = schedule.boot("home");
            daemon = schedule.start(daemon).await;
            sleep(A_WHILE).await;
            schedule.end(&daemon).await;
            sleep(A_WHILE).await;
            let mut other = schedule.boot("other");
            other = schedule.start(other).await;
            sleep(A_WHILE).await;
            if let Some(status) = other.status().filter(|status| !status.phase.is_final()) {
                lock(&schedule.world).violate(format!("a start goes on: {:?}", status.phase));
            }
            release(&other.manager, taker(kind)).await.expect("the annotation tells");
            sleep(A_WHILE).await;
            daemon = schedule.revive(daemon).await;
            sleep(A_WHILE).await;
            schedule.close(daemon).await;
            other.stop().await;
            schedule
        });
    }
}

/// A pin is all that a session has written before the edit, beside its record.
#[test]
fn what_a_session_has_pinned_is_released_whatever_becomes_of_its_record_before_the_edit() {
    type Meddle = fn(&mut World);
    let cases: [(&str, Meddle); 5] = [
        ("the record is another's", |world| others::spoil(world, true)),
        ("the record is damaged", |world| others::spoil(world, false)),
        ("the record is gone", others::take_the_record),
        ("record and workload are gone", |world| {
            others::take_the_record(world);
            others::delete_workload(world, false);
        }),
        ("the record is another's, the workload anew", |world| {
            others::spoil(world, true);
            others::delete_workload(world, true);
        }),
    ];
    for (kind, (what, meddle), dies) in [WorkloadKind::Deployment, WorkloadKind::StatefulSet]
        .into_iter()
        .flat_map(|kind| cases.map(|case| [(kind, case, false), (kind, case, true)]))
        .flatten()
    {
        let done = Cell::new(false);
        let at_moment: AtMoment = Box::new(move |world, step, at| {
            if (step, at) == ("pinAutoscalers", "after") && !done.replace(true) {
                let mut world = lock(world);
                world.tell(|| format!("pinned; {what}"));
                meddle(&mut world);
                if dies {
                    world.death_in = Some(0);
                    drop(world);
                    resume_unwind(Box::new(Died));
                }
            }
        });
        direct(
            kind,
            true,
            |_| (),
            at_moment,
            |mut schedule| async move {
                let mut daemon = schedule.boot("home");
                daemon = schedule.start(daemon).await;
                sleep(Duration::from_secs(5)).await;
                daemon = schedule.revive(daemon).await;
                sleep(A_WHILE).await;
                schedule.close(daemon).await;
                schedule
            },
        );
    }
}

/// Between the look and the write that follows from it the namespace is deleted and made again, and the daemon dies as
/// soon as it has made something there.
#[test]
fn what_was_made_in_another_namespace_of_the_name_is_taken_away_by_the_next_daemon() {
    for (kind, step) in [
        (WorkloadKind::Pod, "enterDevMode"),
        (WorkloadKind::Pod, "restoreWorkload"),
        (WorkloadKind::DaemonSet, "createDevWorkload"),
        (WorkloadKind::Job, "createDevWorkload"),
        (WorkloadKind::CronJob, "createDevWorkload"),
    ] {
        let replaced = Cell::new(false);
        let at_moment: AtMoment = Box::new(move |world, at_step, at| {
            let mut world = lock(world);
            // A pod is deleted by the same step before it is made again.
            let makes = kind != WorkloadKind::Pod || world.get("pods", NAME).is_none();
            if (at_step, at) == (step, "before") && makes && !replaced.replace(true) {
                others::replace_the_namespace(&mut world);
            }
            if (at_step, at) == (step, "written") && replaced.get() && world.death_in.is_none() {
                world.tell(|| format!("the daemon dies at {at_step}:{at}"));
                world.death_in = Some(0);
                drop(world);
                resume_unwind(Box::new(Died));
            }
        });
        direct(
            kind,
            false,
            |_| (),
            at_moment,
            |mut schedule| async move {
                let mut daemon = schedule.boot("home");
                daemon = schedule.start(daemon).await;
                sleep(A_WHILE).await;
                if step == "restoreWorkload" {
                    schedule.end(&daemon).await;
                    sleep(A_WHILE).await;
                }
                schedule.meddle(|world| {
                    if world.death_in != Some(0) {
                        world.violate("the daemon did not die".to_owned());
                    }
                });
                daemon = schedule.revive(daemon).await;
                sleep(A_WHILE).await;
                schedule.close(daemon).await;
                schedule
            },
        );
    }
}
