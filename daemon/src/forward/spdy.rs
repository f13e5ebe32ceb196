//! SPDY/3.1 as Kubernetes speaks it for port-forwards: many connections to one pod over one upgraded connection. Knows
//! nothing of how that came to be, nor of the local side.
//!
//! What is left out of SPDY is what no server of this API has: all of them (the kubelet's, containerd's, CRI-O's) are
//! `moby/spdystream`, which neither sends nor heeds WINDOW_UPDATE and SETTINGS (seen in its source, 0.2 to 0.5). So there
//! is no flow control but that of the connection below: whoever does not read stops everybody on the same tunnel. It
//! is [`super::pool`] that gives each connection a tunnel of its own while there are enough, and [`tunnel`] that bounds
//! what one can do to others where there are not.

mod decode;
mod encode;
mod lanes;
mod request;
mod state;
mod stream;
mod tunnel;
mod wire;

#[cfg(test)]
pub(super) mod fake;

pub(super) use self::stream::{SpdyReader, SpdyWriter};
pub(super) use self::tunnel::{Tunnel, TunnelError};
pub(super) use self::wire::{Wire, complaint, plain, websocket};

#[cfg(test)]
mod tests;
