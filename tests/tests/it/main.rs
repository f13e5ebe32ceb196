//! The tests on a real cluster, one module for each feature.

mod cluster;
mod devmode;
mod kinds;
mod given_back;
mod ownership;
mod foreign;
mod autoscalers;
mod readiness;
mod refusals;
mod limits;
mod room;
mod restricted;
mod permissions;
mod concurrency;
mod trap_table;
mod traps;
mod faults;
mod reach;
mod records;
mod handed_on;
mod recovery;
mod faulty_api;
mod sign_in;
mod cli;
mod clients;
mod service;
mod stdio;
mod walkthrough;
mod browse;
mod live;
mod config;
mod patches;
mod env_from;
mod corpus;
mod forced;
mod forwards;
mod tunnels;
mod handles;
mod doctor;
mod streams;
mod inside;
mod sync;
mod folders;
mod first_sync;

/// The cluster that all tests of this binary share.
async fn shared_cluster() -> &'static nhd_tests::shared::SharedCluster {
    nhd_tests::shared::cluster(env!("CARGO_BIN_EXE_nhd-test-cluster")).await
}
