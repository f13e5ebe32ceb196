//! The composition root: puts the parts together, runs them, and takes them down in order.

use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use nhd_protocol::event::EventBody;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::browse::live::Live;
use crate::clock::timestamp_now;
use crate::events::EventLog;
use crate::instance::{Instance, InstanceError};
use crate::rpc::methods::{MethodContext, methods};
use crate::rpc::{Listener, ListenerError, serve};
use crate::session::{SessionManager, Shared};
use crate::store::{Store, StoreError, Withheld};
use crate::streams::Streams;
use nhd_client::paths::{Paths, PathsError};

/// How long everything may take to stop. `nhd-cli daemon stop` waits a little longer.
pub const STOP_LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    #[error(transparent)]
    Paths(#[from] PathsError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Listener(#[from] ListenerError),
}

/// Runs the daemon until the token is cancelled, by a signal or by `daemon.shutdown`. Sessions stay in DevMode.
/// `inherited` is the socket of the service manager that started it, where one did.
pub async fn run(
    paths: Paths,
    inherited: Option<UnixListener>,
    shutdown: CancellationToken,
) -> Result<(), DaemonError> {
    paths.prepare()?;
    let only = Instance::acquire(&paths.lock())?;
    let store = Arc::new(Store::open(&paths)?);
    let (sessions, withheld) = (store.sessions(), store.withheld());
    let tracker = TaskTracker::new();
    let shared = Arc::new(Shared {
        events: EventLog::open(Arc::clone(&store)),
        store,
        paths: paths.clone(),
        shutdown: shutdown.clone(),
        tracker: tracker.clone(),
    });
    let listener = Listener::bind(&paths.socket, &paths.home, inherited, &only)?;
    tracing::info!(version = crate::VERSION, home = ?paths.home, socket = ?paths.socket, "listening");
    for Withheld { session, why } in withheld {
        let message = format!("session {session} of the store is not understood and left as it is: {why}");
        tracing::warn!(message);
        shared.events.publish(EventBody::Warning { session: Some(session), message });
    }
    let manager = Arc::new(SessionManager::resume(Arc::clone(&shared), sessions));
    let live = Arc::new(Live::new(Arc::clone(&shared), Arc::clone(&manager)));
    let streams = Streams::new(Arc::clone(&manager), Arc::clone(&shared));
    tracker.spawn(Arc::clone(&streams).tend());
    let context =
        MethodContext { manager, live, shared, streams: Arc::clone(&streams), started_at: timestamp_now() };
    serve(listener, methods(context), streams, shutdown, &tracker).await;
    tracker.close();
    if tokio::time::timeout(STOP_LIMIT, tracker.wait()).await.is_err() {
        tracing::error!("not everything stopped within {} s", STOP_LIMIT.as_secs());
    }
    tracing::info!("stopped");
    drop(only);
    Ok(())
}
