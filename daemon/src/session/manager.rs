//! All sessions of this daemon: whoever asks for one is led to its task.

mod ask;
mod finished;
mod environment;
mod forwards;
mod sync;
mod wait;
mod whereabouts;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::future::join_all;
use nhd_protocol::browse::images::LastChoice;
use nhd_protocol::error::{Choices, ErrorData, ErrorInfo};
use nhd_protocol::event::EventBody;
use nhd_protocol::message::{Arguments, error as said};
use nhd_protocol::session::{EndResult, Phase, SessionList, SessionSelector, SessionStatus, StartParams};
use nhd_protocol::workload::WorkloadRef;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use self::finished::Finished;
pub use self::whereabouts::SessionPlace;
use crate::cluster::ClusterAddress;
use crate::events::progress;
use crate::fault;
use crate::session::requests::check::{Request, differences};
use crate::session::requests::configure::configure;
use crate::session::requests::place::{Place, new_session};
use crate::session::requests::source;
use crate::session::shared::Shared;
use crate::session::status;
use crate::session::task::{Command, SessionTask};
use crate::store::session::StoredRequest;
use crate::store::{StoredChoice, StoredSession};
use nhd_client::paths::Paths;

/// How long a session may be busy with a step of its own before it takes an end on; it will, and is not waited for
/// longer.
const END_PATIENCE: Duration = Duration::from_secs(15);

/// The sessions by id.
pub struct SessionManager {
    shared: Arc<Shared>,
    registry: Arc<Mutex<Registry>>,
    /// Held from the look for a workload's session until there is one. The registry itself is never held while the disk
    /// is waited for, since every request looks at it.
    starting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Registry {
    live: BTreeMap<String, Handle>,
    finished: Finished,
}

#[derive(Clone)]
struct Handle {
    /// The uid of the cluster and the workload in it: what a session is keyed by.
    cluster: String,
    workload: WorkloadRef,
    request: StoredRequest,
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<SessionStatus>,
}

impl SessionManager {
    /// Takes up every session of the store again.
    pub fn resume(shared: Arc<Shared>, stored: Vec<StoredSession>) -> Self {
        let manager = Self { shared, registry: Arc::default(), starting: tokio::sync::Mutex::default() };
        for session in stored {
            tracing::info!(session = session.id, workload = %session.workload, "resuming a session");
            manager.spawn(session);
        }
        manager
    }

    pub async fn start(&self, params: StartParams) -> Result<SessionStatus, ErrorInfo> {
        let request = Request::check(params)?;
        let place = Place::find(&request.address, request.namespace.as_deref()).await?;
        let details = configure(&self.shared.paths, &place, &request).await?;
        let _starting = self.starting.lock().await;
        let workload = place.workload(request.kind, &request.name);
        let there = self.registry().at(&place, &workload).cloned();
        if let Some(handle) = there {
            handle.offer(vec![place.pinned(&request.address).address()]).await;
            return handle.repeated(&details);
        }
        self.registry().compatible(&details)?;
        let stored = new_session(&request, details, &place)?;
        let choice = StoredChoice {
            cluster: stored.cluster.uid.clone(),
            workload: stored.workload.clone(),
            image: stored.request.image.clone(),
            container: stored.request.container.clone(),
            source: stored.request.source.clone(),
            at: stored.created_at.clone(),
        };
        let status = self.begin(stored)?;
        self.shared.store.put_choice(choice);
        Ok(status)
    }

    /// Takes on a session that ends what another daemon began. Asked again, it is still that one; a session that this
    /// daemon began itself is ended by `end`.
    pub async fn take_on(&self, stored: StoredSession) -> Result<SessionStatus, ErrorInfo> {
        let _starting = self.starting.lock().await;
        let there = self.registry().of_workload(&stored.cluster.uid, &stored.workload).cloned();
        let Some(there) = there else { return self.begin(stored) };
        let status = there.status.borrow().clone();
        if status.phase == Phase::Ending {
            return Ok(status);
        }
        let error = ErrorInfo::of(&said::SESSION_IS_OWN, &[("workload", &stored.workload)]);
        Err(ErrorInfo { session: Some(status.session), ..error })
    }

