//! The user's own forwards, which the task tends beside its steps: no trouble with one holds the session up.

use std::net::{Ipv4Addr, SocketAddr};

use nhd_protocol::error::{ErrorData, ErrorInfo, ErrorKind};
use nhd_protocol::forward::{ForwardReason, PortForward, PortPair};
use nhd_protocol::message::{Arguments, error as said};
use tokio::time::Instant;

use crate::config::WantedForward;
use crate::forward::{self, ANY_LOCAL_PORT, Forward, ForwardError, Route, port_holder};
use crate::session::cluster_link::ClusterLink;
use crate::session::failure::Failure;
use crate::session::forwards::wanted::{Asked, FORWARDS_LIMIT, asked, is_named};
use crate::session::task::SessionTask;
use crate::store::session::Desired;

impl SessionTask {
    /// Opens what is due, from the time on when the session's own forward has been opened once; after a restart that
    /// is at once.
    pub(super) async fn tend_forwards(&mut self) {
        if !self.tends_forwards() {
            return;
        }
        let mut chosen = false;
        for index in 0..self.stored.forwards.len() {
            if self.running.user_forwards.is_due(&self.stored.forwards[index], Instant::now()) {
                // Its error is in the status, and it is tried again.
                chosen |= self.open_wanted(index).await.unwrap_or(false);
            }
        }
        if chosen && let Err(error) = self.note("chosenPort") {
            // It is stored with whatever is stored next; until then a crash costs the port's number.
            tracing::warn!(session = self.stored.id, %error, "the port of a forward is not stored");
        }
    }

    fn tends_forwards(&self) -> bool {
        self.stored.desired == Desired::DevMode && self.stored.local_port.is_some() && self.link.is_some()
    }

    /// When one that is blocked is to be tried again.
    pub(super) fn forward_retry(&self) -> Option<Instant> {
        if self.tends_forwards() { self.running.user_forwards.next_retry() } else { None }
    }

    /// Opens a forward, or notes why it cannot be. Tells whether a port was chosen for it that is to be stored.
    async fn open_wanted(&mut self, index: usize) -> Result<bool, Failure> {
        let wanted = self.stored.forwards[index].clone();
        match self.listen(&wanted).await {
            Ok(forward) => {
                let port = Some(forward.local_port());
                self.running.user_forwards.opened(&wanted, forward);
                let chosen = wanted.local.is_none() && wanted.chosen != port;
                if chosen {
                    self.stored.forwards[index].chosen = port;
                }
                Ok(chosen)
            }
            Err(failure) => {
                let failure = self.with_port_holder(&wanted, failure);
                let mut error = failure.info.clone();
                error.hint = error.hint.map(|hint| hint + "; it is opened as soon as that is possible");
                self.running.user_forwards.blocked(&wanted, error, Instant::now());
                Err(failure)
            }
        }
    }

    /// Names the program that has the port. That takes a look at all processes, so that it is not repeated with each of
    /// the tries that follow.
    fn with_port_holder(&self, wanted: &WantedForward, failure: Failure) -> Failure {
        let (ErrorKind::LocalPortTaken, Some(port)) = (failure.info.kind, wanted.local) else {
            return failure;
        };
        let holder = match self.running.user_forwards.blocked_by(wanted) {
            Some(known) if port_holder::is_there(known) => known.clone(),
            _ => crate::blocking::blocking(|| port_holder::of(port)),
        };
        let data = ErrorData { holder: Some(holder), ..ErrorData::default() };
        Failure { info: failure.info.with_data(data), ..failure }
    }

    async fn listen(&mut self, wanted: &WantedForward) -> Result<Forward, Failure> {
        if self.link.is_none() {
            self.connect().await?;
        }
        let link = self.link.as_ref().expect("it was connected above");
        let start = |local| self.start_forward(link, wanted.remote, local);
        let port = wanted.port().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(match (port, wanted.local) {
            (Some(port), Some(_)) => start(port).await?,
            // Whoever asked for whichever is free gets another one when that is not free any more.
            (Some(port), None) => match start(port).await {
                Ok(forward) => forward,
                Err(_) => start(ANY_LOCAL_PORT).await?,
            },
            (None, _) => start(ANY_LOCAL_PORT).await?,
        })
    }

