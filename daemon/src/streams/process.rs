//! A process in a container for as long as it lives: started, fed, read, signalled, and ended with everything that it has
//! started. It does not know who asked for it.

mod ending;
mod fate;

use std::sync::Arc;
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind, error_chain};
use nhd_protocol::session::Phase;
use nhd_protocol::stream::frame::{FrameType, NoticeKind};
use nhd_protocol::stream::{EndReason, StreamEnd, StreamState};
use tokio::sync::{mpsc, oneshot};

use super::buffer::{Buffer, Closed};
use super::hot::HotReload;
use super::place::{ContainerPlace, failed};
use super::script::{self, INTERPRETERS, Program, What};
use super::stream::{Control, Inlets, Input, Stream, ended, not_started};
use crate::cluster::exec::{ExecCommand, ExecEnd, ExecEvent, ExecInput, ExecOutput, exec};
use crate::cluster::{ClusterError, Reason};
use crate::session::Shared;
use crate::session::manager::SessionPlace;

/// After a process has been killed, what it still had to say is waited for so long.
const LAST_WORDS: Duration = Duration::from_secs(2);
const RESIZE_LIMIT: Duration = Duration::from_secs(5);

/// Whoever started it is told whether it was, or where it has to wait for something first, that it will be.
pub type Started = oneshot::Sender<Result<(), ErrorInfo>>;

/// A process that is to be run.
pub struct Process {
    pub shared: Arc<Shared>,
    pub stream: Arc<Stream>,
    pub place: ContainerPlace,
    pub program: Program,
    pub tty: bool,
    pub stdin: bool,
    /// Runs after everything saved before is in the pod, and again after each completed sync where that is asked for.
    pub after_sync: Option<HotReload>,
    /// The shell by which it is run, signalled and ended; `None` where the container has none.
    pub interpreter: Option<&'static str>,
}

/// What became of one run.
enum Ran {
    /// By itself, as far as the connection told.
    Over(Result<ExecEnd, ClusterError>),
    /// It is to be closed.
    Close(EndReason),
    /// Files have been synced since it was started.
    Synced,
}

impl Process {
    pub async fn run(mut self, mut inlets: Inlets, started: Started) {
        let end = self.live(&mut inlets, started).await;
        self.stream.end(end);
    }

    async fn live(&mut self, inlets: &mut Inlets, started: Started) -> StreamEnd {
        let mut started = Some(started);
        loop {
            if let Some(hot) = &self.after_sync {
                // It may take long, and its trouble is no error of the request.
                tell(&mut started, Ok(()));
                let reached = tokio::select! {
                    reached = hot.everything_there() => reached,
                    reason = stopped(&self.shared, self.place.session.as_ref()) => return ended(reason),
                    reason = closed(&mut inlets.controls) => return ended(reason),
                };
                if let Err(error) = reached {
                    return not_started(error.message);
                }
            }
            let ran = match self.start().await {
                Ok((input, output)) => {
                    tell(&mut started, Ok(()));
                    self.note_start().await;
                    self.once(inlets, &input, output).await
                }
                Err(error) => {
                    let end = not_started(error_chain(&error));
                    let kind = if self.interpreter.is_none() { Some(ErrorKind::CommandFailed) } else { None };
                    let info = failed(error);
                    tell(&mut started, Err(ErrorInfo { kind: kind.unwrap_or(info.kind), ..info }));
                    return end;
                }
            };
            match ran {
                Ran::Close(reason) => return ended(reason),
                Ran::Over(over) => {
                    let end = self.judge(over).await;
                    match (&self.after_sync, end.reason) {
                        (Some(hot), EndReason::Exited) if hot.again => self.note_exit(&end).await,
                        _ => return end,
                    }
                    if let Some(reason) = self.await_sync(inlets).await {
                        return ended(reason);
                    }
                }
                Ran::Synced => {}
            }
        }
    }

    async fn start(&self) -> Result<(ExecInput, ExecOutput), ClusterError> {
        let command = match (self.interpreter, &self.program.what) {
            (Some(interpreter), _) => script::begin(interpreter, &self.stream.id, &self.program),
            // A bare program needs no shell, if nothing has to be prepared for it.
            (None, What::Command(command)) if self.is_bare() => command.clone(),
            (None, what) => {
                let for_what = match what {
                    What::Command(_) => " that could set its folder and variables",
                    What::Shell(_) | What::Line { .. } => "",
                };
                let text = format!(
                    "there is no shell in the container{for_what}: none of {}",
                    INTERPRETERS.join(", ")
                );
                let container = self.place.container.to_string();
                return Err(ClusterError::told("run a command in", container, Reason::Other, text));
            }
        };
        let command = ExecCommand { command, tty: self.tty, stdin: self.stdin };
        exec(&self.place.connection, &self.place.container, &command).await
    }

    fn is_bare(&self) -> bool {
        let Program { work_dir, any_dir, env, .. } = &self.program;
        let only_term = env.keys().all(|name| name == "TERM");
        only_term && (work_dir.is_none() || *any_dir)
    }

    async fn note_start(&self) {
        self.stream.update(|status| {
            status.state = StreamState::Running;
            status.runs += 1;
        });
        if self.after_sync.as_ref().is_some_and(|hot| hot.again) {
            self.note(NoticeKind::Started, "started", None).await;
        }
    }

    async fn note_exit(&self, end: &StreamEnd) {
        let code = end.exit_code.map_or_else(|| "an unknown code".to_owned(), |code| format!("code {code}"));
        let message = format!("ended with {code}; it runs again after the next sync");
        self.note(NoticeKind::Exited, &message, end.exit_code).await;
    }

