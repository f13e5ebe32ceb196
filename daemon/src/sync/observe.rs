//! Looks at syncthing: woken by its events, and from time to time. Says what it saw to the engine's progress.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::core::Core;
use super::progress::Observation;
use super::syncthing::rest::{Rest, RestError};

/// Index updates of our own are not among them: they come with every file's name, and a scan ends with a change of
/// state.
const EVENTS: &str = "DeviceConnected,DeviceDisconnected,StateChanged,FolderErrors,FolderCompletion,RemoteIndexUpdated,\
                      RemoteDownloadProgress";
const EVENTS_WAIT: Duration = Duration::from_secs(60);
const RETRY: Duration = Duration::from_millis(200);
/// How often to look without an event: while something is on its way, while nobody is there, and when all is well.
const LOOK_BUSY: Duration = Duration::from_millis(500);
const LOOK_ALONE: Duration = Duration::from_secs(2);
const LOOK_CALM: Duration = Duration::from_secs(10);
/// Many events come in a burst; one look a burst is enough, and not while a save is on its way.
const BURST: Duration = Duration::from_millis(10);
const SILENCE: Duration = Duration::from_secs(30);
/// Of more entries that the other side lacks is not asked which they are.
const LACKING_ASKED: u64 = 200;
/// So many entries are asked for until one is found that the other side holds.
const WITNESSES: usize = 8;

/// Waits for events and wakes those who act on them. `connections` counts connections made and lost.
pub(super) async fn follow_events(core: &Core, rest: &Rest, connections: &watch::Sender<u64>) -> Infallible {
    let remote = core.options.identity.remote_device.as_str();
    let mut since = 0;
    loop {
        match rest.events(since, EVENTS, EVENTS_WAIT).await {
            Ok(events) => {
                let of_remote =
                    |data: &serde_json::Value| data.get("id").and_then(|id| id.as_str()) == Some(remote);
                let changes = events.iter().filter(|event| {
                    matches!(event.kind.as_str(), "DeviceConnected" | "DeviceDisconnected")
                        && of_remote(&event.data)
                });
                if changes.count() > 0 {
                    connections.send_modify(|count| *count += 1);
                }
                since = events.last().map_or(since, |event| event.id);
                core.refresh.notify_one();
            }
            Err(_) => sleep(RETRY).await,
        }
    }
}

/// Looks again and again; returns, with the reason, when syncthing has not answered for a long time.
pub(super) async fn observe(core: &Core, rest: &Rest, connections: watch::Receiver<u64>) -> String {
    let mut observer = Observer { core, rest, connections, confirmed: None };
    let mut answered = Instant::now();
    loop {
        match observer.look().await {
            Ok(seen) => {
                answered = Instant::now();
                core.learn(|progress| progress.seen = Some(seen));
            }
            Err(error) if answered.elapsed() >= SILENCE => {
                return format!("syncthing has not answered for {} s: {error}", SILENCE.as_secs());
            }
            Err(_) => sleep(RETRY).await,
        }
        let pause = match (core.in_sync(), core.connected()) {
            (true, _) => LOOK_CALM,
            (false, true) => LOOK_BUSY,
            (false, false) => LOOK_ALONE,
        };
        if timeout(pause, core.refresh.notified()).await.is_ok() {
            sleep(BURST).await;
        }
    }
}

struct Observer<'a> {
    core: &'a Core,
    rest: &'a Rest,
    connections: watch::Receiver<u64>,
    /// The connection on which the other side is known to have said what it has.
    confirmed: Option<u64>,
}

impl Observer<'_> {
    async fn look(&mut self) -> Result<Observation, RestError> {
        let begun = Instant::now();
        let options = &self.core.options;
        let (folder_id, device) = (&options.folder_id, &options.identity.remote_device);
        let connection = *self.connections.borrow();
        // Before the rest: what is noted or scanned later is not part of this look.
        let pending = self.core.inbox.has_news() || self.core.scanning.load(Ordering::Acquire);
        let scanned = self.core.scanned.load(Ordering::Acquire);
        let connected = self.rest.connection(device).await?.connected;
        let folder = self.rest.folder_status(folder_id).await?;
        let mut confirmed = connected && self.confirmed == Some(connection);
        if connected && scanned && !confirmed && self.other_side_has_spoken(folder.global_total_items).await?
        {
            confirmed = *self.connections.borrow() == connection;
            self.confirmed = confirmed.then_some(connection);
        }
        let completion = self.rest.completion(folder_id, device).await?;
        let lacks = completion.need_items + completion.need_deletes;
        // What they are is news for people, and for deletions that hang.
        let lacking = if (1..=LACKING_ASKED).contains(&lacks) {
            self.rest.lacking(folder_id, device, lacks).await.unwrap_or_default()
        } else {
            Vec::new()
        };
        let unreadable = if folder.errors + folder.pull_errors > 0 {
            self.rest.folder_errors(folder_id).await?
        } else {
            Vec::new()
        };
        Ok(Observation {
            begun,
            connected,
            connection,
            folder,
            completion,
            confirmed,
            scanned,
            lacking,
            pending,
            unreadable,
        })
    }

    /// Right after connecting, completion is what was last known, or 100 % when nothing was: only once the other side
    /// has announced its index is it true. Versions before 1.20 do not say so. But in all of them a device is listed as
    /// holding a file only after that, so that one file suffices.
    async fn other_side_has_spoken(&self, items: u64) -> Result<bool, RestError> {
        if items == 0 {
            return Ok(true);
        }
        let options = &self.core.options;
        for name in self.rest.top_names(&options.folder_id).await?.iter().take(WITNESSES) {
            if self.rest.holds(&options.folder_id, name, &options.identity.remote_device).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
