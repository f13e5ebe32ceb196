//! The task that owns one session: it looks, decides by `next`, acts or rests, until the session is over.

mod cluster;
mod obstacle;
mod planned;
mod pod;
mod forwards;
mod repeats;
mod report;
mod sync;
mod wait;
mod whereabouts;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::event::StepOutcome;
use nhd_protocol::forward::{PortForward, PortPair};
use nhd_protocol::message::error as said;
use nhd_protocol::session::{Phase, SessionOutcome, SessionStatus, StepName};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use self::cluster::Ways;
use self::planned::PlannedSteps;
use self::repeats::Repeats;
pub use self::whereabouts::Whereabouts;
use crate::session::cluster_link::ClusterLink;
use crate::session::failure::Failure;
use crate::session::look::judge::observed;
use crate::session::look::{Sight, claims, folders, look};
use crate::session::next::{Next, Observed, foresee, next};
use crate::session::steps::{Running, StepContext};

use crate::backoff::Backoff;
use crate::cluster::ClusterAddress;
use crate::fault;
use crate::forward::{Forward, ForwardStatus, PodTarget};
use crate::session::shared::Shared;
use crate::store::session::Desired;
use crate::store::{StoreError, StoredSession};
use crate::sync::SyncStatus;
use nhd_plan::Standing;

/// Even when nothing stirs, a session looks this often: a watch may have died without a word.
const QUIET_LOOK: Duration = Duration::from_secs(30);

const BACKOFF: Backoff = Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(10) };

/// What others may ask of a session.
#[derive(Debug)]
pub enum Command {
    /// Other ways to the cluster, for when the session's own fails.
    Offer(Vec<ClusterAddress>),
    /// Reach the cluster with other variables from now on.
    SetEnvironment {
        environment: BTreeMap<String, String>,
        unset: Vec<String>,
        answer: oneshot::Sender<Result<(), ErrorInfo>>,
    },
    /// Give the workload back. Answered when that is durable.
    End(oneshot::Sender<Result<(), ErrorInfo>>),
    /// Hold the sync, or let it go on.
    Pause(bool, oneshot::Sender<Result<(), ErrorInfo>>),
    /// Look at these paths of the source again, or at everything.
    Rescan(Vec<PathBuf>, oneshot::Sender<Result<(), ErrorInfo>>),
    /// Answer when everything saved before is in the pod.
    Barrier(oneshot::Sender<Result<(), ErrorInfo>>),
    /// Answer when the status says all that is known.
    Refresh(oneshot::Sender<Result<(), ErrorInfo>>),
    /// Say where something can be run.
    Place(oneshot::Sender<Result<Whereabouts, ErrorInfo>>),
    /// Forward a port, or say at once why not.
    StartForward { pair: PortPair, answer: oneshot::Sender<Result<PortForward, ErrorInfo>> },
    /// End the forwards with these ports.
    EndForwards {
        local: Option<u16>,
        remote: Option<u16>,
        answer: oneshot::Sender<Result<Vec<PortForward>, ErrorInfo>>,
    },
}

/// One session at work.
pub struct SessionTask {
    shared: Arc<Shared>,
    stored: StoredSession,
    commands: mpsc::Receiver<Command>,
    status: watch::Sender<SessionStatus>,
    link: Option<ClusterLink>,
    ways: Ways,
    running: Running,
    /// The dev pod, once it is ready.
    target: watch::Sender<Option<PodTarget>>,
    /// The pod whose sidecar may answer by now, which is earlier.
    sync_target: watch::Sender<Option<PodTarget>>,
    /// The pod that the sync's forward has led to last, whether or not it does at the moment.
    led_to: Option<String>,
    /// Which pod was seen to have a node, and since when.
    scheduled: Option<(String, Instant)>,
    sight: Option<Sight>,
    /// What was seen may be out of date.
    stale: bool,
    /// When it was looked last, or tried to.
    looked: Instant,
    changes: Changes,
    synced_with: Option<String>,
    /// The connection to a dev pod that has been replaced: what it says is not about the present one.
    old_connection: Option<u64>,
    began: Instant,
    waiting: Option<(StepName, Instant)>,
    trouble: Option<(ErrorKind, Instant)>,
    /// Since when the dev pod has been ready before the first sync was complete, as far as this task knows.
    ready_since: Option<Instant>,
    /// Since when pods of the old template are kept although the dev pod is ready.
    kept_since: Option<Instant>,
    failures: u32,
    repeats: Repeats,
    planned: PlannedSteps,
    outcome: Option<SessionOutcome>,
    /// What is to be said of the original's pods that are not ready.
    unready: Option<String>,
    error: Option<ErrorInfo>,
}

