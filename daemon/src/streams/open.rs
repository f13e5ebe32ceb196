//! What clients ask to be opened: checked, completed, and set going.

use std::collections::BTreeMap;
use std::sync::Arc;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::stream::{
    ExecStartParams, LogFollowParams, NamedCommand, StreamKind, StreamState, StreamStatus, StreamTicket,
    TerminalOpenParams, TerminalSize,
};
use nhd_protocol::workload::WorkloadRef;
use tokio::sync::oneshot;

use super::Streams;
use super::hot::HotReload;
use super::logs::Logs;
use super::place::{ContainerPlace, Reached, failed};
use super::process::Process;
use super::script::{Program, SHELLS, What, is_variable_name};
use super::stream::Stream;
use crate::clock::timestamp_now;
use crate::session::manager::SessionPlace;
use crate::session::requests::configure::{self, DevCommands};
use nhd_plan::DEV_CONTAINER;

const DEFAULT_SIZE: TerminalSize = TerminalSize { columns: 80, rows: 24 };
const DEFAULT_TERM: &str = "xterm-256color";
/// The longest command, with its variables: it is part of an address.
const COMMAND_BYTES: usize = 64 << 10;
const ID_LENGTH: usize = 12;

impl Streams {
    pub async fn open_terminal(&self, params: TerminalOpenParams) -> Result<StreamTicket, ErrorInfo> {
        let (params, before) = match &params.again {
            None => (params, None),
            Some(id) => {
                let ended = self.find(StreamKind::Terminal, id)?;
                if !ended.is_over() {
                    let error = invalid(format!("terminal {id} has not ended"));
                    return Err(error.with_hint("attach to it with terminal.attach"));
                }
                let recipe = ended.recipe.clone().unwrap_or_default();
                (TerminalOpenParams { size: params.size.or(recipe.size), ..recipe }, Some(id.clone()))
            }
        };
        check(&params.command, &params.env)?;
        self.room()?;
        let reached = Reached::find(&self.manager, &params.target).await?;
        let place =
            reached.container(params.target.pod.as_deref(), params.target.container.as_deref()).await?;
        let mut env = params.env.clone();
        env.entry("TERM".to_owned()).or_insert_with(|| DEFAULT_TERM.to_owned());
        let shells = configured_shell(&place).into_iter().chain(SHELLS.iter().map(|&shell| shell.to_owned()));
        let program = Program {
            what: match params.command.is_empty() {
                true => What::Shell(shells.collect()),
                false => What::Command(params.command.clone()),
            },
            any_dir: params.work_dir.is_none(),
            work_dir: params.work_dir.clone().or_else(|| work_dir(&place)),
            env,
        };
        let status = StreamStatus {
            command: params.command.clone(),
            tty: true,
            size: Some(params.size.unwrap_or(DEFAULT_SIZE)),
            detached: true,
            ..status(StreamKind::Terminal, &place.workload, place.session.as_ref())
        };
        let ticket = self.start(status, Some(params), place, program, true, None).await?;
        if let Some(before) = before {
            self.forget(&before);
        }
        Ok(ticket)
    }

