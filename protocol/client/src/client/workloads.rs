//! The subscription to workloads, begun anew where the client was too slow for it.

use jsonrpsee::core::client::{Error as RpcError, Subscription, SubscriptionClientT as _};
use nhd_protocol::browse::live::{WorkloadEvent, WorkloadSubscribeParams};
use nhd_protocol::methods::{Subscription as _, WorkloadSubscription};

use super::{CALL_BOUND, Client, ClientError, Flat};

/// Workloads as they change. A `snapshot` comes first, and again wherever the changes do not lead on.
pub struct Workloads<'c> {
    client: &'c Client,
    params: WorkloadSubscribeParams,
    subscription: Subscription<WorkloadEvent>,
}

impl Client {
    /// Subscribes to the workloads of a namespace, or of all.
    pub async fn workloads(&self, params: WorkloadSubscribeParams) -> Result<Workloads<'_>, ClientError> {
        let subscription = self.subscribe_to_workloads(params.clone()).await?;
        Ok(Workloads { client: self, params, subscription })
    }

    async fn subscribe_to_workloads(
        &self,
        params: WorkloadSubscribeParams,
    ) -> Result<Subscription<WorkloadEvent>, ClientError> {
        let method = WorkloadSubscription::SUBSCRIBE;
        let request = self.rpc.subscribe(method, Flat(params), WorkloadSubscription::UNSUBSCRIBE);
        match tokio::time::timeout(CALL_BOUND, request).await {
            Ok(result) => result.map_err(|error| ClientError::from_rpc(method, error)),
            Err(_) => Err(ClientError::Silent { method: method.to_owned(), bound: CALL_BOUND }),
        }
    }
}

impl Workloads<'_> {
    /// The next event. Fails when the daemon is gone. Safe to drop and call again.
    pub async fn next(&mut self) -> Result<WorkloadEvent, ClientError> {
        let mut renewed = false;
        loop {
            match self.subscription.next().await {
                Some(Ok(event)) => return Ok(event),
                // A kind of event that this client does not know.
                Some(Err(_)) => {}
                None if self.client.rpc.is_connected() && !renewed => {
                    self.subscription = self.client.subscribe_to_workloads(self.params.clone()).await?;
                    renewed = true;
                }
                None => {
                    let source = RpcError::Custom("the subscription was closed".to_owned());
                    return Err(ClientError::Lost {
                        method: WorkloadSubscription::SUBSCRIBE.to_owned(),
                        source,
                    });
                }
            }
        }
    }

    /// Ends the subscription at the daemon; dropping it does so, too, and waits for nothing.
    pub async fn end(self) -> Result<(), ClientError> {
        let method = WorkloadSubscription::UNSUBSCRIBE;
        self.subscription.unsubscribe().await.map_err(|error| ClientError::from_rpc(method, error))
    }
}
