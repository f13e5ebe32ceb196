//! The upgraded connection below a tunnel, whatever it was upgraded to. It carries bytes and knows nothing of frames.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{
    self,
    protocol::{CloseFrame, Message, Role, WebSocketConfig, frame::coding::CloseCode},
};

const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// API servers pass on 32 KiB at once; a peer must not make us hold more than this.
const MAX_MESSAGE: usize = 4 << 20;
/// What the API server sends at once, with the head of the message.
const READ: usize = 33 << 10;

pub(crate) trait Wire: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Wire for T {}
type BoxedWire = Pin<Box<dyn Wire>>;

#[derive(Debug, thiserror::Error)]
pub(in crate::forward) enum WireError {
    #[error(transparent)]
    WebSocket(#[from] Box<tungstenite::Error>),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("it was closed ({code}): {reason}")]
    Closed { code: CloseCode, reason: String },
    #[error("a message that is not binary came")]
    NotBinary,
}

pub(in crate::forward) enum WireReader {
    WebSocket(SplitStream<WebSocketStream<BoxedWire>>),
    Plain { wire: ReadHalf<BoxedWire>, buffer: BytesMut },
}

pub(in crate::forward) enum WireWriter {
    WebSocket(SplitSink<WebSocketStream<BoxedWire>, Message>),
    /// What of the last write is still to be written, where it was given up.
    Plain {
        wire: WriteHalf<BoxedWire>,
        left: Bytes,
    },
}

/// Bytes in the binary messages of a WebSocket, wherever one ends and the next begins.
pub(in crate::forward) async fn websocket(wire: impl Wire + 'static) -> (WireReader, WireWriter) {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ)
        .write_buffer_size(0)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let wire: BoxedWire = Box::pin(wire);
    let (sink, stream) = WebSocketStream::from_raw_socket(wire, Role::Client, Some(config)).await.split();
    (WireReader::WebSocket(stream), WireWriter::WebSocket(sink))
}

pub(in crate::forward) fn plain(wire: impl Wire + 'static) -> (WireReader, WireWriter) {
    let wire: BoxedWire = Box::pin(wire);
    let (reader, writer) = tokio::io::split(wire);
    (
        WireReader::Plain { wire: reader, buffer: BytesMut::new() },
        WireWriter::Plain { wire: writer, left: Bytes::new() },
    )
}

impl WireReader {
    /// The next bytes; `None` after the last. Dropping this loses nothing.
    pub(in crate::forward) async fn read(&mut self) -> Result<Option<Bytes>, WireError> {
        match self {
            Self::Plain { wire, buffer } => {
                buffer.reserve(READ);
                let read = wire.read_buf(buffer).await?;
                Ok((read > 0).then(|| buffer.split().freeze()))
            }
            Self::WebSocket(messages) => loop {
                match messages.next().await {
                    Some(Ok(Message::Binary(bytes))) if bytes.is_empty() => {}
                    Some(Ok(Message::Binary(bytes))) => return Ok(Some(bytes)),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(frame))) => {
                        return complaint(frame).map_or(Ok(None), |CloseFrame { code, reason }| {
                            Err(WireError::Closed { code, reason: reason.to_string() })
                        });
                    }
                    Some(Ok(_)) => return Err(WireError::NotBinary),
                    Some(Err(source)) => return Err(Box::new(source).into()),
                    None => return Ok(None),
                }
            },
        }
    }
}

impl WireWriter {
    /// Returns when the bytes have been handed to the kernel. Where this was given up, what it had begun is ended first:
    /// half a frame would swallow the beginning of the next.
    pub(in crate::forward) async fn write(&mut self, bytes: Bytes) -> Result<(), WireError> {
        match self {
            Self::WebSocket(messages) => messages.send(Message::Binary(bytes)).await.map_err(Box::new)?,
            Self::Plain { wire, left } => {
                wire.write_all_buf(left).await?;
                *left = bytes;
                wire.write_all_buf(left).await?;
                wire.flush().await?;
            }
        }
        Ok(())
    }

    /// Says goodbye, so that everything between here and the pod can let go at once; best effort.
    pub(in crate::forward) async fn close(&mut self) {
        let _ = match self {
            Self::WebSocket(messages) => {
                timeout(CLOSE_LIMIT, messages.send(Message::Close(None))).await.map(drop)
            }
            Self::Plain { wire, .. } => timeout(CLOSE_LIMIT, wire.shutdown()).await.map(drop),
        };
    }
}

/// What the end of a WebSocket says, unless it is an end like any other.
pub(in crate::forward) fn complaint(frame: Option<CloseFrame>) -> Option<CloseFrame> {
    frame.filter(|frame| !matches!(frame.code, CloseCode::Normal | CloseCode::Away | CloseCode::Status))
}
