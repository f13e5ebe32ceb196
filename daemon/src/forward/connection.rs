//! The life of one local connection: wait for a pod, open a stream into it, carry bytes, end. Knows nothing of others.

use std::time::Duration;

use nhd_protocol::error::error_chain;
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Instant, timeout_at},
};

use super::{
    dial::{Dial, OpenError},
    rewind::Rewind,
    shared::ForwardContext,
    splice::{End, drain, splice},
    stream::{PodStream, StreamError},
    target::PodTarget,
};

/// A pod that is replaced is usually back within this, and what connects meanwhile need not know.
pub(super) const POD_LIMIT: Duration = Duration::from_secs(10);
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// How soon a port in the pod is tried again on which nothing listens yet.
const LISTENER_PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectionError {
    #[error("no pod to forward to for {} s", POD_LIMIT.as_secs())]
    NoPod,

    #[error("no stream to pod {pod} within {} s", POD_LIMIT.as_secs())]
    Slow { pod: String },

    #[error("pod {pod} was replaced")]
    Replaced { pod: String },

    #[error("the forward was stopped")]
    Stopped,

    #[error(transparent)]
    Open(#[from] OpenError),

    #[error(transparent)]
    Stream(#[from] StreamError),
}

pub(super) async fn serve(mut local: TcpStream, context: &ForwardContext<impl Dial>) {
    // Small writes of interactive protocols must not wait for the acknowledgement of earlier ones.
    let _ = local.set_nodelay(true);
    let carried = tokio::select! {
        () = context.shutdown.cancelled() => Err(ConnectionError::Stopped),
        carried = carry(&mut local, context) => carried,
    };
    match carried {
        Ok(End::Unanswered) => {
            // There may have been an answer yet to come, which a clean end would say there was not. That is no failure to
            // tell of: most clients that end so are gone.
            let _ = local.set_zero_linger();
            tracing::debug!("a forwarded connection was reset: its client had finished sending, unanswered");
        }
        Ok(end) => tracing::debug!(?end, "a forwarded connection ended"),
        Err(error) => {
            // A clean end would look like the end of the data.
            let _ = local.set_zero_linger();
            if !matches!(error, ConnectionError::Stopped) {
                tracing::debug!(error = &error as &dyn std::error::Error, "a forwarded connection failed");
                context.tally.failed(error_chain(&error));
            }
        }
    }
}

async fn carry(local: &mut TcpStream, context: &ForwardContext<impl Dial>) -> Result<End, ConnectionError> {
    let mut target = context.target.clone();
    let deadline = Instant::now() + POD_LIMIT;
    let (from_local, mut to_local) = local.split();
    let mut from_local = Rewind::new(from_local, context.await_listener);
    loop {
        let (pod, mut stream) = open(&mut target, context, deadline).await?;
        context.tally.connected(&pod);
        if context.await_listener {
            stream.reader.settle().await;
        }
        let carried = tokio::select! {
            carried = splice(&mut from_local, &mut to_local, &mut stream, &context.tally) => carried,
            () = replaced(&mut target, &pod) => return Err(ConnectionError::Replaced { pod: pod.pod }),
        };
        let nothing_listens = matches!(carried, Err(StreamError::Pod { .. })) && !stream.reader.has_data();
        stream.close().await;
        if let Ok(End::PodClosed) = carried {
            drain(&mut from_local).await;
        }
        if !nothing_listens || Instant::now() >= deadline || !from_local.rewind() {
            return Ok(carried?);
        }
        let _ = tokio::time::timeout(LISTENER_PAUSE, replaced(&mut target, &pod)).await;
    }
}

/// Tries until the pod that is meant at the moment takes the stream; whatever fails for the lack of a pod, and an API
/// server that is away, have time until [`POD_LIMIT`].
async fn open(
    target: &mut watch::Receiver<Option<PodTarget>>,
    context: &ForwardContext<impl Dial>,
    deadline: Instant,
) -> Result<(PodTarget, PodStream), ConnectionError> {
    let mut last_failure = ConnectionError::NoPod;
    loop {
        let Ok(Some(pod)) = timeout_at(deadline, present(target)).await else { return Err(last_failure) };
        let opening = context.dial.dial(&pod, context.remote_port);
        let opened = tokio::select! {
            opened = timeout_at(deadline, opening) => opened,
            () = replaced(target, &pod) => continue,
        };
        match opened {
            Ok(Ok(stream)) => return Ok((pod, stream)),
            Ok(Err(error)) if error.is_final() => return Err(error.into()),
            Ok(Err(error)) => last_failure = error.into(),
            Err(_) => return Err(ConnectionError::Slow { pod: pod.pod }),
        }
        let _ = tokio::time::timeout(RETRY_PAUSE, replaced(target, &pod)).await;
    }
}

/// The pod that is meant at the moment; `None` when nobody will ever say again.
async fn present(target: &mut watch::Receiver<Option<PodTarget>>) -> Option<PodTarget> {
    let found = target.wait_for(Option::is_some).await.ok()?;
    found.clone()
}

async fn replaced(target: &mut watch::Receiver<Option<PodTarget>>, pod: &PodTarget) {
    let other = |now: &Option<PodTarget>| now.as_ref().is_some_and(|now| now.uid != pod.uid);
    if target.wait_for(other).await.is_err() {
        // Nobody publishes any more, so nobody says that it was replaced.
        std::future::pending::<()>().await;
    }
}
