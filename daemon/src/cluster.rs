//! The only code that talks to Kubernetes: reading, editing and watching objects, each call bounded in time.
//!
//! It does not know sessions or plans; it carries out what they decide.

pub mod access;
pub mod autoscalers;
pub mod client;
pub mod connection;
pub mod container_log;
pub mod error;
pub mod exec;
pub mod follow;
pub mod objects;
pub mod owner_references;
pub mod pages;
pub mod pods;
pub mod pod_events;
pub mod probe;
pub mod quota;
pub mod record;
pub mod refusals;
pub mod revisions;
pub mod selector;
pub mod volumes;
pub mod watch;
pub mod workload_pods;

pub use client::{ClusterAddress, ClusterClient, ConnectError, PluginGate};
pub use connection::Connection;
pub use error::{ClusterError, Reason};
pub use objects::{Objects, Resource};