/// What wakes a session of its own parts.
#[derive(Default)]
struct Changes {
    sync: Option<watch::Receiver<SyncStatus>>,
    forward: Option<watch::Receiver<ForwardStatus>>,
}

impl Changes {
    fn of(running: &Running) -> Self {
        Self {
            sync: running.sync.as_ref().map(|sync| sync.status()),
            forward: running.forward.as_ref().map(Forward::changes),
        }
    }
}

/// What a turn came to.
enum Turn {
    Again,
    Rest(Duration),
    Over,
}

impl SessionTask {
    pub fn new(
        shared: Arc<Shared>,
        stored: StoredSession,
        commands: mpsc::Receiver<Command>,
        status: watch::Sender<SessionStatus>,
    ) -> Self {
        let leftover = shared.paths.session(&stored.id).exists();
        Self {
            shared,
            stored,
            commands,
            status,
            link: None,
            ways: Ways::default(),
            running: Running { leftover, ..Running::default() },
            target: watch::Sender::new(None),
            sync_target: watch::Sender::new(None),
            led_to: None,
            scheduled: None,
            sight: None,
            stale: true,
            looked: Instant::now(),
            changes: Changes::default(),
            synced_with: None,
            old_connection: None,
            began: Instant::now(),
            waiting: None,
            trouble: None,
            ready_since: None,
            kept_since: None,
            failures: 0,
            repeats: Repeats::default(),
            planned: PlannedSteps::default(),
            outcome: None,
            unready: None,
            error: None,
        }
    }

    /// Works until the session is over or the daemon stops. A daemon that stops leaves the cluster as it is.
    pub async fn run(mut self) {
        while !self.shared.shutdown.is_cancelled() {
            while let Ok(command) = self.commands.try_recv() {
                self.obey(command).await;
            }
            match self.turn().await {
                Turn::Again => {}
                Turn::Rest(duration) => self.rest(duration).await,
                Turn::Over => return,
            }
        }
        self.running.stop().await;
    }

    async fn turn(&mut self) -> Turn {
        // Taken before anything is read: what changes from now on wakes the task, be it in the midst of the turn.
        self.changes = Changes::of(&self.running);
        let looked = self.look().await;
        self.tend_forwards().await;
        if let Err(failure) = looked {
            return self.stumble(failure);
        }
        self.note_pod_and_sync();
        let local = self.local();
        let seen = observed(&self.stored, self.sight.as_ref(), &local);
        let now = next(self.stored.desired, &seen);
        self.leave_wait(now, &seen);
        self.planned.foresee(foresee(self.stored.desired, &seen.or_of_kind(self.stored.workload.kind)));
        self.note_unready(now, &seen);
        match now {
            Next::Do(StepName::Forget) => self.forget(&seen),
            Next::Do(step) => {
                if let Some((times, pause)) = self.repeats.pause(step, &seen, Instant::now()) {
                    if step == StepName::DeleteStalePods && self.stored.desired == Desired::Original {
                        // Their controller makes them again, as others have told it to. That is no reason to stay.
                        self.running.rollout_given_up = true;
                        return Turn::Again;
                    }
                    self.error = Some(self.in_vain(step, times));
                    self.show(now);
                    self.stale = true;
                    return Turn::Rest(pause);
                }
                self.show(now);
                match self.act(step).await {
                    Ok(()) => {
                        self.failures = 0;
                        self.error = None;
                        self.repeats.note(step, seen, Instant::now());
                        Turn::Again
                    }
                    Err(failure) => self.stumble(failure),
                }
            }
            Next::Wait(step) => self.wait_for(step, now),
            Next::Stop(obstacle) => self.obstructed(obstacle, now),
        }
    }

    /// Looks at the cluster if what was seen may be out of date. Without a plan there is nothing to see.
    async fn look(&mut self) -> Result<(), Failure> {
        if self.stale || self.link.is_none() {
            self.looked = Instant::now();
        }
        if self.link.is_none() && (self.stored.plan.is_some() || self.stored.desired == Desired::DevMode) {
            self.connect().await?;
        }
        let (Some(link), Some(plan)) = (&mut self.link, &self.stored.plan) else { return Ok(()) };
        link.watch(&self.stored.workload, plan, &self.shared);
        if self.stale {
            let long = self.waiting.is_some_and(|(step, since)| {
                matches!(step, StepName::AwaitPod | StepName::AwaitRollout)
                    && since.elapsed() >= wait::WARNINGS_AFTER
            });
            self.sight = Some(Box::pin(look(&link.objects, &self.stored.workload, plan, long)).await?);
            self.stale = false;
        }
        self.note_entered()
    }

