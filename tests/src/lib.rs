//! What the tests on a real Kubernetes node stand on: the node itself, one shared cluster for each test run, and
//! helpers: a developer's laptop with a daemon on it, and workloads to develop.

pub mod process;
pub mod cluster;
pub mod pty;
pub mod shared;
pub mod faulty_api;
pub mod node_share;
pub mod namespace;
pub mod laptop;
pub mod lsp;
pub mod workload;
pub mod autoscaler;
pub mod stage;
pub mod watcher;
pub mod bench;
