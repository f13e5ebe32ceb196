//! Serving JSON-RPC on every connection of the socket: HTTP and WebSocket by jsonrpsee.

use std::time::Duration;

use jsonrpsee::RpcModule;
use jsonrpsee::server::{
    BatchRequestConfig, PingConfig, RandomStringIdProvider, Server, ServerConfig, StopHandle,
    serve_with_graceful_shutdown, stop_channel,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::listener::Listener;
use super::methods::Door;

/// A client that answers no ping for this long is gone.
const PING_EVERY: Duration = Duration::from_secs(20);

/// Connections at once; an IDE holds one or two.
const CONNECTIONS: u32 = 256;

/// Notifications that wait for a slow client before it is cut off.
const CLIENT_BUFFER: u32 = 1024;

/// Accepts and serves until the shutdown, then lets calls that are under way finish.
pub async fn serve(
    mut listener: Listener,
    methods: RpcModule<Door>,
    shutdown: CancellationToken,
    tracker: &TaskTracker,
) {
    let (stop, server) = stop_channel();
    let builder = Server::builder().set_config(config()).to_service_builder();
    while let Some(stream) = shutdown.run_until_cancelled(listener.accept()).await {
        let service = builder.clone().build(methods.clone(), stop.clone());
        let stopped = stop_requested(stop.clone());
        tracker.spawn(async move {
            if let Err(error) = serve_with_graceful_shutdown(stream, service, stopped).await {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }
    drop(listener);
    let _ = server.stop();
}

fn config() -> ServerConfig {
    ServerConfig::builder()
        .max_connections(CONNECTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(64))
        .set_message_buffer_capacity(CLIENT_BUFFER)
        .set_id_provider(RandomStringIdProvider::new(16))
        .enable_ws_ping(
            PingConfig::new().ping_interval(PING_EVERY).inactive_limit(PING_EVERY * 2).max_failures(1),
        )
        .build()
}

async fn stop_requested(stop: StopHandle) {
    stop.shutdown().await;
}
