//! The log of one container, as bytes that come as they are written. It does not know what a line is.

use futures::io::{AsyncBufRead, AsyncReadExt as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::{ClusterError, Reason, bounded};
use super::exec::ContainerRef;

/// How much is read at once.
pub const CHUNK: usize = 32 << 10;

/// What of a log is asked for. Each line begins with when it was written, and a space.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRequest {
    /// Go on as long as the container runs.
    pub follow: bool,
    /// Of the container before the present one.
    pub previous: bool,
    pub tail: Option<u32>,
    /// Only the last so many seconds.
    pub since_seconds: Option<u64>,
    /// Only from a moment on, in RFC 3339. The API knows whole seconds.
    pub since: Option<String>,
}

/// A log that is being read.
pub struct ContainerLog {
    body: Box<dyn AsyncBufRead + Send + Unpin>,
    container: ContainerRef,
    chunk: Vec<u8>,
}

impl ContainerLog {
    pub async fn open(
        client: &kube::Client,
        container: &ContainerRef,
        request: &LogRequest,
    ) -> Result<Self, ClusterError> {
        let asked = http::Request::get(path(container, request))
            .body(Vec::new())
            .expect("names of objects are DNS labels, and the rest is percent-encoded");
        let body = bounded("read the log of", container.to_string(), client.request_stream(asked)).await?;
        Ok(Self { body: Box::new(Box::pin(body)), container: container.clone(), chunk: vec![0; CHUNK] })
    }

    /// The next bytes; none at the end.
    pub async fn next(&mut self) -> Result<&[u8], ClusterError> {
        let length = self.body.read(&mut self.chunk).await.map_err(|error| {
            let why = format!("the connection to the API server broke: {error}");
            ClusterError::told("go on with the log of", self.container.to_string(), Reason::Unreachable, why)
        })?;
        Ok(&self.chunk[..length])
    }
}

fn path(container: &ContainerRef, request: &LogRequest) -> String {
    let ContainerRef { namespace, pod, container } = container;
    let LogRequest { follow, previous, tail, since_seconds, since } = request;
    let mut path = format!(
        "/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&follow={follow}&previous={previous}\
         &timestamps=true"
    );
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            path += &format!("&{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC));
        }
    };
    add("tailLines", tail.map(|lines| lines.to_string()));
    add("sinceSeconds", since_seconds.map(|seconds| seconds.to_string()));
    add("sinceTime", since.clone());
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_in_the_address() {
        let container = ContainerRef { namespace: "ns".into(), pod: "p".into(), container: "c".into() };
        let begin = "/api/v1/namespaces/ns/pods/p/log?container=c";
        let plain = LogRequest { follow: true, ..LogRequest::default() };
        assert_eq!(path(&container, &plain), format!("{begin}&follow=true&previous=false&timestamps=true"));
        let all = LogRequest {
            follow: false,
            previous: true,
            tail: Some(5),
            since_seconds: Some(60),
            since: Some("2026-11-28T12:00:00Z".into()),
        };
        assert_eq!(
            path(&container, &all),
            format!(
                "{begin}&follow=false&previous=true&timestamps=true&tailLines=5&sinceSeconds=60\
                 &sinceTime=2026%2D11%2D28T12%3A00%3A00Z"
            )
        );
    }
}
