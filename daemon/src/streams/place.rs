//! Which container of which pod is meant, in a session or in any workload, and how it is reached.

use std::time::Duration;

use nhd_plan::{DEV_CONTAINER, SIDECAR_CONTAINER};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::SessionSelector;
use nhd_protocol::stream::StreamTarget;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use crate::cluster::exec::ContainerRef;
use crate::cluster::workload_pods::{self, PodParts, PodSource};
use crate::cluster::{ClusterError, Connection, Objects, Reason};
use crate::session::SessionManager;
use crate::session::failure::Failure;
use crate::session::manager::SessionPlace;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;

/// A dev pod that is replaced is usually back within this.
const POD_LIMIT: Duration = Duration::from_secs(10);

/// How a workload's cluster is reached, by its session or by what the client says.
#[derive(Clone)]
pub struct Reached {
    pub connection: Connection,
    pub workload: WorkloadRef,
    pub session: Option<SessionPlace>,
}

/// One container of one pod, as it is now.
#[derive(Clone)]
pub struct ContainerPlace {
    pub connection: Connection,
    pub workload: WorkloadRef,
    pub session: Option<SessionPlace>,
    pub container: ContainerRef,
    pub pod_uid: String,
    /// The container's own id, another after each restart.
    pub container_id: String,
}

impl Reached {
    pub async fn find(manager: &SessionManager, target: &StreamTarget) -> Result<Self, ErrorInfo> {
        let session = session(manager, target).await?;
        let (place, workload) = match session {
            Found::Session(id) => {
                let selector = SessionSelector::of_session(id);
                let session = manager.place(&selector).await?;
                let connection = session.at.connection.clone();
                return Ok(Self { connection, workload: session.workload.clone(), session: Some(session) });
            }
            Found::Workload(place, workload) => (place, workload),
        };
        Ok(Self { connection: Connection::new(place.client.client), workload, session: None })
    }

    pub fn objects(&self) -> Objects {
        Objects::new(self.connection.borrow().client)
    }

    /// The pods that may be meant, of a session the dev pod, which is waited for.
    pub async fn pods(&self, named: Option<&str>) -> Result<Vec<PodParts>, ErrorInfo> {
        let (objects, namespace) = (self.objects(), self.workload.namespace.as_str());
        let source = match (named, &self.session) {
            (Some(pod), _) => PodSource::Named(pod.to_owned()),
            (None, Some(session)) => PodSource::Named(dev_pod(session).await?),
            (None, None) => self.source(&objects).await?,
        };
        let found = workload_pods::pods(&objects, namespace, &source).await.map_err(failed)?;
        match named {
            Some(pod) if found.is_empty() => Err(self.no_such_pod(&objects, pod).await),
            _ => Ok(found),
        }
    }

    pub async fn source(&self, objects: &Objects) -> Result<PodSource, ErrorInfo> {
        let source = workload_pods::source(objects, &self.workload).await;
        source.map_err(|error| match error.reason {
            Reason::NotFound => {
                let message = format!("there is no {}", self.workload);
                ErrorInfo::new(ErrorKind::WorkloadNotFound, message)
                    .with_hint("check kind, name, namespace and context")
            }
            _ => failed(error),
        })
    }

    /// One container in which something can be run now.
    pub async fn container(
        &self,
        pod: Option<&str>,
        container: Option<&str>,
    ) -> Result<ContainerPlace, ErrorInfo> {
        let pods = self.pods(pod).await?;
        let best = pods.iter().filter(|pod| pod.is_running()).min_by_key(|pod| (!pod.ready, &pod.created));
        let Some(pod) = best else { return Err(self.nothing_runs(&pods)) };
        let name = self.container_name(pod, container)?;
        let seen = pod.container(&name).filter(|seen| seen.running);
        let seen = seen.ok_or_else(|| {
            let message = format!("container {name} of pod {} does not run", pod.name);
            ErrorInfo::new(ErrorKind::NoPod, message).with_hint("its log and the pod's events say why")
        })?;
        Ok(ContainerPlace {
            connection: self.connection.clone(),
            workload: self.workload.clone(),
            session: self.session.clone(),
            container: ContainerRef {
                namespace: self.workload.namespace.clone(),
                pod: pod.name.clone(),
                container: name,
            },
            pod_uid: pod.uid.clone(),
            container_id: seen.id.clone(),
        })
    }

