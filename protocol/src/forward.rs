//! Port-forwards as clients see them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::ErrorInfo;
use crate::selector::SessionSelector;
use crate::workload::WorkloadRef;

/// The forward from this machine to the sidecar's syncthing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardStatus {
    /// The port on 127.0.0.1.
    pub local_port: u16,
    /// The port in the pod.
    pub remote_port: u16,
    /// Connections open now.
    pub open_connections: u32,
    /// Connections accepted since the forward was opened.
    pub connections: u64,
    /// The last connection that failed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// Why there is a forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ForwardReason {
    /// A client asked for it: by `forward.start`, or by `portForward` of the start.
    Request,
    /// `portForward` of the dev configuration.
    PortForward,
    /// `debug.remoteDebugPort` of the dev configuration: what a debugger attaches to.
    Debug,
    /// The session's own, to the sidecar's syncthing. It comes and goes with the session.
    Sync,
}

/// How far a forward has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ForwardState {
    /// It is opened as soon as the session has come so far.
    Opening,
    /// The local port takes connections. While the dev pod is away, they wait for it.
    Listening,
    /// The local port could not be opened; `error` says why. It is tried again until it can.
    Blocked,
}

/// A forward from a port on 127.0.0.1, and on `::1` where it can be had, to a port in the dev pod. It outlives pods and
/// daemons, and ends with its session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortForward {
    /// The port on 127.0.0.1; absent while a free one is yet to be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_port: Option<u16>,
    /// The port in the pod.
    pub remote_port: u16,
    pub reason: ForwardReason,
    pub state: ForwardState,
    /// Why the local port could not be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorInfo>,
    /// Connections open now.
    pub open_connections: u32,
    /// Connections accepted since the forward was opened.
    pub connections: u64,
    /// The last connection that failed, and why: where nothing listens on the port in the pod, it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// A forward with the session that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionForward {
    /// The session's id.
    pub session: String,
    pub workload: WorkloadRef,
    #[serde(flatten)]
    pub forward: PortForward,
}

/// Several forwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardList {
    pub forwards: Vec<SessionForward>,
}

/// Forwards a port of this machine to one of the dev pod, of the one session that matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardStartParams {
    #[serde(flatten)]
    pub selector: SessionSelector,
    /// The port in the pod.
    pub remote_port: u16,
    /// The port on 127.0.0.1. Without it, or with 0, one that is free, or that of a forward to the same port in the
    /// pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_port: Option<u16>,
}

/// Names forwards by one of their ports or both, of the sessions that match. A port in the pod wants one session named,
/// where several have a forward to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardEndParams {
    #[serde(flatten)]
    pub selector: SessionSelector,
    /// The port on 127.0.0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_port: Option<u16>,
    /// The port in the pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_port: Option<u16>,
}

/// Two ends of a forward as people write them, which is as Nocalhost takes them: `8080:80`, `:80` for whichever local
/// port is free, `80` for the same on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortPair {
    /// `None` stands for whichever is free.
    pub local: Option<u16>,
    pub remote: u16,
}

impl FromStr for PortPair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.to_ascii_lowercase().ends_with("/udp") {
            return Err("a port of TCP (UDP cannot be forwarded)");
        }
        let (local, remote) = text.split_once(':').unwrap_or((text, text));
        let local = if local.is_empty() { Some(None) } else { port(local).map(Some) };
        match (local, port(remote)) {
            (Some(local), Some(remote)) => Ok(Self { local, remote }),
            _ => Err("a port from 1 to 65535, or two as LOCAL:REMOTE"),
        }
    }
}

fn port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port > 0)
}

impl fmt::Display for PortPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.local {
            Some(local) => write!(f, "{local}:{}", self.remote),
            None => write!(f, ":{}", self.remote),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_written_as_nocalhost_takes_it() {
        for (text, local, remote) in [
            ("80", Some(80), 80),
            ("8080:80", Some(8080), 80),
            (":80", None, 80),
            ("65535:1", Some(65535), 1),
        ] {
            let pair: PortPair = text.parse().expect(text);
            assert_eq!(pair, PortPair { local, remote }, "{text}");
            assert_eq!(pair.to_string().parse(), Ok(pair), "{text}");
        }
        for bad in ["", "0", "65536", "a", "80:", "1:2:3", "+80", "80:a", ":", "0:80", "80 ", "-1"] {
            assert!(bad.parse::<PortPair>().is_err(), "{bad}");
        }
        for udp in ["53/udp", "53:53/UDP", ":53/udp"] {
            assert!(udp.parse::<PortPair>().is_err_and(|it| it.contains("UDP cannot")), "{udp}");
        }
    }

    #[test]
    fn params_and_answers_are_flat() {
        let text = r#"{"kind":"Deployment","name":"web","remotePort":80}"#;
        let params: ForwardStartParams = serde_json::from_str(text).expect("params");
        assert_eq!((params.selector.name.as_deref(), params.remote_port), (Some("web"), 80));
        assert_eq!(serde_json::to_string(&params).expect("JSON"), text);
    }
}
