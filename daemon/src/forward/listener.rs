//! Accepts local connections and owns them until they end. Knows nothing of what happens in one.

use std::{sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{PodTarget, connection, status::Record, tunnel::Tunnel};

/// Each holds a WebSocket, a TLS session and about 256 KiB of buffers.
pub(super) const MAX_CONNECTIONS: usize = 256;
/// An accept that fails for want of file descriptors fails again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// For connections to say goodbye; those that take longer are dropped.
pub(super) const STOP_LIMIT: Duration = Duration::from_secs(3);

/// What all connections of a forward share.
pub(super) struct Door<T> {
    pub(super) tunnel: T,
    pub(super) target: watch::Receiver<Option<PodTarget>>,
    pub(super) remote_port: u16,
    pub(super) await_listener: bool,
    pub(super) record: Arc<Record>,
    pub(super) shutdown: CancellationToken,
}

pub(super) async fn listen<T: Tunnel>(listener: TcpListener, door: Arc<Door<T>>) {
    let mut connections = JoinSet::new();
    while !door.shutdown.is_cancelled() {
        tokio::select! {
            () = door.shutdown.cancelled() => {}
            Some(ended) = connections.join_next() => note_end(&door.record, ended),
            accepted = listener.accept() => match accepted {
                Ok((local, _)) => admit(local, &door, &mut connections),
                Err(error) => {
                    door.record.failed(format!("failed to accept a connection: {error}"));
                    let _ = tokio::time::timeout(ACCEPT_PAUSE, door.shutdown.cancelled()).await;
                }
            },
        }
    }
    drop(listener);
    let all_gone = async {
        while let Some(ended) = connections.join_next().await {
            note_end(&door.record, ended);
        }
    };
    if tokio::time::timeout(STOP_LIMIT, all_gone).await.is_err() {
        tracing::warn!(open = connections.len(), "connections of a stopped forward were dropped");
        connections.shutdown().await;
    }
}

fn admit<T: Tunnel>(local: TcpStream, door: &Arc<Door<T>>, connections: &mut JoinSet<()>) {
    if connections.len() >= MAX_CONNECTIONS {
        let _ = local.set_zero_linger();
        door.record.failed(format!("refused a connection: {MAX_CONNECTIONS} are open"));
        return;
    }
    door.record.accepted();
    let door = door.clone();
    connections.spawn(async move { Box::pin(connection::serve(local, &door)).await });
}

fn note_end(record: &Record, ended: Result<(), JoinError>) {
    record.ended();
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a forwarded connection panicked");
        record.failed("a defect of nhd ended a connection".to_owned());
    }
}
