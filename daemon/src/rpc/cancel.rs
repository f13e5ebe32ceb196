//! What requests of one connection have to do with each other: `$/cancelRequest`, a client that no longer waits for an
//! answer, and the end of a subscription, which may have only just begun. It does not know what a request does.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jsonrpsee::server::MethodResponse;
use jsonrpsee::server::middleware::rpc::{
    Batch, BatchEntry, BatchEntryErr, Notification, Request, RpcServiceT,
};
use jsonrpsee::types::error::INVALID_REQUEST_CODE;
use jsonrpsee::types::{ErrorObjectOwned, Id, SubscriptionId};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::error;
use nhd_protocol::methods::{
    CANCEL_REQUEST, CANCELLED_CODE, CancelParams, METHODS, RequestId, SUBSCRIPTIONS,
};
use tokio::sync::RwLock;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::invalid_params;
use super::load::Load;

/// Requests and notifications of a connection are worked on side by side, so that a cancellation can come first. It is
/// remembered for this long, which a machine under load may need.
const REMEMBERED: Duration = Duration::from_secs(10);
const REMEMBERED_COUNT: usize = 64;

/// A service whose requests can be cancelled. There is one for each connection.
#[derive(Clone)]
pub(super) struct Cancellable<S> {
    service: S,
    requests: Requests,
    accepting: Accepting,
    load: Load,
}

/// Read while a subscription is accepted: jsonrpsee knows it only after its answer has left, and a client that is quick
/// would be told that there is no such subscription. Whoever ends one waits until nobody reads.
#[derive(Clone, Default)]
pub(super) struct Accepting(pub(super) Arc<RwLock<()>>);

impl<S> Cancellable<S> {
    pub(super) fn new(service: S, load: Load) -> Self {
        Self { service, requests: Requests::default(), accepting: Accepting::default(), load }
    }

    fn notice(&self, notification: &Notification<'_>) {
        if notification.method != CANCEL_REQUEST {
            return;
        }
        let params = notification.params.as_ref().map_or("null", |params| params.get());
        if let Ok(CancelParams { id }) = serde_json::from_str(params) {
            self.requests.cancel(match id {
                RequestId::Number(number) => Id::Number(number),
                RequestId::Text(text) => Id::Str(text.into()),
            });
        }
    }
}

impl<S> RpcServiceT for Cancellable<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            NotificationResponse = MethodResponse,
            BatchResponse = MethodResponse,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, mut request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let (service, requests) = (self.service.clone(), self.requests.clone());
        let accepting = self.accepting.clone();
        // At once, not when it is first polled: the cancellation may be next.
        let id = request.id.clone().into_owned();
        let method = request.method.to_string();
        let running = RunningRequest::begin(requests, id.clone());
        let load = self.load.clone();
        let asked = load.ask(request.params.as_ref().map_or(0, |params| params.get().len()));
        async move {
            let _asked = asked;
            // A subscription that is given up half made would never be ended.
            if SUBSCRIPTIONS.iter().any(|of| of.subscribe == method) {
                request.extensions_mut().insert(accepting);
                return service.call(request).await;
            }
            if let Some(error) = malformed_end(&request) {
                return MethodResponse::error(id, error);
            }
            if SUBSCRIPTIONS.iter().any(|of| of.unsubscribe == method) {
                drop(accepting.0.write().await);
            }
            let answered = async {
                load.room().await;
                service.call(request).await
            };
            let answer = tokio::select! {
                biased;
                () = running.token.cancelled() => cancelled(id, &method),
                answer = answered => answer,
            };
            load.answer(answer.as_json().get().len());
            answer
        }
    }

    fn batch<'a>(&self, mut batch: Batch<'a>) -> impl Future<Output = Self::BatchResponse> + Send + 'a {
        for entry in batch.iter_mut() {
            match entry {
                Ok(BatchEntry::Notification(notification)) => match without_id(notification) {
                    Some(error) => *entry = Err(BatchEntryErr::new(Id::Null, error)),
                    None => self.notice(notification),
                },
                Ok(BatchEntry::Call(request)) => {
                    if let Some(error) = malformed_end(request) {
                        *entry = Err(BatchEntryErr::new(request.id.clone(), error));
                    }
                }
                Err(_) => {}
            }
        }
        let (service, load) = (self.service.clone(), self.load.clone());
        let requests = batch.iter().map(|entry| match entry {
            Ok(BatchEntry::Call(request)) => request.params.as_ref().map_or(0, |params| params.get().len()),
            _ => 0,
        });
        let asked = load.ask(requests.sum());
        async move {
            let _asked = asked;
            load.room().await;
            let answer = service.batch(batch).await;
            load.answer(answer.as_json().get().len());
            answer
        }
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = Self::NotificationResponse> + Send + 'a {
        self.notice(&notification);
        let (service, error) = (self.service.clone(), without_id(&notification));
        async move {
            match error {
                Some(error) => MethodResponse::error(Id::Null, error),
                None => service.notification(notification).await,
            }
        }
    }
}

