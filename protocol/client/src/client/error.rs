//! What can go wrong between client and daemon.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use jsonrpsee::client_transport::ws::WsHandshakeError;
use jsonrpsee::core::client::Error as RpcError;
use jsonrpsee::types::ErrorObjectOwned;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use serde::Deserialize;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("no daemon listens on {socket:?}")]
    NotRunning { socket: PathBuf },
    #[error("failed to connect to {socket:?}")]
    Connect { socket: PathBuf, source: io::Error },
    #[error("the process behind {socket:?} belongs to another user, uid {uid}")]
    Stranger { socket: PathBuf, uid: u32 },
    #[error("the process behind {socket:?} does not answer as a daemon does")]
    Handshake { socket: PathBuf, source: Box<WsHandshakeError> },
    #[error("lost the daemon while {method} was under way")]
    Lost { method: String, source: RpcError },
    #[error("the daemon did not answer {method} within {} s", bound.as_secs())]
    Silent { method: String, bound: Duration },
    #[error("failed to read the daemon's answer to {method}")]
    Malformed { method: String, source: serde_json::Error },
    /// The daemon answered with an error.
    #[error("{0}")]
    Answered(ErrorInfo),
}

impl ClientError {
    pub(super) fn from_rpc(method: &str, error: RpcError) -> Self {
        let method = method.to_owned();
        match error {
            RpcError::Call(object) => Self::Answered(info_of(&method, &object)),
            RpcError::ParseError(source) => Self::Malformed { method, source },
            source => Self::Lost { method, source },
        }
    }

    /// Whether no daemon could be spoken to, as opposed to one that answered.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        !matches!(self, Self::Answered(_) | Self::Malformed { .. })
    }

    /// Whether a daemon that is just starting or ending looks like this.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::NotRunning { .. } | Self::Handshake { .. } | Self::Lost { .. })
    }
}

/// The error that a JSON-RPC error carries in its `data`, or else one made of its code and message.
fn info_of(method: &str, object: &ErrorObjectOwned) -> ErrorInfo {
    /// An [`ErrorInfo`] of a newer daemon, whose kind this client may not know.
    #[derive(Deserialize)]
    struct Newer {
        message: String,
        hint: Option<String>,
        session: Option<String>,
    }

    let data = object.data().map_or("null", |data| data.get());
    if let Ok(info) = serde_json::from_str::<ErrorInfo>(data) {
        return info;
    }
    let kind = kind_of(object.code());
    if let Ok(Newer { message, hint, session }) = serde_json::from_str(data) {
        return ErrorInfo { hint, session, ..ErrorInfo::new(kind, message) };
    }
    // jsonrpsee says in plain text what is wrong with params.
    let details = serde_json::from_str::<String>(data).map(|text| format!(": {text}")).unwrap_or_default();
    ErrorInfo::new(kind, format!("{method}: {}{details}", object.message().to_lowercase()))
}

fn kind_of(code: i32) -> ErrorKind {
    match code {
        // Not JSON, no request, no such method, wrong params.
        -32700 | -32600 | -32601 | -32602 => ErrorKind::InvalidRequest,
        code => *ErrorKind::ALL.iter().find(|kind| kind.code() == code).unwrap_or(&ErrorKind::Internal),
    }
}