    /// A crash right after the edit leaves it unnoted. What came with the dev pod is noted as soon as it is seen.
    fn note_entered(&mut self) -> Result<(), Failure> {
        let (Some(sight), Some(planned)) = (&self.sight, &self.stored.plan) else { return Ok(()) };
        let standing = sight.standing(planned);
        let ours = matches!(standing, Some(Standing::Dev | Standing::Drifted(_) | Standing::ReAdded(_)))
            || sight.workload.as_ref().is_some_and(nhd_plan::is_ours);
        let noted = claims::noted(planned, sight).filter(|_| self.stored.desired == Desired::DevMode);
        if (self.stored.entered || !ours) && noted.is_none() {
            return Ok(());
        }
        self.stored.entered |= ours;
        if let (Some(noted), Some(plan)) = (noted, &mut self.stored.plan) {
            plan.edit.claims = noted;
        }
        Ok(self.shared.store.put_session(&self.stored)?)
    }

    /// Does a step, with its events and fault points around it.
    async fn act(&mut self, step: StepName) -> Result<(), Failure> {
        let began = Instant::now();
        let name = step.word();
        self.tell_step(step, StepOutcome::Began, None, None);
        fault::point(&name, "before");
        let link = self
            .link
            .as_ref()
            .ok_or_else(|| Failure::transient(ErrorInfo::of(&said::CLUSTER_NOT_CONNECTED, &[])));
        let result = match link {
            Ok(link) => {
                let mut context = StepContext {
                    shared: &self.shared,
                    objects: &link.objects,
                    connection: &link.connection,
                    stored: &mut self.stored,
                    sight: self.sight.as_ref(),
                    running: &mut self.running,
                    sync_target: self.sync_target.subscribe(),
                };
                context.take(step).await
            }
            Err(failure) => Err(failure),
        };
        fault::point(&name, "after");
        self.stale = true;
        match &result {
            Ok(()) => {
                self.planned.done(step);
                self.tell_step(step, StepOutcome::Done, Some(began.elapsed()), None);
            }
            Err(failure) => {
                let error = Some(failure.info.clone());
                self.tell_step(step, StepOutcome::Failed, Some(began.elapsed()), error);
            }
        }
        result
    }

    /// Something failed: try again later, or undo a start that cannot succeed.
    fn stumble(&mut self, failure: Failure) -> Turn {
        self.stale = true;
        self.failures += 1;
        tracing::warn!(session = self.stored.id, error = %failure.info, "a step failed");
        if self.is_starting() && (!failure.transient || self.time_left().is_zero()) {
            return self.undo(failure.info);
        }
        // Credentials may have been renewed, and a connection may be dead without knowing.
        if self.is_refused(&failure.info) || self.failures.is_multiple_of(4) {
            self.link = None;
        }
        self.error = Some(Self::with_way_out(failure.info));
        self.show_phase(self.troubled_phase());
        let pause = BACKOFF.after(self.failures).max(self.ways.gate.closed_for());
        Turn::Rest(if self.is_starting() { pause.min(self.time_left()) } else { pause })
    }

    /// Gives the workload back because the start failed.
    fn undo(&mut self, why: ErrorInfo) -> Turn {
        let why = self.with_kept_volumes(why);
        self.stored.failure = Some(ErrorInfo { session: Some(self.stored.id.clone()), ..why });
        self.stored.desired = Desired::Original;
        self.error.clone_from(&self.stored.failure);
        self.planned.begin_anew();
        self.failures = 0;
        match self.note("undo") {
            Ok(()) => Turn::Again,
            Err(error) => self.stumble(error.into()),
        }
    }

    /// Claims that a start made for persistent folders are not taken away with it.
    fn with_kept_volumes(&self, why: ErrorInfo) -> ErrorInfo {
        let (Some(plan), Some(sight)) = (&self.stored.plan, &self.sight) else { return why };
        let made: Vec<&str> = folders::made(plan, sight).collect();
        folders::with_kept(why, &made)
    }

    /// Stores the session, with fault points around it.
    fn note(&self, what: &str) -> Result<(), StoreError> {
        fault::point(what, "before");
        self.shared.store.put_session(&self.stored)?;
        fault::point(what, "after");
        Ok(())
    }

