//! A process in a container of a pod, with its standard streams: `pods/exec` over a WebSocket. It does not know what is
//! run nor for whom.
//!
//! What has been started is not ended by closing the stream: Kubernetes has no way to say so. Whoever starts something
//! that does not end by itself has to end it from inside the container.

mod run;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use kube::core::Status;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use super::connection::Connection;
use super::error::{ClusterError, Reason, bounded};

pub use run::{RunLimits, RunOutput, run};

const PING_INTERVAL: Duration = Duration::from_secs(15);
const MISSED_PINGS: u32 = 3;
/// The API server answers pings in order with data. Behind input that the process is slow to take, silence proves nothing;
/// a peer that is gone is then found by TCP's own keepalive.
const MUCH_INPUT: usize = 64 << 10;
/// How a process ended may overtake the last of what it wrote. The API server closes after that; where it does neither for
/// so long, what has come is not all.
const LAST_WORDS: Duration = Duration::from_secs(30);
const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// The largest piece of input that is one frame.
pub const MAX_INPUT: usize = 64 << 10;
/// Servers send what they read at once, 32 KiB; a peer must not make us hold more than this.
const MAX_FRAME: usize = 4 << 20;

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
const RESIZE: u8 = 4;
/// Says that the channel that follows has ended; since `v5.channel.k8s.io`, which API servers speak from 1.30 on.
const CLOSE: u8 = 255;

type Frames = WebSocketStream<TokioIo<Upgraded>>;

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerRef {
    pub namespace: String,
    pub pod: String,
    pub container: String,
}

impl std::fmt::Display for ContainerRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "container {} of pod {}/{}", self.container, self.namespace, self.pod)
    }
}

/// What is to be run, without a shell around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecCommand {
    /// The program, looked up in the container's `PATH`, and its arguments.
    pub command: Vec<String>,
    /// In a terminal, where standard output and standard error are one.
    pub tty: bool,
    /// Whether it has standard input; without, it reads its end at once.
    pub stdin: bool,
}

/// What a process says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecEvent {
    Stdout(Bytes),
    Stderr(Bytes),
    /// The last one.
    End(ExecEnd),
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecEnd {
    /// With an exit code; 128 and the signal's number where a signal ended it.
    Exited(i32),
    /// It was not started, or its end is not known: in the words of the container runtime.
    Failed(String),
}

impl ExecEnd {
    /// Whether the program is not in the container, as far as the runtime's words tell.
    #[must_use]
    pub fn is_missing_program(&self) -> bool {
        let missing = |text: &str| {
            ["not found in $PATH", "no such file or directory"].iter().any(|words| text.contains(words))
        };
        matches!(self, Self::Failed(text) if missing(text))
    }
}

/// What goes into a process. Its clones are the same.
#[derive(Clone)]
pub struct ExecInput {
    sink: Arc<Mutex<SplitSink<Frames, Message>>>,
    unanswered: Arc<AtomicUsize>,
    closes_stdin: bool,
    container: Arc<ContainerRef>,
}

/// What comes from a process. Whoever does not read makes the process wait as soon as the buffers between are full.
pub struct ExecOutput {
    frames: SplitStream<Frames>,
    input: ExecInput,
    end: Option<ExecEnd>,
}

/// Starts a process. Where the credentials are refused, whoever renews them is told, and it is tried once more.
pub async fn exec(
    cluster: &Connection,
    container: &ContainerRef,
    command: &ExecCommand,
) -> Result<(ExecInput, ExecOutput), ClusterError> {
    let is_refusal = |error: &ClusterError| error.reason == Reason::Unauthorized;
    cluster.attempt(is_refusal, |client| open(client, container, command)).await
}

