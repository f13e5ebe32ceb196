//! Accepts local connections and owns them until they end. Knows nothing of what happens in one.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinError, JoinSet},
};

use super::{connection, dial::Dial, other_family, shared::ForwardContext, status::Tally};

/// Each holds a socket and a few KiB, and more only while it has something to carry that its client or the pod is slow to
/// take: see [`super::spdy`].
pub(super) const MAX_CONNECTIONS: usize = 2048;
/// An accept that fails for want of file descriptors fails again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// For connections to say goodbye; those that take longer are dropped.
pub(super) const STOP_LIMIT: Duration = Duration::from_secs(3);

/// How many free ports are tried that are to be free of both families.
const BOTH_FREE_TRIES: u32 = 8;

/// A port of loopback, of IPv4 and of IPv6.
pub(super) struct Listeners {
    first: TcpListener,
    second: Option<TcpListener>,
}

impl Listeners {
    /// Where somebody else has the port of the address that is named, that is a failure: programs would reach them by it.
    /// Where the machine does not have that address, the other one alone is listened on; and where the other one is not
    /// to be had, this one alone.
    pub(super) async fn bind(local: SocketAddr) -> io::Result<Self> {
        let tries = if local.port() == 0 { BOTH_FREE_TRIES } else { 1 };
        let mut bound = None;
        for _ in 0..tries {
            let first = match TcpListener::bind(local).await {
                Ok(first) => first,
                Err(error) if is_no_address(&error) => {
                    let other = TcpListener::bind(other_family(local)).await.map_err(|_| error)?;
                    return Ok(Self { first: other, second: None });
                }
                Err(error) => return Err(error),
            };
            match TcpListener::bind(other_family(first.local_addr()?)).await {
                Ok(second) => return Ok(Self { first, second: Some(second) }),
                // Another program has that one: whichever port is free may as well be free of both.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => bound = Some(first),
                Err(_) => return Ok(Self { first, second: None }),
            }
        }
        Ok(Self { first: bound.expect("there was a try"), second: None })
    }

    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        self.first.local_addr()
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let second = async {
            match &self.second {
                Some(second) => second.accept().await,
                None => std::future::pending().await,
            }
        };
        let (stream, _) = tokio::select! {
            accepted = self.first.accept() => accepted?,
            accepted = second => accepted?,
        };
        Ok(stream)
    }
}

/// The machine does not have the address, or nothing of its family at all.
fn is_no_address(error: &io::Error) -> bool {
    const AFNOSUPPORT: i32 = rustix::io::Errno::AFNOSUPPORT.raw_os_error();
    error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(AFNOSUPPORT)
}

pub(super) async fn listen<T: Dial>(listeners: Listeners, context: Arc<ForwardContext<T>>) {
    let mut connections = JoinSet::new();
    while !context.shutdown.is_cancelled() {
        tokio::select! {
            () = context.shutdown.cancelled() => {}
            Some(ended) = connections.join_next() => note_end(&context.tally, ended),
            accepted = listeners.accept() => match accepted {
                Ok(local) => admit(local, &context, &mut connections),
                Err(error) => {
                    context.tally.failed(format!("failed to accept a connection: {error}"));
                    let _ = tokio::time::timeout(ACCEPT_PAUSE, context.shutdown.cancelled()).await;
                }
            },
        }
    }
    drop(listeners);
    let all_gone = async {
        while let Some(ended) = connections.join_next().await {
            note_end(&context.tally, ended);
        }
    };
    if tokio::time::timeout(STOP_LIMIT, all_gone).await.is_err() {
        tracing::warn!(open = connections.len(), "connections of a stopped forward were dropped");
        connections.shutdown().await;
    }
}

fn admit<T: Dial>(local: TcpStream, context: &Arc<ForwardContext<T>>, connections: &mut JoinSet<()>) {
    if connections.len() >= MAX_CONNECTIONS {
        let _ = local.set_zero_linger();
        context.tally.failed(format!("refused a connection: {MAX_CONNECTIONS} are open"));
        return;
    }
    context.tally.accepted();
    let context = context.clone();
    connections.spawn(async move { Box::pin(connection::serve(local, &context)).await });
}

fn note_end(tally: &Tally, ended: Result<(), JoinError>) {
    tally.ended();
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a forwarded connection panicked");
        tally.failed("a defect of nhd ended a connection".to_owned());
    }
}
