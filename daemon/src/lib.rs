//! The daemon that puts a Kubernetes workload into DevMode and keeps it there; modules in the order data flows.

pub mod rpc;
pub mod session;
pub mod plan;
pub mod cluster;
pub mod forward;
pub mod sync;
pub mod store;
pub mod events;

pub mod cli;

pub mod config;
pub mod daemon;
pub mod fault;
pub mod instance;
pub mod paths;
