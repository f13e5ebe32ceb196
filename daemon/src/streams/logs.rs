//! Following logs: the containers of a workload's pods as they come and go, each read as long as it runs, and all of them
//! given on line by line. It does not know who reads.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, error_chain};
use nhd_protocol::stream::frame::{FrameType, NoticeKind, StreamOrigin};
use nhd_protocol::stream::{EndReason, LogFollowParams, StreamEnd, StreamState};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::lines::Lines;
use super::place::{Reached, failed};
use super::process::{closed, stopped};
use super::stream::{Inlets, Stream, ended, not_started};
use crate::cluster::container_log::{ContainerLog, LogRequest};
use crate::cluster::exec::ContainerRef;
use crate::cluster::workload_pods::{self, PodParts, PodSource};
use crate::cluster::{ClusterError, Reason};
use crate::session::Shared;

/// How often it is looked which containers there are.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Of more containers at once none is followed.
const CONTAINERS: usize = 50;
/// Between two attempts to go on with a log whose connection broke.
const RETRY: Duration = Duration::from_secs(1);
/// A container that has just begun may not have a log yet.
const BEGIN_LIMIT: Duration = Duration::from_secs(30);

/// The logs of a workload that are followed.
pub struct Logs {
    pub shared: Arc<Shared>,
    pub stream: Arc<Stream>,
    pub reached: Reached,
    pub params: LogFollowParams,
}

/// One container of one pod, from one start to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Instance {
    pod: String,
    uid: String,
    container: String,
    id: String,
}

impl Logs {
    pub async fn run(self, mut inlets: Inlets) {
        self.stream.update(|status| status.state = StreamState::Running);
        let session = self.reached.session.as_ref();
        let reason = tokio::select! {
            end = self.follow() => return self.stream.end(end),
            reason = stopped(&self.shared, session) => reason,
            reason = closed(&mut inlets.controls) => reason,
        };
        self.stream.end(ended(reason));
    }