    fn begin(&self, stored: StoredSession) -> Result<SessionStatus, ErrorInfo> {
        fault::point("start", "before");
        self.shared.store.put_session(&stored).map_err(|error| super::failure::Failure::from(error).info)?;
        fault::point("start", "after");
        Ok(self.spawn(stored))
    }

    /// The daemon's folders.
    pub fn paths(&self) -> &Paths {
        &self.shared.paths
    }

    /// Whether a folder can be synced by these rules beside the sessions that there are.
    pub fn check_rules(&self, asked: &StoredRequest) -> Result<(), ErrorInfo> {
        self.registry().compatible(asked)
    }

    /// What was chosen when a workload was last put into DevMode from this machine.
    pub fn last_choice(&self, place: &Place, workload: &WorkloadRef) -> Option<LastChoice> {
        let choice = self.shared.store.last_choice(workload, |known| place.is_certainly(known))?;
        let StoredChoice { image, container, source, at, .. } = choice;
        Some(LastChoice { image, container, source: source.display().to_string(), at })
    }

    pub fn has_session(&self, cluster_uid: &str, workload: &WorkloadRef) -> Option<String> {
        self.registry()
            .of_workload(cluster_uid, workload)
            .map(|handle| handle.status.borrow().session.clone())
    }

    /// Ends the sessions that are meant, each of which is told how its cluster is reached `from` where the client is.
    pub async fn end(
        &self,
        selector: &SessionSelector,
        from: Option<&ClusterAddress>,
    ) -> Result<EndResult, ErrorInfo> {
        let handles = self.meant(selector, from).await?;
        for (handle, from) in handles.iter().filter_map(|handle| Some((handle, from?))) {
            handle.offer(handle.ways(from)).await;
        }
        for result in join_all(handles.iter().map(Handle::end)).await {
            result?;
        }
        Ok(EndResult { sessions: handles.iter().map(|handle| handle.status.borrow().clone()).collect() })
    }

    /// The sessions that match. A context that the client says how to read names all sessions of its cluster, also those
    /// that were started by another.
    async fn meant(
        &self,
        selector: &SessionSelector,
        from: Option<&ClusterAddress>,
    ) -> Result<Vec<Handle>, ErrorInfo> {
        let named = self.matching(selector);
        let (Some(context), Some(from)) = (&selector.context, from) else { return Ok(named) };
        let of_any = self.matching(&SessionSelector { context: None, ..selector.clone() });
        if of_any.len() == named.len() {
            return Ok(named);
        }
        let place = match Place::find(from, None).await {
            Ok(place) => place,
            Err(error) if named.is_empty() => return Err(error),
            Err(_) => return Ok(named),
        };
        let there = |handle: &Handle| {
            place.is_certainly(&handle.cluster) || handle.status.borrow().context == *context
        };
        let meant: Vec<Handle> = of_any.into_iter().filter(there).collect();
        // A workload's bare name must not end more than one by surprise.
        if selector.name.is_some() && meant.len() > named.len().max(1) {
            return Err(ambiguous(&meant));
        }
        Ok(meant)
    }

    pub fn status(&self, selector: &SessionSelector) -> Result<SessionStatus, ErrorInfo> {
        match self.only(selector)? {
            Some(handle) => Ok(handle.status.borrow().clone()),
            None => {
                let failed = || {
                    self.registry().over(Phase::Failed, selector).pop().filter(|_| selector.session.is_none())
                };
                self.finished(selector.session.as_deref()).or_else(failed).ok_or_else(|| not_found(selector))
            }
        }
    }

    /// The one session that matches; several are an error.
    fn only(&self, selector: &SessionSelector) -> Result<Option<Handle>, ErrorInfo> {
        let matching = self.matching(selector);
        match matching.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            several => Err(ambiguous(several)),
        }
    }

