//! `nhd-cli`: the daemon's client for terminals and scripts.

pub mod client;
