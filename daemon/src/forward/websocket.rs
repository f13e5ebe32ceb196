//! Opens a stream into a pod by an upgrade of `pods/portforward` to a WebSocket. Knows nothing of what flows in it.

use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper_util::rt::TokioIo;
use kube::client::Body;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};

use super::{
    connection::POD_LIMIT,
    stream::PodStream,
    target::PodTarget,
    tunnel::{OpenError, Tunnel},
};
use crate::cluster::connection::Connection;
use crate::cluster::error::bounded;

/// Binary frames whose first byte is the channel. The other protocol of this API is base64 and of no use.
const PROTOCOL: &str = "v4.channel.k8s.io";
const REFUSAL_LIMIT: Duration = Duration::from_secs(10);
const MAX_REFUSAL: usize = 64 << 10;

/// How long newer credentials are waited for where the API server refuses those that there are: less than a connection
/// waits for a pod, so that the refusal is what is said of one that gets none.
const RENEWAL_LIMIT: Duration = Duration::from_secs(5);
const _: () = assert!(RENEWAL_LIMIT.as_secs() < POD_LIMIT.as_secs());

pub(super) struct WebSocketTunnel {
    cluster: Connection,
}

impl WebSocketTunnel {
    pub(super) fn new(cluster: Connection) -> Self {
        Self { cluster }
    }
}

impl Tunnel for WebSocketTunnel {
    /// Where the credentials are refused, whoever renews them is told, and it is tried once more with newer ones.
    async fn open(&self, target: &PodTarget, port: u16) -> Result<PodStream, OpenError> {
        let first = self.cluster.borrow();
        let refusal = match open_with(&first.client, target, port).await {
            Err(error) if error.is_unauthorized() => error,
            opened => return opened,
        };
        self.cluster.refuse(&first);
        if tokio::time::timeout(RENEWAL_LIMIT, self.cluster.renewed(&first)).await.is_err() {
            return Err(refusal);
        }
        let newer = self.cluster.borrow();
        let opened = open_with(&newer.client, target, port).await;
        if opened.as_ref().is_err_and(OpenError::is_unauthorized) {
            self.cluster.refuse(&newer);
        }
        opened
    }
}

async fn open_with(client: &kube::Client, target: &PodTarget, port: u16) -> Result<PodStream, OpenError> {
    let pod = format!("{}/{}", target.namespace, target.pod);
    let key = generate_key();
    let sent = client.send(request(target, port, &key));
    let response = bounded("open a forward to", format!("port {port} of pod {pod}"), sent).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refusal(pod, response).await);
    }
    if let Err(what) = verify(&response, &key) {
        return Err(OpenError::Handshake { pod, what });
    }
    let upgraded = hyper::upgrade::on(response).await.map_err(|source| OpenError::Upgrade { pod, source })?;
    Ok(PodStream::new(TokioIo::new(upgraded), port).await)
}

/// The method is GET although the API calls the verb create: a WebSocket can start with no other, so users need the
/// permissions `get` and `create` on `pods/portforward`.
fn request(target: &PodTarget, port: u16, key: &str) -> Request<Body> {
    let PodTarget { namespace, pod, .. } = target;
    Request::builder()
        .method(Method::GET)
        .uri(format!("/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}"))
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, key)
        .header(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL)
        .body(Body::empty())
        .expect("names of namespaces and pods are DNS labels, and the key is base64")
}

fn verify(response: &Response<Body>, key: &str) -> Result<(), &'static str> {
    let value = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !value(header::UPGRADE).eq_ignore_ascii_case("websocket") {
        return Err("the upgrade is to something else");
    }
    if value(header::SEC_WEBSOCKET_ACCEPT) != derive_accept_key(key.as_bytes()) {
        return Err("the accept key does not match");
    }
    if value(header::SEC_WEBSOCKET_PROTOCOL) != PROTOCOL {
        return Err("the subprotocol is not v4.channel.k8s.io");
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
