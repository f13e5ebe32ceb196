//! The tower of services under a `kube::Client`. It is our own because kube's default connector leaves Nagle's
//! algorithm on, which costs 40 ms at every WebSocket upgrade (measured), and has no keepalive.

use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, Write};
use hyper_util::{
    client::{
        legacy::connect::{
            Connection, HttpConnector,
            proxy::{SocksV5, Tunnel},
        },
        proxy::matcher::Intercept,
    },
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use kube::{
    Config,
    client::{Body, ConfigExt as _},
};
use tokio::net::TcpStream;
use tower::{
    BoxError, Layer as _, Service, ServiceBuilder,
    retry::RetryLayer,
    util::{MapRequestLayer, MapResponse},
};

use super::{
    ConnectError, PluginGate, buffered::BufferedTcp, plugin_gate::Refusal, retry::Retries,
    token_file::TokenFile,
};
use crate::cluster::error::PluginFailure;

const TCP_CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Name lookup, TCP, proxy and TLS together: a peer that accepts and then says nothing must not hold a request.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_PROBES: u32 = 3;
const POOL_IDLE_LIMIT: Duration = Duration::from_secs(30);

pub(super) fn client(
    config: &Config,
    token_file: Option<TokenFile>,
    proxy: Option<&Intercept>,
    gate: &PluginGate,
    context: &str,
) -> Result<kube::Client, ConnectError> {
    let tcp = tcp();
    let failed = |source| {
        let error = ConnectError::client(context, config, source);
        if let ConnectError::ExecPluginFailed { status, stderr, .. } = &error {
            gate.refused(Refusal::Failed(PluginFailure { status: *status, stderr: stderr.clone() }));
        }
        error
    };
    let Some(proxy) = proxy else { return layered(config, token_file, gate, tcp).map_err(failed) };
    match proxy.uri().scheme_str() {
        Some("socks5" | "socks5h") => {
            let socks = SocksV5::new(proxy.uri().clone(), tcp);
            let socks = match proxy.raw_auth() {
                Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
                None => socks,
            };
            layered(config, token_file, gate, socks)
        }
        Some("https") => {
            let tls = config.rustls_https_connector_with_connector(tcp).map_err(failed)?;
            layered(config, token_file, gate, with_auth(Tunnel::new(proxy.uri().clone(), tls), proxy))
        }
        _ => layered(config, token_file, gate, with_auth(Tunnel::new(proxy.uri().clone(), tcp), proxy)),
    }
    .map_err(failed)
}

fn with_auth<C>(tunnel: Tunnel<C>, proxy: &Intercept) -> Tunnel<C> {
    match proxy.basic_auth() {
        Some(value) => tunnel.with_auth(value.clone()),
        None => tunnel,
    }
}

type Tcp = MapResponse<HttpConnector, fn(TokioIo<TcpStream>) -> BufferedTcp>;

fn tcp() -> Tcp {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(TCP_CONNECT_LIMIT));
    tcp.set_keepalive(Some(KEEPALIVE_IDLE));
    tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
    tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
    // No TCP_USER_TIMEOUT: Linux applies it also to a peer that lives and does not read for a while, and so it would
    // cut uploads into a pod that is stopped in a debugger.
    MapResponse::new(tcp, BufferedTcp::new)
}

fn layered<C>(
    config: &Config,
    token_file: Option<TokenFile>,
    gate: &PluginGate,
    connector: C,
) -> kube::Result<kube::Client>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    C::Future: Send + 'static,
    C::Error: Into<BoxError> + Send + Sync + 'static,
{
    // Credentials come first: where a plugin gave a token it need not run again for a client certificate.
    let auth = config.auth_layer()?;
    let mut tls = config.clone();
    if auth.is_some() {
        tls.auth_info.exec = None;
    }
    let connector = ServiceBuilder::new()
        .map_future(Box::pin)
        .timeout(CONNECT_LIMIT)
        .service(tls.rustls_https_connector_with_connector(connector)?);
    let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(POOL_IDLE_LIMIT)
        .build::<_, Body>(connector);
    let service = ServiceBuilder::new()
        .option_layer(auth)
        .option_layer(
            token_file.map(|file| MapRequestLayer::new(move |request| file.authorize::<Body>(request))),
        )
        .layer(config.extra_headers_layer()?)
        // Within the credentials: a plugin that fails is not run again for it.
        .layer(RetryLayer::new(Retries::default()))
        .map_err(BoxError::from)
        .service(http);
    let (base, namespace) = (config.base_uri_layer(), config.default_namespace.clone());
    Ok(match config.auth_info.exec {
        Some(_) => kube::Client::new(base.layer(gate.guard(service)), namespace),
        None => kube::Client::new(base.layer(service), namespace),
    })
}
