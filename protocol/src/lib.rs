//! The types that `nhd` and its clients exchange, and the table of its methods.
//!
//! Nothing here knows Kubernetes, tokio or the transport: only serde, and schemars for the schemas of which the
//! documents are made. Objects are flat, members are camelCase, absent options are left out, durations are whole
//! milliseconds and end in `Ms`, moments are RFC 3339 strings in UTC.

pub mod browse;
pub mod config;
pub mod discover;
pub mod editor;
pub mod environment;
pub mod doctor;
pub mod error;
pub mod event;
pub mod forward;
pub mod handles;
pub mod hello;
pub mod inside;
pub mod listing;
pub mod message;
pub mod methods;
pub mod openrpc;
pub mod session;
pub mod stream;
pub mod sync;
pub mod volume;
pub mod workload;

mod selector;

/// The version of this protocol. Clients and daemon of one number understand each other; within it members are only
/// ever added.
pub const PROTOCOL_VERSION: u32 = 1;

/// A moment as an RFC 3339 string in UTC, milliseconds included: `2026-11-23T08:24:26.123Z`.
pub type Timestamp = String;
