//! The typed client: one WebSocket connection over the daemon's Unix socket, and the protocol's methods on it.
//!
//! It knows neither the terminal nor how a daemon is started.

mod error;
mod events;
#[cfg(test)]
mod tests;
mod workloads;

use std::io;
use std::time::Duration;

use jsonrpsee::client_transport::ws::{Url, WsTransportClientBuilder};
use jsonrpsee::core::client::{Client as RpcClient, ClientBuilder, ClientT as _, Error as RpcError};
use jsonrpsee::core::traits::ToRpcParams;
use nhd_protocol::PROTOCOL_VERSION;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::hello::{HelloParams, HelloResult};
use nhd_protocol::methods::{
    self, DebugDescribe, Describe, Doctor, ForwardWait, Hello, Method, Namespaces, Plan, Start,
    SuggestImages, Wait,
};
use nhd_protocol::session::{SessionStatus, WaitParams};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::net::UnixStream;

use crate::paths::Paths;

pub use self::error::ClientError;
pub use self::events::Events;
pub use self::workloads::Workloads;

/// How long a connection may take until the daemon has said who it is.
const HELLO_BOUND: Duration = Duration::from_secs(10);
/// How long a plain call may take.
const CALL_BOUND: Duration = Duration::from_secs(30);
/// How long a call may take that asks the cluster before it answers.
const CLUSTER_CALL_BOUND: Duration = Duration::from_secs(60);
/// Longer than the longest wait that the daemon grants, which is 24 hours.
const WAIT_BOUND: Duration = Duration::from_secs(25 * 60 * 60);
/// How much later than promised the daemon may answer a wait.
const WAIT_GRACE: Duration = Duration::from_secs(30);
/// What to do about a daemon of another protocol version.
const MISMATCH_HINT: &str =
    "stop it with `nhd-cli daemon stop`, then try again; sessions stay and are picked up";

/// A connection to the daemon.
pub struct Client {
    /// Who speaks.
    name: &'static str,
    rpc: RpcClient,
    pid: Option<i32>,
}

impl Client {
    /// Connects and says hello as `name`, a program with its version (`nhd-cli 0.1.0`); fails where the daemon speaks
    /// another version of the protocol.
    pub async fn connect(paths: &Paths, name: &'static str) -> Result<Self, ClientError> {
        let client = Self::open(paths, name).await?;
        client.hello().await?;
        Ok(client)
    }

    /// Connects without a hello, for what must also reach a daemon of another version.
    pub async fn open(paths: &Paths, name: &'static str) -> Result<Self, ClientError> {
        let stream = Self::stream(paths).await?;
        let pid = stream.peer_cred().ok().and_then(|peer| peer.pid());
        let url = Url::parse("ws://localhost/").expect("a constant URL");
        let handshake = WsTransportClientBuilder::default().build_with_stream(url, stream);
        let (sender, receiver) = tokio::time::timeout(HELLO_BOUND, handshake)
            .await
            .map_err(|_| ClientError::Silent { method: "the handshake".to_owned(), bound: HELLO_BOUND })?
            .map_err(|source| ClientError::Handshake {
                socket: paths.socket.clone(),
                source: Box::new(source),
            })?;
        let rpc = ClientBuilder::new().request_timeout(WAIT_BOUND).build_with_tokio(sender, receiver);
        Ok(Self { name, rpc, pid })
    }

    /// A bare connection to the user's own daemon.
    pub async fn stream(paths: &Paths) -> Result<UnixStream, ClientError> {
        let socket = paths.socket.clone();
        let stream = UnixStream::connect(&socket).await.map_err(|source| match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                ClientError::NotRunning { socket: socket.clone() }
            }
            _ => ClientError::Connect { socket: socket.clone(), source },
        })?;
        let peer =
            stream.peer_cred().map_err(|source| ClientError::Connect { socket: socket.clone(), source })?;
        // What a start sends along is for the user's own daemon alone: kubeconfig, environment, tokens.
        if peer.uid() != rustix::process::getuid().as_raw() {
            return Err(ClientError::Stranger { socket, uid: peer.uid() });
        }
        Ok(stream)
    }

    /// The process that opened the socket, where the platform tells it: the daemon, or the service manager that started it.
    #[must_use]
    pub fn daemon_pid(&self) -> Option<i32> {
        self.pid
    }

    /// Asks the daemon who it is.
    pub async fn hello(&self) -> Result<HelloResult, ClientError> {
        let params = HelloParams { client: self.name.to_owned(), protocol: PROTOCOL_VERSION };
        match self.call::<Hello>(params).await {
            Ok(hello) if hello.protocol != PROTOCOL_VERSION => {
                let message = format!(
                    "the daemon {} speaks version {} of the protocol, this {} version {PROTOCOL_VERSION}",
                    hello.version, hello.protocol, self.name
                );
                let info = ErrorInfo::new(ErrorKind::ProtocolMismatch, message).with_hint(MISMATCH_HINT);
                Err(ClientError::Answered(info))
            }
            Err(ClientError::Answered(mut info)) if info.kind == ErrorKind::ProtocolMismatch => {
                info.hint.get_or_insert_with(|| MISMATCH_HINT.to_owned());
                Err(ClientError::Answered(info))
            }
            other => other,
        }
    }

    /// Calls a method of the protocol's table.
    pub async fn call<M: Method>(&self, params: M::Params) -> Result<M::Output, ClientError> {
        self.request(M::NAME, Flat(params), bound(M::NAME)).await
    }

    /// Calls a method by its name, as is.
    pub async fn call_raw(&self, method: &str, params: Option<Value>) -> Result<Value, ClientError> {
        self.request(method, Flat(params), bound(method)).await
    }

    /// Waits for a session, for as long as `params` say and not much longer.
    pub async fn wait(&self, params: WaitParams) -> Result<SessionStatus, ClientError> {
        let bound = params.timeout_ms.map_or(WAIT_BOUND, |ms| Duration::from_millis(ms) + WAIT_GRACE);
        self.request(Wait::NAME, Flat(params), bound.min(WAIT_BOUND)).await
    }

    async fn request<P, R>(&self, method: &str, params: Flat<P>, bound: Duration) -> Result<R, ClientError>
    where
        P: Serialize + Send,
        R: DeserializeOwned,
    {
        let silent = || ClientError::Silent { method: method.to_owned(), bound };
        match tokio::time::timeout(bound, self.rpc.request(method, params)).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(RpcError::RequestTimeout)) | Err(_) => Err(silent()),
            Ok(Err(error)) => Err(ClientError::from_rpc(method, error)),
        }
    }
}

fn bound(method: &str) -> Duration {
    match method {
        Wait::NAME | ForwardWait::NAME => WAIT_BOUND,
        Start::NAME
        | Plan::NAME
        | Doctor::NAME
        | DebugDescribe::NAME
        | Namespaces::NAME
        | methods::Workloads::NAME
        | Describe::NAME
        | SuggestImages::NAME => CLUSTER_CALL_BOUND,
        _ => CALL_BOUND,
    }
}

/// Params as the one flat object that they are; jsonrpsee's own macros would nest them. None is no params at all.
struct Flat<P>(P);

impl<P: Serialize> ToRpcParams for Flat<P> {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        let raw = serde_json::value::to_raw_value(&self.0)?;
        Ok((raw.get() != "null").then_some(raw))
    }
}
