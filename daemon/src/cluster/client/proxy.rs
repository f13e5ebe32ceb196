//! Which proxy leads to the API server, by the rules of kubectl: the kubeconfig's `proxy-url` before all else, then the
//! environment of the client that started the session. The daemon's own environment counts only where that is unknown.

use std::{collections::BTreeMap, net::IpAddr};

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::ConnectError;

pub(super) fn choose(
    configured: Option<&str>,
    server: &Uri,
    environment: &BTreeMap<String, String>,
) -> Result<Option<Intercept>, ConnectError> {
    if let Some(url) = configured {
        return accept(url, Matcher::builder().all(url.to_owned()).build(), server).map(Some);
    }
    if is_loopback(server) {
        return Ok(None);
    }
    let lookup = |name: &str| match environment.is_empty() {
        true => std::env::var(name).ok(),
        false => environment.get(name).cloned(),
    };
    let variable =
        |name: &str| lookup(name).or_else(|| lookup(&name.to_lowercase())).filter(|value| !value.is_empty());
    let name = if server.scheme_str() == Some("http") { "HTTP_PROXY" } else { "HTTPS_PROXY" };
    let Some(url) = variable(name) else { return Ok(None) };
    let exempt =
        Matcher::builder().all("http://proxy.invalid").no(variable("NO_PROXY").unwrap_or_default()).build();
    if exempt.intercept(server).is_none() {
        return Ok(None);
    }
    accept(&url, Matcher::builder().all(url.clone()).build(), server).map(Some)
}

fn accept(url: &str, matcher: Matcher, server: &Uri) -> Result<Intercept, ConnectError> {
    matcher
        .intercept(server)
        .filter(|proxy| matches!(proxy.uri().scheme_str(), Some("http" | "https" | "socks5" | "socks5h")))
        .ok_or_else(|| ConnectError::Proxy { url: without_password(url) })
}

/// A proxy's URL may carry a password, and errors are shown and logged.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

fn is_loopback(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(configured: Option<&str>, server: &str, environment: &[(&str, &str)], expected: &str) {
        let environment =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let shown = match choose(configured, &server.parse().unwrap(), &environment) {
            Ok(None) => "none".to_owned(),
            Ok(Some(proxy)) => proxy.uri().to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{configured:?} {server} {environment:?}");
    }

    #[test]
    fn the_proxy_is_the_one_that_kubectl_would_take() {
        let work = ("HTTPS_PROXY", "http://proxy:3128");
        check(None, "https://api:6443", &[("PATH", "/bin")], "none");
        check(None, "https://api:6443", &[work], "http://proxy:3128/");
        check(None, "https://api:6443", &[("https_proxy", "http://small:1")], "http://small:1/");
        check(None, "https://api:6443", &[("HTTP_PROXY", "http://other:1")], "none");
        check(None, "https://127.0.0.1:6443", &[work], "none");
        check(None, "https://[::1]:6443", &[work], "none");
        check(None, "https://10.1.2.3:6443", &[work, ("NO_PROXY", "10.0.0.0/8")], "none");
        check(None, "https://a.corp.example", &[work, ("no_proxy", ".corp.example")], "none");
        check(Some("socks5://relay:1080"), "https://127.0.0.1:6443", &[work], "socks5://relay:1080/");
        check(Some("http://relay:8080"), "https://api", &[("NO_PROXY", "*")], "http://relay:8080/");
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_without_its_password() {
        check(
            Some("ftp://user:secret@relay"),
            "https://api",
            &[("PATH", "/bin")],
            "the proxy ftp://…@relay cannot be used",
        );
    }
}