    async fn follow(&self) -> StreamEnd {
        let mut known: BTreeSet<Instance> = BTreeSet::new();
        let mut readers: JoinSet<()> = JoinSet::new();
        let (mut first, mut waiting, mut trouble) = (true, false, false);
        let once = self.params.once || self.params.previous;
        loop {
            match self.instances(first).await {
                Ok(there) => {
                    trouble = false;
                    if there.is_empty() && known.is_empty() && !waiting && !once {
                        waiting = true;
                        self.stream
                            .note(NoticeKind::Warning, "no container has run yet; waiting for one", None)
                            .await;
                    }
                    // What is gone for good is forgotten, so that this does not grow for ever.
                    known.retain(|instance| there.contains(instance));
                    for instance in there {
                        if known.contains(&instance) {
                            continue;
                        }
                        if readers.len() >= CONTAINERS {
                            let message =
                                format!("more than {CONTAINERS} containers: the others are left out");
                            self.stream.note(NoticeKind::Warning, &message, None).await;
                            break;
                        }
                        known.insert(instance.clone());
                        readers.spawn(self.reader(instance, first).run());
                    }
                    first = false;
                }
                // A dev pod comes back, and whoever follows it waits.
                Err(error) if once || (first && self.reached.session.is_none()) => {
                    return not_started(error.message);
                }
                Err(error) if !trouble => {
                    trouble = true;
                    self.stream
                        .note(NoticeKind::Warning, &format!("{}; trying again", error.message), None)
                        .await;
                }
                Err(_) => {}
            }
            if once {
                while readers.join_next().await.is_some() {}
                return ended(EndReason::Exited);
            }
            while readers.try_join_next().is_some() {}
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The containers that have a log.
    async fn instances(&self, first: bool) -> Result<BTreeSet<Instance>, ErrorInfo> {
        let target = &self.params.target;
        let pods = match (first, &target.pod, &self.reached.session) {
            (true, pod, _) => self.reached.pods(pod.as_deref()).await?,
            (false, Some(pod), _) => self.read(&PodSource::Named(pod.clone())).await?,
            (false, None, Some(session)) => {
                let now = session.at.target.borrow().as_ref().map(|target| target.pod.clone());
                match now {
                    Some(pod) => self.read(&PodSource::Named(pod)).await?,
                    None => Vec::new(),
                }
            }
            (false, None, None) => self.read(&self.reached.source(&self.reached.objects()).await?).await?,
        };
        let mut found = BTreeSet::new();
        for pod in &pods {
            for container in self.containers(pod)? {
                let Some(seen) = pod.container(&container).filter(|seen| seen.begun) else { continue };
                let instance =
                    Instance { pod: pod.name.clone(), uid: pod.uid.clone(), container, id: seen.id.clone() };
                found.insert(instance);
            }
        }
        Ok(found)
    }

    fn containers(&self, pod: &PodParts) -> Result<Vec<String>, ErrorInfo> {
        if self.params.all_containers {
            return Ok(pod.containers.iter().map(|container| container.name.clone()).collect());
        }
        Ok(vec![self.reached.container_name(pod, self.params.target.container.as_deref())?])
    }

    async fn read(&self, source: &PodSource) -> Result<Vec<PodParts>, ErrorInfo> {
        let (objects, namespace) = (self.reached.objects(), &self.reached.workload.namespace);
        workload_pods::pods(&objects, namespace, source).await.map_err(failed)
    }

    fn reader(&self, instance: Instance, first: bool) -> InstanceLog {
        let params = &self.params;
        let request = LogRequest {
            follow: !params.once && !params.previous,
            previous: params.previous,
            tail: params.tail.filter(|_| first),
            since_seconds: params.since_ms.filter(|_| first).map(|ms| ms.div_ceil(1000).max(1)),
            since: None,
        };
        let origin = StreamOrigin { pod: instance.pod.clone(), container: instance.container.clone() };
        InstanceLog {
            stream: Arc::clone(&self.stream),
            reached: self.reached.clone(),
            container: ContainerRef {
                namespace: self.reached.workload.namespace.clone(),
                pod: instance.pod,
                container: instance.container,
            },
            uid: instance.uid,
            id: instance.id,
            origin: Arc::new(origin),
            request,
            lines: Lines::new(params.timestamps),
        }
    }
}

/// The log of one container from its beginning, or as it was asked for, to its end.
struct InstanceLog {
    stream: Arc<Stream>,
    reached: Reached,
    container: ContainerRef,
    /// The pod's, and the container's.
    uid: String,
    id: String,
    origin: Arc<StreamOrigin>,
    request: LogRequest,
    lines: Lines,
}

impl InstanceLog {
    async fn run(mut self) {
        let deadline = Instant::now() + BEGIN_LIMIT;
        let mut begun = false;
        loop {
            let error = match self.read_on(&mut begun).await {
                // A connection can end in good order although there is more to come.
                Ok(()) if self.request.follow && self.still_runs().await => {
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
                Ok(()) => break,
                Err(error) => error,
            };
            let gone = error.reason == Reason::NotFound;
            let refused = matches!(error.reason, Reason::Forbidden | Reason::Other);
            // A container that has just begun, or was just replaced, has no log for a moment: that is a bad request.
            let too_early =
                error.reason == Reason::Invalid && !self.request.previous && Instant::now() < deadline;
            if gone || refused || (error.reason == Reason::Invalid && !too_early) {
                if !gone || !begun {
                    self.stream.note(NoticeKind::Warning, &error_chain(&error), None).await;
                }
                break;
            }
            if !self.request.follow && !too_early {
                self.stream.note(NoticeKind::Warning, &error_chain(&error), None).await;
                break;
            }
            tokio::time::sleep(RETRY).await;
        }
        let rest = self.lines.rest();
        self.write(&rest).await;
        if begun && self.request.follow {
            let text = format!("{} of pod {} has ended", self.container.container, self.container.pod);
            self.stream.note(NoticeKind::Left, &text, None).await;
        }
    }

    /// Reads until the log ends. One whose connection breaks is gone on with after the last line that has come.
    async fn read_on(&mut self, begun: &mut bool) -> Result<(), ClusterError> {
        let borrowed = self.reached.connection.borrow();
        let mut request = self.request.clone();
        if let Some(last) = self.lines.last() {
            request = LogRequest { tail: None, since_seconds: None, since: Some(last), ..request };
            self.lines.begin_again();
        }
        let opened = ContainerLog::open(&borrowed.client, &self.container, &request).await;
        if opened.as_ref().is_err_and(|error| error.reason == Reason::Unauthorized) {
            self.reached.connection.refuse(&borrowed);
        }
        let mut log = opened?;
        if !std::mem::replace(begun, true) && self.request.follow {
            let text = format!("following {} of pod {}", self.container.container, self.container.pod);
            self.stream.note(NoticeKind::Followed, &text, None).await;
        }
        loop {
            let piece = log.next().await?;
            if piece.is_empty() {
                return Ok(());
            }
            let lines = self.lines.take(piece);
            self.write(&lines).await;
        }
    }

    async fn still_runs(&self) -> bool {
        let (objects, container) = (self.reached.objects(), &self.container);
        let pod = workload_pods::pod(&objects, &container.namespace, &container.pod).await;
        let Ok(Some(pod)) = pod else { return false };
        pod.uid == self.uid
            && pod.container(&container.container).is_some_and(|it| it.running && it.id == self.id)
    }

    async fn write(&self, lines: &[u8]) {
        if !lines.is_empty() {
            let _ = self.stream.buffer.write(FrameType::Stdout, Some(&self.origin), lines).await;
        }
    }
}
