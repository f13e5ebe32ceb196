//! What a cluster has that could be worked on: contexts, namespaces, workloads as they change, one workload in detail,
//! and images to work with. Nothing here is of a session.

pub mod contexts;
pub mod describe;
pub mod images;
pub mod live;
