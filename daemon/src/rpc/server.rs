//! Serving JSON-RPC on every connection of the socket: HTTP and WebSocket by jsonrpsee, LSP framing by a transcoder
//! onto a WebSocket of the same server.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jsonrpsee::RpcModule;
use jsonrpsee::server::middleware::rpc::RpcServiceBuilder;
use jsonrpsee::server::{
    BatchRequestConfig, HttpBody, HttpRequest, HttpResponse, PingConfig, RandomStringIdProvider, Server,
    ServerConfig, StopHandle, serve_with_graceful_shutdown, stop_channel,
};
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::BoxError;

use super::bounded::Bounded;
use super::cancel::Cancellable;
use super::framing::BODY_LIMIT;
use super::listener::Listener;
use super::load::Load;
use super::methods::MethodContext;
use super::sniff::{Framing, sniff};
use super::stream::{self, StreamError};
use super::transcode::{TranscodeError, transcode};
use crate::streams::Streams;

/// A client that answers no ping for this long is gone.
const PING_EVERY: Duration = Duration::from_secs(20);

/// A client that takes nothing of what is sent to it for this long is cut off.
const STALL_LIMIT: Duration = Duration::from_secs(20);

/// A client that says nothing for this long is none. The server behind gives its clients as long.
const FIRST_BYTES: Duration = Duration::from_secs(30);

/// What is under way between the transcoder and the server, each way.
const TRANSCODER_BUFFER: usize = 64 << 10;

/// Connections at once; an IDE holds one or two.
const CONNECTIONS: u32 = 256;

/// Answers and notifications that wait for a slow client before its subscription waits, too.
const CLIENT_BUFFER: u32 = 16;

#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("failed to read the first bytes")]
    First(#[source] io::Error),
    #[error("the server gave up")]
    Served(#[source] BoxError),
    #[error(transparent)]
    Transcoded(#[from] TranscodeError),
    #[error(transparent)]
    Streamed(#[from] StreamError),
}

/// Accepts and serves until the shutdown, then lets calls that are under way finish.
pub async fn serve(
    mut listener: Listener,
    methods: RpcModule<MethodContext>,
    streams: Arc<Streams>,
    shutdown: CancellationToken,
    tracker: &TaskTracker,
) {
    let (stop, server) = stop_channel();
    let builder = Server::builder().set_config(config()).to_service_builder();
    while let Some(stream) = shutdown.run_until_cancelled(listener.accept()).await {
        let load = Load::default();
        let middleware = RpcServiceBuilder::new().layer_fn({
            let load = load.clone();
            move |service| Cancellable::new(service, load.clone())
        });
        let service = builder.clone().set_rpc_middleware(middleware).build(methods.clone(), stop.clone());
        let (stop, shutdown, streams) = (stop.clone(), shutdown.clone(), Arc::clone(&streams));
        tracker.spawn(async move {
            if let Err(error) = connection(stream, load, service, &streams, stop, shutdown).await {
                tracing::debug!(error = %nhd_protocol::error::error_chain(&error), "a connection ended badly");
            }
        });
    }
    drop(listener);
    let _ = server.stop();
}

async fn connection<T>(
    stream: UnixStream,
    load: Load,
    service: T,
    streams: &Streams,
    stop: StopHandle,
    shutdown: CancellationToken,
) -> Result<(), ServeError>
where
    T: tower::Service<
            HttpRequest<hyper::body::Incoming>,
            Response = HttpResponse<HttpBody>,
            Error = BoxError,
        > + Clone
        + Send
        + 'static,
    T::Future: Send,
{
    let sniffing = tokio::time::timeout(FIRST_BYTES, sniff(stream));
    let Some(Ok(sniffed)) = shutdown.run_until_cancelled(sniffing).await else { return Ok(()) };
    let (framing, stream) = sniffed.map_err(ServeError::First)?;
    let bounded = |stream| Bounded::new(stream, STALL_LIMIT, load);
    match framing {
        Framing::Stream => Ok(stream::serve(stream, streams, shutdown).await?),
        Framing::Http => {
            let stream = bounded(stream);
            serve_with_graceful_shutdown(stream, service, stop.shutdown()).await.map_err(ServeError::Served)
        }
        Framing::Lsp => {
            let stream = bounded(stream);
            let (near, far) = tokio::io::duplex(TRANSCODER_BUFFER);
            let server = serve_with_graceful_shutdown(far, service, stop.shutdown());
            let (served, transcoded) = tokio::join!(server, transcode(stream, near, shutdown));
            transcoded?;
            served.map_err(ServeError::Served)
        }
    }
}

fn config() -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(BODY_LIMIT as u32)
        .max_connections(CONNECTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(64))
        .set_message_buffer_capacity(CLIENT_BUFFER)
        .set_id_provider(RandomStringIdProvider::new(16))
        .enable_ws_ping(
            PingConfig::new().ping_interval(PING_EVERY).inactive_limit(PING_EVERY * 2).max_failures(1),
        )
        .build()
}