async fn open(
    client: kube::Client,
    container: &ContainerRef,
    command: &ExecCommand,
) -> Result<(ExecInput, ExecOutput), ClusterError> {
    let request = http::Request::get(path(container, command))
        .body(Vec::new())
        .expect("names of objects are DNS labels, and the rest is percent-encoded");
    let connection = bounded("run a command in", container.to_string(), client.connect(request)).await?;
    let closes_stdin = connection.supports_stream_close();
    let config = WebSocketConfig::default()
        .read_buffer_size(MAX_INPUT)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MAX_INPUT)
        .max_message_size(Some(MAX_FRAME))
        .max_frame_size(Some(MAX_FRAME));
    // Nothing has been read yet, so that nothing is lost with the buffers that are replaced.
    let wire = connection.into_stream().into_inner();
    let (sink, frames) = Frames::from_raw_socket(wire, Role::Client, Some(config)).await.split();
    let input = ExecInput {
        sink: Arc::new(Mutex::new(sink)),
        unanswered: Arc::default(),
        closes_stdin,
        container: Arc::new(container.clone()),
    };
    Ok((input.clone(), ExecOutput { frames, input, end: None }))
}

/// The method is GET although the API calls the verb create: a WebSocket can start with no other, so users need the
/// permissions `get` and `create` on `pods/exec`.
fn path(container: &ContainerRef, command: &ExecCommand) -> String {
    let ContainerRef { namespace, pod, container } = container;
    let ExecCommand { command, tty, stdin } = command;
    let words: String = command
        .iter()
        .map(|word| format!("&command={}", utf8_percent_encode(word, NON_ALPHANUMERIC)))
        .collect();
    // A terminal has no standard error of its own, and the API refuses to be asked for one.
    format!(
        "/api/v1/namespaces/{namespace}/pods/{pod}/exec?container={container}&stdin={stdin}&stdout=true\
         &stderr={}&tty={tty}{words}",
        !tty
    )
}

impl ExecInput {
    /// Returns when the bytes have been handed to the kernel, so that a process that does not read makes its writer wait.
    pub async fn write(&self, data: &[u8]) -> Result<(), ClusterError> {
        for chunk in data.chunks(MAX_INPUT) {
            self.unanswered.fetch_add(chunk.len(), Relaxed);
            self.send(STDIN, chunk).await?;
        }
        Ok(())
    }

    /// The size of the terminal in characters.
    pub async fn resize(&self, columns: u16, rows: u16) -> Result<(), ClusterError> {
        let size = serde_json::json!({"Width": columns, "Height": rows}).to_string();
        self.send(RESIZE, size.as_bytes()).await
    }

    /// Ends standard input. Answers whether the API server could be told: one before 1.30 cannot, and then the process
    /// reads on in vain.
    pub async fn close_stdin(&self) -> Result<bool, ClusterError> {
        if self.closes_stdin {
            self.send(CLOSE, &[STDIN]).await?;
        }
        Ok(self.closes_stdin)
    }

    /// Says goodbye, so that everything between here and the container can let go at once; best effort.
    pub async fn close(&self) {
        let closing = async { self.sink.lock().await.send(Message::Close(None)).await };
        let _ = timeout(CLOSE_LIMIT, closing).await;
    }

    async fn send(&self, channel: u8, data: &[u8]) -> Result<(), ClusterError> {
        let mut frame = Vec::with_capacity(data.len() + 1);
        frame.push(channel);
        frame.extend_from_slice(data);
        let sent = self.sink.lock().await.send(Message::Binary(frame.into())).await;
        sent.map_err(|error| self.lost(format!("the connection to the API server broke: {error}")))
    }

    /// Does without where the way is taken: then the peer has not taken what is on it.
    async fn ping(&self) -> bool {
        let Ok(mut sink) = self.sink.try_lock() else { return false };
        matches!(timeout(CLOSE_LIMIT, sink.send(Message::Ping(Bytes::new()))).await, Ok(Ok(())))
    }

    fn lost(&self, why: String) -> ClusterError {
        ClusterError::told("go on with a command in", self.container.to_string(), Reason::Unreachable, why)
    }
}

