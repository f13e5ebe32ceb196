//! Being told that something changed. What changed is then read anew: a watch only wakes.

use std::time::Duration;

use futures::StreamExt as _;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::{WatchStreamExt as _, watcher};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::objects::{Objects, Resource};
use crate::backoff::Backoff;

/// After this long a watch is renewed, so that one whose connection died without a word is noticed.
const WATCH_SECONDS: u32 = 240;

/// What is watched of a session.
#[derive(Debug)]
pub struct Watched<'a> {
    pub workload: &'a WorkloadRef,
    /// The object that was made beside it.
    pub beside: Option<(WorkloadKind, &'a str)>,
    /// The name of the Secret.
    pub record: &'a str,
    /// The label selector of the pods; `None` where the workload is the pod.
    pub pods: Option<&'a str>,
}

/// Tells about changes of a workload, its pods and its record until cancelled. The channel holds one waiting word:
/// more would say the same.
#[derive(Debug)]
pub struct ClusterChanges {
    pub receiver: mpsc::Receiver<()>,
}

impl ClusterChanges {
    pub fn watch(
        objects: &Objects,
        watched: &Watched<'_>,
        shutdown: &CancellationToken,
        tracker: &TaskTracker,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let namespace = watched.workload.namespace.as_str();
        let client = &objects.client;
        let named = |name: &str| watcher::Config::default().fields(&format!("metadata.name={name}"));
        let workload = (watched.workload.kind, watched.workload.name.as_str());
        for (kind, name) in [Some(workload), watched.beside].into_iter().flatten() {
            let api: Api<DynamicObject> =
                Api::namespaced_with(client.clone(), namespace, &api_resource(kind));
            spawn(api, named(name), sender.clone(), shutdown, tracker);
        }
        if let Some(selector) = watched.pods {
            let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
            spawn(pods, watcher::Config::default().labels(selector), sender.clone(), shutdown, tracker);
        }
        let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
        spawn(secrets, named(watched.record), sender, shutdown, tracker);
        Self { receiver }
    }
}

fn spawn<K>(
    api: Api<K>,
    config: watcher::Config,
    sender: mpsc::Sender<()>,
    shutdown: &CancellationToken,
    tracker: &TaskTracker,
) where
    K: kube::Resource + Clone + DeserializeOwned + std::fmt::Debug + Send + 'static,
{
    let config = config.timeout(WATCH_SECONDS).any_semantic();
    let changes = watcher(api, config).backoff(Pauses::default());
    let shutdown = shutdown.clone();
    tracker.spawn(async move {
        let mut changes = std::pin::pin!(changes);
        while let Some(Some(change)) = shutdown.run_until_cancelled(changes.next()).await {
            if change.is_err() {
                // Not the error itself: it may quote the environment of an exec plugin.
                tracing::debug!(kind = std::any::type_name::<K>(), "a watch was interrupted");
            }
            // A full channel already says that something changed.
            let _ = sender.try_send(());
        }
    });
}

fn api_resource(kind: WorkloadKind) -> ApiResource {
    let resource = Resource::from(kind);
    let kind = GroupVersionKind::gvk(resource.group, resource.version, kind.as_str());
    ApiResource::from_gvk_with_plural(&kind, resource.plural)
}

/// How long a broken watch waits before the next attempt.
const BROKEN: Backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(5) };

/// The pauses of a watch, from the start again once it works.
#[derive(Debug, Default)]
struct Pauses {
    failures: u32,
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.failures = self.failures.saturating_add(1);
        Some(BROKEN.after(self.failures))
    }
}

impl kube::runtime::utils::Backoff for Pauses {
    fn reset(&mut self) {
        self.failures = 0;
    }
}
