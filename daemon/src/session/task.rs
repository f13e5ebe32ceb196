//! The task that owns one session: it looks, decides by `next`, acts or rests, until the session is over.

use std::sync::Arc;
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::event::{EventBody, StepOutcome};
use nhd_protocol::session::{Phase, SessionStatus, StepName};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::failure::Failure;
use super::link::Link;
use super::next::{Next, Obstacle, next};
use super::observe::{Local, Sight, look, observed};
use super::prepare::{record_name, taken};
use super::steps::{Hands, Running};
use super::verdict;
use super::view::{self, Glance};
use crate::events::EventLog;
use crate::fault;
use crate::forward::PodTarget;
use crate::paths::Paths;
use crate::plan::{Difference, Standing};
use crate::store::session::Desired;
use crate::store::{Store, StoreError, StoredSession};

/// Even when nothing stirs, a session looks this often: a watch may have died without a word.
const QUIET_LOOK: Duration = Duration::from_secs(30);

const FIRST_BACKOFF: Duration = Duration::from_millis(250);
const LAST_BACKOFF: Duration = Duration::from_secs(10);

/// Differences named in an error; more would not be read.
const NAMED_DIFFERENCES: usize = 5;

/// What every session shares.
#[derive(Debug)]
pub struct Environment {
    pub store: Arc<Store>,
    pub events: EventLog,
    pub paths: Paths,
    pub shutdown: CancellationToken,
    pub tracker: TaskTracker,
}

/// What others may ask of a session.
#[derive(Debug)]
pub enum Command {
    /// Give the workload back. Answered when it is known whether that is possible.
    End(oneshot::Sender<Result<(), ErrorInfo>>),
    /// Answer when everything saved before is in the pod.
    Barrier(oneshot::Sender<Result<(), ErrorInfo>>),
}

/// One session at work.
pub struct SessionTask {
    environment: Arc<Environment>,
    stored: StoredSession,
    commands: mpsc::Receiver<Command>,
    status: watch::Sender<SessionStatus>,
    link: Option<Link>,
    running: Running,
    target: watch::Sender<Option<PodTarget>>,
    sight: Option<Sight>,
    /// What was seen may be out of date.
    stale: bool,
    synced_with: Option<String>,
    ending_for: Option<oneshot::Sender<Result<(), ErrorInfo>>>,
    began: Instant,
    waiting: Option<(StepName, Instant)>,
    trouble: Option<(ErrorKind, Instant)>,
    failures: u32,
    error: Option<ErrorInfo>,
}

/// What a turn came to.
enum Turn {
    Again,
    Rest(Duration),
    Over,
}

impl SessionTask {
    pub fn new(
        environment: Arc<Environment>,
        stored: StoredSession,
        commands: mpsc::Receiver<Command>,
        status: watch::Sender<SessionStatus>,
    ) -> Self {
        let leftover = environment.paths.session(&stored.id).exists();
        Self {
            environment,
            stored,
            commands,
            status,
            link: None,
            running: Running { leftover, ..Running::default() },
            target: watch::Sender::new(None),
            sight: None,
            stale: true,
            synced_with: None,
            ending_for: None,
            began: Instant::now(),
            waiting: None,
            trouble: None,
            failures: 0,
            error: None,
        }
    }