    async fn note(&self, kind: NoticeKind, message: &str, exit_code: Option<i32>) {
        // Nobody may be there to make room for it; it is no reason to wait.
        let _ = tokio::time::timeout(LAST_WORDS, self.stream.note(kind, message, exit_code)).await;
    }

    /// Waits for files to be synced; a reason to end comes before.
    async fn await_sync(&self, inlets: &mut Inlets) -> Option<EndReason> {
        self.stream.update(|status| status.state = StreamState::AwaitingSync);
        let hot = self.after_sync.as_ref()?;
        tokio::select! {
            () = hot.synced() => None,
            reason = stopped(&self.shared, self.place.session.as_ref()) => Some(reason),
            reason = closed(&mut inlets.controls) => Some(reason),
        }
    }

    /// Carries bytes both ways until it is over.
    async fn once(&self, inlets: &mut Inlets, input: &ExecInput, output: ExecOutput) -> Ran {
        let size = self.stream.status().size.filter(|_| self.tty);
        if let Some(size) = size {
            let _ = input.resize(size.columns, size.rows).await;
        }
        let mut reading = std::pin::pin!(read(output, &self.stream.buffer));
        let mut feeding = std::pin::pin!(feed(&mut inlets.input, input, self.stdin));
        let mut stopping = std::pin::pin!(stopped(&self.shared, self.place.session.as_ref()));
        let mut syncing = std::pin::pin!(HotReload::changed(self.after_sync.as_ref()));
        let mut fed = false;
        let why = loop {
            tokio::select! {
                over = &mut reading => {
                    input.close().await;
                    return Ran::Over(over);
                }
                open_ended = &mut feeding, if !fed => {
                    fed = true;
                    if open_ended {
                        let message = "this API server cannot be told that standard input has ended, so that the process \
                                       waits for more; those from Kubernetes 1.30 on can";
                        self.note(NoticeKind::Warning, message, None).await;
                    }
                }
                control = inlets.controls.recv() => match control {
                    Some(Control::Resize(size)) => {
                        let resizing = input.resize(size.columns, size.rows);
                        let _ = tokio::time::timeout(RESIZE_LIMIT, resizing).await;
                    }
                    Some(Control::Signal(signal, answer)) => self.spawn_signal(signal, answer),
                    Some(Control::Close(reason)) => break Ran::Close(reason),
                    None => break Ran::Close(EndReason::Closed),
                },
                reason = &mut stopping => break Ran::Close(reason),
                () = &mut syncing => break Ran::Synced,
            }
        };
        // What is to be killed is listened to meanwhile, so that it can come to its end.
        let killing = self.kill();
        tokio::pin!(killing);
        let mut read_all = false;
        let killed = tokio::select! {
            killed = &mut killing => killed,
            _ = &mut reading => { read_all = true; killing.await }
        };
        if !read_all && killed {
            let _ = tokio::time::timeout(LAST_WORDS, &mut reading).await;
        }
        input.close().await;
        why
    }
}

/// What it writes goes into the buffer, as soon as there is room.
async fn read(mut output: ExecOutput, buffer: &Buffer) -> Result<ExecEnd, ClusterError> {
    loop {
        let (frame, bytes) = match output.next().await? {
            ExecEvent::Stdout(bytes) => (FrameType::Stdout, bytes),
            ExecEvent::Stderr(bytes) => (FrameType::Stderr, bytes),
            ExecEvent::End(end) => return Ok(end),
        };
        // Nobody ends the buffer but whoever awaits this.
        let _: Result<(), Closed> = buffer.write(frame, None, &bytes).await;
    }
}

/// What comes goes into it. Answers whether it has ended and the process could not be told.
async fn feed(input: &mut mpsc::Receiver<Input>, process: &ExecInput, stdin: bool) -> bool {
    while let Some(next) = input.recv().await {
        match next {
            // What a broken connection does not take is no news: whoever reads from it hears why.
            Input::Bytes(bytes) if stdin => drop(process.write(&bytes).await),
            Input::Bytes(_) => {}
            Input::End if stdin => return matches!(process.close_stdin().await, Ok(false)),
            Input::End => {}
        }
    }
    std::future::pending().await
}

/// Resolves when the daemon stops or the session ends.
pub async fn stopped(shared: &Shared, session: Option<&SessionPlace>) -> EndReason {
    let session_ended = async {
        let Some(session) = session else { return std::future::pending().await };
        let mut status = session.status.clone();
        let over = |phase: Phase| phase == Phase::Ending || phase.is_final();
        let _ = status.wait_for(|status| over(status.phase)).await;
    };
    tokio::select! {
        () = shared.shutdown.cancelled() => EndReason::DaemonStopped,
        () = session_ended => EndReason::SessionEnded,
    }
}

/// Resolves when it is to be closed; nothing else can be done to what does not run.
pub async fn closed(controls: &mut mpsc::Receiver<Control>) -> EndReason {
    loop {
        match controls.recv().await {
            Some(Control::Close(reason)) => return reason,
            Some(Control::Signal(_, answer)) => {
                let error = ErrorInfo::new(ErrorKind::CommandFailed, "it does not run at the moment");
                let _ = answer.send(Err(error.with_hint("it runs after the next completed sync")));
            }
            Some(Control::Resize(_)) => {}
            None => return EndReason::Closed,
        }
    }
}

fn tell(started: &mut Option<Started>, result: Result<(), ErrorInfo>) {
    if let Some(started) = started.take() {
        let _ = started.send(result);
    }
}
