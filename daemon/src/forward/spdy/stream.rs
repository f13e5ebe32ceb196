//! The two ends of a request that a local connection holds. Dropping both ends the request.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::super::stream::StreamError;
use super::request::Arrived;
use super::state::State;
use super::tunnel::{Shared, Tunnel, TunnelError};

/// How long after its answer a server may take to try the port, on the pod's own loopback.
const SETTLED: Duration = Duration::from_millis(20);

pub(in crate::forward) struct SpdyReader {
    stream: Arc<Held>,
    has_data: bool,
}

pub(in crate::forward) struct SpdyWriter {
    stream: Arc<Held>,
}

/// Keeps the request, and the tunnel.
struct Held {
    id: u32,
    shared: Arc<Shared>,
    changed: Arc<Notify>,
    tunnel: Tunnel,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shared.write(|state| state.close(self.id, Instant::now()));
        // What it had not taken does not stand in the way any more.
        self.shared.took();
    }
}

pub(super) fn pair(
    tunnel: Tunnel,
    shared: Arc<Shared>,
    id: u32,
    changed: Arc<Notify>,
) -> (SpdyReader, SpdyWriter) {
    let stream = Arc::new(Held { id, shared, changed, tunnel });
    (SpdyReader { stream: stream.clone(), has_data: false }, SpdyWriter { stream })
}

impl SpdyReader {
    /// Whether the pod has ever sent anything.
    pub(in crate::forward) fn has_data(&self) -> bool {
        self.has_data
    }

    /// Waits until it would have been said by now that nothing listens on the port: that is said at once, while nothing
    /// ever says that something does.
    pub(in crate::forward) async fn settle(&self) {
        let Held { id, shared, changed, tunnel } = &*self.stream;
        if !tunnel.replies(*id).await {
            return;
        }
        let arrival = async {
            while !shared.state().has_arrived(*id) {
                changed.notified().await;
            }
        };
        let _ = tokio::time::timeout(SETTLED, arrival).await;
        // Whoever receives finds what has arrived, with or without being stirred.
        changed.notify_one();
    }

    /// The next bytes from the pod, or `None` once its side has closed.
    pub(in crate::forward) async fn receive(&mut self) -> Result<Option<Bytes>, StreamError> {
        let Held { id, shared, .. } = &*self.stream;
        loop {
            let taken = shared.state().take(*id, Instant::now());
            match taken {
                Some(Arrived::Data(data)) => {
                    shared.took();
                    self.has_data = true;
                    return Ok(Some(data));
                }
                Some(Arrived::End) => return Ok(None),
                Some(Arrived::Failed(error)) => return Err(error),
                None => self.change().await,
            }
        }
    }

    /// Waits for something to change, for no longer than the server may take to say what it owes.
    async fn change(&self) {
        let Held { id, shared, changed, .. } = &*self.stream;
        let deadline = shared.state().deadline(*id);
        match deadline {
            None => changed.notified().await,
            Some(deadline) => {
                if timeout_at(deadline, changed.notified()).await.is_err() {
                    shared.state().give_up(*id);
                }
            }
        }
    }
}

impl SpdyWriter {
    /// Returns when there is room for the bytes among those that wait to be written, so that a slow pod slows the local
    /// side down instead of filling memory.
    pub(in crate::forward) async fn send(&mut self, data: &[u8]) -> Result<(), StreamError> {
        let Held { id, shared, .. } = &*self.stream;
        let Ok(room) = shared.room.acquire_many(data.len() as u32).await else {
            let ended = shared.state().failure().unwrap_or_else(|| Arc::new(TunnelError::Ended));
            return Err(ended.into());
        };
        if shared.write(|state| state.send(*id, data))? {
            room.forget();
        }
        Ok(())
    }

    /// Tells the pod's side that the local side has finished sending.
    pub(in crate::forward) fn finish(&mut self) {
        self.stream.shared.write(|state: &mut State| state.finish(self.stream.id));
    }
}
