//! The watch of one topic: connect, list, watch, and again when the cluster was away. It does not know who follows.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::WorkloadRef;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::hub::Hub;
use super::part::{PARTS, PartNews, follow};
use super::picture::Picture;
use crate::backoff::Backoff;
use crate::cluster::{Objects, PluginGate};
use crate::session::SessionManager;
use crate::session::failure::Failure;
use crate::session::requests::place::cluster_uid;

/// How long a cluster that is away is left alone.
const AWAY: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(30) };

/// What was watched for longer than this was there.
const SOUND: Duration = Duration::from_secs(10);

/// News that is under way from the watches.
const UNDER_WAY: usize = 64;

/// Watches until nobody follows any more.
pub(super) async fn watch(hub: Arc<Hub>, manager: Arc<SessionManager>) {
    let gate = PluginGate::default();
    let mut failures = 0;
    loop {
        let begun = Instant::now();
        let watched = Box::pin(watch_once(&hub, &manager, &gate));
        let Some(error) = hub.stopping().run_until_cancelled(watched).await else { return };
        failures = if begun.elapsed() > SOUND { 1 } else { failures + 1 };
        tracing::debug!(error = error.message, failures, "followed workloads cannot be told");
        hub.away(error);
        let pause = AWAY.after(failures).max(gate.closed_for());
        tokio::select! {
            () = hub.stopping().cancelled() => return,
            () = tokio::time::sleep(pause) => {}
            // Somebody looks, who may have signed in or joined the network before.
            () = hub.woken() => gate.open(),
        }
    }
}

/// Watches until the cluster is away. A picture is shown once it is complete, as far as it can be.
async fn watch_once(hub: &Hub, manager: &SessionManager, gate: &PluginGate) -> ErrorInfo {
    let client = match hub.address.connect_through(gate).await {
        Ok(client) => client,
        Err(error) => return Failure::from(error).info,
    };
    let objects = Objects::new(client.client.clone());
    // Asked at every connection: behind the same address there may be another cluster by now.
    let uid = match cluster_uid(&objects, &client).await {
        Ok(uid) => uid,
        Err(failure) => return failure.info,
    };
    let here = |workload: &WorkloadRef| manager.has_session(&uid, workload);
    let (sender, mut told) = mpsc::channel(UNDER_WAY);
    let mut followers = JoinSet::new();
    for part in PARTS {
        followers.spawn(follow(part, objects.clone(), hub.namespace.clone(), sender.clone()));
    }
    drop(sender);
    let (mut gathered, mut missing) = (Some(Picture::default()), BTreeSet::from(PARTS));
    loop {
        let mut news: Vec<PartNews> = Vec::new();
        tokio::select! {
            Some(ended) = followers.join_next() => return ended.unwrap_or_else(|_| defect()),
            _ = told.recv_many(&mut news, UNDER_WAY) => {}
        }
        let Some(picture) = &mut gathered else {
            hub.take(news, here);
            continue;
        };
        for news in news {
            missing.remove(&news.part);
            picture.take(news);
        }
        if missing.is_empty()
            && let Some(mut picture) = gathered.take()
        {
            picture.tree.changes(here);
            hub.begin(picture);
        }
    }
}

fn defect() -> ErrorInfo {
    ErrorInfo::new(ErrorKind::Internal, "nhd met a fault of its own while it followed workloads")
        .with_hint("it tries again; look into the daemon's log")
}
