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
    rt::{TokioExecutor, TokioTimer},
};
use kube::{
    Config,
    client::{Body, ConfigExt as _, retry::RetryPolicy},
};
use tower::{BoxError, Service, ServiceBuilder, retry::RetryLayer, util::MapRequestLayer};

use super::{ConnectError, token_file::TokenFile};

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
    context: &str,
) -> Result<kube::Client, ConnectError> {
    let tcp = tcp();
    let failed = |source| ConnectError::client(context, config, source);
    let Some(proxy) = proxy else { return layered(config, token_file, tcp).map_err(failed) };
    match proxy.uri().scheme_str() {
        Some("socks5" | "socks5h") => {
            let socks = SocksV5::new(proxy.uri().clone(), tcp);
            let socks = match proxy.raw_auth() {
                Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
                None => socks,
            };
            layered(config, token_file, socks)
        }
        Some("https") => {
            let tls = config.rustls_https_connector_with_connector(tcp).map_err(failed)?;
            layered(config, token_file, with_auth(Tunnel::new(proxy.uri().clone(), tls), proxy))
        }
        _ => layered(config, token_file, with_auth(Tunnel::new(proxy.uri().clone(), tcp), proxy)),
    }
    .map_err(failed)
}

fn with_auth<C>(tunnel: Tunnel<C>, proxy: &Intercept) -> Tunnel<C> {
    match proxy.basic_auth() {
        Some(value) => tunnel.with_auth(value.clone()),
        None => tunnel,
    }
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(TCP_CONNECT_LIMIT));
    tcp.set_keepalive(Some(KEEPALIVE_IDLE));
    tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
    tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
    // No TCP_USER_TIMEOUT: Linux applies it also to a peer that lives and does not read for a while, and so it would
    // cut uploads into a pod that is stopped in a debugger.
    tcp
}

fn layered<C>(config: &Config, token_file: Option<TokenFile>, connector: C) -> kube::Result<kube::Client>
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
        .layer(config.base_uri_layer())
        .layer(RetryLayer::new(overload_policy()))
        .option_layer(auth)
        .option_layer(
            token_file.map(|file| MapRequestLayer::new(move |request| file.authorize::<Body>(request))),
        )
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(http);
    Ok(kube::Client::new(service, config.default_namespace.clone()))
}

/// Answers of an overloaded API server (429, 503, 504) are asked again a few times, as it wishes, inside the bound of
/// the request.
fn overload_policy() -> RetryPolicy {
    RetryPolicy::new(Duration::from_millis(100), Duration::from_secs(2), 4, true)
        .expect("the longest pause is longer than the shortest")
}
