//! Carries a stream to this process' standard streams and back: bytes, size, signals, and how it ended.

use std::io;
use std::time::Duration;

use futures::future::join;
use nhd_client::stream::{StreamEvent, StreamInput, StreamOutput, open};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::methods;
use nhd_protocol::stream::frame::NoticeKind;
use nhd_protocol::stream::{
    EndReason, ExecSignalParams, Signal, StreamEnd, StreamKind, StreamParams, StreamTicket,
};
use tokio::signal::unix::{Signal as Arrivals, SignalKind, signal};
use tokio::sync::mpsc;

use super::Link;
use crate::failure::{Exit, Failure};
use crate::render::Screen;
use crate::terminal::{self, RawMode};
use crate::threads::{read_on_a_thread, write_on_a_thread};

/// How long whoever reads standard output may take for the last of it.
const LAST_WORDS: Duration = Duration::from_secs(30);
/// So many interrupts, and whoever sends them wants it gone.
const PATIENCE: u32 = 3;

/// What becomes of signals that this process gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signals {
    /// Keys go through the terminal; what ends this process ends the terminal.
    OfTerminal,
    /// They are the command's.
    PassedOn,
    /// They end the command and this process.
    Close,
    /// They end this process, and that the stream.
    Leave,
}

/// One stream on this process' standard streams.
pub(super) struct Relay<'a> {
    pub(super) link: &'a Link<'a>,
    pub(super) ticket: StreamTicket,
    /// Every key goes through, a Ctrl-C too.
    pub(super) raw: bool,
    pub(super) signals: Signals,
}

/// How it came to its end.
enum Over {
    Ended(StreamEnd),
    /// Nobody reads what is written here any more.
    Unread,
    /// By a signal of this number.
    Signalled(u8),
}

impl Relay<'_> {
    pub(super) async fn run(self, screen: &mut Screen) -> Result<(), Failure> {
        let mut arrivals = Incoming::listen().map_err(|error| Failure::local(Exit::Failed, &error))?;
        let (input, output) = open(self.link.paths, &self.ticket).await?;
        let raw = match self.raw {
            true => Some(RawMode::enter().map_err(|error| Failure::local(Exit::Failed, &error))?),
            false => None,
        };
        let (stdout, written) = write_on_a_thread(io::stdout());
        let (stderr, errors) = write_on_a_thread(io::stderr());
        let over = tokio::select! {
            over = read(output, stdout, stderr) => over,
            () = feed(input, self.ticket.stream.kind != StreamKind::Log, self.raw) => unreachable_end(),
            number = self.heed(&mut arrivals) => Ok(Over::Signalled(number)),
        };
        let all = join(written, errors);
        if !matches!(over, Ok(Over::Signalled(_))) {
            let _ = tokio::time::timeout(LAST_WORDS, all).await;
        }
        drop(raw);
        let over = over?;
        self.tidy(&over).await;
        self.outcome(over, screen)
    }

    /// What has ended need not be listed, and what is left behind need not run.
    async fn tidy(&self, over: &Over) {
        let params = StreamParams { stream: self.ticket.stream.stream.clone() };
        let client = self.link.client;
        match self.ticket.stream.kind {
            StreamKind::Terminal => drop(client.call::<methods::TerminalClose>(params).await),
            StreamKind::Exec if matches!(over, Over::Ended(_)) || self.signals != Signals::Leave => {
                drop(client.call::<methods::ExecClose>(params).await);
            }
            StreamKind::Exec | StreamKind::Log => {}
        }
    }

    /// Returns when a signal ends this process, with its number.
    async fn heed(&self, arrivals: &mut Incoming) -> u8 {
        let mut interrupts = 0;
        loop {
            let (arrived, number) = arrivals.next().await;
            interrupts += u32::from(arrived == Signal::Int);
            if self.signals != Signals::PassedOn || interrupts >= PATIENCE {
                return number;
            }
            let asked = ExecSignalParams { stream: self.ticket.stream.stream.clone(), signal: arrived };
            let sent = self.link.client.call::<methods::ExecSignal>(asked).await;
            if sent.is_err() && matches!(arrived, Signal::Term | Signal::Hup) {
                return number;
            }
        }
    }

    fn outcome(&self, over: Over, screen: &mut Screen) -> Result<(), Failure> {
        let end = match over {
            Over::Signalled(number) => return Err(Failure::of_command(128 + number)),
            Over::Unread => return Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
            Over::Ended(end) => end,
        };
        let code = end.exit_code.unwrap_or_default();
        match end.reason {
            EndReason::Exited if code == 0 => Ok(()),
            EndReason::Exited => Err(Failure::of_command(u8::try_from(code).unwrap_or(u8::MAX))),
            reason => {
                let what = format!("{} ended: {}", kind_word(self.ticket.stream.kind), reason_words(reason));
                let message =
                    end.message.map_or_else(|| what.clone(), |message| format!("{what}: {message}"));
                let failure = Failure::from(ErrorInfo::new(ErrorKind::CommandFailed, message));
                match u8::try_from(code) {
                    Ok(code) if code > 0 => {
                        screen.failure(&failure)?;
                        Err(Failure::of_command(code))
                    }
                    _ => Err(failure),
                }
            }
        }
    }
}