    /// Works until the session is over or the daemon stops. A daemon that stops leaves the cluster as it is.
    pub async fn run(mut self) {
        while !self.environment.shutdown.is_cancelled() {
            while let Ok(command) = self.commands.try_recv() {
                self.obey(command);
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
        if let Err(failure) = self.look().await {
            return self.stumble(failure);
        }
        self.note_pod_and_sync();
        let seen = observed(&self.stored, self.sight.as_ref(), &self.local());
        let now = next(self.stored.desired, &seen);
        if !matches!(now, Next::Stop(_)) {
            self.answer_end(Ok(()));
        }
        self.leave_wait(now);
        match now {
            Next::Do(StepName::Forget) => self.forget(),
            Next::Do(step) => {
                self.show(now);
                match self.act(step).await {
                    Ok(()) => {
                        self.failures = 0;
                        self.error = None;
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
        if self.link.is_none() && (self.stored.plan.is_some() || self.stored.desired == Desired::DevMode) {
            self.link = Some(Link::connect(&self.stored.cluster).await?);
            self.stale = true;
        }
        let (Some(link), Some(plan)) = (&mut self.link, &self.stored.plan) else { return Ok(()) };
        link.watch(&self.stored.workload, plan, &self.environment);
        if self.stale {
            self.sight = Some(look(&link.objects, &self.stored.workload, plan).await?);
            self.stale = false;
        }
        self.note_entered()
    }

    /// A crash right after the edit leaves it unnoted.
    fn note_entered(&mut self) -> Result<(), Failure> {
        let (Some(sight), Some(plan)) = (&self.sight, &self.stored.plan) else { return Ok(()) };
        if !self.stored.entered
            && matches!(
                sight.standing(plan),
                Some(Standing::Dev | Standing::Drifted(_) | Standing::ReAdded(_))
            )
        {
            self.stored.entered = true;
            self.environment.store.put_session(&self.stored)?;
        }
        Ok(())
    }

    /// Tells the forward where to lead, and remembers with which pod a sync has been complete.
    fn note_pod_and_sync(&mut self) {
        if self.stored.desired == Desired::Original {
            return;
        }
        let ready = self.sight.as_ref().and_then(Sight::dev_pod).filter(|pod| pod.ready);
        let target = ready.map(|pod| PodTarget {
            namespace: self.stored.workload.namespace.clone(),
            pod: pod.name.clone(),
            uid: pod.uid.clone(),
        });
        let changed = self.target.send_if_modified(|current| {
            let changed = *current != target;
            if changed {
                current.clone_from(&target);
            }
            changed
        });
        let Some(sync) = &self.running.sync else { return };
        let status = sync.status();
        let status = status.borrow();
        // A connection that the forward already holds gets through by itself.
        let held = self.running.forward.as_ref().is_some_and(|forward| forward.status().open > 0);
        if changed && target.is_some() && !held {
            sync.kick();
        }
        if let Some(target) = target
            && !changed
            && status.connected
            && status.in_sync
        {
            self.synced_with = Some(target.uid);
        }
    }

    fn local(&self) -> Local {
        let connected = self.running.sync.as_ref().is_some_and(|sync| sync.status().borrow().connected);
        let patience = self.sight.as_ref().map(verdict::rollout_patience).unwrap_or_default();
        let waited = self.waiting.filter(|(step, _)| *step == StepName::AwaitRollout);
        // A start ends by itself what was left over; an end has to be told.
        let leftover = self.running.leftover && self.stored.desired == Desired::Original;
        Local {
            forward: self.running.forward.is_some(),
            sync: self.running.sync.is_some() || leftover,
            synced_with: self.synced_with.clone().filter(|_| connected),
            rollout_given_up: waited.is_some_and(|(_, since)| since.elapsed() >= patience),
        }
    }

    /// Does a step, with its events and fault points around it.
    async fn act(&mut self, step: StepName) -> Result<(), Failure> {
        let began = Instant::now();
        let name = step_name(step);
        self.tell_step(step, StepOutcome::Began, None, None);
        fault::point(&name, "before");
        let link = self.link.as_ref().ok_or_else(|| {
            Failure::transient(ErrorInfo::new(ErrorKind::ClusterUnreachable, "the cluster is not connected"))
        });
        let result = match link {
            Ok(link) => {
                let mut hands = Hands {
                    environment: &self.environment,
                    objects: &link.objects,
                    stored: &mut self.stored,
                    sight: self.sight.as_ref(),
                    running: &mut self.running,
                    target: self.target.subscribe(),
                };
                hands.take(step).await
            }
            Err(failure) => Err(failure),
        };
        fault::point(&name, "after");
        self.stale = true;
        match &result {
            Ok(()) => self.tell_step(step, StepOutcome::Done, Some(began.elapsed()), None),
            Err(failure) => {
                let error = Some(failure.info.clone());
                self.tell_step(step, StepOutcome::Failed, Some(began.elapsed()), error);
            }
        }
        result
    }

    /// Something failed: try again later, or undo a start that cannot succeed.
    fn stumble(&mut self, failure: Failure) -> Turn {
        // An end that cannot be judged now is taken on; it is done as soon as it can be.
        self.answer_end(Ok(()));
        self.stale = true;
        self.failures += 1;
        tracing::warn!(session = self.stored.id, error = %failure.info, "a step failed");
        let out_of_time = self.began.elapsed() >= self.start_limit();
        if self.is_starting() && (!failure.transient || out_of_time) {
            return self.undo(failure.info);
        }
        // Credentials may have been renewed, and a connection may be dead without knowing.
        if failure.info.kind == ErrorKind::Unauthorized || self.failures.is_multiple_of(4) {
            self.link = None;
        }
        self.error = Some(failure.info);
        self.show_phase(self.troubled_phase());
        let backoff = FIRST_BACKOFF * 2_u32.pow((self.failures - 1).min(6));
        Turn::Rest(backoff.min(LAST_BACKOFF))
    }

    /// Gives the workload back because the start failed.
    fn undo(&mut self, why: ErrorInfo) -> Turn {
        self.stored.failure = Some(ErrorInfo { session: Some(self.stored.id.clone()), ..why });
        self.stored.desired = Desired::Original;
        self.error.clone_from(&self.stored.failure);
        self.failures = 0;
        match self.note("undo") {
            Ok(()) => Turn::Again,
            Err(error) => self.stumble(error.into()),
        }
    }

    /// Stores the session, with fault points around it.
    fn note(&self, what: &str) -> Result<(), StoreError> {
        fault::point(what, "before");
        self.environment.store.put_session(&self.stored)?;
        fault::point(what, "after");
        Ok(())
    }

    fn wait_for(&mut self, step: Option<StepName>, now: Next) -> Turn {
        self.failures = 0;
        self.error = None;
        let Some(step) = step else {
            if !self.stored.synced {
                self.stored.synced = true;
                if let Err(error) = self.note("synced") {
                    return self.stumble(error.into());
                }
            }
            self.show(now);
            return Turn::Rest(QUIET_LOOK);
        };
        self.show(now);
        let left = self.start_limit().saturating_sub(self.began.elapsed());
        match step {
            StepName::AwaitPod if self.is_starting() => self.await_pod(left),
            StepName::AwaitSync if self.is_starting() && left.is_zero() => self.undo(self.sync_too_slow()),
            StepName::AwaitSync if self.is_starting() => Turn::Rest(left.min(QUIET_LOOK)),
            // The watch tells of progress; patience has to be looked at.
            StepName::AwaitRollout => Turn::Rest(Duration::from_secs(1)),
            _ => Turn::Rest(QUIET_LOOK),
        }
    }

    fn await_pod(&mut self, left: Duration) -> Turn {
        let trouble = self.sight.as_ref().and_then(verdict::start_trouble);
        let kind = trouble.as_ref().map(|trouble| trouble.kind);
        if kind != self.trouble.map(|(kind, _)| kind) {
            self.trouble = kind.map(|kind| (kind, Instant::now()));
        }
        let lasted = self.trouble.map(|(_, since)| since.elapsed()).unwrap_or_default();
        let patience = trouble.as_ref().and_then(|trouble| trouble.patience);
        let patience_left = patience.map(|patience| patience.saturating_sub(lasted));
        if left.is_zero() || patience_left.is_some_and(|left| left.is_zero()) {
            return self.undo(verdict::start_error(&self.stored.workload, trouble));
        }
        Turn::Rest(left.min(patience_left.unwrap_or(QUIET_LOOK)).min(QUIET_LOOK))
    }

    fn sync_too_slow(&self) -> ErrorInfo {
        let status = self.running.sync.as_ref().map(|sync| sync.status().borrow().clone());
        let detail = match &status {
            Some(status) if !status.connected => "the syncthing in the pod did not connect".to_owned(),
            Some(status) => format!("{:.0} % are there", status.completion_percent),
            None => "syncthing does not run".to_owned(),
        };
        let detail = status.and_then(|status| status.last_error).unwrap_or(detail);
        let seconds = self.stored.request.timeout_ms / 1000;
        let message =
            format!("the first sync of {} took longer than {seconds} s: {detail}", self.stored.workload);
        ErrorInfo::new(ErrorKind::SyncFailed, message).with_hint("give the start more time with --timeout")
    }

    /// Something stands in the way that only somebody else can move.
    fn obstructed(&mut self, obstacle: Obstacle, now: Next) -> Turn {
        let error = self.obstacle_error(obstacle);
        if self.is_starting() {
            return self.undo(error);
        }
        if self.stored.desired == Desired::Original && self.stored.failure.is_none() {
            // The end is refused and the session goes on as before.
            self.stored.desired = Desired::DevMode;
            self.answer_end(Err(error));
            return match self.environment.store.put_session(&self.stored) {
                Ok(()) => Turn::Again,
                Err(error) => self.stumble(error.into()),
            };
        }
        self.answer_end(Err(error.clone()));
        self.error = Some(error);
        self.show(now);
        Turn::Rest(QUIET_LOOK)
    }

    fn obstacle_error(&self, obstacle: Obstacle) -> ErrorInfo {
        let workload = &self.stored.workload;
        let error = match obstacle {
            Obstacle::TakenByOthers => {
                let record = self.sight.as_ref().and_then(|sight| sight.record.as_ref());
                let record = record.and_then(|seen| seen.record.as_ref());
                taken(workload, &record_name(workload), record)
            }
            Obstacle::Gone => ErrorInfo::new(
                ErrorKind::WorkloadNotFound,
                format!("{workload} was deleted, or deleted and made anew"),
            )
            .with_hint("end this session, then start a new one on what is there"),
            Obstacle::Overwritten => ErrorInfo::new(
                ErrorKind::WorkloadOverwritten,
                format!("others overwrote {workload} while it was in DevMode"),
            )
            .with_hint("end this session, which leaves their manifest as it is, then start again"),
            Obstacle::Drifted => ErrorInfo::new(
                ErrorKind::WorkloadChanged,
                format!("others changed {workload} while it was in DevMode: {}", self.changes_of_others()),
            )
            .with_hint(
                "undo that change (the value before it comes first), then end again; nothing was written",
            ),
        };
        ErrorInfo { session: Some(self.stored.id.clone()), ..error }
    }

    fn changes_of_others(&self) -> String {
        let (Some(sight), Some(plan)) = (&self.sight, &self.stored.plan) else { return String::new() };
        let Some(Standing::Drifted(differences) | Standing::ReAdded(differences)) = sight.standing(plan)
        else {
            return String::new();
        };
        let named: Vec<String> =
            differences.iter().take(NAMED_DIFFERENCES).map(Difference::to_string).collect();
        let more = differences.len().saturating_sub(NAMED_DIFFERENCES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        named.join("; ") + &more
    }

    fn forget(&mut self) -> Turn {
        fault::point("forget", "before");
        let folder = self.environment.paths.session(&self.stored.id);
        if let Err(error) = std::fs::remove_dir_all(&folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(?folder, %error, "failed to remove the folder of an ended session");
        }
        fault::point("forget", "folderRemoved");
        if let Err(error) = self.environment.store.remove_session(&self.stored.id) {
            return self.stumble(error.into());
        }
        fault::point("forget", "after");
        self.error.clone_from(&self.stored.failure);
        self.show_phase(if self.stored.failure.is_some() { Phase::Failed } else { Phase::Ended });
        Turn::Over
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::End(answer) if self.stored.desired == Desired::Original => {
                let _ = answer.send(Ok(()));
            }
            Command::End(answer) => {
                self.stored.desired = Desired::Original;
                self.stale = true;
                match self.note("end") {
                    Ok(()) => self.ending_for = Some(answer),
                    Err(error) => {
                        self.stored.desired = Desired::DevMode;
                        let _ = answer.send(Err(Failure::from(error).info));
                    }
                }
            }
            Command::Barrier(answer) => {
                let sync = self.running.sync.clone();
                self.environment.tracker.spawn(async move {
                    let result = match sync {
                        Some(sync) => sync.barrier().await.map_err(|error| Failure::from(error).info),
                        None => Err(ErrorInfo::new(ErrorKind::SyncFailed, "files are not being synced")),
                    };
                    let _ = answer.send(result);
                });
            }
        }
    }

    /// Waits until something stirs, at most for a while.
    async fn rest(&mut self, duration: Duration) {
        let Self { environment, commands, link, running, .. } = self;
        let mut sync = running.sync.as_ref().map(|sync| sync.status());
        let mut forward = running.forward.as_ref().map(|forward| forward.changes());
        let command = tokio::select! {
            () = environment.shutdown.cancelled() => None,
            command = commands.recv() => command,
            () = Link::changed(link.as_mut()) => { self.stale = true; None }
            () = changed(sync.as_mut()) => None,
            () = changed(forward.as_mut()) => None,
            () = tokio::time::sleep(duration) => { self.stale = true; None }
        };
        if let Some(command) = command {
            self.obey(command);
        }
    }

    fn is_starting(&self) -> bool {
        self.stored.desired == Desired::DevMode && !self.stored.synced
    }

    fn start_limit(&self) -> Duration {
        Duration::from_millis(self.stored.request.timeout_ms)
    }

    fn answer_end(&mut self, answer: Result<(), ErrorInfo>) {
        if let Some(asker) = self.ending_for.take() {
            // Who no longer listens sees it in the status.
            let _ = asker.send(answer);
        }
    }

    /// Ends a wait that is over with its event, and begins a new one.
    fn leave_wait(&mut self, now: Next) {
        let step = if let Next::Wait(step) = now { step } else { None };
        if self.waiting.map(|(step, _)| step) == step {
            return;
        }
        if let Some((step, since)) = self.waiting.take() {
            self.tell_step(step, StepOutcome::Done, Some(since.elapsed()), None);
        }
        if let Some(step) = step {
            self.waiting = Some((step, Instant::now()));
            self.tell_step(step, StepOutcome::Began, None, None);
            fault::point(&step_name(step), "before");
        }
    }

    fn troubled_phase(&self) -> Phase {
        match self.stored.desired {
            Desired::Original => Phase::Ending,
            Desired::DevMode if self.stored.synced => Phase::Reconnecting,
            Desired::DevMode => self.status.borrow().phase,
        }
    }

    fn show(&mut self, now: Next) {
        let pod_ready = self.sight.as_ref().and_then(Sight::dev_pod).is_some_and(|pod| pod.ready);
        let step = match now {
            Next::Do(step) | Next::Wait(Some(step)) => Some(step),
            Next::Wait(None) | Next::Stop(_) => None,
        };
        self.publish(view::phase(&self.stored, now, pod_ready), step);
    }

    fn show_phase(&mut self, phase: Phase) {
        self.publish(phase, None);
    }

    fn publish(&mut self, phase: Phase, step: Option<StepName>) {
        let before = self.status.borrow().clone();
        let after = view::refreshed(
            &before,
            Glance {
                stored: &self.stored,
                sight: self.sight.as_ref(),
                forward: self.running.forward.as_ref().map(crate::forward::Forward::status),
                sync: self.running.sync.as_ref().map(|sync| sync.status().borrow().clone()),
                phase,
                step,
                error: self.error.clone().or_else(|| self.stored.failure.clone()),
            },
        );
        self.status.send_replace(after.clone());
        if view::is_news(&before, &after) {
            self.environment.events.publish(EventBody::Session { status: Box::new(after) });
        }
    }

    fn tell_step(
        &self,
        step: StepName,
        outcome: StepOutcome,
        elapsed: Option<Duration>,
        error: Option<ErrorInfo>,
    ) {
        let elapsed_ms = elapsed.map(|elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        let session = self.stored.id.clone();
        self.environment.events.publish(EventBody::Step { session, step, outcome, elapsed_ms, error });
    }
}

/// Resolves when the value changes; never where there is none to change.
async fn changed<T>(receiver: Option<&mut watch::Receiver<T>>) {
    let Some(receiver) = receiver else { return std::future::pending().await };
    if receiver.changed().await.is_err() {
        std::future::pending().await
    }
}

/// A step's name as the protocol writes it.
fn step_name(step: StepName) -> String {
    let name = serde_json::to_value(step).expect("a step is a plain name");
    name.as_str().unwrap_or_default().to_owned()
}
