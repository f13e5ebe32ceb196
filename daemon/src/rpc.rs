//! The door: the Unix socket, its framings, the methods behind it and how errors leave. It decides nothing.

mod bounded;
mod cancel;
pub mod error;
mod framing;
mod ids;
pub mod listener;
mod load;
pub mod methods;
pub mod server;
mod sniff;
mod stream;
#[cfg(test)]
mod tests;
mod transcode;
mod workloads;

pub use listener::{Listener, ListenerError};
pub use server::serve;
