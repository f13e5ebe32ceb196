//! One stream of bytes into a pod, whichever way it goes. Knows nothing of the local side.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;
use tokio_tungstenite::tungstenite::{self, protocol::frame::coding::CloseCode};

use super::pool::Lease;
use super::spdy::{SpdyReader, SpdyWriter, TunnelError};
use super::websocket::{WebSocketReader, WebSocketWriter};

/// Also the size of the buffers below it, so that a frame is one read and one write.
pub(super) const MAX_CHUNK: usize = 64 << 10;
/// How long a local side that takes nothing may hold up others on the same tunnel.
pub(super) const STALL_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum StreamError {
    #[error("the pod's side failed: {text}")]
    Pod { text: String },

    #[error("the pod's side reset the connection (status {status})")]
    Reset { status: u32 },

    #[error("no answer from the pod's side to the connection")]
    Unanswered,

    #[error("the connection to the API server broke")]
    Broken { source: Arc<tungstenite::Error> },

    #[error("the API server closed the connection ({code}): {reason}")]
    Closed { code: CloseCode, reason: String },

    #[error("the API server is going away")]
    GoneAway,

    #[error("no answer from the API server for {} s", silence.as_secs())]
    Dead { silence: Duration },

    #[error("an unexpected frame from the API server: {what}")]
    Frame { what: &'static str },

    #[error(
        "its client read nothing for {} s while {} KiB waited for it, and so held up other connections",
        STALL_LIMIT.as_secs(),
        bytes >> 10
    )]
    Stalled { bytes: usize },

    #[error(transparent)]
    Tunnel(#[from] Arc<TunnelError>),
}

pub(super) struct PodStream {
    pub(super) reader: PodReader,
    pub(super) writer: PodWriter,
}

pub(super) enum PodReader {
    Spdy(SpdyReader),
    WebSocket(Box<WebSocketReader>),
}

pub(super) enum PodWriter {
    Spdy { writer: SpdyWriter, lease: Option<Lease> },
    WebSocket { writer: Box<WebSocketWriter>, _place: Option<OwnedSemaphorePermit> },
}

impl PodStream {
    pub(super) fn spdy((reader, writer): (SpdyReader, SpdyWriter), lease: Option<Lease>) -> Self {
        Self { reader: PodReader::Spdy(reader), writer: PodWriter::Spdy { writer, lease } }
    }

    pub(super) fn websocket(
        (reader, writer): (WebSocketReader, WebSocketWriter),
        place: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self {
            reader: PodReader::WebSocket(Box::new(reader)),
            writer: PodWriter::WebSocket { writer: Box::new(writer), _place: place },
        }
    }

    /// Says goodbye, so that everything between here and the pod can let go at once; best effort.
    pub(super) async fn close(self) {
        match self.writer {
            // Dropped, it is closed.
            PodWriter::Spdy { .. } => {}
            PodWriter::WebSocket { mut writer, .. } => writer.close().await,
        }
    }
}

impl PodReader {
    /// Whether the pod has ever sent anything.
    pub(super) fn has_data(&self) -> bool {
        match self {
            Self::Spdy(reader) => reader.has_data(),
            Self::WebSocket(reader) => reader.has_data(),
        }
    }

    /// Waits until nothing has been heard of nobody listening, where that can be known before anything is sent. What is
    /// sent to nobody is in the way of others (see [`super::spdy`]).
    pub(super) async fn settle(&self) {
        match self {
            Self::Spdy(reader) => reader.settle().await,
            Self::WebSocket(_) => {}
        }
    }

    /// The next bytes from the pod, or `None` once its side has closed.
    pub(super) async fn receive(&mut self) -> Result<Option<Bytes>, StreamError> {
        match self {
            Self::Spdy(reader) => reader.receive().await,
            Self::WebSocket(reader) => reader.receive().await,
        }
    }
}

impl PodWriter {
    /// Takes at most [`MAX_CHUNK`] bytes. Returns when they are on their way, so that a slow pod slows the local side
    /// down instead of filling memory.
    pub(super) async fn send(&mut self, data: &[u8]) -> Result<(), StreamError> {
        match self {
            Self::Spdy { writer, .. } => writer.send(data).await,
            Self::WebSocket { writer, .. } => writer.send(data).await,
        }
    }

    /// Returns when a sign of life is wanted of this stream; a tunnel sees to that for all of its own.
    pub(super) async fn ping_wanted(&self) {
        match self {
            Self::Spdy { .. } => std::future::pending().await,
            Self::WebSocket { writer, .. } => writer.ping_wanted().await,
        }
    }

    pub(super) async fn ping(&mut self) -> Result<(), StreamError> {
        match self {
            Self::Spdy { .. } => Ok(()),
            Self::WebSocket { writer, .. } => writer.ping().await,
        }
    }

    /// The local side has finished sending. That makes it unlikely that much is still to come, so that another
    /// connection may have its tunnel, too.
    pub(super) fn rest(&mut self) {
        if let Self::Spdy { lease, .. } = self {
            *lease = None;
        }
    }

    /// Tells the pod's side that the local side has finished sending, and whether there is a way to.
    pub(super) fn finish(&mut self) -> bool {
        match self {
            Self::Spdy { writer, .. } => {
                writer.finish();
                true
            }
            Self::WebSocket { .. } => false,
        }
    }
}
