//! Which requests are sent again when the API server, or what is in front of it, fails them: one by one, inside the bound
//! that each has. Knows nothing of what is asked for.

use std::time::Duration;

use http::{
    HeaderMap, Method, Request, Response, StatusCode,
    header::{RETRY_AFTER, UPGRADE},
};
use kube::client::Body;
use tokio::time::{Instant, Sleep, sleep};
use tower::{BoxError, retry::Policy};

use crate::backoff::Backoff;
use crate::cluster::error::REQUEST_LIMIT;

/// Of servers that fail every third request at random, this many attempts get all but one of 240 through.
const ATTEMPTS: u32 = 5;
const PAUSES: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
/// What is left of a request's bound when it is sent for the last time: or it would end in silence, and the answer that
/// says why would be lost.
const LAST_ATTEMPT: Duration = Duration::from_secs(2);

/// Requests of which a second one does no harm are repeated on 5xx and on broken connections: reads, reviews, dry runs.
/// Whether a write was carried out that failed like that, only the next look of its session can tell. With 429 a server
/// says that it has done nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Retries {
    failed: u32,
    began: Option<Instant>,
}

impl<Answer> Policy<Request<Body>, Response<Answer>, BoxError> for Retries {
    type Future = Sleep;

    fn retry(
        &mut self,
        request: &mut Request<Body>,
        result: &mut Result<Response<Answer>, BoxError>,
    ) -> Option<Sleep> {
        let wish = match result {
            Ok(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS => wish(answer.headers()),
            Ok(answer) if is_trouble(answer.status()) && is_harmless(request) => wish(answer.headers()),
            Err(_) if is_harmless(request) => None,
            _ => return None,
        };
        self.failed += 1;
        let pause = jittered(PAUSES.after(self.failed)).max(wish.unwrap_or_default());
        let spent = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        // Who is asked to stay away for longer does: sessions come back by themselves, ever later.
        let in_time = spent + pause + LAST_ATTEMPT <= REQUEST_LIMIT;
        (self.failed < ATTEMPTS && in_time).then(|| sleep(pause))
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        if self.failed == 0 {
            self.began = Some(Instant::now());
        }
        let mut clone = Request::new(request.body().try_clone()?);
        *clone.method_mut() = request.method().clone();
        *clone.uri_mut() = request.uri().clone();
        *clone.version_mut() = request.version();
        *clone.headers_mut() = request.headers().clone();
        *clone.extensions_mut() = request.extensions().clone();
        Some(clone)
    }
}

/// The trouble of a server, and not of what was asked.
fn is_trouble(status: StatusCode) -> bool {
    status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
}

/// Whether the request can change nothing, however often it is carried out.
fn is_harmless(request: &Request<Body>) -> bool {
    let (uri, method) = (request.uri(), request.method());
    let is_dry_run = || uri.query().unwrap_or_default().split('&').any(|pair| pair == "dryRun=All");
    // Whoever wants a stream into a pod tries again by themselves, as the pod may be another by then.
    let is_read = || method == Method::GET && !request.headers().contains_key(UPGRADE);
    // Nothing of a review is kept.
    let is_review = || method == Method::POST && uri.path().contains("/apis/authorization.k8s.io/");
    is_read() || is_review() || is_dry_run()
}

fn wish(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Between half of it and all of it: many that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::random_range(0.5..=1.0))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use tower::{Service as _, ServiceBuilder, ServiceExt as _, retry::RetryLayer, service_fn};

    use super::*;

    /// What a server does with every request.
    #[derive(Clone, Copy)]
    enum Server {
        Answers(u16),
        AsksToWait(u16, u64),
        Breaks,
    }

    /// How often the server is asked when it does so `failures` times and then answers, and for how long.
    async fn asked(method: &str, uri: &str, server: Server, failures: u32) -> (u32, Duration) {
        let body = Body::from(b"{}".to_vec());
        let request = Request::builder().method(method).uri(uri).body(body).expect("is a request");
        sent(request, server, failures).await
    }

