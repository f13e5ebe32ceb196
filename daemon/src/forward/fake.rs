//! The far end of tunnels for tests: a WebSocket server in memory that does what the test says, faults included.

use std::{collections::VecDeque, sync::Mutex};

use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream},
    sync::mpsc,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Message, Role},
};

use super::{
    dial::{Dial, OpenError},
    stream::PodStream,
    target::PodTarget,
    websocket,
};

/// As much as a connection of this kind holds between its ends.
const WIRE: usize = 256 << 10;

/// Hands the far end of every stream that is opened to the test.
pub(super) struct FakeDial {
    opened: mpsc::UnboundedSender<(PodTarget, FakePod<DuplexStream>)>,
    refusals: Mutex<VecDeque<OpenError>>,
}

impl FakeDial {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<(PodTarget, FakePod<DuplexStream>)>) {
        let (opened, pods) = mpsc::unbounded_channel();
        (Self { opened, refusals: Mutex::default() }, pods)
    }

    /// The next attempts to open a stream fail with these.
    pub(super) fn refusing(self, refusals: impl IntoIterator<Item = OpenError>) -> Self {
        self.refusals.lock().unwrap().extend(refusals);
        self
    }
}

impl Dial for FakeDial {
    async fn dial(&self, pod: &PodTarget, port: u16) -> Result<PodStream, OpenError> {
        if let Some(refusal) = self.refusals.lock().unwrap().pop_front() {
            return Err(refusal);
        }
        let (stream, far_end) = pair(port).await;
        let _ = self.opened.send((pod.clone(), far_end));
        Ok(stream)
    }
}

pub(super) async fn pair(port: u16) -> (PodStream, FakePod<DuplexStream>) {
    let (near, far) = tokio::io::duplex(WIRE);
    let frames = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
    let mut far_end = FakePod { frames };
    far_end.announce(port).await;
    (PodStream::websocket(websocket::pair(near, port).await, None), far_end)
}

/// Answers pings only while it receives, as every WebSocket does.
pub(super) struct FakePod<S> {
    pub(super) frames: WebSocketStream<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> FakePod<S> {
    pub(super) async fn announce(&mut self, port: u16) {
        for channel in [0, 1] {
            let [low, high] = port.to_le_bytes();
            self.frame(vec![channel, low, high]).await;
        }
    }

    pub(super) async fn frame(&mut self, frame: Vec<u8>) {
        self.frames.send(Message::Binary(frame.into())).await.unwrap();
    }

    pub(super) async fn say(&mut self, data: &[u8]) {
        self.frame([&[0], data].concat()).await;
    }

    pub(super) async fn fail(&mut self, text: &str) {
        self.frame([&[1], text.as_bytes()].concat()).await;
    }

    pub(super) async fn close(&mut self) {
        self.frames.send(Message::Close(None)).await.unwrap();
    }

    /// The next bytes from the local side; `None` when it has gone.
    pub(super) async fn hear(&mut self) -> Option<Bytes> {
        loop {
            match self.frames.next().await? {
                Ok(Message::Binary(frame)) => {
                    assert_eq!(frame[0], 0, "only data goes to the pod");
                    return Some(frame.slice(1..));
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}
