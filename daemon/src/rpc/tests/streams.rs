//! The connection of a stream, with a stream behind it that the test plays.

use nhd_protocol::stream::frame::{FrameType, header, read_header};
use nhd_protocol::stream::{
    EndReason, Signal, StreamEnd, StreamKind, StreamState, StreamStatus, TerminalSize,
};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use super::*;
use crate::streams::stream::Inlets;
use crate::streams::{Control, Input, Stream};

fn status(detached: bool) -> StreamStatus {
    let workload = WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Pod, name: "p".into() };
    StreamStatus {
        stream: crate::random_id(8),
        kind: StreamKind::Exec,
        session: None,
        workload,
        pod: None,
        container: None,
        command: Vec::new(),
        named: None,
        tty: true,
        size: None,
        detached,
        hot_reload: false,
        runs: 0,
        state: StreamState::Running,
        clients: 0,
        started_at: String::new(),
        ended_at: None,
        end: None,
    }
}

impl House {
    /// A stream, and a client that has opened a connection to it.
    async fn attached(&self, detached: bool) -> (Arc<Stream>, Inlets, Wire) {
        let (stream, inlets) = Stream::new(Arc::clone(&self.shared), status(detached), None);
        self.streams.add(&stream).expect("there is room");
        let mut wire = self.wire(&self.streams.ticket(&stream).token).await;
        let (code, payload) = wire.next().await.expect("a frame");
        assert_eq!(code, FrameType::Opened as u8, "{payload:?}");
        (stream, inlets, wire)
    }

    async fn wire(&self, token: &str) -> Wire {
        let mut wire = Wire(UnixStream::connect(&self.shared.paths.socket).await.expect("connects"));
        bounded(wire.0.write_all(format!("NHD-STREAM/1 {token}\n").as_bytes())).await.expect("sends");
        wire
    }
}

struct Wire(UnixStream);

impl Wire {
    async fn send(&mut self, code: u8, payload: &[u8]) {
        let mut frame = header(FrameType::Stdin, payload.len());
        frame[0] = code;
        bounded(self.0.write_all(&[&frame, payload].concat())).await.expect("sends");
    }

    /// The next frame; `None` at the end.
    async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        bounded(async {
            let mut head = [0; 5];
            self.0.read_exact(&mut head).await.ok()?;
            let (code, length) = read_header(head);
            let mut payload = vec![0; length];
            self.0.read_exact(&mut payload).await.ok()?;
            Some((code, payload))
        })
        .await
    }

    async fn end(&mut self) -> StreamEnd {
        loop {
            let (code, payload) = self.next().await.expect("an end comes first");
            if code == FrameType::End as u8 {
                assert_eq!(self.next().await, None, "it was the last");
                return serde_json::from_slice(&payload).expect("an end");
            }
        }
    }
}

#[tokio::test]
async fn frames_go_both_ways_and_what_is_unknown_is_passed_over() {
    let house = House::open();
    let (stream, mut inlets, mut wire) = house.attached(true).await;
    wire.send(200, b"what a later client says").await;
    wire.send(FrameType::Stdin as u8, &[0, 255, b'\n']).await;
    wire.send(FrameType::Eof as u8, b"").await;
    wire.send(FrameType::Resize as u8, br#"{"columns":100,"rows":30}"#).await;
    wire.send(FrameType::Signal as u8, br#"{"signal":"int"}"#).await;
    let Some(Input::Bytes(bytes)) = bounded(inlets.input.recv()).await else { panic!("bytes") };
    assert_eq!(&bytes[..], [0, 255, b'\n']);
    assert!(matches!(bounded(inlets.input.recv()).await, Some(Input::End)));
    let Some(Control::Resize(size)) = bounded(inlets.controls.recv()).await else { panic!("a size") };
    assert_eq!(size, TerminalSize { columns: 100, rows: 30 });
    let Some(Control::Signal(Signal::Int, answer)) = bounded(inlets.controls.recv()).await else {
        panic!("a signal")
    };
    answer.send(Ok(())).expect("is awaited");
    stream.buffer.write(FrameType::Stderr, None, b"\xff\x00").await.expect("is open");
    assert_eq!(wire.next().await, Some((FrameType::Stderr as u8, b"\xff\x00".to_vec())));
    let end = StreamEnd { reason: EndReason::Exited, exit_code: Some(3), message: None };
    stream.end(end.clone());
    assert_eq!(wire.end().await, end);
    house.close().await;
}

#[tokio::test]
async fn a_token_that_is_no_good_is_refused_and_a_frame_that_is_wrong_ends_the_connection_alone() {
    let house = House::open();
    for token in ["none", "", &"x".repeat(1000)] {
        assert_eq!(house.wire(token).await.end().await.reason, EndReason::Refused, "{token}");
    }
    for (code, payload) in [
        (FrameType::Resize, b"{}".to_vec()),
        (FrameType::Signal, br#"{"signal":"none"}"#.to_vec()),
        (FrameType::Stdin, vec![0; (64 << 10) + 1]),
    ] {
        let (stream, _inlets, mut wire) = house.attached(true).await;
        wire.send(code as u8, &payload).await;
        let end = wire.end().await;
        assert!(end.reason == EndReason::Malformed && end.message.is_some(), "{end:?}");
        assert!(!stream.is_over(), "it goes on without its client");
    }
    house.close().await;
}

#[tokio::test]
async fn what_belongs_to_a_client_is_closed_with_its_connection_and_what_is_detached_is_not() {
    let house = House::open();
    for detached in [false, true] {
        let (stream, mut inlets, wire) = house.attached(detached).await;
        assert_eq!(stream.status().clients, 1);
        drop(wire);
        let told =
            tokio::time::timeout(Duration::from_secs(if detached { 1 } else { 20 }), inlets.controls.recv());
        let told = told.await.ok().flatten();
        assert_eq!(matches!(told, Some(Control::Close(EndReason::Closed))), !detached, "{told:?}");
        assert_eq!(stream.status().clients, 0);
    }
    house.close().await;
}
