//! Where those who follow one topic meet the one watch of it: the picture as it is, and the news as it comes. It does not
//! know how the news is come by.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nhd_protocol::browse::live::{WatchTrouble, WatchedPart, WorkloadEvent};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::listing::WorkloadSummary;
use nhd_protocol::workload::WorkloadRef;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::part::PartNews;
use super::picture::Picture;
use crate::browse::tree::Changes;
use crate::cluster::ClusterAddress;

/// Events that wait for a slow client; one that is further behind gets a snapshot.
const NEWS_LIMIT: usize = 64;

/// Workloads in one message: a hundred kilobytes or so.
const MESSAGE_LIMIT: usize = 500;

/// Where a client hears of what comes.
pub(super) type Seat = broadcast::Receiver<News>;

/// What those who follow are told.
#[derive(Debug, Clone)]
pub enum News {
    Event(Arc<WorkloadEvent>),
    /// The picture is another one: what was told before does not lead to it.
    Anew,
}

pub(super) struct Hub {
    pub(super) address: ClusterAddress,
    pub(super) namespace: Option<String>,
    state: Mutex<State>,
    /// Whether there is something to tell, if only that nothing can be told.
    settled: watch::Sender<bool>,
    stop: CancellationToken,
    /// Somebody wants to see it now.
    wake: Notify,
}

struct State {
    picture: Picture,
    news: broadcast::Sender<News>,
}

impl Hub {
    pub(super) fn new(address: ClusterAddress, namespace: Option<String>, stop: CancellationToken) -> Self {
        let state = State { picture: Picture::default(), news: broadcast::Sender::new(NEWS_LIMIT) };
        Self {
            address,
            namespace,
            state: Mutex::new(state),
            settled: watch::Sender::new(false),
            stop,
            wake: Notify::new(),
        }
    }

    pub(super) async fn settled(&self) {
        // The sender is our own, so that there always is one.
        let _ = self.settled.subscribe().wait_for(|settled| *settled).await;
    }

    /// The picture and all news after it, without a gap and without a double.
    pub(super) fn join(&self, context: &str, server: &str) -> (Vec<WorkloadEvent>, Seat) {
        let state = self.state();
        (snapshot(&state.picture, context, server, self.namespace.as_deref()), state.news.subscribe())
    }

    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    pub(super) fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// Puts another picture in the place of the one that there is.
    pub(super) fn begin(&self, picture: Picture) {
        let mut state = self.state();
        state.picture = picture;
        // Nobody listens where nobody has joined yet.
        let _ = state.news.send(News::Anew);
        self.settled.send_replace(true);
    }

    /// Takes news over into the picture and tells what changed in it.
    pub(super) fn take(&self, news: Vec<PartNews>, here: impl Fn(&WorkloadRef) -> Option<String>) {
        let mut state = self.state();
        let events: Vec<WorkloadEvent> =
            news.into_iter().filter_map(|news| state.picture.take(news)).collect();
        let changes = state.picture.tree.changes(here);
        for event in events.into_iter().chain(in_messages(changes)) {
            let _ = state.news.send(News::Event(Arc::new(event)));
        }
    }

    /// Nothing can be told of the cluster any more. What was known stays, until it can.
    pub(super) fn away(&self, error: ErrorInfo) {
        let mut state = self.state();
        if state.picture.troubles.get(&WatchedPart::Cluster) != Some(&error) {
            state.picture.troubles.insert(WatchedPart::Cluster, error.clone());
            let trouble = WatchTrouble { part: WatchedPart::Cluster, error };
            let _ = state.news.send(News::Event(Arc::new(WorkloadEvent::Error { trouble })));
        }
        self.settled.send_replace(true);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The picture in as many messages as it takes.
fn snapshot(picture: &Picture, context: &str, server: &str, namespace: Option<&str>) -> Vec<WorkloadEvent> {
    let mut workloads: Vec<WorkloadSummary> = picture.tree.summaries().cloned().collect();
    let rest = workloads.split_off(workloads.len().min(MESSAGE_LIMIT));
    let first = WorkloadEvent::Snapshot {
        context: context.to_owned(),
        server: server.to_owned(),
        namespace: namespace.map(str::to_owned),
        workloads,
        troubles: picture.troubles(),
        more: !rest.is_empty(),
    };
    std::iter::once(first).chain(in_messages(Changes { upserted: rest, removed: Vec::new() })).collect()
}

/// Changes in as many messages as it takes: what went first.
fn in_messages(changes: Changes) -> Vec<WorkloadEvent> {
    let Changes { mut upserted, mut removed } = changes;
    let mut events = Vec::new();
    while !upserted.is_empty() || !removed.is_empty() {
        let later_removed = removed.split_off(removed.len().min(MESSAGE_LIMIT));
        let later_upserted = upserted.split_off(upserted.len().min(MESSAGE_LIMIT - removed.len()));
        let more = !later_removed.is_empty() || !later_upserted.is_empty();
        events.push(WorkloadEvent::Changed { upserted, removed, more });
        (upserted, removed) = (later_upserted, later_removed);
    }
    events
}

#[cfg(test)]
mod tests;