    fn start_forward(
        &self,
        link: &ClusterLink,
        remote_port: u16,
        local: SocketAddr,
    ) -> impl Future<Output = Result<Forward, ForwardError>> + use<> {
        let route = Route {
            target: self.target.subscribe(),
            remote_port,
            await_listener: false,
            local,
            shutdown: self.shared.shutdown.clone(),
            tracker: self.shared.tracker.clone(),
        };
        forward::start(link.connection.clone(), route)
    }

    /// A client asks for a forward: it gets one that listens, or the reason why not, at once.
    pub(super) async fn start_user_forward(&mut self, pair: PortPair) -> Result<PortForward, ErrorInfo> {
        if self.stored.desired == Desired::Original {
            let error = ErrorInfo::of(&said::SESSION_ENDING, &[("workload", &self.stored.workload)]);
            return Err(error.with_hint("start a session again when it has ended"));
        }
        let ports = &self.running.user_forwards;
        let index = match asked(&self.stored.forwards, |forward| ports.is_open(forward), pair) {
            Asked::There(index) if ports.is_open(&self.stored.forwards[index]) => {
                return Ok(self.running.user_forwards.show(&self.stored.forwards[index]));
            }
            Asked::There(index) => index,
            Asked::Elsewhere(index) => return Err(self.leads_elsewhere(index)),
            Asked::TooMany => {
                let arguments: Arguments<'_> =
                    &[("workload", &self.stored.workload), ("limit", &FORWARDS_LIMIT)];
                return Err(ErrorInfo::of(&said::FORWARDS_FULL, arguments));
            }
            Asked::New => {
                self.stored.forwards.push(WantedForward::new(pair, ForwardReason::Request));
                return self.keep_new_forward().await;
            }
        };
        let opened = self.open_wanted(index).await.map_err(|failure| failure.info);
        if opened == Ok(true) {
            self.note("forward").map_err(|error| Failure::from(error).info)?;
        }
        self.refresh();
        opened.map(|_| self.running.user_forwards.show(&self.stored.forwards[index]))
    }

    /// Opens the last of the wanted forwards and stores that it is wanted; where either fails, it is as if nobody had
    /// asked.
    async fn keep_new_forward(&mut self) -> Result<PortForward, ErrorInfo> {
        let opened = self.open_wanted(self.stored.forwards.len() - 1).await;
        let kept = match opened {
            Ok(_) => self.note("forward").map_err(|error| Failure::from(error).info),
            Err(failure) => Err(failure.info),
        };
        if let Err(error) = kept {
            let wanted = self.stored.forwards.split_off(self.stored.forwards.len() - 1);
            self.running.user_forwards.close(&wanted).await;
            return Err(error);
        }
        self.refresh();
        let wanted = self.stored.forwards.last().expect("it was put there by who called");
        Ok(self.running.user_forwards.show(wanted))
    }

    fn leads_elsewhere(&self, index: usize) -> ErrorInfo {
        let WantedForward { remote, .. } = self.stored.forwards[index];
        let port = self.stored.forwards[index].port().unwrap_or_default();
        let workload = &self.stored.workload;
        let arguments: Arguments<'_> = &[("port", &port), ("remotePort", &remote), ("workload", workload)];
        ErrorInfo::of(&said::PORT_WANTED, arguments)
    }

    /// Ends the forwards with these ports, and answers with what they were.
    pub(super) async fn end_user_forwards(
        &mut self,
        local: Option<u16>,
        remote: Option<u16>,
    ) -> Result<Vec<PortForward>, ErrorInfo> {
        let before = self.stored.forwards.clone();
        let (ended, kept): (Vec<_>, Vec<_>) =
            before.iter().cloned().partition(|it| is_named(it.port(), it.remote, local, remote));
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        self.stored.forwards = kept;
        if let Err(error) = self.note("endForward") {
            self.stored.forwards = before;
            return Err(Failure::from(error).info);
        }
        let shown = ended.iter().map(|forward| self.running.user_forwards.show(forward)).collect();
        self.running.user_forwards.close(&ended).await;
        self.refresh();
        Ok(shown)
    }
}
