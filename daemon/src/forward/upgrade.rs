//! The one request that opens a way into a pod: an upgrade of `pods/portforward`. Knows nothing of what flows in it.

use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};

use super::connection::POD_LIMIT;
use super::dial::OpenError;
use super::target::PodTarget;
use crate::cluster::connection::{Connection, RENEWAL_LIMIT};
use crate::cluster::error::bounded;

/// The streams that flow in SPDY, whatever that flows in.
const PORT_FORWARD: &str = "portforward.k8s.io";
const STREAM_PROTOCOL: &str = "x-stream-protocol-version";
const REFUSAL_LIMIT: Duration = Duration::from_secs(10);
const MAX_REFUSAL: usize = 64 << 10;

/// Newer credentials are waited for less long than a connection waits for a pod, so that the refusal is what is said of
/// one that gets none.
const _: () = assert!(RENEWAL_LIMIT.as_secs() < POD_LIMIT.as_secs());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// API servers have it since 1.31, and proxies before them let WebSockets through.
    SpdyInWebSocket,
    /// All API servers have it; many proxies do not let it through.
    Spdy,
    /// Binary frames whose first byte is the channel, for a single port. The other protocol of this kind is base64 and
    /// of no use.
    WebSocket { port: u16 },
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Self::SpdyInWebSocket => "SPDY/3.1+portforward.k8s.io",
            Self::Spdy => "SPDY/3.1",
            Self::WebSocket { .. } => "v4.channel.k8s.io",
        }
    }
}

/// Where the credentials are refused, whoever renews them is told, and it is tried once more with newer ones.
pub(super) async fn upgrade(
    cluster: &Connection,
    target: &PodTarget,
    protocol: Protocol,
) -> Result<TokioIo<Upgraded>, OpenError> {
    cluster.attempt(OpenError::is_unauthorized, |client| upgrade_with(client, target, protocol)).await
}

async fn upgrade_with(
    client: kube::Client,
    target: &PodTarget,
    protocol: Protocol,
) -> Result<TokioIo<Upgraded>, OpenError> {
    let pod = format!("{}/{}", target.namespace, target.pod);
    let key = generate_key();
    let sent = client.send(request(target, protocol, &key));
    let response = bounded("open a forward to", format!("pod {pod}"), sent).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refusal(pod, response).await);
    }
    if let Err(what) = verify(&response, protocol, &key) {
        return Err(OpenError::Handshake { pod, protocol: protocol.name(), what });
    }
    let upgraded = hyper::upgrade::on(response).await.map_err(|source| OpenError::Upgrade { pod, source })?;
    Ok(TokioIo::new(upgraded))
}

/// A WebSocket can start with no other method than GET although the API calls the verb create: so users need the
/// permissions `get` and `create` on `pods/portforward`. For SPDY by itself `create` is enough.
fn request(target: &PodTarget, protocol: Protocol, key: &str) -> Request<Body> {
    let PodTarget { namespace, pod, .. } = target;
    let mut uri = format!("/api/v1/namespaces/{namespace}/pods/{pod}/portforward");
    if let Protocol::WebSocket { port } = protocol {
        uri = format!("{uri}?ports={port}");
    }
    let request = Request::builder().uri(uri).header(header::CONNECTION, "Upgrade");
    let request = match protocol {
        Protocol::Spdy => request
            .method(Method::POST)
            .header(header::UPGRADE, "SPDY/3.1")
            .header(STREAM_PROTOCOL, PORT_FORWARD),
        Protocol::SpdyInWebSocket | Protocol::WebSocket { .. } => request
            .method(Method::GET)
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, key)
            .header(header::SEC_WEBSOCKET_PROTOCOL, protocol.name()),
    };
    request.body(Body::empty()).expect("names of namespaces and pods are DNS labels, and the key is base64")
}

fn verify(response: &Response<Body>, protocol: Protocol, key: &str) -> Result<(), &'static str> {
    let value = |name: &str| response.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let upgrade = value(header::UPGRADE.as_str());
    if protocol == Protocol::Spdy {
        if !upgrade.eq_ignore_ascii_case("SPDY/3.1") {
            return Err("the upgrade is to something else");
        }
        if ![PORT_FORWARD, ""].contains(&value(STREAM_PROTOCOL)) {
            return Err("the streams are of another protocol");
        }
        return Ok(());
    }
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err("the upgrade is to something else");
    }
    if value(header::SEC_WEBSOCKET_ACCEPT.as_str()) != derive_accept_key(key.as_bytes()) {
        return Err("the accept key does not match");
    }
    if value(header::SEC_WEBSOCKET_PROTOCOL.as_str()) != protocol.name() {
        return Err("the subprotocol is another one");
    }
    Ok(())
}

/// The API server says why in a `Status`, the kubelet in plain text.
async fn refusal(pod: String, response: Response<Body>) -> OpenError {
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_REFUSAL).collect();
    let body = match tokio::time::timeout(REFUSAL_LIMIT, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        _ => bytes::Bytes::new(),
    };
    let message = match serde_json::from_slice::<kube::core::Status>(&body) {
        Ok(status) => status.message,
        Err(_) => String::from_utf8_lossy(&body).trim().to_owned(),
    };
    OpenError::Refused { pod, status, message }
}

#[cfg(test)]
mod tests;
