//! What a cluster has that could be worked on: contexts, namespaces, workloads as they are and as they change. It reads
//! and never writes, and knows of sessions only which there are.

pub mod contexts;
pub mod describe;
pub mod glance;
pub mod images;
pub mod list;
pub mod live;
pub mod namespaces;
pub mod tree;
pub mod trouble;
