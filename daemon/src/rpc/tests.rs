//! The real server with the real methods on a socket in a temporary folder; no cluster is asked.

mod documents;
mod lsp;
mod streams;
mod subscriptions;
mod websocket;
mod workloads;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jsonrpsee::RpcModule;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::framing::frame;
use super::methods::{MethodContext, methods};
use super::{Listener, serve};
use crate::browse::live::Live;
use crate::events::EventLog;
use crate::instance::Instance;
use crate::session::{SessionManager, Shared};
use crate::store::Store;
use crate::streams::Streams;
use nhd_client::paths::Paths;

/// A daemon's context, with methods more: `test.hang` never answers, `test.large` answers with many bytes, and
/// `test.counted` with a tenth of that and how often it was run.
struct House {
    shared: Arc<Shared>,
    streams: Arc<Streams>,
    server: JoinHandle<()>,
    _only: Instance,
    _folder: TempDir,
}

impl House {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let home = folder.path().to_path_buf();
        let paths = Paths {
            runtime: home.clone(),
            socket: home.join("nhd.sock"),
            config: home.join("config.yaml"),
            home,
        };
        let only = Instance::acquire(&paths.lock()).expect("free");
        let store = Arc::new(Store::open(&paths).expect("store opens"));
        let shared = Arc::new(Shared {
            events: EventLog::open(Arc::clone(&store)),
            store,
            paths: paths.clone(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
        });
        let manager = Arc::new(SessionManager::resume(Arc::clone(&shared), Vec::new()));
        let live = Arc::new(Live::new(Arc::clone(&shared), Arc::clone(&manager)));
        let streams = Streams::new(Arc::clone(&manager), Arc::clone(&shared));
        let context = MethodContext {
            manager,
            live,
            shared: Arc::clone(&shared),
            streams: Arc::clone(&streams),
            started_at: String::new(),
        };
        let listener = Listener::bind(&paths.socket, &paths.home, None, &only).expect("binds");
        let (shutdown, tracker) = (shared.shutdown.clone(), shared.tracker.clone());
        let module = with_test_methods(methods(context));
        let of_server = Arc::clone(&streams);
        let server =
            tokio::spawn(async move { serve(listener, module, of_server, shutdown, &tracker).await });
        Self { shared, streams, server, _only: only, _folder: folder }
    }

    async fn connect(&self) -> Client {
        Client(UnixStream::connect(&self.shared.paths.socket).await.expect("connects"))
    }

    /// Waits until no connection is left, for a minute at most.
    async fn until_empty(&self) {
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.shared.tracker.is_empty() {
                return;
            }
        }
        panic!("a connection is left");
    }

    /// Shuts down, and fails when a connection does not end.
    async fn close(self) {
        self.shared.shutdown.cancel();
        self.server.await.expect("no panic");
        self.shared.tracker.close();
        bounded(self.shared.tracker.wait()).await;
    }
}

fn with_test_methods(mut module: RpcModule<MethodContext>) -> RpcModule<MethodContext> {
    module
        .register_async_method("test.hang", |_, _, _| {
            std::future::pending::<Result<(), jsonrpsee::types::ErrorObjectOwned>>()
        })
        .expect("a new method");
    module.register_method("test.large", |_, _, _| "x".repeat(1 << 20)).expect("a new method");
    let runs = AtomicU64::new(0);
    module
        .register_method("test.counted", move |_, _, _| {
            let run = runs.fetch_add(1, Ordering::Relaxed) + 1;
            json!({ "run": run, "text": "x".repeat(100_000) })
        })
        .expect("a new method");
    module
}

/// Fails a test that would hang.
async fn bounded<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("in time")
}

fn request(id: u64, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn notification(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

/// A client that speaks LSP framing.
struct Client(UnixStream);

impl Client {
    async fn send_bytes(&mut self, bytes: &[u8]) {
        bounded(self.0.write_all(bytes)).await.expect("sends");
    }

    async fn send(&mut self, message: &Value) {
        self.send_bytes(&frame(message.to_string().as_bytes())).await;
    }

    async fn next(&mut self) -> Value {
        bounded(self.read()).await.expect("a message")
    }

    async fn call(&mut self, id: u64, method: &str, params: &Value) -> Value {
        self.send(&request(id, method, params)).await;
        self.next().await
    }

    /// Nothing comes any more, and the connection is closed.
    async fn assert_closed(&mut self) {
        assert_eq!(bounded(self.read()).await, None);
    }

    async fn read(&mut self) -> Option<Value> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            // A connection that is closed with bytes unread is reset; both are ends.
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).expect("text");
        let length =
            head.trim().strip_prefix("Content-Length: ").expect("one header").parse().expect("number");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("a body");
        Some(serde_json::from_slice(&body).expect("JSON"))
    }
}