impl ExecOutput {
    /// The next that the process says; nothing after [`ExecEvent::End`]. A connection that is lost, or closed without a word
    /// on how the process ended, is an error: the process may still run.
    pub async fn next(&mut self) -> Result<ExecEvent, ClusterError> {
        loop {
            let Some(frame) = self.frame().await? else {
                let why =
                    || self.input.lost("the connection was closed, and nobody said how it ended".into());
                return self.end.take().map(ExecEvent::End).ok_or_else(why);
            };
            let Some((&channel, data)) = frame.split_first() else { continue };
            let empty = data.is_empty();
            let data = frame.slice(1..);
            match channel {
                // Each channel begins with an empty frame.
                _ if empty => {}
                STDOUT => return Ok(ExecEvent::Stdout(data)),
                STDERR => return Ok(ExecEvent::Stderr(data)),
                STATUS => self.end = Some(end_of(data)),
                _ => {}
            }
        }
    }

    /// The next binary frame, or `None` at the end.
    async fn frame(&mut self) -> Result<Option<Bytes>, ClusterError> {
        let mut silent = 0;
        let mut missed = 0;
        loop {
            let limit = if self.end.is_some() { LAST_WORDS } else { PING_INTERVAL };
            let Ok(frame) = timeout(limit, self.frames.next()).await else {
                if self.end.is_some() {
                    let seconds = LAST_WORDS.as_secs();
                    let why =
                        format!("it ended, and the rest of what it wrote did not come within {seconds} s");
                    return Err(self.input.lost(why));
                }
                silent += 1;
                if missed >= MISSED_PINGS && self.input.unanswered.load(Relaxed) < MUCH_INPUT {
                    let seconds = PING_INTERVAL.as_secs() * silent;
                    return Err(self.input.lost(format!("no answer from the API server for {seconds} s")));
                }
                missed += u32::from(self.input.ping().await);
                continue;
            };
            (silent, missed) = (0, 0);
            self.input.unanswered.store(0, Relaxed);
            match frame {
                Some(Ok(Message::Binary(frame))) => return Ok(Some(frame)),
                Some(Ok(Message::Close(_))) | None => return Ok(None),
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    let why = format!("the connection to the API server broke: {error}");
                    return Err(self.input.lost(why));
                }
            }
        }
    }
}

/// What the API server says of how a process ended: `Success`, or a failure that names its exit code among its causes.
fn end_of(status: Bytes) -> ExecEnd {
    let Ok(status) = serde_json::from_reader::<_, Status>(status.reader()) else {
        return ExecEnd::Failed(
            "the API server says how it ended in words that are not the API's".to_owned(),
        );
    };
    if status.is_success() {
        return ExecEnd::Exited(0);
    }
    let causes = status.details.as_ref().map(|details| details.causes.as_slice()).unwrap_or_default();
    let code =
        causes.iter().find(|cause| cause.reason == "ExitCode").and_then(|cause| cause.message.parse().ok());
    code.map_or_else(|| ExecEnd::Failed(status.message), ExecEnd::Exited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_process_is_told_from_the_status() {
        let exited = r#"{"metadata":{},"status":"Failure","message":"command terminated with exit code 3",
            "reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"#;
        let missing = r#"{"metadata":{},"status":"Failure","reason":"InternalError","code":500,
            "message":"exec: \"zsh\": executable file not found in $PATH"}"#;
        for (status, expect, no_program) in [
            (r#"{"metadata":{},"status":"Success"}"#, ExecEnd::Exited(0), false),
            (exited, ExecEnd::Exited(3), false),
            (missing, ExecEnd::Failed(r#"exec: "zsh": executable file not found in $PATH"#.into()), true),
        ] {
            let end = end_of(Bytes::from_static(status.as_bytes()));
            assert_eq!((end.is_missing_program(), end), (no_program, expect));
        }
        assert!(matches!(end_of(Bytes::from_static(b"\xff")), ExecEnd::Failed(_)));
    }

    #[test]
    fn a_command_is_quoted_for_the_address() {
        let container = ContainerRef { namespace: "ns".into(), pod: "p-0".into(), container: "c".into() };
        let command = ["sh", "-c", "a & b=1 ü"].map(str::to_owned).to_vec();
        assert_eq!(
            path(&container, &ExecCommand { command, tty: true, stdin: false }),
            "/api/v1/namespaces/ns/pods/p-0/exec?container=c&stdin=false&stdout=true&stderr=false&tty=true\
             &command=sh&command=%2Dc&command=a%20%26%20b%3D1%20%C3%BC"
        );
    }
}