    async fn sent(request: Request<Body>, server: Server, failures: u32) -> (u32, Duration) {
        let times = AtomicU32::new(0);
        let answer = |_: Request<Body>| {
            let fails = times.fetch_add(1, Relaxed) < failures;
            let answer = |status: u16| Response::builder().status(status);
            let answered: Result<Response<()>, BoxError> = match server {
                _ if !fails => Ok(answer(200).body(()).expect("is an answer")),
                Server::Answers(status) => Ok(answer(status).body(()).expect("is an answer")),
                Server::AsksToWait(status, seconds) => {
                    Ok(answer(status).header("Retry-After", seconds).body(()).expect("is an answer"))
                }
                Server::Breaks => Err("connection reset".into()),
            };
            std::future::ready(answered)
        };
        let mut service =
            ServiceBuilder::new().layer(RetryLayer::new(Retries::default())).service(service_fn(answer));
        let began = Instant::now();
        let _ = service.ready().await.expect("is ready").call(request).await;
        (times.load(Relaxed), began.elapsed())
    }

    const PODS: &str = "/api/v1/namespaces/n/pods";

    #[tokio::test(start_paused = true)]
    async fn what_changes_nothing_is_asked_again_and_a_write_only_when_it_was_not_taken() {
        let dry_run = "/api/v1/namespaces/n/pods?fieldManager=nhd&dryRun=All";
        let review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        use Server::{Answers, AsksToWait, Breaks};
        for (method, uri, server, expect) in [
            ("GET", PODS, Answers(500), 3),
            ("GET", PODS, Answers(502), 3),
            ("GET", PODS, Answers(503), 3),
            ("GET", PODS, Answers(429), 3),
            ("GET", PODS, Breaks, 3),
            ("GET", PODS, Answers(404), 1),
            ("GET", PODS, Answers(401), 1),
            ("GET", PODS, Answers(501), 1),
            ("POST", review, Answers(500), 3),
            ("POST", review, Breaks, 3),
            ("POST", dry_run, Answers(500), 3),
            ("PUT", dry_run, Breaks, 3),
            ("POST", PODS, Answers(500), 1),
            ("POST", "/api/v1/namespaces/n/pods?dryRun=", Answers(500), 1),
            ("PUT", PODS, Answers(503), 1),
            ("PUT", PODS, AsksToWait(503, 1), 1),
            ("PUT", PODS, Breaks, 1),
            ("DELETE", PODS, Answers(504), 1),
            ("DELETE", PODS, Breaks, 1),
            ("POST", PODS, Answers(429), 3),
            ("PUT", PODS, AsksToWait(429, 1), 3),
        ] {
            assert_eq!(asked(method, uri, server, 2).await.0, expect, "{method} {uri}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_into_a_pod_is_not_asked_for_again() {
        let request =
            Request::get(PODS).header(UPGRADE, "websocket").body(Body::empty()).expect("is a request");
        assert_eq!(sent(request, Server::Answers(500), 2).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_are_bounded_in_number_and_in_time_and_wait_as_long_as_they_are_asked_to() {
        let (times, took) = asked("GET", PODS, Server::Breaks, u32::MAX).await;
        assert_eq!(times, ATTEMPTS);
        assert!(took < Duration::from_secs(2), "{took:?}");
        let (times, took) = asked("GET", PODS, Server::AsksToWait(429, 2), 2).await;
        assert_eq!(times, 3);
        assert!(took >= Duration::from_secs(4), "{took:?}");
        let (times, took) = asked("GET", PODS, Server::AsksToWait(429, 3), u32::MAX).await;
        assert_eq!(times, 3);
        assert!(took + LAST_ATTEMPT <= REQUEST_LIMIT, "{took:?}");
        assert_eq!(asked("GET", PODS, Server::AsksToWait(503, 60), u32::MAX).await, (1, Duration::ZERO));
    }
}
