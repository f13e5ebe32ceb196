//! The far end of a tunnel for tests: a server in memory that does what the test says, faults included.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::decode::{Decoder, Frame};
use super::encode::Encoder;
use super::lanes::PAIR;
use super::tunnel::Tunnel;
use super::wire::plain;

/// As much as a connection of this kind holds between its ends.
const WIRE: usize = 64 << 10;

pub(in crate::forward) struct FakeServer {
    wire: DuplexStream,
    decoder: Decoder,
    input: Bytes,
    encoder: Encoder,
    /// What each stream has said, and whether that was all.
    pub(in crate::forward) said: BTreeMap<u32, (BytesMut, bool)>,
    pub(in crate::forward) resets: Vec<u32>,
    pub(in crate::forward) answers_pings: bool,
    pub(in crate::forward) replies: bool,
}

pub(in crate::forward) fn tunnel() -> (Tunnel, FakeServer) {
    let (near, wire) = tokio::io::duplex(WIRE);
    let (reader, writer) = plain(near);
    let server = FakeServer {
        wire,
        decoder: Decoder::default(),
        input: Bytes::new(),
        encoder: Encoder::default(),
        said: BTreeMap::new(),
        resets: Vec::new(),
        answers_pings: true,
        replies: true,
    };
    (Tunnel::begin(reader, writer), server)
}

impl FakeServer {
    /// The next frame from the tunnel, noted; `None` when it has gone.
    pub(in crate::forward) async fn hear(&mut self) -> Option<()> {
        loop {
            if let Some(frame) = self.decoder.decode(&mut self.input).unwrap() {
                self.note(frame).await;
                return Some(());
            }
            let mut buffer = BytesMut::with_capacity(WIRE);
            if self.wire.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
            self.input = buffer.freeze();
        }
    }

    async fn note(&mut self, frame: Frame) {
        match frame {
            Frame::Open { stream, .. } => {
                self.said.insert(stream, (BytesMut::new(), false));
                if self.replies {
                    self.reply(stream).await;
                }
            }
            Frame::Data { stream, data, fin } => {
                let (said, ended) = self.said.get_mut(&stream).expect("a stream that is open");
                assert!(!*ended, "stream {stream} had ended");
                said.extend_from_slice(&data);
                *ended = fin;
            }
            Frame::Reset { stream, .. } => self.resets.push(stream),
            Frame::Ping { id } if self.answers_pings => {
                self.write(|encoder, out| encoder.ping(out, id)).await
            }
            _ => {}
        }
    }

    /// Hears until this holds.
    pub(in crate::forward) async fn until(&mut self, reached: impl Fn(&Self) -> bool) {
        while !reached(self) {
            self.hear().await.expect("the tunnel is there");
        }
    }

    /// Hears until the data stream of a request has said so much.
    pub(in crate::forward) async fn until_said(&mut self, stream: u32, bytes: usize) {
        self.until(|server| server.said.get(&stream).is_some_and(|(said, _)| said.len() >= bytes)).await;
    }

    async fn write(&mut self, frame: impl FnOnce(&mut Encoder, &mut BytesMut)) {
        let mut out = BytesMut::new();
        frame(&mut self.encoder, &mut out);
        self.raw(&out).await;
    }

    /// Fails when the tunnel is gone, which is for others to see.
    pub(in crate::forward) async fn raw(&mut self, bytes: &[u8]) {
        let _ = self.wire.write_all(bytes).await;
    }

    async fn reply(&mut self, stream: u32) {
        let mut reply = [0x80, 3, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0];
        reply[8..].copy_from_slice(&stream.to_be_bytes());
        self.raw(&reply).await;
    }

    pub(in crate::forward) async fn say(&mut self, stream: u32, data: &[u8]) {
        self.write(|encoder, out| encoder.data(out, stream, data, false)).await;
    }

    /// Ends both streams of a request, as when the program in the pod has closed its side.
    pub(in crate::forward) async fn end(&mut self, stream: u32) {
        self.end_data(stream).await;
        self.write(|encoder, out| encoder.data(out, stream - PAIR, &[], true)).await;
    }

    pub(in crate::forward) async fn end_data(&mut self, stream: u32) {
        self.write(|encoder, out| encoder.data(out, stream, &[], true)).await;
    }

    /// As containerd and the kubelet do it: the data stream ends before it is said why.
    pub(in crate::forward) async fn fail(&mut self, stream: u32, text: &str) {
        self.end_data(stream).await;
        self.write(|encoder, out| encoder.data(out, stream - PAIR, text.as_bytes(), false)).await;
        self.reset(stream - PAIR).await;
    }

    pub(in crate::forward) async fn reset(&mut self, stream: u32) {
        self.write(|encoder, out| encoder.reset(out, stream, 5)).await;
    }

    pub(in crate::forward) async fn go_away(&mut self, last_stream: u32) {
        let mut frame = [0x80, 3, 0, 7, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        frame[8..12].copy_from_slice(&last_stream.to_be_bytes());
        self.raw(&frame).await;
    }
}
