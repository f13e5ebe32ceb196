//! The subscription to the daemon's events, continued where the client was too slow for it.

use jsonrpsee::core::client::{Error as RpcError, Subscription, SubscriptionClientT as _};
use nhd_protocol::event::{Cursor, Event, EventsParams};
use nhd_protocol::methods::{EventSubscription, Subscription as _};

use super::{CALL_BOUND, Client, ClientError, Flat};

/// Events as they happen. Goes on from the last event seen when the subscription was closed for being too slow.
pub struct Events<'c> {
    client: &'c Client,
    subscription: Subscription<Event>,
    last: Option<Cursor>,
    progress: bool,
}

impl Client {
    /// Subscribes to the events after `since`; without it, and where the log no longer reaches back so far, a
    /// snapshot of all sessions comes first.
    pub async fn events(&self, since: Option<Cursor>) -> Result<Events<'_>, ClientError> {
        self.events_of(EventsParams { since, progress: false }).await
    }

    /// The same, with all that can be asked for.
    pub async fn events_of(&self, params: EventsParams) -> Result<Events<'_>, ClientError> {
        let EventsParams { since: last, progress } = params.clone();
        let subscription = self.subscribe(params).await?;
        Ok(Events { client: self, subscription, last, progress })
    }

    async fn subscribe(&self, params: EventsParams) -> Result<Subscription<Event>, ClientError> {
        let method = EventSubscription::SUBSCRIBE;
        let request = self.rpc.subscribe(method, Flat(params), EventSubscription::UNSUBSCRIBE);
        match tokio::time::timeout(CALL_BOUND, request).await {
            Ok(result) => result.map_err(|error| ClientError::from_rpc(method, error)),
            Err(_) => Err(ClientError::Silent { method: method.to_owned(), bound: CALL_BOUND }),
        }
    }
}

impl Events<'_> {
    /// The next event. Fails when the daemon is gone. Safe to drop and call again.
    pub async fn next(&mut self) -> Result<Event, ClientError> {
        let mut renewed = false;
        loop {
            match self.subscription.next().await {
                Some(Ok(event)) => {
                    self.last = Some(event.cursor.clone());
                    return Ok(event);
                }
                // A kind of event that this client does not know; events are hints.
                Some(Err(_)) => {}
                None if self.client.rpc.is_connected() && !renewed => {
                    self.subscription = self.client.subscribe(self.params()).await?;
                    renewed = true;
                }
                None => return Err(self.lost()),
            }
        }
    }

    fn params(&self) -> EventsParams {
        EventsParams { since: self.last.clone(), progress: self.progress }
    }

    fn lost(&self) -> ClientError {
        let source = RpcError::Custom("the subscription was closed".to_owned());
        ClientError::Lost { method: EventSubscription::SUBSCRIBE.to_owned(), source }
    }
}
