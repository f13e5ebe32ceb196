//! A typed client of syncthing's REST API over the session's Unix socket. It knows requests and answers, not when
//! or why they are made.

pub mod answer;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::net::UnixStream;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::identity::{ApiKey, DeviceId};
use answer::{
    Completion, Connection, Connections, FileError, FolderErrors, FolderStatus, KnownFile, KnownHere,
    Lacking, LackingEntry, Named, Shared, SyncthingEvent,
};

const REQUEST_BOUND: Duration = Duration::from_secs(10);
/// A scan is answered when it is done: the first one of a large folder takes minutes.
const SCAN_BOUND: Duration = Duration::from_secs(1800);
const ANSWER_BYTES: usize = 16 << 20;

#[derive(Debug, thiserror::Error)]
pub enum RestError {
    #[error("failed to connect to syncthing at {}", socket.display())]
    Connect { socket: PathBuf, source: io::Error },
    #[error("syncthing broke off {request}")]
    Exchange { request: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("syncthing did not answer {request} within {} s", bound.as_secs())]
    Timeout { request: String, bound: Duration },
    #[error("syncthing answered {request} with {status}: {body}")]
    Status { request: String, status: StatusCode, body: String },
    #[error("syncthing answered {request} with something unexpected")]
    Decode { request: String, source: serde_json::Error },
}