    /// The container that is meant, by the name that it has in the pod.
    pub fn container_name(&self, pod: &PodParts, asked: Option<&str>) -> Result<String, ErrorInfo> {
        let names = pod.container_names();
        let dev = names.contains(&DEV_CONTAINER);
        let original = self.session.as_ref().and_then(|session| session.status.borrow().container.clone());
        match asked {
            // In DevMode the container has another name.
            Some(asked) if dev && original.as_deref() == Some(asked) => Ok(DEV_CONTAINER.to_owned()),
            Some(asked) if pod.container(asked).is_some() => Ok(asked.to_owned()),
            Some(asked) => {
                let message =
                    format!("pod {} has no container {asked}: it has {}", pod.name, names.join(", "));
                Err(ErrorInfo::new(ErrorKind::ContainerNotFound, message).with_hint("name one of these"))
            }
            None if dev => Ok(DEV_CONTAINER.to_owned()),
            None => {
                let default = pod.default_container.as_deref().filter(|name| names.contains(name));
                let others: Vec<&str> =
                    names.iter().copied().filter(|name| *name != SIDECAR_CONTAINER).collect();
                match (default, others.as_slice()) {
                    (Some(name), _) => Ok(name.to_owned()),
                    (None, [only]) => Ok((*only).to_owned()),
                    (None, _) => {
                        let message =
                            format!("pod {} has several containers: {}", pod.name, names.join(", "));
                        let error = ErrorInfo::new(ErrorKind::ContainerAmbiguous, message);
                        Err(error.with_hint("name one of these"))
                    }
                }
            }
        }
    }

    async fn no_such_pod(&self, objects: &Objects, pod: &str) -> ErrorInfo {
        let source = workload_pods::source(objects, &self.workload).await;
        let others = match source {
            Ok(source) => {
                workload_pods::pods(objects, &self.workload.namespace, &source).await.unwrap_or_default()
            }
            Err(_) => Vec::new(),
        };
        let names: Vec<&str> = others.iter().map(|pod| pod.name.as_str()).collect();
        let message = format!("there is no pod {pod} in namespace {}", self.workload.namespace);
        let hint = match names.as_slice() {
            [] => format!("{} has none at the moment", self.workload),
            names => format!("{} has {}", self.workload, names.join(", ")),
        };
        ErrorInfo::new(ErrorKind::NoPod, message).with_hint(hint)
    }

    fn nothing_runs(&self, pods: &[PodParts]) -> ErrorInfo {
        let names: Vec<&str> = pods.iter().map(|pod| pod.name.as_str()).collect();
        let message = match names.as_slice() {
            [] => format!("{} has no pod", self.workload),
            names => format!("no container of {} runs in {}", self.workload, names.join(", ")),
        };
        ErrorInfo::new(ErrorKind::NoPod, message).with_hint(match self.workload.kind {
            WorkloadKind::CronJob | WorkloadKind::Job => "its pods run as long as their work takes",
            _ => "wait until a pod of it runs; the workload's events say what stands in the way",
        })
    }
}

enum Found {
    Session(String),
    Workload(Box<Place>, WorkloadRef),
}

/// A session by its id; else that of the workload in the cluster to which the client leads; else, where that leads
/// nowhere, the only one of this name.
async fn session(manager: &SessionManager, target: &StreamTarget) -> Result<Found, ErrorInfo> {
    if let Some(session) = &target.session {
        return Ok(Found::Session(session.clone()));
    }
    let (Some(kind), Some(name)) = (target.kind, &target.name) else {
        let error = ErrorInfo::new(ErrorKind::InvalidRequest, "neither a session nor a workload is named");
        return Err(error.with_hint("give session, or kind and name"));
    };
    let address = address(target.kubeconfig.as_deref(), target.context.clone(), target.environment.clone())?;
    match Place::find(&address, target.namespace.as_deref()).await {
        Ok(place) => {
            let workload = place.workload(kind, name);
            let there = manager.has_session(&place.cluster_uid, &workload);
            Ok(there.map_or_else(|| Found::Workload(Box::new(place), workload), Found::Session))
        }
        Err(error) => {
            let selector = SessionSelector {
                kind: Some(kind),
                name: Some(name.clone()),
                namespace: target.namespace.clone(),
                context: target.context.clone(),
                ..SessionSelector::default()
            };
            match manager.list(&selector).sessions.as_slice() {
                [only] => Ok(Found::Session(only.session.clone())),
                _ => Err(error),
            }
        }
    }
}

/// The name of the dev pod, once it is ready.
async fn dev_pod(session: &SessionPlace) -> Result<String, ErrorInfo> {
    let mut target = session.at.target.clone();
    let found = tokio::time::timeout(POD_LIMIT, target.wait_for(Option::is_some)).await;
    let name = match found {
        Ok(Ok(found)) => found.as_ref().map(|target| target.pod.clone()),
        _ => None,
    };
    name.ok_or_else(|| {
        let status = session.status.borrow();
        let waits = status.pod.as_ref().and_then(|pod| pod.waiting_for.clone());
        let waits = waits.or_else(|| status.error.as_ref().map(|error| error.message.clone()));
        let waits = waits.map(|waits| format!(": {waits}")).unwrap_or_default();
        let message = format!("the dev pod of {} is not ready{waits}", session.workload);
        let error = ErrorInfo::new(ErrorKind::NoPod, message).with_hint("wait for the session to be ready");
        ErrorInfo { session: Some(session.session.clone()), ..error }
    })
}

pub fn failed(error: ClusterError) -> ErrorInfo {
    Failure::from(error).info
}
