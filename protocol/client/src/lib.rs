//! The Rust client of `nhd`: one connection to the daemon's socket, the protocol's methods on it, and its
//! subscriptions.
//!
//! It knows neither the terminal nor how a daemon is started, and nothing of what the daemon does.

pub mod paths;
mod client;
pub mod stream;
#[cfg(any(test, feature = "fake"))]
pub mod fake;

pub use client::{Client, ClientError, Events, Workloads};
