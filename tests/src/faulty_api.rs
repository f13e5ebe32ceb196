//! An API server that fails every so many requests, counts them, is away, or refuses to upgrade to what it does not
//! know: a proxy of our own before the real one; it does not know what is asked for.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use anyhow::Result;
use http::{Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
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
    asked: Asked,
    open: Arc<AtomicUsize>,
    up: watch::Sender<bool>,
    _folder: TempDir,
    _listening: AbortOnDropHandle<()>,
}

impl FaultyApi {
    /// Fails none, and tells what is asked.
    pub async fn counting(upstream: kube::Client) -> Result<Self> {
        Self::before(upstream, usize::MAX, Fault::Broken).await
    }

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
        let (asked, open) = (Asked::default(), Arc::new(AtomicUsize::new(0)));
        let upgrades = Arc::default();
        let proxy = Proxy {
            upstream,
            every,
            fault,
            unknown,
            counter: counter.clone(),
            asked: Arc::clone(&asked),
            open: Arc::clone(&open),
            upgrades: Arc::clone(&upgrades),
        };
        let up = watch::Sender::new(true);
        let is_up = up.subscribe();
        let listening = AbortOnDropHandle::new(tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (proxy, mut is_up) = (proxy.clone(), is_up.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        _ = is_up.wait_for(|up| !up) => {}
                        () = serve(connection, proxy) => {}
                    }
                });
            }
        }));
        Ok(Self {
            kubeconfig,
            counter,
            every,
            asked,
            open,
            up,
            upgrades,
            _folder: folder,
            _listening: listening,
        })
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The protocols of all upgrades that were asked for, in their order.
    pub fn upgrades(&self) -> Vec<String> {
        self.upgrades.lock().expect("no holder panics").clone()
    }

    /// What was asked so far, as `GET /path?query`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics with it in hand").clone()
    }

    /// How many requests are being answered at present: watches, above all.
    pub fn being_answered(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// Answers nobody any more, and cuts whoever is connected, until it is up again.
    pub fn set_up(&self, up: bool) {
        self.up.send_replace(up);
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
    asked: Asked,
    open: Arc<AtomicUsize>,
}

type Asked = Arc<Mutex<Vec<String>>>;

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
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Counted>, Cut> {
        let asked = format!("{} {}", request.method(), request.uri());
        self.asked.lock().expect("nobody panics with it in hand").push(asked);
        let response = self.response(request).await?;
        Ok(response.map(|body| Counted { body, _open: Open::new(&self.open) }))
    }

    async fn response(&self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
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

/// An answer that counts as one for as long as it is being sent.
struct Counted {
    body: Body,
    _open: Open,
}

struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl hyper::body::Body for Counted {
    type Data = <Body as hyper::body::Body>::Data;
    type Error = <Body as hyper::body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }
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
