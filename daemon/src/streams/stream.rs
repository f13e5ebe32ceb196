//! One terminal, command or log: what is known of it, what it has written, and the ways into it. It does not know what
//! is at the other end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::event::EventBody;
use nhd_protocol::stream::frame::{NoticeKind, StreamNotice};
use nhd_protocol::stream::{
    EndReason, Signal, StreamEnd, StreamKind, StreamState, StreamStatus, TerminalOpenParams, TerminalSize,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::buffer::Buffer;
use crate::clock::timestamp_now;
use crate::session::Shared;

/// Pieces of input that wait for the process; then their client waits.
const INPUTS: usize = 4;
const CONTROLS: usize = 8;
/// How long a control may wait until it is taken, and an end until it is there.
const CONTROL_LIMIT: Duration = Duration::from_secs(20);

/// What goes into a process.
#[derive(Debug)]
pub enum Input {
    Bytes(Bytes),
    End,
}

/// What is done to a process.
#[derive(Debug)]
pub enum Control {
    Resize(TerminalSize),
    Signal(Signal, oneshot::Sender<Result<(), ErrorInfo>>),
    Close(EndReason),
}

/// The other ends of a stream's ways in.
pub struct Inlets {
    pub input: mpsc::Receiver<Input>,
    pub controls: mpsc::Receiver<Control>,
}

/// An end that was brought about.
pub fn ended(reason: EndReason) -> StreamEnd {
    StreamEnd { reason, exit_code: None, message: None }
}

/// It could not even begin.
pub fn not_started(message: String) -> StreamEnd {
    StreamEnd { reason: EndReason::NotStarted, exit_code: None, message: Some(message) }
}

/// A terminal, a command or a log.
pub struct Stream {
    pub id: String,
    pub buffer: Buffer,
    shared: Arc<Shared>,
    status: watch::Sender<StreamStatus>,
    input: mpsc::Sender<Input>,
    controls: mpsc::Sender<Control>,
    /// What a terminal was opened with.
    pub recipe: Option<TerminalOpenParams>,
    used: Mutex<Instant>,
}

impl Stream {
    pub fn new(
        shared: Arc<Shared>,
        status: StreamStatus,
        recipe: Option<TerminalOpenParams>,
    ) -> (Arc<Self>, Inlets) {
        let (input, inputs) = mpsc::channel(INPUTS);
        let (controls, control) = mpsc::channel(CONTROLS);
        let stream = Self {
            id: status.stream.clone(),
            // What nobody has come for yet is not thrown away, unless it may be.
            buffer: Buffer::new(!status.detached),
            shared,
            status: watch::Sender::new(status),
            input,
            controls,
            recipe,
            used: Mutex::new(Instant::now()),
        };
        (Arc::new(stream), Inlets { input: inputs, controls: control })
    }

    pub fn status(&self) -> StreamStatus {
        self.status.borrow().clone()
    }

    /// The status, where it is one that is wanted: there may be many that are not.
    pub fn status_if(&self, wanted: impl Fn(&StreamStatus) -> bool) -> Option<StreamStatus> {
        let status = self.status.borrow();
        wanted(&status).then(|| status.clone())
    }

    pub fn kind(&self) -> StreamKind {
        self.status.borrow().kind
    }

    /// Whether it outlives its clients.
    pub fn is_detached(&self) -> bool {
        self.status.borrow().detached
    }

    pub fn has_clients(&self) -> bool {
        self.status.borrow().clients > 0
    }

    /// Changes what is known of it. A new state is told to subscribers.
    pub fn update(&self, change: impl FnOnce(&mut StreamStatus)) {
        let mut news = None;
        self.status.send_modify(|status| {
            let before = (status.state, status.runs);
            change(status);
            let told = (status.state, status.runs) != before && status.kind != StreamKind::Log;
            news = told.then(|| status.clone());
        });
        if let Some(status) = news {
            self.shared.events.publish(EventBody::Stream { stream: Box::new(status) });
        }
    }

    /// It is over. What it has written can still be read.
    pub fn end(&self, end: StreamEnd) {
        self.update(|status| {
            status.state = StreamState::Ended;
            status.ended_at = Some(timestamp_now());
            status.end = Some(end.clone());
        });
        self.touch();
        self.buffer.release();
        self.buffer.end(end);
    }

    pub fn is_over(&self) -> bool {
        self.status.borrow().state == StreamState::Ended
    }

    /// Somebody uses it.
    pub fn touch(&self) {
        *self.used.lock().expect("nobody panics with a moment in hand") = Instant::now();
    }

    pub fn unused_for(&self) -> Duration {
        self.used.lock().expect("nobody panics with a moment in hand").elapsed()
    }

    /// Waits until the process takes it. What is sent to one that has ended is lost.
    pub async fn write(&self, input: Input) {
        self.touch();
        let _ = self.input.send(input).await;
    }

    /// Has something done. One that has ended needs it no more.
    pub async fn control(&self, control: Control) {
        let _ = tokio::time::timeout(CONTROL_LIMIT, self.controls.send(control)).await;
    }

    pub async fn resize(&self, size: TerminalSize) {
        self.update(|status| status.size = Some(size));
        self.control(Control::Resize(size)).await;
    }

    pub async fn signal(&self, signal: Signal) -> Result<(), ErrorInfo> {
        let (answer, answered) = oneshot::channel();
        if self.is_over() {
            return Err(ErrorInfo::new(ErrorKind::CommandFailed, "it has ended: there is nothing to signal"));
        }
        self.control(Control::Signal(signal, answer)).await;
        match tokio::time::timeout(CONTROL_LIMIT, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(ErrorInfo::new(ErrorKind::CommandFailed, "it ended meanwhile")),
            Err(_) => {
                let message = format!("nobody knows within {} s whether it arrived", CONTROL_LIMIT.as_secs());
                Err(ErrorInfo::new(ErrorKind::Timeout, message).with_hint("try again"))
            }
        }
    }

    /// Ends it, and waits until it has ended.
    pub async fn close(&self, reason: EndReason) {
        self.control(Control::Close(reason)).await;
        let mut status = self.status.subscribe();
        let ended = status.wait_for(|status| status.state == StreamState::Ended);
        let _ = tokio::time::timeout(CONTROL_LIMIT, ended).await;
    }

    /// Tells whoever reads it what becomes of it, in the midst of what it writes; waits until there is room.
    pub async fn note(&self, kind: NoticeKind, message: &str, exit_code: Option<i32>) {
        let notice = StreamNotice { kind, message: message.to_owned(), exit_code };
        // Nobody ends the buffer but whoever is told here.
        let _ = self.buffer.notice(notice).await;
    }

    /// A client came or went.
    pub fn count_clients(&self) {
        self.touch();
        let clients = u32::try_from(self.buffer.readers()).unwrap_or(u32::MAX);
        self.update(|status| status.clients = clients);
    }
}