/// What is wrong with a notification of what is a request: jsonrpsee makes one of a request whose id it does not know, and
/// whoever sent it would wait for ever.
fn without_id(notification: &Notification<'_>) -> Option<ErrorObjectOwned> {
    let method = notification.method.as_ref();
    let mut of_subscriptions = SUBSCRIPTIONS.iter().flat_map(|of| [of.subscribe, of.unsubscribe]);
    if !of_subscriptions.any(|known| known == method) && METHODS.iter().all(|known| known.name != method) {
        return None;
    }
    let info = ErrorInfo::of(&error::REQUEST_ID_MISSING, &[("method", &method)]);
    Some(ErrorObjectOwned::owned(INVALID_REQUEST_CODE, info.message.clone(), Some(info)))
}

/// What is wrong with the parameters of the end of a subscription. jsonrpsee would answer as if it had been ended
/// before.
fn malformed_end(request: &Request<'_>) -> Option<ErrorObjectOwned> {
    let ends = SUBSCRIPTIONS.iter().find(|of| of.unsubscribe == request.method)?;
    let error = request.params().one::<SubscriptionId<'_>>().err()?;
    Some(invalid_params(ends.unsubscribe, &error))
}

fn cancelled(id: Id<'_>, method: &str) -> MethodResponse {
    let info = ErrorInfo::of(&error::REQUEST_CANCELLED, &[("method", &method)]);
    MethodResponse::error(id, ErrorObjectOwned::owned(CANCELLED_CODE, info.message.clone(), Some(info)))
}

/// The requests of one connection that are under way.
#[derive(Clone, Default)]
struct Requests(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    running: HashMap<Id<'static>, CancellationToken>,
    /// Cancelled before they were seen.
    early: VecDeque<(Id<'static>, Instant)>,
}

impl Requests {
    fn cancel(&self, id: Id<'static>) {
        let mut known = self.lock();
        if let Some(token) = known.running.get(&id) {
            return token.cancel();
        }
        known.early.push_back((id, Instant::now()));
        if known.early.len() > REMEMBERED_COUNT {
            known.early.pop_front();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("nobody panics with the requests in hand")
    }
}

/// A request that is under way until this is dropped.
struct RunningRequest {
    requests: Requests,
    id: Id<'static>,
    token: CancellationToken,
}

impl RunningRequest {
    fn begin(requests: Requests, id: Id<'static>) -> Self {
        let token = CancellationToken::new();
        let mut known = requests.lock();
        known.early.retain(|(_, at)| at.elapsed() < REMEMBERED);
        if let Some(place) = known.early.iter().position(|(early, _)| *early == id) {
            known.early.remove(place);
            token.cancel();
        }
        known.running.insert(id.clone(), token.clone());
        drop(known);
        Self { requests, id, token }
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        self.requests.lock().running.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cancelled_at_once(requests: &Requests, id: u64) -> bool {
        RunningRequest::begin(requests.clone(), Id::Number(id)).token.is_cancelled()
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancellation_that_comes_first_is_remembered_for_one_request_and_a_while() {
        let requests = Requests::default();
        requests.cancel(Id::Number(1));
        assert!(!cancelled_at_once(&requests, 2), "another request is cancelled");
        assert!(cancelled_at_once(&requests, 1), "it is forgotten");
        assert!(!cancelled_at_once(&requests, 1), "the next request of that id is cancelled, too");
        requests.cancel(Id::Number(1));
        tokio::time::advance(REMEMBERED).await;
        assert!(!cancelled_at_once(&requests, 1), "it is remembered for ever");
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_cancellations_that_come_first_the_last_are_remembered() {
        let requests = Requests::default();
        let count = REMEMBERED_COUNT as u64 + 1;
        (0..count).for_each(|id| requests.cancel(Id::Number(id)));
        assert!(!cancelled_at_once(&requests, 0), "there is no bound");
        assert!((1..count).all(|id| cancelled_at_once(&requests, id)));
    }
}
