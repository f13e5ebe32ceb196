//! The numbered event log and its subscriptions.
//!
//! An event is in the store before it leaves, so that numbers are never given twice. It does not know what events mean.

pub mod progress;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use nhd_protocol::event::{Cursor, Event, EventBody};
use tokio::sync::broadcast;

use crate::blocking::{blocking, lock_blocking};
use crate::clock::timestamp_now;
use crate::store::{EVENT_LIMIT, Store};

/// How far a subscriber may fall behind before it is told to ask again.
const SUBSCRIBER_LAG: usize = 1024;

/// The same of progress, of which only the latest is of use.
const PROGRESS_LAG: usize = 64;

/// The log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EventLog {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Arc<Store>,
    tail: Mutex<Tail>,
    live: broadcast::Sender<Arc<Event>>,
    progress: broadcast::Sender<EventBody>,
}

#[derive(Debug)]
struct Tail {
    last: u64,
    kept: VecDeque<Arc<Event>>,
}

/// What a client gets that asks to go on from a cursor.
#[derive(Debug)]
pub enum Since {
    /// The events after it, oldest first.
    Events(Vec<Arc<Event>>),
    /// The log does not reach back so far, or is another one.
    TooOld,
}

impl EventLog {
    pub fn open(store: Arc<Store>) -> Self {
        // The last one counts, understood or not: its number is not given twice.
        let (kept, last) = store.events::<Event>();
        let kept = kept.into_iter().map(|(_, event)| Arc::new(event)).collect();
        let (live, _) = broadcast::channel(SUBSCRIBER_LAG);
        let (progress, _) = broadcast::channel(PROGRESS_LAG);
        Self { inner: Arc::new(Inner { store, tail: Mutex::new(Tail { last, kept }), live, progress }) }
    }

    /// Appends an event. One that cannot be stored is still sent: it is a hint, and clients ask again.
    pub fn publish(&self, body: EventBody) {
        blocking(|| self.append(&mut self.tail(), body));
    }

    fn append(&self, tail: &mut Tail, body: EventBody) {
        tail.last += 1;
        let event = Arc::new(self.event(tail.last, body));
        if let Err(error) = self.inner.store.append_event(tail.last, &*event) {
            tracing::error!(error = %nhd_protocol::error::error_chain(&error), "failed to store an event");
        }
        tail.kept.push_back(Arc::clone(&event));
        while tail.kept.len() as u64 > EVENT_LIMIT {
            tail.kept.pop_front();
        }
        // No receiver is not a failure: nobody listens.
        let _ = self.inner.live.send(event);
    }

    /// What moves without being an event of the log.
    pub fn progress(&self) -> &broadcast::Sender<EventBody> {
        &self.inner.progress
    }

    /// Where the log ends now.
    pub fn cursor(&self) -> Cursor {
        Cursor { epoch: self.inner.store.epoch(), seq: self.tail().last }
    }

    /// What is kept of what came after a cursor: from the oldest, where it is from before that.
    pub fn since(&self, cursor: &Cursor) -> Since {
        let tail = self.tail();
        let oldest = tail.kept.front().map_or(0, |event| event.cursor.seq - 1);
        self.read(&tail, &Cursor { seq: cursor.seq.max(oldest), ..cursor.clone() })
    }

    /// What came after a cursor and, without a gap or a double, everything from now on.
    pub fn subscribe(&self, cursor: Option<&Cursor>) -> (Since, Cursor, broadcast::Receiver<Arc<Event>>) {
        let tail = self.tail();
        let missed = cursor.map_or(Since::TooOld, |cursor| self.read(&tail, cursor));
        let end = Cursor { epoch: self.inner.store.epoch(), seq: tail.last };
        (missed, end, self.inner.live.subscribe())
    }

    fn read(&self, tail: &Tail, cursor: &Cursor) -> Since {
        let first = tail.kept.front().map_or(tail.last + 1, |event| event.cursor.seq);
        if cursor.epoch != self.inner.store.epoch()
            || cursor.seq.saturating_add(1) < first
            || cursor.seq > tail.last
        {
            return Since::TooOld;
        }
        Since::Events(tail.kept.iter().filter(|event| event.cursor.seq > cursor.seq).cloned().collect())
    }

    fn event(&self, seq: u64, body: EventBody) -> Event {
        Event { cursor: Cursor { epoch: self.inner.store.epoch(), seq }, at: timestamp_now(), body }
    }

    fn tail(&self) -> std::sync::MutexGuard<'_, Tail> {
        lock_blocking(&self.inner.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nhd_client::paths::Paths;

    fn log(folder: &std::path::Path) -> EventLog {
        let paths = Paths {
            config: folder.join("config.yaml"),
            home: folder.to_path_buf(),
            runtime: folder.to_path_buf(),
            socket: folder.join("nhd.sock"),
        };
        EventLog::open(Arc::new(Store::open(&paths).expect("store opens")))
    }

    fn warning(number: u64) -> EventBody {
        EventBody::Warning { session: None, message: number.to_string() }
    }

    fn numbers(since: Since) -> Option<Vec<u64>> {
        match since {
            Since::Events(events) => Some(events.iter().map(|event| event.cursor.seq).collect()),
            Since::TooOld => None,
        }
    }

    #[test]
    fn numbers_go_on_in_the_next_daemon_and_a_client_continues_without_a_gap() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let first = log(folder.path());
        (1..=3).for_each(|number| first.publish(warning(number)));
        let seen = Cursor { seq: 2, ..first.cursor() };
        drop(first);

        let second = log(folder.path());
        second.publish(warning(4));
        assert_eq!(numbers(second.since(&seen)), Some(vec![3, 4]));
    }

    #[test]
    fn a_cursor_is_answered_from_what_is_kept_and_one_of_another_log_or_the_future_is_not() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = log(folder.path());
        (1..=EVENT_LIMIT + 5).for_each(|number| log.publish(warning(number)));
        let now = log.cursor();
        assert_eq!(numbers(log.since(&now)), Some(vec![]));
        for early in [0, 4] {
            let early = Cursor { seq: early, ..now.clone() };
            assert_eq!(numbers(log.since(&early)).map(|n| n[0]), Some(6), "from the oldest kept");
            assert_eq!(numbers(log.subscribe(Some(&early)).0), None, "a subscriber must not miss any");
        }
        assert_eq!(numbers(log.since(&Cursor { seq: 5, ..now.clone() })).map(|n| n[0]), Some(6));
        for seq in [now.seq + 1, u64::MAX] {
            assert_eq!(numbers(log.since(&Cursor { seq, ..now.clone() })), None);
        }
        assert_eq!(numbers(log.since(&Cursor { epoch: "other".to_owned(), ..now })), None);
    }

    #[tokio::test]
    async fn a_subscription_has_what_it_missed_and_what_comes() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = log(folder.path());
        log.publish(warning(1));
        let cursor = Cursor { seq: 0, ..log.cursor() };
        let (missed, end, mut live) = log.subscribe(Some(&cursor));
        log.publish(warning(2));
        assert_eq!(numbers(missed), Some(vec![1]));
        assert_eq!(end.seq, 1);
        assert_eq!(live.recv().await.expect("an event").cursor.seq, 2);
    }
}
