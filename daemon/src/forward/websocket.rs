//! The last resort: one stream of bytes into a pod over a WebSocket of its own, in a protocol that all API servers have
//! (`v4.channel.k8s.io`). Knows nothing of how the WebSocket came to be, nor of the local side.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::{Buf as _, Bytes};
use futures::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use tokio::{sync::Notify, time::timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig},
};

use super::liveness::{Liveness, PING_INTERVAL};
use super::spdy::{Wire, complaint};
use super::stream::{MAX_CHUNK, StreamError};

const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// Servers send what they read at once, 32 KiB; a peer must not make us hold more than this.
const MAX_FRAME: usize = 4 << 20;

const DATA: u8 = 0;
const ERROR: u8 = 1;

type WebSocketFrames = WebSocketStream<Pin<Box<dyn Wire>>>;

pub(super) struct WebSocketReader {
    frames: SplitStream<WebSocketFrames>,
    port: u16,
    announced: [bool; 2],
    has_data: bool,
    pulse: Arc<Pulse>,
}

pub(super) struct WebSocketWriter {
    frames: SplitSink<WebSocketFrames, Message>,
    pulse: Arc<Pulse>,
}

/// What both directions know of whether the peer is alive.
#[derive(Default)]
struct Pulse {
    ping_wanted: Notify,
    liveness: Mutex<Liveness>,
}

impl Pulse {
    fn liveness(&self) -> MutexGuard<'_, Liveness> {
        self.liveness.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn pair(wire: impl Wire + 'static, port: u16) -> (WebSocketReader, WebSocketWriter) {
    let config = WebSocketConfig::default()
        .read_buffer_size(MAX_CHUNK)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MAX_CHUNK)
        .max_message_size(Some(MAX_FRAME))
        .max_frame_size(Some(MAX_FRAME));
    let wire: Pin<Box<dyn Wire>> = Box::pin(wire);
    let (sink, stream) = WebSocketFrames::from_raw_socket(wire, Role::Client, Some(config)).await.split();
    let pulse = Arc::new(Pulse::default());
    let reader = WebSocketReader {
        frames: stream,
        port,
        announced: [false; 2],
        has_data: false,
        pulse: pulse.clone(),
    };
    (reader, WebSocketWriter { frames: sink, pulse })
}

impl WebSocketReader {
    /// Whether the pod has ever sent anything.
    pub(super) fn has_data(&self) -> bool {
        self.has_data
    }

    /// The next bytes from the pod, or `None` once its side has closed. Pings are asked for only while this waits:
    /// whoever does not read hears no answers.
    pub(super) async fn receive(&mut self) -> Result<Option<Bytes>, StreamError> {
        loop {
            let Ok(frame) = timeout(PING_INTERVAL, self.frames.next()).await else {
                if let Some(silence) = self.pulse.liveness().silent() {
                    return Err(StreamError::Dead { silence });
                }
                self.pulse.ping_wanted.notify_one();
                continue;
            };
            self.pulse.liveness().heard();
            match frame {
                Some(Ok(Message::Binary(frame))) => match self.unpack(frame)? {
                    Some(data) => {
                        self.has_data = true;
                        return Ok(Some(data));
                    }
                    None => continue,
                },
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(frame))) => {
                    return complaint(frame).map_or(Ok(None), |CloseFrame { code, reason }| {
                        Err(StreamError::Closed { code, reason: reason.to_string() })
                    });
                }
                Some(Ok(_)) => return Err(StreamError::Frame { what: "it is not binary" }),
                Some(Err(source)) => return Err(StreamError::Broken { source: Arc::new(source) }),
                None => return Ok(None),
            }
        }
    }

    /// The first frame of each channel is the port, little-endian, which Kubernetes repeats before anything else.
    fn unpack(&mut self, mut frame: Bytes) -> Result<Option<Bytes>, StreamError> {
        if frame.is_empty() {
            return Err(StreamError::Frame { what: "it names no channel" });
        }
        let channel = frame.get_u8();
        let Some(announced) = self.announced.get_mut(usize::from(channel)) else {
            return Err(StreamError::Frame { what: "its channel is unknown" });
        };
        if !*announced {
            if *frame != self.port.to_le_bytes() {
                return Err(StreamError::Frame { what: "it should announce the port" });
            }
            *announced = true;
            return Ok(None);
        }
        match channel {
            _ if frame.is_empty() => Ok(None),
            ERROR => Err(StreamError::Pod { text: String::from_utf8_lossy(&frame).trim().to_owned() }),
            _ => Ok(Some(frame)),
        }
    }
}

impl WebSocketWriter {
    /// Returns when the bytes (at most [`MAX_CHUNK`] of them) have been handed to the kernel, so that a slow pod slows
    /// the local side down instead of filling memory.
    pub(super) async fn send(&mut self, data: &[u8]) -> Result<(), StreamError> {
        let mut frame = Vec::with_capacity(data.len() + 1);
        frame.push(DATA);
        frame.extend_from_slice(data);
        self.pulse.liveness().sent(data.len(), 0);
        self.push(Message::Binary(frame.into())).await
    }

    /// Returns when the reader has waited long enough to want a sign of life.
    pub(super) async fn ping_wanted(&self) {
        self.pulse.ping_wanted.notified().await;
    }

    pub(super) async fn ping(&mut self) -> Result<(), StreamError> {
        self.push(Message::Ping(Bytes::new())).await?;
        self.pulse.liveness().sent(0, 1);
        Ok(())
    }

    /// Says goodbye, so that everything between here and the pod can let go at once; best effort.
    pub(super) async fn close(&mut self) {
        let _ = timeout(CLOSE_LIMIT, self.frames.send(Message::Close(None))).await;
    }

    async fn push(&mut self, message: Message) -> Result<(), StreamError> {
        self.frames.send(message).await.map_err(|source| StreamError::Broken { source: Arc::new(source) })
    }
}