    pub fn list(&self, selector: &SessionSelector) -> SessionList {
        let sessions = self.matching(selector).iter().map(|handle| handle.status.borrow().clone()).collect();
        let registry = self.registry();
        let failed = registry.over(Phase::Failed, selector);
        SessionList { sessions, failed, ended: registry.over(Phase::Ended, selector) }
    }

    /// How many sessions there are.
    pub fn count(&self) -> usize {
        self.registry().going().count()
    }

    /// The one session that goes on and matches.
    fn one(&self, selector: &SessionSelector) -> Result<Handle, ErrorInfo> {
        self.only(selector)?.ok_or_else(|| not_found(selector))
    }

    fn matching(&self, selector: &SessionSelector) -> Vec<Handle> {
        let registry = self.registry();
        registry.going().filter(|handle| selector.matches(&handle.status.borrow())).cloned().collect()
    }

    fn finished(&self, session: Option<&str>) -> Option<SessionStatus> {
        let (session, registry) = (session?, self.registry());
        let last = registry.live.get(session).map(|handle| handle.status.borrow().clone());
        let last = last.filter(|status| status.phase.is_final());
        last.or_else(|| registry.finished.get(session).cloned())
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().expect("nobody panics with the registry in hand")
    }

    /// Starts the task of a session and keeps watch over it: a panic there is an error of this session alone.
    fn spawn(&self, stored: StoredSession) -> SessionStatus {
        let (commands, receiver) = mpsc::channel(16);
        let initial = status::initial(&stored);
        let (sender, status) = watch::channel(initial.clone());
        let handle_status = status.clone();
        let handle = Handle {
            cluster: stored.cluster.uid.clone(),
            workload: stored.workload.clone(),
            request: stored.request.clone(),
            commands,
            status,
        };
        let id = stored.id.clone();
        self.registry().live.insert(id.clone(), handle);
        self.shared.events.publish(EventBody::Session { status: Box::new(initial.clone()) });
        let progress = progress::tell(handle_status, self.shared.events.progress().clone());
        self.shared.tracker.spawn(progress);
        let task = SessionTask::new(Arc::clone(&self.shared), stored, receiver, sender.clone());
        let (registry, shared) = (Arc::clone(&self.registry), Arc::clone(&self.shared));
        self.shared.tracker.spawn(async move {
            let work = shared.tracker.spawn(task.run());
            if let Err(error) = work.await {
                tracing::error!(session = id, %error, "the task of a session died");
                let why = ErrorInfo::of(&said::SESSION_FAULT, &[]);
                sender.send_modify(|status| (status.phase, status.error) = (Phase::Blocked, Some(why)));
                shared.events.publish(EventBody::Session { status: Box::new(sender.borrow().clone()) });
            }
            let status = sender.borrow().clone();
            if status.phase.is_final() {
                registry.lock().expect("nobody panics with the registry in hand").finish(&id, status);
            }
        });
        initial
    }
}

impl Registry {
    /// The session of a workload, by whichever name its cluster is known.
    fn at(&self, place: &Place, workload: &WorkloadRef) -> Option<&Handle> {
        self.going().find(|handle| handle.workload == *workload && place.is_certainly(&handle.cluster))
    }

    fn of_workload(&self, cluster: &str, workload: &WorkloadRef) -> Option<&Handle> {
        self.going().find(|handle| handle.cluster == cluster && handle.workload == *workload)
    }

    /// Whether the rules of all who sync a folder can hold together.
    fn compatible(&self, asked: &StoredRequest) -> Result<(), ErrorInfo> {
        let going: Vec<(String, &Handle)> =
            self.going().map(|handle| (handle.status.borrow().session.clone(), handle)).collect();
        let others: Vec<source::Other<'_>> = going
            .iter()
            .map(|(session, handle)| source::Other {
                session,
                workload: &handle.workload,
                request: &handle.request,
            })
            .collect();
        source::compatible(asked, &others)
    }

