//! Workloads as they change, for any number of clients: who follows the same as the same user shares one watch, which ends
//! with the last of them.

mod hub;
mod part;
mod picture;
mod watching;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nhd_protocol::browse::live::{WorkloadEvent, WorkloadSubscribeParams};
use nhd_protocol::error::{ErrorInfo, ErrorKind};

pub use self::hub::News;
use self::hub::{Hub, Seat};
use crate::cluster::client::Identity;
use crate::session::failure::Failure;
use crate::session::requests::check::address;
use crate::session::{SessionManager, Shared};

/// How many namespaces, or clusters as a whole, are watched at once. Each has seven watches.
const TOPICS_LIMIT: usize = 64;

/// What is watched: as whom, and one namespace or (`None`) all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Topic {
    credentials: String,
    namespace: Option<String>,
}

/// All that is watched for clients.
pub struct Live {
    shared: Arc<Shared>,
    manager: Arc<SessionManager>,
    topics: Mutex<HashMap<Topic, Watched>>,
}

struct Watched {
    hub: Arc<Hub>,
    followers: usize,
}

/// A client that follows; as long as one is there, its topic is watched.
pub struct Follower {
    live: Arc<Live>,
    topic: Topic,
    hub: Arc<Hub>,
    identity: Identity,
}

impl Live {
    pub fn new(shared: Arc<Shared>, manager: Arc<SessionManager>) -> Self {
        Self { shared, manager, topics: Mutex::default() }
    }

    /// Begins to follow. Only what is wrong with the kubeconfig is refused; whatever else stands in the way is told in the
    /// events, as it may pass.
    pub async fn follow(self: &Arc<Self>, params: WorkloadSubscribeParams) -> Result<Follower, ErrorInfo> {
        let WorkloadSubscribeParams { namespace, all_namespaces, kubeconfig, context, environment } = params;
        let address = address(kubeconfig.as_deref(), context, environment)?;
        let identity = address.identify().await.map_err(|error| Failure::from(error).info)?;
        let namespace = namespace.filter(|it| !it.is_empty()).unwrap_or_else(|| identity.namespace.clone());
        let namespace = (!all_namespaces).then_some(namespace);
        let topic = Topic { credentials: identity.credentials.clone(), namespace: namespace.clone() };
        let mut topics = self.topics();
        if let Some(watched) = topics.get_mut(&topic) {
            watched.followers += 1;
            watched.hub.wake();
            let hub = Arc::clone(&watched.hub);
            return Ok(Follower { live: Arc::clone(self), topic: topic.clone(), hub, identity });
        }
        if topics.len() >= TOPICS_LIMIT {
            let message =
                format!("{TOPICS_LIMIT} namespaces are followed already, which is as many as can be");
            return Err(ErrorInfo::new(ErrorKind::InvalidRequest, message)
                .with_hint("end subscriptions that are not shown any more"));
        }
        let hub = Arc::new(Hub::new(address, namespace, self.shared.shutdown.child_token()));
        topics.insert(topic.clone(), Watched { hub: Arc::clone(&hub), followers: 1 });
        drop(topics);
        self.shared.tracker.spawn(watching::watch(Arc::clone(&hub), Arc::clone(&self.manager)));
        Ok(Follower { live: Arc::clone(self), topic, hub, identity })
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<Topic, Watched>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower {
    /// All workloads as they are, and what comes after that, once there is something to tell.
    pub async fn join(&self) -> (Vec<WorkloadEvent>, Seat) {
        self.hub.settled().await;
        self.hub.join(&self.identity.context, &self.identity.server)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut topics = self.live.topics();
        let Some(watched) = topics.get_mut(&self.topic) else { return };
        watched.followers -= 1;
        if watched.followers == 0 {
            watched.hub.stop();
            topics.remove(&self.topic);
        }
    }
}