/// What it writes goes to standard output and standard error.
async fn read(
    mut output: StreamOutput,
    stdout: mpsc::Sender<Vec<u8>>,
    stderr: mpsc::Sender<Vec<u8>>,
) -> Result<Over, Failure> {
    let mut origins = 0;
    loop {
        let event = output.next().await.map_err(|error| Failure::local(Exit::Unreachable, &error))?;
        let (bytes, to) = match event {
            Some(StreamEvent::Stdout(bytes)) => (bytes, &stdout),
            Some(StreamEvent::Stderr(bytes)) => (bytes, &stderr),
            Some(StreamEvent::Origin(origin)) => {
                origins += 1;
                if origins == 1 {
                    continue;
                }
                // As `tail` tells several files apart, beside what is written.
                (format!("==> {}/{} <==\n", origin.pod, origin.container).into_bytes(), &stderr)
            }
            Some(StreamEvent::Notice(notice)) => match notice.kind {
                NoticeKind::Followed => continue,
                _ => (format!("nhd: {}\n", notice.message).into_bytes(), &stderr),
            },
            Some(StreamEvent::Opened(_)) => continue,
            Some(StreamEvent::End(end)) => return Ok(Over::Ended(end)),
            None => {
                let info = ErrorInfo::new(ErrorKind::DaemonUnreachable, "the daemon closed the connection");
                return Err(Failure::new(Exit::Unreachable, info));
            }
        };
        if to.send(bytes).await.is_err() {
            return Ok(Over::Unread);
        }
    }
}

/// What comes from standard input goes into it, and so does a new size of the terminal. Never returns: whoever reads from
/// it hears its end.
async fn feed(mut input: StreamInput, stdin: bool, raw: bool) {
    let mut keys = if stdin { Some(read_on_a_thread(io::stdin())) } else { None };
    let mut sizes = if raw { signal(SignalKind::window_change()).ok() } else { None };
    loop {
        tokio::select! {
            bytes = next(keys.as_mut()) => match bytes {
                Some(bytes) => drop(input.write(&bytes).await),
                None => {
                    drop(input.end().await);
                    keys = None;
                }
            },
            () = arrived(sizes.as_mut()) => if let Some(size) = terminal::size() {
                drop(input.resize(size).await);
            },
        }
    }
}

async fn next(keys: Option<&mut mpsc::Receiver<Vec<u8>>>) -> Option<Vec<u8>> {
    match keys {
        Some(keys) => keys.recv().await,
        None => std::future::pending().await,
    }
}

async fn arrived(signals: Option<&mut Arrivals>) {
    match signals {
        Some(signals) => drop(signals.recv().await),
        None => std::future::pending().await,
    }
}

fn unreachable_end() -> Result<Over, Failure> {
    Ok(Over::Unread)
}

/// The signals that are meant for what runs.
struct Incoming(Vec<(Signal, u8, Arrivals)>);

impl Incoming {
    fn listen() -> io::Result<Self> {
        let wanted = [
            (Signal::Int, SignalKind::interrupt()),
            (Signal::Term, SignalKind::terminate()),
            (Signal::Hup, SignalKind::hangup()),
            (Signal::Quit, SignalKind::quit()),
            (Signal::Usr1, SignalKind::user_defined1()),
            (Signal::Usr2, SignalKind::user_defined2()),
        ];
        let listening = wanted.into_iter().map(|(which, kind)| {
            let number = u8::try_from(kind.as_raw_value()).unwrap_or_default();
            Ok((which, number, signal(kind)?))
        });
        Ok(Self(listening.collect::<io::Result<_>>()?))
    }

    async fn next(&mut self) -> (Signal, u8) {
        let waiting = self.0.iter_mut().map(|(which, number, arrivals)| {
            Box::pin(async move {
                let _ = arrivals.recv().await;
                (*which, *number)
            })
        });
        futures::future::select_all(waiting).await.0
    }
}

fn kind_word(kind: StreamKind) -> &'static str {
    match kind {
        StreamKind::Terminal => "the terminal",
        StreamKind::Exec => "the command",
        StreamKind::Log => "the log",
    }
}

fn reason_words(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Exited => "it exited",
        EndReason::Closed => "it was closed",
        EndReason::SessionEnded => "its session ended",
        EndReason::PodGone => "its pod is gone",
        EndReason::ContainerRestarted => "its container was restarted",
        EndReason::ConnectionLost => "the connection to the cluster was lost",
        EndReason::NotStarted => "it could not be started",
        EndReason::NotAttached => "nobody came for it in time",
        EndReason::Idle => "nobody used it",
        EndReason::Stalled => "nothing of it was taken for a long time",
        EndReason::DaemonStopped => "the daemon was stopped",
        EndReason::Refused => "the daemon did not let this process have it",
        EndReason::Malformed => "the daemon did not understand this process",
    }
}