/// One connection that is kept alive; requests wait for one another. Whoever must not wait makes another client.
#[derive(Debug)]
pub struct Rest {
    socket: PathBuf,
    api_key: ApiKey,
    idle: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl Rest {
    pub fn new(socket: PathBuf, api_key: ApiKey) -> Self {
        Self { socket, api_key, idle: Mutex::new(None) }
    }

    /// The same server through a connection of its own.
    pub fn another(&self) -> Self {
        Self::new(self.socket.clone(), self.api_key.clone())
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub fn api_key(&self) -> &ApiKey {
        &self.api_key
    }

    pub async fn ping(&self) -> Result<(), RestError> {
        self.ask(Method::GET, "/rest/system/ping", None, Duration::from_secs(2)).await.map(drop)
    }

    pub async fn shutdown(&self) -> Result<(), RestError> {
        self.ask(Method::POST, "/rest/system/shutdown", None, Duration::from_secs(2)).await.map(drop)
    }

    /// Scans the given paths (relative to the folder, recursively), or the whole folder when there are none, and
    /// returns when that is done. It waits for the scan that syncthing makes when it starts.
    pub async fn scan<S: AsRef<str>>(&self, folder: &str, paths: &[S]) -> Result<(), RestError> {
        let mut query = Query::new("/rest/db/scan").with("folder", folder);
        for path in paths {
            query = query.with("sub", path.as_ref());
        }
        self.ask(Method::POST, &query.0, None, SCAN_BOUND).await.map(drop)
    }

    /// What syncthing believes that `device` has of the folder. Until the device has announced its index this
    /// belief is empty or stale, and may well be 100 %.
    pub async fn completion(&self, folder: &str, device: &DeviceId) -> Result<Completion, RestError> {
        let query = Query::new("/rest/db/completion").with("folder", folder).with("device", device.as_str());
        self.get(&query.0).await
    }

    pub async fn folder_status(&self, folder: &str) -> Result<FolderStatus, RestError> {
        self.get(&Query::new("/rest/db/status").with("folder", folder).0).await
    }

    pub async fn folder_errors(&self, folder: &str) -> Result<Vec<FileError>, RestError> {
        let query = Query::new("/rest/folder/errors").with("folder", folder);
        self.get::<FolderErrors>(&query.0).await.map(|errors| errors.errors.unwrap_or_default())
    }

    pub async fn connection(&self, device: &DeviceId) -> Result<Connection, RestError> {
        let mut connections: Connections = self.get("/rest/system/connections").await?;
        Ok(connections.connections.remove(device.as_str()).unwrap_or_default())
    }

    /// The names at the top of the folder as it should be everywhere.
    pub async fn top_names(&self, folder: &str) -> Result<Vec<String>, RestError> {
        let query = Query::new("/rest/db/browse").with("folder", folder).with("levels", "0");
        self.get::<Vec<Named>>(&query.0)
            .await
            .map(|entries| entries.into_iter().map(|entry| entry.name).collect())
    }

    /// Whether `device`, on its present connection, has announced that it holds the current version of `path`.
    pub async fn holds(&self, folder: &str, path: &str, device: &DeviceId) -> Result<bool, RestError> {
        let query = Query::new("/rest/db/file").with("folder", folder).with("file", path);
        let shared: Shared = self.get(&query.0).await?;
        Ok(shared.availability.unwrap_or_default().iter().any(|holder| holder.id == device.as_str()))
    }

    /// What this side's own index says of a name.
    pub async fn local_file(&self, folder: &str, path: &str) -> Result<KnownFile, RestError> {
        let query = Query::new("/rest/db/file").with("folder", folder).with("file", path);
        self.get::<KnownHere>(&query.0).await.map(|known| known.local)
    }

    /// What a device lacks, deletions too, as far as `most` entries go.
    pub async fn lacking(
        &self,
        folder: &str,
        device: &DeviceId,
        most: u64,
    ) -> Result<Vec<LackingEntry>, RestError> {
        let query = Query::new("/rest/db/remoteneed")
            .with("folder", folder)
            .with("device", device.as_str())
            .with("perpage", &most.to_string());
        Ok(self.get::<Lacking>(&query.0).await?.files.unwrap_or_default())
    }

    pub async fn set_folder_type(&self, folder: &str, kind: &str) -> Result<(), RestError> {
        self.change_folder(folder, &json!({ "type": kind })).await
    }

    /// Where the folder is, and what is there for as long as it is. Syncthing scans the whole folder for that.
    pub async fn set_place(&self, folder: &str, path: &Path, marker: &str) -> Result<(), RestError> {
        self.change_folder(folder, &json!({ "path": path.to_string_lossy(), "markerName": marker })).await
    }

    async fn change_folder(&self, folder: &str, change: &serde_json::Value) -> Result<(), RestError> {
        let path = format!("/rest/config/folders/{folder}");
        let body = change.to_string();
        self.ask(Method::PATCH, &path, Some(body), REQUEST_BOUND).await.map(drop)
    }

    pub async fn pause(&self, device: &DeviceId) -> Result<(), RestError> {
        let query = Query::new("/rest/system/pause").with("device", device.as_str());
        self.ask(Method::POST, &query.0, None, REQUEST_BOUND).await.map(drop)
    }

    /// Resuming a device also dials it at once, whatever the interval between attempts.
    pub async fn resume(&self, device: &DeviceId) -> Result<(), RestError> {
        let query = Query::new("/rest/system/resume").with("device", device.as_str());
        self.ask(Method::POST, &query.0, None, REQUEST_BOUND).await.map(drop)
    }

    /// Waits up to `wait` for events of these kinds after `since`; none when there were none.
    pub async fn events(
        &self,
        since: u64,
        kinds: &str,
        wait: Duration,
    ) -> Result<Vec<SyncthingEvent>, RestError> {
        let query = Query::new("/rest/events")
            .with("since", &since.to_string())
            .with("events", kinds)
            .with("timeout", &wait.as_secs().to_string());
        let body = self.ask(Method::GET, &query.0, None, wait + REQUEST_BOUND).await?;
        decode::<Option<Vec<SyncthingEvent>>>("GET /rest/events", &body).map(Option::unwrap_or_default)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RestError> {
        let body = self.ask(Method::GET, path, None, REQUEST_BOUND).await?;
        decode(&format!("GET {path}"), &body)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        bound: Duration,
    ) -> Result<Bytes, RestError> {
        let request = name_of(&method, path);
        match timeout(bound, self.exchange(&method, path, body, &request)).await {
            Ok(answer) => answer,
            Err(_) => Err(RestError::Timeout { request, bound }),
        }
    }

    async fn exchange(
        &self,
        method: &Method,
        path: &str,
        body: Option<String>,
        request: &str,
    ) -> Result<Bytes, RestError> {
        let broken = |source| RestError::Exchange { request: request.to_owned(), source };
        let message = || {
            Request::builder()
                .method(method)
                .uri(path)
                .header("host", "localhost")
                .header("x-api-key", self.api_key.as_str())
                .body(Full::from(body.clone().unwrap_or_default()))
                .map_err(|error| broken(error.into()))
        };
        let mut idle = self.idle.lock().await;
        let mut answer = None;
        if let Some(mut kept) = idle.take()
            && kept.ready().await.is_ok()
            // Syncthing closes a connection that idles for 15 s: every request here may safely be sent again.
            && let Ok(answered) = kept.send_request(message()?).await
        {
            answer = Some((kept, answered));
        }
        let (sender, answer) = match answer {
            Some(answered) => answered,
            None => {
                let mut sender = self.connect(request).await?;
                let answer = sender.send_request(message()?).await.map_err(|error| broken(error.into()))?;
                (sender, answer)
            }
        };
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await.map_err(broken)?.to_bytes();
        *idle = Some(sender);
        if status.is_success() {
            return Ok(body);
        }
        let body = String::from_utf8_lossy(&body).trim().to_owned();
        Err(RestError::Status { request: request.to_owned(), status, body })
    }

    async fn connect(&self, request: &str) -> Result<SendRequest<Full<Bytes>>, RestError> {
        let stream = UnixStream::connect(&self.socket)
            .await
            .map_err(|source| RestError::Connect { socket: self.socket.clone(), source })?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| RestError::Exchange { request: request.to_owned(), source: error.into() })?;
        // Ends with the sender, that is with this client.
        tokio::spawn(connection);
        Ok(sender)
    }
}

fn decode<T: DeserializeOwned>(request: &str, body: &[u8]) -> Result<T, RestError> {
    serde_json::from_slice(body).map_err(|source| RestError::Decode { request: request.to_owned(), source })
}

/// A request as an error names it: without the query, which may be thousands of paths.
fn name_of(method: &Method, path: &str) -> String {
    format!("{method} {}", path.split('?').next().unwrap_or(path))
}

/// What cannot stand in a query as it is.
const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

struct Query(String);

impl Query {
    fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        self.0.extend(utf8_percent_encode(value, QUOTED));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_so_that_they_arrive_as_they_are() {
        let query = Query::new("/rest/db/scan").with("folder", "nhd-1").with("sub", "a b/ü&c=d+e%.txt");
        assert_eq!(query.0, "/rest/db/scan?folder=nhd-1&sub=a%20b/%C3%BC%26c%3Dd%2Be%25.txt");
    }

    #[tokio::test]
    async fn a_socket_where_nobody_listens_is_a_typed_error() {
        let folder = tempfile::tempdir().unwrap();
        let rest = Rest::new(folder.path().join("none.sock"), ApiKey::generate());
        assert!(matches!(rest.ping().await, Err(RestError::Connect { .. })));
    }
}
