//! Objects of a kind, followed for as long as one likes: listed once, then watched from there on. While nothing changes
//! it asks for nothing but that the watch goes on. It does not know what is kept of an object.

use std::time::Duration;

use futures::{Stream, StreamExt as _};
use kube::api::{WatchEvent, WatchParams};
use kube::core::Request;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::error::{ClusterError, Reason, bounded};
use super::objects::{Objects, Resource, describe_all};
use super::pages::{Listed, Part, version};
use crate::backoff::Backoff;

/// After this long a watch is renewed. API servers close one after five minutes or more.
const WATCH_SECONDS: u32 = 290;

/// A watch that is not even closed when it should be has lost its other side.
const CLOSE_LIMIT: Duration = Duration::from_secs(30);

/// How long a watch that broke waits before it goes on.
const BROKEN: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(10) };

/// A watch that lasted this long was none that breaks at once.
const SOUND: Duration = Duration::from_secs(5);

/// Which objects are followed.
#[derive(Debug, Clone)]
pub struct Followed {
    pub resource: Resource,
    /// `None` stands for all.
    pub namespace: Option<String>,
    pub selector: Option<&'static str>,
    pub part: Part,
}

/// What there is to tell of followed objects.
#[derive(Debug, PartialEq, Eq)]
pub enum Told<T> {
    /// All that there are, in place of all that was told before.
    Listed(Vec<T>),
    /// One that came or changed.
    Changed(T),
    /// One that went, as it was last.
    Gone(T),
}

/// Why a watch does not go on where it was.
enum Stop {
    /// The server has forgotten what came after the version.
    Forgotten,
    Failed(ClusterError),
}

impl Followed {
    fn what(&self) -> String {
        describe_all(self.resource, self.namespace.as_deref())
    }

    /// Tells of the objects until the API server refuses or cannot be reached. `tell` waits until it is taken, and so
    /// bounds what is under way.
    pub async fn follow<T, Fut: Future<Output = ()>>(
        &self,
        objects: &Objects,
        keep: impl Fn(Value) -> Option<T>,
        tell: impl Fn(Told<T>) -> Fut,
    ) -> ClusterError {
        let namespace = self.namespace.as_deref();
        let mut relisted = 0;
        loop {
            let listed = objects.listed(self.resource, namespace, self.selector, self.part, &keep).await;
            let Listed { items, version } = match listed {
                Ok(listed) => listed,
                Err(error) => return error,
            };
            tell(Told::Listed(items)).await;
            let begun = Instant::now();
            match self.watch(objects, version, &keep, &tell).await {
                Stop::Failed(error) => return error,
                Stop::Forgotten => {
                    relisted = if begun.elapsed() < SOUND { relisted + 1 } else { 0 };
                    if relisted > 0 {
                        tokio::time::sleep(BROKEN.after(relisted)).await;
                    }
                }
            }
        }
    }

    /// Watches from a version on, anew each time that the watch ends.
    async fn watch<T, Fut: Future<Output = ()>>(
        &self,
        objects: &Objects,
        mut version: String,
        keep: &impl Fn(Value) -> Option<T>,
        tell: &impl Fn(Told<T>) -> Fut,
    ) -> Stop {
        let mut broken = 0;
        loop {
            let begun = Instant::now();
            let events = match self.begin(objects, &version).await {
                Ok(events) => events,
                Err(error) if is_forgotten(&error) => return Stop::Forgotten,
                Err(error) => return Stop::Failed(error),
            };
            if let Err(stop) = self.read(events, &mut version, keep, tell).await {
                return stop;
            }
            broken = if begun.elapsed() < SOUND { broken + 1 } else { 0 };
            if broken > 0 {
                tokio::time::sleep(BROKEN.after(broken)).await;
            }
        }
    }

    async fn begin(
        &self,
        objects: &Objects,
        version: &str,
    ) -> Result<impl Stream<Item = kube::Result<WatchEvent<Value>>> + use<>, ClusterError> {
        let mut params = WatchParams::default().timeout(WATCH_SECONDS);
        if let Some(selector) = self.selector {
            params = params.labels(selector);
        }
        let request = Request::new(self.resource.path(self.namespace.as_deref()));
        let request = match self.part {
            Part::Whole => request.watch(&params, version),
            Part::Metadata => request.watch_metadata(&params, version),
        };
        let request = request
            .map_err(|error| ClusterError::new("watch", self.what(), kube::Error::BuildRequest(error)))?;
        let events = bounded("watch", self.what(), objects.client().request_events(request)).await?;
        Ok(events)
    }

    /// Reads one watch to its end, whether it is closed or breaks: what comes after `version` can be had from the next.
    async fn read<T, Fut: Future<Output = ()>>(
        &self,
        events: impl Stream<Item = kube::Result<WatchEvent<Value>>>,
        version_seen: &mut String,
        keep: &impl Fn(Value) -> Option<T>,
        tell: &impl Fn(Told<T>) -> Fut,
    ) -> Result<(), Stop> {
        let mut events = std::pin::pin!(events);
        let end = Instant::now() + Duration::from_secs(u64::from(WATCH_SECONDS)) + CLOSE_LIMIT;
        loop {
            let Ok(event) = timeout(end - Instant::now(), events.next()).await else { return Ok(()) };
            let (object, told): (_, fn(T) -> Told<T>) = match event {
                Some(Ok(WatchEvent::Added(object) | WatchEvent::Modified(object))) => (object, Told::Changed),
                Some(Ok(WatchEvent::Deleted(object))) => (object, Told::Gone),
                Some(Ok(WatchEvent::Bookmark(bookmark))) => {
                    *version_seen = bookmark.metadata.resource_version;
                    continue;
                }
                Some(Ok(WatchEvent::Error(status))) if status.code == 410 => return Err(Stop::Forgotten),
                // What else it is shows when the next one begins.
                Some(Ok(WatchEvent::Error(_)) | Err(_)) | None => return Ok(()),
            };
            *version_seen = version(&object);
            if let Some(kept) = keep(object) {
                tell(told(kept)).await;
            }
        }
    }
}

/// Whether the server does not know any more what came after a version.
fn is_forgotten(error: &ClusterError) -> bool {
    error.reason == Reason::Other && matches!(&error.source, super::error::RequestError::Answer(_))
}

#[cfg(test)]
mod tests;