    fn forget(&mut self, seen: &Observed) -> Turn {
        fault::point("forget", "before");
        let folder = self.shared.paths.session(&self.stored.id);
        if let Err(error) = std::fs::remove_dir_all(&folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(?folder, %error, "failed to remove the folder of an ended session");
        }
        self.drop_empty_kept();
        fault::point("forget", "folderRemoved");
        if let Err(error) = self.shared.store.remove_session(&self.stored.id) {
            return self.stumble(error.into());
        }
        fault::point("forget", "after");
        self.error.clone_from(&self.stored.failure);
        self.outcome = Some(self.outcome_of(seen));
        self.planned.begin_anew();
        self.show_phase(if self.stored.failure.is_some() { Phase::Failed } else { Phase::Ended });
        Turn::Over
    }

    async fn obey(&mut self, command: Command) {
        if !matches!(command, Command::Refresh(_)) {
            // Somebody is there, and may have signed in.
            self.ways.gate.open();
        }
        match command {
            Command::Offer(addresses) => self.offered(addresses),
            Command::SetEnvironment { answer, .. } if answer.is_closed() => {}
            Command::SetEnvironment { environment, unset, answer } => {
                let _ = answer.send(self.set_environment(environment, &unset).await);
            }
            Command::End(answer) => {
                let _ = answer.send(self.begin_end());
            }
            Command::Pause(paused, answer) => {
                let _ = answer.send(self.pause(paused));
            }
            Command::Rescan(paths, answer) => {
                let _ = answer.send(self.rescan(paths));
            }
            Command::Barrier(answer) => self.spawn_barrier(answer),
            Command::Refresh(answer) => {
                self.refresh();
                let _ = answer.send(Ok(()));
            }
            Command::Place(answer) => {
                let _ = answer.send(self.whereabouts());
            }
            // Whoever no longer waits shall not be surprised later.
            Command::StartForward { answer, .. } if answer.is_closed() => {}
            Command::StartForward { pair, answer } => {
                let _ = answer.send(self.start_user_forward(pair).await);
            }
            Command::EndForwards { answer, .. } if answer.is_closed() => {}
            Command::EndForwards { local, remote, answer } => {
                let _ = answer.send(self.end_user_forwards(local, remote).await);
            }
        }
    }

    fn begin_end(&mut self) -> Result<(), ErrorInfo> {
        if self.stored.desired == Desired::Original {
            return Ok(());
        }
        self.stored.desired = Desired::Original;
        self.stale = true;
        if let Err(error) = self.note("end") {
            self.stored.desired = Desired::DevMode;
            return Err(Failure::from(error).info);
        }
        // Whoever is answered may wait for the end, and must not be met by what stood in the way before.
        self.error = None;
        self.planned.begin_anew();
        self.show_phase(Phase::Ending);
        Ok(())
    }

    /// Waits until something stirs, at most for a while.
    async fn rest(&mut self, duration: Duration) {
        let forward_retry = self.forward_retry();
        // Whatever stirs meanwhile does not put the next look off.
        let due = (Instant::now() + duration).min(self.looked + QUIET_LOOK);
        let Self { shared, commands, link, running, changes, .. } = self;
        let Changes { sync, forward } = changes;
        let connection = link.as_ref().map(|link| link.connection.clone());
        let mut refused = false;
        let command = tokio::select! {
            biased;
            () = shared.shutdown.cancelled() => None,
            command = commands.recv() => command,
            () = ClusterLink::changed(link.as_mut()) => { self.stale = true; None }
            () = cluster::refused(connection.as_ref()) => { refused = true; None }
            () = changed(sync.as_mut()) => None,
            () = changed(forward.as_mut()) => None,
            () = running.user_forwards.stirred() => None,
            () = reached(forward_retry) => None,
            () = tokio::time::sleep_until(due) => { self.stale = true; None }
        };
        if refused {
            // One of the session's parts was told so; all of them go on with what is read anew.
            self.link = None;
        }
        if let Some(command) = command {
            self.obey(command).await;
        }
    }

    /// Whether the time that a start may take counts. Once the dev pod was ready the session is of use.
    fn is_starting(&self) -> bool {
        self.stored.desired == Desired::DevMode && !self.stored.ready && !self.stored.synced
    }

    /// Whether it can yet be given up: what is not there at all will not come, or the first sync does not come further.
    fn is_unsynced(&self) -> bool {
        self.stored.desired == Desired::DevMode && !self.stored.synced
    }

    fn start_limit(&self) -> Duration {
        Duration::from_millis(self.stored.request.timeout_ms)
    }

    fn time_left(&self) -> Duration {
        self.start_limit().saturating_sub(self.began.elapsed())
    }
}

/// Resolves at a moment; never where there is none.
async fn reached(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Resolves when the value changes; never where there is none to change.
async fn changed<T>(receiver: Option<&mut watch::Receiver<T>>) {
    let Some(receiver) = receiver else { return std::future::pending().await };
    if receiver.changed().await.is_err() {
        std::future::pending().await
    }
}
