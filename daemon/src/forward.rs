//! Host listener ⇄ pod port. A forward is bound once and outlives pods: each connection asks anew which pod is behind
//! it. Knows nothing of workloads or sessions, and of Kubernetes only the one request that opens a tunnel.

pub mod port_holder;

mod target;
mod status;
mod shared;
mod listener;
mod connection;
mod rewind;
mod splice;
mod stream;
mod dial;
mod pool;
mod upgrade;
mod liveness;
mod spdy;
mod websocket;

#[cfg(test)]
mod fake;

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::watch, task::JoinHandle};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

pub use self::status::{ForwardFailure, ForwardStatus};
pub use self::target::PodTarget;
use self::{dial::Dial, listener::Listeners, pool::Tunnels, shared::ForwardContext, status::Tally};
use crate::cluster::Connection;

/// From where to where a forward leads, and for how long.
pub struct Route {
    /// Published by whoever knows the ready pod. `None` means that it is away for the moment: open connections are
    /// kept and new ones wait. Another uid means that it was replaced: connections to the old one are closed.
    pub target: watch::Receiver<Option<PodTarget>>,
    pub remote_port: u16,
    /// Whether a connection waits for something to listen on the port, as it waits for a pod, instead of being refused
    /// at once. For ports whose server is known to be starting.
    pub await_listener: bool,
    /// [`ANY_LOCAL_PORT`], unless the user asked for a certain one. The same port of `::1` leads there, too, where the
    /// machine has it and nobody else does.
    pub local: SocketAddr,
    pub shutdown: CancellationToken,
    pub tracker: TaskTracker,
}

pub const ANY_LOCAL_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The same port, of the other loopback address. Programs that connect to `localhost` try either first.
fn other_family(local: SocketAddr) -> SocketAddr {
    match local {
        SocketAddr::V4(_) => (Ipv6Addr::LOCALHOST, local.port()).into(),
        SocketAddr::V6(_) => (Ipv4Addr::LOCALHOST, local.port()).into(),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    #[error("failed to listen on {local}")]
    Listen { local: SocketAddr, source: io::Error },
    #[error("failed to listen on {local}: this daemon forwards it already, to port {remote_port} of a pod")]
    Own { local: SocketAddr, remote_port: u16 },
}

/// The local ports that this process listens on, each with the port of a pod to which it leads.
static LISTENING: Mutex<BTreeMap<u16, u16>> = Mutex::new(BTreeMap::new());

fn listening() -> MutexGuard<'static, BTreeMap<u16, u16>> {
    LISTENING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A local port that is listened on for as long as this lasts.
struct Held(u16);

impl Drop for Held {
    fn drop(&mut self) {
        listening().remove(&self.0);
    }
}

impl ForwardError {
    pub fn hint(&self) -> &'static str {
        let Self::Listen { source, .. } = self else {
            return "see the forwards of all sessions in `status`: choose another port, or end that forward";
        };
        match source.kind() {
            io::ErrorKind::AddrInUse => "another program has that port: choose another, or let nhd choose",
            io::ErrorKind::PermissionDenied => "ports below 1024 are for root: choose a higher one",
            io::ErrorKind::AddrNotAvailable => "no interface of this machine has that address",
            _ => "choose another local port",
        }
    }
}

/// A listener that leads into a pod until it is stopped; dropping it stops it too, without waiting.
pub struct Forward {
    local: SocketAddr,
    tally: Arc<Tally>,
    listening: JoinHandle<()>,
    stop: DropGuard,
}

/// Binds the local port; nothing is asked of the cluster before the first connection. Each stream is opened with what
/// the cluster's connection is at that moment.
pub async fn start(cluster: Connection, route: Route) -> Result<Forward, ForwardError> {
    start_through(Tunnels::of(&cluster), route).await
}

async fn start_through(dial: impl Dial, route: Route) -> Result<Forward, ForwardError> {
    let Route { target, remote_port, await_listener, local, shutdown, tracker } = route;
    let failed = |source: io::Error| match listening().get(&local.port()) {
        Some(&remote_port) if source.kind() == io::ErrorKind::AddrInUse => {
            ForwardError::Own { local, remote_port }
        }
        _ => ForwardError::Listen { local, source },
    };
    let listeners = Listeners::bind(local).await.map_err(failed)?;
    let local = listeners.local().map_err(failed)?;
    listening().insert(local.port(), remote_port);
    let held = Held(local.port());
    let tally = Arc::new(Tally::new(local, remote_port));
    let shutdown = shutdown.child_token();
    let context = ForwardContext {
        dial,
        target,
        remote_port,
        await_listener,
        tally: tally.clone(),
        shutdown: shutdown.clone(),
    };
    let listening = tracker.spawn(async move {
        let _held = held;
        listener::listen(listeners, Arc::new(context)).await;
    });
    Ok(Forward { local, tally, listening, stop: shutdown.drop_guard() })
}

impl Forward {
    pub fn local_port(&self) -> u16 {
        self.local.port()
    }

    /// How it stands right now.
    pub fn status(&self) -> ForwardStatus {
        self.tally.snapshot()
    }

    /// Changes with every connection that opens, ends or fails; not with every byte.
    pub fn changes(&self) -> watch::Receiver<ForwardStatus> {
        self.tally.changes()
    }

    /// Closes the listener, then the connections; returns when all are gone, after 3 s at most.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.listening.await {
            tracing::error!(local = %self.local, %error, "the listener of a forward ended badly");
        }
    }
}

#[cfg(test)]
mod tests;
