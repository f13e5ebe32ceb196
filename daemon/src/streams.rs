//! Terminals, commands and logs: opened, attached to, listed, closed, and bounded in number and time. It knows tokens and
//! what is kept of what was written, and not how the bytes reach a client.

pub mod buffer;
pub mod hot;
pub mod interpreters;
pub mod lines;
pub mod logs;
pub mod open;
pub mod place;
pub mod process;
pub mod script;
pub mod stream;
pub mod tokens;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::SessionStatus;
use nhd_protocol::stream::{EndReason, StreamKind, StreamList, StreamListParams, StreamStatus, StreamTicket};
use tokio::time::Instant;

use self::interpreters::Interpreters;
pub use self::stream::{Control, Input, Stream};
use self::tokens::{TOKEN_LIFE, Tokens};
use crate::session::{SessionManager, Shared};

/// How many may be open at once. Each has a connection to the API server and up to 256 KiB of what it has written.
const OPEN: usize = 64;
/// How many that have ended are kept for whoever asks how, and how long.
const ENDED: usize = 64;
const ENDED_LIFE: Duration = Duration::from_secs(60 * 60);
/// What outlives its clients ends after so long without one, without a byte and without a request.
const IDLE: Duration = Duration::from_secs(24 * 60 * 60);
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// All terminals, commands and logs of this daemon.
pub struct Streams {
    manager: Arc<SessionManager>,
    shared: Arc<Shared>,
    registry: Mutex<Registry>,
    interpreters: Interpreters,
}

#[derive(Default)]
struct Registry {
    /// In the order in which they were opened.
    streams: BTreeMap<u64, Arc<Stream>>,
    next: u64,
    tokens: Tokens,
}

impl Streams {
    pub fn new(manager: Arc<SessionManager>, shared: Arc<Shared>) -> Arc<Self> {
        Arc::new(Self { manager, shared, registry: Mutex::default(), interpreters: Interpreters::default() })
    }

    /// Ends and forgets what is to be, until the daemon stops.
    pub async fn tend(self: Arc<Self>) {
        let stop = self.shared.shutdown.clone();
        while stop.run_until_cancelled(tokio::time::sleep(SWEEP_EVERY)).await.is_some() {
            self.sweep().await;
        }
    }

    /// Another connection to a stream that there is.
    pub fn attach(&self, kind: StreamKind, id: &str) -> Result<StreamTicket, ErrorInfo> {
        let stream = self.find(kind, id)?;
        Ok(self.ticket(&stream))
    }

    /// The stream that a token opens, which is used up.
    pub fn take(&self, token: &str) -> Option<Arc<Stream>> {
        let mut registry = self.registry();
        let id = registry.tokens.take(token, Instant::now())?;
        registry.streams.values().find(|stream| stream.id == id).cloned()
    }

    pub fn find(&self, kind: StreamKind, id: &str) -> Result<Arc<Stream>, ErrorInfo> {
        let registry = self.registry();
        let found = registry.streams.values().find(|stream| stream.id == id && stream.kind() == kind);
        found.cloned().ok_or_else(|| {
            let (what, list) = match kind {
                StreamKind::Terminal => ("terminal", "terminal.list"),
                StreamKind::Exec => ("command", "exec.list"),
                StreamKind::Log => ("log", "log.follow"),
            };
            ErrorInfo::new(ErrorKind::StreamNotFound, format!("there is no {what} {id}"))
                .with_hint(format!("ask {list}; what ended long ago is forgotten"))
        })
    }

    /// Ends a stream. One that has ended is forgotten.
    pub async fn close(&self, kind: StreamKind, id: &str) -> Result<StreamStatus, ErrorInfo> {
        let stream = self.find(kind, id)?;
        if stream.is_over() {
            self.forget(id);
        } else {
            stream.close(EndReason::Closed).await;
        }
        Ok(stream.status())
    }

    pub fn list(&self, kind: StreamKind, params: &StreamListParams) -> StreamList {
        let wanted = |status: &StreamStatus| {
            status.kind == kind && (params.session.is_none() || params.session == status.session)
        };
        StreamList { streams: self.statuses(wanted) }
    }

    /// Adds to what is known of a session what runs in it.
    pub fn complete(&self, mut status: SessionStatus) -> SessionStatus {
        let of_session =
            |it: &StreamStatus| it.kind != StreamKind::Log && it.session.as_ref() == Some(&status.session);
        status.streams = self.statuses(of_session);
        status
    }

    fn statuses(&self, wanted: impl Fn(&StreamStatus) -> bool) -> Vec<StreamStatus> {
        self.registry().streams.values().filter_map(|stream| stream.status_if(&wanted)).collect()
    }

    pub(crate) fn ticket(&self, stream: &Stream) -> StreamTicket {
        let token = self.registry().tokens.make(&stream.id, Instant::now());
        let expires_in_ms = u64::try_from(TOKEN_LIFE.as_millis()).unwrap_or(u64::MAX);
        StreamTicket { stream: stream.status(), token, expires_in_ms }
    }

    /// Makes room for one more, or says that there is none.
    fn room(&self) -> Result<(), ErrorInfo> {
        let open = self.registry().streams.values().filter(|stream| !stream.is_over()).count();
        if open < OPEN {
            return Ok(());
        }
        let message = format!("{OPEN} terminals, commands and logs are open, and no more are");
        Err(ErrorInfo::new(ErrorKind::TooManyStreams, message)
            .with_hint("close some of those that terminal.list and exec.list name"))
    }

    pub(crate) fn add(&self, stream: &Arc<Stream>) -> Result<(), ErrorInfo> {
        self.room()?;
        let mut registry = self.registry();
        let number = registry.next;
        registry.next += 1;
        registry.streams.insert(number, Arc::clone(stream));
        Ok(())
    }

    fn forget(&self, id: &str) {
        self.registry().streams.retain(|_, stream| stream.id != id);
    }

    /// Ends what nobody comes for and nobody uses, and forgets what has ended long ago. Logs are forgotten with their end.
    async fn sweep(&self) {
        let now = Instant::now();
        let mut to_close = Vec::new();
        {
            let mut registry = self.registry();
            let Registry { streams, tokens, .. } = &mut *registry;
            let awaited = |stream: &Stream| stream.has_clients() || tokens.is_awaited(&stream.id, now);
            for stream in streams.values().filter(|stream| !stream.is_over() && !awaited(stream)) {
                let (life, reason) = match stream.is_detached() {
                    true => (IDLE, EndReason::Idle),
                    false => (TOKEN_LIFE, EndReason::NotAttached),
                };
                if stream.unused_for() > life {
                    to_close.push((Arc::clone(stream), reason));
                }
            }
            let over = |stream: &&Arc<Stream>| stream.is_over();
            let surplus = streams.values().filter(over).count().saturating_sub(ENDED);
            let mut oldest = 0;
            streams.retain(|_, stream| {
                let ended = stream.is_over();
                oldest += usize::from(ended);
                let is_log = stream.kind() == StreamKind::Log;
                !ended
                    || !(is_log && !awaited(stream) || oldest <= surplus || stream.unused_for() > ENDED_LIFE)
            });
        }
        for (stream, reason) in to_close {
            stream.control(Control::Close(reason)).await;
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().expect("nobody panics with the registry in hand")
    }
}
