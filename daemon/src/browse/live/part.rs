//! The parts of what is watched, each a list and a watch of its own, which can be forbidden by itself.

use std::time::Duration;

use nhd_protocol::browse::live::WatchedPart;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::browse::glance::{self, Item, PodGlance};
use crate::browse::tree::Key;
use crate::cluster::follow::{Followed, Told};
use crate::cluster::objects::{Objects, PODS, SECRETS};
use crate::cluster::pages::Part;
use crate::cluster::record::{self, RecordHead};
use crate::cluster::{ClusterError, Reason};
use crate::session::failure::Failure;

/// How long what is refused is left alone: permissions change seldom.
const REFUSED: Backoff = Backoff { first: Duration::from_secs(10), longest: Duration::from_secs(300) };

/// What is kept of an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Item(Item),
    Pod(PodGlance),
    Record(Key, RecordHead),
}

/// What is told of a part, or why nothing can be.
#[derive(Debug)]
pub(super) struct PartNews {
    pub(super) part: WatchedPart,
    pub(super) told: Result<Told<Kept>, ErrorInfo>,
}

/// Everything that is watched.
pub(super) const PARTS: [WatchedPart; 7] = [
    WatchedPart::Deployments,
    WatchedPart::StatefulSets,
    WatchedPart::DaemonSets,
    WatchedPart::Jobs,
    WatchedPart::CronJobs,
    WatchedPart::Pods,
    WatchedPart::Owners,
];

/// The kind whose objects a part has, where it has those of one kind and nothing else.
pub(super) fn kind(part: WatchedPart) -> Option<WorkloadKind> {
    match part {
        WatchedPart::Deployments => Some(WorkloadKind::Deployment),
        WatchedPart::StatefulSets => Some(WorkloadKind::StatefulSet),
        WatchedPart::DaemonSets => Some(WorkloadKind::DaemonSet),
        WatchedPart::Jobs => Some(WorkloadKind::Job),
        WatchedPart::CronJobs => Some(WorkloadKind::CronJob),
        WatchedPart::Pods | WatchedPart::Owners | WatchedPart::Cluster => None,
    }
}

/// What is followed for a part. Of records the metadata alone: their data are keys and whole manifests.
fn followed(part: WatchedPart, namespace: Option<String>) -> Followed {
    let (resource, selector, of) = match (part, kind(part)) {
        (_, Some(kind)) => (kind.into(), None, Part::Whole),
        (WatchedPart::Owners, None) => (SECRETS, Some(record::SELECTOR), Part::Metadata),
        (_, None) => (PODS, None, Part::Whole),
    };
    Followed { resource, namespace, selector, part: of }
}

fn keep(part: WatchedPart, object: &Value) -> Option<Kept> {
    match (part, kind(part)) {
        (_, Some(kind)) => glance::item(kind, object).map(Kept::Item),
        (WatchedPart::Owners, None) => Some(record::head(object)).map(|(key, head)| Kept::Record(key, head)),
        (_, None) => glance::pod(object).map(Kept::Pod),
    }
}

/// Tells of a part for as long as the cluster can be reached; then why it cannot.
pub(super) async fn follow(
    part: WatchedPart,
    objects: Objects,
    namespace: Option<String>,
    news: mpsc::Sender<PartNews>,
) -> ErrorInfo {
    let followed = followed(part, namespace);
    let send = |told| {
        let news = news.clone();
        // Nobody takes it where the watch is being ended.
        async move { drop(news.send(PartNews { part, told }).await) }
    };
    let mut refusals = 0;
    loop {
        let begun = Instant::now();
        let error = followed.follow(&objects, |object| keep(part, &object), |told| send(Ok(told))).await;
        let of_cluster = is_of_cluster(&error);
        let error = Failure::from(error).info;
        if of_cluster {
            return error;
        }
        refusals = if begun.elapsed() > REFUSED.longest { 1 } else { refusals + 1 };
        send(Err(error)).await;
        tokio::time::sleep(REFUSED.after(refusals)).await;
    }
}

/// Whether what failed concerns all parts alike.
fn is_of_cluster(error: &ClusterError) -> bool {
    matches!(error.reason, Reason::Unreachable | Reason::Unauthorized)
}