    /// A session says that it is over a moment before it is moved to the finished ones. Whoever was told so may start
    /// anew at once.
    fn going(&self) -> impl Iterator<Item = &Handle> {
        self.live.values().filter(|handle| !handle.status.borrow().phase.is_final())
    }

    fn finish(&mut self, id: &str, status: SessionStatus) {
        let cluster = self.live.remove(id).map(|handle| handle.cluster).unwrap_or_default();
        self.finished.add(cluster, status, Instant::now());
    }

    /// The sessions that ended or failed lately, as far as they match.
    fn over(&self, how: Phase, selector: &SessionSelector) -> Vec<SessionStatus> {
        let goes_on =
            |cluster: &str, status: &SessionStatus| self.of_workload(cluster, &status.workload).is_some();
        // One that has just come to its end is moved in a moment.
        let just_now = self.live.values().filter(|handle| handle.status.borrow().phase == how);
        let mut over = self.finished.lately(how, Instant::now(), goes_on);
        over.extend(just_now.map(|handle| handle.status.borrow().clone()));
        over.retain(|status| selector.matches(status));
        over
    }
}

impl Handle {
    /// The answer to a start of a workload that has a session.
    fn repeated(&self, asked: &StoredRequest) -> Result<SessionStatus, ErrorInfo> {
        let status = self.status.borrow().clone();
        let about = |error: ErrorInfo| ErrorInfo { session: Some(status.session.clone()), ..error };
        if status.phase == Phase::Ending {
            return Err(about(ErrorInfo::of(&said::SESSION_ENDING, &[("workload", &self.workload)])));
        }
        let differences = differences(&self.request, asked);
        if differences.is_empty() {
            return Ok(status);
        }
        let differences = differences.join("; ");
        let arguments: Arguments<'_> = &[("workload", &self.workload), ("differences", &differences)];
        Err(about(ErrorInfo::of(&said::SESSION_DIFFERS, arguments)))
    }

    /// Tells the session of other ways to its cluster. Nobody waits for what it makes of them: that is in its status.
    async fn offer(&self, ways: Vec<ClusterAddress>) {
        let _ = self.commands.send(Command::Offer(ways)).await;
    }

    /// How this session's cluster may be reached from where a client is: by the context that the client names, else by
    /// that of the session as the client's kubeconfig has it, else by the current one.
    fn ways(&self, from: &ClusterAddress) -> Vec<ClusterAddress> {
        if from.context.is_some() {
            return vec![from.clone()];
        }
        let context = Some(self.status.borrow().context.clone());
        vec![ClusterAddress { context, ..from.clone() }, from.clone()]
    }

    async fn end(&self) -> Result<(), ErrorInfo> {
        let (answer, answered) = oneshot::channel();
        if self.commands.send(Command::End(answer)).await.is_err() {
            // The task is over, so there is nothing left to end, or it died and says so in its status.
            let status = self.status.borrow();
            return match &status.error {
                Some(error) if !status.phase.is_final() => Err(error.clone()),
                _ => Ok(()),
            };
        }
        match tokio::time::timeout(END_PATIENCE, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }
}

fn ambiguous(several: &[Handle]) -> ErrorInfo {
    let names: Vec<String> = several.iter().map(|handle| handle.workload.to_string()).collect();
    let sessions = several.iter().map(|handle| handle.status.borrow().session.clone()).collect();
    ErrorInfo::of(&said::SESSIONS_AMBIGUOUS, &[("workloads", &names.join(", "))])
        .with_data(ErrorData::choices(Choices::Session, sessions))
}

fn not_found(selector: &SessionSelector) -> ErrorInfo {
    match (&selector.session, &selector.name) {
        (Some(session), _) => ErrorInfo::of(&said::SESSION_NOT_FOUND, &[("session", session)]),
        (None, Some(name)) => {
            let workload = format!("{}/{name}", selector.kind.map_or("workload", |kind| kind.word()));
            ErrorInfo::of(&said::WORKLOAD_WITHOUT_SESSION, &[("workload", &workload)])
        }
        (None, None) => ErrorInfo::of(&said::NO_SESSION, &[]),
    }
}
