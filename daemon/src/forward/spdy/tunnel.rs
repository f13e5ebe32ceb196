//! A tunnel: two tasks around a connection, and what they share with its requests. It ends with the last of those who
//! hold it, when the connection ends, when the peer is dead, or when nobody has wanted anything for a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::super::liveness::PING_INTERVAL;
use super::decode::{Decoder, FrameError};
use super::state::State;
use super::stream::{SpdyReader, SpdyWriter, pair};
use super::wire::{WireError, WireReader, WireWriter};

/// How much may wait to be written, of all requests together; whoever comes first gets the next place.
const OUT_BUFFER: usize = 256 << 10;
/// How long a tunnel is kept for whoever comes next.
pub(in crate::forward) const IDLE_LIMIT: Duration = Duration::from_secs(120);
/// A tunnel from which nothing was heard for this long may be gone: firewalls forget, API servers restart. It has to
/// answer before anything is entrusted to it.
const STALE: Duration = Duration::from_secs(5);
/// How long it may take to answer then.
const PROOF_LIMIT: Duration = Duration::from_secs(3);
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub(in crate::forward) enum TunnelError {
    #[error("the connection to the API server broke")]
    Broken { source: WireError },
    #[error("the connection to the API server ended")]
    Ended,
    #[error("no answer from the API server for {} s", silence.as_secs())]
    Dead { silence: Duration },
    #[error("what came from the API server is not SPDY")]
    Frame { source: FrameError },
    #[error("the API server opened a stream")]
    Opens,
}

/// Kept by whoever opens requests, and by each request.
#[derive(Clone)]
pub(in crate::forward) struct Tunnel {
    shared: Arc<Shared>,
    _stop: Arc<DropGuard>,
}

pub(super) struct Shared {
    state: Mutex<State>,
    to_write: Notify,
    taken: Notify,
    /// Something was heard, or the tunnel has ended.
    heard: Notify,
    pub(super) room: Semaphore,
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what there is to write.
    pub(super) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.to_write.notify_one();
        changed
    }

    /// Somebody took what had arrived.
    pub(super) fn took(&self) {
        self.taken.notify_one();
    }

    fn end(&self, error: TunnelError) {
        self.state().end(error);
        self.room.close();
        self.to_write.notify_one();
        self.taken.notify_one();
        self.heard.notify_waiters();
    }
}

impl Tunnel {
    pub(in crate::forward) fn begin(reader: WireReader, writer: WireWriter) -> Self {
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(Instant::now())),
            to_write: Notify::new(),
            taken: Notify::new(),
            heard: Notify::new(),
            room: Semaphore::new(OUT_BUFFER),
        });
        tokio::spawn(run(shared.clone(), reader, writer, stop.clone()));
        Self { shared, _stop: Arc::new(stop.drop_guard()) }
    }

    pub(in crate::forward) fn is_accepting(&self) -> bool {
        self.shared.state().is_accepting()
    }

    /// A stream to `port` in the pod, on which can be written at once; `None` where this tunnel turns out to be gone, or
    /// takes no more. Nothing has been sent of it then.
    pub(in crate::forward) async fn open(&self, port: u16) -> Option<(SpdyReader, SpdyWriter)> {
        let (now, changed) = (Instant::now(), Arc::new(Notify::new()));
        let (stream, is_stale) = self.shared.write(|state| {
            let is_stale = now.saturating_duration_since(state.heard) >= STALE;
            Some((state.open(port, now, changed.clone())?, is_stale))
        })?;
        // One alone may have kept the tunnel from being read, which it cannot beside another.
        self.shared.took();
        let (reader, writer) = pair(self.clone(), self.shared.clone(), stream, changed);
        if is_stale && !self.replies(stream).await {
            self.shared.write(State::retire);
            return None;
        }
        Some((reader, writer))
    }

    /// Whether the other side is there and speaks the protocol.
    pub(in crate::forward) async fn answers(&self) -> bool {
        let before = self.shared.state().heard;
        self.shared.write(State::ping);
        self.is_heard(|state| state.heard > before).await
    }

    pub(super) async fn replies(&self, stream: u32) -> bool {
        self.is_heard(|state| state.replied(stream)).await
    }

    async fn is_heard(&self, of: impl Fn(&State) -> bool) -> bool {
        let waiting = async {
            loop {
                let heard = self.shared.heard.notified();
                tokio::pin!(heard);
                heard.as_mut().enable();
                {
                    let state = self.shared.state();
                    if state.is_ended() || of(&state) {
                        return !state.is_ended();
                    }
                }
                heard.await;
            }
        };
        timeout(PROOF_LIMIT, waiting).await.unwrap_or(false)
    }
}

