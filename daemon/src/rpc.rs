//! The door: the Unix socket, the methods behind it and how errors leave. It decides nothing.

pub mod error;
pub mod listener;
pub mod methods;
pub mod server;

pub use listener::{Listener, ListenerError};
pub use server::serve;
