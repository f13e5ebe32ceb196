//! What the tests on a real Kubernetes node stand on: the node itself, one shared cluster for each test run, and
//! helpers; it knows nothing of DevMode.

pub mod process;
pub mod cluster;
pub mod shared;
pub mod namespace;
