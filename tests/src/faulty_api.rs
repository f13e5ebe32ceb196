//! An API server that fails every so many requests, or refuses to upgrade to what it does not know: a proxy of our own
//! before the real one; it does not know what is asked for.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use http::{Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// What becomes of a request that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this status, and not carried out.
    Answered(u16),
    /// The connection breaks before an answer; every other time the request has been carried out.
    Broken,
}

/// A proxy with a kubeconfig that leads to it, for as long as this lives.
pub struct FaultyApi {
    kubeconfig: PathBuf,
    counter: Arc<AtomicUsize>,
    every: usize,
    upgrades: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
    _listening: AbortOnDropHandle<()>,
}

impl FaultyApi {
    /// Fails every request whose number can be divided by `every`; what it lets through has the rights of `upstream`.
    pub async fn before(upstream: kube::Client, every: usize, fault: Fault) -> Result<Self> {
        Self::with(upstream, every, fault, &[]).await
    }

    /// Fails nothing but upgrades to these protocols, as servers and proxies do that do not know them.
    pub async fn without(upstream: kube::Client, protocols: &'static [&'static str]) -> Result<Self> {
        Self::with(upstream, usize::MAX, Fault::Broken, protocols).await
    }

    async fn with(
        upstream: kube::Client,
        every: usize,
        fault: Fault,
        unknown: &'static [&'static str],
    ) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let folder = TempDir::with_prefix("nhd-faulty-api-")?;
        let kubeconfig = folder.path().join("kubeconfig");
        let port = listener.local_addr()?.port();
        let text = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "faulty",
            "contexts": [{"name": "faulty", "context": {"cluster": "faulty", "user": "nobody"}}],
            "clusters": [{"name": "faulty", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
            "users": [{"name": "nobody", "user": {}}],
        });
        std::fs::write(&kubeconfig, text.to_string())?;
        let counter = Arc::new(AtomicUsize::new(0));
        let upgrades = Arc::default();
        let proxy = Proxy {
            upstream,
            every,
            fault,
            unknown,
            counter: counter.clone(),
            upgrades: Arc::clone(&upgrades),
        };
        let listening = AbortOnDropHandle::new(tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, proxy.clone()));
            }
        }));
        Ok(Self { kubeconfig, counter, every, upgrades, _folder: folder, _listening: listening })
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The protocols of all upgrades that were asked for, in their order.
    pub fn upgrades(&self) -> Vec<String> {
        self.upgrades.lock().expect("no holder panics").clone()
    }

    /// How many requests have failed.
    pub fn failures(&self) -> usize {
        self.counter.load(Relaxed) / self.every
    }
}

#[derive(Clone)]
struct Proxy {
    upstream: kube::Client,
    every: usize,
    fault: Fault,
    unknown: &'static [&'static str],
    counter: Arc<AtomicUsize>,
    upgrades: Arc<Mutex<Vec<String>>>,
}

/// Why a connection is cut.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("on purpose")]
    OnPurpose,
    #[error(transparent)]
    Upstream(#[from] kube::Error),
    #[error(transparent)]
    Connection(#[from] hyper::Error),
}

async fn serve(connection: TcpStream, proxy: Proxy) {
    let service = hyper::service::service_fn(|request| proxy.answer(request));
    let server = hyper::server::conn::http1::Builder::new();
    // How it ended is what the other side is to find out.
    let _ = server.serve_connection(TokioIo::new(connection), service).with_upgrades().await;
}

impl Proxy {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        if let Some(protocol) = protocol(&request) {
            let is_unknown = self.unknown.contains(&protocol.as_str());
            self.upgrades.lock().expect("no holder panics").push(protocol);
            if is_unknown {
                return Ok(Response::builder().status(403).body(Body::empty()).expect("is a response"));
            }
        }
        let number = self.counter.fetch_add(1, Relaxed) + 1;
        if !number.is_multiple_of(self.every) {
            return self.pass_on(request).await;
        }
        match self.fault {
            Fault::Answered(status) => Ok(failure(status)),
            Fault::Broken => {
                if (number / self.every).is_multiple_of(2) {
                    self.pass_on(request).await?;
                }
                Err(Cut::OnPurpose)
            }
        }
    }

    async fn pass_on(&self, mut request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let below = hyper::upgrade::on(&mut request);
        let (mut head, body) = request.into_parts();
        head.headers.remove(header::HOST);
        let body = http_body_util::BodyExt::collect(body).await?.to_bytes();
        let mut response = self.upstream.send(Request::from_parts(head, Body::from(body.to_vec()))).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            tokio::spawn(join(below, hyper::upgrade::on(&mut response)));
        }
        Ok(response)
    }
}

/// The subprotocol of a WebSocket, or else to what the connection is to be upgraded.
fn protocol(request: &Request<Incoming>) -> Option<String> {
    let value = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let protocol = value(header::SEC_WEBSOCKET_PROTOCOL).or_else(|| value(header::UPGRADE))?;
    Some(protocol.to_owned())
}

/// Carries the bytes of an upgraded connection both ways.
async fn join(below: OnUpgrade, above: OnUpgrade) {
    let Ok((below, above)) = futures::try_join!(below, above) else { return };
    let (mut below, mut above) = (TokioIo::new(below), TokioIo::new(above));
    let _ = tokio::io::copy_bidirectional(&mut below, &mut above).await;
}

/// As the API server writes it.
fn failure(status: u16) -> Response<Body> {
    let text = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status,
        "reason": "InternalError", "message": "failed on purpose",
    });
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(text.to_string().into_bytes())).expect("is a response")
}