    pub async fn start_exec(&self, params: ExecStartParams) -> Result<StreamTicket, ErrorInfo> {
        check(&params.command, &params.env)?;
        if params.command.is_empty() == params.run.is_none() {
            let error = invalid("either a command is given, or run names one of the dev configuration");
            return Err(error.with_hint("give command or run, and not both"));
        }
        self.room()?;
        let reached = Reached::find(&self.manager, &params.target).await?;
        let (what, named, after_sync) = match params.run {
            None => (What::Command(params.command.clone()), None, None),
            Some(wanted) => {
                let (what, named, hot) = self.configured(&reached, wanted, &params).await?;
                (what, Some(named), Some(hot))
            }
        };
        let place =
            reached.container(params.target.pod.as_deref(), params.target.container.as_deref()).await?;
        let mut env = params.env.clone();
        if params.tty {
            env.entry("TERM".to_owned()).or_insert_with(|| DEFAULT_TERM.to_owned());
        }
        let program = Program {
            any_dir: params.work_dir.is_none() && named.is_none(),
            work_dir: params.work_dir.clone().or_else(|| work_dir(&place)),
            env,
            what,
        };
        let status = StreamStatus {
            command: match &program.what {
                What::Line { line, .. } => vec![line.clone()],
                _ => params.command.clone(),
            },
            named,
            tty: params.tty,
            size: params.tty.then(|| params.size.unwrap_or(DEFAULT_SIZE)),
            detached: params.detached,
            hot_reload: after_sync.as_ref().is_some_and(|hot| hot.again),
            ..status(StreamKind::Exec, &place.workload, place.session.as_ref())
        };
        self.start(status, None, place, program, params.stdin, after_sync).await
    }

    pub async fn follow_log(&self, params: LogFollowParams) -> Result<StreamTicket, ErrorInfo> {
        self.room()?;
        let reached = Reached::find(&self.manager, &params.target).await?;
        // What cannot be read at all is an error of the request.
        let pods = match (&params.target.pod, &reached.session) {
            (None, Some(_)) => Vec::new(),
            (pod, _) => reached.pods(pod.as_deref()).await?,
        };
        if let Some(pod) = pods.first().filter(|_| !params.all_containers) {
            reached.container_name(pod, params.target.container.as_deref())?;
        }
        let status = StreamStatus {
            pod: params.target.pod.clone(),
            container: params.target.container.clone(),
            ..status(StreamKind::Log, &reached.workload, reached.session.as_ref())
        };
        let (stream, inlets) = Stream::new(Arc::clone(&self.shared), status, None);
        self.add(&stream)?;
        let ticket = self.ticket(&stream);
        let logs = Logs { shared: Arc::clone(&self.shared), stream, reached, params };
        self.shared.tracker.spawn(logs.run(inlets));
        Ok(ticket)
    }

    /// Sets a process going, and answers when it runs or waits for files to be synced.
    async fn start(
        &self,
        status: StreamStatus,
        recipe: Option<TerminalOpenParams>,
        place: ContainerPlace,
        program: Program,
        stdin: bool,
        after_sync: Option<HotReload>,
    ) -> Result<StreamTicket, ErrorInfo> {
        let tty = status.tty;
        let interpreter = self.interpreters.of(&place).await.map_err(failed)?;
        let status = StreamStatus {
            pod: Some(place.container.pod.clone()),
            container: Some(place.container.container.clone()),
            ..status
        };
        let (stream, inlets) = Stream::new(Arc::clone(&self.shared), status, recipe);
        self.add(&stream)?;
        let process = Process {
            shared: Arc::clone(&self.shared),
            stream: Arc::clone(&stream),
            place,
            program,
            tty,
            stdin,
            after_sync,
            interpreter,
        };
        let (started, answered) = oneshot::channel();
        self.shared.tracker.spawn(process.run(inlets, started));
        match answered.await {
            Ok(Ok(())) => Ok(self.ticket(&stream)),
            Ok(Err(error)) => {
                self.forget(&stream.id);
                Err(error)
            }
            Err(_) => {
                self.forget(&stream.id);
                Err(ErrorInfo::new(ErrorKind::Cancelled, "it was ended before it was started"))
            }
        }
    }

