//! Accepts local connections and owns them until they end. Knows nothing of what happens in one.

use std::{sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinError, JoinSet},
};

use super::{connection, dial::Dial, shared::ForwardContext, status::Tally};

/// Each holds two sockets' worth of buffers, of which at most [`super::spdy`]'s count where its client is slow.
pub(super) const MAX_CONNECTIONS: usize = 2048;
/// An accept that fails for want of file descriptors fails again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// For connections to say goodbye; those that take longer are dropped.
pub(super) const STOP_LIMIT: Duration = Duration::from_secs(3);

pub(super) async fn listen<T: Dial>(listener: TcpListener, context: Arc<ForwardContext<T>>) {
    let mut connections = JoinSet::new();
    while !context.shutdown.is_cancelled() {
        tokio::select! {
            () = context.shutdown.cancelled() => {}
            Some(ended) = connections.join_next() => note_end(&context.tally, ended),
            accepted = listener.accept() => match accepted {
                Ok((local, _)) => admit(local, &context, &mut connections),
                Err(error) => {
                    context.tally.failed(format!("failed to accept a connection: {error}"));
                    let _ = tokio::time::timeout(ACCEPT_PAUSE, context.shutdown.cancelled()).await;
                }
            },
        }
    }
    drop(listener);
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
