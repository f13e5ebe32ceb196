//! The subscription to workloads: what a client is sent, and when it is sent a snapshot instead.

use std::sync::Arc;

use jsonrpsee::core::{SubscriptionError, SubscriptionResult};
use jsonrpsee::types::Params;
use jsonrpsee::{Extensions, PendingSubscriptionSink, SubscriptionSink};
use nhd_protocol::browse::live::WorkloadSubscribeParams;
use nhd_protocol::methods::{Subscription as _, WorkloadSubscription};
use tokio::sync::broadcast::error::RecvError;

use super::error::to_wire;
use super::methods::{MethodContext, accept, parse, send};
use crate::browse::live::{Follower, News};

pub(super) async fn subscribe(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    context: Arc<MethodContext>,
    extensions: Extensions,
) -> SubscriptionResult {
    let follower = match parse::<WorkloadSubscribeParams>(WorkloadSubscription::SUBSCRIBE, &params) {
        Ok(params) => context.live.follow(params).await.map_err(to_wire),
        Err(error) => Err(error),
    };
    let follower = match follower {
        Ok(follower) => follower,
        Err(error) => {
            pending.reject(error).await;
            return Ok(());
        }
    };
    let sink = accept(pending, &extensions).await?;
    while tell(&sink, &follower).await? {}
    Ok(())
}

/// Sends all there is and then what comes. Ends with `true` where that does not go on, because the client is too slow or
/// the picture is another one, and with `false` where nothing is to come.
async fn tell(sink: &SubscriptionSink, follower: &Follower) -> Result<bool, SubscriptionError> {
    let (snapshot, mut seat) = tokio::select! {
        () = sink.closed() => return Ok(false),
        joined = follower.join() => joined,
    };
    for event in snapshot {
        send(sink, &event).await?;
    }
    loop {
        let news = tokio::select! {
            () = sink.closed() => return Ok(false),
            news = seat.recv() => news,
        };
        match news {
            Ok(News::Event(event)) => send(sink, &*event).await?,
            Ok(News::Anew) | Err(RecvError::Lagged(_)) => return Ok(true),
            Err(RecvError::Closed) => return Ok(false),
        }
    }
}