async fn run(shared: Arc<Shared>, reader: WireReader, mut writer: WireWriter, stop: CancellationToken) {
    let ended = tokio::select! {
        () = stop.cancelled() => TunnelError::Ended,
        error = read(&shared, reader) => error,
        error = write(&shared, &mut writer) => TunnelError::Broken { source: error },
    };
    tracing::debug!(error = &ended as &dyn std::error::Error, "a tunnel ended");
    shared.end(ended);
    // Where half a message is stuck on its way there is no goodbye.
    let goodbye = shared.state().goodbye().freeze();
    if let Ok(Ok(())) = timeout(GOODBYE_LIMIT, writer.write(goodbye)).await {
        writer.close().await;
    }
}

/// Reads until there is no more reason to, and says why.
async fn read(shared: &Shared, mut reader: WireReader) -> TunnelError {
    let mut decoder = Decoder::default();
    loop {
        room_to_read(shared).await;
        // Pings are asked for only while this waits: whoever does not read hears no answers.
        let mut bytes = match timeout(PING_INTERVAL, reader.read()).await {
            Ok(Ok(Some(bytes))) => bytes,
            Ok(Ok(None)) => return TunnelError::Ended,
            Ok(Err(source)) => return TunnelError::Broken { source },
            Err(_) => match shared.write(silent) {
                Some(end) => return end,
                None => continue,
            },
        };
        let now = Instant::now();
        let mut state = shared.state();
        state.heard(now);
        let accepted = accept(&mut state, &mut decoder, &mut bytes, now);
        let (has_to_write, is_used_up) = (state.has_to_write(), state.is_used_up());
        drop(state);
        shared.heard.notify_waiters();
        if has_to_write {
            shared.to_write.notify_one();
        }
        match accepted {
            Err(error) => return error,
            Ok(()) if is_used_up => return TunnelError::Ended,
            Ok(()) => {}
        }
    }
}

fn accept(
    state: &mut State,
    decoder: &mut Decoder,
    bytes: &mut bytes::Bytes,
    now: Instant,
) -> Result<(), TunnelError> {
    while let Some(frame) = decoder.decode(bytes).map_err(|source| TunnelError::Frame { source })? {
        state.accept(frame, now)?;
    }
    Ok(())
}

/// Nothing was heard for an interval: whether that is the end, or a sign of life is asked for.
fn silent(state: &mut State) -> Option<TunnelError> {
    if let Some(silence) = state.liveness.silent() {
        return Some(TunnelError::Dead { silence });
    }
    if state.is_idle() && state.idle_since.elapsed() >= IDLE_LIMIT {
        state.retire();
    }
    if state.is_used_up() {
        return Some(TunnelError::Ended);
    }
    state.ping();
    None
}

/// Waits until local sides have taken enough of what has arrived.
async fn room_to_read(shared: &Shared) {
    loop {
        let (has_room, look_again) = {
            let mut state = shared.state();
            let look_again = state.end_stalled(Instant::now());
            (state.has_room(), look_again)
        };
        if has_room {
            return;
        }
        // What was ended above may have left something to write.
        shared.to_write.notify_one();
        tokio::select! {
            () = shared.taken.notified() => {}
            () = sleep_until(look_again.unwrap_or_else(|| Instant::now() + PING_INTERVAL)) => {}
        }
    }
}

/// Writes whatever there is to write, together what has come together, until that fails.
async fn write(shared: &Shared, writer: &mut WireWriter) -> WireError {
    loop {
        let out = shared.state().outgoing();
        if out.bytes.is_empty() {
            shared.to_write.notified().await;
            continue;
        }
        if let Err(error) = writer.write(out.bytes.freeze()).await {
            return error;
        }
        shared.room.add_permits(out.data);
    }
}
