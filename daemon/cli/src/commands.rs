//! The commands of `nhd-cli`, one a file: what each asks the daemon, and what it shows.

pub(crate) mod call;
pub(crate) mod config;
pub(crate) mod config_file;
pub(crate) mod contexts;
pub(crate) mod daemon;
pub(crate) mod doctor;
pub(crate) mod describe;
pub(crate) mod end;
pub(crate) mod events;
pub(crate) mod forward;
pub(crate) mod namespaces;
pub(crate) mod packaging;
pub(crate) mod plan;
pub(crate) mod service;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod stdio;
pub(crate) mod streams;
pub(crate) mod sync;
pub(crate) mod volumes;
pub(crate) mod workloads;