    /// One of the commands of the dev configuration, as that is now.
    async fn configured(
        &self,
        reached: &Reached,
        wanted: NamedCommand,
        params: &ExecStartParams,
    ) -> Result<(What, NamedCommand, HotReload), ErrorInfo> {
        let Some(session) = &reached.session else {
            let message =
                format!("{} has no session, so that nothing is synced that could be run", reached.workload);
            let error = ErrorInfo::new(ErrorKind::SessionNotFound, message);
            return Err(error.with_hint("start one first, or give the command itself"));
        };
        let mut asked = session.start_params();
        asked.environment.extend(params.target.environment.clone());
        let commands = configure::commands(&self.shared.paths, asked).await?;
        let (named, line) = choose(&commands, wanted).ok_or_else(|| none(&commands, wanted))?;
        let Some(sync) = session.at.sync.clone() else {
            let error = ErrorInfo::new(ErrorKind::NoPod, "files are not being synced yet");
            return Err(error.with_hint("wait for the session to be synced"));
        };
        let runs = !matches!(wanted, NamedCommand::Build);
        // What a container changes of its own accord would start it again and again.
        let again = runs && commands.hot_reload && !session.at.request.dev.two_way;
        let shell = commands.shell.clone().or_else(|| session.at.request.dev.shell.clone());
        Ok((What::Line { shell, line }, named, HotReload::new(sync, again)))
    }
}

/// With hot reload its own command, where there is one.
fn choose(commands: &DevCommands, wanted: NamedCommand) -> Option<(NamedCommand, String)> {
    let hot = match wanted {
        NamedCommand::Run => Some(NamedCommand::HotReloadRun),
        NamedCommand::Debug => Some(NamedCommand::HotReloadDebug),
        _ => None,
    };
    let hot = hot.filter(|_| commands.hot_reload);
    let found = |named: NamedCommand| Some((named, commands.line(named.word())?));
    hot.and_then(found).or_else(|| found(wanted))
}

fn none(commands: &DevCommands, wanted: NamedCommand) -> ErrorInfo {
    let names: Vec<&str> = commands.names().collect();
    let has = if names.is_empty() { "no commands".to_owned() } else { names.join(", ") };
    let message = format!("the dev configuration has no command.{}: it has {has}", wanted.word());
    ErrorInfo::new(ErrorKind::ConfigInvalid, message)
        .with_hint("add it to .nocalhost/config.yaml in the source folder; it is read anew each time")
}

fn status(kind: StreamKind, workload: &WorkloadRef, session: Option<&SessionPlace>) -> StreamStatus {
    StreamStatus {
        stream: crate::random_id(ID_LENGTH),
        kind,
        session: session.map(|session| session.session.clone()),
        workload: workload.clone(),
        pod: None,
        container: None,
        command: Vec::new(),
        named: None,
        tty: false,
        size: None,
        detached: false,
        hot_reload: false,
        runs: 0,
        state: StreamState::Starting,
        clients: 0,
        started_at: timestamp_now(),
        ended_at: None,
        end: None,
    }
}

fn is_dev(place: &ContainerPlace) -> bool {
    place.container.container == DEV_CONTAINER
}

fn work_dir(place: &ContainerPlace) -> Option<String> {
    let session = place.session.as_ref().filter(|_| is_dev(place))?;
    Some(session.at.request.work_dir.clone())
}

fn configured_shell(place: &ContainerPlace) -> Option<String> {
    let session = place.session.as_ref().filter(|_| is_dev(place))?;
    session.at.request.dev.shell.clone()
}

fn check(command: &[String], env: &BTreeMap<String, String>) -> Result<(), ErrorInfo> {
    if let Some(name) = env.keys().find(|name| !is_variable_name(name)) {
        return Err(invalid(format!("{name:?} is not a name that a shell can give to a variable")));
    }
    let bytes = command.iter().map(String::len).sum::<usize>()
        + env.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
    if bytes > COMMAND_BYTES {
        let error =
            invalid(format!("the command and its variables have {bytes} bytes; {COMMAND_BYTES} may be"));
        return Err(error.with_hint("put what is long into a file, or into standard input"));
    }
    match command.first() {
        Some(program) if program.is_empty() => Err(invalid("the program has no name")),
        _ => Ok(()),
    }
}

fn invalid(message: impl Into<String>) -> ErrorInfo {
    ErrorInfo::new(ErrorKind::InvalidRequest, message)
}
