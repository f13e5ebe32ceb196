//! The user's own forwards, over all sessions: leads whoever asks to the session, and shows what they all have.

use nhd_protocol::error::{Choices, ErrorData, ErrorInfo, ErrorKind, PortHolder};
use nhd_protocol::forward::{
    ForwardEndParams, ForwardList, ForwardReason, ForwardStartParams, ForwardState, PortForward, PortPair,
    SessionForward,
};
use nhd_protocol::message::error as said;
use nhd_protocol::session::{SessionSelector, SessionStatus};

use crate::session::forwards::wanted::is_named;
use crate::session::manager::{Handle, SessionManager};
use crate::session::task::Command;

impl SessionManager {
    pub async fn start_forward(&self, params: ForwardStartParams) -> Result<SessionForward, ErrorInfo> {
        if params.remote_port == 0 {
            return Err(ErrorInfo::of(&said::REMOTE_PORT_WRONG, &[]));
        }
        let handle = self.one(&params.selector)?;
        let pair =
            PortPair { local: params.local_port.filter(|port| *port != 0), remote: params.remote_port };
        let started = handle.ask(|answer| Command::StartForward { pair, answer }).await;
        let forward = started.map_err(|error| self.with_holder(error, pair))?;
        Ok(handle.with_session(forward))
    }

    pub async fn end_forwards(&self, params: ForwardEndParams) -> Result<ForwardList, ErrorInfo> {
        let (local, remote) = (params.local_port, params.remote_port);
        if local.is_none() && remote.is_none() {
            return Err(ErrorInfo::of(&said::FORWARD_UNNAMED, &[]));
        }
        let fits = |forward: &PortForward| is_named(forward.local_port, forward.remote_port, local, remote);
        let mut concerned = Vec::new();
        for handle in self.matching(&params.selector) {
            let status = handle.status.borrow().clone();
            if status.forwards.iter().any(fits) {
                concerned.push(handle);
            } else if own(&status).as_ref().is_some_and(fits) {
                return Err(ErrorInfo::of(&said::FORWARD_OF_SYNC, &[("workload", &status.workload)]));
            }
        }
        if local.is_none() && concerned.len() > 1 {
            let names: Vec<String> = concerned.iter().map(|handle| handle.workload.to_string()).collect();
            let sessions = concerned.iter().map(|handle| handle.status.borrow().session.clone()).collect();
            let error = ErrorInfo::of(&said::FORWARDS_AMBIGUOUS, &[("workloads", &names.join(", "))]);
            return Err(error.with_data(ErrorData::choices(Choices::Session, sessions)));
        }
        let mut forwards = Vec::new();
        for handle in concerned {
            let ended = handle.ask(|answer| Command::EndForwards { local, remote, answer }).await?;
            forwards.extend(ended.into_iter().map(|forward| handle.with_session(forward)));
        }
        Ok(ForwardList { forwards })
    }

    pub fn forwards(&self, selector: &SessionSelector) -> ForwardList {
        let of_session = |handle: Handle| {
            let status = handle.status.borrow().clone();
            let forwards: Vec<PortForward> = own(&status).into_iter().chain(status.forwards).collect();
            forwards.into_iter().map(move |forward| handle.with_session(forward))
        };
        ForwardList { forwards: self.matching(selector).into_iter().flat_map(of_session).collect() }
    }

    /// Says where a local port leads that is taken by another forward of this daemon.
    fn with_holder(&self, error: ErrorInfo, wanted: PortPair) -> ErrorInfo {
        if error.kind != ErrorKind::LocalPortTaken {
            return error;
        }
        let holds = |held: &&SessionForward| {
            held.forward.state == ForwardState::Listening && held.forward.local_port == wanted.local
        };
        match self.forwards(&SessionSelector::default()).forwards.iter().find(holds) {
            None => error,
            Some(held) => {
                let leads = format!("it leads to port {} of {}", held.forward.remote_port, held.workload);
                let holder = PortHolder {
                    port: held.forward.local_port.unwrap_or_default(),
                    pid: Some(std::process::id()),
                    program: Some(env!("CARGO_PKG_NAME").to_owned()),
                    session: Some(held.session.clone()),
                    workload: Some(held.workload.clone()),
                    remote_port: Some(held.forward.remote_port),
                };
                error
                    .with_hint(format!("{leads}: end that forward, or choose another local port"))
                    .with_data(ErrorData { holder: Some(holder), ..ErrorData::default() })
            }
        }
    }
}

impl Handle {
    fn with_session(&self, forward: PortForward) -> SessionForward {
        let session = self.status.borrow().session.clone();
        SessionForward { session, workload: self.workload.clone(), forward }
    }
}

/// The session's own forward, in the form of the user's.
fn own(status: &SessionStatus) -> Option<PortForward> {
    status.forward.as_ref().map(|forward| PortForward {
        local_port: Some(forward.local_port),
        remote_port: forward.remote_port,
        reason: ForwardReason::Sync,
        state: ForwardState::Listening,
        error: None,
        open_connections: forward.open_connections,
        connections: forward.connections,
        last_error: forward.last_error.clone(),
    })
}
